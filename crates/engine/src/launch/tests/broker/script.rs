//! What a broker is told to answer.

/// What comes of one request to launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::launch::tests) enum Answer {
    Made,
    /// Made, and the answer is lost.
    LostAfter,
    /// Made so many seconds later, and the answer is lost.
    LostLate(u64),
    LostBefore,
    SoldOut,
    /// Made, and refused.
    SoldOutAfter,
    Dearer,
    OtherGpu,
    /// Two machines.
    Twice,
    NotSent,
    /// Made, and it fails.
    Failing,
    /// Made, and the answer names the machine that somebody else just made.
    OthersId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::launch::tests) enum List {
    Whole,
    Fails,
    Empty,
    Short,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::launch::tests) enum Delete {
    Works,
    SaysSoAndDoesNot,
    SaysAbsent,
    FailsAndDoes,
    Fails,
    TooEarly,
    /// Too early until then, in milliseconds of the clock, which is said.
    EarlyUntil(u64),
    KeyRefused,
}

/// What the broker says of one machine when asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::launch::tests) enum Get {
    Works,
    Absent,
    Fails,
    Nameless,
}

/// What reading the wallet tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::launch::tests) enum Wallet {
    Steady,
    /// Less each time.
    Falls,
    /// Less each time, in a currency of its own.
    Changes,
    Fails,
    /// That of another team.
    Others,
}
