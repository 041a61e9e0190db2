//! The flags of a request, and what they ask for.

use clap::{Args, ValueEnum};
use gpu_broker_core::bill::Interruptions;
use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::demand::{
    Caps, Demand, MarketWanted, Network, Nodes, Objective, SecurityWanted, StockAssumed, StockWord,
};
use gpu_broker_core::gpu::{GpuRequest, Socket};
use gpu_broker_core::money::Currency;
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::InterconnectKind;
use gpu_broker_core::policy::Policy;
use gpu_broker_core::quantity::{Hours, Range};

use super::words::{amount, count_range, exchange_rate, known, name, nodes, size_range, stock};
use super::{DiskArgs, FilterArgs};
use crate::files::request::RequestDocument;
use crate::report::Trouble;

/// What somebody needs.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What is needed")]
pub(crate) struct RequestArgs {
    /// With the settings of this profile of config.toml
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) profile: Option<String>,
    /// How long: 24, 37.5, 90m or 3d
    #[arg(long, value_name = "HOURS", default_value = "24")]
    pub(crate) hours: Hours,
    /// vCPUs of each instance, at least or as a range
    #[arg(long, value_name = "COUNT", value_parser = count_range)]
    pub(crate) vcpus: Option<AttachedRange>,
    /// Memory of each instance, such as 200GB
    #[arg(long, value_name = "SIZE", value_parser = size_range)]
    pub(crate) memory: Option<AttachedRange>,
    /// The instance's own disk, such as 1TB
    #[arg(long, value_name = "SIZE", value_parser = size_range)]
    pub(crate) disk: Option<AttachedRange>,
    /// GPUs of each instance
    #[arg(long, value_name = "COUNT", value_parser = count_range)]
    pub(crate) gpus_per_node: Option<AttachedRange>,
    /// Instances at the most, or `any`. Without it: one, if any offer supplies
    /// the count alone
    #[arg(long, value_name = "N", value_parser = nodes)]
    pub(crate) max_nodes: Option<Nodes>,
    /// With the Kubernetes add-on; its version matters when launching, and is the newest unless it is named
    #[arg(long, value_name = "VERSION", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) kubernetes: Option<String>,

    /// Only spot
    #[arg(long, conflicts_with = "spot_auto", help_heading = "Market")]
    pub(crate) spot: bool,
    /// Spot as well as on demand
    #[arg(long, help_heading = "Market")]
    pub(crate) spot_auto: bool,
    /// Who may run the machines
    #[arg(long, value_enum, default_value_t = SecurityFlag::Secure, help_heading = "Market")]
    pub(crate) security: SecurityFlag,
    /// Expect spot machines to be taken back this often; the work lost joins
    /// the price of spot
    #[arg(long, value_name = "R", value_parser = amount, requires = "checkpoint_minutes", help_heading = "Market")]
    pub(crate) interruptions_per_day: Option<Exact>,
    /// Minutes between checkpoints: an interruption loses half of that
    #[arg(long, value_name = "M", value_parser = amount, requires = "interruptions_per_day", help_heading = "Market")]
    pub(crate) checkpoint_minutes: Option<Exact>,
    /// No prepaid offers
    #[arg(long, help_heading = "Market")]
    pub(crate) no_prepaid: bool,

    /// Where and from whom.
    #[command(flatten, next_help_heading = "Where")]
    pub(crate) filter: FilterArgs,

    /// Networks that will do: nvlink, infiniband, ethernet, roce
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = "Network")]
    pub(crate) interconnect: Vec<String>,
    /// At least this fast, in Gbps
    #[arg(long, value_name = "GBPS", value_parser = amount, help_heading = "Network")]
    pub(crate) min_interconnect: Option<Exact>,
    /// The GPUs' socket: PCIe, SXM5, or SXM for any generation
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    pub(crate) socket: Option<String>,

    /// Most per hour, for the whole plan
    #[arg(long, value_name = "PRICE", value_parser = amount, help_heading = "Price")]
    pub(crate) max_price: Option<Exact>,
    /// Most over the horizon
    #[arg(long, value_name = "PRICE", value_parser = amount, help_heading = "Price")]
    pub(crate) max_total: Option<Exact>,
    /// Most when ordering
    #[arg(long, value_name = "PRICE", value_parser = amount, help_heading = "Price")]
    pub(crate) max_upfront: Option<Exact>,
    /// What one unit of another currency is worth: EUR=1.08
    #[arg(long, value_name = "CODE=RATE", value_delimiter = ',', value_parser = exchange_rate, help_heading = "Price")]
    pub(crate) fx: Vec<(Currency, Exact)>,
    /// Rank by this first
    #[arg(long, value_enum, default_value_t = SortFlag::Total, help_heading = "Price")]
    pub(crate) sort_by: SortFlag,

    /// Let instances of one plan differ in GPU
    #[arg(long, help_heading = "Combining")]
    pub(crate) mixed: bool,
    /// Let instances of one plan stand in several places
    #[arg(long, help_heading = "Combining")]
    pub(crate) spread: bool,

    /// What a broker's word of stock is taken to promise: low=2, medium=any; also high, available and other
    #[arg(long, value_name = "WORD=N", value_delimiter = ',', value_parser = stock, help_heading = "Combining")]
    pub(crate) stock: Vec<(StockWord, Option<u32>)>,

    /// Disks that outlive the instances.
    #[command(flatten)]
    pub(crate) disks: DiskArgs,

    /// The rules of the house.
    #[arg(skip)]
    pub(crate) policy: Policy,
}

