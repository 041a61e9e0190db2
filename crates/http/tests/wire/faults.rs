//! Everything that can go wrong between the request and the last byte of the answer.

use std::time::{Duration, Instant};

use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Failure, Kind, Repeat, Stage};

use crate::server::{Act, KEY, Server, answer, say, within};

/// Sends one call that is never repeated and returns how it failed.
async fn fail_once(act: Act, deadline_ms: u64) -> (Failure, Server) {
    let server = Server::start(vec![act]).await;
    let call = Call::post("/api/create", b"{}".to_vec())
        .query("note", "query-canary")
        .body_bytes_max(100_000);
    let start = Instant::now();
    let failure = server.client().send(&call, within(deadline_ms)).await.unwrap_err();
    assert!(
        start.elapsed() < Duration::from_millis(deadline_ms + 1000),
        "{failure} after {:?}",
        start.elapsed()
    );
    let text = format!("{failure} {failure:?}");
    assert!(
        !text.contains(KEY) && !text.contains("query-canary") && !text.contains('\n'),
        "{text}"
    );
    (failure, server)
}

fn half(status: &str, body: &str) -> Act {
    Act::Say(format!("HTTP/1.1 {status}\r\ncontent-length: 1000\r\n\r\n{body}"))
}

fn raw(text: &str) -> Act {
    Act::Say(text.to_owned())
}

fn drip(status: &str, length: usize) -> Act {
    Act::Drip(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n"))
}

fn flood(head: &str) -> Act {
    Act::Flood(format!("{head}\r\n\r\n"))
}

/// Plays each act to a call of its own, all at the same time.
async fn check(stage: Stage, cases: Vec<(&str, Act, Kind, Option<u16>)>) {
    let all = cases.into_iter().map(|(name, act, kind, status)| async move {
        let (failure, server) = fail_once(act, 300).await;
        assert_eq!(
            (failure.stage, failure.kind, failure.status),
            (stage, kind, status),
            "{name}: {failure}"
        );
        assert_eq!(failure.attempts, 1, "{name}");
        assert!(server.requests().len() <= 1, "{name}");
    });
    futures::future::join_all(all).await;
}

#[tokio::test]
async fn without_a_status_the_request_may_have_arrived() {
    let cases = vec![
        ("close unread", Act::CloseUnread, Kind::Transport, None),
        ("close read", Act::CloseRead, Kind::Transport, None),
        ("silence", Act::Silence, Kind::Timeout, None),
        ("garbage", raw("SSH-2.0-OpenSSH_9.6\r\n"), Kind::Transport, None),
        ("bad status line", raw("HTTP/1.1 2x0 OK\r\n\r\n"), Kind::Transport, None),
        (
            "head cut",
            raw("HTTP/1.1 201 Created\r\ncontent-le"),
            Kind::Transport,
            None,
        ),
        (
            "head without end",
            Act::Drip("HTTP/1.1 200 OK\r\nx: ".to_owned()),
            Kind::Timeout,
            None,
        ),
    ];
    check(Stage::MaybeSent, cases).await;
}

#[tokio::test]
async fn a_success_counts_only_with_its_whole_body() {
    let bad_chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    let cases = vec![
        ("body cut", half("201 Created", "{\"id\":"), Kind::Transport, Some(201)),
        ("bad chunk", raw(bad_chunk), Kind::Transport, Some(200)),
        (
            "announced too large",
            drip("200 OK", 100_001),
            Kind::TooLarge,
            Some(200),
        ),
        ("drip", drip("200 OK", 100_000), Kind::Timeout, Some(200)),
        ("endless", flood("HTTP/1.1 200 OK"), Kind::TooLarge, Some(200)),
        (
            "endless chunk",
            flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffff"),
            Kind::TooLarge,
            Some(200),
        ),
    ];
    check(Stage::Answered, cases).await;
}

#[tokio::test]
async fn a_refusal_counts_whatever_its_body() {
    let cases = vec![
        (
            "400",
            say("400 Bad Request", "{\"detail\":\"no\"}"),
            Kind::Status,
            Some(400),
        ),
        ("500", say("500 Oops", "{\"detail\":\"no\"}"), Kind::Status, Some(500)),
        ("500, body cut", half("500 Oops", "{\"det"), Kind::Status, Some(500)),
        ("500, endless", flood("HTTP/1.1 500 Oops"), Kind::Status, Some(500)),
        ("500, drip", drip("500 Oops", 9000), Kind::Status, Some(500)),
        (
            "429",
            Act::Say(answer("429 Slow", &["retry-after: 900"], "{}")),
            Kind::RateLimited,
            Some(429),
        ),
        ("304", say("304 Not Modified", ""), Kind::Redirected, Some(304)),
    ];
    check(Stage::Answered, cases).await;
}

#[tokio::test]
async fn a_failed_handshake_sends_nothing() {
    let server = Server::start(vec![Act::CloseUnread]).await;
    let base = BaseUrl::parse(&server.url.replace("http:", "https:")).unwrap();
    let client = Client::new(base, None, ClientOptions::new("t"));
    let failure = client
        .send(&Call::post("/x", Vec::new()), within(300))
        .await
        .unwrap_err();
    assert_eq!(failure.stage, Stage::NotSent, "{failure}");
}

#[tokio::test]
async fn only_a_refused_connection_proves_that_nothing_was_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let base = BaseUrl::parse(&url).unwrap();
    let client = Client::new(base, None, ClientOptions::new("t"));
    for call in [Call::get("/x"), Call::post("/x", Vec::new())] {
        let failure = client.send(&call, within(300)).await.unwrap_err();
        assert_eq!(
            (failure.stage, failure.kind),
            (Stage::NotSent, Kind::Connect),
            "{failure}"
        );
        assert_eq!(failure.attempts, 2, "the third would not fit the deadline");
        assert!(failure.message.to_ascii_lowercase().contains("refused"), "{failure}");
    }
}

