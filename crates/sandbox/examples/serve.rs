//! Serves the sandbox until standard input closes.
//!
//! ```console
//! $ cargo run -p gpu-broker-sandbox --example serve
//! ```

use std::io::{self, Read as _, Write as _};
use std::time::{Duration, UNIX_EPOCH};

use gpu_broker_sandbox::{Options, Sandbox};

fn main() -> io::Result<()> {
    // Any time will do for looking around; a program passes the real one.
    let now = UNIX_EPOCH + Duration::from_secs(1_795_338_000);
    let running = Sandbox::start(&Options::on_fixed_ports(now))?;
    let mut out = io::stdout();
    writeln!(out, "export PRIME_API_BASE_URL={}", running.prime_url())?;
    writeln!(out, "export SPHERON_API_BASE_URL={}", running.spheron_url())?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