/// A range as a flag's value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttachedRange(pub Range);

/// `--security`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecurityFlag {
    /// Providers that maintain security standards
    Secure,
    /// Anybody's machines
    Community,
    /// Both
    Any,
}

/// `--sort-by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortFlag {
    /// The total over the hours
    Total,
    /// The price per hour
    Rate,
    /// The total per GPU and hour
    PerGpu,
    /// What is paid when ordering
    Upfront,
    /// The launch time, as brokers estimate it
    Provisioning,
}

impl RequestArgs {
    /// What the flags ask for.
    pub(crate) fn demand(&self, gpu: Option<&str>) -> Result<Demand, Trouble> {
        let gpu = gpu.ok_or_else(|| {
            Trouble::usage("no GPU is named")
                .hint("say which and how many, such as `H100:8`; `planner gpus` lists them")
        })?;
        let gpus = GpuRequest::parse(gpu).map_err(|error| Trouble::usage(error.to_string()))?;
        let range = |attached: Option<AttachedRange>| attached.map(|attached| attached.0);
        Ok(Demand {
            gpus,
            hours: self.hours,
            instance: Selection {
                vcpus: range(self.vcpus),
                memory: range(self.memory),
                disk: range(self.disk),
                kubernetes: self.kubernetes.is_some(),
            },
            gpus_per_node: range(self.gpus_per_node),
            nodes: self.max_nodes.unwrap_or(Nodes::OneIfPossible),
            wanted_where: self.filter.wanted_where()?,
            market: match (self.spot, self.spot_auto) {
                (true, _) => MarketWanted::Spot,
                (false, true) => MarketWanted::Both,
                (false, false) => MarketWanted::OnDemand,
            },
            security: match self.security {
                SecurityFlag::Secure => SecurityWanted::Secure,
                SecurityFlag::Community => SecurityWanted::Community,
                SecurityFlag::Any => SecurityWanted::Any,
            },
            prepaid: !self.no_prepaid,
            network: self.network()?,
            caps: Caps {
                rate: self.max_price,
                total: self.max_total,
                upfront: self.max_upfront,
            },
            mixed: self.mixed,
            spread: self.spread,
            disks: self.disks.wanted(self.spread)?,
            exchange: self.exchange()?,
            interruptions: self.interruptions()?,
            stock: self.stock()?,
            policy: self.policy.clone(),
            objective: match self.sort_by {
                SortFlag::Total => Objective::Total,
                SortFlag::Rate => Objective::Rate,
                SortFlag::PerGpu => Objective::PerGpu,
                SortFlag::Upfront => Objective::Upfront,
                SortFlag::Provisioning => Objective::Provisioning,
            },
        })
    }

