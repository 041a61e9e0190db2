//! The Spheron face.

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use gpu_broker_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::client::{NOW, all, get, send, start};

fn types(page: &Value) -> Vec<String> {
    let groups = page["data"].as_array().unwrap();
    groups
        .iter()
        .map(|group| group["gpuType"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn pages_count_groups() {
    let running = start();
    let first = get(running.spheron_url(), "/api/gpu-offers").json();
    assert_eq!((&first["page"], &first["limit"]), (&json!(1), &json!(10)));
    let total = first["total"].as_u64().unwrap();
    assert_eq!(first["totalPages"].as_u64().unwrap(), total.div_ceil(10));
    let mut seen = Vec::new();
    for page in 1..=total.div_ceil(10) {
        seen.extend(types(
            &get(running.spheron_url(), &format!("/api/gpu-offers?page={page}")).json(),
        ));
    }
    assert_eq!(u64::try_from(seen.len()).unwrap(), total);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
    let all_at_once = get(running.spheron_url(), "/api/gpu-offers?limit=200").json();
    assert_eq!(types(&all_at_once), seen);
    let beyond = get(running.spheron_url(), "/api/gpu-offers?page=99").json();
    assert_eq!(beyond["data"], json!([]));
    assert_eq!(
        get(running.spheron_url(), "/api/gpu-offers?limit=5000").json()["limit"],
        200
    );
}

#[test]
fn search_kind_and_order() {
    let running = start();
    let ask = |query: &str| get(running.spheron_url(), &format!("/api/gpu-offers?limit=200&{query}")).json();
    for term in ["H100", "h100", "h-100"] {
        let found = types(&ask(&format!("search={term}")));
        assert!(
            !found.is_empty() && found.iter().all(|gpu| gpu.starts_with("H100")),
            "{found:?}"
        );
    }
    assert_eq!(types(&ask("search=rtx-4090")), ["RTX4090_PCIE"]);
    for kind in ["SPOT", "spot", "Cluster"] {
        let page = ask(&format!("instanceType={kind}"));
        let wanted = kind.to_uppercase();
        assert!(all(&page["data"], |group| all(&group["offers"], |o| o["instanceType"]
            == *wanted)));
    }
    let prices = |query: &str, field: &str| -> Vec<f64> {
        let page = ask(query);
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group[field].as_f64().unwrap())
            .collect()
    };
    for field in ["lowestPrice", "highestPrice", "averagePrice"] {
        assert!(prices(&format!("sortBy={field}"), field).is_sorted());
        let down = prices(&format!("sortBy={field}&sortOrder=desc"), field);
        assert!(down.iter().rev().is_sorted());
    }
}

#[test]
fn group_figures_mix_everything() {
    let running = start();
    let page = get(running.spheron_url(), "/api/gpu-offers?search=A100_80G_PCIE").json();
    let group = &page["data"][0];
    assert_eq!(group["baseGpuType"], "A100");
    assert_eq!(group["lowestPrice"].to_string(), "1.068");
    assert_eq!(group["highestPrice"].to_string(), "4.2108");
    let offers = group["offers"].as_array().unwrap();
    assert!(offers.iter().all(|offer| offer.get("gpuType").is_none()));
    assert_eq!(group["totalAvailable"], offers.len());
}

#[test]
fn bad_values_are_refused() {
    let running = start();
    for query in [
        "page=0",
        "limit=-1",
        "limit=ten",
        "instanceType=BARE_METAL",
        "sortBy=age",
        "sortOrder=up",
    ] {
        let answer = get(running.spheron_url(), &format!("/api/gpu-offers?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.json()["code"], "VALIDATION_ERROR", "{query}");
    }
}

#[test]
fn digits_survive() {
    let running = start();
    let text = get(running.spheron_url(), "/api/gpu-offers?limit=200").text;
    for figure in [
        "\"price\":16.0583,",
        "\"price\":0.50,",
        "\"price\":15.84,",
        "\"total_cost_per_hour\":0.384}",
    ] {
        assert!(text.contains(figure), "{figure}");
    }
    let pricing = get(running.spheron_url(), "/api/volumes/pricing?provider=spheron-es").text;
    assert_eq!(
        pricing,
        "{\"provider\":\"spheron-es\",\"hourlyRatePerGb\":0.0001320313}"
    );
}

#[test]
fn offers_are_public_the_rest_is_not() {
    let running = start();
    let agent = "User-Agent: test/1";
    for path in ["/api/providers", "/api/gpu-offers", "/api/gpu-offers/"] {
        assert_eq!(send(running.spheron_url(), "GET", path, &[agent]).status, 200, "{path}");
    }
    let refusal = json!({ "error": "Invalid API key", "code": "UNAUTHORIZED" });
    for path in ["/api/volumes", "/api/balance", "/api/ssh-keys", "/api/deployments"] {
        let answer = send(running.spheron_url(), "GET", path, &[agent]);
        assert_eq!((answer.status, answer.json()), (401, refusal.clone()), "{path}");
        assert_eq!(get(running.spheron_url(), path).status, 200, "{path}");
    }
    let refused = [agent, "Authorization: Bearer refused"];
    assert_eq!(
        send(running.spheron_url(), "GET", "/api/gpu-offers", &refused).status,
        401
    );
}

#[test]
fn strangers_are_turned_away() {
    let running = start();
    for headers in [&[][..], &["User-Agent: Python-urllib/3.11"][..], &["User-Agent: "][..]] {
        let answer = send(running.spheron_url(), "GET", "/api/providers", headers);
        assert_eq!(answer.status, 403, "{headers:?}");
        assert_eq!(answer.json()["code"], "FORBIDDEN");
    }
}

#[test]
fn the_limit() {
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let running = Sandbox::start(&Options::new(now)).unwrap();
    let ask = || get(running.spheron_url(), "/api/providers");
    let first = ask();
    assert_eq!(first.header("x-ratelimit-limit"), Some("250"));
    assert_eq!(first.header("x-ratelimit-remaining"), Some("249"));
    let reset = first.header("x-ratelimit-reset").unwrap();
    assert!(
        reset.starts_with("2026-11-22T09:15:0") && reset.ends_with('Z'),
        "{reset}"
    );
    for _ in 0..249 {
        assert_eq!(ask().status, 200);
    }
    let refused = ask();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    let body = refused.json();
    assert_eq!(body["error"], "Too many requests");
    assert_eq!(
        body["message"],
        "Too many requests from this IP, please try again later."
    );
    let wait = body["retryAfter"].as_u64().unwrap();
    assert!((880..=900).contains(&wait), "{wait}");
    assert_eq!(
        get(running.prime_url(), "/api/v1/pods/").status,
        200,
        "Prime has no limit"
    );
}

#[test]
fn the_account() {
    let running = start();
    let url = running.spheron_url();
    assert_eq!(get(url, "/api/deployments").json(), json!([]));
    let missing = get(url, "/api/deployments/some-id");
    let body = json!({ "error": "Deployment not found", "code": "NOT_FOUND" });
    assert_eq!((missing.status, missing.json()), (404, body));
    let volumes = get(url, "/api/volumes").json();
    assert_eq!((&volumes["total"], &volumes["totalPages"]), (&json!(2), &json!(1)));
    let volume = &volumes["data"][0];
    for id in ["id", "volumeId"] {
        let path = format!("/api/volumes/{}", volume[id].as_str().unwrap());
        assert_eq!(&get(url, &path).json(), volume);
    }
    assert_eq!(get(url, "/api/volumes?status=attached").json()["total"], 0);
    assert_eq!(
        get(url, "/api/volumes/pricing").json()["hourlyRatePerGb"].to_string(),
        "0.000137"
    );
    assert_eq!(get(url, "/api/volumes/pricing?provider=nobody").status, 400);
    let regions = get(url, "/api/volumes/regions?provider=data-crunch").json();
    assert_eq!(regions["regions"].as_array().unwrap().len(), 3);
    assert_eq!(get(url, "/api/balance").json()["teams"].as_array().unwrap().len(), 2);
    assert_eq!(
        get(url, "/api/balance?all=false").json()["teams"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(get(url, "/api/ssh-keys").json()[0]["id"], "key_sandbox");
    let versions = get(url, "/api/kubernetes/versions?provider=voltage-park").json();
    assert_eq!(versions["versions"][0], json!({ "version": "1.35", "available": true }));
    assert_eq!(get(url, "/api/kubernetes/versions").status, 400);
}

#[test]
fn other_paths_and_methods() {
    let running = start();
    assert_eq!(get(running.spheron_url(), "/api/none").json()["code"], "NOT_FOUND");
    let headers = ["User-Agent: test/1", "Authorization: Bearer key", "Content-Length: 0"];
    assert_eq!(
        send(running.spheron_url(), "PUT", "/api/deployments", &headers).status,
        405
    );
}
