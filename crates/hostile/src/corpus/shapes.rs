//! Twenty kinds of answers of the two brokers, and the question that each answers.

use gpu_broker_core::instance::InstanceId;
use gpu_broker_core::source::{Catalog as _, Coverage, Disks, Fleet, Hint, Listing, Outcome};
use jiff::Timestamp;

use crate::fuzz::records::{asked, error_holds, launch_holds, listing_holds, machines_hold, offers_hold};
use crate::order::order;
use crate::stand::{Stand, WITHIN};

/// What an answer amounted to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// These records, and nothing else was there.
    Records(Vec<String>),
    /// It is known that something is missing or could not be read.
    Noted,
    /// Nothing, and it is known that this is no answer.
    Refused,
}

/// A kind of answer.
pub(super) struct Shape {
    pub(super) name: &'static str,
    /// The paths that it answers; the last part of a path may be left out.
    pub(super) path: &'static str,
    /// A good answer.
    pub(super) text: &'static str,
    /// Where the list is in it, as a JSON pointer; `None` when it is about one thing.
    pub(super) rows: Option<&'static str>,
    pub(super) ask: fn(&Stand) -> Told,
}

fn listed<T: std::fmt::Debug>(listing: &Listing<T>) -> Told {
    listing_holds(listing);
    match listing.coverage {
        Coverage::Failed(_) | Coverage::NoCredentials => Told::Refused,
        Coverage::Complete if listing.rejects.is_empty() => {
            Told::Records(listing.items.iter().map(|item| format!("{item:?}")).collect())
        }
        Coverage::Complete | Coverage::Partial(_) => Told::Noted,
    }
}

fn sole<T: std::fmt::Debug>(told: Result<T, gpu_broker_core::source::SourceError>) -> Told {
    match told {
        Ok(value) => Told::Records(vec![format!("{value:?}")]),
        Err(error) => {
            error_holds(&error);
            Told::Refused
        }
    }
}

fn launched(outcome: &Outcome<gpu_broker_core::instance::Instance>) -> Told {
    launch_holds(outcome);
    match outcome {
        Outcome::Accepted(machine) => Told::Records(vec![format!("{machine:?}")]),
        // What came in 2xx and cannot be understood may have made a machine.
        Outcome::Unknown(_) => Told::Refused,
        Outcome::Rejected(_) | Outcome::NotSent(_) => panic!("{outcome:?} of a 200"),
    }
}

fn spheron_offers(stand: &Stand) -> Told {
    let hint = Hint::default();
    let listing = stand.ask(stand.spheron.offers(&asked(&hint)));
    offers_hold("spheron", listing.clone());
    listed(&listing)
}

fn prime_offers(stand: &Stand) -> Told {
    let hint = Hint::default();
    let listing = stand.ask(stand.prime.offers(&asked(&hint)));
    offers_hold("prime", listing.clone());
    listed(&listing)
}

fn machines(stand: &Stand, fleet: &dyn Fleet) -> Told {
    let hint = Hint::default();
    let listing = stand.ask(fleet.list(&asked(&hint), Timestamp::UNIX_EPOCH));
    machines_hold(&listing);
    listed(&listing)
}

fn disks(stand: &Stand, disks: &dyn Disks) -> Told {
    let hint = Hint::default();
    listed(&stand.ask(disks.list(&asked(&hint))))
}

fn one(stand: &Stand, fleet: &dyn Fleet) -> Told {
    sole(stand.ask(fleet.get(&InstanceId::new("pod-1"), WITHIN)))
}

