//! One machine at two brokers (R17): labelled pairs, through both adapters. Merging what is different is worse than
//! missing what is the same: of what is merged all must be one machine, of what is one machine nine in ten must be.
//!
//! Prices, shapes and places come from `SkyPilot`'s public catalogue of both brokers (skypilot-catalog,
//! `catalogs/v8/primeintellect/vms.csv` and `catalogs/v8/spheron/vms.csv`), Prime's sockets from its own answers. Where
//! Prime's catalogue lacks what Spheron's has of a provider that both list, the row is made up after the provider's
//! naming. The near misses differ in one thing from one machine, and are all made up.

use std::collections::BTreeSet;

use gpu_broker_testkit::fake::Fake;
use gpu_broker_testkit::ware::{Shelf, Site, Ware, fixed};

use crate::support::{list, planner, text};

/// What Prime sells: provider, GPU, socket, GPUs, vCPUs, RAM, price, data centre, id. From the catalogue:
const PRIME: &str = "
    hyperstack     A100           PCIe  1  28   120   1.35    CANADA-1      n3-A100x1
    hyperstack     A100           PCIe  2  60   240   2.7     CANADA-1      n3-A100x2
    hyperstack     A100           PCIe  4  124  480   5.4     CANADA-1      n3-A100x4
    hyperstack     H100           PCIe  1  28   180   1.9     CANADA-1      n3-H100x1
    hyperstack     H100           PCIe  2  60   360   3.8     CANADA-1      n3-H100x2
    hyperstack     H100           PCIe  4  124  720   7.6     CANADA-1      n3-H100x4
    hyperstack     H100           PCIe  8  252  1440  15.2    CANADA-1      n3-H100x8
    hyperstack     H100           SXM5  8  192  960   19.2    US-1          n3-H100-SXM5x8
    hyperstack     L40            PCIe  1  28   58    1.0     CANADA-1      n3-L40x1
    hyperstack     L40            PCIe  2  60   116   2.0     CANADA-1      n3-L40x2
    hyperstack     L40            PCIe  4  124  232   4.0     CANADA-1      n3-L40x4
    hyperstack     L40            PCIe  8  252  464   8.0     CANADA-1      n3-L40x8
    hyperstack     A4000          PCIe  1  4    21    0.15    NORWAY-1      n3-RTX-A4000x1
    hyperstack     A4000          PCIe  2  8    43    0.3     NORWAY-1      n3-RTX-A4000x2
    hyperstack     A4000          PCIe  4  16   86    0.6     NORWAY-1      n3-RTX-A4000x4
    oblivus        A100           PCIe  1  28   120   1.4755  MON1          A100_PCIE_80GB
    oblivus        A100           PCIe  2  60   240   2.9455  MON1          A100_PCIE_80GB
    oblivus        L40            PCIe  1  28   58    1.0555  MON1          L40
    oblivus        L40            PCIe  8  252  464   8.4055  MON1          L40
    datacrunch     H100           SXM5  1  30   120   1.97    FIN-02        1H100.80S.30V
    datacrunch     L40S           PCIe  1  20   60    0.91    FIN-02        1L40S.20V
    datacrunch     H200           SXM5  1  44   182   2.0     ICE-01        1H200.141S.44V
    nebius         H100           SXM5  1  16   200   2.118   eu-north1     gpu-h100-sxm_1gpu-16vcpu-200gb
    massedcompute  A100           PCIe  2  30   150   3.43    us-central-2  gpu_2x_a100
    # Made up.
    datacrunch     H100           SXM5  1  32   185   2.29    FIN-03        1H100.80S.32V
    verda          RTX_PRO_6000B  PCIe  1  30   90    1.69    FIN-03        1RTXPRO6000.30V
    massedcompute  L40S           PCIe  1  12   72    0.7     us-central-2  gpu_1x_l40s
    massedcompute  L40S           PCIe  4  46   288   2.8     us-central-2  gpu_4x_l40s
    massedcompute  RTX6000Ada     PCIe  1  12   80    0.66    us-central-3  gpu_1x_6000_ada
";

