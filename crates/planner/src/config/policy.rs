//! `[[policy]]`: rules of the house, from `config.toml` and from files of a team's own.
//!
//! Rules add up, and none is taken away by a flag: those of the usual file hold where another is named, and where
//! `--no-config` leaves its settings out.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use gpu_broker_core::near;
use gpu_broker_core::policy::{Condition, ConditionError, Effect, Policy, Rule, Subject};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::file::{Config, File, TABLES, table, word};
use crate::cli::GlobalArgs;
use crate::env::Environment;
use crate::files::absent::is_absent;
use crate::files::whole::{self, Most};
use crate::report::Trouble;
use crate::settings::BROKERS;
use crate::view::text::shown;

/// A rule, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    pub(crate) rule: Rule,
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
}

/// Keys of a rule.
const KEYS: [&str; 4] = ["name", "deny", "require_approval", "reason"];

/// Every rule that holds: of the settings' file, of the usual one beside it, and of the files that are named.
pub(super) fn stated(
    environment: &Environment,
    global: &GlobalArgs,
    config: Option<&Config>,
) -> Result<Vec<Stated>, Trouble> {
    let mut all: Vec<Stated> = config.map(|config| config.policy.clone()).unwrap_or_default();
    let usual = Config::usual(environment).filter(|usual| config.is_none_or(|config| config.path != *usual));
    if let Some(path) = usual {
        all.extend(left(&path)?);
    }
    all.extend(named(global)?);
    // Files may bring brokers of their own.
    if global.offers.is_empty() && global.market.is_none() {
        all.iter().try_for_each(brokers)?;
    }
    Ok(all)
}

/// Refuses what is nearly a broker's name: such a rule would allow what it is to deny. A name that is like none may be
/// that of offers of one's own.
fn brokers(stated: &Stated) -> Result<(), Trouble> {
    for condition in stated.rule.when() {
        let (Condition::In(Subject::Broker, words) | Condition::NotIn(Subject::Broker, words)) = condition else {
            continue;
        };
        for word in words {
            let is_known = BROKERS.iter().any(|known| known.eq_ignore_ascii_case(word));
            let near = near(word, BROKERS);
            if !is_known && !near.is_empty() {
                let (path, line) = (stated.path.display(), stated.line);
                let message = format!("{path}:{line}: {}: no broker is called `{word}`", condition.key());
                return Err(Trouble::usage(message).hint(format!("did you mean `{}`?", near.join("` or `"))));
            }
        }
    }
    Ok(())
}

/// The rules of the files that flags name.
pub(super) fn named(global: &GlobalArgs) -> Result<Vec<Stated>, Trouble> {
    let mut all = Vec::new();
    for path in &global.policy {
        if path == Path::new("-") {
            return Err(Trouble::usage("rules are read from a file, and not from standard input").hint(
                "write them to a file, and name it with `--policy FILE`: the commands that planner suggests hold to it, too",
            ));
        }
        let rules = read(path, &whole::read(path, "the policy", Most::Page)?, true)?;
        if rules.is_empty() {
            // Whoever names rules means to be held to some.
            let message = format!("{} has no rules", shown(&path.display().to_string()));
            return Err(Trouble::usage(message).hint(HOW));
        }
        all.extend(rules);
    }
    Ok(all)
}

/// What stands beside the rules of files that flags name, and is not read: somebody may take it to hold.
pub(super) fn beside(environment: &Environment, global: &GlobalArgs) -> Result<Vec<String>, Trouble> {
    let mut warnings = Vec::new();
    if global.no_config {
        return Ok(warnings);
    }
    // Settings of a file that is named both ways hold.
    let settings = global.config.clone().or_else(|| Config::usual(environment));
    for path in global.policy.iter().filter(|path| settings.as_ref() != Some(*path)) {
        let bytes = whole::read(path, "the policy", Most::Page)?;
        let file = File::new(path, &bytes)?;
        let table = table(&file)?;
        let names = table.get_ref().keys().map(|key| &**key.get_ref());
        let mut unread: Vec<String> = names
            .filter(|name| *name != "policy")
            .map(|name| format!("[{name}]"))
            .collect();
        unread.sort_unstable();
        if !unread.is_empty() {
            warnings.push(format!(
                "of {} only the rules hold, and not {}: `--policy` reads no settings",
                path.display(),
                unread.join(", ")
            ));
        }
    }
    Ok(warnings)
}

/// All rules together.
pub(super) fn policy(stated: &[Stated]) -> Policy {
    Policy::new(stated.iter().map(|stated| stated.rule.clone()))
}

/// The rules of settings that are left out. Whoever does without them does without their mistakes as well, but for one
/// that may hide a rule.
fn left(path: &Path) -> Result<Vec<Stated>, Trouble> {
    if is_absent(path) {
        return Ok(Vec::new());
    }
    let bytes = whole::read(path, "the policy", Most::Page)?;
    let read = read(path, &bytes, false);
    let has_rules = || {
        let text = String::from_utf8_lossy(&bytes);
        text.lines().any(|line| line.trim_start().starts_with("[[policy"))
    };
    match read {
        Err(_) if !has_rules() => Ok(Vec::new()),
        read => read,
    }
}

