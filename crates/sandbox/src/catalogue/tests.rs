//! What the catalogue must hold, so that every case is met by whoever uses the sandbox.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Broker, Catalogue, files};
use crate::offers::{GpuOffer, Offer};

fn catalogue() -> Catalogue {
    Catalogue::load().unwrap()
}

fn prime(case: &str, holds: impl Fn(&GpuOffer) -> bool) {
    assert!(catalogue().gpus.iter().any(holds), "no Prime offer: {case}");
}

fn spheron(case: &str, holds: impl Fn(&Offer) -> bool) {
    assert!(catalogue().offers.iter().any(holds), "no Spheron offer: {case}");
}

#[test]
fn every_file_is_embedded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue");
    for (folder, embedded) in [("prime", files::PRIME), ("spheron", files::SPHERON)] {
        let on_disk: BTreeSet<String> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let listed: BTreeSet<String> = embedded.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(on_disk, listed, "{folder}");
    }
}

#[test]
fn a_file_is_named_after_its_provider() {
    for (name, text) in files::PRIME.iter().chain(files::SPHERON) {
        let provider = name.trim_end_matches(".toml");
        assert!(text.contains(&format!("provider = \"{provider}\"\n")), "{name}");
        assert!(text.starts_with('#'), "{name} does not begin by saying what it is");
    }
}

#[test]
fn there_is_enough() {
    let all = catalogue();
    assert!(all.gpus.len() + all.offers.len() >= 300);
    assert!(all.gpus.len() >= 200, "{} Prime offers", all.gpus.len());
    assert!(all.offers.len() >= 100, "{} Spheron offers", all.offers.len());
    assert!(all.disks.len() >= 20, "{} disks", all.disks.len());
    let providers = files::PRIME.len() + files::SPHERON.len();
    assert!(providers >= 12, "{providers} providers");
}

#[test]
fn there_are_many_models() {
    let plain = |word: &str| word.replace('_', "").to_uppercase();
    let all = catalogue();
    let mut models: BTreeSet<String> = all.gpus.iter().map(|offer| plain(&offer.gpu_type)).collect();
    for offer in &all.offers {
        let base = plain(offer.gpu_type.split('_').next().unwrap());
        if !models.iter().any(|known| known.starts_with(&base)) {
            models.insert(base);
        }
    }
    models.remove("CPUNODE");
    assert!(models.len() >= 25, "{} models: {models:?}", models.len());
}

#[test]
fn identities_are_unique() {
    let all = catalogue();
    let mut seen = BTreeSet::new();
    for offer in &all.gpus {
        let identity = (
            (
                &offer.cloud_id,
                &offer.place.data_center,
                &offer.gpu_type,
                &offer.socket,
            ),
            (
                offer.gpu_count,
                &offer.security,
                offer.spot,
                &offer.provider,
                &offer.place.country,
            ),
        );
        assert!(seen.insert(identity), "{identity:?} twice");
    }
    let mut seen = BTreeSet::new();
    for offer in &all.offers {
        assert!(seen.insert((&offer.provider, &offer.id)), "{} twice", offer.id);
    }
}

#[test]
fn every_figure_has_an_origin() {
    let all = catalogue();
    for origin in &all.origins {
        let month = origin
            .seen
            .split_once('-')
            .map(|(year, month)| (year.len(), month.len()));
        assert_eq!(
            month,
            Some((4, 2)),
            "{}: {:?} is no month",
            origin.provider,
            origin.seen
        );
        assert!(!origin.source.is_empty(), "{}", origin.provider);
        assert!(
            origin.source != "made up" || origin.invented.is_some(),
            "{} does not say why it is made up",
            origin.provider
        );
    }
    let count = |broker| {
        let origins = all.origins.iter().filter(move |origin| origin.broker == broker);
        origins.map(|origin| origin.offers).sum::<usize>()
    };
    assert_eq!(count(Broker::Prime), all.gpus.len());
    assert_eq!(count(Broker::Spheron), all.offers.len());
    let invented: usize = all
        .origins
        .iter()
        .filter(|origin| origin.invented.is_some())
        .map(|o| o.offers)
        .sum();
    let share = invented * 100 / (all.gpus.len() + all.offers.len());
    assert!(share <= 20, "{share} % of the offers are made up");
}

