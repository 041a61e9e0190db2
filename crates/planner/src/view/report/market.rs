//! The market around the plans: terms as hours grow, what was rejected, what
//! proves the first plan the best, and who was asked.

use gpu_broker_core::demand::Demand;
use gpu_broker_core::fit::Reason;
use gpu_broker_core::number::Exact;
use gpu_broker_core::quote::compare::{Class, Comparison};
use gpu_broker_core::verify::{By, Certificate, Claim, PoolBound};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error, StrDeserializer};

use super::content::{best, word, word_in};
use super::told::{Change, Told};
use super::{Block, Picture};
use crate::view::columns::{Column, push};
use crate::view::compare::{class_name, rows, sentences};
use crate::view::text::{counted, percent};
use crate::view::why::helpless;
use crate::view::{assumptions, plot, policy};

/// Totals of each class of terms by hours.
#[derive(Debug)]
pub(crate) enum Terms {
    /// They are known.
    Known {
        /// The best plan of each class.
        comparison: Comparison,
        /// Limits of the request that were left out for it.
        without: Vec<&'static str>,
    },
    /// They are not, and why.
    Unknown(String),
}

/// Widths of the picture on a wide and on a narrow page.
const WIDE: u64 = 760;
const NARROW: u64 = 230;

pub(super) fn terms(terms: &Terms, demand: &Demand) -> Vec<Block> {
    let (comparison, without) = match terms {
        Terms::Unknown(why) => return vec![Block::Say(why.clone())],
        Terms::Known { comparison, without } => (comparison, without),
    };
    let drawn = plot::drawn(comparison);
    if drawn.is_empty() {
        return vec![Block::Say("No class of terms has a plan for this request.".to_owned())];
    }
    let picture = Picture {
        wide: plot::inline(comparison, WIDE, "wide"),
        narrow: plot::inline(comparison, NARROW, "narrow"),
        keys: drawn
            .iter()
            .map(|course| (plot::key(course.class), class_name(course.class)))
            .collect(),
    };
    let mut list: Vec<String> = sentences(comparison).lines().map(str::to_owned).collect();
    list.retain(|line| !line.is_empty());
    let spot = drawn.iter().any(|course| course.class == Class::Spot);
    let expected = demand.interruptions.as_ref().filter(|_| spot);
    list.extend(expected.map(|expected| assumptions::interruptions(expected).text().to_owned()));
    list.extend(assumptions::stock(&demand.stock).map(|assumed| assumed.text().to_owned()));
    list.extend(policy::left_out(demand).map(|ruled| ruled.text().to_owned()));
    if !without.is_empty() {
        list.push(format!(
            "drawn without {}: it is about one number of hours",
            without.join(" and ")
        ));
    }
    if !demand.disks.is_empty() {
        list.push("drawn for the machines alone, without disks".to_owned());
    }
    vec![
        Block::Say(
            "What the best plan of each class of terms costs in all, if the machines run for so many hours.".to_owned(),
        ),
        Block::Plot(picture),
        Block::Table(rows::table(comparison, demand)),
        Block::List(list),
    ]
}

/// What was rejected: every offer for the first thing that keeps it out.
pub(super) fn rejected(claim: &Claim, told: &Told, demand: &Demand) -> Vec<Block> {
    let market = &claim.market;
    let all = market
        .rejected
        .iter()
        .map(|reason| reason.offers)
        .fold(0, u64::saturating_add);
    let said = format!(
        "{} read: {} {}, {} rejected, each for the first thing that keeps it out.",
        counted(market.read, "offer"),
        market.ranked,
        if market.ranked == 1 { "competes" } else { "compete" },
        if all == 1 {
            "1 was".to_owned()
        } else {
            format!("{all} were")
        },
    );
    let mut blocks = vec![Block::Say(said)];
    if market.rejected.is_empty() {
        return blocks;
    }
    let mut columns = vec![
        Column::words("REJECTED FOR", 0, 0),
        Column::words("WHICH MEANS", 0, 0),
        Column::numbers("OFFERS", 0),
    ];
    if told.why.is_some() {
        columns.push(Column::words("WHAT WOULD ADMIT SOME", 0, 0));
        columns.extend(["ADMITS", "FROM $/h", "TOTAL"].map(|name| Column::numbers(name, 0)));
    }
    let why = told.why.as_deref().unwrap_or_default();
    for rejected in &market.rejected {
        let found = why.iter().find(|known| known.reason == rejected.reason);
        let change = found.and_then(|known| known.change.as_ref());
        let reason = known(&rejected.reason);
        let none = reason.map_or_else(|| "no few changes".to_owned(), |reason| helpless(reason, demand, None));
        // Where a rule is the limit and nothing helps, it is the rule that is told.
        let ruled = |reason: Reason| change.is_none() && policy::caps(demand, reason);
        let means = reason.map_or("", |reason| {
            meaning(if ruled(reason) { Reason::Policy } else { reason })
        });
        let flags = change.map_or(none, |change| word_in(&change.flags));
        let cells = [
            word(&rejected.reason).replace('_', " "),
            means.to_owned(),
            rejected.offers.to_string(),
            flags,
        ];
        push(&mut columns, cells.into_iter().chain(prices(change)));
    }
    blocks.push(Block::Table(columns));
    blocks
}

