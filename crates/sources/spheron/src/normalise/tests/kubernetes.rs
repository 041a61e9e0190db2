use super::*;

#[test]
fn versions_are_those_that_can_be_had_newest_first() {
    let check = |rows: &str, expected: &[&str]| {
        let json = format!(r#"{{"versions":[{rows}]}}"#);
        let page: wire::Versions<'_> = decode(json.as_bytes()).unwrap();
        assert_eq!(versions(page).unwrap(), expected, "{rows}");
    };
    check("", &[]);
    check(
        r#"{"version":"1.9","available":true},{"version":"1.35","available":true},{"version":"1.34"}"#,
        &["1.35", "1.34", "1.9"],
    );
    check(r#"{"version":"1.35","available":false},{"version":"1.34"}"#, &["1.34"]);
    check(
        r#"{"version":"1.35"},{"version":"1.35"},{"version":""},{},{"version":7}"#,
        &["1.35"],
    );
    check(
        r#"{"version":"v1.34.2"},{"version":"latest"},{"version":"1.34"}"#,
        &["v1.34.2", "1.34", "latest"],
    );
}

#[test]
fn health_is_told_as_far_as_it_is_said() {
    let read = |json: &str| {
        let report: wire::HealthReport<'_> = decode(json.as_bytes()).unwrap();
        health("c", &report)
    };
    let part = |healthy: Option<u64>, total: Option<u64>, status: &str| PartHealth {
        healthy,
        total,
        status: status.to_owned(),
    };
    let whole = read(
        r#"{"health":{"controlPlaneNodes":{"healthy":3,"total":3,"status":"healthy"},
            "workerNodes":{"healthy":7,"total":8.0,"status":"degraded"},"networkComponents":"?","overallHealth":"degraded"}}"#,
    )
    .unwrap();
    assert_eq!(
        whole,
        ClusterHealth {
            cluster: "c".to_owned(),
            overall: "degraded".to_owned(),
            control_plane: part(Some(3), Some(3), "healthy"),
            workers: part(Some(7), Some(8), "degraded"),
            network: part(None, None, ""),
        }
    );
    assert_eq!(read(r#"{"health":{}}"#).unwrap().overall, "");
    assert_eq!(read("{}"), Err(Fault::missing("health")));
}
