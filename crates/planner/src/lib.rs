//! The `planner` command line, as a library: [`main`] is all of it.
//!
//! Flags and environment come in through `cli` and `env` and nowhere else;
//! output leaves through `printer` and nowhere else.

mod cli;
mod commands;
mod config;
mod cores;
mod credentials;
mod data;
mod dialogue;
mod env;
mod exit;
mod files;
mod launch;
mod limits;
mod printer;
#[cfg(feature = "probe")]
pub mod probe;
mod progress;
mod report;
mod settings;
mod signals;
mod view;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::FromArgMatches as _;
use jiff::Timestamp;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::{Cli, Command, ConfigCommand, Output};
use crate::commands::{Before, Context};
use crate::config::Settled;
use crate::env::Environment;
use crate::exit::Exit;
use crate::launch::Stop;
use crate::printer::Printer;
use crate::report::Trouble;
use crate::view::text::shown;

/// Runs `planner` with the process's arguments and environment.
pub fn main() -> ExitCode {
    cores::off();
    #[cfg(feature = "failpoints")]
    env::arm_failpoint();
    let environment = Environment::read();
    run(&environment, &env::arguments()).into()
}

fn run(environment: &Environment, arguments: &[OsString]) -> Exit {
    let early = Printer::new(false, refuses_colour(arguments), environment.columns).on(environment);
    let read = cli::command(early.columns)
        .color(colour(environment, arguments))
        .try_get_matches_from(arguments);
    let (matches, cli) = match read.and_then(|matches| Ok((matches.clone(), Cli::from_arg_matches(&matches)?))) {
        Ok(read) => read,
        // Help and version are no errors; clap knows where each goes.
        Err(error) if !error.use_stderr() => {
            let plain = Printer::new(false, refuses_colour(arguments), environment.columns).on(environment);
            return printer::printed(error.print()).map_or_else(
                |error| {
                    plain.warn(&Trouble::from(error).lines());
                    Exit::Internal
                },
                |()| Exit::Done,
            );
        }
        Err(error) => {
            match cli::below_zero(arguments) {
                Some(trouble) => early.warn(&trouble.lines()),
                None => early.refuse(&error.render().ansi().to_string()),
            }
            return Exit::Usage;
        }
    };
    let printer = |cli: &Cli| Printer::new(cli.global.quiet, cli.global.no_color, environment.columns).on(environment);
    let plain = printer(&cli);
    let settled = match config::settle(environment, arguments, &matches, cli) {
        Ok(settled) => settled,
        Err(trouble) => {
            plain.warn(&trouble.lines());
            return trouble.exit;
        }
    };
    let printer = printer(&settled.cli);
    log(settled.cli.global.verbose);
    for warning in &settled.warnings {
        printer.warn(&format!("warning: {}\n", shown(warning)));
    }
    // The doctor tells of it among all else.
    let wrong = settled.wrong.as_ref();
    if let Some(wrong) = wrong.filter(|_| !matches!(settled.cli.command, Command::Doctor(_))) {
        let said = wrong.message();
        printer.warn(&format!(
            "warning: {said}; of the file only what every command heeds is taken\n"
        ));
    }
    execute(environment, &settled, printer).unwrap_or_else(|trouble| {
        let trouble = settled.placed(trouble);
        printer.warn(&cli::here(&trouble.lines(), &settled.cli.global));
        trouble.exit
    })
}

/// Whether the help and the errors of the command line itself may be coloured: nothing is understood by then.
fn colour(environment: &Environment, arguments: &[OsString]) -> clap::ColorChoice {
    let is_nameless = environment.terminal.is_none() && !cfg!(windows);
    if refuses_colour(arguments) || is_nameless {
        clap::ColorChoice::Never
    } else {
        clap::ColorChoice::Auto
    }
}

fn refuses_colour(arguments: &[OsString]) -> bool {
    let mut flags = arguments.iter().take_while(|word| *word != "--");
    flags.any(|word| word == "--no-color")
}

fn execute(environment: &Environment, settled: &Settled, printer: Printer) -> Result<Exit, Trouble> {
    let cli = &settled.cli;
    #[expect(
        clippy::disallowed_methods,
        reason = "the one clock: every command works with this moment"
    )]
    let now = Timestamp::now();
    let output = cli.global.format()?;
    if output == Output::Jsonl && !matches!(cli.command, Command::Offers(_)) {
        return Err(Trouble::usage("only `planner offers` prints jsonl").hint("print a document with `-o json`"));
    }
    let context = Context {
        environment,
        global: &cli.global,
        output,
        printer,
        now,
        stop: Stop::default(),
        watched: false,
        before: Before::default(),
    };
    let runtime = runtime()?;
    let exit = runtime.block_on(async {
        limits::survive_large_files();
        let work = async {
            match &cli.command {
                Command::Quote(args) => {
                    let look = async |context: &Context<'_>| commands::quote(context, args).await;
                    commands::watch(&context, args.watch, look).await
                }
                Command::Provision(args) => commands::provision(&context, args).await,
                Command::Ls(args) => {
                    let look = async |context: &Context<'_>| commands::ls(context, args).await;
                    commands::watch(&context, args.watch, look).await
                }
                Command::Show(args) => commands::show(&context, args).await,
                Command::Terminate(args) => commands::terminate(&context, args).await,
                Command::Reconcile(args) => commands::reconcile(&context, args).await,
                Command::Resolve(args) => commands::resolve(&context, args).await,
                Command::Audit(args) => commands::audit(&context, args).await,
                Command::Extend(args) => commands::extend(&context, args).await,
                Command::Doctor(args) => commands::doctor(&context, args, settled.wrong.as_ref()).await,
                Command::Report(args) => commands::report(&context, args).await,
                Command::Compare(args) => commands::compare(&context, args).await,
                Command::Offers(args) => commands::offers(&context, args).await,
                Command::Disks(args) => commands::disks(&context, args).await,
                Command::Gpus(args) => commands::gpus(&context, args).await,
                Command::Diff(args) => commands::diff(&context, args),
                Command::Verify(args) => commands::verify(&context, args),
                Command::Sandbox(args) => commands::sandbox(&context, args).await,
                Command::Schema(args) => commands::schema(&context, args),
                Command::Config(ConfigCommand::Show(_)) => commands::config(&context, settled),
                Command::Completion(args) => commands::completion(args),
                Command::Man(args) => commands::man(&context, args),
                Command::Help(args) => commands::help(&context, args),
            }
        };
        // To be interrupted is how the sandbox ends.
        if matches!(cli.command, Command::Sandbox(_)) {
            return work.await;
        }
        // Listened to before anything is done.
        let at_once = context.stop.at_once(printer);
        tokio::select! {
            done = work => done,
            () = at_once => {
                printer.end_question();
                Ok(Exit::Interrupted)
            }
        }
    });
    // Whatever is still being reckoned is not waited for.
    runtime.shutdown_background();
    exit
}

fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    limits::check()?;
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Trouble::new(Exit::Internal, format!("nothing can be begun: {error}")))
}

/// Sends what the crates log to standard error, as loud as was asked.
fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = tracing_subscriber::filter::Targets::new().with_target("gpu_broker", level);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .without_time()
        .with_ansi(false);
    // A library user may have set up logging already; then theirs stays.
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
}

/// What `printer` could not print.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space there, or send it elsewhere",
            io::ErrorKind::FileTooLarge => "allow larger files, as with `ulimit -f`, or send it elsewhere",
            _ => "send it elsewhere",
        };
        let what = format!("the answer could not be written to standard output: {error}");
        Self::new(Exit::Internal, what).hint(hint)
    }
}
