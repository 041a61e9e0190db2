//! How a Spheron file is written, and how it becomes rows.
//!
//! A `[[plan]]` is one GPU type of one provider. Its `offers` are lines of id, size and price. With `places`, each
//! line becomes one offer per place, and `{place}` in its id is replaced; with `clusters`, it stays one offer that can
//! be had in any of them. Prices are strings, because they are sent digit for digit.

use serde::Deserialize;

use super::{Catalogue, Origin};
use crate::broker::Broker;
use crate::number::Number;
use crate::offers::{Extras, Kubernetes, Offer, Technical};

/// One provider's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    provider: String,
    seen: String,
    source: String,
    os: Vec<String>,
    #[serde(default)]
    cloud_init: bool,
    plan: Vec<Plan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    gpu: String,
    /// GB of one GPU.
    gpu_memory: u32,
    interconnect: String,
    #[serde(default)]
    places: Vec<String>,
    #[serde(default)]
    clusters: Vec<String>,
    offers: Vec<Line>,
    /// `SPOT`, `DEDICATED` or `CLUSTER`.
    kind: Option<String>,
    os: Option<Vec<String>>,
    networking: Option<String>,
    nvlink: Option<bool>,
    kubernetes: Option<Kubernetes>,
    /// One of `AVAILABILITY_LEVEL_HIGH` and its like.
    level: Option<String>,
    minimum_minutes: Option<u32>,
    pause: Option<bool>,
    note: Option<String>,
    seen: Option<String>,
    source: Option<String>,
    invented: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    gpus: u32,
    vcpus: u32,
    memory: u32,
    storage: u32,
    price: Number,
    /// On a dedicated offer, the upstream's raw spot price, which nobody can buy at.
    spot_price: Option<Number>,
    places: Option<Vec<String>>,
    units: Option<u32>,
    #[serde(default)]
    sold_out: bool,
    #[serde(default)]
    maintenance: bool,
}

impl File {
    /// Turns the file into rows.
    pub(super) fn expand(self, into: &mut Catalogue) -> Result<(), String> {
        for plan in &self.plan {
            let before = into.offers.len();
            for line in &plan.offers {
                let places = line.places.as_ref().unwrap_or(&plan.places);
                for place in places {
                    into.offers.push(self.offer(plan, line, std::slice::from_ref(place))?);
                }
                if places.is_empty() {
                    into.offers.push(self.offer(plan, line, &plan.clusters)?);
                }
            }
            into.credit(Origin {
                broker: Broker::Spheron,
                provider: self.provider.clone(),
                seen: plan.seen.as_ref().unwrap_or(&self.seen).clone(),
                source: plan.source.as_ref().unwrap_or(&self.source).clone(),
                invented: plan.invented.clone(),
                offers: into.offers.len() - before,
            });
        }
        Ok(())
    }

    fn offer(&self, plan: &Plan, line: &Line, clusters: &[String]) -> Result<Offer, String> {
        let region = clusters.first().ok_or_else(|| format!("{} stands nowhere", line.id))?;
        let kind = plan.kind.as_deref().unwrap_or("DEDICATED");
        let name = plan.gpu.replace('_', " ");
        Ok(Offer {
            gpu_type: plan.gpu.clone(),
            provider: self.provider.clone(),
            id: line.id.replace("{place}", region),
            description: describe(&name, line),
            name,
            vcpus: line.vcpus,
            memory: line.memory,
            storage: line.storage,
            gpu_count: line.gpus,
            price: line.price.clone(),
            // For a spot instance price and spot_price are the same (API reference, note on the spot offer).
            spot_price: if kind == "SPOT" {
                Some(line.price.clone())
            } else {
                line.spot_price.clone()
            },
            available: !line.sold_out,
            clusters: clusters.to_vec(),
            region: region.clone(),
            gpu_memory: plan.gpu_memory,
            os_options: plan.os.as_ref().unwrap_or(&self.os).clone(),
            maintenance: line.maintenance,
            interconnect: plan.interconnect.clone(),
            interconnect_description: format!("{} interconnect", plan.interconnect),
            kind: kind.to_owned(),
            cloud_init: self.cloud_init,
            minimum_minutes: plan.minimum_minutes,
            pause: plan.pause,
            extras: Extras {
                deployment_type: if kind == "CLUSTER" { "cluster" } else { "vm" },
                networking_type: plan.networking.as_deref().unwrap_or("standard").to_owned(),
                nvlink: plan.nvlink,
                kubernetes_addon: plan.kubernetes.clone(),
                technical: plan.level.as_ref().map(|level| Technical {
                    units_available: line.units.unwrap_or(0),
                    availability_level: level.clone(),
                }),
            },
            note: plan.note.clone(),
        })
    }
}

fn describe(name: &str, line: &Line) -> String {
    format!(
        "{}x {name}, {} vCPUs, {}GB RAM, {}GB Storage",
        line.gpus, line.vcpus, line.memory, line.storage
    )
}
