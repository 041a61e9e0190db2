//! Settings from `config.toml`: what a flag says where it is not given.
//!
//! A setting is the flag of its name, with `_` for `-`: it means the same, is checked by the same rule, and cannot be
//! forgotten when a flag is added. Once the command line is understood, it is read again with the settings that it
//! leaves open, so that whatever comes after knows of flags alone.

mod check;
mod file;
mod keys;
mod merge;
mod show;

pub(crate) use file::Config;
pub(crate) use merge::{Settled, settle};
pub(crate) use show::{Origin, Setting};

/// What `planner help config-file` prints.
pub(crate) const HELP: &str = "\
config.toml

planner reads the file that `--config FILE` or PLANNER_CONFIG names, or else
$XDG_CONFIG_HOME/planner/config.toml (~/.config/planner/config.toml), where
there is one; `--no-config` reads none. It is TOML:

  [defaults]                 what a flag says where it is not given: the name
  hours = 48                 of the flag, with _ for -
  region = [\"eu_north\", \"eu_west\"]
  price_tolerance = \"2%\"
  budget = 500.00            numbers are read to the last digit

  [fx]                       what one unit of another currency is worth
  EUR = 1.08

  [providers]                whose machines will do, and whose will not
  allow = [\"hyperstack\", \"sesterce\"]
  deny = [\"nobody\"]          refused unless `--provider` names them

  [profile.training]         used as `planner quote --profile training`
  gpu = \"H100:8\"
  hours = 72
  max_price = 20

What wins, first to last: a flag, the environment, the profile, the defaults,
what is built in. A flag also does away with settings that cannot stand beside
it. `planner config show` tells each value and where it comes from. What a
request asks for is taken from here when a GPU is named, and not where a market
or a quote that was kept brings its own request; caps hold for `--quote` too.
Keys of brokers are no settings, and neither is anybody's `--yes`.
";
