//! What the emulator was asked, from its log.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::Problem;

/// What a request is to change in the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    PutPolicy,
    GrantKey,
    Link,
    Unlink,
    DeletePolicy,
    /// Changes something, and the quickstart does not expect it.
    Other,
}

/// The requests up to now.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    all: usize,
    reads: usize,
    changes: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    kind: Kind,
    accepted: bool,
    line: String,
}

impl Requests {
    pub(crate) fn read(log: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(log)
            .map_err(|error| format!("the emulator's log could not be read: {error}"))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let mut requests = Self::default();
        for line in text.lines() {
            let entry: Value = serde_json::from_str(line)
                .map_err(|error| format!("the emulator's log is damaged: {error}"))?;
            let part = |name: &str| entry[name].as_str().unwrap_or_default();
            requests.all += 1;
            match (part("plane"), part("method")) {
                // A token changes nothing in the tenant.
                ("authority", _) => {}
                (_, "GET" | "HEAD") => requests.reads += 1,
                (_, method) => requests.changes.push(Change {
                    kind: kind(method, part("path")),
                    accepted: matches!(entry["status"].as_u64(), Some(200..300)),
                    line: format!(
                        "{method:<6} {}  {}",
                        entry["status"],
                        shortened(part("path"))
                    ),
                }),
            }
        }
        Ok(requests)
    }

    /// Whether nothing was asked, not even for a token.
    pub(crate) fn is_empty(&self) -> bool {
        self.all == 0
    }

    pub(crate) fn reads(&self) -> usize {
        self.reads
    }

    /// The requests that changed something, a line each, from the `skip`th on.
    pub(crate) fn lines(&self, skip: usize) -> impl Iterator<Item = &str> {
        self.changes
            .iter()
            .skip(skip)
            .map(|change| change.line.as_str())
    }

    /// How many requests [`lines`](Self::lines) has.
    pub(crate) fn count(&self) -> usize {
        self.changes.len()
    }

    /// How many requests have changed something.
    pub(crate) fn accepted(&self) -> usize {
        self.changes.iter().filter(|change| change.accepted).count()
    }

    /// Whether the service has refused something.
    pub(crate) fn has_refusals(&self) -> bool {
        self.changes.iter().any(|change| !change.accepted)
    }

    /// Compares what the service has accepted with what should have been, whatever the order.
    pub(crate) fn expect(&self, expected: &[(Kind, usize)]) -> Result<(), Problem> {
        let mut counts = BTreeMap::new();
        for change in self.changes.iter().filter(|change| change.accepted) {
            *counts.entry(change.kind).or_insert(0) += 1;
        }
        let expected: BTreeMap<Kind, usize> = expected.iter().copied().collect();
        if counts == expected {
            Ok(())
        } else {
            Err(format!(
                "the emulator took {counts:?}, and {expected:?} was expected"
            ))
        }
    }
}

fn kind(method: &str, path: &str) -> Kind {
    let path = path.to_ascii_lowercase();
    let is_policy = path.contains("/providers/microsoft.powerplatform/enterprisepolicies/");
    match method {
        "PUT" if path.contains("/microsoft.authorization/roleassignments/") => Kind::GrantKey,
        "PUT" if is_policy => Kind::PutPolicy,
        "DELETE" if is_policy => Kind::DeletePolicy,
        "POST" if path.ends_with("/enterprisepolicies/encryption/link") => Kind::Link,
        "POST" if path.ends_with("/enterprisepolicies/encryption/unlink") => Kind::Unlink,
        _ => Kind::Other,
    }
}

/// A path without the parts that are the same in all of them.
fn shortened(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let at = |name: &str| {
        segments
            .iter()
            .rposition(|segment| segment.eq_ignore_ascii_case(name))
    };
    let start = at("vaults")
        .or_else(|| at("environments"))
        .or_else(|| at("enterprisePolicies"))
        .unwrap_or(0);
    format!("…/{}", segments[start..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"plane":"authority","method":"POST","path":"/t/oauth2/v2.0/token","status":200}
{"plane":"resourceManager","method":"GET","path":"/subscriptions/s","status":200}
{"plane":"resourceManager","method":"PUT","path":"/subscriptions/s/resourceGroups/g/providers/Microsoft.PowerPlatform/enterprisePolicies/p","status":201}
{"plane":"bap","method":"POST","path":"/providers/Microsoft.BusinessAppPlatform/environments/e/enterprisePolicies/Encryption/link","status":202}
{"plane":"bap","method":"POST","path":"/providers/Microsoft.BusinessAppPlatform/environments/f/enterprisePolicies/Encryption/link","status":404}
"#;

    #[test]
    fn tells_what_changes_something() {
        let requests = Requests::parse(LOG).unwrap();
        assert!(!requests.is_empty());
        assert_eq!(requests.reads(), 1);
        assert_eq!(
            requests.lines(0).collect::<Vec<_>>(),
            [
                "PUT    201  …/enterprisePolicies/p",
                "POST   202  …/environments/e/enterprisePolicies/Encryption/link",
                "POST   404  …/environments/f/enterprisePolicies/Encryption/link"
            ]
        );
        let expected = [(Kind::PutPolicy, 1), (Kind::Link, 1)];
        assert_eq!(requests.expect(&expected), Ok(()));
        assert!(requests.has_refusals());
    }

    #[test]
    fn a_second_link_is_a_failure() {
        let requests = Requests::parse(LOG).unwrap();
        let problem = requests.expect(&[(Kind::PutPolicy, 1)]).unwrap_err();
        assert!(problem.contains("Link: 1"), "{problem}");
    }
}
