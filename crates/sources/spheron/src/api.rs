//! One function for each request. The paths and parameters are those of the API reference, "Endpoints".

use gpu_broker_http::Call;

/// Groups, or volumes, on a page. The server may answer with fewer, and says so.
const PAGE_SIZE: &str = "100";

/// One page of the groups of offers. Public.
pub(crate) fn gpu_offers(page: u32, search: Option<&str>) -> Call {
    let call = Call::get("/api/gpu-offers")
        .query("page", page.to_string())
        .query("limit", PAGE_SIZE);
    match search {
        Some(term) => call.query("search", term),
        None => call,
    }
}

/// The names of all providers. Public.
pub(crate) fn providers() -> Call {
    Call::get("/api/providers")
}

/// One page of the account's volumes.
pub(crate) fn volumes(page: u32, team: Option<&str>) -> Call {
    let call = Call::get("/api/volumes")
        .query("page", page.to_string())
        .query("limit", PAGE_SIZE);
    of_team(call, team)
}

/// Where a provider has volumes.
pub(crate) fn volume_regions(provider: &str) -> Call {
    Call::get("/api/volumes/regions").query("provider", provider)
}

/// What a GB costs at a provider.
pub(crate) fn volume_pricing(provider: &str) -> Call {
    Call::get("/api/volumes/pricing").query("provider", provider)
}

/// What the teams have: all of them, or the one that was chosen.
pub(crate) fn balance(team: Option<&str>) -> Call {
    of_team(Call::get("/api/balance"), team)
}

fn of_team(call: Call, team: Option<&str>) -> Call {
    match team {
        Some(team) => call.query("teamId", team),
        None => call,
    }
}
