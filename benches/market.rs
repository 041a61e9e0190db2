//! Pricing, ranking and planning markets in memory, at growing sizes.
//!
//! `cargo bench --bench market`

#![expect(clippy::expect_used, reason = "a bench that cannot start has nothing to say")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gpu_broker_core::bill::Bill;
use gpu_broker_core::configuration::{Exchange, Selection};
use gpu_broker_core::demand::{Demand, Nodes};
use gpu_broker_core::gpu::{Gpu, GpuModel, GpuRequest, Socket};
use gpu_broker_core::market::Market;
use gpu_broker_core::money::{Currency, Rate};
use gpu_broker_core::number::Exact;
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider};
use gpu_broker_core::place::{DataCenter, Place};
use gpu_broker_core::quantity::{Gb, Hours};
use gpu_broker_core::quote::quote;
use gpu_broker_testkit::dice::Dice;
use gpu_broker_testkit::{bridge, market};

const SIZES: [u64; 3] = [300, 3_000, 30_000];

/// Offers as brokers mix them: several models, markets, tiers, dials and
/// currencies.
fn mixed(size: u64) -> Market {
    bridge::market(&market::wares(
        &mut Dice::new(1),
        usize::try_from(size).expect("a size"),
    ))
}

/// Offers of one model in twelve data centres with bounded stock, all of which
/// may be combined within their place.
fn bulk(size: usize) -> Market {
    let mut dice = Dice::new(2);
    let offer = |number: usize| {
        let count = dice.pick(&[1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]);
        let gpu = Gpu {
            model: GpuModel::new("H100"),
            memory: Some(Gb(80)),
            socket: Some(Socket::Sxm5),
            count,
        };
        let mut offer = Offer::new(
            Broker::new("bench"),
            Provider::new("p"),
            OfferId::new(&format!("o{number}")),
            gpu,
        );
        let center = DataCenter::new(&format!("dc-{}", dice.below(12)));
        offer.places = vec![Place::new(None, None, Some(center))];
        offer.stock.units = Some(dice.pick(&[1, 2, 3, 4, 6, 8, 12, 16, 32, 64]));
        // 1.20 to 3.20 per GPU and hour, in hundredths of a cent.
        let each = 12_000 + i128::try_from(dice.below(20_000)).unwrap_or_default();
        let price = Exact::new(each * i128::from(count), 4).unwrap_or_default();
        offer.price = Some(Rate::new(price, Currency::USD));
        offer
    };
    Market::of((0..size).map(offer).collect())
}

fn demand(gpus: &str, nodes: Nodes) -> Demand {
    let gpus = GpuRequest::parse(gpus).expect("a request");
    Demand {
        nodes,
        ..Demand::new(gpus, Hours::whole(24))
    }
}

/// Offer to bill: counts chosen, lines listed, time charged.
fn price(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("price");
    for size in SIZES {
        let market = mixed(size);
        let exchange = Exchange::new(Currency::USD);
        group.throughput(Throughput::Elements(size));
        group.bench_with_input(BenchmarkId::from_parameter(size), &market, |bencher, market| {
            bencher.iter(|| {
                for offer in &market.offers {
                    let configuration = offer.configure(&Selection::default(), &exchange);
                    black_box(
                        configuration
                            .ok()
                            .map(|found| Bill::of(&found, &offer.terms, Hours::whole(24))),
                    );
                }
            });
        });
    }
    group.finish();
}

/// A whole quote for one instance: filter, price, rank, explain.
fn rank(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rank");
    let demand = demand("H100:8", Nodes::AtMost(1));
    for size in SIZES {
        let market = Arc::new(mixed(size));
        group.throughput(Throughput::Elements(size));
        group.bench_with_input(BenchmarkId::from_parameter(size), &market, |bencher, market| {
            bencher.iter(|| black_box(quote(market, &demand, 10)));
        });
    }
    group.finish();
}

/// A whole quote for many instances, by the number of GPUs.
fn plan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan 5000 offers");
    group.sample_size(10);
    let market = bulk(5_000);
    for gpus in [64, 512, 4_096] {
        let demand = demand(&format!("H100:{gpus}"), Nodes::Any);
        group.bench_with_input(BenchmarkId::from_parameter(gpus), &demand, |bencher, demand| {
            bencher.iter(|| black_box(quote(&market, demand, 10)));
        });
    }
    group.finish();
}

criterion_group!(benches, price, rank, plan);
criterion_main!(benches);