/// The rules of a file; of settings that stand beside them nothing is wanted here.
fn read(path: &Path, bytes: &[u8], strict: bool) -> Result<Vec<Stated>, Trouble> {
    let file = File::new(path, bytes)?;
    let table = table(&file)?;
    let mut found = Vec::new();
    for (key, value) in table.get_ref() {
        match (&**key.get_ref(), value.get_ref()) {
            ("policy", DeValue::Array(rules)) => found = file.rules(rules)?,
            (name, _) if name != "policy" && (!strict || TABLES.contains(&name)) => {}
            (name, _) => return Err(file.unknown_table(key.span(), name)),
        }
    }
    Ok(found)
}

impl File<'_> {
    /// The rules of `[[policy]]`, each with its line.
    pub(super) fn rules(&self, rules: &DeArray<'_>) -> Result<Vec<Stated>, Trouble> {
        let mut found: Vec<Stated> = Vec::new();
        for rule in rules {
            let DeValue::Table(table) = rule.get_ref() else {
                return Err(self.wrong(rule.span(), "a rule is a table", HOW));
            };
            let stated = self.rule(rule.span().start, table)?;
            let same = |other: &&Stated| other.rule.name() == stated.rule.name();
            if let Some(other) = found.iter().find(same) {
                let message = format!("line {} has a rule `{}` already", other.line, stated.rule.name());
                return Err(self.wrong(
                    rule.span(),
                    &message,
                    "give each a name of its own: it is approved by its name",
                ));
            }
            found.push(stated);
        }
        Ok(found)
    }

    fn rule(&self, at: usize, table: &DeTable<'_>) -> Result<Stated, Trouble> {
        let (mut name, mut reason, mut asked) = (None, None, None);
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        // A table of an array has no place of its own where its header is all there is.
        let at = entries.first().map_or(at, |(key, _)| key.span().start);
        for (key, value) in entries {
            let text = || match value.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                _ => Err(self.wrong(key.span(), &format!("{}: a text is wanted", key.get_ref()), HOW)),
            };
            let effect = match &**key.get_ref() {
                "name" => {
                    name = Some(text()?);
                    continue;
                }
                "reason" => {
                    reason = Some(text()?);
                    continue;
                }
                "deny" => Effect::Deny,
                "require_approval" => Effect::RequireApproval,
                other => {
                    let near = near(other, KEYS);
                    let hint = near
                        .first()
                        .map_or_else(|| HOW.to_owned(), |near| format!("did you mean `{near}`?"));
                    return Err(self.wrong(key.span(), &format!("a rule has no `{other}`"), &hint));
                }
            };
            if asked.is_some() {
                let message = "a rule denies or requires approval, and not both";
                return Err(self.wrong(key.span(), message, "write two rules"));
            }
            asked = Some((effect, self.conditions(key, value)?));
        }
        let Some((effect, when)) = asked else {
            return Err(self.wrong(at..at, "a rule says what it denies, or what requires approval", HOW));
        };
        let rule = Rule::new(&name.unwrap_or_default(), effect, when, &reason.unwrap_or_default())
            .map_err(|error| self.wrong(at..at, &error.to_string(), HOW))?;
        Ok(Stated {
            rule,
            path: self.path.to_owned(),
            line: self.line(at),
        })
    }

    fn conditions(&self, key: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> Result<Vec<Condition>, Trouble> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong(key.span(), &format!("{}: a table is wanted", key.get_ref()), HOW));
        };
        let mut found = Vec::new();
        for (key, value) in table {
            let words: Option<Vec<String>> = match value.get_ref() {
                DeValue::Array(items) => items.iter().map(|item| word(item.get_ref())).collect(),
                one => word(one).map(|word| vec![word]),
            };
            let name = &**key.get_ref();
            let words =
                words.ok_or_else(|| self.wrong(key.span(), &format!("{name}: texts or a number are wanted"), HOW))?;
            let condition = Condition::read(name, &words).map_err(|error| {
                let hint = match &error {
                    ConditionError::Key { near, .. } if near.is_empty() => {
                        format!("there are {}", Condition::keys().collect::<Vec<_>>().join(", "))
                    }
                    ConditionError::Key { near, .. } => format!("did you mean `{}`?", near.join("` or `")),
                    _ => "`planner help config-file` lists what a rule may ask".to_owned(),
                };
                let message = match &error {
                    ConditionError::Key { key, .. } => format!("there is no such condition as `{key}`"),
                    other => other.to_string(),
                };
                self.wrong(key.span(), &message, &hint)
            })?;
            found.push(condition);
        }
        Ok(found)
    }
}

/// How a rule is written.
const HOW: &str = "write `[[policy]]`, and below it `name = \"eu only\"`, \
                   `deny = { region_not_in = [\"eu_north\", \"eu_west\"] }` and `reason = \"…\"`";