/// What Spheron sells, likewise, and in front the id of the same machine at Prime. From the catalogue:
const SPHERON: &str = "
    n3-A100x1        spheron-ai      A100_80G    PCIe  1  28   120   1.4327   CANADA-1           n3-A100x1__CANADA-1
    n3-A100x2        spheron-ai      A100_80G    PCIe  2  60   240   2.8583   CANADA-1           n3-A100x2__CANADA-1
    n3-H100x1        spheron-ai      H100        PCIe  1  28   180   2.0135   CANADA-1           n3-H100x1__CANADA-1
    n3-H100x1        spheron-ai      H100        PCIe  1  28   180   2.0135   CANADA-1           n3-H100x1-bigroot__CANADA-1
    n3-H100x2        spheron-ai      H100        PCIe  2  60   360   4.0199   CANADA-1           n3-H100x2__CANADA-1
    n3-H100x2        spheron-ai      H100        PCIe  2  60   360   4.0199   CANADA-1           n3-H100x2-bigroot__CANADA-1
    n3-H100x4        spheron-ai      H100        PCIe  4  124  720   8.0327   CANADA-1           n3-H100x4__CANADA-1
    n3-H100x4        spheron-ai      H100        PCIe  4  124  720   8.0327   CANADA-1           n3-H100x4-bigroot__CANADA-1
    n3-H100x8        spheron-ai      H100        PCIe  8  252  1440  16.0583  CANADA-1           n3-H100x8__CANADA-1
    n3-H100x8        spheron-ai      H100        PCIe  8  252  1440  16.0583  CANADA-1           n3-H100x8-bigroot__CANADA-1
    n3-L40x1         spheron-ai      L40         PCIe  1  28   58    1.0631   CANADA-1           n3-L40x1__CANADA-1
    n3-L40x2         spheron-ai      L40         PCIe  2  60   116   2.1191   CANADA-1           n3-L40x2-bigroot__CANADA-1
    n3-L40x4         spheron-ai      L40         PCIe  4  124  232   4.2311   CANADA-1           n3-L40x4__CANADA-1
    n3-L40x8         spheron-ai      L40         PCIe  8  252  464   8.4551   CANADA-1           n3-L40x8-bigroot__CANADA-1
    n3-RTX-A4000x1   spheron-ai      A4000       PCIe  1  4    21    0.1655   NORWAY-1           n3-RTX-A4000x1__NORWAY-1
    n3-RTX-A4000x2   spheron-ai      A4000       PCIe  2  8    43    0.3239   NORWAY-1           n3-RTX-A4000x2__NORWAY-1
    n3-RTX-A4000x4   spheron-ai      A4000       PCIe  4  16   86    0.6407   NORWAY-1           n3-RTX-A4000x4__NORWAY-1
    1H100.80S.32V    data-crunch     H100        SXM5  1  32   185   2.9124   Finland 3          1H100.80S.32V_FIN-03_500
    1H100.80S.32V    data-crunch     H100        SXM5  1  32   185   3.0768   Finland 3          1H100.80S.32V_FIN-03_1000
    1RTXPRO6000.30V  data-crunch     RTXPRO6000  PCIe  1  30   90    2.1924   Finland 3          1RTXPRO6000.30V_FIN-03_500
    gpu_1x_l40s      massed-compute  L40S        PCIe  1  12   72    0.72     us-central-2       gpu_1x_l40s_us-central-2
    gpu_4x_l40s      massed-compute  L40S        PCIe  4  46   288   2.88     us-central-2       gpu_4x_l40s_us-central-2
    gpu_1x_6000_ada  massed-compute  RTX6000ADA  PCIe  1  12   80    0.672    us-central-3       gpu_1x_6000_ada_us-central-3
    # Another place, another count, another company.
    -                massed-compute  L40S        PCIe  1  12   72    0.72     us-central-3       gpu_1x_l40s_us-central-3
    -                massed-compute  RTX6000ADA  PCIe  1  12   80    0.672    us-central-2       gpu_1x_6000_ada_us-central-2
    -                massed-compute  L40S        PCIe  2  24   144   1.44     us-central-2       gpu_2x_l40s_us-central-2
    -                spheron-ai      A100_80G    SXM4  8  192  960   13.5239  US-1               n3-A100-SXM4x8__US-1
    -                spheron-ai      H100        NVL   8  252  1440  16.4807  CANADA-1           n3-H100x8-NVLink__CANADA-1
    # Shaped like Hyperstack's, in the city where Hyperstack is; but nobody says that they are Hyperstack's.
    -                sesterce        H100        PCIe  1  28   180   2.508    montreal-canada-2  H100_668d6762247d03149a4c9474_montreal-canada-2
    -                sesterce        H100        PCIe  8  252  1440  20.064   montreal-canada-2  H100x8_668d6762247d03149a4c9474_montreal-canada-2
    -                sesterce        A100_80G    PCIe  1  28   120   1.782    montreal-canada-2  A100_80G_668d6762247d03149a4c9474_montreal-canada-2
    -                sesterce        L40         PCIe  2  60   116   2.64     montreal-canada-2  L40x2_668d6762247d03149a4c9474_montreal-canada-2
    -                sesterce        A4000       PCIe  4  16   86    0.792    oslo-norway-1      A4000x4_668d6762247d03149a4c9474_oslo-norway-1
    -                sesterce        L40S        PCIe  1  22   128   1.1616   desmoines-usa-1    L40S_668d6762247d03149a4c947b_desmoines-usa-1
    # Nebius's own plan, from somebody who is not said to be Nebius.
    -                spheron-es      H100        SXM5  1  16   200   2.3      EU North 1         EU North 1::gpu-h100-sxm::1gpu-16vcpu-200gb
