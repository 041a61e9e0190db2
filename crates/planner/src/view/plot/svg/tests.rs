//! What is drawn, and that strangers cannot draw.

use super::*;

use gpu_broker_core::gpu::{Gpu, GpuModel, GpuRequest};
use gpu_broker_core::market::Market;
use gpu_broker_core::money::Currency;
use gpu_broker_core::offer::{Broker, Offer, OfferId, Provider, price};
use gpu_broker_core::quantity::{Gb, Hours};
use gpu_broker_core::quote::compare::compare;

fn offer(id: &str, per_hour: &str, prepaid: Option<u64>) -> Offer {
    let gpu = Gpu {
        model: GpuModel::new("H100"),
        memory: Some(Gb(80)),
        socket: None,
        count: 1,
    };
    let mut offer = Offer::new(Broker::new("ours"), Provider::new("rack"), OfferId::new(id), gpu);
    offer.price = Some(price(per_hour, Currency::USD).unwrap());
    offer.terms.prepaid = prepaid.map(Hours::whole);
    offer
}

fn drawn(offers: Vec<Offer>) -> String {
    let demand = Demand::new(GpuRequest::parse("H100:1").unwrap(), Hours::whole(24));
    let comparison = compare(&Market::of(offers), &demand, Hours::whole(1), Hours::whole(100)).unwrap();
    svg(&comparison, &demand)
}

#[test]
fn strangers_words_are_text() {
    for hostile in ["</text><script>x</script>", "a & b", "\"'", "\u{1b}[2J\u{fffe}", "]]>"] {
        let text = drawn(vec![offer(hostile, "2", None)]);
        let known = [
            "svg", "title", "desc", "style", "rect", "text", "line", "polyline", "circle",
        ];
        for tag in text.split('<').skip(1) {
            let name = tag.trim_start_matches('/').split([' ', '>']).next();
            assert!(name.is_some_and(|name| known.contains(&name)), "{hostile}: <{tag}");
        }
        assert!(!text.contains(|c: char| c.is_control() && c != '\n') && !text.contains('\u{fffe}'));
        assert!(text.split('&').skip(1).all(|behind| behind.contains(';')), "{text}");
    }
}

#[test]
fn corners_and_crossings_stand_where_they_belong() {
    // 100 for 50 h, then 2 an hour, against 2.5: level at 40 h and 100.
    let text = drawn(vec![offer("hourly", "2.5", None), offer("block", "2", Some(50))]);
    let has = |expected: &str| assert!(text.contains(expected), "{expected}\n{text}");
    // 250 at the top of 360 dots; one row of labels above.
    has("class=\"line on_demand\" points=\"88,414.4 848,58\"");
    has("class=\"line prepaid\" points=\"88,274 464.16,274 848,130\"");
    has("<circle class=\"mark\" cx=\"387.39\" cy=\"274\" r=\"4\">");
    has(">40 h</text>");
}

#[test]
fn labels_do_not_overlap() {
    let demand = Demand::new(GpuRequest::parse("H100:1").unwrap(), Hours::whole(24));
    let mut spot = offer("spot", "2.49", None);
    spot.market = gpu_broker_core::offer::MarketType::Spot;
    let offers = vec![offer("hourly", "2.5", None), offer("block", "2", Some(50)), spot];
    let comparison = compare(&Market::of(offers), &demand, Hours::whole(1), Hours::whole(100)).unwrap();
    let rows: Vec<u64> = labels(&comparison, &hours_axis(&comparison, WIDTH))
        .iter()
        .map(|label| label.row)
        .collect();
    assert_eq!(rows, [0, 1]);
}
