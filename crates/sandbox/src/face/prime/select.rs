//! The filters and pages of `/availability/*`.

use std::fmt::Display;

use super::invalid::{Invalid, NO_INTEGER};
use crate::face::desk::Desk;
use crate::face::query::Query;
use crate::offers::{DiskOffer, GpuOffer};
use crate::state::Disk;

const REGIONS: &[&str] = &[
    "africa",
    "asia_south",
    "asia_northeast",
    "australia",
    "canada",
    "eu_east",
    "eu_north",
    "eu_west",
    "middle_east",
    "south_america",
    "united_states",
];

const SOCKETS: &[&str] = &["PCIe", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6"];

const SECURITIES: &[&str] = &["secure_cloud", "community_cloud"];

const GPU_TYPES: &[&str] = &[
    "CPU_NODE",
    "A10_24GB",
    "A100_80GB",
    "A100_40GB",
    "A30_24GB",
    "A40_48GB",
    "B200_180GB",
    "B300_262GB",
    "GB200",
    "GB300",
    "RTX3070_8GB",
    "RTX3080_10GB",
    "RTX3080Ti_12GB",
    "RTX3090_24GB",
    "RTX3090Ti_24GB",
    "RTX4070Ti_12GB",
    "RTX4080_16GB",
    "RTX4080Ti_16GB",
    "RTX4090_24GB",
    "RTX5090_32GB",
    "H100_80GB",
    "H200_96GB",
    "GH200_96GB",
    "H200_141GB",
    "GH200_480GB",
    "GH200_624GB",
    "L4_24GB",
    "L40_48GB",
    "L40S_48GB",
    "RTX4000_8GB",
    "RTX5000_16GB",
    "RTX6000_24GB",
    "RTX8000_48GB",
    "RTX2000Ada_16GB",
    "RTX4000Ada_20GB",
    "RTX5000Ada_32GB",
    "RTX6000Ada_48GB",
    "A2000_6GB",
    "A4000_16GB",
    "A4500_20GB",
    "A5000_24GB",
    "A6000_48GB",
    "V100_16GB",
    "V100_32GB",
    "P100_16GB",
    "T4_16GB",
    "P4_8GB",
    "P40_24GB",
    "RTX_PRO_6000B_96GB",
];

/// What a request wants to see, checked against the documented parameters.
#[derive(Debug)]
pub(super) struct Select<'a> {
    regions: Vec<&'a str>,
    gpu_count: Option<u32>,
    gpu_type: Option<&'a str>,
    socket: Option<&'a str>,
    security: Option<&'a str>,
    data_center: Option<&'a str>,
    cloud_id: Option<&'a str>,
    /// The disks asked for that exist; `None` when none were asked for.
    disks: Option<Vec<&'a Disk>>,
    page: usize,
    page_size: usize,
}

impl<'a> Select<'a> {
    /// Reads the parameters; `page_max` is the largest page, and the usual one.
    pub(super) fn read(desk: &'a Desk<'_>, page_max: usize) -> Result<Self, Invalid> {
        let query = &desk.query;
        let mut invalid = Invalid::default();
        for region in query.all("regions") {
            one_of("regions", region, REGIONS, &mut invalid);
        }
        for (name, values) in [("socket", SOCKETS), ("security", SECURITIES)] {
            if let Some(value) = query.one(name) {
                one_of(name, value, values, &mut invalid);
            }
        }
        let gpu_type = query.one("gpu_type");
        if let Some(gpu_type) = gpu_type {
            // The documented list is incomplete: the broker also sells what it does not name there.
            if !desk.catalogue.gpus.iter().any(|offer| offer.gpu_type == gpu_type) {
                one_of("gpu_type", gpu_type, GPU_TYPES, &mut invalid);
            }
        }
        let ids = query.all("disks");
        let disks = ids.clone().next().is_some().then(|| {
            let known = desk.state.disks.iter();
            known.filter(|disk| ids.clone().any(|id| id == disk.id)).collect()
        });
        let select = Self {
            regions: query.all("regions").collect(),
            gpu_count: integer(query, "gpu_count", 0, u32::MAX, &mut invalid),
            gpu_type,
            socket: query.one("socket"),
            security: query.one("security"),
            data_center: query.one("data_center_id"),
            cloud_id: query.one("cloud_id"),
            disks,
            page: integer(query, "page", 1, usize::MAX, &mut invalid).unwrap_or(1),
            page_size: integer(query, "page_size", 1, page_max, &mut invalid).unwrap_or(page_max),
        };
        invalid.unless(select)
    }

    /// Whether a GPU offer passes every filter.
    pub(super) fn takes_gpu(&self, offer: &GpuOffer) -> bool {
        let place = &offer.place;
        self.takes_region(place.region.as_deref())
            && self.gpu_count.is_none_or(|count| count == offer.gpu_count)
            && self.gpu_type.is_none_or(|gpu| gpu == offer.gpu_type)
            && self.socket.is_none_or(|socket| socket == offer.socket)
            && self.security.is_none_or(|security| security == offer.security)
            && self
                .data_center
                .is_none_or(|id| Some(id) == place.data_center.as_deref())
            && self.cloud_id.is_none_or(|id| id == offer.cloud_id)
            && self
                .disks
                .as_ref()
                .is_none_or(|disks| disks.iter().any(|disk| reaches(disk, offer)))
    }

    /// Whether a disk offer passes the filters that disks have.
    pub(super) fn takes_disk(&self, offer: &DiskOffer) -> bool {
        self.takes_region(offer.region.as_deref())
            && self
                .data_center
                .is_none_or(|id| Some(id) == offer.data_center.as_deref())
            && self.cloud_id.is_none_or(|id| Some(id) == offer.cloud_id.as_deref())
    }

    fn takes_region(&self, region: Option<&str>) -> bool {
        self.regions.is_empty() || region.is_some_and(|region| self.regions.contains(&region))
    }

    /// The asked-for page of the rows; one past the end is empty.
    pub(super) fn page<T>(&self, rows: Vec<T>) -> Vec<T> {
        let before = (self.page - 1).saturating_mul(self.page_size);
        rows.into_iter().skip(before).take(self.page_size).collect()
    }
}

/// A disk is reached from the data centre in which it is.
fn reaches(disk: &Disk, offer: &GpuOffer) -> bool {
    disk.provider == offer.provider && disk.info.data_center == offer.place.data_center
}

fn one_of(name: &str, value: &str, values: &[&str], invalid: &mut Invalid) {
    if !values.contains(&value) {
        let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
        invalid.add(name, format!("Input should be {}", quoted.join(", ")));
    }
}

/// A number within bounds; otherwise what is wrong with it is noted.
fn integer<N>(query: &Query, name: &str, least: N, most: N, invalid: &mut Invalid) -> Option<N>
where
    N: Copy + Display + TryFrom<i128> + PartialOrd,
{
    let Ok(number) = query.number::<i128>(name) else {
        invalid.add(name, NO_INTEGER.to_owned());
        return None;
    };
    let number = number?;
    match N::try_from(number) {
        Ok(number) if number >= least && number <= most => Some(number),
        Ok(number) if number > most => over(name, most, invalid),
        Err(_) if number > 0 => over(name, most, invalid),
        _ => {
            invalid.add(name, format!("Input should be greater than or equal to {least}"));
            None
        }
    }
}

fn over<N: Display>(name: &str, most: N, invalid: &mut Invalid) -> Option<N> {
    invalid.add(name, format!("Input should be less than or equal to {most}"));
    None
}
