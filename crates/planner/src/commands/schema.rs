//! `planner schema`: what the documents hold, as JSON Schemas (draft 2020-12).
//!
//! Each document has a file of its own below `schemas`; what several of them share is in `parts.json`, and is added to
//! each as far as it is used, so that every schema that is printed stands by itself. The tests hold the documents of
//! every command to them.

use std::collections::{BTreeMap, BTreeSet};

use gpu_broker_core::near;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Context;
use crate::cli::{DOCUMENTS, SchemaArgs};
use crate::exit::Exit;
use crate::report::Trouble;
use crate::view::text::shown;

/// What several documents share.
const PARTS: &str = include_str!("../../schemas/parts.json");

/// The documents by name.
const SCHEMAS: [(&str, &str); DOCUMENTS.len()] = [
    ("quote", include_str!("../../schemas/quote.json")),
    ("compare", include_str!("../../schemas/compare.json")),
    ("offers", include_str!("../../schemas/offers.json")),
    ("gpus", include_str!("../../schemas/gpus.json")),
    ("disks", include_str!("../../schemas/disks.json")),
    ("diff", include_str!("../../schemas/diff.json")),
    ("verify", include_str!("../../schemas/verify.json")),
    ("launch", include_str!("../../schemas/launch.json")),
    ("instances", include_str!("../../schemas/instances.json")),
    ("audit", include_str!("../../schemas/audit.json")),
    ("doctor", include_str!("../../schemas/doctor.json")),
    ("config", include_str!("../../schemas/config.json")),
    ("market", include_str!("../../schemas/market.json")),
    ("offers-file", include_str!("../../schemas/offers-file.json")),
];

/// How a reference to a part begins.
const REFERENCE: &str = "\"#/$defs/";

#[derive(Deserialize)]
struct Titled<'a> {
    title: &'a str,
}

/// Prints a schema, or the names of all.
pub(crate) fn schema(context: &Context<'_>, args: &SchemaArgs) -> Result<Exit, Trouble> {
    let text = match &args.name {
        None => names()?,
        Some(name) => whole(find(name)?)?,
    };
    context.printer.data(&text)?;
    Ok(Exit::Done)
}

fn names() -> Result<String, Trouble> {
    let mut text = String::new();
    for (name, schema) in SCHEMAS {
        let Titled { title } = serde_json::from_str(schema).map_err(|error| broken(&error))?;
        text.extend([&format!("{name:<13} "), title, "\n"]);
    }
    Ok(text)
}

fn find(name: &str) -> Result<&'static str, Trouble> {
    // As a document names itself, too.
    let bare = name.strip_prefix("planner.").unwrap_or(name);
    let bare = bare.strip_suffix("/1").unwrap_or(bare);
    let found = SCHEMAS.iter().find(|(known, _)| *known == bare);
    found.map(|(_, schema)| *schema).ok_or_else(|| {
        let names = || SCHEMAS.iter().map(|(known, _)| *known);
        let near = near(bare, names()).join("` or `");
        let hint = if near.is_empty() {
            format!("there are {}", names().collect::<Vec<_>>().join(", "))
        } else {
            format!("did you mean `{near}`?")
        };
        Trouble::usage(format!("no document is called `{}`", shown(name))).hint(hint)
    })
}

/// A schema with the parts that it uses.
fn whole(schema: &str) -> Result<String, Trouble> {
    let parts: BTreeMap<&str, &RawValue> = serde_json::from_str(PARTS).map_err(|error| broken(&error))?;
    let (mut used, mut open) = (BTreeSet::new(), vec![schema]);
    while let Some(text) = open.pop() {
        let names = text.split(REFERENCE).skip(1).filter_map(|rest| rest.split('"').next());
        for name in names {
            if used.insert(name) {
                open.extend(parts.get(name).map(|part| part.get()));
            }
        }
    }
    let used = used.iter().filter_map(|name| {
        let part = parts.get(name)?.get().replace('\n', "\n  ");
        Some(format!("    \"{name}\": {part}"))
    });
    let used: Vec<String> = used.collect();
    let Some(head) = schema.trim_end().strip_suffix("\n}").filter(|_| !used.is_empty()) else {
        return Ok(schema.to_owned());
    };
    Ok(format!("{head},\n  \"$defs\": {{\n{}\n  }}\n}}\n", used.join(",\n")))
}

fn broken(error: &serde_json::Error) -> Trouble {
    Trouble::new(
        Exit::Internal,
        format!("a schema of this build cannot be read: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_complete_the_names_that_there_are() {
        assert_eq!(SCHEMAS.map(|(name, _)| name), DOCUMENTS);
        let completion = |shell| {
            let mut script = Vec::new();
            let mut command = <crate::cli::Cli as clap::CommandFactory>::command();
            clap_complete::generate(shell, &mut command, "planner", &mut script);
            String::from_utf8(script).unwrap()
        };
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh] {
            assert!(
                completion(shell).contains("quote compare offers gpus disks diff"),
                "{shell}"
            );
        }
    }
}