";

/// Providers and places at both, and whether they are one place of one company.
const PLACES: &[([&str; 2], [&str; 2], bool)] = &[
    (["hyperstack", "spheron-ai"], ["CANADA-1", "canada_1"], true),
    (["Hyper-Stack", "spheron-ai"], ["CANADA-1", "Canada 01"], true),
    (["datacrunch", "data-crunch"], ["FIN-01", "Finland 1"], true),
    (["verda", "data-crunch"], ["FIN-02", "FIN-02"], true),
    (["datacrunch", "verda"], ["ICE-01", "Iceland 1"], true),
    (["nebius", "nebius"], ["eu-north1", "EU North 1"], true),
    (["hyperstack", "spheron-ai"], ["CANADA-1", "CANADA-11"], false),
    (["hyperstack", "spheron-ai"], ["CANADA-11", "CANADA-1-1"], false),
    (["hyperstack", "spheron-ai"], ["CANADA-1", "montreal-canada-2"], false),
    (["hyperstack", "spheron-ai"], ["US-1", "US Central 1"], false),
    (["datacrunch", "data-crunch"], ["FIN-03", "Finland 1"], false),
    (["datacrunch", "data-crunch"], ["FIN-01", "Iceland 1"], false),
    (
        ["massedcompute", "massed-compute"],
        ["us-central-2", "us-central-9"],
        false,
    ),
    (["nebius", "nebius"], ["us-central1", "us-central2"], false),
    // A country is no place: a company may have several sites there.
    (["voltagepark", "voltage-park"], ["US", "US"], false),
    (["voltagepark", "voltage-park"], ["us", "United States"], false),
    (["nebius", "nebius"], ["Finland", "finland"], false),
];

/// What makes another machine of one.
const NEAR_MISSES: &[fn(&mut Ware)] = &[
    |ware| ware.socket = "SXM5",
    |ware| ware.socket = "NVL",
    |ware| ware.memory = 94,
    |ware| ware.model = "H200",
    |ware| ware.gpus = 2,
    |ware| ware.dials[0] = fixed(ware.dials[0].default.unwrap() + 1),
    |ware| ware.dials[0] = fixed(0),
    |ware| ware.dials[1] = fixed(184),
    |ware| ware.dials[1] = fixed(0),
    |ware| ware.sites = site("CANADA-2"),
    |ware| ware.provider = "sesterce",
    |ware| ware.provider = "hyperstacks",
    |ware| ware.spot = true,
];

fn site(center: &'static str) -> Vec<Site> {
    vec![Site {
        region: None,
        country: None,
        center: Some(center),
    }]
}

/// The lines of a table, cell by cell.
fn cells(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().map(str::trim);
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|row| row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
}

