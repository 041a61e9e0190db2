//! From the bytes of a listing to offers, and on to a ranked quote; and how much memory that takes.
//!
//! `cargo bench --bench decode`
//!
//! The adapter is the real one, and reads the answers that a connection would have brought. Beside it, the same bytes
//! go through `serde_json` into plain structs with binary doubles: what a program does that takes prices lightly.

#![expect(clippy::expect_used, reason = "a bench that cannot start has nothing to say")]

use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use gpu_broker_core::demand::{Demand, Nodes};
use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::market::Market;
use gpu_broker_core::offer::Offer;
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::quote;
use gpu_broker_core::source::{Ask, Catalog as _, Coverage, Hint, Quiet};
use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Scripted};
use gpu_broker_prime::Prime;
use gpu_broker_testkit::peers::shop::{PAGE, bodies};
use peak_alloc::PeakAlloc;
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const SIZES: [usize; 4] = [300, 3_000, 30_000, 300_000];

/// The most pages that the adapter asks for. The largest listing comes in larger pages than Prime's.
const PAGES_MAX: usize = 1_000;

/// A broker that answers at once, and whoever asks it.
struct Stand {
    prime: Prime,
    runtime: Runtime,
    pages: Arc<Vec<String>>,
    /// How many pages were asked for.
    asked: Arc<AtomicUsize>,
}

impl Stand {
    fn new(offers: usize) -> Self {
        let pages = Arc::new(bodies(offers, PAGE.max(offers / PAGES_MAX)));
        let asked = Arc::new(AtomicUsize::new(0));
        let script = {
            let (pages, asked) = (Arc::clone(&pages), Arc::clone(&asked));
            move |call: &Call| {
                let body = match call.path() {
                    // Pages are asked for in their order.
                    "/api/v1/availability/gpus" => pages[asked.fetch_add(1, Ordering::Relaxed) % pages.len()].as_str(),
                    "/api/v1/availability/multi-node-summary" => "{}",
                    _ => r#"{"items":[],"totalCount":0}"#,
                };
                Scripted {
                    status: 200,
                    headers: Vec::new(),
                    body: body.as_bytes().to_vec(),
                }
            }
        };
        let base = BaseUrl::parse("https://bench.invalid").expect("an address");
        let key = ApiKey::new("of-nobody-at-all".to_owned()).expect("a key");
        let mut options = ClientOptions::new("bench/1");
        // No broker has so many, and what one may send is bounded.
        options.listing.records_max = usize::MAX;
        options.listing.bytes_max = usize::MAX;
        let client = Client::scripted(base, Some(key), options, script);
        Self {
            prime: Prime::over(client, None),
            runtime: Builder::new_current_thread().enable_time().build().expect("a runtime"),
            pages,
            asked,
        }
    }

    fn bytes(&self) -> u64 {
        let bytes: usize = self.pages.iter().map(String::len).sum();
        u64::try_from(bytes).expect("a size")
    }

    fn offers(&self) -> Vec<Arc<Offer>> {
        self.asked.store(0, Ordering::Relaxed);
        let ask = Ask {
            within: Duration::from_secs(60),
            hint: &Hint::default(),
            progress: &Quiet,
        };
        let listing = self.runtime.block_on(self.prime.offers(&ask));
        assert_eq!(listing.coverage, Coverage::Complete);
        listing.items
    }

    fn market(&self) -> Market {
        Market {
            offers: self.offers(),
            ..Market::of(Vec::new())
        }
    }
}

fn demand() -> Demand {
    Demand {
        nodes: Nodes::AtMost(1),
        ..Demand::new(GpuRequest::parse("H100:8").expect("a request"), Hours::whole(24))
    }
}

/// Bytes to offers.
fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    group.sample_size(10);
    for size in SIZES {
        let stand = Stand::new(size);
        group.throughput(Throughput::Bytes(stand.bytes()));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| black_box(stand.offers().len()));
        });
    }
    group.finish();
}

/// Bytes to the ten best plans of a request, everything else counted by what was wrong with it.
fn answer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bytes to quote");
    group.sample_size(10);
    for size in SIZES {
        let stand = Stand::new(size);
        group.throughput(Throughput::Bytes(stand.bytes()));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| black_box(quote(&stand.market(), &demand(), 10)));
        });
    }
    group.finish();
}

/// What a hasty program reads of a page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HastyPage {
    items: Vec<HastyRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what is read is not looked at")]
struct HastyRow {
    cloud_id: String,
    gpu_type: String,
    socket: Option<String>,
    provider: Option<String>,
    region: Option<String>,
    data_center: Option<String>,
    country: Option<String>,
    gpu_count: u64,
    gpu_memory: Option<u64>,
    disk: HastySpec,
    shared_disk: HastySpec,
    vcpu: HastySpec,
    memory: HastySpec,
    provisioning_time: Option<f64>,
    stock_status: Option<String>,
    security: String,
    prices: HastyPrices,
    images: Vec<String>,
    is_spot: Option<bool>,
    prepaid_time: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what is read is not looked at")]
struct HastySpec {
    min_count: Option<u64>,
    default_count: Option<u64>,
    max_count: Option<u64>,
    price_per_unit: Option<f64>,
    step: Option<u64>,
    default_included_in_price: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what is read is not looked at")]
struct HastyPrices {
    on_demand: Option<f64>,
    community_price: Option<f64>,
    currency: Option<String>,
}

/// Bytes to structs with doubles, nothing checked, priced or ranked.
fn hasty(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("serde_json with f64");
    group.sample_size(10);
    for size in SIZES {
        let stand = Stand::new(size);
        group.throughput(Throughput::Bytes(stand.bytes()));
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| {
                let pages = stand.pages.iter().map(|page| serde_json::from_str::<HastyPage>(page));
                let rows: Vec<HastyPage> = pages.collect::<Result<_, _>>().expect("pages");
                black_box(rows.iter().map(|page| page.items.len()).sum::<usize>())
            });
        });
    }
    group.finish();
}

/// The most memory in use between bytes and quote, beyond the bytes themselves, which are there before.
fn memory() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "offers    bytes MB    peak MB    a quote beside it MB")?;
    for size in SIZES {
        let stand = Stand::new(size);
        HEAP.reset_peak_usage();
        let before = HEAP.current_usage();
        let market = stand.market();
        let read = HEAP.peak_usage().saturating_sub(before);
        HEAP.reset_peak_usage();
        let held = HEAP.current_usage();
        black_box(quote(&market, &demand(), 10)).expect("a quote");
        let quoted = HEAP.peak_usage().saturating_sub(held);
        writeln!(
            out,
            "{size:>6}  {:>8}.{}  {:>7}.{}  {:>16}.{}",
            stand.bytes() / 1_000_000,
            stand.bytes() / 100_000 % 10,
            read / 1_000_000,
            read / 100_000 % 10,
            quoted / 1_000_000,
            quoted / 100_000 % 10,
        )?;
    }
    Ok(())
}

criterion_group!(benches, decode, answer, hasty);

fn main() {
    memory().expect("somewhere to print");
    benches();
    Criterion::default().configure_from_args().final_summary();
}
