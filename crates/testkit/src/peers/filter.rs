//! The offers that are in memory already.

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use gpu_broker_core::demand::{Demand, Nodes};
use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::quote;
use serde_json::Value;

use super::stopwatch::{Figures, last, nanoseconds};
use crate::dice::Dice;
use crate::{bridge, market};

/// How many offers.
pub(super) const OFFERS: usize = 300_000;

/// The same mix as ours: models, counts and spot in the same shares. Only `matches` is timed.
const SCRIPT: &str = r#"
import json, random, sys, time
from gpuhunt._internal.constraints import matches
from gpuhunt._internal.models import AcceleratorVendor, CatalogItem, QueryFilter
from dataclasses import fields
random.seed(1)
known = {field.name for field in fields(CatalogItem)}
def item(number):
    count = random.choice([1, 1, 2, 2, 3, 4, 4, 5, 8, 8, 16])
    all = dict(instance_name=f"w{number}", location="canada", price=count * (1.5 + random.random() * 2), cpu=8 * count,
        memory=64.0 * count, gpu_count=count, gpu_name=random.choice(["H100", "H100", "H100", "H100", "A100", "H200"]),
        gpu_memory=80.0, spot=random.random() < 0.2, disk_size=100.0, gpu_vendor=AcceleratorVendor.NVIDIA, provider="runpod", flags=[],
        cpu_arch=None, provider_data={})
    return CatalogItem(**{name: value for name, value in all.items() if name in known})
items = [item(number) for number in range(int(sys.argv[1]))]
query = QueryFilter(gpu_name=["H100"], min_gpu_count=8, spot=False)
for _ in range(5):
    begin = time.perf_counter()
    found = [item for item in items if matches(item, query)]
    print(json.dumps([time.perf_counter() - begin, len(found)]))
"#;

/// `gpuhunt`'s filter.
pub(super) fn theirs(python: &Path, scratch: &Path) -> io::Result<Figures> {
    let script = scratch.join("filter.py");
    std::fs::write(&script, SCRIPT)?;
    let answer = Command::new(python).arg(script).arg(OFFERS.to_string()).output()?;
    let mut times = Vec::new();
    for line in String::from_utf8_lossy(&answer.stdout).lines() {
        let [seconds, found] = serde_json::from_str::<[Value; 2]>(line)?;
        if found.as_u64().is_none_or(|found| found == 0) {
            return Err(io::Error::other("gpuhunt found nothing, so its time says nothing"));
        }
        times.push(nanoseconds(&seconds)?);
    }
    if times.is_empty() {
        return Err(io::Error::other(format!(
            "gpuhunt could not be timed: {}",
            last(&answer.stderr)
        )));
    }
    Ok(Figures::of_calls(times))
}

/// A whole quote: what fits is priced and ranked, and what does not is counted by its reason.
pub(super) fn ours(runs: u32) -> Figures {
    let market = bridge::market(&market::wares(&mut Dice::new(1), OFFERS));
    let demand = Demand {
        nodes: Nodes::AtMost(1),
        ..Demand::new(GpuRequest::parse("H100:8").unwrap(), Hours::whole(24))
    };
    let time = || {
        let begin = Instant::now();
        let quote = quote(&market, &demand, 10).unwrap();
        let took = begin.elapsed();
        assert!(!black_box(quote).plans.is_empty());
        u64::try_from(took.as_nanos()).unwrap()
    };
    Figures::of_calls((0..runs).map(|_| time()).collect())
}
