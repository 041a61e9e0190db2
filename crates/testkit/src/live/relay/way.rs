//! One connection: a request there, its answer back.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::hold::Moment;
use super::message::{Op, Request, end_of_head, with_planted};
use super::{Seen, Shared};

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

/// Relays one request and its answer.
pub(super) async fn relay(mut client: TcpStream, to: SocketAddr, shared: Arc<Shared>) {
    let Some(request) = Request::read(&mut client).await else {
        return;
    };
    let op = request.op;
    Shared::lock(&shared.seen).push(Seen {
        op,
        name: if op == Op::Create {
            request.name()
        } else {
            String::new()
        },
        last: request.last(),
    });
    let bytes = request.closing();
    if !stands(&shared, Moment::Connected(op)).await {
        return;
    }
    if !stands(&shared, Moment::HalfRead(op)).await {
        if let Ok(mut broker) = TcpStream::connect(to).await {
            let _ = broker.write_all(&bytes[..bytes.len() * 2 / 3]).await;
        }
        return;
    }
    // From here on the broker has it, whatever became of whoever asked.
    stands(&shared, Moment::Read(op)).await;
    let Ok(mut broker) = TcpStream::connect(to).await else {
        return;
    };
    if broker.write_all(&bytes).await.is_err() {
        return;
    }
    let end = if shared.raw {
        pass(&mut broker, &mut client).await
    } else {
        whole(&mut broker, &mut client, &request, &shared).await
    };
    match end {
        Some(End::Reset) => {
            let _ = client.set_zero_linger();
        }
        Some(End::Closed) => {
            let _ = client.shutdown().await;
            stands(&shared, Moment::Answered(op)).await;
        }
        None => {}
    }
}

/// Stands still where that is asked for. False when whoever asked is gone.
async fn stands(shared: &Shared, moment: Moment) -> bool {
    let hold = {
        let mut hold = Shared::lock(&shared.hold);
        if hold.as_ref().is_some_and(|hold| hold.is(moment)) {
            hold.take()
        } else {
            None
        }
    };
    match hold {
        Some(hold) => hold.stand().await,
        None => true,
    }
}

/// Passes an answer on as it comes. `None` when nobody takes it.
async fn pass(broker: &mut TcpStream, client: &mut TcpStream) -> Option<End> {
    let mut chunk = vec![0; 65_536];
    loop {
        match broker.read(&mut chunk).await {
            Ok(0) => return Some(End::Closed),
            Ok(count) => client.write_all(&chunk[..count]).await.ok()?,
            Err(_) => return Some(End::Reset),
        }
    }
}

/// Reads all of an answer, and passes it on in the steps in which it may be
/// held. `None` when nobody takes it.
async fn whole(broker: &mut TcpStream, client: &mut TcpStream, request: &Request, shared: &Shared) -> Option<End> {
    let op = request.op;
    let mut answer = Vec::new();
    let end = match broker.read_to_end(&mut answer).await {
        Ok(_) => End::Closed,
        Err(_) => End::Reset,
    };
    let answer = if request.is_of_machines() {
        with_planted(&answer, &shared.planted)
    } else {
        answer
    };
    let head = end_of_head(&answer).unwrap_or(answer.len());
    let half = head + (answer.len() - head) / 2;
    client.write_all(&answer[..head]).await.ok()?;
    stands(shared, Moment::Head(op)).await;
    client.write_all(&answer[head..half]).await.ok()?;
    stands(shared, Moment::HalfAnswer(op)).await;
    client.write_all(&answer[half..]).await.ok()?;
    Some(end)
}
