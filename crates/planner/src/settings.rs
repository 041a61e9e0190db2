//! Which brokers to ask, where, and with which keys.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use gpu_broker_core::market::{DiskMarket, Market};
use gpu_broker_core::near;
use gpu_broker_core::offer::Broker;
use gpu_broker_core::source::Source;
use gpu_broker_http::{ApiKey, Authority, BaseUrl};
use gpu_broker_prime::{Prime, PrimeOptions};
use gpu_broker_sandbox::{Options, Running, Sandbox};
use gpu_broker_spheron::{Spheron, SpheronOptions};

use crate::credentials::{self, Credentials};
use crate::env::{Environment, Secret};
use crate::exit::Exit;
use crate::files::market::Saved;
use crate::files::offers::Own;
use crate::files::whole::{self, Most};
use crate::report::Trouble;
use crate::view::text::shown;

/// Where the brokers answer.
pub(crate) const PRIME_URL: &str = "https://api.primeintellect.ai";
pub(crate) const SPHERON_URL: &str = "https://app.spheron.ai";

/// What every request introduces itself as. Spheron refuses clients without a
/// name of their own.
const USER_AGENT: &str = concat!("gpu-broker/", env!("CARGO_PKG_VERSION"));

/// The brokers that planner knows.
pub(crate) const BROKERS: [&str; 2] = ["prime", "spheron"];

/// The brokers to ask.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Those that can be asked.
    pub(crate) asked: Vec<Arc<dyn Source>>,
    /// Those that cannot, because nobody configured a key.
    pub(crate) without_key: Vec<Broker>,
    /// Things the user should know before a key goes out.
    pub(crate) warnings: Vec<String>,
    /// The market that was kept, which is looked at in place of asking anybody.
    pub(crate) saved: Option<Saved>,
    /// Offers of one's own.
    pub(crate) own: Own,
    /// The sandbox, which answers until this is dropped.
    _sandbox: Option<Running>,
}

impl Sources {
    /// Nobody to ask.
    pub(crate) fn nobody() -> Self {
        Self {
            asked: Vec::new(),
            without_key: Vec::new(),
            warnings: Vec::new(),
            saved: None,
            own: Own::default(),
            _sandbox: None,
        }
    }

    /// Whether any of them can be asked for machines.
    pub(crate) fn has_fleet(&self) -> bool {
        self.asked.iter().any(|source| source.fleet().is_some())
    }

    /// What to say where none can be asked for `what`: to have asked nobody is no all-clear.
    pub(crate) fn nobody_asked(what: &str) -> Trouble {
        Trouble::new(
            Exit::Credentials,
            format!("no key is configured, so no broker was asked for {what}"),
        )
        .hint("set PRIME_API_KEY and SPHERON_API_KEY, or try `--sandbox`")
    }

    /// A market that was kept, of the brokers that were selected.
    pub(crate) fn saved(mut saved: Saved, selection: &Selection) -> Result<Self, Trouble> {
        let reports = saved.market.sources.iter().map(|report| &report.broker);
        let offers = saved.market.offers.iter().map(|offer| &offer.broker);
        let known: BTreeSet<&str> = reports.chain(offers).map(Broker::as_str).collect();
        selection.check(&known)?;
        narrow(&mut saved.market, |broker| selection.wants(broker.as_str()));
        if let Some(disks) = &mut saved.disks {
            narrow_disks(disks, |broker| selection.wants(broker.as_str()));
        }
        Ok(Self {
            saved: Some(saved),
            ..Self::nobody()
        })
    }
}

/// Leaves of a market what wanted brokers said, as if nobody else had been asked.
pub(crate) fn narrow(market: &mut Market, wanted: impl Fn(&Broker) -> bool) {
    market.offers.retain(|offer| wanted(&offer.broker));
    market.rejects.retain(|reject| wanted(&reject.broker));
    market.sources.retain(|report| wanted(&report.broker));
    if let Some(disks) = &mut market.disks {
        narrow_disks(disks, wanted);
    }
}

fn narrow_disks(disks: &mut DiskMarket, wanted: impl Fn(&Broker) -> bool) {
    disks.offers.retain(|disk| wanted(&disk.broker));
    disks.owned.retain(|disk| wanted(&disk.broker));
    disks.rejects.retain(|reject| wanted(&reject.broker));
    disks.sources.retain(|report| wanted(&report.broker));
}

/// Which brokers somebody asked for by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Only these, unless empty.
    pub(crate) only: Vec<String>,
    /// Not these.
    pub(crate) without: Vec<String>,
    /// Certificates of an authority that may vouch for them beside the public ones.
    pub(crate) ca_file: Option<PathBuf>,
}

