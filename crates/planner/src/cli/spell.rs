//! A request as a command line: what would have to be typed to ask for it.

use gpu_broker_core::configuration::Selection;
use gpu_broker_core::demand::{
    Caps, Demand, DisksWanted, MarketWanted, Moving, Network, Nodes, Objective, SecurityWanted, StockAssumed, Where,
    Words,
};
use gpu_broker_core::quantity::{Gb, Hours, Range};
use gpu_broker_core::quote::Wider;

/// The arguments of `quote` that ask for this: the GPUs first, then one word
/// or two for each flag that is not as usual, in one order.
///
/// Reading them gives the same request again. The brokers are not among them:
/// which are asked is said by a flag of every command.
pub(crate) fn arguments(demand: &Demand) -> Vec<String> {
    let mut all = vec![demand.gpus.to_string()];
    all.extend(flags(demand).into_iter().flat_map(|flag| flag.words()));
    all
}

/// A flag of a request, and its value if it takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Its name, without dashes.
    pub(crate) name: &'static str,
    value: Option<String>,
}

impl Flag {
    /// A flag with a value.
    pub(crate) fn with(name: &'static str, value: String) -> Self {
        Self {
            name,
            value: Some(value),
        }
    }

    /// A flag that is a switch.
    pub(crate) fn switch(name: &'static str) -> Self {
        Self { name, value: None }
    }

    /// As words of a command line; one word where a value could be taken for a
    /// flag.
    pub(crate) fn words(&self) -> Vec<String> {
        match &self.value {
            None => vec![format!("--{}", self.name)],
            Some(value) if value.starts_with('-') => vec![format!("--{}={value}", self.name)],
            Some(value) => vec![format!("--{}", self.name), value.clone()],
        }
    }
}

/// The flags of a request that are not as usual.
pub(crate) fn flags(demand: &Demand) -> Vec<Flag> {
    // Taken apart by name: whoever adds to a request has to spell it here.
    let Demand {
        gpus: _,
        hours,
        instance,
        gpus_per_node,
        nodes,
        wanted_where,
        market,
        security,
        prepaid,
        network,
        caps,
        mixed,
        spread,
        disks,
        exchange,
        objective,
        interruptions,
        stock,
        // Rules hold without being asked for.
        policy: _,
    } = demand;
    let mut flags = Vec::new();
    flags.extend((*hours != Hours::whole(24)).then(|| self::hours(*hours)));
    flags.extend(of_instance(instance, *gpus_per_node));
    match nodes {
        Nodes::OneIfPossible => {}
        Nodes::AtMost(nodes) => flags.push(Flag::with("max-nodes", nodes.to_string())),
        Nodes::Any => flags.push(Flag::with("max-nodes", "any".to_owned())),
    }
    match market {
        MarketWanted::OnDemand => {}
        MarketWanted::Spot => flags.push(Flag::switch("spot")),
        MarketWanted::Both => flags.push(Flag::switch("spot-auto")),
    }
    match security {
        SecurityWanted::Secure => {}
        SecurityWanted::Community => flags.push(Flag::with("security", "community".to_owned())),
        SecurityWanted::Any => flags.push(Flag::with("security", "any".to_owned())),
    }
    if let Some(interruptions) = interruptions {
        flags.push(Flag::with("interruptions-per-day", interruptions.per_day().to_string()));
        flags.push(Flag::with(
            "checkpoint-minutes",
            interruptions.checkpoint_minutes().to_string(),
        ));
    }
    flags.extend((!prepaid).then(|| Flag::switch("no-prepaid")));
    flags.extend(of_where(wanted_where));
    flags.extend(of_network(network));
    let Caps { rate, total, upfront } = caps;
    let caps = [("max-price", rate), ("max-total", total), ("max-upfront", upfront)];
    flags.extend(
        caps.into_iter()
            .filter_map(|(name, cap)| Some(Flag::with(name, (*cap)?.to_string()))),
    );
    let worth = exchange.worth().iter().map(|(code, worth)| format!("{code}={worth}"));
    flags.extend(joined("fx", &worth.collect::<Vec<_>>()));
    let sort_by = match objective {
        Objective::Total => None,
        Objective::Rate => Some("rate"),
        Objective::PerGpu => Some("per-gpu"),
        Objective::Upfront => Some("upfront"),
        Objective::Provisioning => Some("provisioning"),
    };
    flags.extend(sort_by.map(|word| Flag::with("sort-by", word.to_owned())));
    flags.extend(mixed.then(|| Flag::switch("mixed")));
    flags.extend(spread.then(|| Flag::switch("spread")));
    flags.extend(of_stock(stock));
    flags.extend(of_disks(disks));
    flags
}