fn prices(change: Option<&Change>) -> [String; 3] {
    let number =
        |number: Option<Exact>, decimals: u8| number.map_or_else(|| "-".to_owned(), |it| it.to_fixed(decimals));
    [
        change.map_or_else(|| "-".to_owned(), |change| change.admits.to_string()),
        number(change.and_then(|change| change.rate), 4),
        number(change.and_then(|change| change.total), 2),
    ]
}

/// A reason by its word; none for one that this version does not know.
fn known(reason: &str) -> Option<Reason> {
    let word: StrDeserializer<'_, Error> = reason.into_deserializer();
    Reason::deserialize(word).ok()
}

/// A reason in words.
fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::Unreadable => "the record could not be understood",
        Reason::Gpu => "another GPU",
        Reason::GpuMemory => "another size of GPU memory, or none stated",
        Reason::Socket => "another socket, or none stated",
        Reason::Stock => "not in stock",
        Reason::Market => "spot or on demand, which was not asked for",
        Reason::Security => "a tier that was not asked for",
        Reason::Broker => "a broker that was not asked for",
        Reason::Provider => "a provider that was not asked for",
        Reason::Region => "a region that was not asked for, or none stated",
        Reason::Country => "a country that was not asked for, or none stated",
        Reason::DataCenter => "a data centre that was not asked for, or none stated",
        Reason::GpusPerNode => "too few or too many GPUs in one machine",
        Reason::Policy => "the policy denies it",
        Reason::Interconnect => "another network, a slower one, or none stated",
        Reason::Prepaid => "it must be prepaid",
        Reason::Unpriced => "no price for its market",
        Reason::Currency => "priced in a currency without an exchange rate",
        Reason::Vcpus => "too few or too many vCPUs",
        Reason::Memory => "too little or too much memory",
        Reason::Disk => "too little or too much disk",
        Reason::Kubernetes => "no Kubernetes add-on",
        Reason::Price => "its price has too many digits to be reckoned exactly",
        Reason::Attach => "the named disks cannot be attached where it stands",
        Reason::NewDisk => "no such disk is for sale where it stands",
        Reason::DiskSharing => "it would take several machines, and the disks there serve one",
        Reason::MaxPrice => "every plan with it costs too much per hour",
        Reason::MaxUpfront => "every plan with it costs too much when ordering",
        Reason::MaxTotal => "every plan with it costs too much in all",
        Reason::GpuCount => "it and those that it may be combined with are too few",
    }
}

/// What would be cheaper, and what would match where nothing does.
pub(super) fn wider(told: &Told) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !told.cheaper_elsewhere.is_empty() {
        let mut columns = vec![
            Column::words("WITH", 0, 0),
            Column::numbers("FROM $/h", 0),
            Column::numbers("SAVES", 0),
        ];
        for cheaper in &told.cheaper_elsewhere {
            let saves = cheaper
                .saves
                .map(|share| percent(share).unwrap_or_else(|| "under 0.01 %".to_owned()));
            let saves = saves.unwrap_or_else(|| "-".to_owned());
            push(&mut columns, [word(&cheaper.flag), cheaper.rate.to_fixed(4), saves]);
        }
        blocks.push(Block::Table(columns));
    }
    for change in &told.relaxations {
        let rate = change
            .rate
            .map(|rate| format!(", from {} an hour", rate.to_fixed(4)))
            .unwrap_or_default();
        blocks.push(Block::Say(format!(
            "{} would match{rate}: {}",
            counted(change.admits, "offer"),
            word_in(&change.flags)
        )));
        blocks.push(Block::Command(word_in(&change.command)));
    }
    blocks
}

