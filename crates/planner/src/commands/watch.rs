//! The same look again and again: `--watch` of `quote` and `ls`.

use std::time::Duration;

use gpu_broker_engine::clock::{Clock as _, SystemClock};

use super::Context;
use crate::cli::Output;
use crate::exit::Exit;
use crate::printer::is_closed;
use crate::report::Trouble;

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
        context
            .printer
            .note(&format!("looking again every {every} s; Ctrl-C ends it\n"));
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
