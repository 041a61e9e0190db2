//! Connections that can be made to fail in ways that HTTP has no word for.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep};

/// The pause after an accept that failed, for want of file handles for instance.
const PAUSE: Duration = Duration::from_millis(100);

/// What becomes of what is written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It arrives.
    Fine,
    /// The connection is closed instead.
    Close,
    /// The connection is reset instead.
    Reset,
    /// The head and so many bytes after it arrive, then the connection is closed.
    Cut(usize),
    /// The head arrives, then one byte at a time with a pause after each.
    Drip(Duration),
}

/// The fate of one connection, which the handler of a request decides.
#[derive(Debug)]
pub(super) struct Line(Mutex<Fate>);

impl Line {
    pub(super) fn set(&self, fate: Fate) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fate;
    }

    fn get(&self) -> Fate {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener whose connections have a fate.
#[derive(Debug)]
pub(super) struct Door(pub(super) TcpListener);

impl Listener for Door {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    // Without this, the second small write of an answer may wait 40 ms for an acknowledgement.
                    let _ = stream.set_nodelay(true);
                    return (Stream::new(stream), address);
                }
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Stream {
    inner: TcpStream,
    line: Arc<Line>,
    /// Bytes of the body that may still pass before the cut; `None` until the head has passed.
    left: Option<usize>,
    /// Whether the head has passed, of an answer that drips.
    dripping: bool,
    pause: Pin<Box<Sleep>>,
}

impl Stream {
    fn new(inner: TcpStream) -> Self {
        Self {
            inner,
            line: Arc::new(Line(Mutex::new(Fate::Fine))),
            left: None,
            dripping: false,
            pause: Box::pin(sleep(Duration::ZERO)),
        }
    }

    pub(super) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Writes up to the cut, which is an error for whoever writes.
    fn cut(&mut self, context: &mut Context<'_>, bytes: &[u8], after: usize) -> Poll<io::Result<usize>> {
        let allowed = match self.left {
            Some(left) => left,
            None => head(bytes).saturating_add(after),
        };
        if allowed == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let part = bytes.get(..allowed.min(bytes.len())).unwrap_or(bytes);
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, part))?;
        self.left = Some(allowed.saturating_sub(written));
        Poll::Ready(Ok(written))
    }

    /// Writes the head, then one byte whenever the pause is over.
    fn drip(&mut self, context: &mut Context<'_>, bytes: &[u8], pause: Duration) -> Poll<io::Result<usize>> {
        let part = if self.dripping {
            ready!(self.pause.as_mut().poll(context));
            bytes.get(..1).unwrap_or(bytes)
        } else {
            bytes.get(..head(bytes)).unwrap_or(bytes)
        };
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, part))?;
        self.dripping = true;
        self.pause.as_mut().reset(Instant::now() + pause);
        Poll::Ready(Ok(written))
    }
}

/// The length of an answer's head.
fn head(bytes: &[u8]) -> usize {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    end.map_or(bytes.len(), |end| end + 4)
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match this.line.get() {
            Fate::Fine => {
                this.dripping = false;
                Pin::new(&mut this.inner).poll_write(context, bytes)
            }
            Fate::Close => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Fate::Reset => {
                // Closing such a socket sends a reset.
                let _ = this.inner.set_zero_linger();
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            Fate::Cut(after) => this.cut(context, bytes, after),
            Fate::Drip(pause) => this.drip(context, bytes, pause),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}
