//! Faults on request: answers that differ from the rules, for chosen requests and counts.
//!
//! A [`Fault`] changes how one request is answered; an [`OperationFault`] changes how an operation
//! that a request starts will go. Both can wait for some matches, then hit a number of them or
//! all that follow.

mod merge;
mod operation;
mod response;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Request;

pub(crate) use merge::patch;
pub use operation::{OperationFault, OperationScript, SlotAfter};
pub use response::{Body, Response, RetryAfter};

/// A group of endpoints with one audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Plane {
    /// Token endpoint of Entra.
    Authority,
    /// Azure Resource Manager, with Resource Graph.
    ResourceManager,
    /// The environment API (Business Application Platform).
    Bap,
    /// Data plane of key vaults.
    KeyVault,
    /// Data plane of Managed HSMs.
    ManagedHsm,
    /// Lifecycle Services.
    Lcs,
    /// Instance metadata and the token issuers of CI systems.
    Issuer,
    /// The emulator's own control API.
    Control,
    /// Nothing of the above.
    Unknown,
}

/// Which requests a fault is about; what is absent matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RequestMatch {
    /// Group of endpoints.
    pub plane: Option<Plane>,
    /// Method, without regard to case.
    pub method: Option<String>,
    /// Path without query, without regard to case; `*` stands for any text, also with slashes.
    pub path: Option<String>,
}

impl RequestMatch {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests with this method and path pattern.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            plane: None,
            method: Some(method.into()),
            path: Some(path.into()),
        }
    }

    /// Requests to a group of endpoints.
    pub fn plane(plane: Plane) -> Self {
        Self {
            plane: Some(plane),
            ..Self::default()
        }
    }

    /// Requests for tokens.
    pub fn token() -> Self {
        Self::plane(Plane::Authority)
    }

    /// POST of a link or swap of the encryption policy.
    pub fn link() -> Self {
        Self::new("POST", "*/enterprisePolicies/Encryption/link")
    }

    /// POST of an unlink of the encryption policy.
    pub fn unlink() -> Self {
        Self::new("POST", "*/enterprisePolicies/Encryption/unlink")
    }

    /// GET of one lifecycle operation.
    pub fn poll() -> Self {
        Self::new("GET", "*/lifecycleOperations/*")
    }

    /// GET of one environment.
    pub fn environment(id: &str) -> Self {
        Self::new("GET", &format!("*/environments/{id}"))
    }

    /// GET of the list of environments.
    pub fn environments() -> Self {
        Self::new("GET", "*/environments")
    }

    /// Any request to an enterprise policy in Resource Manager, by its name.
    pub fn policy(method: &str, name: &str) -> Self {
        Self::new(
            method,
            &format!("/subscriptions/*/enterprisePolicies/{name}"),
        )
    }

    pub(crate) fn matches(&self, plane: Plane, method: &str, path: &str) -> bool {
        self.plane.is_none_or(|wanted| wanted == plane)
            && self
                .method
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self
                .path
                .as_deref()
                .is_none_or(|pattern| glob(pattern, path))
    }
}

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Times {
    /// That many times.
    Count(u32),
    /// Until the faults are cleared.
    Forever,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Effect {
    /// Answers without processing the request.
    Respond(Response),
    /// Processes the request and then answers this instead.
    RespondAfterProcessing(Response),
    /// Closes the connection without processing the request.
    ResetBefore,
    /// Processes the request and closes the connection without an answer.
    ResetAfterProcessing,
    /// Processes the request, sends half of the body and closes the connection.
    TruncateBody,
    /// Waits before processing, in real time.
    Delay {
        /// How long.
        milliseconds: u64,
    },
    /// Never processes the request and never answers.
    Hang,
    /// Processes the request and never answers.
    HangAfterProcessing,
    /// Replaces, adds or (without value) removes a header of the answer.
    SetHeader {
        /// Name of the header.
        name: String,
        /// New value.
        value: Option<String>,
    },
    /// Merges members into the JSON of a successful answer (null removes one): for unknown enum
    /// values and extra fields. In lists every item of `value` is changed.
    PatchBody(Value),
}

/// A scripted deviation for requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Which requests.
    #[serde(default)]
    pub on: RequestMatch,
    /// What happens to them.
    pub effect: Effect,
    /// How many matching requests pass first.
    #[serde(default)]
    pub skip: u32,
    /// How many are hit then.
    #[serde(default = "Fault::once")]
    pub times: Times,
}

