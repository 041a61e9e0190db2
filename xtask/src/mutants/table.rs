//! The mutants: the eighteen that the design names, and those that came to mind
//! since. `cargo test` checks that each still fits the sources.

use super::patch::{Edit, Mutant};

const ABSENT: &str = "crates/engine/src/launch/survey/row.rs";
const COMPLETE: &str = "crates/engine/src/launch/survey.rs";
const SENDING: &str = "crates/engine/src/launch/engine/sending.rs";
const ENDING: &str = "crates/engine/src/launch/engine/ending.rs";

/// Seen by the simulated brokers.
const SIMULATED: &str = "S1,S2";

pub(crate) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "no quiet period",
        levels: SIMULATED,
        edits: &[Edit {
            file: ABSENT,
            old: "if quiet >= least && looked >= looks && self.is_trusted() && !self.may_hide() {",
            new: "if looked >= 1 && self.is_trusted() {",
        }],
    },
    Mutant {
        name: "quiet period shorter than the lag",
        levels: SIMULATED,
        edits: &[Edit {
            file: "crates/engine/src/launch/settings.rs",
            old: "quiet: 10 * MINUTE,",
            new: "quiet: MINUTE,",
        }],
    },
    Mutant {
        name: "trust 4xx: no listing and no watch after it",
        levels: SIMULATED,
        edits: &[
            Edit {
                file: SENDING,
                old: "[rejected].into_iter().chain(sold_out).collect()",
                new: "let released = Event::Released(Named { key: key.to_owned() });
                    [rejected, released].into_iter().chain(sold_out).collect()",
            },
            Edit {
                file: ABSENT,
                old: "(Stage::Reserved | Stage::Sending, _) => {}",
                new: "(Stage::Reserved | Stage::Sending | Stage::Released, _) => {}",
            },
        ],
    },
    Mutant {
        name: "trust DELETE 200 and 404",
        levels: SIMULATED,
        edits: &[Edit {
            file: ENDING,
            old: r#"reach("end-answered");"#,
            new: "if answer.as_ref().is_ok_and(|said| matches!(said, Deletion::Requested | Deletion::Absent)) {
            let cost = gpu_broker_core::number::Exact::ZERO;
            let gone = crate::launch::event::Gone { key: key.to_owned(), cost };
            return Ok(self.note(vec![Event::Gone(gone)])?);
        }",
        }],
    },
    Mutant {
        name: "short page as complete",
        levels: SIMULATED,
        edits: &[Edit {
            file: COMPLETE,
            old: "listing.coverage == Coverage::Complete",
            new: "matches!(listing.coverage, Coverage::Complete | Coverage::Partial(_))",
        }],
    },
    Mutant {
        name: "empty 200 believed",
        levels: SIMULATED,
        edits: &[Edit {
            file: COMPLETE,
            old: "&& (look.account.kind == Kind::Disk",
            new: "&& (look.account.kind == Kind::Disk || look.listing.items.is_empty()",
        }],
    },
    Mutant {
        name: "list error as empty",
        levels: SIMULATED,
        edits: &[Edit {
            file: COMPLETE,
            old: "    look.is_full()
        && (look.account.kind",
            new: "    matches!(look.listing.coverage, Coverage::Failed(_))
        || look.is_full()
        && (look.account.kind",
        }],
    },
    Mutant {
        name: "commit after POST",
        levels: SIMULATED,
        edits: &[Edit {
            file: SENDING,
            old: r#"            self.note(vec![Event::Sending(Named { key: key.clone() })])?;
            reach("after-sending");
            self.must_keep()?;
            let outcome = create(&*source, fleet, &item, within).await;"#,
            new: "            let outcome = create(&*source, fleet, &item, within).await;
            self.note(vec![Event::Sending(Named { key: key.clone() })])?;",
        }],
    },
    Mutant {
        name: "no duplicate sweep",
        levels: SIMULATED,
        edits: &[Edit {
            file: ABSENT,
            old: "for row in rows.filter(|row| row.phase.is_billable()) {",
            new: "for row in rows.filter(|row| row.phase.is_billable()).take(0) {",
        }],
    },
    Mutant {
        name: "no price or offer check",
        levels: SIMULATED,
        edits: &[Edit {
            file: "crates/engine/src/launch/judge.rs",
            old: "    price(ordered, instance)
        .or_else(|| provider(ordered, instance))
        .or_else(|| gpu(ordered, instance))
        .or_else(|| place(ordered, instance))
        .or_else(|| market(ordered, instance))
        .or_else(|| phase(instance))",
            new: "    let _ = ordered;
    phase(instance)",
        }],
    },
    Mutant {
        name: "SENDING = never sent",
        levels: SIMULATED,
        edits: &[Edit {
            file: "crates/engine/src/launch/engine.rs",
            old: "Stage::Sending => Some(Event::Unknown(Noted {",
            new: "Stage::Sending => Some(Event::NotSent(Noted {",
        }],
    },
    Mutant {
        name: "reservation dropped while unknown",
        levels: SIMULATED,
        edits: &[Edit {
            file: "crates/engine/src/launch/state.rs",
            old: "!matches!(self, Self::Released | Self::Gone)",
            new: "!matches!(self, Self::Released | Self::Gone | Self::Unknown)",
        }],
    },
    Mutant {
        name: "same name per attempt",
        levels: SIMULATED,
        edits: &[
            Edit {
                file: SENDING,
                old: "name(of.fresh, of.slot, of.number, of.ends_at)",
                new: "name(of.fresh, of.slot, 1, of.ends_at)",
            },
            // Or else the journal refuses the second.
            Edit {
                file: "crates/engine/src/launch/state/apply.rs",
                old: r#"Some(_) => Err(format!("attempt {key} is in the journal already")),"#,
                new: "Some(_) => Ok(()),",
            },
        ],
    },
    Mutant {
        name: "retry on network error",
        levels: SIMULATED,
        edits: &[Edit {
            file: SENDING,
            old: "let outcome = create(&*source, fleet, &item, within).await;",
            new: "let mut outcome = create(&*source, fleet, &item, within).await;
            if matches!(&outcome, Outcome::Unknown(error) if error.kind() == ErrorKind::Transport) {
                outcome = create(&*source, fleet, &item, within).await;
            }",
        }],
    },
    Mutant {
        name: "retry on 5xx",
        levels: SIMULATED,
        edits: &[Edit {
            file: SENDING,
            old: "let outcome = create(&*source, fleet, &item, within).await;",
            new: "let mut outcome = create(&*source, fleet, &item, within).await;
            if matches!(&outcome, Outcome::Unknown(error) if error.kind() == ErrorKind::Unavailable) {
                outcome = create(&*source, fleet, &item, within).await;
            }",
        }],
    },
    Mutant {
        name: "unparsable 200 = failure",
        levels: SIMULATED,
        edits: &[Edit {
            file: SENDING,
            old: "Outcome::Unknown(error) => vec![Event::Unknown(noted(error.to_string()))],",
            new: "Outcome::Unknown(error) if error.kind() == ErrorKind::Protocol => {
                    vec![Event::NotSent(noted(error.to_string()))]
                }
                Outcome::Unknown(error) => vec![Event::Unknown(noted(error.to_string()))],",
        }],
    },
    Mutant {
        name: "stuck = forgotten",
        levels: SIMULATED,
        edits: &[Edit {
            file: ENDING,
            old: "            Ok(vec![Event::EndRefused(EndRefused {",
            new: "            if waited >= most {
                let gone = crate::launch::event::Gone { key: refused.key.clone(), cost: still.worst };
                return Ok(vec![Event::Gone(gone)]);
            }
            Ok(vec![Event::EndRefused(EndRefused {",
        }],
    },
    Mutant {
        name: "adopt without price check",
        levels: SIMULATED,
        edits: &[Edit {
            file: ABSENT,
            old: "let doom = judge(&self.attempt.ordered, first).or_else(|| {",
            new: "let doom = None.or_else(|| {",
        }],
    },
    Mutant {
        name: "cap check outside the transaction",
        levels: "S6",
        edits: &[Edit {
            file: SENDING,
            old: r#"        reach("before-reserve");
        let now = self.now();
        let set_aside = self.commit_within(|state| {
            is_open(state, &of)?;
            caps::allow(state, &reserved, (of.ahead, listed.as_ref()), &now)?;"#,
            new: r#"        let now = self.now();
        let allowed = caps::allow(&self.state, &reserved, (of.ahead, listed.as_ref()), &now);
        reach("before-reserve");
        let set_aside = self.commit_within(|state| {
            is_open(state, &of)?;
            allowed?;"#,
        }],
    },
    Mutant {
        name: "what others run in the account not counted",
        levels: "S2",
        edits: &[Edit {
            file: "crates/engine/src/launch/caps/burn.rs",
            old: "for (id, rate) in &listed.0 {",
            new: "for (id, rate) in listed.0.iter().take(0) {",
        }],
    },
    Mutant {
        name: "order again on doubt",
        levels: SIMULATED,
        edits: &[Edit {
            file: "crates/engine/src/launch/provision/follow.rs",
            old: "            _ => {
                self.remark(key);
                Ok(Next::Stop(End::Unknown))
            }",
            new: "            _ => {
                let note = self.remark(key);
                self.exclude(item, note);
                Ok(Next::Elsewhere)
            }",
        }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree;

    #[test]
    fn each_fits_the_sources() {
        let root = tree::root();
        let unfit: Vec<String> = MUTANTS
            .iter()
            .filter_map(|mutant| mutant.texts(&root).err())
            .map(|error| format!("{error:#}"))
            .collect();
        assert!(unfit.is_empty(), "{}", unfit.join("\n"));
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let mut names: Vec<&str> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), MUTANTS.len());
    }
}
