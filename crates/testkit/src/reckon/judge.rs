//! Whether a plan that somebody names is what the rules make of it.

use super::cover::{Best, First};
use super::price::{bound, price};
use crate::fraction::Fraction;
use crate::ware::Ware;
use crate::wish::{Sort, Wish};

/// A plan as the product names it. Money is decimal text.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// GPUs supplied.
    pub gpus: u64,
    /// GPUs beyond those asked for.
    pub surplus: u64,
    /// Instances.
    pub nodes: u64,
    /// Per hour.
    pub rate: String,
    /// When ordering.
    pub upfront: String,
    /// Over the horizon.
    pub total: String,
    /// The least that the total may be.
    pub total_low: Option<String>,
    /// Per GPU and hour.
    pub per_gpu_hour: Option<String>,
    /// What is launched.
    pub groups: Vec<SaidGroup>,
}

/// What a line is for, how many units, the unit's price, the line's rate and its lower bound.
pub type SaidLine = (String, u64, String, String, Option<String>);

/// Some copies of one offer.
#[derive(Debug, Clone, Default)]
pub struct SaidGroup {
    /// The broker.
    pub broker: String,
    /// The offer.
    pub id: String,
    /// The data centre.
    pub center: Option<String>,
    /// How many.
    pub count: u64,
    /// Of one instance, per hour.
    pub rate: String,
    /// What makes up that rate.
    pub lines: Vec<SaidLine>,
}

/// Checks a plan line by line and sum by sum; returns its key in the ranking.
///
/// # Errors
/// What is wrong with it.
pub fn judge(wares: &[Ware], wish: &Wish, said: &Said) -> Result<Best, String> {
    let sums = add_up(wares, wish, said)?;
    let [rate, upfront, total, low] = sums.money;
    same("rate", &said.rate, rate)?;
    same("upfront", &said.upfront, upfront)?;
    same("total", &said.total, total)?;
    match &said.total_low {
        Some(text) if sums.open => same("total_low", text, low)?,
        None if !sums.open => {}
        found => {
            return Err(format!(
                "total_low is {found:?}, and should there be one: {}",
                sums.open
            ));
        }
    }
    let (gpus, nodes) = (sums.gpus, sums.nodes);
    let hours = Fraction::read(wish.hours).ok_or("hours")?;
    // P16.
    if let Some(text) = &said.per_gpu_hour {
        same("per_gpu_hour", text, total / (hours * Fraction::whole(gpus)))?;
    }
    if (said.gpus, said.surplus, said.nodes) != (gpus, gpus.saturating_sub(wish.least), nodes) {
        return Err(format!(
            "{} GPUs, {} too many, {} instances",
            said.gpus, said.surplus, said.nodes
        ));
    }
    allowed(&sums.used, wish, gpus, nodes)?;
    Ok(Best {
        first: match wish.sort {
            Sort::Total => First::Money(total),
            Sort::Rate => First::Money(rate),
            Sort::Upfront => First::Money(upfront),
            Sort::PerGpu => First::Money(total / Fraction::whole(gpus)),
            Sort::Provisioning => First::Minutes(sums.minutes.0, sums.minutes.1),
        },
        total,
        nodes,
        surplus: gpus - wish.least,
    })
}

/// What the groups of a plan come to.
struct Sums<'a> {
    /// Rate, up-front amount, total, least total.
    money: [Fraction; 4],
    gpus: u64,
    nodes: u64,
    open: bool,
    minutes: (bool, u64),
    used: Vec<(&'a Ware, &'a SaidGroup)>,
}

