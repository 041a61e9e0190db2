//! Set G: what is asked of us, by flags, files and the environment: two hundred requests that must be refused before
//! anything is sent.

mod files;

use files::{keys, quotes_and_markets};

/// A file in the home of a case.
#[derive(Debug, Clone)]
pub struct File {
    /// Where, from the home.
    pub path: &'static str,
    /// What.
    pub text: Vec<u8>,
    /// Who may do what with it, as `chmod` has it.
    pub mode: u32,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Case {
    /// What stands after `planner`.
    pub arguments: Vec<String>,
    /// Variables of the environment that differ.
    pub environment: Vec<(&'static str, String)>,
    /// Files in its home.
    pub files: Vec<File>,
    /// The exit status that it must have: 2 is a mistake of whoever asks, 5 a refusal, 6 a key that is missing.
    pub status: i32,
}

impl Case {
    fn of(arguments: &[&str]) -> Self {
        Self {
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            environment: Vec::new(),
            files: Vec::new(),
            status: 2,
        }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn file(mut self, path: &'static str, text: impl Into<Vec<u8>>, mode: u32) -> Self {
        let text = text.into();
        self.files.push(File { path, text, mode });
        self
    }

    fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (flag, values) in FLAGS {
        cases.extend(
            values
                .iter()
                .map(|value| Case::of(&["quote", "H100:8", &format!("{flag}={value}")])),
        );
    }
    cases.extend(GPUS.iter().map(|gpu| Case::of(&["quote", "--", gpu])));
    cases.extend(
        COMMANDS
            .iter()
            .map(|line| Case::of(&line.split(' ').collect::<Vec<_>>())),
    );
    for name in ["PRIME_API_BASE_URL", "SPHERON_API_BASE_URL"] {
        cases.extend(
            ADDRESSES
                .iter()
                .map(|address| Case::of(&["quote", "H100:8"]).with(name, address)),
        );
    }
    for name in ["PRIME_API_KEY", "SPHERON_API_KEY"] {
        cases.extend(KEYS.iter().map(|key| Case::of(&["quote", "H100:8"]).with(name, key)));
    }
    cases.extend(keys());
    cases.extend(quotes_and_markets());
    cases
}

/// Values that no flag takes.
const FLAGS: [(&str, &[&str]); 15] = [
    (
        "--hours",
        &["0", "-1", "1e400", "NaN", "", "99999999999999999999", "1h1m", "∞"],
    ),
    ("--vcpus", &["-1", "x", "8..4", "99999999999999999999999", "1.5"]),
    ("--memory", &["-1GB", "1e400", "GB", "9999999999999999999TB"]),
    ("--disk", &["-1", "0.0001GB", "1PB"]),
    ("--gpus-per-node", &["-8", "8..x", "x"]),
    ("--max-nodes", &["-1", "x", "1e3"]),
    ("--max-price", &["-1", "NaN", "1e400", "four"]),
    ("--max-total", &["-0.01", "Infinity", "1,000"]),
    ("--max-upfront", &["-1", "0x10"]),
    ("--fx", &["EUR", "EUR=", "EUR=0", "EUR=-1", "=1", "EUR=NaN", "EURO=1"]),
    ("--interruptions-per-day", &["-1", "NaN"]),
    ("--checkpoint-minutes", &["-1", "x"]),
    ("--min-interconnect", &["-1", "fast"]),
    ("--max-offers", &["-1", "1e9", "99999999999999999999"]),
    ("--timeout", &["-1", "NaN", "soon"]),
];

/// Words that name no GPUs.
const GPUS: [&str; 16] = [
    "",
    ":8",
    "H100:0",
    "H100:-1",
    "H100:8:9",
    "H100:1000000",
    "H100:100001",
    "H100:18446744073709551616",
    "H100:8,,",
    "H100:80TBB",
    "H100:8..4",
    "---",
    "H100:\u{1b}[2J",
    "H100:=8",
    "H100:../8",
    "H100:\u{663}",
];

/// Lines that mean nothing, or too much.
const COMMANDS: [&str; 20] = [
    "quote",
    "quote H100:8 --api-key=sk-1234567890",
    "quote H100:8 --spot --spot-auto",
    "quote H100:8 --broker nobody",
    "quote H100:8 --broker !prime --broker !spheron",
    "quote H100:8 -o svg-of-everything",
    "quote H100:8 -o jsonl",
    "quote H100:8 A100:8",
    "provision",
    "provision --plan p_1",
    "provision H100:8 --max-price=-1",
    "provision H100:8 --wait=-1",
    "provision --quote q_../../etc/passwd --yes",
    "provision --quote /dev/null --yes",
    "terminate",
    "extend",
    "resolve",
    "show",
    "verify",
    "frobnicate",
];

/// Addresses to which no key may go.
const ADDRESSES: [&str; 16] = [
    "http://evil.example",
    "http://10.0.0.1:8080",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "https://user:password@evil.example",
    "https://api.primeintellect.ai@evil.example",
    "https://evil.example/path",
    "https://evil.example?x=1",
    "https://evil.example#x",
    "https:evil.example",
    "https:///evil.example",
    "ftp://evil.example",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://evil.example\\@api.primeintellect.ai",
    "https://evil example",
];

/// Texts that are no key.
const KEYS: [&str; 6] = [
    "Bearer sk-1234567890",
    "sk-123\u{7}4567890",
    "sk-1234\n567890",
    "“sk-1234567890”",
    "sk-1234\u{a0}567890",
    "sk-12345…",
];