const OFFERS: &str = r#"{"data":[{"gpuType":"H100_SXM5","gpuModel":"H100 SXM5","lowestPrice":0.8,"offers":[{"provider":"data-crunch","offerId":"1H100","name":"H100","vcpus":32,"memory":185,"storage":500,"gpuCount":1,"price":2.9124,"spot_price":0.8015,"available":true,"clusters":["FIN-03"],"region":"FIN-03","gpu_memory":80,"os_options":["Ubuntu 22.04"],"maintenance":false,"interconnectType":"NVLink","instanceType":"DEDICATED"}]},{"gpuType":"H100_PCIE","offers":[{"provider":"voltage-park","offerId":"8H100","gpuCount":8,"price":15.84,"available":true,"clusters":["dallas"],"gpu_memory":80}]}],"total":2,"page":1,"limit":100,"totalPages":1}"#;
const DEPLOYMENTS: &str = r#"[{"id":"d-1","name":"gp-1a1","providerId":"data-crunch","gpuModelId":"H100_80G_SXM5","gpuCount":8,"region":"FIN-03","instanceType":"DEDICATED","status":"running","hourlyRate":22.8,"totalCost":12.5,"createdAt":"2026-01-15T10:30:00Z","sshCommand":"ssh ubuntu@192.0.2.1"},{"id":"d-2","name":"other","providerId":"voltage-park","gpuModelId":"RTX4090_PCIE","gpuCount":1,"status":"deploying","hourlyRate":0.5,"createdAt":"2026-01-15T10:30:00Z"}]"#;
const DEPLOYMENT: &str = r#"{"id":"pod-1","name":"gp-1a1","providerId":"data-crunch","gpuModelId":"H100_80G_SXM5","gpuCount":8,"region":"FIN-03","instanceType":"DEDICATED","status":"deploying","hourlyRate":22.8,"createdAt":"2026-01-15T10:30:00Z"}"#;
const POD: &str = r#"{"id":"pod-1","name":"gp-1a1","providerType":"runpod","status":"ACTIVE","gpuName":"H100_80GB","gpuCount":1,"socket":"PCIe","priceHr":1.9,"createdAt":"2026-10-02T08:15:00Z","sshConnection":"root@192.0.2.1 -p 22","ip":"192.0.2.1","isSpot":false,"jupyterPassword":"canary-4711-secret"}"#;
const GPUS: &str = r#"{"items":[{"cloudId":"n3-H100x8","gpuType":"H100_80GB","socket":"PCIe","provider":"hyperstack","region":"canada","dataCenter":"CANADA-1","country":"CA","gpuCount":8,"gpuMemory":640,"disk":{"minCount":50,"defaultCount":100,"maxCount":1000,"pricePerUnit":0.00014,"step":10,"defaultIncludedInPrice":false},"vcpu":{"defaultCount":28},"memory":{"defaultCount":120},"stockStatus":"Available","security":"secure_cloud","prices":{"onDemand":15.2,"communityPrice":null,"currency":"USD"},"images":["ubuntu_22_cuda_12"],"isSpot":false},{"cloudId":"A100x1","gpuType":"A100_80GB","socket":"PCIe","provider":"runpod","gpuCount":1,"gpuMemory":80,"stockStatus":"Low","security":"secure_cloud","prices":{"onDemand":1.6568,"currency":"USD"},"images":[]}],"totalCount":2}"#;
const PODS: &str = r#"{"total_count":2,"offset":0,"limit":100,"data":[{"id":"pod-1","name":"gp-1a1","providerType":"runpod","status":"ACTIVE","gpuName":"H100_80GB","gpuCount":1,"socket":"PCIe","priceHr":1.9},{"id":"pod-2","name":"other","providerType":"nebius","status":"PROVISIONING","gpuName":"H100_80GB","gpuCount":8,"socket":"SXM5","priceHr":16}]}"#;
const HISTORY: &str = r#"{"total_count":2,"offset":0,"limit":100,"data":[{"id":"past-1","name":"gp-old","providerType":"runpod","type":"Instance","createdAt":"2026-09-01T00:00:00Z","terminatedAt":"2026-10-02T10:00:00Z","gpuName":"A100_80GB","gpuCount":1,"socket":"PCIe","priceHr":1.6661,"totalBilledPrice":123.45},{"id":"past-2","name":"older","providerType":"vultr","type":"Instance","createdAt":"2026-09-01T00:00:00Z","terminatedAt":"2026-09-02T10:00:00Z","gpuName":"H100_80GB","gpuCount":1,"priceHr":2,"totalBilledPrice":0.5}]}"#;
const OWNED: &str = r#"{"total_count":2,"offset":0,"limit":100,"data":[{"id":"disk-1","name":"checkpoints","status":"ACTIVE","providerType":"runpod","size":1000,"info":{"country":"US","dataCenterId":"US-WA-1"},"priceHr":0.11,"pods":["pod-1"]},{"id":"disk-2","name":"weights","status":"ACTIVE","providerType":"hyperstack","size":200,"priceHr":0.02,"pods":[]}]}"#;
const FOR_SALE: &str = r#"{"items":[{"cloudId":"vol-1","provider":"runpod","dataCenter":"US-WA-1","country":"US","region":"united_states","spec":{"minCount":0,"maxCount":8192,"pricePerUnit":0.000111,"step":1},"stockStatus":"Available","security":"secure_cloud"},{"cloudId":"vol-2","provider":"vultr","country":"DE","spec":{"pricePerUnit":7e-05},"security":"secure_cloud"}],"totalCount":2}"#;
const VOLUMES: &str = r#"{"data":[{"id":"v-1","volumeId":"vol_1","name":"data","providerId":"voltage-park","sizeInGb":100,"status":"attached","hourlyRate":0.0137,"attachedToDeploymentIds":["d-1"]},{"id":"v-2","volumeId":"vol_2","name":"more","providerId":"data-crunch","sizeInGb":10,"status":"available","hourlyRate":0.001}],"total":2,"page":1,"limit":100,"totalPages":1}"#;
const REGIONS: &str = r#"{"regions":[{"location":"FIN-01","name":"Finland 1","types":["NVMe"],"country_code":"FI"},{"location":"ICE-01","name":"Iceland 1","types":["NVMe"],"country_code":"IS"}]}"#;
const SPHERON_KEYS: &str = r#"[{"id":"key-1","name":"laptop","publicKey":"ssh-ed25519 AAAA me"},{"id":"key-2","name":"desk","publicKey":"ssh-rsa BBBB me"}]"#;
const PRIME_KEYS: &str = r#"{"total_count":2,"data":[{"id":"key-1","name":"laptop","publicKey":"ssh-ed25519 AAAA me","isPrimary":true},{"id":"key-2","name":"desk","publicKey":"ssh-rsa BBBB me","isPrimary":false}]}"#;
const BALANCE: &str = r#"{"teams":[{"teamId":"team_1","teamName":"Mine","balance":25.50,"isCurrentTeam":true},{"teamId":"team_2","teamName":"Ours","balance":1,"isCurrentTeam":false}],"currency":"USD"}"#;

