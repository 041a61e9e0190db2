//! What goes over the wire.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// An answer, proper or not.
pub(super) enum Answer {
    /// A status, extra header lines, a body.
    Say(u16, Vec<String>, String),
    /// The first half of a body, with its own right length.
    Half(String),
    /// The first half of a body under the length of the whole.
    HungUp(String),
    /// A body without end, as fast as it is taken.
    Endless,
    /// A body without end, byte by byte.
    Drip,
    /// Nothing, until the other side leaves.
    Silence,
}

/// Between two bytes of a dripping body.
const DRIP: Duration = Duration::from_millis(50);

impl Answer {
    pub(super) fn json(body: impl Into<String>) -> Self {
        Self::Say(200, Vec::new(), body.into())
    }

    /// Writes it; the connection is then over.
    pub(super) fn write(&self, stream: &mut TcpStream, stop: &AtomicBool) -> io::Result<()> {
        match self {
            Self::Say(status, headers, body) => {
                let mut text = head(*status, body.len());
                for header in headers {
                    text += header;
                    text += "\r\n";
                }
                text += "\r\n";
                text += body;
                stream.write_all(text.as_bytes())
            }
            Self::Half(body) => {
                let half = half(body);
                stream.write_all(format!("{}\r\n{half}", head(200, half.len())).as_bytes())
            }
            Self::HungUp(body) => stream.write_all(format!("{}\r\n{}", head(200, body.len()), half(body)).as_bytes()),
            Self::Endless => {
                stream.write_all(format!("{}\r\n{{\"items\":[", head(200, 1 << 40)).as_bytes())?;
                let blanks = vec![b' '; 1 << 16];
                while !stop.load(Ordering::Relaxed) {
                    stream.write_all(&blanks)?;
                }
                Ok(())
            }
            Self::Drip => {
                stream.write_all(format!("{}\r\n", head(200, 1_000_000)).as_bytes())?;
                while !stop.load(Ordering::Relaxed) {
                    stream.write_all(b" ")?;
                    thread::sleep(DRIP);
                }
                Ok(())
            }
            Self::Silence => {
                while !stop.load(Ordering::Relaxed) {
                    thread::sleep(DRIP);
                }
                Ok(())
            }
        }
    }
}

fn half(body: &str) -> &str {
    let middle = (0..=body.len() / 2).rev().find(|at| body.is_char_boundary(*at));
    &body[..middle.unwrap_or(0)]
}

fn head(status: u16, length: usize) -> String {
    format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n"
    )
}
