use std::path::Path;

use gpu_broker_core::offer::{Dial, Terms};
use gpu_broker_core::quantity::Minutes;

use super::*;

/// A page of one group of one offer, which has these fields beside the ones that it needs.
fn offer(gpu_type: &str, fields: &str) -> Result<Offer, String> {
    let json = format!(
        r#"{{"data":[{{"gpuType":"{gpu_type}","offers":[{{"provider":"p","offerId":"o","gpuCount":1{fields}}}]}}]}}"#
    );
    let mut batch = offers(&json);
    batch
        .items
        .pop()
        .map(Arc::unwrap_or_clone)
        .ok_or_else(|| said_of(&batch.rejects).join("; "))
}

fn count(dial: Dial) -> String {
    assert_eq!(dial, Dial::fixed(dial.default), "P7");
    shown(dial.default)
}

/// All that was decided about an offer, in one line.
fn line(offer: &Offer) -> String {
    assert_eq!(
        (offer.resources.shared_disk, offer.currency),
        (Dial::default(), CURRENCY)
    );
    assert!(!offer.variable_price && !offer.multi_node && offer.security.as_str() == "secure");
    assert_eq!(
        offer.terms,
        Terms {
            prepaid: None,
            ..offer.terms
        }
    );
    let (gpu, resources) = (&offer.gpu, &offer.resources);
    format!(
        "{} {} {}x {} {} {} | {} {} addon {} | {} vcpu {} GB {} GB | {} {} | {} | min {} | {}",
        offer.provider,
        offer.launch.gpu_type,
        gpu.count,
        gpu.model,
        shown(gpu.memory),
        shown(gpu.socket.as_ref()),
        offer.market,
        shown(offer.price.map(Rate::per_hour)),
        shown(offer.kubernetes.map(Rate::per_hour)),
        count(resources.vcpu),
        count(resources.memory),
        count(resources.disk),
        offer.stock.level,
        shown(offer.stock.units),
        joined(&offer.interconnect.kinds),
        offer.terms.minimum_runtime.0,
        joined(offer.places.iter().map(place)),
    )
}

#[test]
fn offers_are_what_the_api_says() {
    let batch = offers(OFFERS);
    assert_eq!(said_of(&batch.rejects), [""; 0]);
    let lines: Vec<String> = batch.items.iter().map(|offer| line(offer)).collect();
    let expected = [
        // P4: its spot_price is a price that nobody can buy at.
        "data-crunch H100_SXM5 1x H100 80 GB SXM5 | on_demand 2.9124 addon - | 32 vcpu 185 GB 500 GB | available - | nvlink | min 20 | Finland 3/FI/eu_north",
        // The same machine with a larger disk is another offer.
        "data-crunch H100_SXM5 1x H100 80 GB SXM5 | on_demand 3.0768 addon - | 32 vcpu 185 GB 1000 GB | available - | nvlink | min 20 | Finland 3/FI/eu_north",
        // P10: the add-on is the whole box's.
        "voltage-park H100_SXM5 8x H100 80 GB SXM5 | on_demand 15.84 addon 0.384 | 832 vcpu 8192 GB 144000 GB | available - | nvlink+ethernet | min 20 | dalas-united states/US/united_states",
        // No instance type, so the id decides; LOW is no promise that R10 knows.
        "spheron-es B300_SXM6 1x B300 262 GB SXM6 | spot 5.8455 addon - | - vcpu - GB - GB | available 26 |  | min 20 | UK South 1/GB/eu_west",
        "spheron-ai H100_PCIE_BAREMETAL 1x H100 80 GB PCIe | on_demand 2.0135 addon - | 28 vcpu 180 GB 850 GB | available - | pcie | min 60 | CANADA-1/CA/canada+NORWAY-1/NO/eu_north",
        // The gpuType stands, whatever the id and the interconnect say.
        "massed-compute A100_80G_PCIE 1x A100 80 GB PCIe | on_demand 1.6568 addon 0 | 14 vcpu 128 GB 625 GB | unavailable - |  | min 20 | us-central-2/US/united_states",
        "sesterce A100_80G_PCIE 8x A100 80 GB PCIe | RESERVED 13.2 addon - | - vcpu - GB - GB | maintenance - | infiniband+roce | min 20 | atl/US/united_states",
        // P3: it stays without a price.
        "tensordock rtx-4090 16x RTX4090 24 GB PCIe | spot - addon - | 8 vcpu 32 GB 100 GB | available - | pcie | min 20 | us-east-1/US/united_states+eu-west-1/-/eu_west",
        "spheron-es CPU 0x CPU - - | on_demand 0.12 addon - | 4 vcpu 16 GB 0 GB | available - |  | min 20 | -/-/unknown",
    ];
    for (line, expected) in lines.iter().zip(expected) {
        assert_eq!(line, expected);
    }
    assert_eq!(lines.len(), expected.len());
    let first = &batch.items[0];
    assert_eq!(first.id.as_str(), "1H100.80S.32V_FIN-03_500");
    assert_eq!(joined(&*first.launch.images), "Ubuntu 22.04+Ubuntu 24.04 + CUDA 12.8");
    assert_eq!(
        (first.launch.instance_type.as_deref(), first.launch.cloud_init),
        (Some("DEDICATED"), Some(true))
    );
    assert_eq!(batch.items[8].id.as_str(), "US Central 1::cpu-d3::4vcpu-16gb");
}

