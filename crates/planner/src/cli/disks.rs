//! The flags of disks that outlive the instances, and what they ask for.

use clap::Args;
use gpu_broker_core::demand::{DisksWanted, Moving};
use gpu_broker_core::number::Exact;
use gpu_broker_core::quantity::{Gb, Hours};
use gpu_broker_core::quote::RequestError;

use super::advice::requesting;
use super::words::amount;
use crate::report::Trouble;

/// Disks that outlive the instances.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Disks")]
pub(crate) struct DiskArgs {
    /// Only where these disks of yours can be attached: ids from `planner disks`
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) attach: Vec<String>,
    /// One of them is enough
    #[arg(long, requires = "attach")]
    pub(crate) attach_any: bool,
    /// With a new disk in the same place, such as 2TB: the cheapest pair wins
    #[arg(long, value_name = "SIZE", value_delimiter = ',', value_parser = size)]
    pub(crate) new_disk: Vec<Gb>,
    /// What moving the attached disks' data elsewhere costs, such as 0.02/GB
    #[arg(long, value_name = "PRICE", requires = "attach", value_parser = price_per_gb)]
    pub(crate) move_price: Option<Exact>,
    /// For how long the old disks are kept while the data moves
    #[arg(long, value_name = "HOURS", requires = "attach")]
    pub(crate) move_hours: Option<Hours>,
}

impl DiskArgs {
    /// What the flags ask for; refused together with `--spread`.
    pub(crate) fn wanted(&self, spread: bool) -> Result<DisksWanted, Trouble> {
        let mut attach: Vec<String> = Vec::new();
        for id in self.attach.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
            if !attach.iter().any(|known| known == id) {
                attach.push(id.to_owned());
            }
        }
        let wanted = DisksWanted {
            attach,
            attach_any: self.attach_any,
            create: self.new_disk.clone(),
            moving: Moving {
                price_per_gb: self.move_price,
                hours: self.move_hours,
            },
        };
        if !self.attach.is_empty() && wanted.attach.is_empty() {
            return Err(Trouble::usage("`--attach` names no disk").hint("`planner disks` lists the disks that you own"));
        }
        if spread && !wanted.is_empty() {
            return Err(requesting(RequestError::SpreadDisks));
        }
        Ok(wanted)
    }
}

fn size(text: &str) -> Result<Gb, String> {
    match text.parse::<Gb>() {
        Ok(Gb(0)) => Err("a disk of no size holds nothing; write `500GB` or `2TB`".to_owned()),
        Ok(size) => Ok(size),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads `0.02`, `0.02/GB` or `20/TB`.
fn price_per_gb(text: &str) -> Result<Exact, String> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some(price) = lower.strip_suffix("/tb") {
        let per_gb = amount(price)?.over(Exact::whole(1000));
        return per_gb.ok_or_else(|| format!("`{text}` has too many digits"));
    }
    amount(lower.strip_suffix("/gb").unwrap_or(&lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_per_gb() {
        let check = |text: &str, expected: Option<&str>| {
            let read = price_per_gb(text).ok().map(|price| price.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        };
        check("0.02", Some("0.02"));
        check("0.02/GB", Some("0.02"));
        check("$0.02 / gb", None);
        check("$0.02/gb", Some("0.02"));
        check("20/TB", Some("0.02"));
        check("0/GB", Some("0"));
        check("-1/GB", None);
        check("/GB", None);
    }

    #[test]
    fn a_disk_named_twice_is_one() {
        let args = DiskArgs {
            attach: ["a", " b", "a", ""].map(str::to_owned).into(),
            ..DiskArgs::default()
        };
        assert_eq!(args.wanted(false).unwrap().attach, ["a", "b"]);
        assert!(args.wanted(true).is_err());
        assert!(DiskArgs::default().wanted(true).unwrap().is_empty());
    }
}
