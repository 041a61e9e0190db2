//! `planner doctor`: what works, and what does not.

mod brokers;
mod clock;
mod folder;

use serde::Serialize;
use serde_json::json;

use super::Context;
use crate::cli::{DoctorArgs, Output, here};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::columns::{Column, lines, push};
use crate::view::{format, paint};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// What.
    about: String,
    /// How it is.
    health: Health,
    /// What was found.
    said: String,
    /// What to do about it.
    hint: Option<String>,
    /// The status that planner ends with when this is the worst.
    #[serde(skip)]
    exit: Exit,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Note,
    /// It does not work.
    Bad,
}

impl Finding {
    fn ok(about: impl Into<String>, said: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            health: Health::Ok,
            said: said.into(),
            hint: None,
            exit: Exit::Done,
        }
    }

    fn note(about: impl Into<String>, said: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            health: Health::Note,
            hint: Some(hint.into()),
            ..Self::ok(about, said)
        }
    }

    fn bad(about: impl Into<String>, said: impl Into<String>, hint: impl Into<String>, exit: Exit) -> Self {
        Self {
            health: Health::Bad,
            exit,
            ..Self::note(about, said, hint)
        }
    }
}

/// What is wrong with the settings: whoever buys is held by it, and the rest can be looked at all the same.
fn settings(wrong: &Trouble) -> Finding {
    let hint = wrong
        .advice()
        .unwrap_or("`planner help config-file` shows how it is written");
    Finding::bad("settings", wrong.message().to_owned(), hint.to_owned(), Exit::Usage)
}

/// Looks at everything that a launch depends on, after what is `wrong` with the settings. Costs nothing.
pub(crate) async fn doctor(context: &Context<'_>, _: &DoctorArgs, wrong: Option<&Trouble>) -> Result<Exit, Trouble> {
    // Whatever else was tried: who asks whether launches will work means those that cost money.
    let data = context.data()?;
    let mut findings: Vec<Finding> = wrong.map(settings).into_iter().collect();
    findings.extend(folder::look(&data));
    match context.fleets(&data) {
        Ok(sources) => findings.extend(brokers::look(context, &sources).await),
        Err(trouble) => findings.push(Finding::bad(
            "brokers",
            trouble.message().to_owned(),
            trouble
                .advice()
                .unwrap_or("set PRIME_API_KEY and SPHERON_API_KEY")
                .to_owned(),
            trouble.exit,
        )),
    }
    for finding in &mut findings {
        finding.hint = finding.hint.take().map(|hint| here(&hint, context.global));
    }
    print(context, &findings)?;
    let bad = findings.iter().filter(|finding| finding.health == Health::Bad).count();
    let said = match bad {
        0 => "nothing stands in the way of a launch; `planner quote GPU` tells what it costs\n".to_owned(),
        bad => format!("{bad} to be mended, as the hints say\n"),
    };
    context.printer.note(&here(&said, context.global));
    // Exit statuses are told apart by what to do: a journal that cannot be used
    // first, then keys, then brokers.
    let order = [
        Exit::Internal,
        Exit::Usage,
        Exit::Credentials,
        Exit::PartialMarket,
        Exit::Unknown,
    ];
    let is = |exit: &Exit| findings.iter().any(|finding| finding.exit == *exit);
    Ok(order.into_iter().find(is).unwrap_or(Exit::Done))
}

fn print(context: &Context<'_>, findings: &[Finding]) -> Result<(), Trouble> {
    let document = || json!({ "schema": "planner.doctor/1", "created_at": context.now, "findings": findings });
    let table = || {
        let mut columns = [
            Column::words("HEALTH", 6, 0).toned(paint::state),
            Column::words("ABOUT", 16, 0),
            Column::sentences("FOUND"),
        ];
        for finding in findings {
            let health = match finding.health {
                Health::Ok => "ok",
                Health::Note => "note",
                Health::Bad => "BAD",
            };
            push(
                &mut columns,
                [health.to_owned(), finding.about.clone(), finding.said.clone()],
            );
            if let Some(hint) = &finding.hint {
                push(&mut columns, [String::new(), String::new(), format!("hint: {hint}")]);
            }
        }
        Vec::from(columns)
    };
    match context.output {
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Markdown => bytes(format::markdown_table(&table()).as_bytes())?,
        Output::Csv => {
            let mut sheet = format::Sheet::new(&["about", "health", "found", "hint"]);
            for finding in findings {
                sheet.word(&finding.about);
                sheet.word(match finding.health {
                    Health::Ok => "ok",
                    Health::Note => "note",
                    Health::Bad => "bad",
                });
                sheet.word(&finding.said);
                sheet.word(finding.hint.as_deref().unwrap_or_default());
                sheet.end_row();
            }
            bytes(&sheet.into_bytes())?;
        }
        Output::Table => context
            .printer
            .data(&(lines(table(), context.printer.columns).join("\n") + "\n"))?,
    }
    Ok(())
}
