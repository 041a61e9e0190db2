//! A terminal of any width that nobody sits at: what a program shows there, and what somebody would have typed.

mod screen;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

pub use screen::{Look, Screen};

/// Nothing is shown for so long only by what hangs.
const HANGS: Duration = Duration::from_secs(60);

/// How high: what scrolls away is kept all the same.
const ROWS: u16 = 50;

/// A program in a terminal.
#[derive(Debug)]
pub struct Terminal {
    /// Where somebody would sit.
    seat: File,
    child: Child,
    shown: Receiver<Vec<u8>>,
    all: Vec<u8>,
    /// How much of it was waited for.
    read: usize,
}

impl Terminal {
    /// Starts a program in a terminal so many columns wide; `None` where the system has no more terminals, or none at
    /// all.
    pub fn start(mut command: Command, columns: u16) -> Option<Self> {
        let (seat, program) = pair(columns).ok()?;
        let mut reader = seat.try_clone().ok()?;
        let end = || program.try_clone();
        command.stdin(end().ok()?).stdout(end().ok()?).stderr(end().ok()?);
        let child = command.spawn().unwrap();
        // What is left of the program's end is the program's.
        drop((command, program));
        let (said, shown) = mpsc::channel();
        thread::spawn(move || {
            let mut piece = vec![0; 4096];
            // Where the program is gone, reading fails.
            while let Ok(length @ 1..) = reader.read(&mut piece) {
                if said.send(piece[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Some(Self {
            seat,
            child,
            shown,
            all: Vec::new(),
            read: 0,
        })
    }

    /// Waits until `text` is shown after what was waited for before, and gives all that is shown up to it.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        loop {
            let fresh = String::from_utf8_lossy(&self.all[self.read..]).into_owned();
            if let Some(at) = fresh.find(text) {
                let seen = &fresh[..at + text.len()];
                self.read += seen.len();
                return seen.to_owned();
            }
            let piece = self.shown.recv_timeout(HANGS);
            self.all
                .extend(piece.unwrap_or_else(|_| panic!("`{text}` is not shown: {fresh}")));
        }
    }

    /// Types a line.
    pub fn say(&mut self, line: &str) {
        self.seat.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Ends the input.
    pub fn end_input(&mut self) {
        self.seat.write_all(&[0x04]).unwrap();
    }

    /// The process, to be sent signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end: the exit status, and all that was shown, with its colours.
    pub fn end(mut self) -> (Option<i32>, String) {
        let status = crate::planner::wait(&mut self.child, HANGS);
        // A program that it started may still hold the terminal.
        while let Ok(piece) = self.shown.recv_timeout(Duration::from_millis(500)) {
            self.all.extend(piece);
        }
        let shown = String::from_utf8_lossy(&self.all).replace("\r\n", "\n");
        (status, shown)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Both ends of a new terminal. It is nobody's controlling terminal, so keys send no signals.
fn pair(columns: u16) -> rustix::io::Result<(File, OwnedFd)> {
    let seat = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&seat)?;
    unlockpt(&seat)?;
    let name = ptsname(&seat, Vec::new())?;
    let program = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, rustix::fs::Mode::empty())?;
    let size = Winsize {
        ws_row: ROWS,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&program, size)?;
    Ok((File::from(seat), program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_sees_a_terminal_and_somebody_who_types() {
        let mut command = Command::new("/bin/sh");
        command.args([
            "-c",
            "test -t 0 && test -t 1 && test -t 2 && echo seen; read line; echo \"<$line>\"; read line || echo end",
        ]);
        let Some(mut terminal) = Terminal::start(command, 80) else {
            return;
        };
        terminal.expect("seen");
        terminal.say("a b");
        terminal.expect("<a b>");
        terminal.end_input();
        let (status, shown) = terminal.end();
        assert_eq!(status, Some(0));
        assert!(shown.ends_with("end\n"), "{shown:?}");
    }
}
