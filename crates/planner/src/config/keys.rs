//! Which flags are settings, and which commands heed them.

/// Which commands heed a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every command.
    Every,
    /// Those that look at a market.
    Market,
    /// Those that ask for GPUs.
    Request,
    /// The same, and a launch from a quote: it can be held to tighter caps.
    Cap,
    /// The launch.
    Launch,
    /// Whatever adds to what may be spent.
    Spending,
}

/// Every setting, in the order in which they are shown.
pub(super) const KEYS: &[(&str, Scope)] = &[
    ("gpu", Scope::Request),
    ("hours", Scope::Request),
    ("vcpus", Scope::Request),
    ("memory", Scope::Request),
    ("disk", Scope::Request),
    ("gpus_per_node", Scope::Request),
    ("max_nodes", Scope::Request),
    ("kubernetes", Scope::Request),
    ("spot", Scope::Request),
    ("spot_auto", Scope::Request),
    ("security", Scope::Request),
    ("interruptions_per_day", Scope::Request),
    ("checkpoint_minutes", Scope::Request),
    ("no_prepaid", Scope::Request),
    ("region", Scope::Request),
    ("country", Scope::Request),
    ("data_center", Scope::Request),
    ("provider", Scope::Request),
    ("interconnect", Scope::Request),
    ("min_interconnect", Scope::Request),
    ("socket", Scope::Request),
    ("max_price", Scope::Cap),
    ("max_total", Scope::Cap),
    ("max_upfront", Scope::Cap),
    ("fx", Scope::Request),
    ("stock", Scope::Request),
    ("sort_by", Scope::Request),
    ("mixed", Scope::Request),
    ("spread", Scope::Request),
    ("attach", Scope::Request),
    ("attach_any", Scope::Request),
    ("new_disk", Scope::Request),
    ("move_price", Scope::Request),
    ("move_hours", Scope::Request),
    ("max_offers", Scope::Request),
    ("alternatives", Scope::Launch),
    ("best_effort", Scope::Launch),
    ("price_tolerance", Scope::Launch),
    ("budget", Scope::Spending),
    ("account_max_burn", Scope::Launch),
    ("ssh_key", Scope::Launch),
    ("image", Scope::Launch),
    ("cloud_init", Scope::Launch),
    ("max_duration", Scope::Launch),
    ("wait", Scope::Launch),
    ("no_wait", Scope::Launch),
    ("resolve_for", Scope::Launch),
    ("on_unknown", Scope::Launch),
    ("strict", Scope::Launch),
    ("broker", Scope::Market),
    ("timeout", Scope::Every),
    ("output", Scope::Every),
    ("no_color", Scope::Every),
    ("data_dir", Scope::Every),
    ("ca_file", Scope::Every),
];

/// Settings that are paths: from the folder of the file that they stand in.
pub(super) const PATHS: [&str; 3] = ["cloud_init", "data_dir", "ca_file"];

/// Settings of pairs, which have a table of their own and add up: each name is taken from where it is said first.
pub(super) const ADDING: [&str; 2] = ["fx", "stock"];

/// Commands that ask for GPUs.
const ASKING: [&str; 5] = ["quote", "compare", "report", "provision", "diff"];

/// Commands that look at a market.
const LOOKING: [&str; 3] = ["offers", "gpus", "disks"];

/// A setting's own name and scope.
pub(super) fn known(word: &str) -> Option<(&'static str, Scope)> {
    KEYS.iter().find(|(key, _)| *key == word).copied()
}

/// What a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// GPUs that are asked for.
    Request,
    /// A quote, to be launched.
    Launch,
    /// A quote that was kept, which no setting changes.
    Kept,
    /// What was asked before, or nothing of the kind.
    Other,
}

/// What a command is called with, as far as it matters to settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// The command's name.
    pub(super) command: &'a str,
    /// What it is about.
    pub(super) of: Of,
    /// Whether it shows settings.
    pub(super) shows: bool,
}

impl Call<'_> {
    /// Whether the command heeds settings of that scope.
    pub(super) fn heeds(self, scope: Scope) -> bool {
        let may_ask = ASKING.contains(&self.command);
        let asks = may_ask && self.of == Of::Request;
        self.shows
            || match scope {
                Scope::Every => true,
                Scope::Market => (may_ask || LOOKING.contains(&self.command)) && self.of != Of::Kept,
                Scope::Request => asks,
                Scope::Cap => asks || self.of == Of::Launch,
                Scope::Launch => self.command == "provision",
                Scope::Spending => ["provision", "extend"].contains(&self.command),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    /// Flags that say what is done this once, or where settings are.
    const NEVER: [&str; 23] = [
        "allow_prepaid",
        "approve",
        "config",
        "count",
        "dry_run",
        "explain",
        "help",
        "json",
        "market",
        "no_config",
        "offers",
        "plan",
        "policy",
        "profile",
        "quiet",
        "quote",
        "sandbox",
        "save",
        "verbose",
        "version",
        "watch",
        "why",
        "yes",
    ];

    #[test]
    fn every_flag_of_a_request_or_a_launch_is_a_setting_or_is_not_on_purpose() {
        let mut cli = crate::cli::Cli::command();
        cli.build();
        let mut unseen: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        for name in ["quote", "provision"] {
            let command = cli.find_subcommand(name).unwrap();
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let is_key = known(id).is_some();
                assert!(is_key != NEVER.contains(&id), "{name}: {id} is new, or both");
                unseen.retain(|key| *key != id);
            }
        }
        assert!(unseen.is_empty(), "no flags: {unseen:?}");
    }
}
