//! Sixty answers, each wrong in one way or odd in one way, and what is known after it.

/// A case: its name, what the server says, and the outcome.
pub(super) type Case = (&'static str, fn() -> Vec<u8>, &'static str);

/// A good answer with these lines in its head.
fn head(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{lines}content-length: 2\r\n\r\n{{}}").into_bytes()
}

/// An answer that says it is packed, and would be a gibibyte of zeros. It was not asked to be, and is never unpacked.
fn bomb() -> Vec<u8> {
    let packed = [&b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"[..], &[0x1c; 26]].concat();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        packed.len()
    );
    [head.as_bytes(), &packed].concat()
}

pub(super) const BY_HAND: [Case; 60] = [
    (
        "a good answer",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "an older version",
        || b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "another version",
        || b"HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "no reason",
        || b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "two blanks",
        || b"HTTP/1.1  200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a status of two digits",
        || b"HTTP/1.1 99 Low\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a status of four digits",
        || b"HTTP/1.1 2000 High\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a status with a letter",
        || b"HTTP/1.1 2x0 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a status below zero",
        || b"HTTP/1.1 -20 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "small letters",
        || b"http/1.1 200 ok\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "another protocol",
        || b"ICY 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "yet another protocol",
        || b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "NUL in the reason",
        || b"HTTP/1.1 200 O\0K\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "an endless reason",
        || [b"HTTP/1.1 200 ".to_vec(), b"x".repeat(1 << 20)].concat(),
        "MaybeSent Transport",
    ),
    (
        "lines without a carriage return",
        || b"HTTP/1.1 200 OK\ncontent-length: 2\n\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    ("an empty head", || b"\r\n\r\n".to_vec(), "MaybeSent Transport"),
    (
        "an alert of TLS",
        || b"\x15\x03\x03\0\x02\x02\x28".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a request",
        || b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "an answer of the oldest version",
        || b"{}".to_vec(),
        "MaybeSent Transport",
    ),
    ("nothing", || b"".to_vec(), "MaybeSent Transport"),
    (
        "a thousand headers",
        || head(&"x-y: z\r\n".repeat(1_000)),
        "MaybeSent Transport",
    ),
    (
        "a header of 300 KiB",
        || head(&format!("x-y: {}\r\n", "z".repeat(300 << 10))),
        "200 with 2 bytes",
    ),
    (
        "headers of 2 MiB",
        || head(&format!("x-y: {}\r\n", "z".repeat(20_000)).repeat(100)),
        "MaybeSent Transport",
    ),
    (
        "a header without a colon",
        || head("nothing\r\n"),
        "MaybeSent Transport",
    ),
    (
        "a blank before the colon",
        || head("x-y : z\r\n"),
        "MaybeSent Transport",
    ),
    (
        "a folded header",
        || head("x-y: z\r\n  more\r\n"),
        "MaybeSent Transport",
    ),
    ("NUL in a header", || head("x-y: a\0b\r\n"), "MaybeSent Transport"),
    (
        "ESC in a header",
        || head("x-request-id: a\u{1b}[2Jb\r\n"),
        "MaybeSent Transport",
    ),
    (
        "letters beyond ASCII in a header",
        || head("x-request-id: é\u{202e}\r\n"),
        "200 with 2 bytes",
    ),
    ("a blank in a name", || head("x y: z\r\n"), "MaybeSent Transport"),
    ("an empty name", || head(": z\r\n"), "MaybeSent Transport"),
    (
        "the same length twice",
        || head("content-length: 2\r\n"),
        "200 with 2 bytes",
    ),
    ("two lengths", || head("content-length: 3\r\n"), "MaybeSent Transport"),
    (
        "a length below zero",
        || b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a length beyond counting",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a length in hexadecimal",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 0x2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a length with a plus",
        || b"HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "an empty length",
        || b"HTTP/1.1 200 OK\r\ncontent-length: \r\n\r\n{}".to_vec(),
        "MaybeSent Transport",
    ),
    (
        "a length as a list",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "a length beyond the limit",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n{}".to_vec(),
        "Answered TooLarge 200",
    ),
    (
        "a length too long",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}".to_vec(),
        "Answered Transport 200",
    ),
    (
        "chunks and a length",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 9\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "another encoding of the transfer",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "chunks that are packed",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_vec(),
        "200 with 12 bytes",
    ),
    (
        "a chunk without a size",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n{}".to_vec(),
        "Answered Transport 200",
    ),
    (
        "a chunk of a size below zero",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n".to_vec(),
        "Answered Transport 200",
    ),
    (
        "a chunk of a size beyond counting",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n".to_vec(),
        "Answered Transport 200",
    ),
    (
        "a chunk beyond the limit",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n{}".to_vec(),
        "Answered Transport 200",
    ),
    (
        "a chunk without its end",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n".to_vec(),
        "Answered Transport 200",
    ),
    (
        "no last chunk",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n".to_vec(),
        "Answered Transport 200",
    ),
    (
        "no end after the last chunk",
        || b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n".to_vec(),
        "Answered Transport 200",
    ),
    (
        "an endless note on a chunk",
        || {
            [
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;".to_vec(),
                b"x".repeat(1 << 20),
                b"\r\n{}\r\n0\r\n\r\n".to_vec(),
            ]
            .concat()
        },
        "Answered Transport 200",
    ),
    (
        "endless headers after the chunks",
        || {
            [
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n".to_vec(),
                b"x: y\r\n".repeat(100_000),
                b"\r\n".to_vec(),
            ]
            .concat()
        },
        "Answered Transport 200",
    ),
    (
        "a flood of 100s",
        || {
            [
                b"HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000),
                b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
            ]
            .concat()
        },
        "200 with 2 bytes",
    ),
    (
        "a hint before it",
        || b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    (
        "another protocol from now on",
        || b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n".to_vec(),
        "Answered Status 101",
    ),
    (
        "204 with a body",
        || b"HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "204 with 0 bytes",
    ),
    (
        "304 with a body",
        || b"HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "Answered Redirected 304",
    ),
    (
        "two answers",
        || b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\n{}".to_vec(),
        "200 with 2 bytes",
    ),
    ("a bomb", || bomb(), "200 with 36 bytes"),
];