#[test]
fn odd_rows_are_reported_and_spoil_no_others() {
    let batch = offers(ODD);
    let good: Vec<&str> = batch.items.iter().map(|offer| offer.id.as_str()).collect();
    assert_eq!(good, ["good-1", "good-2"]);
    assert_eq!(batch.items[0].interconnect.kinds, []);
    assert_eq!(batch.items[1].price.unwrap().per_hour().to_string(), "0.000097");
    let rejects = said_of(&batch.rejects);
    let expected = [
        "data[0].gpuType | it is missing",
        "data[1].offers | expected a list, got {\"0\": {}}",
        "data[2].offers | it is missing",
        "data[3].gpuType | invalid type: integer `40`, expected a text",
        "data[4] | invalid type: string \"L4_PCIE\", expected a group of offers",
        "data[5].offers[1].price | the price -0.01 is below zero",
        "data[5].offers[2].price | expected a number, got the text \"NaN\"",
        "data[5].offers[3].price | `1e400` is outside the range that can be reckoned exactly",
        "data[5].offers[4].price | expected a number, got an object",
        "data[5].offers[5].gpuCount | it is missing",
        "data[5].offers[6].gpuCount | expected a whole number from 0 to 18446744073709551615, got 0.5",
        "data[5].offers[7].gpuCount | 4294967296 is more than any machine holds",
        "data[5].offers[8].provider | it is missing",
        "data[5].offers[9].offerId | it is missing",
        "data[5].offers[10].vcpus | -8 is not a count",
        "data[5].offers[11].extras.technical.units_available | expected a whole number from 0 to 18446744073709551615, got -1",
        "data[5].offers[12].extras.kubernetes_addon.total_cost_per_hour | the price -1 is below zero",
        "data[5].offers[13].available | invalid type: string \"yes\", expected a boolean",
        "data[5].offers[14].clusters | invalid type: string \"US-1\", expected a list",
    ];
    assert_eq!(rejects, expected);
}

