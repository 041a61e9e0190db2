//! Random offers and requests, odd ones included.

mod large;

pub use large::{Scale, large};

use crate::dice::Dice;
use crate::ware::{Dial, Shelf, Site, Ware, fixed};
use crate::wish::{Only, Sort, Wish};

/// Prices as brokers write them, the noise of binary doubles included.
const PRICES: &[&str] = &[
    "2.69",
    "1.6567999999999998",
    "0.7968000000000001",
    "3.3000000000000003",
    "2.8499999999999996",
    "1.1",
    "15.2",
    "0.5",
    "9.7e-1",
    "2",
    "16.9449999999999967",
    "1e1",
    "4.80",
    "3.3586682325",
];

/// Prices of one unit of a resource.
const UNITS: &[&str] = &[
    "0.00014",
    "9.7e-05",
    "0.0065",
    "0.004",
    "0",
    "0.00010752688172043011",
    "0.0001111111111111111",
    "1E-3",
];

const CENTERS: &[Option<&str>] = &[
    Some("zone-1"),
    Some("zone-1"),
    Some("zone-2"),
    Some("zone-3"),
    Some("ZONE-1"),
    None,
];

/// So many offers.
pub fn wares(dice: &mut Dice, count: usize) -> Vec<Ware> {
    (0..count).map(|number| ware(dice, number)).collect()
}

fn ware(dice: &mut Dice, number: usize) -> Ware {
    let shelf = dice.pick(&[Shelf::Prime, Shelf::Prime, Shelf::Spheron]);
    let gpus = dice.pick(&[1, 1, 2, 2, 3, 4, 4, 5, 8, 8, 16]);
    let mut ware = Ware::new(shelf, &format!("w{number}"), gpus, "");
    ware.provider = dice.pick(&["hyperstack", "runpod", "nebius"]);
    ware.model = dice.pick(&["H100", "H100", "H100", "H100", "A100", "H200"]);
    ware.memory = if ware.model == "H200" { 141 } else { 80 };
    ware.socket = dice.pick(&["PCIe", "SXM5", "SXM5"]);
    ware.price = dice.percent(97).then(|| price(dice, gpus));
    ware.spot = dice.percent(20);
    match shelf {
        Shelf::Prime => prime(dice, &mut ware),
        Shelf::Spheron => spheron(dice, &mut ware),
    }
    ware
}

/// About proportional to the GPUs, so that small and large boxes compete.
fn price(dice: &mut Dice, gpus: u64) -> String {
    if dice.percent(25) {
        return dice.pick(PRICES).to_owned();
    }
    let cents = gpus * (150 + dice.roll() % 200);
    let tail = dice.pick(&["", "5", "0", "25", "000000000001", "00000000000000004"]);
    format!("{}.{:02}{tail}", cents / 100, cents % 100)
}

fn prime(dice: &mut Dice, ware: &mut Ware) {
    let (region, country) = dice.pick(&[("canada", "CA"), ("united_states", "US"), ("eu_north", "NO")]);
    ware.sites = vec![Site {
        region: Some(region),
        country: Some(country),
        center: dice.pick(CENTERS),
    }];
    ware.community = dice.percent(25);
    ware.stock = dice.pick(&["Available", "Available", "Medium", "High", "Low", "Unavailable"]);
    ware.currency = if dice.percent(10) { "EUR" } else { "USD" };
    ware.prepaid = dice
        .percent(15)
        .then(|| dice.pick(&["24", "168", "720", "0", "12.5"]).to_owned());
    ware.provisioning = dice.percent(60).then(|| dice.pick(&[1, 5, 5, 30]));
    for dial in 0..4 {
        if dice.percent(60) {
            ware.dials[dial] = self::dial(dice);
        }
    }
}

