//! The same command once more, with another request.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::ValueEnum as _;
use gpu_broker_core::demand::Demand;

use super::spell::{Flag, arguments, flags, joined, shell};
use super::{GlobalArgs, Output, QuoteArgs};

/// What `planner quote` was called with, to be called again with a changed
/// request.
#[derive(Debug)]
pub(crate) struct Again<'a> {
    args: &'a QuoteArgs,
    global: &'a GlobalArgs,
    demand: &'a Demand,
}

impl<'a> Again<'a> {
    /// The call that asked for `demand`.
    pub(crate) fn new(args: &'a QuoteArgs, global: &'a GlobalArgs, demand: &'a Demand) -> Self {
        Self { args, global, demand }
    }

    /// What was asked for.
    pub(crate) fn demand(&self) -> &Demand {
        self.demand
    }

    /// The whole command for another request, ready to be typed. It lists at
    /// least `rank` plans.
    pub(crate) fn command(&self, changed: &Demand, rank: usize) -> String {
        let mut words = self.words(changed, rank);
        let output = self.global.format().unwrap_or(Output::Table);
        let output = output.to_possible_value().filter(|_| output != Output::Table);
        let output = output.map(|format| Flag::with("output", format.get_name().to_owned()));
        words.extend(output.iter().flat_map(Flag::words));
        shell(&words)
    }

    /// The command that gets to the same figures, for people, and for whoever has what it was asked of; `more` is said
    /// by no flag of the call.
    pub(crate) fn same(&self, more: &[Flag]) -> String {
        let mut words = self.words(self.demand, 1);
        words.extend(more.iter().flat_map(Flag::words));
        shell(&words)
    }

    /// The command without how its answer is printed.
    fn words(&self, changed: &Demand, rank: usize) -> Vec<String> {
        // Taken apart by name: whoever adds a flag has to say whether the
        // answer depends on it.
        let QuoteArgs {
            gpu: _,
            request: _,
            max_offers,
            explain: _,
            why: _,
            save: _,
            watch: _,
        } = self.args;
        let GlobalArgs {
            output: _,
            json: _,
            broker,
            sandbox,
            timeout,
            verbose: _,
            quiet: _,
            no_color: _,
            market,
            offers,
            data_dir: _,
            ca_file,
            config: _,
            no_config,
            policy: _,
            configured,
            ruled_by,
            typed: _,
        } = self.global;
        let most = u32::try_from(rank).unwrap_or(u32::MAX).max(max_offers.unwrap_or(10));
        let file = |name, path: &PathBuf| Flag::with(name, path.display().to_string());
        let mut more = Vec::new();
        more.extend(market.iter().map(|path| file("market", path)));
        more.extend(ca_file.iter().map(|path| file("ca-file", path)));
        more.extend(offers.iter().map(|path| file("offers", path)));
        more.extend((most != 10).then(|| Flag::with("max-offers", most.to_string())));
        more.extend(joined("broker", broker));
        more.extend((*timeout != 30).then(|| Flag::with("timeout", timeout.to_string())));
        // What the file sets is spelled out; it must not be added to what was taken away.
        more.extend((*no_config || *configured).then(|| Flag::switch("no-config")));
        // Rules stay, as those of the usual file do by themselves.
        more.extend(ruled_by.iter().map(|path| file("policy", path)));
        more.extend(sandbox.then(|| Flag::switch("sandbox")));
        let mut words = vec!["planner".to_owned(), "quote".to_owned()];
        words.extend(arguments(changed));
        words.extend(more.iter().flat_map(Flag::words));
        words
    }

    /// Only what is different about another request: `--region canada,eu_north`,
    /// `without --no-prepaid`.
    pub(crate) fn difference(&self, changed: &Demand) -> String {
        let (before, after) = (flags(self.demand), flags(changed));
        let gpus = (changed.gpus != self.demand.gpus).then(|| changed.gpus.to_string());
        let other = after.iter().filter(|flag| !before.contains(flag)).flat_map(Flag::words);
        let mut text = shell(&gpus.into_iter().chain(other).collect::<Vec<_>>());
        let gone = before
            .iter()
            .filter(|flag| !after.iter().any(|other| replaces(other.name, flag.name)));
        for flag in gone {
            let gap = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{gap}without --{}", flag.name);
        }
        text
    }
}

/// What launches a quote that was kept, with all that the launch depends on and that the quote does not bring.
pub(crate) fn launch(id: &str, profile: Option<&str>, global: &GlobalArgs) -> String {
    // Taken apart by name: whoever adds a flag has to say whether a launch depends on it.
    let GlobalArgs {
        output: _,
        json: _,
        // Who sells the plans is known.
        broker: _,
        sandbox,
        timeout,
        verbose: _,
        quiet: _,
        no_color: _,
        market: _,
        offers: _,
        data_dir,
        ca_file,
        config,
        no_config,
        policy,
        configured: _,
        ruled_by: _,
        typed: _,
    } = global;
    let file = |name, path: &PathBuf| Flag::with(name, path.display().to_string());
    // Image, end and budget of a profile are the launch's alone: no quote has them.
    let mut flags: Vec<Flag> = profile
        .map(|name| Flag::with("profile", name.to_owned()))
        .into_iter()
        .collect();
    flags.extend(sandbox.then(|| Flag::switch("sandbox")));
    flags.extend(config.iter().map(|path| file("config", path)));
    flags.extend(policy.iter().map(|path| file("policy", path)));
    flags.extend(no_config.then(|| Flag::switch("no-config")));
    flags.extend(data_dir.iter().map(|path| file("data-dir", path)));
    flags.extend(ca_file.iter().map(|path| file("ca-file", path)));
    flags.extend((*timeout != 30).then(|| Flag::with("timeout", timeout.to_string())));
    let mut words = ["planner", "provision", "--quote", id].map(str::to_owned).to_vec();
    words.extend(flags.iter().flat_map(Flag::words));
    shell(&words)
}

/// Whether a flag takes the place of another: its own, or the other word for
/// the market.
fn replaces(flag: &str, other: &str) -> bool {
    let markets = ["spot", "spot-auto"];
    flag == other || (markets.contains(&flag) && markets.contains(&other))
}

#[cfg(test)]
mod tests;
