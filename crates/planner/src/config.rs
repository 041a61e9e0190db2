//! Settings from `config.toml`: what a flag says where it is not given.
//!
//! A setting is the flag of its name, with `_` for `-`: it means the same, is checked by the same rule, and cannot be
//! forgotten when a flag is added. Once the command line is understood, it is read again with the settings that it
//! leaves open, so that whatever comes after knows of flags alone.

mod accounts;
mod check;
mod file;
mod keys;
mod merge;
mod policy;
mod show;
mod taken;

pub(crate) use file::Config;
pub(crate) use merge::{Settled, settle};
pub(crate) use policy::Stated;
pub(crate) use show::{Origin, Part, Setting};

/// What `planner help config-file` prints.
pub(crate) const HELP: &str = "\
config.toml

planner reads the file that `--config FILE` or PLANNER_CONFIG names, or else
$XDG_CONFIG_HOME/planner/config.toml (~/.config/planner/config.toml), where
there is one; `--no-config` reads none. It is TOML:

  [defaults]                 what a flag says where it is not given
  hours = 48                 the name of the flag, with _ for -
  region = [\"eu_north\", \"eu_west\"]
  price_tolerance = \"2%\"
  budget = 500.00            numbers are read to the last digit

  [fx]                       what one unit of another currency is worth
  EUR = 1.08

  [stock]                    what a broker's word of stock is taken to promise
  low = 2                    a number of machines of one offer, 0 for none
  medium = \"any\"             also high, available, and other for words that
                             planner does not know

  [providers]                whose machines will do, and whose will not
  allow = [\"hyperstack\", \"sesterce\"]
  deny = [\"nobody\"]          refused unless `--provider` names them

  [profile.training]         used as `planner quote --profile training`
  gpu = \"H100:8\"
  hours = 72
  max_price = 20

What wins, first to last: a flag, the environment, the profile, the defaults,
what is built in. A flag also does away with settings that cannot stand beside
it. [fx] and [stock] add up, name by name: `--fx EUR=1.1` overrules the EUR of
the file, and leaves its GBP. `planner config show` tells each value and where
it comes from. What a request asks for is taken from here when a GPU is named,
and not where a market or a quote that was kept brings its own request; caps
hold for `--quote` too.
Keys of brokers are no settings, and neither is anybody's `--yes`.

Rules of the house hold for every quote, launch and extension:

  [[policy]]
  name = \"eu only\"
  deny = { region_not_in = [\"eu_north\", \"eu_west\", \"eu_east\"] }
  reason = \"customer data stays in Europe\"

  [[policy]]
  name = \"big spend\"        launched with `--approve 'big spend'`
  require_approval = { upfront_over = 500 }
  reason = \"finance signs what is paid ahead\"

A rule may ask broker_in, provider_in, region_in, country_in, data_center_in,
security_in and market_in, each also as _not_in, and per_gpu_hour_over, of one
machine; rate_over, total_over, upfront_over and gpus_over of a whole plan; and
hours_over. All that it asks must hold. What is not known of a machine may be
what is denied: `unknown` is a word for it. A rule that denies by what a plan
comes to is a cap, and asks nothing else but hours_over. Rules add up, and no
flag takes one away: those of the usual file hold beside `--config FILE` and
with `--no-config`, too.

`--policy FILE` names a file of rules, which hold beside those of config.toml
and of every other such file. It has `[[policy]]` and nothing else that counts:
settings in it, [providers] among them, are not read and warned of, and a file
without a rule is refused: whoever names one means to be held to something.
";
