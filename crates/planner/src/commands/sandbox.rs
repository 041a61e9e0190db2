//! `planner sandbox`: serve both brokers' APIs over a simulated market.

use std::io::ErrorKind;
use std::time::{Duration, SystemTime};

use gpu_broker_sandbox::{Limits, MinimumRuntime, Options, Sandbox};

use super::Context;
use crate::cli::SandboxArgs;
use crate::exit::Exit;
use crate::report::Trouble;

/// Serves until interrupted. Prints the two addresses as environment
/// variables that planner and the brokers' own tools understand.
pub(crate) async fn sandbox(context: &Context<'_>, args: &SandboxArgs) -> Result<Exit, Trouble> {
    let port = |port: u16| (port != 0).then_some(port);
    let options = Options {
        prime_port: port(args.prime_port),
        spheron_port: port(args.spheron_port),
        latency: Duration::from_millis(args.latency_ms),
        seed: args.seed,
        limits: if args.no_limits {
            Limits::Off
        } else {
            Limits::Documented
        },
        state: match (&args.state, args.keep) {
            (Some(path), _) => Some(path.clone()),
            (None, true) => Some(context.sandbox_world()?),
            (None, false) => None,
        },
        faults: args.fault.clone(),
        late: args.late,
        hang: args.hang,
        deploy_time: args.deploy_time,
        listing_lag: args.listing_lag,
        minimum_runtime: if args.enforce_minimum {
            MinimumRuntime::Enforced
        } else {
            MinimumRuntime::Billed
        },
        ssh_port: args.ssh_port,
        ..Options::new(SystemTime::from(context.now))
    };
    let running = Sandbox::start(&options).map_err(|error| {
        if error.kind() == ErrorKind::InvalidData {
            return Trouble::usage(error.to_string());
        }
        Trouble::usage(format!("the sandbox cannot listen: {error}"))
            .hint("another one may be running; `--prime-port 0 --spheron-port 0` takes free ports")
    })?;
    // Listened to before anybody can know that it serves.
    let asked = context.stop.at_once(context.printer);
    context.printer.data(&format!(
        "export PRIME_API_BASE_URL={}\nexport PRIME_API_KEY=sandbox\nexport SPHERON_API_BASE_URL={}\nexport SPHERON_API_KEY=sandbox\n",
        running.prime_url(),
        running.spheron_url(),
    ))?;
    context
        .printer
        .note("serving until interrupted; paste these lines into another terminal and run `planner quote H100:8`\n");
    asked.await;
    Ok(Exit::Done)
}
