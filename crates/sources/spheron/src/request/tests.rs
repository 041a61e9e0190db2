use std::sync::Arc;

use gpu_broker_core::place::Place;
use gpu_broker_core::source::CloudInitFile;

use super::*;
use crate::sample;

const DATA_CRUNCH: &str = "1H100.80S.32V_FIN-03_500";
const VOLTAGE_PARK: &str = "baremetal_h100_8_ethernet";

/// What is sent for an order, or why it is not.
fn sent(order: &Order, login: &Login, team: Option<&str>, volumes: &[&str]) -> String {
    let volumes: Vec<String> = volumes.iter().map(|&id| id.to_owned()).collect();
    let body = Launch::new(order).and_then(|launch| launch.body(login, team, &volumes));
    body.map_or_else(|refusal| refusal.message, |body| String::from_utf8(body).unwrap())
}

fn id() -> Login {
    Login::Id("key_1".to_owned())
}

/// What is sent for an order of that offer, changed.
fn launched(offer: &str, change: impl FnOnce(&mut Order)) -> String {
    let mut order = sample::order(sample::offer(offer));
    change(&mut order);
    sent(&order, &id(), Some("team_1"), &[])
}

#[test]
fn a_launch_is_made_of_the_offer_to_the_letter() {
    let check = |found: String, expected: &str| assert_eq!(found, expected);
    check(
        launched(DATA_CRUNCH, |_| ()),
        r#"{"provider":"data-crunch","offerId":"1H100.80S.32V_FIN-03_500","gpuType":"H100_SXM5","gpuCount":1,"region":"Finland 3","operatingSystem":"Ubuntu 24.04 + CUDA 12.8","instanceType":"DEDICATED","sshKeyId":"key_1","teamId":"team_1","name":"gp-test-1"}"#,
    );
    check(
        launched(VOLTAGE_PARK, |order| order.kubernetes = Some("1.35".to_owned())),
        r#"{"provider":"voltage-park","offerId":"baremetal_h100_8_ethernet","gpuType":"H100_SXM5","gpuCount":8,"region":"dalas-united states","operatingSystem":"Ubuntu 22.04 LTS","instanceType":"CLUSTER","sshKeyId":"key_1","teamId":"team_1","name":"gp-test-1","kubernetesAddon":{"version":"1.35"}}"#,
    );
    // No instance type, so the id decided; no image, so it is named by the order; another place of several.
    check(
        launched("uk-b300-spot", |order| order.image = Some("Ubuntu \"24\"".into())),
        r#"{"provider":"spheron-es","offerId":"uk-b300-spot","gpuType":"B300_SXM6","gpuCount":1,"region":"UK South 1","operatingSystem":"Ubuntu \"24\"","instanceType":"SPOT","sshKeyId":"key_1","teamId":"team_1","name":"gp-test-1"}"#,
    );
    check(
        launched("n3-H100x1-bigroot__CANADA-1", |order| {
            order.place = order.offer.places[1].clone();
        }),
        r#"{"provider":"spheron-ai","offerId":"n3-H100x1-bigroot__CANADA-1","gpuType":"H100_PCIE_BAREMETAL","gpuCount":1,"region":"NORWAY-1","operatingSystem":"Ubuntu Server 22.04 LTS","instanceType":"dedicated","sshKeyId":"key_1","teamId":"team_1","name":"gp-test-1"}"#,
    );
}

#[test]
fn whatever_else_was_ordered_is_sent_and_nothing_that_was_not() {
    let mut order = sample::order(sample::offer(DATA_CRUNCH));
    let head = r#"{"provider":"data-crunch","offerId":"1H100.80S.32V_FIN-03_500","gpuType":"H100_SXM5","gpuCount":1,"region":"Finland 3","operatingSystem":"Ubuntu 24.04 + CUDA 12.8","instanceType":"DEDICATED","#;
    let mut check = |init: Option<CloudInit>, login: Login, volumes: &[&str], expected: &str| {
        order.cloud_init = init;
        assert_eq!(sent(&order, &login, None, volumes), format!("{head}{expected}"));
    };
    let public = Login::Public("ssh-ed25519 AAAA me".to_owned());
    check(
        None,
        public,
        &[],
        r#""ssh_public_key":"ssh-ed25519 AAAA me","name":"gp-test-1"}"#,
    );
    check(
        None,
        id(),
        &["computefilesystem-1", "vol_2"],
        r#""sshKeyId":"key_1","name":"gp-test-1","volumeIds":["computefilesystem-1","vol_2"]}"#,
    );
    let file = |owner: Option<&str>, permissions: Option<&str>| CloudInitFile {
        path: "/etc/motd".to_owned(),
        content: "hi\n".to_owned(),
        owner: owner.map(str::to_owned),
        permissions: permissions.map(str::to_owned),
    };
    check(
        Some(CloudInit {
            packages: vec!["git".to_owned()],
            runcmd: vec!["echo 'a' > /b".to_owned()],
            write_files: vec![file(Some("root:root"), Some("0644")), file(None, None)],
        }),
        id(),
        &[],
        r#""sshKeyId":"key_1","name":"gp-test-1","cloudInit":{"packages":["git"],"runcmd":["echo 'a' > /b"],"writeFiles":[{"path":"/etc/motd","content":"hi\n","owner":"root:root","permissions":"0644"},{"path":"/etc/motd","content":"hi\n"}]}}"#,
    );
    check(
        Some(CloudInit::default()),
        id(),
        &[],
        r#""sshKeyId":"key_1","name":"gp-test-1"}"#,
    );
}

