//! Answers that replace the usual ones.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Plane;
use crate::http::Reply;

/// An answer of a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Additional headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Body.
    #[serde(default)]
    pub body: Body,
    /// The `Retry-After` header.
    #[serde(default)]
    pub retry_after: RetryAfter,
}

/// Body of a fault's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Body {
    /// The error body that the plane usually has for this status.
    #[default]
    Usual,
    /// This JSON.
    Json(Value),
    /// Nothing.
    Empty,
    /// An HTML page, as gateways send.
    Html,
    /// Announced as JSON, but not JSON.
    Garbage,
}

/// The `Retry-After` header of a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// No such header.
    #[default]
    Absent,
    /// Delta seconds.
    Seconds(u64),
    /// An HTTP date this many seconds from the system's now: clients compare it with their clock.
    Date(u64),
}

impl Response {
    /// A status with the usual body of its plane.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Usual,
            retry_after: RetryAfter::Absent,
        }
    }

    /// Another body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// A `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, retry_after: RetryAfter) -> Self {
        self.retry_after = retry_after;
        self
    }

    pub(crate) fn reply(&self, plane: Plane) -> Reply {
        let mut reply = match &self.body {
            Body::Usual => usual_error(plane, self.status),
            Body::Json(value) => Reply::json(self.status, value),
            Body::Empty => Reply::empty(self.status),
            Body::Html => Reply::text(
                self.status,
                "text/html",
                format!("<html><body><h1>{} Gateway</h1></body></html>", self.status),
            ),
            Body::Garbage => Reply::text(self.status, "application/json", "{\"error\": <!".into()),
        };
        match self.retry_after {
            RetryAfter::Absent => (),
            RetryAfter::Seconds(seconds) => {
                reply.set_header("retry-after", Some(seconds.to_string()));
            }
            RetryAfter::Date(seconds) => {
                let date = std::time::SystemTime::now() + Duration::from_secs(seconds);
                reply.set_header("retry-after", Some(httpdate::fmt_http_date(date)));
            }
        }
        for (name, value) in &self.headers {
            reply.set_header(name, Some(value.clone()));
        }
        reply
    }
}

/// Constructed bodies, after `arm-error-429`, `bap-error-429`, `bap-error-503` and
/// `keyvault-data-error-429`.
fn usual_error(plane: Plane, status: u16) -> Reply {
    let (code, message) = match (plane, status) {
        (Plane::Authority, _) => {
            return Reply::json(
                status,
                &json!({
                    "error": "temporarily_unavailable",
                    "error_description": "AADSTS90033: A transient error has occurred.",
                    "error_codes": [90033],
                }),
            );
        }
        (Plane::ResourceManager, 429) => (
            "SubscriptionRequestsThrottled",
            "Number of requests for subscription exceeded the limit.",
        ),
        (Plane::KeyVault | Plane::ManagedHsm, 429) => (
            "Throttled",
            "Request was not processed because too many requests were received. Reason: \
             VaultRequestTypeLimitReached",
        ),
        (_, 429) => (
            "TooManyRequests",
            "Rate limit is exceeded. Try again later.",
        ),
        (_, 401) => (
            "ExpiredAuthenticationToken",
            "The access token has expired.",
        ),
        (_, 403) => ("Forbidden", "Access is denied."),
        (_, 404) => ("NotFound", "The resource was not found."),
        (_, 409) => (
            "Conflict",
            "The request conflicts with the state of the resource.",
        ),
        (_, 500) => ("InternalServerError", "An unexpected error occurred."),
        (_, 502) => (
            "BadGateway",
            "The upstream service did not answer properly.",
        ),
        (_, 503) => (
            "ServiceUnavailable",
            "The service is temporarily unavailable.",
        ),
        (_, 504) => (
            "GatewayTimeout",
            "The upstream service did not answer in time.",
        ),
        _ => ("Error", "The request failed."),
    };
    match plane {
        Plane::Bap => Reply::bap_error(status, code, message),
        _ => Reply::error(status, code, message),
    }
}
