//! The `planner` command; all of it is in `gpu-broker-planner`.

use std::process::ExitCode;

fn main() -> ExitCode {
    gpu_broker_planner::main()
}
