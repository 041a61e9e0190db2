//! The Prime face.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{all, get, send, start};

const GPUS: &str = "/api/v1/availability/gpus";

#[test]
fn pages_hold_everything_once() {
    let running = start();
    let mut rows = Vec::new();
    let first = get(running.prime_url(), &format!("{GPUS}?page_size=7")).json();
    let total = first["totalCount"].as_u64().unwrap();
    for page in 1..=total.div_ceil(7) {
        let answer = get(running.prime_url(), &format!("{GPUS}?page={page}&page_size=7")).json();
        assert_eq!(answer["totalCount"], total);
        rows.extend(answer["items"].as_array().unwrap().iter().map(Value::to_string));
    }
    assert_eq!(u64::try_from(rows.len()).unwrap(), total);
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len());
    let beyond = get(running.prime_url(), &format!("{GPUS}?page=1000")).json();
    assert_eq!(beyond, json!({ "items": [], "totalCount": total }));
    let usual = get(running.prime_url(), GPUS).json();
    assert_eq!(usual["items"].as_array().unwrap().len(), 100);
}

#[test]
fn filters_narrow() {
    let running = start();
    let items = |query: &str| get(running.prime_url(), &format!("{GPUS}?page_size=100&{query}")).json()["items"].take();
    assert!(all(&items("gpu_type=H100_80GB"), |row| row["gpuType"] == "H100_80GB"));
    assert!(all(&items("gpu_count=8"), |row| row["gpuCount"] == 8));
    assert!(all(&items("socket=SXM5"), |row| row["socket"] == "SXM5"));
    assert!(all(&items("security=community_cloud"), |row| row["security"]
        == "community_cloud"));
    assert!(all(&items("data_center_id=CANADA-1"), |row| row["dataCenter"] == "CANADA-1"));
    assert!(all(&items("cloud_id=NVIDIA%20H100%20PCIe"), |row| row["cloudId"]
        == "NVIDIA H100 PCIe"));
    assert!(all(&items("cloud_id=NVIDIA+H100+PCIe"), |row| row["cloudId"]
        == "NVIDIA H100 PCIe"));
    let both = items("regions=canada&regions=eu_north");
    assert!(all(&both, |row| row["region"] == "canada" || row["region"] == "eu_north"));
    for region in ["canada", "eu_north"] {
        assert!(both.as_array().unwrap().iter().any(|row| row["region"] == region));
    }
    let narrow = items("gpu_type=H100_80GB&gpu_count=8&regions=canada&security=secure_cloud");
    assert!(all(&narrow, |row| row["gpuCount"] == 8 && row["region"] == "canada"));
    assert_eq!(items("gpu_type=P4_8GB"), json!([]), "a known GPU that nobody sells");
}

#[test]
fn disks_narrow_to_where_they_are() {
    let running = start();
    let items = |query: &str| get(running.prime_url(), &format!("{GPUS}?page_size=100&{query}")).json()["items"].take();
    let one = items("disks=disk-hyperstack-no-1");
    assert!(all(&one, |row| row["provider"] == "hyperstack"
        && row["dataCenter"] == "NORWAY-1"));
    let two = items("disks=disk-hyperstack-no-1&disks=disk-runpod-wa-1");
    assert!(all(&two, |row| row["dataCenter"] == "NORWAY-1"
        || row["dataCenter"] == "US-WA-1"));
    assert!(two.as_array().unwrap().len() > one.as_array().unwrap().len());
    assert_eq!(items("disks=unheard-of"), json!([]));
}

