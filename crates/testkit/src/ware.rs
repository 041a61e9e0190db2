//! Offers in plain words: once for the wire, for the library and for the reckoner.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// Which of the listings an offer stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// Prime's single machines.
    Prime,
    /// Spheron's offers.
    Spheron,
}

impl Shelf {
    /// The broker's name.
    pub fn broker(self) -> &'static str {
        match self {
            Self::Prime => "prime",
            Self::Spheron => "spheron",
        }
    }
}

/// A place, as far as the broker says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The region's word; Spheron states none.
    pub region: Option<&'static str>,
    /// The country's two letters; Spheron states none.
    pub country: Option<&'static str>,
    /// The data centre.
    pub center: Option<&'static str>,
}

/// How a resource is sized and priced. Numbers are JSON texts.
#[derive(Debug, Clone, Default)]
pub struct Dial {
    /// `minCount`.
    pub min: Option<u64>,
    /// `defaultCount`.
    pub default: Option<u64>,
    /// `maxCount`.
    pub max: Option<u64>,
    /// `step`.
    pub step: Option<u64>,
    /// `pricePerUnit`.
    pub unit: Option<String>,
    /// `defaultIncludedInPrice`.
    pub included: Option<bool>,
}

/// One offer. Numbers that are money are JSON texts, digit for digit.
#[derive(Debug, Clone)]
pub struct Ware {
    /// Where it is listed.
    pub shelf: Shelf,
    /// Whose machine it is.
    pub provider: &'static str,
    /// The broker's id.
    pub id: String,
    /// The GPU model.
    pub model: &'static str,
    /// Memory of one GPU.
    pub memory: u64,
    /// The socket.
    pub socket: &'static str,
    /// GPUs of one instance.
    pub gpus: u64,
    /// Where it stands; Prime's have one place.
    pub sites: Vec<Site>,
    /// Whether it is spot.
    pub spot: bool,
    /// Whether it is a community machine.
    pub community: bool,
    /// Prime's word, or Spheron's `available` and `maintenance`.
    pub stock: &'static str,
    /// How many there are; Spheron only.
    pub units: Option<u64>,
    /// Price of one instance per hour.
    pub price: Option<String>,
    /// Its currency.
    pub currency: &'static str,
    /// vCPUs, memory, disk, shared disk.
    pub dials: [Dial; 4],
    /// `prepaidTime`; Prime only.
    pub prepaid: Option<String>,
    /// `minimumRuntimeMinutes`; Spheron only.
    pub runtime: Option<u64>,
    /// The Kubernetes add-on per hour; Spheron only.
    pub kubernetes: Option<String>,
    /// `provisioningTime`; Prime only.
    pub provisioning: Option<u64>,
}

impl Ware {
    /// A plain offer: on demand, secure, available, all-in.
    pub fn new(shelf: Shelf, id: &str, gpus: u64, price: &str) -> Self {
        Self {
            shelf,
            provider: "hyperstack",
            id: id.to_owned(),
            model: "H100",
            memory: 80,
            socket: "PCIe",
            gpus,
            sites: vec![Site {
                region: (shelf == Shelf::Prime).then_some("canada"),
                country: (shelf == Shelf::Prime).then_some("CA"),
                center: Some("zone-1"),
            }],
            spot: false,
            community: false,
            stock: "Available",
            units: None,
            price: Some(price.to_owned()),
            currency: "USD",
            // Not the same memory, or the two brokers would sell one machine (R17).
            dials: [
                fixed(8 * gpus),
                fixed(if shelf == Shelf::Prime { 64 } else { 60 } * gpus),
                fixed(100),
                Dial::default(),
            ],
            prepaid: None,
            runtime: None,
            kubernetes: None,
            provisioning: None,
        }
    }

    /// The row as its broker sends it.
    pub fn row(&self) -> String {
        match self.shelf {
            Shelf::Prime => self.prime(),
            Shelf::Spheron => self.spheron(),
        }
    }

    /// What Spheron calls the GPU, which is the name of the offer's group.
    pub fn group(&self) -> String {
        format!("{}_{}", self.model, self.socket.to_ascii_uppercase())
    }

