//! Set A: answers of which the form is not what it should be.

use gpu_broker_http::Call;

use super::grid::Grid;
use super::limits::within_limits;
use super::mutations;
use super::shapes::{self, Shape, Told};
use crate::stand::{Stand, answer};

const GRID: &str = include_str!("grids/payloads.txt");

/// Runs the set; returns how many cases it has.
pub fn run() -> usize {
    let stand = Stand::new();
    let mut found = Vec::new();
    for shape in shapes::all() {
        let good = told(&stand, &shape, shape.text.as_bytes());
        assert!(matches!(good, Told::Records(_)), "{}: {good:?}", shape.name);
        let letters = mutations::ALL.iter().map(|(name, spoil)| {
            within_limits(&format!("{} {name}", shape.name), || {
                let spoilt = told(&stand, &shape, &spoil(&shape));
                letter(&good, &spoilt)
            })
        });
        found.push((shape.name.to_owned(), letters.collect()));
    }
    Grid::read(GRID).check(&found)
}

/// What the answer amounts to when these bytes come in its place.
fn told(stand: &Stand, shape: &Shape, bytes: &[u8]) -> Told {
    let (path, bytes) = (shape.path, bytes.to_vec());
    stand.answers(move |call| {
        if answers(path, call) {
            Some(answer(200, bytes.clone()))
        } else {
            beside(call)
        }
    });
    (shape.ask)(stand)
}

/// A path that ends in a slash stands for all below it.
pub(super) fn answers(path: &str, call: &Call) -> bool {
    let prime = path.starts_with("/api/v1/");
    call.path() == path || (!prime && path.ends_with('/') && call.path().starts_with(path))
}

/// What else is asked on the way.
pub(super) fn beside(call: &Call) -> Option<gpu_broker_http::Scripted> {
    let body = match call.path() {
        "/api/v1/availability/gpu-summary" | "/api/v1/availability/multi-node-summary" => {
            r#"{"H100_80GB":{"8":{"cheapest":{"onDemand":15.2}}}}"#
        }
        "/api/v1/availability/gpus" => {
            r#"{"items":[{"cloudId":"x","gpuType":"H100_80GB","provider":"p","gpuCount":1,"security":"secure_cloud","prices":{"onDemand":1,"currency":"USD"}}],"totalCount":1}"#
        }
        "/api/v1/availability/multi-node" => {
            r#"{"items":[{"cloudId":"y","gpuType":"H100_80GB","provider":"p","gpuCount":16,"security":"secure_cloud","prices":{"onDemand":1,"currency":"USD"}}],"totalCount":1}"#
        }
        "/api/volumes/pricing" => r#"{"hourlyRatePerGb":0.000137}"#,
        _ => return None,
    };
    Some(answer(200, body))
}

pub(super) fn letter(good: &Told, spoilt: &Told) -> char {
    match spoilt {
        Told::Refused => 'R',
        Told::Noted => 'N',
        spoilt if spoilt == good => '=',
        Told::Records(_) => 'o',
    }
}
