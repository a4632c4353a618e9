//! A transport that answers from a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::http::Http;
use crate::client::time::{Jitter, WallClock};
use crate::client::transport::{Body, Incoming, Outgoing, Transport, TransportError};
use crate::client::{
    Call, Client, ClientConfig, Cloud, CredentialSource, EnvironmentDirectory, GivenCredential,
    HttpOptions,
};

/// When tests begin: `Fri, 02 Jan 2026 03:04:05 GMT`.
pub(super) const START: &str = "Fri, 02 Jan 2026 03:04:05 GMT";

pub(super) const ENVIRONMENT: &str = "00000000-0000-0000-0000-000000000001";
pub(super) const SYSTEM_ID: &str = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333";
pub(super) const POLICY_ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-eu";
pub(super) const VAULT_ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu";
pub(super) const PRINCIPAL: &str = "44444444-4444-4444-4444-444444444444";

/// One scripted answer.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// An answer.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// No connection.
    NoConnection,
    /// The connection breaks after the request was sent.
    Reset,
    /// Nothing, ever.
    Silence,
}

pub(super) fn status(status: u16) -> Reply {
    Reply::Answer(status, Vec::new(), String::new())
}

pub(super) fn json(status: u16, body: &str) -> Reply {
    Reply::Answer(status, Vec::new(), body.to_owned())
}

pub(super) fn with_header(reply: Reply, name: &'static str, value: &str) -> Reply {
    match reply {
        Reply::Answer(status, mut headers, body) => {
            headers.push((name, value.to_owned()));
            Reply::Answer(status, headers, body)
        }
        other => other,
    }
}

/// A request as the script saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) authorization: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    pub(super) at: Instant,
}

#[derive(Debug, Default)]
struct State {
    replies: VecDeque<Reply>,
    seen: Vec<Seen>,
}

/// Answers in order; the last answer is repeated.
#[derive(Clone, Default)]
pub(super) struct Script(Arc<Mutex<State>>);

// What the script remembers holds the secrets that tests look for in the client's own `Debug`.
impl std::fmt::Debug for Script {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Script(…)")
    }
}

impl Script {
    pub(super) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = replies.into_iter().collect();
        Self(Arc::new(Mutex::new(State {
            replies,
            seen: Vec::new(),
        })))
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().seen.clone()
    }

    pub(super) fn count(&self) -> usize {
        self.seen().len()
    }
}

#[async_trait]
impl Transport for Script {
    async fn exchange(&self, request: Outgoing) -> Result<Incoming, TransportError> {
        let reply = {
            let mut state = self.0.lock().unwrap();
            state.seen.push(Seen {
                method: request.method.clone(),
                url: request.url.to_string(),
                authorization: request
                    .headers
                    .get(AUTHORIZATION)
                    .map(|value| value.to_str().unwrap().to_owned()),
                headers: request.headers.clone(),
                body: String::from_utf8(request.body.clone().unwrap_or_default()).unwrap(),
                at: Instant::now(),
            });
            match state.replies.len() {
                0 => panic!("the script has no answer to {request:?}"),
                1 => state.replies[0].clone(),
                _ => state.replies.pop_front().unwrap(),
            }
        };
        // A real exchange takes time, so that concurrent callers overlap.
        tokio::time::sleep(Duration::from_millis(10)).await;
        match reply {
            Reply::Answer(status, headers, body) => {
                let headers = headers.into_iter().map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_str(&value).unwrap(),
                    )
                });
                let status = StatusCode::from_u16(status).unwrap();
                let mut arriving = Body::new(request.elements.filter(|_| status.is_success()));
                arriving.push(body.as_bytes());
                Ok(Incoming {
                    status,
                    headers: headers.collect(),
                    body: arriving.finish(),
                })
            }
            Reply::NoConnection => Err(TransportError::Connect("connection refused".into())),
            Reply::Reset => Err(TransportError::Broken("connection reset by peer".into())),
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// Hands out `token-1`, `token-2`, …, each good for an hour of the test's clock.
#[derive(Debug)]
pub(super) struct CountingCredential {
    pub(super) given: Mutex<Vec<String>>,
    pub(super) life: Duration,
    pub(super) clock: WallClock,
}

#[async_trait]
impl TokenCredential for CountingCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let mut given = self.given.lock().unwrap();
        given.push(scopes.join(" "));
        let expires = self.clock.now() + self.life;
        Ok(AccessToken::new(
            format!("token-{}", given.len()),
            expires.into(),
        ))
    }
}

/// A client over a script.
pub(super) struct Fixture {
    pub(super) client: Client,
    pub(super) script: Script,
    pub(super) credential: Arc<CountingCredential>,
    pub(super) call: Call,
}

impl Fixture {
    pub(super) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::with(replies, HttpOptions::default())
    }

    pub(super) fn with(replies: impl IntoIterator<Item = Reply>, options: HttpOptions) -> Self {
        let clock = clock();
        let credential = Arc::new(CountingCredential {
            given: Mutex::default(),
            life: Duration::from_secs(3600),
            clock,
        });
        let source = Arc::new(GivenCredential {
            method: "test",
            credential: credential.clone(),
        });
        let script = Script::new(replies);
        let client = client(&script, source, options, clock);
        Self {
            client,
            script,
            credential,
            call: call(3600),
        }
    }

    pub(super) fn directory(&self) -> &EnvironmentDirectory {
        self.client.environments()
    }

    pub(super) fn tokens_given(&self) -> usize {
        self.credential.given.lock().unwrap().len()
    }
}

pub(super) fn clock() -> WallClock {
    WallClock::From(httpdate::parse_http_date(START).unwrap(), Instant::now())
}

pub(super) fn client(
    script: &Script,
    source: Arc<dyn CredentialSource>,
    options: HttpOptions,
    clock: WallClock,
) -> Client {
    let http = Http::over(Box::new(script.clone()), &options, clock, Jitter::None);
    let config = ClientConfig {
        cloud: Cloud::public(),
        http: options,
        azure: source.clone(),
        power_platform: source,
        allowed: crate::client::Allowed::default(),
    };
    Client::over(&http, config).unwrap()
}

pub(super) fn call(seconds: u64) -> Call {
    Call::new(CancellationToken::new(), Duration::from_secs(seconds))
}

/// A payload of the collected ones.
macro_rules! payload {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/testdata/",
            $name,
            ".json"
        ))
    };
}

pub(super) use payload;