    /// What the flags ask for, or without a GPU what was asked before.
    pub(crate) fn demand_or(&self, gpu: Option<&str>, kept: Option<&RequestDocument>) -> Result<Demand, Trouble> {
        match (gpu, kept) {
            (None, Some(kept)) if self.is_plain() => {
                let mut demand = kept.demand();
                demand.policy = demand.policy.and(&self.policy);
                Ok(demand)
            }
            (None, Some(_)) => Err(Trouble::usage("flags of a request are given, and no GPU")
                .hint("name the GPU too, or leave the flags out to repeat the request that the file keeps")),
            _ => self.demand(gpu),
        }
    }

    /// The version of Kubernetes that was named.
    pub(crate) fn kubernetes_version(&self) -> Option<String> {
        self.kubernetes.clone().filter(|version| !version.is_empty())
    }

    /// Whether nothing is asked but caps.
    pub(crate) fn is_capped_at_most(&self) -> bool {
        let mut rest = self.clone();
        (rest.max_price, rest.max_total, rest.max_upfront) = (None, None, None);
        rest.kubernetes.is_none() && rest.is_plain()
    }

    /// Whether no flag of it was given.
    pub(crate) fn is_without_flags(&self) -> bool {
        self.kubernetes.is_none() && self.is_plain()
    }

    /// Whether nothing is asked that is not asked without any flag.
    fn is_plain(&self) -> bool {
        #[derive(clap::Parser)]
        struct Plain {
            #[command(flatten)]
            request: RequestArgs,
        }
        // Two requests for the same GPU differ in their flags alone.
        let asks = |request: &Self| {
            let demand = request.demand(Some("any")).ok()?;
            // Rules hold whatever is asked.
            let policy = Policy::default();
            Some(Demand { policy, ..demand })
        };
        let plain = <Plain as clap::Parser>::try_parse_from(["planner"]).ok();
        plain.and_then(|plain| asks(&plain.request)) == asks(self)
    }

    fn exchange(&self) -> Result<Exchange, Trouble> {
        let mut exchange = Exchange::new(Currency::USD);
        for (currency, worth) in &self.fx {
            if *currency == exchange.quote() {
                let hint = "give the worth of other currencies, such as `--fx EUR=1.08`";
                return Err(Trouble::usage(format!("{currency} is the quote's own currency")).hint(hint));
            }
            if exchange.worth().contains_key(currency) {
                return Err(
                    Trouble::usage(format!("{currency} has two exchange rates")).hint("give each currency once")
                );
            }
            exchange = exchange.with(*currency, *worth);
        }
        Ok(exchange)
    }

    fn stock(&self) -> Result<StockAssumed, Trouble> {
        let mut said: Vec<StockWord> = Vec::new();
        let mut assumed = StockAssumed::default();
        for (word, most) in &self.stock {
            if said.contains(word) {
                return Err(Trouble::usage(format!("`{}` stock is said twice", word.as_str()))
                    .hint("give each word once, such as `--stock low=2,medium=4`"));
            }
            said.push(*word);
            assumed = assumed.with(*word, *most);
        }
        Ok(assumed)
    }

    fn interruptions(&self) -> Result<Option<Interruptions>, Trouble> {
        let both = self.interruptions_per_day.zip(self.checkpoint_minutes);
        both.map(|(per_day, minutes)| {
            Interruptions::new(per_day, minutes).ok_or_else(|| {
                Trouble::usage("the interruptions have too many digits to be reckoned exactly")
                    .hint("write `--interruptions-per-day 2 --checkpoint-minutes 30`")
            })
        })
        .transpose()
    }

    fn network(&self) -> Result<Network, Trouble> {
        let kind = |word: &String| known(word, "network", InterconnectKind::KNOWN, InterconnectKind::new);
        let socket = |word: &String| known(word, "socket", Socket::KNOWN, Socket::new);
        Ok(Network {
            kinds: self.interconnect.iter().map(kind).collect::<Result<_, _>>()?,
            gbps: self.min_interconnect,
            socket: self.socket.as_ref().map(socket).transpose()?,
        })
    }
}
