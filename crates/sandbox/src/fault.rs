//! What can go wrong at a broker or on the way to it.
//!
//! The numbers after each are those of the fault catalogue of provisioning, F01 to F70; those that concern the client's own
//! disk, clock or processes are not a broker's to cause, and are missing here.

mod plan;
mod rule;
mod set;

pub(crate) use plan::Plan;
pub use rule::{ParseRuleError, Rule, Times};
pub(crate) use set::Set;

use std::fmt;
use std::str::FromStr;

/// What a request is for, as far as faults go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// Rents a machine: `POST /pods/`, `POST /deployments`.
    Create,
    /// Reads one machine, or the status of several by id.
    Get,
    /// Lists machines, those that ended included.
    List,
    /// Ends a machine.
    Delete,
    /// Reads what is on offer.
    Offers,
    /// Everything else: disks, volumes, keys, money.
    Other,
    /// All of these.
    Any,
}

impl Op {
    /// All of them, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::Create,
        Self::Get,
        Self::List,
        Self::Delete,
        Self::Offers,
        Self::Other,
        Self::Any,
    ];

    /// Its name in a rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
            Self::List => "list",
            Self::Delete => "delete",
            Self::Offers => "offers",
            Self::Other => "other",
            Self::Any => "any",
        }
    }

    /// Whether a rule for this one concerns a request of that kind.
    pub(crate) fn takes(self, request: Self) -> bool {
        self == Self::Any || self == request
    }
}

/// Writes the enum and its tables from one list.
macro_rules! faults {
    ($($variant:ident = $name:literal, $op:ident, $cases:literal, $what:literal;)*) => {
        /// One thing that goes wrong. Names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Fault {
            $(
                #[doc = concat!("`", $name, "` (", $cases, "): ", $what, ".")]
                $variant,
            )*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, such as `close-after-effect`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The requests that it concerns unless a rule says otherwise.
            pub fn op(self) -> Op {
                match self {
                    $(Self::$variant => Op::$op,)*
                }
            }

            /// Its numbers in the fault catalogue.
            pub fn cases(self) -> &'static str {
                match self {
                    $(Self::$variant => $cases,)*
                }
            }

            /// What happens, in a line.
            pub fn what(self) -> &'static str {
                match self {
                    $(Self::$variant => $what,)*
                }
            }
        }
    };
}