/// Prices every group anew and compares its lines (P15).
fn add_up<'a>(wares: &'a [Ware], wish: &Wish, said: &'a Said) -> Result<Sums<'a>, String> {
    let mut sums = Sums {
        money: [Fraction::ZERO; 4],
        gpus: 0,
        nodes: 0,
        open: false,
        minutes: (false, 0),
        used: Vec::new(),
    };
    for group in &said.groups {
        let ware = find(wares, group)?;
        let priced = price(ware, wish).ok_or_else(|| format!("{} does not fit", group.id))?;
        same("rate of a group", &group.rate, priced.rate)?;
        let expected: Vec<SaidLine> = priced
            .lines
            .iter()
            .map(|line| {
                let rate = Fraction::whole(line.quantity) * line.unit;
                let low = line.low.map(|low| low.to_string());
                let item = line.item.to_owned();
                (item, line.quantity, line.unit.to_string(), rate.to_string(), low)
            })
            .collect();
        let plain: Result<Vec<SaidLine>, String> = group.lines.iter().map(plain).collect();
        if plain? != expected {
            return Err(format!(
                "lines of {}: {:?} instead of {expected:?}",
                group.id, group.lines
            ));
        }
        let count = Fraction::whole(group.count);
        let parts = [priced.rate, priced.upfront, priced.total, priced.total_low];
        for (sum, part) in sums.money.iter_mut().zip(parts) {
            *sum = *sum + count * part;
        }
        sums.gpus += ware.gpus * group.count;
        sums.nodes += group.count;
        sums.open |= priced.open;
        let minutes = (ware.provisioning.is_none(), ware.provisioning.unwrap_or_default());
        sums.minutes = sums.minutes.max(minutes);
        sums.used.push((ware, group));
    }
    Ok(sums)
}

fn find<'a>(wares: &'a [Ware], group: &SaidGroup) -> Result<&'a Ware, String> {
    let here = |ware: &&Ware| {
        ware.id == group.id
            && ware.shelf.broker() == group.broker
            && ware.sites.iter().any(|site| site.center == group.center.as_deref())
    };
    wares.iter().find(here).ok_or_else(|| format!("nobody sells {group:?}"))
}

/// R1, R2, R8, R9, R10.
fn allowed(used: &[(&Ware, &SaidGroup)], wish: &Wish, gpus: u64, nodes: u64) -> Result<(), String> {
    let require = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    require(
        gpus >= wish.least && wish.most.is_none_or(|most| gpus <= most),
        "another number of GPUs",
    )?;
    require(
        wish.nodes.is_none_or(|most| most == 0 || nodes <= most),
        "too many instances",
    )?;
    for (ware, group) in used {
        // The copies of one offer share its stock, wherever they stand.
        let copies: u64 = used
            .iter()
            .filter(|(other, there)| other.id == ware.id && (wish.spread || there.center == group.center))
            .map(|(_, there)| there.count)
            .sum();
        require(group.count > 0 && copies <= bound(ware), "more than there are")?;
    }
    let pairs = used.iter().zip(used.iter().skip(1));
    for ((left, here), (right, there)) in pairs {
        let machine = |ware: &Ware| (ware.model, ware.memory, ware.socket);
        require(wish.mixed || machine(left) == machine(right), "different machines")?;
        let place = |ware: &Ware, group: &SaidGroup| (ware.shelf, ware.provider, group.center.clone());
        let together = place(left, here) == place(right, there) && here.center.is_some();
        require(wish.spread || together, "different places")?;
    }
    Ok(())
}

fn same(what: &str, text: &str, number: Fraction) -> Result<(), String> {
    let said = Fraction::read(text).ok_or_else(|| format!("{what}: `{text}` is no number"))?;
    if said == number.as_printed() {
        Ok(())
    } else {
        Err(format!("{what} is {text}, and should be {number}"))
    }
}

/// A line with its numbers in one spelling.
fn plain(line: &SaidLine) -> Result<SaidLine, String> {
    let number = |text: &str| {
        let read = Fraction::read(text).ok_or_else(|| format!("`{text}` is no number"))?;
        Ok::<_, String>(read.to_string())
    };
    let low = line.4.as_deref().map(number).transpose()?;
    Ok((line.0.clone(), line.1, number(&line.2)?, number(&line.3)?, low))
}