fn dial(dice: &mut Dice) -> Dial {
    let min = dice.percent(80).then(|| dice.pick(&[1, 4, 10, 20, 50]));
    let max = dice.percent(70).then(|| dice.pick(&[300, 2000, 3001]));
    Dial {
        min,
        default: dice.percent(90).then(|| dice.pick(&[16, 50, 100, 250, 333])),
        max,
        step: dice.percent(50).then(|| dice.pick(&[1, 2, 7, 10])),
        unit: dice.percent(80).then(|| dice.pick(UNITS).to_owned()),
        included: dice.pick(&[Some(true), Some(true), Some(false), None]),
    }
}

fn spheron(dice: &mut Dice, ware: &mut Ware) {
    let mut centers = vec!["zone-1", "zone-2", "zone-3", "zone-4"];
    dice.shuffle(&mut centers);
    let count = dice.pick(&[0, 1, 1, 1, 2, 3]);
    let site = |center| Site {
        region: None,
        country: None,
        center,
    };
    ware.sites = centers
        .into_iter()
        .take(count)
        .map(|center| site(Some(center)))
        .collect();
    if ware.sites.is_empty() {
        ware.sites.push(site(None));
    }
    ware.stock = dice.pick(&["Available", "Available", "Available", "Unavailable", "Maintenance"]);
    ware.units = dice.percent(40).then(|| dice.pick(&[0, 1, 2, 3, 26]));
    ware.runtime = dice.percent(40).then(|| dice.pick(&[10, 20, 45, 100]));
    ware.kubernetes = dice
        .percent(30)
        .then(|| dice.pick(&["0.384", "0.0479999999999999999"]).to_owned());
    ware.dials[2] = fixed(dice.pick(&[100, 500, 1000]));
}

/// A request, mostly an ordinary one.
pub fn wish(dice: &mut Dice) -> Wish {
    let mut wish = Wish::new(dice.pick(&[1, 1, 2, 3, 4, 6, 7, 8, 8, 11, 16, 24]));
    if dice.percent(15) {
        wish.most = Some(wish.least + dice.pick(&[0, 0, 1, 3]));
    }
    wish.models = dice.pick(&[vec!["H100"], vec!["H100"], vec!["H100", "A100"]]);
    wish.hours = dice.pick(&["0.1", "0.25", "1", "24", "37.5", "720", "1000"]);
    wish.nodes = dice.pick(&[None, None, Some(0), Some(0), Some(1), Some(2), Some(3)]);
    wish.market = dice.pick(&[Only::Usual, Only::Usual, Only::Both, Only::Both, Only::Other]);
    wish.security = dice.pick(&[Only::Usual, Only::Both, Only::Both, Only::Other]);
    wish.no_prepaid = dice.percent(15);
    wish.kubernetes = dice.percent(5);
    wish.region = dice.percent(10).then_some("canada");
    wish.euro = dice.percent(40).then(|| dice.pick(&["1.08", "0.5", "1.1357"]));
    wish.per_node = dice.percent(8).then_some(2);
    for (at, sizes) in [[8_u64, 30, 64], [60, 200, 500], [50, 300, 1000]].iter().enumerate() {
        wish.sizes[at] = dice.percent(20).then(|| dice.pick(sizes));
    }
    wish.mixed = dice.percent(10);
    wish.spread = dice.percent(15);
    wish.sort = dice.pick(&[
        Sort::Total,
        Sort::Total,
        Sort::Total,
        Sort::Total,
        Sort::Rate,
        Sort::PerGpu,
        Sort::Upfront,
        Sort::Provisioning,
    ]);
    // Caps are checked by trying everything.
    if wish.least <= 8 && dice.percent(12) {
        let cap = |dice: &mut Dice, caps: &[&str]| dice.percent(50).then(|| dice.pick(caps).to_owned());
        wish.caps = [
            cap(dice, &["3", "10.5", "21"]),
            cap(dice, &["30", "120.75", "700"]),
            cap(dice, &["0", "500"]),
        ];
    }
    wish
}
