//! Both brokers, without a connection.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gpu_broker_http::{ApiKey, BaseUrl, Call, Client, ClientOptions, Scripted};
use gpu_broker_prime::Prime;
use gpu_broker_spheron::Spheron;
use tokio::runtime::Runtime;

use crate::inert::SECRET;

/// No question runs out of time: the clock goes on whenever somebody waits.
pub(crate) const WITHIN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The most requests that one question may take. A broker that announces a million pages is not asked for them all.
const CALLS_MAX: u32 = 20_000;

/// What is answered to a call.
type Answers = Box<dyn Fn(&Call) -> Option<Scripted> + Send>;

/// An answer with this status and body.
pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Scripted {
    Scripted {
        status,
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: body.into(),
    }
}

/// What an account sees in which there is nothing.
fn usual(call: &Call) -> Scripted {
    let body = match call.path() {
        "/api/v1/availability/gpus" | "/api/v1/availability/multi-node" | "/api/v1/availability/disks" => {
            r#"{"items":[],"totalCount":0}"#
        }
        "/api/v1/availability/gpu-summary" | "/api/v1/availability/multi-node-summary" => "{}",
        "/api/v1/pods/" | "/api/v1/pods/history" | "/api/v1/disks/" | "/api/v1/ssh_keys/" => {
            r#"{"data":[],"total_count":0,"offset":0,"limit":100}"#
        }
        "/api/deployments" | "/api/ssh-keys" | "/api/providers" => "[]",
        "/api/gpu-offers" | "/api/volumes" => r#"{"data":[],"total":0,"page":1,"totalPages":1}"#,
        "/api/balance" => r#"{"teams":[{"teamId":"team_1","balance":100,"isCurrentTeam":true}],"currency":"USD"}"#,
        _ => return answer(404, r#"{"error":"Not found","detail":"Not Found","code":"NOT_FOUND"}"#),
    };
    answer(200, body)
}

/// What the brokers answer now, and how often they were asked.
struct Script {
    answers: Answers,
    calls: u32,
}

/// Both adapters in front of one script.
pub struct Stand {
    /// Prime.
    pub prime: Prime,
    /// Spheron.
    pub spheron: Spheron,
    /// A client with nothing before it.
    pub client: Client,
    script: Arc<Mutex<Script>>,
    runtime: Runtime,
}

impl Stand {
    /// Brokers that have nothing.
    pub fn new() -> Self {
        let script = Arc::new(Mutex::new(Script {
            answers: Box::new(|_| None),
            calls: 0,
        }));
        let client = || {
            let script = Arc::clone(&script);
            let base = BaseUrl::parse("https://broker.invalid").unwrap();
            let key = ApiKey::new(SECRET.to_owned()).unwrap();
            let options = ClientOptions::new("hostile/1");
            Client::scripted(base, Some(key), options, move |call| say(&script, call))
        };
        let mut builder = tokio::runtime::Builder::new_current_thread();
        Self {
            prime: Prime::over(client(), None),
            spheron: Spheron::over(client(), Some("team_1".to_owned())),
            client: client(),
            runtime: builder.enable_time().start_paused(true).build().unwrap(),
            script,
        }
    }

    /// From now on, this is answered; what it does not answer is answered as in an empty account.
    pub fn answers(&self, answers: impl Fn(&Call) -> Option<Scripted> + Send + 'static) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.answers = Box::new(answers);
        script.calls = 0;
    }

    /// How many requests were made since the answers were set.
    pub fn calls(&self) -> u32 {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).calls
    }

    /// Asks a question to its end.
    pub fn ask<T>(&self, question: impl Future<Output = T>) -> T {
        self.runtime.block_on(question)
    }
}

fn say(script: &Mutex<Script>, call: &Call) -> Scripted {
    let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
    script.calls += 1;
    assert!(script.calls <= CALLS_MAX, "{call:?} is request {}", script.calls);
    (script.answers)(call).unwrap_or_else(|| usual(call))
}

impl Default for Stand {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stand").finish_non_exhaustive()
    }
}