impl Fault {
    /// Hits the next matching request.
    pub fn new(on: RequestMatch, effect: Effect) -> Self {
        Self {
            on,
            effect,
            skip: 0,
            times: Self::once(),
        }
    }

    /// Answers with a status and the usual error body.
    pub fn status(on: RequestMatch, status: u16) -> Self {
        Self::new(on, Effect::Respond(Response::status(status)))
    }

    /// Answers 429.
    pub fn throttle(on: RequestMatch, retry_after: RetryAfter) -> Self {
        Self::new(
            on,
            Effect::Respond(Response::status(429).retry_after(retry_after)),
        )
    }

    /// Hits this many requests.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.times = Times::Count(count);
        self
    }

    /// Hits all that follow.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = Times::Forever;
        self
    }

    /// Lets some pass first.
    #[must_use]
    pub fn after(mut self, passed: u32) -> Self {
        self.skip = passed;
        self
    }

    pub(super) fn once() -> Times {
        Times::Count(1)
    }
}

/// All that is scripted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Faults {
    pub(crate) requests: Vec<Fault>,
    pub(crate) operations: Vec<OperationFault>,
}

impl Faults {
    /// The faults that hit this request; each counts it.
    pub(crate) fn hitting(&mut self, plane: Plane, request: &Request) -> Vec<Effect> {
        if plane == Plane::Control {
            return Vec::new();
        }
        let effects = self
            .requests
            .iter_mut()
            .filter(|fault| fault.on.matches(plane, &request.method, &request.path))
            .filter(|fault| fault.times != Times::Count(0))
            .filter_map(|fault| {
                spend(&mut fault.skip, &mut fault.times).then(|| fault.effect.clone())
            })
            .collect();
        self.requests.retain(|fault| fault.times != Times::Count(0));
        effects
    }

    /// The script of an operation that is about to start.
    pub(crate) fn script_for(&mut self, environment: &str, kind: &str) -> OperationScript {
        let applies = |wanted: &Option<String>, value: &str| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        let script = self
            .operations
            .iter_mut()
            .filter(|fault| applies(&fault.environment, environment) && applies(&fault.kind, kind))
            .find_map(|fault| {
                spend(&mut fault.skip, &mut fault.times).then(|| fault.script.clone())
            });
        self.operations
            .retain(|fault| fault.times != Times::Count(0));
        script.unwrap_or_default()
    }
}

fn spend(skip: &mut u32, times: &mut Times) -> bool {
    if *skip > 0 {
        *skip -= 1;
        return false;
    }
    if let Times::Count(count) = times {
        *count = count.saturating_sub(1);
    }
    true
}

fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(found) = rest.find(part) else {
            return false;
        };
        rest = &rest[found + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(glob(
            "*/enterprisePolicies/Encryption/link",
            "/a/b/enterprisepolicies/encryption/LINK"
        ));
        assert!(!glob("*/environments", "/a/environments/1"));
        assert!(glob("/a/*/c/*", "/a/b/c/d/e"));
        assert!(!glob("/a", "/a/b"));
    }

    #[test]
    fn counts_after_skipping() {
        let request = Request::new("GET", "/x", std::collections::BTreeMap::new(), Vec::new());
        let mut faults = Faults::default();
        faults
            .requests
            .push(Fault::status(RequestMatch::any(), 503).after(1).times(2));
        let hits: Vec<bool> = (0..4)
            .map(|_| !faults.hitting(Plane::Bap, &request).is_empty())
            .collect();
        assert_eq!(hits, [false, true, true, false]);
    }

    #[test]
    fn merges_into_every_item_of_a_list() {
        let mut body = json!({"value": [{"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}]});
        patch(&mut body, &json!({"a": {"b": "x", "c": null}}));
        assert_eq!(
            body,
            json!({"value": [{"a": {"b": "x"}}, {"a": {"b": "x"}}]})
        );
    }

    #[test]
    fn reads_what_the_documentation_shows() {
        let fault: Fault = serde_json::from_value(json!({
            "on": {"plane": "bap", "method": "POST", "path": "*/link"},
            "effect": {"respond": {"status": 429, "retryAfter": {"seconds": 2}}},
            "skip": 1,
            "times": {"count": 3},
        }))
        .unwrap();
        assert_eq!(fault.times, Times::Count(3));
        let fault: Fault =
            serde_json::from_value(json!({"effect": "resetAfterProcessing"})).unwrap();
        assert_eq!(fault.effect, Effect::ResetAfterProcessing);
    }
}
