//! What is taken from the file.

use std::collections::BTreeMap;

use super::file::{Config, Said, Settings, Value};
use super::keys::{ADDING, Call, Of, Scope, known};
use super::merge::Line;
use crate::cli::names_quote;
use crate::env::Environment;

/// A setting that was taken from the file, or a part of one that adds up.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) said: Said,
    /// The profile that it is of.
    pub(super) profile: Option<String>,
}

/// What is taken from the file: nothing that a flag or the environment says, and nothing that excludes either.
pub(super) fn taken(
    environment: &Environment,
    line: &Line<'_>,
    config: &Config,
    profile: Option<&(String, &Settings)>,
) -> BTreeMap<&'static str, Vec<Taken>> {
    let quoted = line.given("quote");
    let kept = line.command.get_name() == "report" && line.said("gpu").is_some_and(|word| names_quote(word));
    let own_request = quoted || kept || line.given("market");
    let gpu_set = profile.is_some_and(|(_, settings)| settings.contains_key("gpu"))
        || (!own_request && config.defaults.contains_key("gpu"));
    let call = Call {
        command: line.command.get_name(),
        of: match (kept, quoted) {
            (true, _) => Of::Kept,
            (_, true) => Of::Launch,
            _ if line.given("gpu") || (gpu_set && line.command.get_name() != "diff") => Of::Request,
            _ => Of::Other,
        },
        shows: line.shows(),
    };
    let ids: Vec<&str> = line
        .command
        .get_arguments()
        .map(|argument| argument.get_id().as_str())
        .collect();
    let mut taken: BTreeMap<&'static str, Vec<Taken>> = BTreeMap::new();
    let profile = profile.map(|(name, settings)| (Some(name.clone()), *settings));
    for (name, settings) in profile.into_iter().chain([(None, &config.defaults)]) {
        let mut layer = BTreeMap::new();
        for (key, said) in settings {
            let is_heeded = known(key).is_some_and(|(_, scope)| call.heeds(scope)) && (line.has(key) || line.shows());
            // Pairs add up, and are looked at below.
            let is_said = (line.given(key) && !ADDING.contains(key))
                || taken.contains_key(key)
                || (*key == "data_dir" && environment.data_dir.is_some());
            let is_refused = ids.iter().any(|id| line.given(id) && line.apart(key, id))
                || taken.iter().any(|(other, parts)| {
                    let is_on = parts.iter().any(|one| one.said.value != Value::Switch(false));
                    is_on && line.apart(key, other)
                });
            let is_needless = *key == "gpu" && own_request && name.is_none();
            if is_heeded && !is_said && !is_refused && !is_needless {
                let one = Taken {
                    said: said.clone(),
                    profile: name.clone(),
                };
                layer.insert(*key, vec![one]);
            }
        }
        taken.extend(layer);
    }
    for key in ADDING {
        pairs(line, config, &mut taken, &call, key);
    }
    denied(line, config, &mut taken, &call);
    taken
}

/// Pairs add up: each name is taken from where it is said first, the flag before the profile, and that before the
/// defaults.
fn pairs(
    line: &Line<'_>,
    config: &Config,
    taken: &mut BTreeMap<&'static str, Vec<Taken>>,
    call: &Call<'_>,
    key: &'static str,
) {
    if !call.heeds(Scope::Request) || !(line.has(key) || line.shows()) {
        return;
    }
    let flags = line.flags();
    let flag = flags.get(key).map(String::as_str).unwrap_or_default();
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().trim().to_ascii_uppercase();
    let mut known: Vec<String> = flag.split(',').map(name).collect();
    let own = taken.remove(key).unwrap_or_default().into_iter();
    let usual = config.defaults.get(key).map(|said| Taken {
        said: said.clone(),
        profile: None,
    });
    let mut parts = Vec::new();
    for mut part in own.filter(|own| own.profile.is_some()).chain(usual) {
        let Value::Words(words) = &mut part.said.value else {
            continue;
        };
        words.retain(|pair| !known.contains(&name(pair)));
        known.extend(words.iter().map(|pair| name(pair)));
        if !words.is_empty() {
            parts.push(part);
        }
    }
    if !parts.is_empty() {
        taken.insert(key, parts);
    }
}

/// Providers that are denied stay so, unless a flag names them.
fn denied(line: &Line<'_>, config: &Config, taken: &mut BTreeMap<&'static str, Vec<Taken>>, call: &Call<'_>) {
    if config.denied.is_empty() || !call.heeds(Scope::Request) || !(line.has("provider") || line.shows()) {
        return;
    }
    let flags = line.flags();
    let named = flags.get("provider").map(String::as_str).unwrap_or_default();
    let is_named = |name: &String| named.split(',').any(|word| word.trim().eq_ignore_ascii_case(name));
    let refused = config.denied.iter().filter(|name| !is_named(name));
    let refused: Vec<String> = refused.map(|name| format!("!{name}")).collect();
    if !refused.is_empty() {
        let said = Said {
            value: Value::Words(refused),
            line: config.denied_on,
        };
        taken.entry("provider").or_default().push(Taken { said, profile: None });
    }
}
