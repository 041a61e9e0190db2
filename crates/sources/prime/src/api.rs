//! One function for each endpoint.

pub(crate) mod account;
pub(crate) mod disks;
pub(crate) mod pods;

use gpu_broker_core::place::Region;
use gpu_broker_core::source::Hint;
use gpu_broker_http::{Call, path_segment};

/// Rows of an availability page: the most that the API allows, and its default.
const PAGE_SIZE: u32 = 100;

/// Rows of a slice of the account's own things: the API's default. It documents no maximum.
pub(crate) const LIMIT: u64 = 100;

/// The largest answer about a single thing that is read, in bytes: hundreds of times what one needs.
const ONE_BYTES_MAX: usize = 1 << 20;

/// The largest summary that is read, in bytes: several times what prices of every type in every region would take.
const SUMMARY_BYTES_MAX: usize = 2 << 20;

/// The two listings of instances. They have nothing in common but their form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Single machines.
    Gpus,
    /// Several machines with one price.
    MultiNode,
}

impl Section {
    /// Goes before the path of a reject.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Gpus => "",
            Self::MultiNode => "multi-node ",
        }
    }
}

/// `GET /api/v1/availability/gpus` or `/multi-node`.
pub(crate) fn instances(section: Section, hint: &Hint, page: u32) -> Call {
    let path = match section {
        Section::Gpus => "/api/v1/availability/gpus",
        Section::MultiNode => "/api/v1/availability/multi-node",
    };
    let mut call = regions(paged(path, page), hint);
    // The API takes one type; with several wanted, one request for each would cost more than it saves.
    if let [gpu_type] = hint.gpu_types.as_slice() {
        call = call.query("gpu_type", gpu_type);
    }
    for disk in &hint.disks {
        call = call.query("disks", disk);
    }
    call
}

/// `GET /api/v1/availability/gpu-summary` or `/multi-node-summary`.
pub(crate) fn summary(section: Section) -> Call {
    Call::get(match section {
        Section::Gpus => "/api/v1/availability/gpu-summary",
        Section::MultiNode => "/api/v1/availability/multi-node-summary",
    })
    .body_bytes_max(SUMMARY_BYTES_MAX)
}

/// `GET /api/v1/availability/disks`.
pub(crate) fn disk_offers(hint: &Hint, page: u32) -> Call {
    regions(paged("/api/v1/availability/disks", page), hint)
}

/// A slice of one of the account's lists. A slash at the end belongs to the path: without it the API redirects.
fn sliced(path: &str, offset: u64) -> Call {
    Call::get(path)
        .query("offset", offset.to_string())
        .query("limit", LIMIT.to_string())
}

/// The path of one thing in a list. The id cannot lead elsewhere.
fn one(list: &str, id: &str) -> String {
    format!("{list}{}", path_segment(id))
}

fn paged(path: &str, page: u32) -> Call {
    Call::get(path)
        .query("page", page.to_string())
        .query("page_size", PAGE_SIZE.to_string())
}

/// Whether the instances' listing is narrowed, so that nothing found means only that.
pub(crate) fn narrows(hint: &Hint) -> bool {
    hint.gpu_types.len() == 1 || !hint.disks.is_empty() || !asked_regions(hint).is_empty()
}

fn regions(call: Call, hint: &Hint) -> Call {
    asked_regions(hint)
        .iter()
        .fold(call, |call, region| call.query("regions", region))
}

/// The regions to ask for. One word that the API does not know would make it refuse the whole request (422), so that
/// word makes the request an unnarrowed one.
fn asked_regions(hint: &Hint) -> &[String] {
    let known = |word: &String| Region::KNOWN.iter().any(|region| region.as_str() == word);
    if hint.regions.iter().all(known) {
        &hint.regions
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(gpu_types: &[&str], regions: &[&str], disks: &[&str]) -> Hint {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        let mut hint = Hint::default();
        hint.gpu_types = words(gpu_types);
        hint.regions = words(regions);
        hint.disks = words(disks);
        hint
    }

    #[test]
    fn hints_narrow_only_where_the_api_can_follow() {
        let page = || {
            Call::get("/api/v1/availability/gpus")
                .query("page", "3")
                .query("page_size", "100")
        };
        let check = |hint: &Hint, expected: Call, narrowed: bool| {
            assert!(instances(Section::Gpus, hint, 3) == expected, "{hint:?}");
            assert_eq!(narrows(hint), narrowed, "{hint:?}");
        };
        check(&Hint::default(), page(), false);
        check(
            &hint(&["H100_80GB"], &[], &[]),
            page().query("gpu_type", "H100_80GB"),
            true,
        );
        check(&hint(&["H100_80GB", "A100_80GB"], &[], &[]), page(), false);
        check(
            &hint(&[], &["canada", "eu_north"], &["d1", "d2"]),
            page()
                .query("regions", "canada")
                .query("regions", "eu_north")
                .query("disks", "d1")
                .query("disks", "d2"),
            true,
        );
        check(&hint(&[], &["canada", "atlantis"], &[]), page(), false);
    }

    #[test]
    fn paths_are_exact() {
        let none = Hint::default();
        for (call, path) in [
            (
                instances(Section::MultiNode, &none, 1),
                "/api/v1/availability/multi-node",
            ),
            (summary(Section::Gpus), "/api/v1/availability/gpu-summary"),
            (summary(Section::MultiNode), "/api/v1/availability/multi-node-summary"),
            (disk_offers(&none, 1), "/api/v1/availability/disks"),
            (disks::list(0), "/api/v1/disks/"),
            (disks::create(Vec::new()), "/api/v1/disks/"),
            (disks::get("d/1"), "/api/v1/disks/d%2F1"),
            (disks::rename("d1", Vec::new()), "/api/v1/disks/d1"),
            (disks::delete("d1"), "/api/v1/disks/d1"),
            (pods::list(0), "/api/v1/pods/"),
            (pods::create(Vec::new()), "/api/v1/pods/"),
            (pods::history(0), "/api/v1/pods/history"),
            (pods::states(["p1"].into_iter()), "/api/v1/pods/status"),
            (pods::get("../x"), "/api/v1/pods/..%2Fx"),
            (pods::delete("p1"), "/api/v1/pods/p1"),
            (pods::log("p1", None), "/api/v1/pods/p1/log"),
            (account::keys(0), "/api/v1/ssh_keys/"),
            (account::add_key(Vec::new()), "/api/v1/ssh_keys/"),
            (account::remove_key("k1"), "/api/v1/ssh_keys/k1"),
            (account::set_primary("k1"), "/api/v1/ssh_keys/k1"),
            (account::wallet(None), "/api/v1/billing/wallet"),
            (account::teams(0), "/api/v1/user/teams"),
            (account::user(), "/api/v1/user/whoami"),
        ] {
            assert_eq!(call.path(), path);
        }
    }
}
