//! Requests, byte for byte, from the rows that they repeat.

use std::sync::Arc;

use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::disk::{DiskId, DiskOffer};
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::offer::{Broker, Offer};
use gpu_broker_core::place::Place;
use gpu_broker_core::quantity::{Gb, Range};
use gpu_broker_core::source::{CloudInit, DiskOrder, LoginKey, Order};
use gpu_broker_http::decode;

use super::*;
use crate::normalise::{self, Words};
use crate::wire::{DiskRow, GpuRow, Page};

fn offers(json: &str) -> Vec<Offer> {
    let broker = Broker::new("prime");
    let page: Page<'_, GpuRow<'_>> = decode(json.as_bytes()).unwrap();
    let mut words = Words::default();
    let (rows, _) = page.items.all(99).unwrap();
    let rows = rows.iter();
    rows.map(|row| normalise::offer(&broker, &mut words, row, false).unwrap())
        .collect()
}

fn offer(id: &str) -> Offer {
    let found = offers(include_str!("../../fixtures/gpus.json"))
        .into_iter()
        .find(|offer| offer.id.as_str() == id);
    found.unwrap_or_else(|| panic!("{id}"))
}

/// One row of a page, with only what a row must have and what is given.
fn odd(change: &str) -> Offer {
    let json = format!(r#"{{"items":[{{"cloudId":"x","provider":"p","prices":{{"onDemand":2}},{change}}}]}}"#);
    offers(&json).remove(0)
}

/// An order of the offer as it stands, with a ceiling of 2.5.
fn order(offer: Offer, asked: &Selection) -> Order {
    let exchange = Exchange::new(offer.currency);
    let configuration = match offer.price {
        Some(_) => offer.configure(asked, &exchange).unwrap(),
        None => panic!("unpriced"),
    };
    Order {
        name: "gp-1a1".to_owned(),
        place: offer.places[0].clone(),
        configuration,
        ceiling: Rate::new("2.5".parse().unwrap(), offer.currency),
        image: None,
        key: LoginKey::Account,
        cloud_init: None,
        disks: Vec::new(),
        kubernetes: None,
        offer: Arc::new(offer),
    }
}

fn body(order: &Order, team: Option<&str>) -> Result<String, String> {
    let json = PodRequest::new(order, team)?.json()?;
    Ok(String::from_utf8(json).unwrap())
}

#[test]
fn a_launch_repeats_one_row_to_the_letter() {
    let check = |id: &str, expected: &str| {
        let written = body(&order(offer(id), &Selection::default()), None).unwrap();
        assert_eq!(written, expected, "{id}");
    };
    check(
        "NVIDIA A100 80GB PCIe",
        r#"{"pod":{"name":"gp-1a1","cloudId":"NVIDIA A100 80GB PCIe","gpuType":"A100_80GB","socket":"PCIe","gpuCount":1,"maxPrice":2.500000001,"security":"secure_cloud"},"provider":{"type":"runpod"}}"#,
    );
    check(
        "54160678-0c8a-401c-9a0c-fb6eb8116ecf_1",
        r#"{"pod":{"name":"gp-1a1","cloudId":"54160678-0c8a-401c-9a0c-fb6eb8116ecf_1","gpuType":"A100_80GB","socket":"PCIe","gpuCount":1,"maxPrice":2.500000001,"country":"CZ","security":"community_cloud"},"provider":{"type":"tensordock"}}"#,
    );
    check(
        "1A100.22V_SPOT",
        r#"{"pod":{"name":"gp-1a1","cloudId":"1A100.22V_SPOT","gpuType":"A100_80GB","socket":"SXM4","gpuCount":1,"maxPrice":2.500000001,"dataCenterId":"FIN-01","country":"FI","security":"secure_cloud"},"provider":{"type":"datacrunch"}}"#,
    );
    // Prepaid hours are asked for when the offer is sold that way; its data centre is the bare "US".
    check(
        "prime-h100",
        r#"{"pod":{"name":"gp-1a1","cloudId":"prime-h100","gpuType":"H100_80GB","socket":"SXM5","gpuCount":1,"maxPrice":2.500000001,"dataCenterId":"US","security":"secure_cloud","prepaidForHr":720},"provider":{"type":"primecompute"}}"#,
    );
    // A machine without a GPU says 1.
    check(
        "cpu-d3_2vcpu-8gb",
        r#"{"pod":{"name":"gp-1a1","cloudId":"cpu-d3_2vcpu-8gb","gpuType":"CPU_NODE","socket":"PCIe","gpuCount":1,"maxPrice":2.500000001,"dataCenterId":"eu-north1","country":"FI","security":"secure_cloud"},"provider":{"type":"nebius"}}"#,
    );
    // Words that our vocabulary does not have, or spells differently.
    check(
        "new-words",
        r#"{"pod":{"name":"gp-1a1","cloudId":"new-words","gpuType":"R100X_288GB","socket":"SXM7","gpuCount":2,"maxPrice":2.500000001,"country":"Finland","security":"datacenter"},"provider":{"type":"dc_newcomer"}}"#,
    );
    check(
        "8H100.80S.176V",
        r#"{"pod":{"name":"gp-1a1","cloudId":"8H100.80S.176V","gpuType":"H100_80GB","socket":"SXM5","gpuCount":8,"maxPrice":2.500000001,"dataCenterId":"FIN-02","country":"fi","security":"secure_cloud"},"provider":{"type":"datacrunch"}}"#,
    );
}

#[test]
fn only_words_that_would_be_lost_are_remembered() {
    let check = |change: &str, remembered: &[(&str, &str)], part: &str| {
        let offer = odd(change);
        let echo: Vec<(&str, &str)> = offer
            .launch
            .echo
            .iter()
            .map(|(field, word)| (&**field, &**word))
            .collect();
        assert_eq!(echo, remembered, "{change}");
        let written = body(&order(offer, &Selection::default()), None).unwrap();
        assert!(written.contains(part), "{written}");
    };
    check(
        r#""gpuType":"H100_80GB","gpuCount":8,"socket":"SXM5","security":"secure_cloud","country":"US""#,
        &[],
        r#""gpuType":"H100_80GB","socket":"SXM5","gpuCount":8,"#,
    );
    check(
        r#""gpuType":"H100_80GB","gpuCount":8.0,"socket":" sxm5","security":"SECURE","country":"usa""#,
        &[("country", "usa"), ("security", "SECURE"), ("socket", " sxm5")],
        r#""socket":" sxm5","gpuCount":8,"maxPrice":2.500000001,"country":"usa","security":"SECURE""#,
    );
    check(
        r#""gpuType":"CPU_NODE","gpuCount":3,"security":"secure_cloud""#,
        &[("gpuCount", "3")],
        r#""gpuType":"CPU_NODE","gpuCount":3,"#,
    );
    check(
        r#""gpuType":"H100_80GB","gpuCount":0,"security":"secure_cloud""#,
        &[("gpuCount", "0")],
        r#""gpuType":"H100_80GB","gpuCount":0,"#,
    );
    check(
        r#""gpuType":"H100_80GB","gpuCount":1,"security":"secure_cloud""#,
        &[],
        r#""gpuType":"H100_80GB","gpuCount":1,"#,
    );
}

#[test]
fn counts_are_asked_for_only_where_they_differ() {
    let check = |asked: Selection, expected: &str| {
        let cheap = offer("54160678-0c8a-401c-9a0c-fb6eb8116ecf_1");
        let written = body(&order(cheap, &asked), None).unwrap();
        let (_, after) = written.split_once(r#""gpuCount":1,"#).unwrap();
        let (counts, _) = after.split_once(r#""maxPrice""#).unwrap();
        assert_eq!(counts, expected, "{asked:?}");
    };
    let from = |least| Some(Range::at_least(least));
    check(Selection::default(), "");
    let disk = Selection {
        disk: from(100),
        ..Selection::default()
    };
    check(disk, r#""diskSize":100,"#);
    let all = Selection {
        vcpus: from(7),
        memory: from(30),
        disk: from(1870),
        ..Selection::default()
    };
    check(all, r#""vcpus":8,"memory":34,"#);
}

#[test]
fn what_was_ordered_is_sent() {
    let check = |change: &dyn Fn(&mut Order), expected: &str| {
        let mut order = order(offer("1A100.22V_SPOT"), &Selection::default());
        change(&mut order);
        let written = body(&order, Some("team-1")).unwrap();
        assert!(written.contains(expected), "{written}");
    };
    check(&|_| (), r#","team":{"teamId":"team-1"}}"#);
    check(
        &|order| order.image = Some("cuda_12_6_pytorch_2_7".into()),
        r#""image":"cuda_12_6_pytorch_2_7""#,
    );
    check(
        &|order| order.disks = vec![DiskId::new("d-1"), DiskId::new("d\"2")],
        r#","disks":["d-1","d\"2"],"team""#,
    );
    // Every digit, no binary fraction in between, and just above.
    let price = |order: &mut Order, text: &str| order.ceiling = Rate::new(text.parse().unwrap(), Currency::USD);
    for (ceiling, expected) in [
        ("0.1", "0.100000001"),
        ("1.2345678901234567890123456", "1.2345678911234567890123456"),
        ("1234567890123456", "1234567890123456.000000001"),
        ("0", "0.000000001"),
    ] {
        check(&|order| price(order, ceiling), &format!(r#""maxPrice":{expected},"#));
    }
    let order = order(offer("1A100.22V_SPOT"), &Selection::default());
    let request = PodRequest::new(&order, None).unwrap().with_key("key-1");
    let written = String::from_utf8(request.json().unwrap()).unwrap();
    assert!(
        written.contains(r#""security":"secure_cloud","sshKeyId":"key-1"}"#),
        "{written}"
    );
}

#[test]
fn what_prime_cannot_do_is_refused() {
    let check = |change: &dyn Fn(&mut Order), expected: &str| {
        let mut order = order(offer("1A100.22V_SPOT"), &Selection::default());
        change(&mut order);
        let refused = body(&order, None).unwrap_err();
        assert!(refused.contains(expected) && refused.contains(';'), "{refused}");
    };
    check(
        &|order| order.cloud_init = Some(CloudInit::default()),
        "leave the cloud-init out",
    );
    check(
        &|order| order.kubernetes = Some("v1".to_owned()),
        "no kubernetes add-on",
    );
    for name in ["", "42", "a b", "a_b", "ä", &"a".repeat(256)] {
        check(&|order| order.name = name.to_owned(), "a machine's name is letters");
    }
    check(
        &|order| order.place = Place::default(),
        "the place is none of the offer's",
    );
    check(
        &|order| order.ceiling = Rate::new("2".parse().unwrap(), "EUR".parse().unwrap()),
        "the ceiling is not in the offer's currency",
    );
    let forged = |order: &mut Order| {
        Arc::make_mut(&mut order.offer)
            .launch
            .echo
            .insert("gpuCount".into(), "1,\"x\":2".into());
    };
    check(&forged, "is not a number");
}

#[test]
fn a_name_of_the_full_length_is_taken() {
    let mut order = order(offer("1A100.22V_SPOT"), &Selection::default());
    order.name = "a".repeat(NAME_LEN_MAX);
    assert!(body(&order, None).is_ok());
}

#[test]
fn a_disk_is_that_of_one_row() {
    let broker = Broker::new("prime");
    let page: Page<'_, DiskRow<'_>> = decode(include_bytes!("../../fixtures/disk-offers.json")).unwrap();
    let offers: Vec<DiskOffer> = page.items.all(99).unwrap().0[..3]
        .iter()
        .map(|row| normalise::disk_offer(&broker, row).unwrap())
        .collect();
    let check = |offer: &DiskOffer, name: &str, size: u64, team: Option<&str>, expected: Result<&str, &str>| {
        let order = DiskOrder {
            name: name.to_owned(),
            offer: offer.clone(),
            size: Gb(size),
        };
        let written = DiskRequest::new(&order, team).and_then(|request| request.json());
        let written = written.map(|json| String::from_utf8(json).unwrap());
        match (written, expected) {
            (Ok(written), Ok(expected)) => assert_eq!(written, expected),
            (Err(refused), Err(expected)) => assert!(refused.contains(expected), "{refused}"),
            (written, _) => panic!("{written:?}"),
        }
    };
    let [first, second, third] = offers.as_slice() else {
        panic!("three rows")
    };
    check(
        first,
        "gp-1",
        1000,
        Some("team-1"),
        Ok(
            r#"{"disk":{"size":1000,"name":"gp-1","country":"US","dataCenterId":"US-WA-1"},"provider":{"type":"runpod"},"team":{"teamId":"team-1"}}"#,
        ),
    );
    check(
        second,
        "check \"points\"",
        1,
        None,
        Ok(r#"{"disk":{"size":1,"name":"check \"points\"","country":"US"},"provider":{"type":"dc_roan"}}"#),
    );
    check(
        third,
        "x",
        1,
        None,
        Ok(r#"{"disk":{"size":1,"name":"x","cloudId":"vol-7"},"provider":{"type":"vultr"}}"#),
    );
    check(first, "x", 0, None, Err("at least 1 GB"));
    check(first, " ", 1, None, Err("1 to 255 characters"));
    check(first, &"ä".repeat(256), 1, None, Err("1 to 255 characters"));
    assert_eq!(rename("new \"name\"").unwrap(), br#"{"name":"new \"name\""}"#);
    assert!(rename("").is_err());
}

#[test]
fn a_key_is_sent_as_its_line() {
    let written = new_key("me", " ssh-ed25519 AAAAC3Nz me@home\n").unwrap();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        r#"{"name":"me","publicKey":"ssh-ed25519 AAAAC3Nz me@home"}"#
    );
    assert!(new_key("me", "-----BEGIN OPENSSH PRIVATE KEY-----").is_err());
}
