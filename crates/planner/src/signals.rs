//! The signals that ask to stop.

use std::sync::mpsc;
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::exit::Exit;

/// The signals that ask to stop, none of which is missed between two looks. One that cannot be listened to ends the
/// process as it always does.
pub(crate) struct Signals {
    #[cfg(unix)]
    each: [Option<tokio::signal::unix::Signal>; 2],
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            each: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()),
        }
    }

    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let mut each = self.each.iter_mut().flatten();
            if each.any(|signal| signal.poll_recv(context).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> Self {
        Self {}
    }

    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Does what may wait for ever, such as reading a pipe, and ends the process if it is asked to stop meanwhile: whoever
/// waits looks at no signals. To be called while nothing is at stake.
#[expect(
    clippy::exit,
    reason = "the thread that waits cannot be told, and holds nothing that wants to be put away"
)]
pub(crate) fn interruptible<T>(wait: impl FnOnce() -> T) -> T {
    let (done, ended) = oneshot::channel::<()>();
    let (ready, is_ready) = mpsc::channel::<()>();
    let listener = thread::spawn(move || {
        // Without a runtime signals are what they are without us.
        if let Ok(runtime) = Builder::new_current_thread().enable_all().build() {
            runtime.block_on(async {
                let mut signals = Signals::listen();
                drop(ready);
                tokio::select! {
                    _ = ended => {}
                    () = signals.next() => std::process::exit(Exit::Interrupted.status().into()),
                }
            });
        }
    });
    // Until it listens, or has ended. Nothing is sent.
    let _ = is_ready.recv();
    let result = wait();
    drop(done);
    // It has nothing to say: it ends, or the process does.
    let _ = listener.join();
    result
}
