//! Large markets for large requests: many offers that may be combined, stock that binds, prices close together.

use crate::dice::Dice;
use crate::ware::{Shelf, Site, Ware};
use crate::wish::{Only, Sort, Wish};

/// How large a case may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Offers at the most.
    pub offers: usize,
    /// GPUs wanted at the most.
    pub gpus: u64,
}

/// How prices and sizes hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// A price per GPU for each offer, in hundredths of a cent.
    Flat,
    /// Six decimals.
    Random,
    /// All within a thousandth: what a gap of 1e-4 takes for equal.
    Close,
    /// Larger boxes are cheaper per GPU.
    Discount,
    /// Boxes of an even number of GPUs.
    Even,
}

const CENTERS: [&str; 12] = [
    "zone-1", "zone-2", "zone-3", "zone-4", "zone-5", "zone-6", "zone-7", "zone-8", "zone-9", "zone-10", "zone-11",
    "zone-12",
];

/// A market and a request for it.
pub fn large(dice: &mut Dice, scale: Scale) -> (Vec<Ware>, Wish) {
    let family = dice.pick(&[
        Family::Flat,
        Family::Random,
        Family::Close,
        Family::Discount,
        Family::Even,
    ]);
    let offers = scale.offers / dice.pick(&[1, 1, 2, 10]);
    let centers = &CENTERS[..dice.pick(&[1, 4, 12])];
    let wares = (0..offers).map(|number| ware(dice, family, centers, number)).collect();
    (wares, wish(dice, scale.gpus))
}

fn ware(dice: &mut Dice, family: Family, centers: &[&'static str], number: usize) -> Ware {
    let shelf = dice.pick(&[Shelf::Spheron, Shelf::Spheron, Shelf::Spheron, Shelf::Prime]);
    let gpus = match family {
        Family::Even => dice.pick(&[2, 4, 6, 8, 10, 16]),
        _ => dice.pick(&[1, 2, 3, 4, 5, 6, 7, 8, 8, 16, 32, 64]),
    };
    let mut ware = Ware::new(shelf, &format!("w{number}"), gpus, &price(dice, family, gpus));
    ware.provider = dice.pick(&["hyperstack", "hyperstack", "nebius"]);
    if dice.percent(15) {
        ware.model = "A100";
    }
    ware.sites = sites(dice, shelf, centers);
    match shelf {
        Shelf::Spheron => ware.units = Some(dice.pick(&[0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64])),
        Shelf::Prime => {
            // Without a bound one offer would meet every request.
            ware.stock = dice.pick(&["Low", "Low", "Low", "Unavailable"]);
            ware.prepaid = dice.percent(20).then(|| dice.pick(&["12", "168"]).to_owned());
        }
    }
    if dice.percent(1) {
        (ware.units, ware.stock) = (None, "Available");
    }
    ware
}

/// In millionths; about 1 to 3 per GPU and hour.
fn price(dice: &mut Dice, family: Family, gpus: u64) -> String {
    let mut roll = |end: usize| u64::try_from(dice.below(end)).expect("a small number");
    let millionths = match family {
        Family::Flat => (12_000 + roll(20_000)) * 100 * gpus,
        Family::Random | Family::Even => 1_200_000 * gpus + roll(2_000_000) * gpus + roll(999_999),
        Family::Close => 1_999_000 * gpus + roll(2_000) * gpus + roll(9),
        Family::Discount => (1_200_000 + roll(1_500_000)) * gpus * (128 - gpus) / 128,
    };
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

fn sites(dice: &mut Dice, shelf: Shelf, centers: &[&'static str]) -> Vec<Site> {
    let site = |center| Site {
        region: (shelf == Shelf::Prime).then_some("canada"),
        country: (shelf == Shelf::Prime).then_some("CA"),
        center,
    };
    if dice.percent(2) {
        return vec![site(None)];
    }
    // A Spheron offer may be for sale in several clusters.
    let several = shelf == Shelf::Spheron && centers.len() > 3 && dice.percent(15);
    let mut chosen = centers.to_vec();
    dice.shuffle(&mut chosen);
    chosen.truncate(if several { 3 } else { 1 });
    chosen.into_iter().map(Some).map(site).collect()
}

fn wish(dice: &mut Dice, gpus: u64) -> Wish {
    let least = dice.pick(&[gpus, gpus - 1, gpus / 2, gpus / 2 + 1, gpus / 8 - 1, gpus / 64]);
    let mut wish = Wish::new(least);
    wish.most = dice.pick(&[None, None, Some(least), Some(least + 7)]);
    wish.nodes = dice.pick(&[
        None,
        Some(0),
        Some(0),
        Some(0),
        Some(least / 48 + 2),
        Some(least / 20 + 1),
    ]);
    wish.hours = dice.pick(&["1", "24", "24", "720"]);
    wish.models = dice.pick(&[vec!["H100"], vec!["H100", "A100"]]);
    wish.mixed = dice.percent(15);
    wish.spread = dice.percent(20);
    wish.no_prepaid = dice.percent(30);
    wish.security = Only::Both;
    wish.sort = dice.pick(&[Sort::Total, Sort::Total, Sort::Total, Sort::Rate]);
    wish
}