fn ware(shelf: Shelf, cells: &[&'static str]) -> Ware {
    let [provider, model, socket, gpus, vcpus, ram, price, center, id] = *cells else {
        panic!("nine cells: {cells:?}")
    };
    let number = |text: &str| text.parse().expect("a number");
    let mut ware = Ware::new(shelf, id, number(gpus), price);
    (ware.provider, ware.model, ware.socket, ware.sites) = (provider, model, socket, site(center));
    ware.memory = match model {
        "A4000" => 16,
        "L40" | "L40S" | "RTX6000Ada" | "RTX6000ADA" => 48,
        "RTX_PRO_6000B" | "RTXPRO6000" => 96,
        "H200" => 141,
        _ => 80,
    };
    ware.dials = [fixed(number(vcpus)), fixed(number(ram)), fixed(100), fixed(0)];
    ware
}

/// One H100 at each broker, the same machine if the two places and providers are: the only one with so many vCPUs.
fn pair(name: &str, vcpus: u64, providers: [&'static str; 2], centers: [&'static str; 2]) -> [Ware; 2] {
    let mut at = 0;
    [Shelf::Prime, Shelf::Spheron].map(|shelf| {
        let mut ware = ware(shelf, &["", "H100", "PCIe", "1", "0", "180", "1.9", "", ""]);
        (ware.provider, ware.sites) = (providers[at], site(centers[at]));
        ware.dials[0] = fixed(vcpus);
        ware.id = format!("{name}-{}", shelf.broker());
        at += 1;
        ware
    })
}

type Pairs = BTreeSet<(String, String)>;

/// What is for sale, and the ids at Prime and Spheron of what is one machine.
fn market() -> (Vec<Ware>, Pairs) {
    let mut wares: Vec<Ware> = cells(PRIME).map(|row| ware(Shelf::Prime, &row)).collect();
    let mut same = Pairs::new();
    for row in cells(SPHERON) {
        let (prime, row) = row.split_first().unwrap();
        wares.push(ware(Shelf::Spheron, row));
        if *prime != "-" {
            same.insert(((*prime).to_owned(), row[8].to_owned()));
        }
    }
    let mut vcpus = (1_000..).step_by(10);
    for (at, (providers, centers, one)) in PLACES.iter().enumerate() {
        let pair = pair(&format!("place-{at}"), vcpus.next().unwrap(), *providers, *centers);
        if *one {
            same.insert((pair[0].id.clone(), pair[1].id.clone()));
        }
        wares.extend(pair);
    }
    for (at, change) in NEAR_MISSES.iter().enumerate() {
        for changed in 0..2 {
            let name = format!("near-{at}-{changed}");
            let mut pair = pair(
                &name,
                vcpus.next().unwrap(),
                ["hyperstack", "spheron-ai"],
                ["CANADA-1"; 2],
            );
            change(&mut pair[changed]);
            wares.extend(pair);
        }
    }
    (wares, same)
}

/// The ids at Prime and Spheron of what is shown as one machine, whichever is the cheaper.
fn merged(wares: &[Ware]) -> Pairs {
    let fake = Fake::selling(wares);
    let request = [
        "quote",
        "any:1GB..:1",
        "--spot-auto",
        "--max-offers",
        "1000",
        "-o",
        "json",
    ];
    let ran = planner().asking(&fake).run(&request);
    let document = ran.expect(0).json();
    let mut pairs = Pairs::new();
    for group in list(&document, "plans").iter().flat_map(|plan| list(plan, "groups")) {
        for seller in list(group, "also_sold_by") {
            let mut ids = [group, seller].map(|one| (text(one, "broker"), text(one, "offer_id")));
            ids.sort_unstable();
            pairs.insert((ids[0].1.to_owned(), ids[1].1.to_owned()));
        }
    }
    pairs
}

#[test]
fn what_is_one_machine_is_one_row_and_what_is_not_is_not() {
    let (wares, same) = market();
    let merged = merged(&wares);
    let wrong: Vec<_> = merged.difference(&same).collect();
    let missed: Vec<_> = same.difference(&merged).collect();
    let told = format!(
        "{} of {} merged pairs are one machine, {} of {} pairs of one machine are merged",
        merged.len() - wrong.len(),
        merged.len(),
        same.len() - missed.len(),
        same.len()
    );
    assert!(wrong.is_empty(), "{told}; wrong: {wrong:?}");
    assert!(missed.len() * 10 <= same.len(), "{told}; missed: {missed:?}");
}
