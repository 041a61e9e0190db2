//! Exit statuses. Scripts branch on them, so they are public and closed.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for is done.
    Done,
    /// A bug of ours, or a machine that does not do what machines do.
    Internal,
    /// The command line or a setting is wrong.
    Usage,
    /// The whole market answered, and nothing matches.
    NothingMatches,
    /// Some broker could not be asked, or answered in part.
    PartialMarket,
    /// A guard refused: a price moved too far, or a quote does not hold; or a broker did, for want of money.
    Refused,
    /// A key is missing or refused.
    Credentials,
    /// Nobody knows what came of a request, or something that should have
    /// ended has not.
    Unknown,
    /// Interrupted from the keyboard.
    Interrupted,
}

impl Exit {
    /// The status that the process ends with.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::NothingMatches => 3,
            Self::PartialMarket => 4,
            Self::Refused => 5,
            Self::Credentials => 6,
            Self::Unknown => 7,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

/// What `planner help exit-status` prints.
pub(crate) const TABLE: &str = "\
Exit status

  0    done
  1    internal error
  2    the command line or a setting is wrong
  3    nothing matches, and the whole market answered
  4    partial market: some broker could not be asked or answered in part;
       what is printed is what the others have
  5    refused by a guard: price moved, cap, quote expired or does not hold,
       not confirmed, or not approved as a rule of the policy wants; or by a
       broker, as the money in the account does not suffice
  6    a key is missing or refused
  7    outcome unknown, or something is alive and billed that should not be, or
       is not ready yet: run `planner reconcile`
  130  interrupted
";
