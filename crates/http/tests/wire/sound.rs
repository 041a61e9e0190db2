//! What a sound exchange looks like on the wire.

use gpu_broker_http::{BaseUrl, Call, Client, ClientOptions, Quota};
use std::time::Duration;

use crate::server::{Act, KEY, Server, answer, say, within};

#[tokio::test]
async fn a_request_is_exact_and_carries_the_key_in_one_place() {
    let server = Server::start(vec![say("200 OK", "[1,2]")]).await;
    let call = Call::get("/api/x/")
        .query("gpu", "A100 80GB")
        .query("gpu", "H100")
        .query("id", "US 1::a&b");
    let reply = server.client().send(&call, within(2000)).await.unwrap();
    assert_eq!((reply.status, reply.json::<Vec<u8>>().unwrap()), (200, vec![1, 2]));
    let request = &server.requests()[0];
    let head = request.to_ascii_lowercase();
    assert!(
        request.starts_with("GET /api/x/?gpu=A100+80GB&gpu=H100&id=US+1%3A%3Aa%26b HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(head.contains("user-agent: wire-test/1\r\n"), "{request}");
    assert!(head.contains("accept: application/json\r\n"), "{request}");
    assert!(
        !head.contains("accept-encoding") && !head.contains("cookie") && !head.contains("referer"),
        "{request}"
    );
    assert!(head.contains(&format!("authorization: bearer {KEY}\r\n")), "{request}");
    assert_eq!(request.matches(KEY).count(), 1, "{request}");
}

#[tokio::test]
async fn a_body_is_sent_as_json() {
    let server = Server::start(vec![say("201 Created", "{}")]).await;
    let reply = server
        .client()
        .send(&Call::post("/api/x", b"{\"a\":1}".to_vec()), within(2000))
        .await
        .unwrap();
    assert_eq!(reply.status, 201);
    let request = &server.requests()[0];
    assert!(
        request
            .to_ascii_lowercase()
            .contains("content-type: application/json\r\n"),
        "{request}"
    );
    assert!(request.ends_with("\r\n\r\n{\"a\":1}"), "{request}");
}

#[tokio::test]
async fn without_a_key_no_authorization_is_sent() {
    let server = Server::start(vec![say("200 OK", "[]")]).await;
    let client = Client::new(BaseUrl::parse(&server.url).unwrap(), None, ClientOptions::new("t"));
    client.send(&Call::get("/"), within(2000)).await.unwrap();
    assert!(!server.requests()[0].to_ascii_lowercase().contains("authorization"));
}

#[tokio::test]
async fn localhost_is_this_machine_whatever_a_resolver_says() {
    let server = Server::start(vec![say("200 OK", "[]")]).await;
    let url = server.url.replace("127.0.0.1", "localhost");
    let client = Client::new(BaseUrl::parse(&url).unwrap(), None, ClientOptions::new("t"));
    client.send(&Call::get("/"), within(2000)).await.unwrap();
}

#[tokio::test]
async fn reads_share_a_connection_and_creates_do_not() {
    let server = Server::start(vec![Act::Keep(answer("200 OK", &[], "{}"))]).await;
    let client = server.client();
    for _ in 0..3 {
        client.send(&Call::get("/"), within(2000)).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
    for _ in 0..2 {
        client
            .send(&Call::post("/", b"{}".to_vec()), within(2000))
            .await
            .unwrap();
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn an_answer_without_a_body_is_a_reply() {
    let server = Server::start(vec![Act::Say("HTTP/1.1 204 No Content\r\n\r\n".to_owned())]).await;
    let reply = server.client().send(&Call::delete("/x"), within(2000)).await.unwrap();
    assert_eq!((reply.status, reply.body.len()), (204, 0));
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let server = Server::start(vec![Act::Silence]).await;
    let mut options = ClientOptions::new("t");
    options.concurrency = 3;
    let client = server.client_with(options);
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&Call::get("/"), within(300)).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap_err();
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn the_quota_is_kept_before_anything_is_sent() {
    let server = Server::start(vec![say("200 OK", "[]")]).await;
    let mut options = ClientOptions::new("t");
    options.quota = Some(Quota {
        calls: 2,
        window: Duration::from_secs(600),
        reserve: 0,
    });
    let client = server.client_with(options);
    for _ in 0..2 {
        client.send(&Call::get("/"), within(2000)).await.unwrap();
    }
    let failure = client.send(&Call::get("/"), within(2000)).await.unwrap_err();
    assert_eq!(
        (failure.stage, failure.kind),
        (gpu_broker_http::Stage::NotSent, gpu_broker_http::Kind::RateLimited)
    );
    assert!(failure.retry_after.unwrap() > Duration::from_secs(200));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn the_brokers_clock_is_heard_in_answers_of_every_kind() {
    let date = "date: Sun, 29 Nov 2026 13:59:30 GMT";
    let later = "date: Sun, 29 Nov 2026 14:00:00 GMT";
    let server = Server::start(vec![
        say("200 OK", "[]"),
        Act::Say(answer("200 OK", &[date], "[]")),
        Act::Say(answer("200 OK", &["date: yesterday"], "[]")),
        Act::Say(answer("404 Not Found", &[later], "{}")),
    ])
    .await;
    let client = server.client();
    let mut heard = Vec::new();
    for _ in 0..4 {
        let reply = client.send(&Call::get("/"), within(2000)).await;
        let date = reply.ok().and_then(|reply| reply.date);
        heard.push((
            date.map(|date| date.to_string()),
            client.said().map(|said| said.date.to_string()),
        ));
    }
    let (first, last) = ("2026-11-29T13:59:30Z".to_owned(), "2026-11-29T14:00:00Z".to_owned());
    assert_eq!(
        heard,
        [
            (None, None),
            (Some(first.clone()), Some(first.clone())),
            (None, Some(first)),
            (None, Some(last)),
        ]
    );
}
