//! `planner config show`: each setting, and where it comes from.

use gpu_broker_core::policy::Effect;
use serde_json::{Value, json};

use super::Context;
use crate::cli::Output;
use crate::config::{Config, Origin, Part, Setting, Settled, Stated};
use crate::exit::Exit;
use crate::printer::bytes;
use crate::report::Trouble;
use crate::view::columns::{Column, lines, push};
use crate::view::format;
use crate::view::text::shown;

/// Prints them.
pub(crate) fn config(context: &Context<'_>, settled: &Settled) -> Result<Exit, Trouble> {
    let settings = settled.settings(context.environment);
    let path = settled.config.as_ref().map(|config| config.path.display().to_string());
    let document = || {
        json!({
            "schema": "planner.config/1",
            "file": path,
            "profiles": settled.config.iter().flat_map(Config::names).collect::<Vec<_>>(),
            "settings": settings.iter().map(fields).collect::<Vec<_>>(),
            "policy": settled.stated.iter().map(rule).collect::<Vec<_>>(),
        })
    };
    let table = || {
        let mut columns = [
            Column::words("SETTING", 21, 0),
            Column::words("VALUE", 8, 0),
            // All three fit on forty columns.
            Column {
                least: Some(8),
                ..Column::sentences("FROM")
            },
        ];
        for setting in &settings {
            let value = setting.value().unwrap_or_else(|| "-".to_owned());
            push(
                &mut columns,
                [setting.key.to_owned(), shown(&value).into_owned(), from(setting)],
            );
        }
        for stated in &settled.stated {
            let [key, value, from] = told(stated);
            push(
                &mut columns,
                [key, shown(&value).into_owned(), shown(&from).into_owned()],
            );
        }
        Vec::from(columns)
    };
    let printer = context.printer;
    match context.output {
        Output::Table => printer.data(&(lines(table(), printer.columns).join("\n") + "\n"))?,
        Output::Json | Output::Jsonl => bytes(&format::json(&document())?)?,
        Output::Yaml => bytes(&format::yaml(&document())?)?,
        Output::Markdown => bytes(format::markdown_table(&table()).as_bytes())?,
        Output::Csv => {
            let mut sheet = format::Sheet::new(&["setting", "value", "from"]);
            for setting in &settings {
                sheet.word(setting.key);
                sheet.word(&setting.value().unwrap_or_default());
                sheet.word(&from(setting));
                sheet.end_row();
            }
            for stated in &settled.stated {
                for word in told(stated) {
                    sheet.word(&word);
                }
                sheet.end_row();
            }
            bytes(&sheet.into_bytes())?;
        }
    }
    printer.note(&match path {
        Some(path) => format!("settings are read from {path}\n"),
        None => "no config.toml is read; `planner help config-file` says where one is looked for\n".to_owned(),
    });
    Ok(Exit::Done)
}

fn rule(stated: &Stated) -> Value {
    let mut fields = json!(stated.rule);
    fields["file"] = json!(stated.path.display().to_string());
    fields["line"] = json!(stated.line);
    fields
}

/// A rule as a row: which, what it says, and where it stands.
fn told(stated: &Stated) -> [String; 3] {
    let rule = &stated.rule;
    let what = match rule.effect() {
        Effect::Deny => "deny",
        Effect::RequireApproval => "require approval",
    };
    [
        format!("policy `{}`", rule.name()),
        format!("{what} {rule}"),
        format!("{}, line {}", stated.path.display(), stated.line),
    ]
}

fn fields(setting: &Setting) -> Value {
    let parts: Vec<Value> = setting.parts().iter().map(part).collect();
    let mut fields = parts.first().cloned().unwrap_or_default();
    fields["key"] = json!(setting.key);
    fields["value"] = json!(setting.value());
    // What comes from one place is told by now.
    fields["parts"] = json!(if parts.len() > 1 { parts } else { Vec::new() });
    fields
}

fn part(part: &Part) -> Value {
    let name = match &part.origin {
        Origin::Environment(name) => Some((*name).to_owned()),
        Origin::Profile(name) | Origin::File(name) => Some(name.clone()),
        _ => None,
    };
    json!({
        "value": part.value,
        "source": part.origin.word(),
        "name": name,
        "line": part.line,
    })
}

/// Where it comes from, for a person: each part, where there are several.
fn from(setting: &Setting) -> String {
    let parts = setting.parts();
    let several = parts.len() > 1;
    let said = parts.iter().map(|part| {
        let line = part.line.map(|line| format!(", line {line}")).unwrap_or_default();
        let place = match &part.origin {
            Origin::Flag => "flag".to_owned(),
            Origin::Environment(name) => (*name).to_owned(),
            Origin::Profile(name) => format!("profile {}{line}", shown(name)),
            Origin::Defaults => format!("config{line}"),
            Origin::File(path) => shown(path).into_owned(),
            Origin::BuiltIn => "built in".to_owned(),
        };
        match part.value.as_deref().filter(|_| several) {
            Some(value) => format!("{}: {place}", shown(value)),
            None => place,
        }
    });
    said.collect::<Vec<_>>().join("; ")
}
