//! What a simulated broker does wrong, by name.

/// Declares faults with the words by which a run's spec names them.
macro_rules! faults {
    ($(#[$meta:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name {
            $($(#[$one])* $variant,)+
        }

        impl $name {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            pub(crate) fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub(crate) fn read(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

faults! {
    /// What comes of a request to launch: the effect and the outcome that an
    /// adapter would report. The `F` numbers are those of the fault catalogue.
    Create {
        /// Made, and said so.
        Ok = "ok",
        /// No connection (F02).
        Refused = "refused",
        /// Something that is asked before the request failed.
        NotSent = "not_sent",
        /// No effect, and no clear answer (F04, F06, F11).
        Lost = "lost",
        /// Effect, and a broken connection (F05).
        EffectLost = "effect_lost",
        /// Effect, and a 5xx (F12).
        Effect5xx = "effect_5xx",
        /// Effect, and an answer that cannot be read (F16, F17).
        EffectUnreadable = "effect_unreadable",
        /// Effect, and no answer in time (F07).
        EffectHang = "effect_hang",
        /// Timeout; the effect comes 150 s later (F08).
        Late150 = "late_150",
        /// Timeout; the effect comes after the quiet period (F08).
        LateAfterQuiet = "late_after_quiet",
        /// Effect, and a typed 4xx (F14).
        EffectRejected = "effect_rejected",
        /// A typed 4xx whose effect comes 150 s later (F14).
        LateRejected = "late_rejected",
        /// Sold out (F13, F24).
        OutOfStock = "out_of_stock",
        /// The offer is no more (F25).
        OfferGone = "offer_gone",
        /// Dearer than the ceiling, said the broker.
        Price = "price",
        /// No money.
        Funds = "funds",
        /// The key is refused.
        Key = "key",
        /// Too many requests (F15).
        Busy = "busy",
        /// Not valid.
        Invalid = "invalid",
        /// Made, and answered with another request's answer (F10).
        OtherName = "other_name",
        /// Made, and answered with the id of a machine that was there before.
        KnownId = "known_id",
        /// Made, at a rate above the ceiling (F18).
        Dearer = "dearer",
        /// The same, and the answer is lost (F19).
        DearerLost = "dearer_lost",
        /// Made, and the rate is raised once it runs (T15).
        Raised = "raised",
        /// Another GPU (F20).
        OtherGpu = "other_gpu",
        /// Another number of GPUs.
        OtherCount = "other_count",
        /// Another data centre.
        OtherPlace = "other_place",
        /// Spot for on demand.
        OtherMarket = "other_market",
        /// Another company's machine.
        OtherProvider = "other_provider",
        /// Fails after it was accepted (F21).
        Fails = "fails",
        /// Never becomes ready (F22).
        NeverReady = "never_ready",
        /// Is taken back (F47).
        Reclaimed = "reclaimed",
        /// Is stopped, and billed (F49).
        Stopped = "stopped",
        /// Two machines from one request (F09).
        Twice = "twice",
        /// The same, and the answer is lost.
        TwiceLost = "twice_lost",
        /// A status that nobody knows, for a while (F23).
        UnknownWord = "unknown_word",
        /// A status that goes back and forth, and says gone in between (F23).
        Flapping = "flapping",
    }
}

faults! {
    /// What a listing shows.
    List {
        /// What there is.
        Ok = "ok",
        /// Nothing, and says so (F64).
        Error = "error",
        /// A part, and says so (F65).
        Short = "short",
        /// A part, and says that it is all.
        Lying = "lying",
        /// Nothing, and says that it is all (F66).
        Empty = "empty",
        /// Now what there is, now what there was a while ago.
        Stale = "stale",
        /// Another team's machines (F68).
        OtherScope = "other_scope",
        /// Strangers whose names look like ours (F69).
        Lookalike = "lookalike",
    }
}

faults! {
    /// What comes of a request to end a machine (F40–F45).
    Delete {
        /// It ends.
        Ok = "ok",
        /// 500, and it does not end.
        Error = "error",
        /// 500, and it ends.
        EffectError = "effect_error",
        /// 200, and it does not end.
        Nothing = "nothing",
        /// 404, and it lives.
        Absent = "absent",
        /// The minimum runtime is not over.
        TooEarly = "too_early",
        /// The key is refused for a while.
        Unauthorised = "unauthorised",
        /// No answer in time, and it does not end.
        Hang = "hang",
    }
}

impl Create {
    /// Whether the broker itself makes a machine of this request that no client
    /// could prevent, so that two may live for as long as it takes to sweep
    /// one away.
    pub(crate) fn is_excused(self) -> bool {
        matches!(
            self,
            Self::LateAfterQuiet | Self::EffectRejected | Self::LateRejected | Self::Twice | Self::TwiceLost
        )
    }
}
