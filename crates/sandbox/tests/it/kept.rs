//! Worlds that outlive their sandbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gpu_broker_sandbox::{Broker, Control, Limits, Options, Request, Sandbox, Time};
use serde_json::json;

use crate::client::get;
use crate::orders::{BOTH, names, options, order, prime, rent, seconds, send, text, world};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("gpu-broker-sandbox-{}-{count}", std::process::id()));
        Self(path)
    }

    fn world(&self) -> PathBuf {
        self.0.join("sandbox").join("world.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that failed before the folder was made leaves none.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn kept(path: &Path) -> Options {
    Options {
        state: Some(path.to_owned()),
        ..options()
    }
}

#[test]
fn all_of_it_is_there_the_next_time() {
    let folder = Folder::new();
    let kept = kept(&folder.world());
    let first = world(&kept);
    let ids = BOTH.map(|broker| rent(&first, broker, "one"));
    let key = json!({ "name": "mine", "publicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAISandbox me" });
    send(&first, Broker::Prime, "POST", "/api/v1/ssh_keys/", &key);
    let disk = json!({ "disk": { "size": 1_000, "dataCenterId": "NORWAY-1" }, "provider": { "type": "hyperstack" } });
    send(&first, Broker::Prime, "POST", "/api/v1/disks/", &disk);
    let volume = json!({ "name": "new", "sizeInGb": 10, "provider": "voltage-park" });
    send(&first, Broker::Spheron, "POST", "/api/volumes", &volume);
    seconds(&first, 600);
    let look = |world: &gpu_broker_sandbox::World| {
        let paths = [
            (Broker::Prime, "/api/v1/pods/"),
            (Broker::Prime, "/api/v1/ssh_keys/"),
            (Broker::Prime, "/api/v1/disks/"),
            (Broker::Prime, "/api/v1/billing/wallet"),
            (Broker::Prime, "/api/v1/availability/gpus?gpu_type=H100_80GB"),
            (Broker::Spheron, "/api/deployments"),
            (Broker::Spheron, "/api/volumes"),
            (Broker::Spheron, "/api/balance"),
            (Broker::Spheron, "/api/gpu-offers?search=H100&limit=50"),
            (Broker::Spheron, "/sandbox/ledger"),
        ];
        paths.map(|(broker, path)| text(&world.ask(broker, &Request::get(path))))
    };
    let before = look(&first);
    drop(first);
    let second = world(&kept);
    assert_eq!(look(&second), before);
    for (broker, id) in BOTH.into_iter().zip(&ids) {
        assert_eq!(second.delete(broker, id).status, 200);
    }
    drop(second);
    let third = world(&kept);
    assert!(third.ledger().unwrap().live.is_empty());
    assert_eq!(names(&third.list(Broker::Spheron)), ["one"]);
}

#[test]
fn two_sandboxes_over_one_world() {
    let folder = Folder::new();
    let running = |_| {
        let options = Options {
            time: Time::Running,
            ..kept(&folder.world())
        };
        Sandbox::start(&options).unwrap()
    };
    let both = [0, 1].map(running);
    std::thread::scope(|scope| {
        for (which, sandbox) in both.iter().enumerate() {
            for thread in 0..2 {
                scope.spawn(move || {
                    for count in 0..8 {
                        let name = format!("m-{which}-{thread}-{count}");
                        let mut order = prime(&name);
                        // Ten in stock; the other place has ten more, and a third machine its own.
                        if count % 2 == 0 {
                            order["pod"]["cloudId"] = json!("1H100.80S.30V");
                            order["pod"]["gpuCount"] = json!(1);
                        }
                        sandbox.world().create(Broker::Prime, &order);
                        get(sandbox.prime_url(), "/api/v1/pods/");
                    }
                });
            }
        }
    });
    let [one, other] = both.map(|sandbox| sandbox.world().ledger().unwrap());
    assert_eq!(one.live.len(), 20, "ten of each, and not one more");
    assert_eq!(one.posts.len(), 32);
    let ids = |ledger: &gpu_broker_sandbox::Ledger| {
        let ids = ledger.live.iter().map(|live| live.id.clone());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&one).len(), 20, "no id twice");
    assert_eq!(ids(&one), ids(&other));
    let left: Vec<_> = fs::read_dir(folder.world().parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 2, "the world and its lock: {left:?}");
}

#[test]
fn a_world_that_cannot_be_read_is_left_alone() {
    let folder = Folder::new();
    let path = folder.world();
    drop(world(&kept(&path)));
    let good = fs::read_to_string(&path).unwrap();
    let half = &good[..good.len() / 2];
    let newer = good.replacen("\"version\":1", "\"version\":99", 1);
    for (text, says) in [
        ("", "is damaged"),
        (half, "is damaged"),
        ("{\"version\":1}", "is damaged"),
        (newer.as_str(), "written by a newer version"),
    ] {
        fs::write(&path, text).unwrap();
        let error = Sandbox::start(&kept(&path)).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("move the file away"), "{error}");
        assert!(error.contains("world.json"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "nothing is replaced");
    }
    fs::write(&path, &good).unwrap();
    let world = world(&kept(&path));
    fs::write(&path, half).unwrap();
    for broker in BOTH {
        let reply = world.create(broker, &order(broker, "one"));
        assert_eq!(reply.status, 500);
        assert!(text(&reply).contains("is damaged"), "{}", text(&reply));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), half);
}

#[test]
#[cfg(unix)]
fn it_is_nobody_elses_business() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let world = world(&kept(&folder.world()));
    rent(&world, Broker::Prime, "one");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.world()), 0o600);
    assert_eq!(mode(folder.world().parent().unwrap()), 0o700);
}

#[test]
fn new_worlds_have_new_ids() {
    let id = |folder: &Folder, later: u64| {
        let options = kept(&folder.world());
        let options = Options {
            now: options.now + Duration::from_secs(later),
            ..options
        };
        rent(&world(&options), Broker::Spheron, "one")
    };
    let (first, second) = (Folder::new(), Folder::new());
    assert_ne!(id(&first, 0), id(&second, 1));
}

#[test]
fn time_that_was_added_is_kept_and_a_clock_that_goes_back_does_no_harm() {
    let folder = Folder::new();
    let options = kept(&folder.world());
    let first = world(&options);
    let id = rent(&first, Broker::Spheron, "one");
    seconds(&first, 1_000);
    let control = Control {
        advance_seconds: 1_000,
        ..Control::default()
    };
    first.control(Broker::Spheron, control).unwrap();
    let cost = first.get(Broker::Spheron, &id).value()["totalCost"].to_string();
    drop(first);
    assert_eq!(
        world(&options).get(Broker::Spheron, &id).value()["totalCost"].to_string(),
        cost
    );
    let earlier = Options {
        now: options.now - Duration::from_secs(10_000),
        limits: Limits::Off,
        ..options
    };
    let back = world(&earlier);
    assert_eq!(back.get(Broker::Spheron, &id).status, 200);
    assert_eq!(back.delete(Broker::Spheron, &id).status, 200);
}
