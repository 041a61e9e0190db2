//! Prices that nobody means are quoted and not ordered (R11).

use gpu_broker_core::demand::Demand;
use gpu_broker_core::gpu::GpuRequest;
use gpu_broker_core::market::Market;
use gpu_broker_core::quantity::Hours;
use gpu_broker_core::quote::quote;
use gpu_broker_core::verify::Claim;

use super::*;

#[test]
fn what_costs_more_than_anything_does_is_not_ordered() {
    let check = |price: &str, allowed: bool| {
        let offer = Arc::clone(&unit("dear", price).order.offer);
        let market = Market::of(vec![Offer::clone(&offer)]);
        let demand = Demand::new(GpuRequest::parse("H100:8").unwrap(), Hours::whole(1));
        let ranked = quote(&market, &demand, 1).unwrap();
        let approved = Claim::of(&ranked, &demand).plans;
        let terms = OrderTerms::new(&demand, &LoginKey::Account, [Broker::new("b")]);
        let package = Package::of(&ranked.plans[0], &approved[0], &terms);
        assert_eq!(package.is_ok(), allowed, "{price}: {package:?}");
        if let Err(Unlaunchable(why)) = package {
            assert!(why.contains(price) && why.contains("; "), "{why}");
        }
    };
    check("0.01", true);
    check("10000", true);
    check("10000.000001", false);
    check("100000000000000000", false);
}
