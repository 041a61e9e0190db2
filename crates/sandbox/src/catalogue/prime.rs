//! How a Prime file is written, and how it becomes rows.
//!
//! A `[[plan]]` is one GPU of one provider with one security class; its `sizes` say what each size is called and
//! costs, and its `places` where it stands: one offer per size and place. A `[[disk]]` is one disk offer. Prices are
//! strings, because they are sent digit for digit.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Catalogue, Images, Origin};
use crate::broker::Broker;
use crate::number::Number;
use crate::offers::{DiskOffer, GpuOffer, Place, Spec};

/// One provider's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    provider: String,
    seen: String,
    source: String,
    /// The name of the image list that this provider's offers carry.
    images: String,
    /// The disk of every plan that names none.
    #[serde(default)]
    usual_disk: Spec,
    places: BTreeMap<String, Place>,
    #[serde(default)]
    plan: Vec<Plan>,
    #[serde(default)]
    disk: Vec<DiskPlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    gpu: String,
    socket: String,
    /// GB of one GPU; the row carries the total of the box, as Prime's rows do.
    gpu_memory: u32,
    places: Vec<String>,
    sizes: Vec<Size>,
    security: Option<String>,
    stock: Option<String>,
    currency: Option<String>,
    variable: Option<bool>,
    prepaid_hours: Option<Number>,
    #[serde(default)]
    multi_node: bool,
    disk: Option<Spec>,
    #[serde(default)]
    shared_disk: Spec,
    #[serde(default)]
    vcpu: Spec,
    #[serde(default)]
    memory: Spec,
    internet_speed: Option<Number>,
    interconnect: Option<u32>,
    interconnect_type: Option<String>,
    provisioning_minutes: Option<u32>,
    images: Option<String>,
    /// Images on top of the list.
    #[serde(default)]
    more_images: Vec<String>,
    /// Keys left out of the row altogether.
    #[serde(default)]
    omit: BTreeSet<String>,
    seen: Option<String>,
    source: Option<String>,
    invented: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    gpus: u32,
    id: String,
    price: Option<Number>,
    /// The price of the spot twin, whose id ends in `_SPOT`.
    spot: Option<Number>,
    /// Neither price is given.
    #[serde(default)]
    unpriced: bool,
    /// This very row is a spot offer under its own id.
    #[serde(default)]
    is_spot: bool,
    vcpus: Option<Counts>,
    memory: Option<Counts>,
    disk: Option<Counts>,
    stock: Option<String>,
    places: Option<Vec<String>>,
}

/// A fixed or default count, or `[minimum, default, maximum]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Counts {
    Fixed(u32),
    Range([u32; 3]),
}