impl Selection {
    /// Checks the names against those that there are.
    pub(crate) fn check(&self, brokers: &BTreeSet<&str>) -> Result<(), Trouble> {
        for name in self.only.iter().chain(&self.without) {
            if !brokers.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                let near = near(name, brokers.iter().copied());
                let names: Vec<&str> = if near.is_empty() {
                    brokers.iter().copied().collect()
                } else {
                    near
                };
                let flags: Vec<String> = names.iter().map(|name| format!("`--broker {name}`")).collect();
                return Err(Trouble::usage(format!("no broker is called `{}`", shown(name)))
                    .hint(format!("write {}", flags.join(" or "))));
            }
        }
        Ok(())
    }

    fn wants(&self, broker: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case(broker));
        (self.only.is_empty() || named(&self.only)) && !named(&self.without)
    }
}

/// The sandbox's world.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// Where it is kept, so that separate commands share it; `None` for one of
    /// this command alone.
    pub(crate) state: Option<PathBuf>,
}

/// Sets up the brokers to ask: the real ones, or the sandbox's.
pub(crate) fn sources(
    environment: &Environment,
    selection: &Selection,
    sandbox: Option<World>,
) -> Result<Sources, Trouble> {
    selection.check(&BROKERS.into())?;
    if let Some(world) = sandbox {
        return sandboxed(selection, world);
    }
    let mut sources = Sources::nobody();
    let authority = authority(selection, &mut sources.warnings)?;
    if selection.wants("prime") {
        let found = with_file(
            environment,
            (&environment.prime_key, &environment.prime_team),
            credentials::prime,
        )?;
        let base_url = base_url(
            "PRIME_API_BASE_URL",
            environment.prime_url.as_deref(),
            PRIME_URL,
            authority.as_ref(),
            &mut sources.warnings,
        )?;
        match found.key {
            Some(key) => {
                let key = api_key("PRIME_API_KEY", found.file.as_deref(), key)?;
                let mut options = PrimeOptions::new(base_url, key, USER_AGENT);
                options.team = found.team;
                sources.asked.push(Arc::new(Prime::new(options)));
            }
            None if selection.only.iter().any(|name| name.eq_ignore_ascii_case("prime")) => {
                return Err(
                    Trouble::new(Exit::Credentials, "prime needs a key, and none is configured")
                        .hint("set PRIME_API_KEY (a key with the permission Availability: read), or try `--sandbox`"),
                );
            }
            None => sources.without_key.push(Broker::new("prime")),
        }
    }
    if selection.wants("spheron") {
        let found = with_file(
            environment,
            (&environment.spheron_key, &environment.spheron_team),
            credentials::spheron,
        )?;
        let base_url = base_url(
            "SPHERON_API_BASE_URL",
            environment.spheron_url.as_deref(),
            SPHERON_URL,
            authority.as_ref(),
            &mut sources.warnings,
        )?;
        let file = found.file.as_deref();
        let key = found.key.map(|key| api_key("SPHERON_API_KEY", file, key)).transpose()?;
        let options = SpheronOptions {
            base_url,
            key,
            team: found.team,
            user_agent: USER_AGENT.into(),
        };
        sources.asked.push(Arc::new(Spheron::new(options)));
    }
    if sources.asked.is_empty() && sources.without_key.is_empty() {
        return Err(
            Trouble::usage("every broker is excluded").hint("leave one: `--broker prime` or `--broker spheron`")
        );
    }
    if sources.asked.is_empty() {
        return Err(Trouble::new(Exit::Credentials, "no broker can be asked without a key")
            .hint("set PRIME_API_KEY, ask spheron too, whose offers are public, or try `--sandbox`"));
    }
    Ok(sources)
}

fn sandboxed(selection: &Selection, world: World) -> Result<Sources, Trouble> {
    #[expect(clippy::disallowed_methods, reason = "the simulated world starts now")]
    let now = SystemTime::now();
    let options = Options {
        state: world.state,
        ..Options::new(now)
    };
    let running =
        Sandbox::start(&options).map_err(|error| Trouble::usage(format!("the sandbox does not start: {error}")))?;
    let url = |text: &str| BaseUrl::parse(text).map_err(|error| Trouble::new(Exit::Internal, error.to_string()));
    let key = || api_key("the sandbox's key", None, Secret("key-of-the-sandbox".to_owned()));
    let mut asked: Vec<Arc<dyn Source>> = Vec::new();
    if selection.wants("prime") {
        let options = PrimeOptions::new(url(running.prime_url())?, key()?, USER_AGENT);
        asked.push(Arc::new(Prime::new(options)));
    }
    if selection.wants("spheron") {
        let base_url = url(running.spheron_url())?;
        let options = SpheronOptions {
            base_url,
            key: Some(key()?),
            team: None,
            user_agent: USER_AGENT.into(),
        };
        asked.push(Arc::new(Spheron::new(options)));
    }
    if asked.is_empty() {
        return Err(
            Trouble::usage("every broker is excluded").hint("leave one: `--broker prime` or `--broker spheron`")
        );
    }
    Ok(Sources {
        asked,
        _sandbox: Some(running),
        ..Sources::nobody()
    })
}