#[test]
fn what_would_be_refused_is_not_sent() {
    let check = |change: &dyn Fn(&mut Order), expected: &str| {
        let found = launched(DATA_CRUNCH, change);
        assert!(found.starts_with(expected), "{found}");
    };
    check(
        &|order| order.name.clear(),
        "a launch without a name could not be found",
    );
    check(
        &|order| order.place = Place::default(),
        "the offer is not sold in that place",
    );
    check(
        &|order| {
            Arc::make_mut(&mut order.offer).places = vec![Place::default()];
            order.place = Place::default();
        },
        "the offer does not say where it is",
    );
    check(
        &|order| Arc::make_mut(&mut order.offer).launch.gpu_type = "".into(),
        "the offer does not say its gpu type",
    );
    check(
        &|order| order.image = Some("Debian\u{1b}".into()),
        r"the offer does not boot `Debian\u{1b}`; it boots `Ubuntu 22.04`, `Ubuntu 24.04 + CUDA 12.8`",
    );
    check(
        &|order| Arc::make_mut(&mut order.offer).launch.images = Arc::default(),
        "the offer names no operating system",
    );
    check(
        &|order| order.kubernetes = Some("1.35".to_owned()),
        "the offer has no kubernetes add-on",
    );
    let init = |order: &mut Order, packages: &[&str]| {
        Arc::make_mut(&mut order.offer).launch.cloud_init = Some(false);
        order.cloud_init = Some(CloudInit {
            packages: packages.iter().map(|&name| name.to_owned()).collect(),
            ..CloudInit::default()
        });
    };
    check(&|order| init(order, &["git"]), "the offer runs no cloud-init");
    check(&|order| init(order, &[]), "{");
}

#[test]
fn an_offer_without_an_instance_type_is_bought_as_its_market_says() {
    let check = |market: &str, expected: &str| {
        let mut offer = sample::offer(DATA_CRUNCH);
        (offer.launch.instance_type, offer.market) = (None, MarketType::new(market));
        assert_eq!(instance_type(&offer), expected);
    };
    check("spot", "SPOT");
    check("on_demand", "DEDICATED");
    check("RESERVED", "RESERVED");
}

#[test]
fn the_accounts_own_key_is_used_where_it_has_it() {
    let known = |id: &str, public_key: &str, primary: bool| AccountKey {
        id: id.to_owned(),
        name: String::new(),
        public_key: public_key.to_owned(),
        primary,
    };
    let keys = [
        known("a", "ssh-ed25519 AAAA laptop", true),
        known("b", "ssh-rsa BBBB", false),
        known("c", "", false),
    ];
    let check = |wanted: LoginKey, keys: &[AccountKey], expected: Result<Login, &str>| {
        let found = login(&wanted, keys).map_err(|refusal| refusal.message);
        match (&found, expected) {
            (Err(found), Err(expected)) => assert!(found.starts_with(expected), "{found}"),
            (Ok(found), Ok(expected)) => assert_eq!(*found, expected),
            _ => panic!("{wanted:?}: {found:?}"),
        }
    };
    let id = |id: &str| Ok(Login::Id(id.to_owned()));
    let public = |text: &str| LoginKey::Public(text.to_owned());
    check(LoginKey::Id("z".to_owned()), &[], id("z"));
    check(LoginKey::Account, &keys, id("a"));
    check(LoginKey::Account, &keys[1..2], id("b"));
    check(LoginKey::Account, &[], Err("the account has no ssh key"));
    check(public("ssh-rsa BBBB me@else\n"), &keys, id("b"));
    let other = Login::Public("ssh-rsa AAAA me".to_owned());
    check(public(" ssh-rsa AAAA me\n"), &keys, Ok(other));
    for text in [
        "",
        "ssh-rsa",
        "AAAA",
        "ssh-rsa A\nssh-rsa B",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "ssh-rsa <script>",
    ] {
        check(public(text), &keys, Err("that is not one public key"));
        assert!(key("n", text, None).is_err(), "{text}");
    }
}

#[test]
fn the_other_bodies_are_those_of_the_reference() {
    let check = |body: Result<Vec<u8>, Refusal>, expected: &str| {
        assert_eq!(String::from_utf8(body.unwrap()).unwrap(), expected);
    };
    check(
        key("laptop", "ssh-ed25519 AAAA me\n", Some("t")),
        r#"{"name":"laptop","publicKey":"ssh-ed25519 AAAA me","teamId":"t"}"#,
    );
    check(
        key("laptop", "ssh-ed25519 AAAA", None),
        r#"{"name":"laptop","publicKey":"ssh-ed25519 AAAA"}"#,
    );
    let order = sample::disk_order("data-crunch", "Finland 3");
    check(
        volume(&order, Some("FIN-03"), Some("t")),
        r#"{"name":"weights","sizeInGb":200,"provider":"data-crunch","region":"FIN-03","teamId":"t","deleteWithInstance":false}"#,
    );
    check(
        volume(&order, None, None),
        r#"{"name":"weights","sizeInGb":200,"provider":"data-crunch","deleteWithInstance":false}"#,
    );
    check(rename("b"), r#"{"name":"b"}"#);
    check(resize(Gb(300)), r#"{"sizeInGb":300}"#);
    check(attachment("d"), r#"{"deploymentId":"d"}"#);
}
