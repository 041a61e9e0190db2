use gpu_broker_core::disk::Disk;
use gpu_broker_core::offer::Provider;

use super::*;

fn regions(provider: &str, json: &str) -> (Vec<String>, Vec<String>) {
    let page: wire::Regions<'_> = decode(json.as_bytes()).unwrap();
    let pricing: wire::Pricing<'_> = decode(br#"{"provider":"x","hourlyRatePerGb":0.000137}"#).unwrap();
    let (seller, mut batch) = (Provider::new(provider), Batch::new(&broker(), ""));
    let rows = batch.rows("regions", page.regions, |row| {
        disk_offer(&broker(), &seller, unit_price(&pricing), &row)
    });
    rows.unwrap();
    let lines = batch.items.iter().map(|offer| {
        let size = offer.size;
        assert_eq!((offer.multi_node, size.included, size.default), (None, false, None));
        let unit = shown(size.unit_price.map(Rate::per_hour));
        format!(
            "{}..{} by {} at {unit}: {}",
            shown(size.min),
            shown(size.max),
            shown(size.step),
            place(&offer.place)
        )
    });
    (lines.collect(), said_of(&batch.rejects))
}

#[test]
fn volumes_are_sold_in_the_places_of_offers() {
    let (lines, rejects) = regions(
        "voltage-park",
        include_str!("../../../fixtures/volume-regions-voltage-park.json"),
    );
    assert_eq!(
        lines,
        ["1..10000 by 1 at 0.000137: dalas-united states/US/united_states"]
    );
    assert_eq!(rejects, [""; 0]);
    let (lines, rejects) = regions(
        "data-crunch",
        include_str!("../../../fixtures/volume-regions-data-crunch.json"),
    );
    let expected = [
        "1..10000 by 1 at 0.000137: Finland 1/FI/eu_north",
        "1..10000 by 1 at 0.000137: Finland 3/FI/eu_north",
        "1..10000 by 1 at 0.000137: ICE-01/IS/eu_north",
    ];
    assert_eq!(lines, expected);
    assert_eq!(rejects, ["regions[3].name | it is missing"]);
}

#[test]
fn a_volume_without_a_price_is_not_for_sale() {
    for (json, expected) in [
        ("{}", "it is missing"),
        (r#"{"hourlyRatePerGb":null}"#, "it is missing"),
        (r#"{"hourlyRatePerGb":-1}"#, "the price -1 is below zero"),
    ] {
        let pricing: wire::Pricing<'_> = decode(json.as_bytes()).unwrap();
        assert_eq!(
            unit_price(&pricing),
            Err(Fault::new("hourlyRatePerGb", expected)),
            "{json}"
        );
    }
}

fn disks(json: &str) -> (Vec<Disk>, Vec<String>) {
    let page: wire::VolumePage<'_> = decode(json.as_bytes()).unwrap();
    let mut batch = Batch::new(&broker(), "");
    let rows = batch.groups("data", page.data, |batch, path, row| {
        match disk(&broker(), &row) {
            Ok(disk) => batch.items.extend(disk),
            Err(fault) => batch.reject(path, fault),
        }
        Ok(())
    });
    rows.unwrap();
    (batch.items, said_of(&batch.rejects))
}

fn disk_line(disk: &Disk) -> String {
    assert_eq!(disk.multi_node, None);
    let rate = shown(disk.rate.map(Rate::per_hour));
    let (size, place) = (shown(disk.size), place(&disk.place));
    let attached = joined(&disk.attached_to);
    format!(
        "{} {} of {}: {size} at {rate}, {place}, {}, {attached}",
        disk.id, disk.name, disk.provider, disk.status
    )
}

#[test]
fn volumes_of_the_account_come_in_two_envelopes() {
    let (owned, rejects) = disks(include_str!("../../../fixtures/volumes.json"));
    let lines: Vec<String> = owned.iter().map(disk_line).collect();
    let expected = "volume_1 my-data-volume of voltage-park: 100 GB at 0.0137, dalas-united states/US/united_states, attached, deployment_1";
    assert_eq!(lines, [expected]);
    assert_eq!(rejects, [""; 0]);
    let (owned, rejects) = disks(include_str!("../../../fixtures/volumes-live.json"));
    let lines: Vec<String> = owned.iter().map(disk_line).collect();
    assert_eq!(
        lines,
        ["6a01f0 weights of spheron-es: 250 GB at 0.033007825, -/-/unknown, available, "]
    );
    assert_eq!(
        rejects,
        ["data[1].id | it is missing", "data[2].providerId | it is missing"]
    );
    let neither = decode::<wire::VolumePage<'_>>(br#"{"total":0}"#).unwrap_err();
    assert_eq!(neither.to_string(), "missing field `data`");
}