const fn shape(
    name: &'static str,
    path: &'static str,
    text: &'static str,
    rows: Option<&'static str>,
    ask: fn(&Stand) -> Told,
) -> Shape {
    Shape {
        name,
        path,
        text,
        rows,
        ask,
    }
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Shape> {
    spheron().into_iter().chain(spheron_account()).chain(prime())
}

/// Spheron's offers and machines.
fn spheron() -> [Shape; 7] {
    [
        shape(
            "spheron-offers",
            "/api/gpu-offers",
            OFFERS,
            Some("/data"),
            spheron_offers,
        ),
        shape(
            "spheron-providers",
            "/api/providers",
            r#"["data-crunch","voltage-park"]"#,
            Some(""),
            |stand| sole(stand.ask(stand.spheron.providers(WITHIN))),
        ),
        shape("spheron-machines", "/api/deployments", DEPLOYMENTS, Some(""), |stand| {
            machines(stand, &stand.spheron)
        }),
        shape("spheron-machine", "/api/deployments/", DEPLOYMENT, None, |stand| {
            one(stand, &stand.spheron)
        }),
        shape("spheron-launch", "/api/deployments", DEPLOYMENT, None, |stand| {
            launched(&stand.ask(Fleet::create(&stand.spheron, &order("spheron"), WITHIN)))
        }),
        shape(
            "spheron-end",
            "/api/deployments/",
            r#"{"message":"destruction initiated","status":"terminated"}"#,
            None,
            |stand| sole(stand.ask(Fleet::delete(&stand.spheron, &InstanceId::new("d-1"), WITHIN))),
        ),
        shape(
            "spheron-may-end",
            "/api/deployments/",
            r#"{"canTerminate":false,"timeRemaining":19.5}"#,
            None,
            |stand| sole(stand.ask(stand.spheron.may_end(&InstanceId::new("d-1"), WITHIN))),
        ),
    ]
}

/// What else Spheron's accounts hold.
fn spheron_account() -> [Shape; 4] {
    [
        shape("spheron-volumes", "/api/volumes", VOLUMES, Some("/data"), |stand| {
            disks(stand, &stand.spheron)
        }),
        shape(
            "spheron-regions",
            "/api/volumes/regions",
            REGIONS,
            Some("/regions"),
            |stand| {
                let hint = Hint::default();
                listed(&stand.ask(stand.spheron.disk_offers(&asked(&hint))))
            },
        ),
        shape("spheron-keys", "/api/ssh-keys", SPHERON_KEYS, Some(""), |stand| {
            sole(stand.ask(Fleet::account(&stand.spheron).keys(WITHIN)))
        }),
        shape("spheron-balance", "/api/balance", BALANCE, Some("/teams"), |stand| {
            sole(stand.ask(Fleet::account(&stand.spheron).balances(WITHIN)))
        }),
    ]
}

/// Prime's.
fn prime() -> [Shape; 9] {
    [
        shape(
            "prime-gpus",
            "/api/v1/availability/gpus",
            GPUS,
            Some("/items"),
            prime_offers,
        ),
        shape(
            "prime-clusters",
            "/api/v1/availability/multi-node",
            GPUS,
            Some("/items"),
            prime_offers,
        ),
        shape(
            "prime-disks-for-sale",
            "/api/v1/availability/disks",
            FOR_SALE,
            Some("/items"),
            |stand| {
                let hint = Hint::default();
                listed(&stand.ask(stand.prime.disk_offers(&asked(&hint))))
            },
        ),
        shape("prime-pods", "/api/v1/pods/", PODS, Some("/data"), |stand| {
            machines(stand, &stand.prime)
        }),
        shape("prime-pod", "/api/v1/pods/pod-1", POD, None, |stand| {
            one(stand, &stand.prime)
        }),
        shape("prime-launch", "/api/v1/pods/", POD, None, |stand| {
            launched(&stand.ask(Fleet::create(&stand.prime, &order("prime"), WITHIN)))
        }),
        shape(
            "prime-history",
            "/api/v1/pods/history",
            HISTORY,
            Some("/data"),
            |stand| machines(stand, &stand.prime),
        ),
        shape("prime-disks", "/api/v1/disks/", OWNED, Some("/data"), |stand| {
            disks(stand, &stand.prime)
        }),
        shape("prime-keys", "/api/v1/ssh_keys/", PRIME_KEYS, Some("/data"), |stand| {
            sole(stand.ask(Fleet::account(&stand.prime).keys(WITHIN)))
        }),
    ]
}
