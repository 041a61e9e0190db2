//! Stopping a request on its way until somebody says how it goes on.

use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::message::Op;

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::live) enum Moment {
    /// Its connection stands; nothing of it was read.
    Connected(Op),
    /// Half of it was read.
    HalfRead(Op),
    /// It was read; nothing was done yet.
    Read(Op),
    /// It was acted upon, and the head of the answer was sent.
    Head(Op),
    /// Half of the answer's body was sent.
    HalfAnswer(Op),
    /// All of the answer was sent.
    Answered(Op),
}

/// The relay's end.
#[derive(Debug)]
pub(in crate::live) struct Hold {
    moment: Moment,
    reached: mpsc::Sender<()>,
    go: oneshot::Receiver<bool>,
}

/// The harness's end.
#[derive(Debug)]
pub(in crate::live) struct Held {
    reached: mpsc::Receiver<()>,
    go: oneshot::Sender<bool>,
}

/// A request that stands still.
#[derive(Debug)]
pub(in crate::live) struct Reached(oneshot::Sender<bool>);

impl Hold {
    pub(super) fn new(moment: Moment) -> (Self, Held) {
        let (tell, reached) = mpsc::channel();
        let (say, go) = oneshot::channel();
        let hold = Self {
            moment,
            reached: tell,
            go,
        };
        (hold, Held { reached, go: say })
    }

    pub(super) fn is(&self, moment: Moment) -> bool {
        self.moment == moment
    }

    /// Stands still. True when whoever asked lives on.
    pub(super) async fn stand(self) -> bool {
        let _ = self.reached.send(());
        self.go.await.unwrap_or(true)
    }
}

impl Held {
    /// Waits until the request stands still.
    pub(in crate::live) fn within(self, time: Duration) -> Result<Reached, Self> {
        match self.reached.recv_timeout(time) {
            Ok(()) => Ok(Reached(self.go)),
            Err(_) => Err(self),
        }
    }
}

impl Reached {
    /// Lets it go on, when whoever asked is still there or no longer.
    pub(in crate::live) fn go(self, alive: bool) {
        let _ = self.0.send(alive);
    }
}
