//! Whose keys are used, for which teams and at which addresses. No flag and no file of planner's sets these.

use std::path::Path;

use gpu_broker_http::BaseUrl;

use super::show::{Origin, Part, Setting};
use crate::credentials::{self, Credentials};
use crate::env::{Environment, Secret};
use crate::report::Trouble;
use crate::settings::{PRIME_URL, SPHERON_URL, with_file};

/// What is shown of a key.
const SET: &str = "set";

/// One broker's, as the environment and its own tool's file say.
struct Account<'e> {
    /// What its key, its team and its address are called here.
    keys: [&'static str; 3],
    /// What the environment calls them.
    variables: [&'static str; 3],
    key: &'e Option<Secret>,
    team: &'e Option<String>,
    url: &'e Option<String>,
    /// Its own address.
    own: &'static str,
    file: fn(&Path) -> Result<Credentials, Trouble>,
}

/// All of them. A key is never shown, only that there is one, and from where.
pub(super) fn accounts(environment: &Environment) -> Vec<Setting> {
    let prime = Account {
        keys: ["prime_key", "prime_team", "prime_url"],
        variables: ["PRIME_API_KEY", "PRIME_TEAM_ID", "PRIME_API_BASE_URL"],
        key: &environment.prime_key,
        team: &environment.prime_team,
        url: &environment.prime_url,
        own: PRIME_URL,
        file: credentials::prime,
    };
    let spheron = Account {
        keys: ["spheron_key", "spheron_team", "spheron_url"],
        variables: ["SPHERON_API_KEY", "SPHERON_TEAM_ID", "SPHERON_API_BASE_URL"],
        key: &environment.spheron_key,
        team: &environment.spheron_team,
        url: &environment.spheron_url,
        own: SPHERON_URL,
        file: credentials::spheron,
    };
    let all = [prime, spheron].into_iter();
    all.flat_map(|account| account.settings(environment)).collect()
}

impl Account<'_> {
    fn settings(&self, environment: &Environment) -> [Setting; 3] {
        let [key_variable, team_variable, url_variable] = self.variables;
        // A file that cannot be read stops those who need it, and is told here.
        let found = with_file(environment, (self.key, self.team), self.file);
        let is_readable = found.is_ok();
        let found = found.unwrap_or_default();
        let file = |path: &Path| Origin::File(path.display().to_string());
        let from = |is_said: bool, variable| match (is_said, &found.file) {
            (true, _) => Origin::Environment(variable),
            (false, Some(path)) => file(path),
            (false, None) => Origin::BuiltIn,
        };
        let known = |value: Option<String>, origin| match value {
            None => (None, Origin::BuiltIn),
            value => (value, origin),
        };
        let key = if is_readable {
            let value = found.key.as_ref().map(|_| SET.to_owned());
            known(value, from(self.key.is_some(), key_variable))
        } else {
            (Some("its file cannot be read".to_owned()), Origin::BuiltIn)
        };
        let team = known(found.team.clone(), from(self.team.is_some(), team_variable));
        let url = match self.url {
            // As it is read: what is no address may hold anything.
            Some(url) => {
                let url = BaseUrl::parse(url).map_or_else(|_| "no address".to_owned(), |url| url.to_string());
                (Some(url), Origin::Environment(url_variable))
            }
            None => (Some(self.own.to_owned()), Origin::BuiltIn),
        };
        let [key_name, team_name, url_name] = self.keys;
        [(key_name, key), (team_name, team), (url_name, url)].map(|(name, (value, origin))| {
            let line = None;
            Setting::of(name, Part { value, origin, line })
        })
    }
}