#[tokio::test]
async fn a_path_that_is_not_exact_is_never_sent() {
    let server = Server::start(vec![say("200 OK", "{}")]).await;
    for path in ["/a/../b", "//evil.test", "a", "/a?b=c"] {
        let failure = server.client().send(&Call::get(path), within(1000)).await.unwrap_err();
        assert_eq!((failure.stage, failure.kind), (Stage::NotSent, Kind::Setup), "{path}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_may_pass_is_tried_again_if_that_is_safe() {
    let ok = || say("200 OK", "[]");
    let cases = [
        ("429", Act::Say(answer("429 Slow", &["retry-after: 0"], "{}"))),
        ("500", say("500 Oops", "{}")),
        ("502 html", say("502 Bad Gateway", "<html>")),
        ("close unread", Act::CloseUnread),
        ("close read", Act::CloseRead),
        ("body cut", half("200 OK", "[")),
        ("garbage", Act::Say("\u{1}\u{2}\r\n\r\n".to_owned())),
    ];
    let all = cases.into_iter().map(|(name, first)| async move {
        let server = Server::start(vec![first, ok()]).await;
        let reply = server.client().send(&Call::get("/list"), within(2000)).await;
        assert!(reply.is_ok(), "{name}: {reply:?}");
    });
    futures::future::join_all(all).await;
}

#[tokio::test]
async fn after_the_deadline_nothing_is_sent() {
    let server = Server::start(vec![say("200 OK", "[]")]).await;
    let failure = server.client().send(&Call::get("/list"), within(0)).await.unwrap_err();
    assert_eq!((failure.stage, failure.kind), (Stage::NotSent, Kind::Timeout));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_hanging_attempt_leaves_time_for_another() {
    let server = Server::start(vec![Act::Silence, say("200 OK", "[]")]).await;
    let mut options = ClientOptions::new("t");
    options.attempt_timeout = Duration::from_millis(100);
    server
        .client_with(options)
        .send(&Call::get("/list"), within(2000))
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn an_announced_size_beyond_the_limit_is_refused_at_once() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n".to_owned();
    let server = Server::start(vec![Act::Drip(head)]).await;
    let start = Instant::now();
    let failure = server
        .client()
        .send(&Call::get("/list"), within(5000))
        .await
        .unwrap_err();
    assert_eq!((failure.kind, failure.attempts), (Kind::TooLarge, 1));
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_body_in_crumbs_is_left_early() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    let server = Server::start(vec![Act::Crumbs(head)]).await;
    let start = Instant::now();
    let failure = server
        .client()
        .send(&Call::get("/list"), within(10_000))
        .await
        .unwrap_err();
    assert_eq!((failure.kind, failure.attempts), (Kind::TooLarge, 1));
    assert_eq!(
        failure.to_string(),
        "GET /list: the answer is too large (in more than 100000 pieces)"
    );
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test]
async fn one_large_body_is_held_at_a_time() {
    let large = say("200 OK", &" ".repeat(600 << 10));
    let server = Server::start(vec![large.clone(), large.clone(), say("200 OK", "{}"), large]).await;
    let client = server.client();
    let call = Call::get("/list");
    let held = client.send(&call, within(5000)).await.unwrap();
    let waiting = client.send(&call, within(200)).await.unwrap_err();
    assert_eq!((waiting.kind, waiting.status), (Kind::Timeout, Some(200)), "{waiting}");
    client.send(&call, within(5000)).await.unwrap();
    drop(held);
    client.send(&call, within(5000)).await.unwrap();
}

#[tokio::test]
async fn a_page_in_place_of_json_is_named() {
    let server = Server::start(vec![say("200 OK", "<html><title>Maintenance</title>")]).await;
    let reply = server.client().send(&Call::get("/list"), within(2000)).await.unwrap();
    let failure = reply.json::<Vec<u8>>().unwrap_err();
    assert_eq!(
        (failure.kind, failure.stage, failure.status),
        (Kind::Decode, Stage::Answered, Some(200))
    );
    assert_eq!(
        failure.to_string(),
        "GET /list: the answer cannot be read (an html page: Maintenance in place of json)"
    );
}

#[tokio::test]
async fn a_key_that_is_sent_back_does_not_reach_an_error() {
    let body = format!("{{\"error\":\"bad key {KEY}\",\"key\":\"{KEY}\"}}");
    let id = format!("x-request-id: {KEY}");
    let server = Server::start(vec![Act::Say(answer("401 Unauthorized", &[&id], &body))]).await;
    let failure = server.client().send(&Call::get("/x"), within(2000)).await.unwrap_err();
    assert!(failure.is_credentials());
    assert!(!format!("{failure} {failure:?}").contains(KEY), "{failure:?}");
    // The host of an address is in small letters, whatever the key is in.
    let key = KEY.to_ascii_uppercase();
    for (location, expected) in [
        (format!("https://{key}.evil.test/"), "to https://[api key].evil.test"),
        (format!("https://{key}@evil.test/{key}"), "to https://evil.test"),
        (format!("file:///{key}"), "to a `file:` address, which is no broker's"),
        (format!("{key}:x"), "to a `[api key]:` address, which is no broker's"),
        (format!("/{key}"), "to another path"),
    ] {
        let line = format!("location: {location}");
        let server = Server::start(vec![Act::Say(answer("302 Found", &[&line], ""))]).await;
        let base = BaseUrl::parse(&server.url).unwrap();
        let client = Client::new(base, Some(ApiKey::new(key.clone()).unwrap()), ClientOptions::new("t"));
        let failure = client.send(&Call::get("/x"), within(2000)).await.unwrap_err();
        assert_eq!(&*failure.message, expected, "{location}");
        assert!(
            !format!("{failure} {failure:?}").to_ascii_lowercase().contains(KEY),
            "{failure:?}"
        );
    }
    let server = Server::start(vec![say("200 OK", &format!("\"{KEY}\""))]).await;
    let reply = server.client().send(&Call::get("/x"), within(2000)).await.unwrap();
    let failure = reply.json::<u8>().unwrap_err();
    assert!(!format!("{failure} {failure:?} {reply:?}").contains(KEY), "{failure:?}");
}

#[tokio::test]
async fn a_closed_window_holds_later_calls_back() {
    let headers = [
        "date: Sun, 29 Nov 2026 13:59:30 GMT",
        "x-ratelimit-limit: 250",
        "x-ratelimit-remaining: 0",
        "x-ratelimit-reset: 2026-11-29T14:00:00.000Z",
        "x-request-id: req-7",
    ];
    let server = Server::start(vec![Act::Say(answer("200 OK", &headers, "[]"))]).await;
    let client = server.client();
    let reply = client.send(&Call::get("/list"), within(2000)).await.unwrap();
    assert_eq!(reply.request_id.as_deref(), Some("req-7"));
    let failure = client
        .send(&Call::get("/list").repeat(Repeat::Safe), within(2000))
        .await
        .unwrap_err();
    assert_eq!((failure.stage, failure.kind), (Stage::NotSent, Kind::RateLimited));
    assert!((29..=30).contains(&failure.retry_after.unwrap().as_secs()), "{failure}");
    assert_eq!(server.requests().len(), 1);
}
