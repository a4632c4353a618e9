//! What was asked, for tests to look at. Tokens and secrets are never recorded.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::faults::{Plane, RequestMatch};
use crate::http::Request;

/// Headers worth keeping.
const KEPT_HEADERS: [&str; 8] = [
    "accept",
    "content-type",
    "host",
    "metadata",
    "user-agent",
    "x-ms-client-request-id",
    "x-ms-correlation-id",
    "x-ms-correlation-request-id",
];

/// Form fields and members that are replaced before a body is kept.
const SECRETS: [&str; 4] = ["client_secret", "client_assertion", "secrets", "assertions"];

/// One request and how it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Counts from 1 since the start.
    pub sequence: u64,
    /// Virtual time.
    pub time: Timestamp,
    /// Group of endpoints.
    pub plane: Plane,
    /// Method.
    pub method: String,
    /// Path as it was sent.
    pub path: String,
    /// Query as it was sent.
    pub query: String,
    /// A selection of the headers.
    pub headers: BTreeMap<String, String>,
    /// Audience of the bearer token, if it was one of ours.
    pub audience: Option<String>,
    /// Client id the token was issued to.
    pub client: Option<String>,
    /// Body, as JSON; a form becomes an object. Secrets are replaced by `<redacted>`.
    pub body: Option<Value>,
    /// Status of the answer; 0 when there was none, because the connection was closed or is held.
    pub status: u16,
    /// Whether a scripted fault had a part in the answer.
    pub faulted: bool,
}

#[derive(Default)]
pub(crate) struct RequestLog {
    entries: Vec<LogEntry>,
    last: u64,
    file: Option<std::fs::File>,
}

impl RequestLog {
    pub(crate) fn to_file(file: std::fs::File) -> Self {
        Self {
            file: Some(file),
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, mut entry: LogEntry) {
        self.last += 1;
        entry.sequence = self.last;
        if let (Some(file), Ok(line)) = (&mut self.file, serde_json::to_string(&entry)) {
            // A full disk must not stop the emulated services.
            let _ = writeln!(file, "{line}");
        }
        self.entries.push(entry);
    }

    pub(crate) fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

pub(crate) fn kept_headers(request: &Request) -> BTreeMap<String, String> {
    KEPT_HEADERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), request.header(name)?.to_owned())))
        .collect()
}

pub(crate) fn kept_body(request: &Request) -> Option<Value> {
    let is_form = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let mut body = if is_form {
        let fields = request
            .form()
            .into_iter()
            .map(|(name, value)| (name, value.into()));
        Value::Object(fields.collect())
    } else {
        request.json()?
    };
    for name in SECRETS {
        if let Some(secret) = body.get_mut(name) {
            *secret = "<redacted>".into();
        }
    }
    Some(body)
}

/// A copy of the log at one moment, with questions tests ask.
#[derive(Clone, Debug, Default)]
pub struct Requests(pub(crate) Vec<LogEntry>);

impl Requests {
    /// All entries, oldest first.
    pub fn all(&self) -> &[LogEntry] {
        &self.0
    }

    /// Those with this method and path pattern (`*` stands for any text).
    #[must_use]
    pub fn matching(&self, method: &str, path: &str) -> Self {
        self.on(&RequestMatch::new(method, path))
    }

    /// Those that a fault with this match would hit.
    #[must_use]
    pub fn on(&self, on: &RequestMatch) -> Self {
        self.filter(|entry| on.matches(entry.plane, &entry.method, &entry.path))
    }

    /// Those for which a condition holds.
    #[must_use]
    pub fn filter(&self, condition: impl Fn(&LogEntry) -> bool) -> Self {
        Self(
            self.0
                .iter()
                .filter(|entry| condition(entry))
                .cloned()
                .collect(),
        )
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Link requests for an environment, whatever became of them.
    pub fn count_links(&self, environment: &str) -> usize {
        let path = format!("*/environments/{environment}/enterprisePolicies/Encryption/link");
        self.matching("POST", &path).count()
    }

    /// Unlink requests for an environment, whatever became of them.
    pub fn count_unlinks(&self, environment: &str) -> usize {
        let path = format!("*/environments/{environment}/enterprisePolicies/Encryption/unlink");
        self.matching("POST", &path).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_no_secret_of_a_token_request() {
        let headers = BTreeMap::from([(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        )]);
        let body = b"client_id=a&client_secret=hush&scope=s%2F.default".to_vec();
        let kept = kept_body(&Request::new("POST", "/t", headers, body)).unwrap();
        assert_eq!(kept["client_secret"], "<redacted>");
        assert_eq!(kept["scope"], "s/.default");
    }
}