/// The key and team from the environment, or from the file of the broker's own
/// tool where the environment has no key.
pub(crate) fn with_file(
    environment: &Environment,
    (key, team): (&Option<Secret>, &Option<String>),
    file: impl Fn(&std::path::Path) -> Result<Credentials, Trouble>,
) -> Result<Credentials, Trouble> {
    if key.is_some() {
        return Ok(Credentials {
            key: key.clone(),
            team: team.clone(),
            file: None,
        });
    }
    let found = environment.home.as_deref().map(file).transpose()?.unwrap_or_default();
    Ok(Credentials {
        team: team.clone().or(found.team),
        ..found
    })
}

/// The key, from the file or else from the variable of that name.
fn api_key(name: &str, file: Option<&Path>, key: Secret) -> Result<ApiKey, Trouble> {
    let place = || file.map_or_else(|| name.to_owned(), |file| format!("the key in {}", file.display()));
    ApiKey::new(key.0)
        .map_err(|error| Trouble::usage(format!("{}: {error}", place())).hint("copy it again as the broker shows it"))
}

/// The authority that somebody trusts beside the public ones, with a warning of what that means.
fn authority(selection: &Selection, warnings: &mut Vec<String>) -> Result<Option<Authority>, Trouble> {
    let Some(path) = &selection.ca_file else {
        return Ok(None);
    };
    let name = path.display().to_string();
    let authority =
        Authority::from_pem(&whole::read(path, "the file of authorities", Most::Bundle)?).map_err(|error| {
            Trouble::usage(format!("{}: {error}", shown(&name)))
                .hint("`--ca-file` takes the certificates of an authority, such as that of your company's proxy")
        })?;
    warnings.push(format!(
        "whoever the authorities in {} vouch for can read your keys\n",
        shown(&name)
    ));
    Ok(Some(authority))
}

/// The base URL, with a warning when a key would go to somebody else.
fn base_url(
    name: &str,
    set: Option<&str>,
    own: &str,
    authority: Option<&Authority>,
    warnings: &mut Vec<String>,
) -> Result<BaseUrl, Trouble> {
    let url = BaseUrl::parse(set.unwrap_or(own)).map_err(|error| Trouble::usage(format!("{name}: {error}")))?;
    if set.is_some_and(|set| set.trim_end_matches('/') != own) && !url.is_loopback() {
        warnings.push(format!(
            "{name} is {url}, which is not the broker's own address: your key goes there\n"
        ));
    }
    Ok(match authority {
        Some(authority) => url.trusting(authority.clone()),
        None => url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_of_ones_own_is_named() {
        let check = |ca_file: Option<&str>, expected: &str| {
            let mut warnings = Vec::new();
            let selection = Selection {
                ca_file: ca_file.map(PathBuf::from),
                ..Selection::default()
            };
            let said = match authority(&selection, &mut warnings) {
                Ok(Some(_)) => warnings.concat(),
                Ok(None) => "nobody".to_owned(),
                Err(trouble) => format!("{trouble:?}"),
            };
            assert!(said.contains(expected), "{ca_file:?}: {said}");
        };
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/src/settings/tests/authority.pem");
        check(None, "nobody");
        check(Some(own), "vouch for can read your keys");
        check(Some("no/such/file"), "cannot be read");
        check(
            Some(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")),
            "no certificate",
        );
    }

    #[test]
    fn a_key_goes_nowhere_else_without_a_word() {
        let check = |set: Option<&str>, warned: bool| {
            let mut warnings = Vec::new();
            base_url("PRIME_API_BASE_URL", set, PRIME_URL, None, &mut warnings).unwrap();
            assert_eq!(!warnings.is_empty(), warned, "{set:?}: {warnings:?}");
            assert!(warnings.iter().all(|warning| warning.contains("your key goes there")));
        };
        check(None, false);
        check(Some(PRIME_URL), false);
        check(Some("https://api.primeintellect.ai/"), false);
        check(Some("http://127.0.0.1:8080"), false);
        check(Some("https://api.primeintellect.ai.evil.example"), true);
        check(Some("https://xn--primeintellect-x0b.example"), true);
    }
}