/// The template with this size's counts filled in.
fn filled(template: &Spec, counts: Option<Counts>) -> Spec {
    let mut spec = template.clone();
    match counts {
        None => {}
        Some(Counts::Fixed(count)) => spec.default = Some(count),
        Some(Counts::Range([min, default, max])) => {
            spec.min = Some(min);
            spec.default = Some(default);
            spec.max = Some(max);
        }
    }
    spec
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DiskPlan {
    place: String,
    max: u32,
    unit_price: Number,
    min: Option<u32>,
    step: Option<u32>,
    cloud_id: Option<String>,
    stock: Option<String>,
    security: Option<String>,
    multi_node: Option<bool>,
    note: Option<String>,
    seen: Option<String>,
    source: Option<String>,
    invented: Option<String>,
}

impl File {
    /// Turns the file into rows.
    pub(super) fn expand(self, images: &Images, into: &mut Catalogue) -> Result<(), String> {
        for plan in &self.plan {
            let before = into.gpus.len();
            for size in &plan.sizes {
                for place in size.places.as_ref().unwrap_or(&plan.places) {
                    let place = self.place(place)?;
                    self.offers(plan, size, place, images, &mut into.gpus)?;
                }
            }
            let offers = into.gpus.len() - before;
            into.credit(self.origin(plan.seen.as_ref(), plan.source.as_ref(), plan.invented.clone(), offers));
        }
        for disk in &self.disk {
            into.disks.push(self.disk_offer(disk)?);
            into.credit(self.origin(disk.seen.as_ref(), disk.source.as_ref(), disk.invented.clone(), 0));
        }
        Ok(())
    }

    fn place(&self, name: &str) -> Result<&Place, String> {
        self.places.get(name).ok_or_else(|| format!("no place {name:?}"))
    }

    fn origin(
        &self,
        seen: Option<&String>,
        source: Option<&String>,
        invented: Option<String>,
        offers: usize,
    ) -> Origin {
        Origin {
            broker: Broker::Prime,
            provider: self.provider.clone(),
            seen: seen.unwrap_or(&self.seen).clone(),
            source: source.unwrap_or(&self.source).clone(),
            invented,
            offers,
        }
    }

    /// The offer of one size in one place, and its spot twin.
    fn offers(
        &self,
        plan: &Plan,
        size: &Size,
        place: &Place,
        images: &Images,
        into: &mut Vec<GpuOffer>,
    ) -> Result<(), String> {
        if size.price.is_some() || size.unpriced {
            let price = size.price.clone();
            into.push(self.offer(plan, size, place, images, (&size.id, price, size.is_spot))?);
        }
        if size.spot.is_some() {
            let id = format!("{}_SPOT", size.id);
            into.push(self.offer(plan, size, place, images, (&id, size.spot.clone(), true))?);
        }
        if size.price.is_none() && size.spot.is_none() && !size.unpriced {
            return Err(format!("{} has no price", size.id));
        }
        Ok(())
    }

    fn offer(
        &self,
        plan: &Plan,
        size: &Size,
        place: &Place,
        images: &Images,
        (id, price, spot): (&str, Option<Number>, bool),
    ) -> Result<GpuOffer, String> {
        let list = plan.images.as_ref().unwrap_or(&self.images);
        let list = images.0.get(list).ok_or_else(|| format!("no image list {list:?}"))?;
        let stock = size.stock.as_ref().or(plan.stock.as_ref());
        Ok(GpuOffer {
            cloud_id: id.to_owned(),
            gpu_type: plan.gpu.clone(),
            socket: plan.socket.clone(),
            provider: self.provider.clone(),
            place: place.clone(),
            gpu_count: size.gpus,
            gpu_memory: plan.gpu_memory * size.gpus,
            disk: filled(plan.disk.as_ref().unwrap_or(&self.usual_disk), size.disk),
            shared_disk: plan.shared_disk.clone(),
            vcpu: filled(&plan.vcpu, size.vcpus),
            memory: filled(&plan.memory, size.memory),
            internet_speed: plan.internet_speed.clone(),
            interconnect: plan.interconnect,
            interconnect_type: plan.interconnect_type.clone(),
            provisioning_minutes: plan.provisioning_minutes,
            stock: stock.map_or("Available", String::as_str).to_owned(),
            security: plan.security.as_deref().unwrap_or("secure_cloud").to_owned(),
            price,
            currency: plan.currency.as_deref().unwrap_or("USD").to_owned(),
            variable: plan.variable,
            images: list.iter().chain(&plan.more_images).cloned().collect(),
            spot,
            prepaid_hours: plan.prepaid_hours.clone(),
            multi_node: plan.multi_node,
            omit: plan.omit.clone(),
        })
    }

    fn disk_offer(&self, disk: &DiskPlan) -> Result<DiskOffer, String> {
        let place = self.place(&disk.place)?.clone();
        Ok(DiskOffer {
            cloud_id: disk.cloud_id.clone(),
            provider: self.provider.clone(),
            data_center: place.data_center,
            country: place.country,
            region: place.region,
            spec: Spec {
                min: Some(disk.min.unwrap_or(0)),
                default: Some(0),
                max: Some(disk.max),
                unit_price: Some(disk.unit_price.clone()),
                step: Some(disk.step.unwrap_or(1)),
                included: Some(false),
                note: disk.note.clone(),
            },
            stock_status: disk.stock.as_deref().unwrap_or("Available").to_owned(),
            security: disk.security.as_deref().unwrap_or("secure_cloud").to_owned(),
            is_multinode: disk.multi_node,
        })
    }
}