#[test]
fn bad_values_are_named() {
    let running = start();
    for (query, parameter, details) in [
        ("page=0", "query.page", "Input should be greater than or equal to 1"),
        ("page=-3", "query.page", "Input should be greater than or equal to 1"),
        (
            "page_size=101",
            "query.page_size",
            "Input should be less than or equal to 100",
        ),
        ("page_size=many", "query.page_size", "Input should be a valid integer"),
        ("gpu_count=2.5", "query.gpu_count", "Input should be a valid integer"),
        (
            "regions=europe_west",
            "query.regions",
            "Input should be 'africa', 'asia_south'",
        ),
        ("socket=SXM", "query.socket", "Input should be 'PCIe', 'SXM2'"),
        ("security=secure", "query.security", "Input should be 'secure_cloud'"),
        ("gpu_type=H100", "query.gpu_type", "Input should be 'CPU_NODE'"),
    ] {
        let answer = get(running.prime_url(), &format!("{GPUS}?{query}"));
        assert_eq!(answer.status, 422, "{query}");
        let fault = &answer.json()["errors"][0];
        assert_eq!(fault["param"], parameter, "{query}");
        assert!(
            fault["details"].as_str().unwrap().starts_with(details),
            "{query}: {fault}"
        );
    }
    let two = get(running.prime_url(), &format!("{GPUS}?page=0&page_size=0")).json();
    assert_eq!(two["errors"].as_array().unwrap().len(), 2);
    let legacy = get(running.prime_url(), "/api/v1/availability/?page_size=500");
    assert_eq!(legacy.status, 200);
}

#[test]
fn digits_survive() {
    let running = start();
    let mut text = String::new();
    for page in 1..=4 {
        text += &get(running.prime_url(), &format!("{GPUS}?page={page}")).text;
    }
    for figure in [
        "\"onDemand\":1.6567999999999998,",
        "\"communityPrice\":3.3000000000000003,",
        "\"pricePerUnit\":9.7e-05,",
        "\"pricePerUnit\":0.00010752688172043011,",
        "\"onDemand\":1.0,",
        "\"onDemand\":0.50,",
        "\"communityPrice\":0.1200,",
        "\"prepaidTime\":168.0",
    ] {
        assert!(text.contains(figure), "{figure}");
    }
    let disks = get(running.prime_url(), "/api/v1/availability/disks").text;
    assert!(disks.contains("\"pricePerUnit\":0.0001111111111111111,"));
}

#[test]
fn clusters_are_apart() {
    let running = start();
    let clusters = get(running.prime_url(), "/api/v1/availability/multi-node").json();
    assert!(all(&clusters["items"], |row| row["gpuCount"].as_u64().unwrap() >= 16));
    let nebius = get(
        running.prime_url(),
        "/api/v1/availability/multi-node?gpu_type=H100_80GB&gpu_count=16&regions=eu_north",
    );
    assert!(nebius.text.contains("\"onDemand\":33.89,"));
    assert_eq!(nebius.json()["totalCount"], 1);
    let single = get(running.prime_url(), &format!("{GPUS}?gpu_count=16")).json();
    assert_eq!(single["totalCount"], 0);
}

#[test]
fn the_summary_is_all_in() {
    let running = start();
    let summary = get(running.prime_url(), "/api/v1/availability/gpu-summary").json();
    let text = get(running.prime_url(), "/api/v1/availability/gpu-summary").text;
    // As the broker's own summary had it in November 2025.
    for (gpu, count, region, price) in [
        ("A100_80GB", "1", "canada", "1.35"),
        ("A100_80GB", "8", "canada", "10.8"),
        ("H100_80GB", "2", "canada", "3.8"),
        ("H100_80GB", "3", "canada", "7.2372"),
        ("H100_80GB", "5", "canada", "12.0508"),
        ("H100_80GB", "7", "canada", "16.8644"),
        ("H100_80GB", "8", "canada", "15.2"),
        ("H100_80GB", "3", "asia_northeast", "8.1372"),
        ("H100_80GB", "4", "asia_northeast", "10.844"),
        ("H100_80GB", "7", "asia_northeast", "18.9644"),
    ] {
        let found = &summary[gpu][count][region]["onDemand"];
        assert_eq!(found.to_string(), price, "{count} x {gpu} in {region}");
    }
    // DataCrunch, spot, Iceland: 0.94 + 120 x 0.00029.
    assert_eq!(
        summary["H200_141GB"]["1"]["eu_north"]["spotPrice"].to_string(),
        "0.9748"
    );
    assert!(summary["A100_80GB"]["1"]["cheapest"]["communityPrice"].is_number());
    assert!(summary["A100_80GB"]["1"]["cheapest"]["spotPrice"].is_number());
    assert!(!text.contains("e-"), "plain decimals only");
    let clusters = get(running.prime_url(), "/api/v1/availability/multi-node-summary").json();
    // 31.84 and a shared disk of 1000 GB at 7e-05.
    let sixteen = &clusters["H100_80GB"]["16"]["united_states"]["onDemand"];
    assert_eq!(sixteen.to_string(), "31.91");
}

