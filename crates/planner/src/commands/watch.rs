//! The same look again and again: `--watch` of `quote` and `ls`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gpu_broker_core::number::Exact;
use gpu_broker_engine::clock::{Clock as _, SystemClock};

use super::Context;
use crate::cli::Output;
use crate::exit::Exit;
use crate::printer::is_closed;
use crate::report::Trouble;

/// What the best plan cost at the look before. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Before(Arc<Mutex<Option<Exact>>>);

impl Before {
    /// Notes what it costs now, and says how that differs; nothing where it does not, or was never looked at.
    pub(super) fn moved(&self, total: Exact) -> Option<String> {
        let mut before = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was = before.replace(total).filter(|was| *was != total)?;
        let how = if total < was { "cheaper" } else { "dearer" };
        let (now, was) = (total.to_fixed(2), was.to_fixed(2));
        Some(format!("{how} than before: {now} in all, and was {was}\n"))
    }
}

/// Looks once, or every so many seconds until somebody asks to stop or nobody reads any more. What a look lacks is said
/// each time, `--quiet` or not: nobody sees the exit status of a look that is followed by another.
pub(crate) async fn watch(
    context: &Context<'_>,
    every: Option<u64>,
    look: impl AsyncFn(&Context<'_>) -> Result<Exit, Trouble>,
) -> Result<Exit, Trouble> {
    let Some(every) = every else {
        return look(context).await;
    };
    if matches!(context.output, Output::Csv | Output::Markdown) {
        return Err(
            Trouble::usage("a table in a file is written once, and not again and again")
                .hint("`-o json` prints one document a line"),
        );
    }
    if context.global.market.is_some() {
        return Err(Trouble::usage("a market that was kept does not change").hint("leave out `--market` or `--watch`"));
    }
    let clock = SystemClock::new();
    loop {
        let now = clock.now().wall;
        let context = Context {
            now,
            watched: true,
            ..context.clone()
        };
        context.printer.begin_frame();
        let exit = look(&context).await?;
        context.printer.end_frame();
        if let Some(lack) = lack(exit) {
            let (time, status) = (now.strftime("%H:%M:%SZ"), exit.status());
            context
                .printer
                .warn(&format!("warning: the look at {time} {lack} (status {status})\n"));
        }
        context.printer.note(&format!(
            "looked at {}, and again every {every} s; Ctrl-C ends it\n",
            now.strftime("%H:%M:%SZ")
        ));
        if is_closed() {
            return Ok(exit);
        }
        tokio::time::sleep(Duration::from_secs(every)).await;
    }
}

/// What a look lacks that ended so.
fn lack(exit: Exit) -> Option<&'static str> {
    match exit {
        Exit::Done | Exit::NothingMatches | Exit::Interrupted => None,
        Exit::PartialMarket => Some("is of a part of the market"),
        Exit::Credentials => Some("lacks what needs a key"),
        Exit::Internal | Exit::Usage | Exit::Refused | Exit::Unknown => Some("did not end well"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_that_moved_is_told_once() {
        let before = Before::default();
        let check = |total: &str, expected: Option<&str>| {
            let said = before.clone().moved(total.parse().unwrap());
            assert_eq!(said.as_deref().map(str::trim_end), expected, "{total}");
        };
        check("10", None);
        check("10", None);
        check("9.5", Some("cheaper than before: 9.50 in all, and was 10.00"));
        check("9.5", None);
        check("9.51", Some("dearer than before: 9.51 in all, and was 9.50"));
    }
}