#[test]
fn the_instance_type_alone_tells_the_market() {
    let check = |json: &str, id: &str, expected: &str| {
        let word: Option<String> = serde_json::from_str(json).unwrap();
        let json = format!(
            r#"{{"data":[{{"gpuType":"L4","offers":[{{"provider":"p","gpuCount":1,"price":2,"spot_price":1,"offerId":"{id}","instanceType":{}}}]}}]}}"#,
            serde_json::to_string(&word).unwrap()
        );
        assert_eq!(offers(&json).items[0].market.as_str(), expected, "{word:?} {id}");
    };
    check(r#""SPOT""#, "o", "spot");
    check(r#""spot""#, "o", "spot");
    check(r#""DEDICATED""#, "o", "on_demand");
    check(r#""Cluster""#, "o", "on_demand");
    check(r#""BARE_METAL""#, "o", "on_demand");
    check(r#""DEDICATED""#, "n3-A100x1-spot", "on_demand");
    check(r#""RESERVED""#, "o", "RESERVED");
    check("null", "n3-A100x1-spot", "spot");
    check("null", "US Central 1::gpu-b200::spot", "spot");
    check(r#""""#, "1H100.80S.30V_SPOT", "spot");
    check("null", "o", "on_demand");
    check("null", "spot", "on_demand");
    check("null", "spöt", "on_demand");
}

#[test]
fn a_launch_repeats_the_words_of_the_offer() {
    let check = |fields: &str, instance_type: Option<&str>, cloud_init: Option<bool>| {
        let words = offer("H100", fields).unwrap().launch;
        assert_eq!(words.instance_type.as_deref(), instance_type, "{fields}");
        assert_eq!(words.cloud_init, cloud_init, "{fields}");
    };
    check("", None, None);
    check(
        r#","instanceType":"CLUSTER","supportsCloudInit":false"#,
        Some("CLUSTER"),
        Some(false),
    );
    check(
        r#","instanceType":"dedicated","supportsCloudInit":true"#,
        Some("dedicated"),
        Some(true),
    );
    check(r#","instanceType":"","supportsCloudInit":"no""#, None, None);
    let spelled = |name: &str| {
        let fields = format!(r#","clusters":["{name}"]"#);
        offer("H100", &fields).unwrap().places[0].data_center.clone().unwrap()
    };
    for name in ["US Central 1", " dalas-united states ", "TYO4", "Île-1"] {
        assert_eq!(spelled(name).as_str(), name);
    }
}

#[test]
fn the_gpu_is_the_groups() {
    let check = |gpu_type: &str, fields: &str, expected: &str| {
        let gpu = offer(gpu_type, fields).unwrap().gpu;
        let words = format!("{} {} {}", gpu.model, shown(gpu.memory), shown(gpu.socket));
        assert_eq!(words, expected, "{gpu_type} {fields}");
    };
    check("H100_SXM5", "", "H100 - SXM5");
    check("H100_NVL", r#","gpu_memory":94"#, "H100 94 GB NVL");
    check("A100_80G_SXM4", "", "A100 80 GB SXM4");
    check("A100_80G_SXM4", r#","gpu_memory":40.0"#, "A100 40 GB SXM4");
    check("A100_80G_SXM4", r#","gpu_memory":0"#, "A100 80 GB SXM4");
    check("A6000_PCIE_LOW_RAM", "", "A6000 - PCIe");
    check("A6000_PCIE_HIGH_PERF", "", "A6000 - PCIe");
    check("RTX5090_PCIE_BAREMETAL", "", "RTX5090 - PCIe");
    check("RTX6000ADA_PCIE", "", "RTX6000ADA - PCIe");
    check("V100_32G_PCIE", "", "V100 32 GB PCIe");
    check("MI100_PCIE", "", "MI100 - PCIe");
    check("GH200_PCIE", "", "GH200 - PCIe");
    check("rtx-4090", "", "RTX4090 - -");
    check("rtx-4090", r#","interconnectType":"PCIe""#, "RTX4090 - PCIe");
    check("H100", r#","interconnectType":"SXM5""#, "H100 - SXM5");
    check("H100", r#","interconnectType":"NVLink""#, "H100 - -");
    check("H100_PCIE", r#","interconnectType":"SXM5""#, "H100 - PCIe");
    check("Z9_SXM7", "", "Z9 - SXM7");
}

#[test]
fn networks_are_those_that_are_named() {
    let check = |fields: &str, expected: &str| {
        assert_eq!(
            joined(offer("H100", fields).unwrap().interconnect.kinds),
            expected,
            "{fields}"
        );
    };
    check("", "");
    check(r#","interconnectType":"SXM5""#, "");
    check(r#","interconnectType":"SXM7""#, "");
    check(r#","interconnectType":"PCIe""#, "pcie");
    check(r#","interconnectType":"standard""#, "");
    check(r#","interconnectType":"NVSwitch""#, "NVSwitch");
    check(r#","interconnectType":"NVLink","extras":{"nvlink":true}"#, "nvlink");
    check(
        r#","extras":{"nvlink":false,"networking_type":"InfiniBand"}"#,
        "infiniband",
    );
    check(r#","extras":{"nvlink":"yes","networking_type":{"a":1}}"#, "");
    check(
        r#","interconnectType":"NVLink","extras":{"networking_type":"ethernet"}"#,
        "nvlink+ethernet",
    );
}

#[test]
fn the_minimum_runtime_is_never_below_twenty_minutes() {
    for (fields, expected) in [
        ("", Ok(20)),
        (r#","minimumRuntimeMinutes":null"#, Ok(20)),
        (r#","minimumRuntimeMinutes":0"#, Ok(20)),
        (r#","minimumRuntimeMinutes":20"#, Ok(20)),
        (r#","minimumRuntimeMinutes":20.5"#, Ok(21)),
        (r#","minimumRuntimeMinutes":1440"#, Ok(1440)),
        (
            r#","minimumRuntimeMinutes":-1"#,
            Err("data[0].offers[0].minimumRuntimeMinutes | -1 is not a count"),
        ),
    ] {
        let read = offer("H100", fields).map(|offer| offer.terms.minimum_runtime);
        assert_eq!(read, expected.map(Minutes).map_err(str::to_owned), "{fields}");
    }
}

/// Recorded answers that are kept outside of the project, where they are at hand: nothing in them is odd, and every
/// place but a few codes is known.
#[test]
fn recorded_answers_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/reference/payloads");
    let check = |name: &str, count: usize| {
        let Ok(json) = std::fs::read_to_string(folder.join(name)) else {
            return;
        };
        let batch = offers(&json);
        assert_eq!(said_of(&batch.rejects), [""; 0], "{name}");
        assert_eq!(batch.items.len(), count, "{name}");
        for offer in &batch.items {
            assert!(offer.price.is_some() && offer.gpu.model.is_known(), "{offer:?}");
            assert!(offer.places.iter().all(|place| place.country.is_some()), "{offer:?}");
        }
    };
    check("spheron-gpu-offers.json", 76);
    check("spheron-offer-spot.json", 1);
}
