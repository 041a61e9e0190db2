//! A journal that fails as one does whose process is killed.

use gpu_broker_engine::journal::{Draft, Journal, JournalError, Row, Work};

use super::world::Shared;

/// A moment at which the process is killed: before or after that commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kill {
    /// Commits are counted from 1.
    pub(crate) commit: u32,
    pub(crate) after: bool,
}

/// A journal over another.
#[derive(Debug)]
pub(crate) struct Killable {
    pub(crate) inner: Box<dyn Journal>,
    pub(crate) world: Shared,
}

fn killed() -> JournalError {
    JournalError::Storage("the process was killed".to_owned())
}

fn announces(draft: &Draft) -> bool {
    draft.body.starts_with(r#"{"sending""#) || draft.body.starts_with(r#"{"ending""#)
}

impl Journal for Killable {
    fn read_after(&mut self, seq: u64) -> Result<Vec<Row>, JournalError> {
        self.inner.read_after(seq)
    }

    fn transact(&mut self, seq: u64, work: &mut Work<'_>) -> Result<Vec<Row>, JournalError> {
        if self.world.lock().dead {
            return Err(killed());
        }
        let world = self.world.clone();
        let mut die = None;
        let added = self.inner.transact(seq, &mut |rows| {
            let drafts = work(rows)?;
            if drafts.is_empty() {
                return Ok(drafts);
            }
            let mut world = world.lock();
            world.book.commits += 1;
            let commit = world.book.commits;
            if drafts.iter().any(announces) {
                world.book.announcing.push(commit);
            }
            if world.trace.is_some() {
                for draft in &drafts {
                    world.say(|| format!("   #{commit} {}", shortened(&draft.body)));
                }
            }
            die = world.kills.iter().find(|kill| kill.commit == commit).copied();
            match die {
                Some(Kill { after: false, .. }) => Err("killed".to_owned()),
                _ => Ok(drafts),
            }
        });
        if let Some(kill) = die {
            let mut world = self.world.lock();
            world.dead = true;
            let when = if kill.after { "after" } else { "before" };
            world.say(|| format!("xx killed {when} commit {}", kill.commit));
            return Err(killed());
        }
        added
    }
}

fn shortened(body: &str) -> String {
    let short: String = body.chars().take(150).collect();
    if short.len() < body.len() {
        format!("{short}…")
    } else {
        short
    }
}

impl Kill {
    /// `b7` before commit 7, `a7` after it.
    pub(crate) fn word(self) -> String {
        format!("{}{}", if self.after { 'a' } else { 'b' }, self.commit)
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        let after = match word.get(..1)? {
            "a" => true,
            "b" => false,
            _ => return None,
        };
        let commit = word.get(1..)?.parse().ok()?;
        Some(Self { commit, after })
    }
}
