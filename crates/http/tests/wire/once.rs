//! One call that must not be repeated has at most one effect, and no call leaves its origin.

use gpu_broker_http::{Call, Kind, Stage};

use crate::server::{Act, Server, answer, say, within};

#[tokio::test]
async fn a_create_reaches_the_broker_once_whatever_it_answers() {
    for (name, act) in [
        ("500", say("500 Oops", "{}")),
        ("502", say("502 Bad Gateway", "")),
        ("503", Act::Say(answer("503 Busy", &["retry-after: 0"], ""))),
        ("408", say("408 Request Timeout", "")),
        ("409", say("409 Conflict", "{}")),
        ("close after reading", Act::CloseRead),
        ("garbage", Act::Say("nonsense\r\n\r\n".to_owned())),
        (
            "cut body",
            Act::Say("HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{".to_owned()),
        ),
    ] {
        let server = Server::start(vec![act]).await;
        let failure = server
            .client()
            .send(&Call::post("/create", b"{}".to_vec()), within(1000))
            .await
            .unwrap_err();
        assert_eq!((server.requests().len(), server.connections()), (1, 1), "{name}");
        assert_ne!(failure.stage, Stage::NotSent, "{name}");
    }
}

#[tokio::test]
async fn a_create_that_was_turned_away_is_sent_again() {
    let refused = Act::Say(answer(
        "429 Slow",
        &["retry-after: 0"],
        "{\"error\":\"Too many requests\"}",
    ));
    let server = Server::start(vec![refused, say("201 Created", "{}")]).await;
    let reply = server
        .client()
        .send(&Call::post("/create", b"{}".to_vec()), within(2000))
        .await
        .unwrap();
    assert_eq!((reply.status, server.requests().len()), (201, 2));
}

#[tokio::test]
async fn a_redirect_is_followed_nowhere() {
    let elsewhere = Server::start(vec![say("200 OK", "{}")]).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let targets = [
            (format!("{}/x?secret", elsewhere.url), format!("to {}", elsewhere.url)),
            ("/create/?secret".to_owned(), "to another path".to_owned()),
        ];
        for (target, message) in targets {
            for call in [
                Call::get("/list"),
                Call::post("/create", b"{}".to_vec()),
                Call::delete("/x"),
            ] {
                let location = format!("location: {target}");
                let server = Server::start(vec![Act::Say(answer(status, &[&location], "")), say("200 OK", "{}")]).await;
                let failure = server.client().send(&call, within(1000)).await.unwrap_err();
                assert_eq!(
                    (failure.kind, failure.stage),
                    (Kind::Redirected, Stage::Answered),
                    "{status} {call:?}"
                );
                assert_eq!(*failure.message, *message);
                assert_eq!(server.requests().len(), 1, "{status} {call:?}");
            }
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}