#[test]
fn legacy_lists_by_type_without_region() {
    let running = start();
    let legacy = get(running.prime_url(), "/api/v1/availability/?gpu_type=H100_80GB").json();
    let groups = legacy.as_object().unwrap();
    assert_eq!(groups.keys().collect::<Vec<_>>(), ["H100_80GB"]);
    assert!(all(&legacy["H100_80GB"], |row| row.get("region").is_none()));
    let clusters = get(running.prime_url(), "/api/v1/availability/clusters").json();
    assert!(all(&clusters["H200_141GB"], |row| row["gpuCount"] == 16));
}

#[test]
fn disks_on_offer() {
    let running = start();
    let disks = get(running.prime_url(), "/api/v1/availability/disks").json();
    assert!(disks["totalCount"].as_u64().unwrap() >= 20);
    let multi = |wanted: Value| {
        disks["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["isMultinode"] == wanted)
    };
    assert!(multi(json!(true)) && multi(json!(false)));
    let canada = get(running.prime_url(), "/api/v1/availability/disks?regions=canada").json();
    assert!(all(&canada["items"], |row| row["region"] == "canada"));
    let norway = get(
        running.prime_url(),
        "/api/v1/availability/disks?data_center_id=NORWAY-1",
    )
    .json();
    assert_eq!(norway["totalCount"], 1);
    let named = get(running.prime_url(), "/api/v1/availability/disks?cloud_id=heron-nvme").json();
    assert_eq!(named["totalCount"], 1);
}

#[test]
fn the_account() {
    let running = start();
    let url = running.prime_url();
    for path in ["/api/v1/pods", "/api/v1/pods/", "/api/v1/pods/history"] {
        let empty = json!({ "total_count": 0, "offset": 0, "limit": 100, "data": [] });
        assert_eq!(get(url, path).json(), empty, "{path}");
    }
    assert_eq!(get(url, "/api/v1/pods/status?pod_ids=a").json(), json!({ "data": [] }));
    let missing = get(url, "/api/v1/pods/some-id");
    assert_eq!(
        (missing.status, missing.json()),
        (404, json!({ "detail": "Pod not found" }))
    );
    let disks = get(url, "/api/v1/disks/").json();
    assert_eq!(disks["total_count"], 3);
    let second = get(url, "/api/v1/disks?offset=1&limit=1").json();
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert_eq!(second["data"][0], disks["data"][1]);
    let id = disks["data"][0]["id"].as_str().unwrap();
    assert_eq!(get(url, &format!("/api/v1/disks/{id}")).json(), disks["data"][0]);
    assert_eq!(get(url, "/api/v1/disks/none").status, 404);
    assert_eq!(get(url, "/api/v1/ssh_keys").json()["data"][0]["isPrimary"], true);
    assert_eq!(get(url, "/api/v1/billing/wallet").json()["currency"], "USD");
    assert_eq!(get(url, "/api/v1/user/whoami").json()["data"]["isBanned"], false);
}

#[test]
fn keys() {
    let running = start();
    let ask = |headers: &[&str]| {
        let answer = send(running.prime_url(), "GET", GPUS, headers);
        (
            answer.status,
            answer.json()["detail"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let unknown = (403, "Not authenticated".to_owned());
    assert_eq!(ask(&[]), unknown);
    assert_eq!(ask(&["Authorization: Bearer "]), unknown);
    assert_eq!(ask(&["Authorization: Basic eDp5"]), unknown);
    assert_eq!(
        ask(&["Authorization: Bearer refused"]),
        (401, "Invalid token".to_owned())
    );
    assert_eq!(ask(&["Authorization: bearer any"]).0, 200);
}

#[test]
fn other_paths_and_methods() {
    let running = start();
    let lost = get(running.prime_url(), "/api/v2/availability");
    assert_eq!((lost.status, lost.json()), (404, json!({ "detail": "Not Found" })));
    let headers = ["Authorization: Bearer key", "Content-Length: 0"];
    let put = send(running.prime_url(), "PUT", "/api/v1/pods/", &headers);
    assert_eq!(
        (put.status, put.json()),
        (405, json!({ "detail": "Method Not Allowed" }))
    );
}