/// What to add to the command line of a request to widen it so.
pub(crate) fn wider(wider: Wider, demand: &Demand) -> &'static str {
    match (wider, demand.market) {
        (Wider::Nodes, _) => "--max-nodes any",
        (Wider::Security, _) => "--security any",
        (Wider::Market, MarketWanted::Spot) => "--spot-auto instead of --spot",
        (Wider::Market, MarketWanted::OnDemand | MarketWanted::Both) => "--spot-auto",
    }
}

/// How long.
pub(crate) fn hours(hours: Hours) -> Flag {
    Flag::with("hours", time(hours))
}

/// Hours that are no short number of hours are told in minutes.
fn time(hours: Hours) -> String {
    let text = hours.to_string();
    if text.parse() == Ok(hours) {
        text
    } else {
        format!("{}m", hours.in_minutes())
    }
}

fn of_disks(disks: &DisksWanted) -> Vec<Flag> {
    let DisksWanted {
        attach,
        attach_any,
        create,
        moving: Moving { price_per_gb, hours },
    } = disks;
    let sizes: Vec<String> = create.iter().map(|Gb(size)| size.to_string()).collect();
    let attach = joined("attach", attach).into_iter();
    attach
        .chain(attach_any.then(|| Flag::switch("attach-any")))
        .chain(joined("new-disk", &sizes))
        .chain(price_per_gb.map(|price| Flag::with("move-price", price.to_string())))
        .chain(hours.map(|hours| Flag::with("move-hours", time(hours))))
        .collect()
}

fn of_instance(instance: &Selection, gpus_per_node: Option<Range>) -> Vec<Flag> {
    let Selection {
        vcpus,
        memory,
        disk,
        kubernetes,
    } = instance;
    let ranges = [
        ("vcpus", *vcpus),
        ("memory", *memory),
        ("disk", *disk),
        ("gpus-per-node", gpus_per_node),
    ];
    let ranges = ranges
        .into_iter()
        .filter_map(|(name, range)| Some(Flag::with(name, range?.to_string())));
    ranges.chain(kubernetes.then(|| Flag::switch("kubernetes"))).collect()
}

fn of_where(wanted: &Where) -> Vec<Flag> {
    let Where {
        brokers: _,
        providers,
        regions,
        countries,
        data_centers,
    } = wanted;
    let lists = [
        ("region", regions),
        ("country", countries),
        ("data-center", data_centers),
        ("provider", providers),
    ];
    lists
        .into_iter()
        .filter_map(|(name, list)| joined(name, &words(list)))
        .collect()
}

fn of_network(network: &Network) -> Vec<Flag> {
    let Network { kinds, gbps, socket } = network;
    let kinds = joined(
        "interconnect",
        &kinds.iter().map(ToString::to_string).collect::<Vec<_>>(),
    );
    let gbps = gbps.map(|gbps| Flag::with("min-interconnect", gbps.to_string()));
    let socket = socket.as_ref().map(|socket| Flag::with("socket", socket.to_string()));
    kinds.into_iter().chain(gbps).chain(socket).collect()
}

/// What words of stock promise, where it is not as usual.
fn of_stock(assumed: &StockAssumed) -> Option<Flag> {
    let changed = assumed.changed().map(|(word, most)| {
        let most = most.map_or_else(|| "any".to_owned(), |most| most.to_string());
        format!("{}={most}", word.as_str())
    });
    joined("stock", &changed.collect::<Vec<_>>())
}

/// Words wanted and refused, as they are written.
pub(crate) fn words(words: &Words) -> Vec<String> {
    let refused = words.refused.iter().map(|word| format!("!{word}"));
    words.wanted.iter().cloned().chain(refused).collect()
}

/// One flag for a list, unless it is empty.
pub(crate) fn joined(name: &'static str, list: &[String]) -> Option<Flag> {
    (!list.is_empty()).then(|| Flag::with(name, list.join(",")))
}

/// Words as a shell reads them back.
pub(crate) fn shell(words: &[String]) -> String {
    let quoted = |word: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=+@".contains(c);
        if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}