faults! {
    // the way, for any request
    CloseBeforeRead = "close-before-read", Create, "F04", "the connection is closed before anything is done";
    ResetBefore = "reset-before", Create, "F04", "the connection is reset before anything is done";
    CloseAfterEffect = "close-after-effect", Create, "F05", "it is done, and the connection is closed in place of the answer";
    ResetAfter = "reset-after", Create, "F05", "it is done, and the connection is reset in place of the answer";
    HangBefore = "hang-before", Create, "F06", "nothing is done, and no answer comes";
    HangAfter = "hang-after", Create, "F07", "it is done, and no answer comes";
    SlowDrip = "slow-drip", Any, "F51", "it is done, and the answer comes byte by byte";
    CutJson = "cut-json", Create, "F16", "it is done, and the connection is closed in the middle of the answer";
    Redirect307Same = "redirect-307-same-host", Create, "F57", "it is done, and a 307 asks to send it again to the same host";
    Redirect307Other = "redirect-307-other-host", Create, "F56", "nothing is done, and a 307 asks to send it to another host";
    Redirect302 = "redirect-302", Create, "F56", "it is done, and a 302 leads to what a GET of the same address answers";
    // answers in the place of one
    Status500Before = "500-before", Create, "F11", "nothing is done, and the answer is a 500";
    Status500After = "500-after", Create, "F12", "it is done, and the answer is a 500";
    Status4xxAfter = "4xx-after-effect", Create, "F14", "it is done, and the answer is a 400";
    Stock = "stock", Create, "F13, F24", "sold out, in the words that were seen";
    Status402 = "402", Create, "F13", "the money does not suffice";
    Status422 = "422", Create, "F13", "the request does not validate";
    Status401 = "401", Any, "F48", "the key is refused, this once";
    Status429 = "429", Create, "F15", "too many requests; retry after 900 seconds";
    Status429Negative = "429-negative", Create, "F15", "too many requests; retry after -1 seconds";
    Status429Huge = "429-huge", Create, "F15", "too many requests; retry after a thousand million seconds";
    Status429Date = "429-date", Create, "F15", "too many requests; retry after a date";
    Status429Missing = "429-missing", Create, "F15", "too many requests, without a word on when to retry";
    Html200 = "html-200", Create, "F16", "nothing is done, and the answer is a page with status 200";
    Html200After = "html-200-after", Create, "F16", "it is done, and the answer is a page with status 200";
    // what a create answers with
    NoId = "no-id", Create, "F17", "the answer has no id";
    NullId = "null-id", Create, "F17", "the id in the answer is null";
    NumberId = "number-id", Create, "F17", "the id in the answer is a number";
    KnownId = "known-id", Create, "F17", "the id in the answer is that of another machine";
    EvilId = "evil-id", Create, "F17, F61", "the id in the answer climbs out of its path";
    OtherBody = "other-body", Create, "F10", "the answer is that of another request";
    PerGpuRate = "per-gpu-rate", Create, "F19", "the rate in the answer is that of one GPU, though all of them are billed";
    // what a create makes
    Dearer = "dearer", Create, "F18, F19", "the machine costs three times its price, and the answer says so";
    DearerLater = "dearer-later", Create, "F18", "the machine's rate triples once it is up";
    OtherGpu = "other-gpu", Create, "F20", "the machine has another GPU";
    FewerGpus = "fewer-gpus", Create, "F20", "the machine has one GPU fewer, or one too many where it should have one";
    OtherRegion = "other-region", Create, "F20", "the machine stands elsewhere";
    OtherType = "other-type", Create, "F20", "the machine is spot where it should not be, or the reverse";
    Duplicate = "duplicate", Create, "F09", "one request makes two machines";
    LateEffect = "late-effect", Create, "F08, F67", "the machine appears late; alone, the answer is a 504 at once";
    FailsLater = "fails-later", Create, "F21", "the machine fails while it is being set up";
    NeverReady = "never-ready", Create, "F22", "the machine is never up";
    FlappingStatus = "flapping-status", Create, "F23", "the machine's status goes forward and back every ten seconds";
    UnknownStatus = "unknown-status", Create, "F23", "the machine's status is a word that nobody knows";
    // the life of what a create makes
    Reclaimed = "reclaimed", Create, "F47", "the provider takes the machine back some time after it is up";
    HumanDeleted = "human-deleted", Create, "F46", "somebody deletes the machine in the console some time after it is up";
    ProviderStopped = "provider-stopped", Create, "F49", "the provider stops the machine some time after it is up; it still bills";
    BalanceEnds = "balance-ends", Create, "F49", "the money is gone some time after the machine is up";
    KeyRevoked = "key-revoked", Any, "F48", "the key is refused from now on";
    // offers
    OffersEmpty = "offers-empty", Offers, "F66", "nothing is on offer, with status 200; seen live";
    // lists
    List500 = "list-500", List, "F64", "the list answers with a 500";
    List401 = "list-401", List, "F64", "the list says that the key is refused";
    ListShort = "list-short", List, "F65", "the list lacks its last rows, and does not show it but in its total";
    ListEmpty = "list-empty", List, "F66", "the list is empty, with status 200";
    ListLag = "list-lag", List, "F67", "the list lacks what was made of late";
    ListOtherScope = "list-other-scope", List, "F68", "the list is that of another team";
    ListLookAlike = "list-look-alike", List, "F69", "the list has a stranger's machine with a name like one of ours";
    ListCut = "list-cut", List, "F16, F65", "the list ends in the middle";
    // single machines
    Get500 = "get-500", Get, "F64", "the machine's page answers with a 500";
    Get404 = "get-404-lie", Get, "F43", "the machine's page says that there is none";
    // deletes
    Delete500NoEffect = "delete-500-no-effect", Delete, "F40", "nothing is deleted, and the answer is a 500";
    Delete500Effect = "delete-500-effect", Delete, "F41", "it is deleted, and the answer is a 500";
    Delete200NoEffect = "delete-200-no-effect", Delete, "F42", "nothing is deleted, and the answer says it was";
    Delete404Lie = "delete-404-lie", Delete, "F43", "nothing is deleted, and the answer says that there is no such machine";
    DeleteMinimum = "delete-minimum", Delete, "F44", "nothing is deleted, because the machine has not run long enough";
    Delete409 = "delete-409", Delete, "F44", "nothing is deleted, because of a conflict that is not explained";
    Delete429 = "delete-429", Delete, "F45", "nothing is deleted: too many requests";
    DeleteHang = "delete-hang", Delete, "F40", "nothing is deleted, and no answer comes";
    DeleteHangEffect = "delete-hang-effect", Delete, "F41", "it is deleted, and no answer comes";
    // bodies
    HugeBody = "huge-body", Any, "F50", "the answer has more than 8 MiB";
    GzipBomb = "gzip-bomb", Any, "F52", "the answer is small and compressed, and large when unpacked";
    DeepNesting = "deep-nesting", Any, "F53", "the answer is nested a hundred thousand deep";
    DuplicateKeys = "duplicate-keys", Any, "F54", "the answer has its keys twice";
    OddNumbers = "odd-numbers", Any, "F55", "numbers in the answer are beyond every machine word";
    Secrets = "secrets", Any, "F70", "the answer has fields with secrets in them, all of which begin with `sandbox-secret-`";
    HostileNames = "hostile-names", List, "F59, F60, F62, F63", "the list has strangers whose names hold escapes, formulas, paths and orders";
    HostileError = "hostile-error", Any, "F59, F60, F63", "nothing is done, and the error text holds escapes, formulas and orders";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = ParseRuleError;

    fn from_str(text: &str) -> Result<Self, ParseRuleError> {
        let found = Self::ALL.iter().find(|fault| fault.name() == text);
        found.copied().ok_or_else(|| ParseRuleError::unknown(text))
    }
}