#[test]
fn prime_has_every_case() {
    let json = |offer: &GpuOffer| {
        let row = crate::offers::Row {
            offer,
            with_region: true,
            sold_out: false,
            price: None,
        };
        serde_json::to_string(&row).unwrap()
    };
    let has = |case: &'static str, text: &'static str| {
        prime(case, move |offer| json(offer).contains(text));
    };
    prime("secure", |offer| offer.security == "secure_cloud");
    prime("community", |offer| {
        offer.security == "community_cloud" && json(offer).contains("\"onDemand\":null")
    });
    prime("spot", |offer| {
        offer.spot && offer.cloud_id.ends_with("_SPOT") && json(offer).contains("\"isSpot\":true")
    });
    prime("multi-node", |offer| {
        offer.multi_node && offer.gpu_count == 16 && json(offer).contains("\"onDemand\":33.89,")
    });
    has("prepaid 720", "\"prepaidTime\":720}");
    has("prepaid 168", "\"prepaidTime\":168}");
    has("prepaid as a float", "\"prepaidTime\":168.0}");
    has("EUR", "\"currency\":\"EUR\"");
    has("variable", "\"isVariable\":true");
    has("float noise", "\"onDemand\":1.6567999999999998,");
    has("scientific notation", "\"pricePerUnit\":9.7e-05,");
    has("twenty decimals", "0.00010752688172043011");
    has(
        "included default",
        "\"minCount\":750,\"defaultCount\":750,\"maxCount\":100000,",
    );
    has(
        "disk apart",
        "\"defaultCount\":120,\"maxCount\":3000,\"pricePerUnit\":0.00014,",
    );
    has("unknown image", "\"ubuntu_26\"");
    has("unknown stock", "\"stockStatus\":\"ComingSoon\"");
    has("no price", "\"prices\":{\"onDemand\":null,\"communityPrice\":null,");
    for stock in ["Available", "Low", "Medium", "High", "Unavailable"] {
        prime(stock, |offer| offer.stock == stock);
    }
    prime("nowhere", |offer| {
        offer.place.region.is_none() && offer.place.country.is_none()
    });
    prime("a place without data centre", |offer| {
        offer.place.country.is_some() && offer.place.data_center.is_none()
    });
    prime("a CPU node", |offer| {
        offer.gpu_type == "CPU_NODE" && offer.gpu_count == 1
    });
    prime("missing keys", |offer| !json(offer).contains("sharedDisk"));
    prime("shared disk apart", |offer| offer.shared_disk.unit_price.is_some());
    prime("off the grid", |offer| {
        json(offer).contains("\"minCount\":4,\"defaultCount\":100,")
    });
    for gpu in [
        "B200_180GB",
        "B300_262GB",
        "H200_141GB",
        "GH200_96GB",
        "RTX4090_24GB",
        "L40S_48GB",
    ] {
        prime(gpu, |offer| offer.gpu_type == gpu);
    }
}

#[test]
fn spheron_has_every_case() {
    let json = |offer: &Offer| serde_json::to_string(offer).unwrap();
    let has = |case: &'static str, text: &'static str| {
        spheron(case, move |offer| json(offer).contains(text));
    };
    spheron("spot", |offer| {
        offer.kind == "SPOT" && json(offer).contains("\"price\":1.1476,\"spot_price\":1.1476,")
    });
    spheron("misleading spot price", |offer| {
        offer.kind == "DEDICATED" && json(offer).contains("\"price\":2.9124,\"spot_price\":0.8015,")
    });
    spheron("add-on", |offer| {
        offer.kind == "CLUSTER"
            && offer.price.text() == "15.84"
            && json(offer).contains("{\"available\":true,\"total_cost_per_hour\":0.384}")
    });
    spheron("not available", |offer| !offer.available);
    has("maintenance", "\"maintenance\":true");
    has("units", "\"units_available\":26");
    has("a longer minimum", "\"minimumRuntimeMinutes\":60");
    has("no GPU", "\"gpuCount\":0");
    has("sixteen GPUs", "\"gpuCount\":16");
    has("several clusters", "\"clusters\":[\"us-east-1\",\"us-west-2\"]");
    has("a price with a zero at its end", "\"price\":0.50,");
    for gpu in [
        "MI300X_OAM",
        "GH200_PCIE",
        "B300_SXM6",
        "RTX4090_PCIE",
        "H100_PCIE_BAREMETAL",
    ] {
        spheron(gpu, |offer| offer.gpu_type == gpu);
    }
}

#[test]
fn the_same_metal_is_sold_twice() {
    prime("hyperstack", |offer| {
        offer.cloud_id == "n3-H100x8" && offer.price.as_ref().is_some_and(|price| price.text() == "15.2")
    });
    spheron("spheron-ai", |offer| {
        offer.id == "n3-H100x8__CANADA-1" && offer.price.text() == "16.0583"
    });
    let all = catalogue();
    let eight = |offer: &&GpuOffer| offer.gpu_type == "H100_80GB" && offer.gpu_count == 8;
    let sellers: BTreeSet<_> = all.gpus.iter().filter(eight).map(|offer| &offer.provider).collect();
    assert!(sellers.len() >= 6, "{sellers:?}");
    let eight = |offer: &&Offer| {
        offer.gpu_type.starts_with("H100") && serde_json::to_string(offer).unwrap().contains("\"gpuCount\":8")
    };
    let sellers: BTreeSet<_> = all.offers.iter().filter(eight).map(|offer| &offer.provider).collect();
    assert!(sellers.len() >= 4, "{sellers:?}");
}