/// What there is to say of the disks that were asked for.
pub(super) fn disks(told: &Told, claim: &Claim) -> Vec<Block> {
    let mut list = Vec::new();
    let unattachable = told.disk_market.iter().flat_map(|disks| &disks.unattachable);
    list.extend(unattachable.map(|disk| format!("{} cannot be attached: {}", word(&disk.id), word_in(&disk.why))));
    if let Some(compared) = &told.stay_or_move {
        let currency = &claim.currency;
        list.push(match &compared.stay {
            Some(stay) => format!("to stay beside the disks: {} {currency} in all", stay.total),
            None => "nothing fits beside the disks".to_owned(),
        });
        list.push(format!("to move their data: {} {currency} in all", compared.go.total));
        list.extend(
            (compared.break_even_per_gb).map(|price| format!("to move is worth it below {price} {currency} per GB")),
        );
        list.extend(
            compared
                .verdict
                .as_ref()
                .map(|verdict| format!("verdict: {}", word(verdict))),
        );
        list.extend(
            compared
                .not_included
                .iter()
                .map(|part| format!("in neither: {}", word_in(part))),
        );
    }
    if list.is_empty() {
        Vec::new()
    } else {
        vec![Block::List(list)]
    }
}

fn were(count: u64, thing: &str) -> String {
    format!("{} {}", counted(count, thing), if count == 1 { "was" } else { "were" })
}

/// Why no plan is better than the first.
pub(super) fn certificate(claim: &Claim, demand: &Demand) -> Vec<Block> {
    let best = best(demand.objective);
    let Some(certificate) = claim.certificate.as_ref().filter(|_| !claim.plans.is_empty()) else {
        return Vec::new();
    };
    let Certificate {
        singles, pools, short, ..
    } = certificate;
    if let Some(singles) = singles {
        return vec![Block::Say(format!(
            "One machine is enough, so the first plan is the {best} of a list: {} looked at.",
            were(u64::try_from(*singles).unwrap_or(u64::MAX), "single machine")
        ))];
    }
    let said = format!(
        "A plan draws its machines from one pool: machines that may be combined. {} {} supply the GPUs and {short} \
         cannot. For each that can, this is what none of its plans undercuts, and how that is known; the first plan \
         comes to {} for {}.",
        pools.len(),
        if pools.len() == 1 { "pool can" } else { "pools can" },
        certificate.met.amount,
        counted(certificate.met.gpus, "GPU"),
    );
    let times = (certificate.times > 1).then(|| {
        format!(
            "Every amount here is counted {} times, so that none has to be rounded.",
            certificate.times
        )
    });
    let mut columns = [
        Column::words("POOL", 0, 0),
        Column::words("DATA CENTRE", 0, 0),
        Column::words("GPU", 0, 0),
        Column::numbers("OFFERS", 0),
        Column::numbers("NOT BELOW", 0),
        Column::numbers("FOR GPUS", 0),
        Column::words("BECAUSE", 0, 0),
    ];
    for pool in pools {
        push(&mut columns, pool_row(pool));
    }
    let mut blocks = vec![Block::Say(said)];
    blocks.extend(times.map(Block::Say));
    blocks.push(Block::Table(columns.into()));
    blocks
}

fn pool_row(pool: &PoolBound) -> [String; 7] {
    let who = match (&pool.broker, &pool.provider) {
        (Some(broker), Some(provider)) => format!("{broker}/{provider}"),
        _ => "any".to_owned(),
    };
    let center = pool.data_center.as_ref().map_or("any", |center| center.as_str());
    let gpu = pool.gpu.as_ref().map_or_else(
        || "any".to_owned(),
        |gpu| {
            let socket = gpu.socket.as_ref().map(|socket| format!(" {}", socket.as_str()));
            format!("{}{}", gpu.model.as_str(), socket.unwrap_or_default())
        },
    );
    let because = match pool.by {
        By::PerGpu => "no GPU of it is cheap enough",
        By::Cover => "a table over every remainder says so",
        By::Open => "each of its cheaper plans breaks a limit: they were looked at one by one",
    };
    [
        word(&who),
        word(center),
        word(&gpu),
        pool.units.to_string(),
        pool.bound.amount.to_string(),
        pool.bound.gpus.to_string(),
        because.to_owned(),
    ]
}

/// How each broker answered.
pub(super) fn sources(told: &Told) -> Vec<Block> {
    let mut columns = [
        Column::words("BROKER", 0, 0),
        Column::words("ANSWERED", 0, 0),
        Column::numbers("OFFERS", 0),
        Column::numbers("PAGES", 0),
        Column::words("WHAT WENT WRONG", 0, 0),
    ];
    for source in &told.sources {
        let answered = match source.status.as_str() {
            "ok" => "in full",
            "partial" => "in part",
            "failed" => "not at all",
            "no_credentials" => "was not asked: there is no key",
            other => other,
        };
        let error = source.error.as_deref().map(word_in).unwrap_or_default();
        let cells = [
            word(&source.broker),
            word(answered),
            source.offers.to_string(),
            source.pages.to_string(),
            error,
        ];
        push(&mut columns, cells);
    }
    if told.sources.is_empty() {
        Vec::new()
    } else {
        vec![Block::Table(columns.into())]
    }
}