    fn prime(&self) -> String {
        let site = self.sites[0];
        let [on_demand, community] = if self.community {
            [None, self.price.as_deref()]
        } else {
            [self.price.as_deref(), None]
        };
        let [vcpu, memory, disk, shared] = self.dials.each_ref().map(Dial::row);
        let mut row = String::new();
        write!(
            row,
            r#"{{"cloudId":{},"gpuType":"{}_{}GB","socket":"{}","provider":{},"region":{},"dataCenter":{},"country":{},
            "gpuCount":{},"gpuMemory":{},"disk":{disk},"sharedDisk":{shared},"vcpu":{vcpu},"memory":{memory},
            "internetSpeed":null,"interconnect":null,"interconnectType":null,"provisioningTime":{},"stockStatus":"{}",
            "security":"{}","prices":{{"onDemand":{},"communityPrice":{},"isVariable":null,"currency":"{}"}},
            "images":["ubuntu_22_cuda_12"],"isSpot":{},"prepaidTime":{}}}"#,
            text(&self.id),
            self.model,
            self.memory,
            self.socket,
            text(self.provider),
            json!(site.region),
            json!(site.center),
            json!(site.country),
            self.gpus,
            self.gpus * self.memory,
            json!(self.provisioning),
            self.stock,
            if self.community {
                "community_cloud"
            } else {
                "secure_cloud"
            },
            bare(on_demand),
            bare(community),
            self.currency,
            self.spot,
            bare(self.prepaid.as_deref()),
        )
        .expect("a string takes all");
        row
    }

    fn spheron(&self) -> String {
        let clusters: Vec<_> = self.sites.iter().filter_map(|site| site.center).collect();
        let count = |dial: usize| json!(self.dials[dial].default);
        let kubernetes = self.kubernetes.as_deref().map_or_else(String::new, |price| {
            format!(r#","kubernetes_addon":{{"available":true,"total_cost_per_hour":{price}}}"#)
        });
        let units = self.units.map_or_else(String::new, |units| {
            format!(r#","technical":{{"units_available":{units}}}"#)
        });
        let mut row = String::new();
        write!(
            row,
            r#"{{"provider":{},"offerId":{},"name":"{}","vcpus":{},"memory":{},"storage":{},"gpuCount":{},"price":{},
            "spot_price":0.0001,"available":{},"clusters":{},"region":{},"gpu_memory":{},"os_options":["Ubuntu 22.04"],
            "maintenance":{},"interconnectType":null,"instanceType":"{}","supportsCloudInit":true,
            "minimumRuntimeMinutes":{},"extras":{{"deployment_type":"vm","networking_type":"standard"{kubernetes}{units}}}}}"#,
            text(self.provider),
            text(&self.id),
            self.model,
            count(0),
            count(1),
            count(2),
            self.gpus,
            bare(self.price.as_deref()),
            self.stock != "Unavailable",
            json!(clusters),
            json!(clusters.first()),
            self.memory,
            self.stock == "Maintenance",
            if self.spot { "SPOT" } else { "DEDICATED" },
            json!(self.runtime),
        )
        .expect("a string takes all");
        row
    }
}

impl Dial {
    fn row(&self) -> String {
        format!(
            r#"{{"minCount":{},"defaultCount":{},"maxCount":{},"pricePerUnit":{},"step":{},"defaultIncludedInPrice":{},"additionalInfo":null}}"#,
            json!(self.min),
            json!(self.default),
            json!(self.max),
            bare(self.unit.as_deref()),
            json!(self.step),
            json!(self.included),
        )
    }
}

/// A count that cannot be changed and costs nothing more.
pub fn fixed(count: u64) -> Dial {
    Dial {
        default: Some(count),
        included: Some(true),
        ..Dial::default()
    }
}

fn text(text: &str) -> Value {
    json!(text)
}

/// A number to the letter: through `Value` it would be a binary double.
fn bare(number: Option<&str>) -> &str {
    number.unwrap_or("null")
}
