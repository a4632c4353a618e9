//! A service's refusal, whatever its shape.
//!
//! Resource Manager sends `{"error":{"code","message","details"}}`, the Power Platform resource
//! provider adds a `namespace`, the admin API a `detailUrlType`, Key Vault an `innererror`, Entra
//! a flat `error` with `error_description` (API facts 1.1, 2, 3.3, 4.9). Gateways in front of all
//! of them send HTML or nothing. All become the same error.

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::error::Plane;
use super::plane::without_mark;
use super::redact;

const EXCERPT: usize = 200;

/// A service's answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    /// The service.
    pub plane: Plane,
    /// The method of the request.
    pub method: String,
    /// The URL of the request, without secrets.
    pub url: String,
    /// The HTTP status.
    pub status: u16,
    /// The service's code, such as `OperationNotStartable`.
    pub code: Option<String>,
    /// A more precise code inside, such as Key Vault's `ForbiddenByFirewall`.
    pub inner_code: Option<String>,
    /// The service's message, or the beginning of the body, or what the status means.
    pub message: String,
    /// Whether the body was an error object, and not a gateway's page or garbage.
    pub is_structured: bool,
    /// Whether there was no body.
    pub is_empty: bool,
    /// The id that Microsoft's support asks for.
    pub correlation_id: Option<String>,
    /// The service's own id of the request.
    pub request_id: Option<String>,
    /// The id that we sent.
    pub client_request_id: Option<String>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

impl ServiceError {
    /// Whether this is the code, in any case.
    pub fn has_code(&self, code: &str) -> bool {
        let is_code = |own: &Option<String>| {
            own.as_ref()
                .is_some_and(|own| own.eq_ignore_ascii_case(code))
        };
        is_code(&self.code) || is_code(&self.inner_code)
    }

    /// Whether a 404 says that the object is gone. A gateway's 404 or a missing subscription does
    /// not: believing it would drop objects from the state that still exist.
    pub fn says_gone(&self) -> bool {
        if self.status != 404 {
            return false;
        }
        match &self.code {
            Some(code) => {
                let code = code.to_ascii_lowercase();
                code.ends_with("notfound")
                    && code != "subscriptionnotfound"
                    && code != "tenantnotfound"
                    && code != "invalidresourcetypenotfound"
            }
            None => self.is_empty || self.is_structured,
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            plane,
            status,
            method,
            url,
            message,
            ..
        } = self;
        write!(formatter, "{plane} answered {status}")?;
        if let Some(code) = &self.code {
            write!(formatter, " {code}")?;
        }
        if let Some(code) = &self.inner_code {
            write!(formatter, " ({code})")?;
        }
        write!(formatter, " to {method} {url}: {message}")?;
        if let Some(id) = &self.correlation_id {
            write!(formatter, " [correlation id {id}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for ServiceError {}

/// The ids that a service puts into the headers of an answer (API facts 0.3).
pub(crate) struct ResponseIds {
    pub(crate) correlation_id: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl ResponseIds {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let first = |names: &[&str]| {
            names.iter().find_map(|name| {
                headers
                    .get(*name)
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned)
            })
        };
        Self {
            correlation_id: first(&["x-ms-correlation-request-id", "x-ms-correlation-id"]),
            request_id: first(&["x-ms-request-id", "x-ms-service-request-id"]),
        }
    }
}

/// What a body says about an error.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    pub(crate) code: Option<String>,
    pub(crate) inner_code: Option<String>,
    pub(crate) message: String,
    pub(crate) is_structured: bool,
    pub(crate) is_empty: bool,
}

impl ErrorBody {
    /// Reads any body; `status` gives the message when the body has none.
    pub(crate) fn parse(status: u16, body: &[u8]) -> Self {
        let body = without_mark(body);
        let text = String::from_utf8_lossy(body);
        if text.trim().is_empty() {
            return Self {
                message: meaning(status).to_owned(),
                is_empty: true,
                ..Self::default()
            };
        }
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Self::from_json(status, &value, &text),
            Err(_) => Self {
                message: redact::excerpt(&text, EXCERPT),
                ..Self::default()
            },
        }
    }

    fn from_json(status: u16, value: &Value, text: &str) -> Self {
        let error = member(value, "error");
        // Entra's `error` is the code itself, and the message stands next to it.
        let (code, holder) = match error {
            Some(Value::String(code)) => (Some(code.clone()), value),
            Some(error @ Value::Object(_)) => (string(error, "code"), error),
            _ => (string(value, "code"), value),
        };
        let message = string(holder, "message")
            .or_else(|| string(value, "error_description"))
            .or_else(|| first_detail(holder));
        let is_structured = code.is_some() || message.is_some();
        let message = match message {
            Some(message) => redact::text(message.trim()),
            None if is_structured => meaning(status).to_owned(),
            None => redact::excerpt(text, EXCERPT),
        };
        let inner = member(holder, "innererror").or_else(|| member(holder, "innerError"));
        let inner_code = inner.and_then(|inner| string(inner, "code"));
        Self {
            code,
            inner_code,
            message,
            is_structured,
            is_empty: false,
        }
    }
}

/// The message of the first detail, for errors that put everything there.
fn first_detail(error: &Value) -> Option<String> {
    member(error, "details")?
        .as_array()?
        .iter()
        .find_map(|detail| string(detail, "message"))
}

/// A member by its name in any case.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn string(value: &Value, name: &str) -> Option<String> {
    match member(value, name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        301..=308 => "a redirect, which is not followed",
        400 => "bad request, without an explanation",
        401 => "the token was not accepted",
        403 => "forbidden, without an explanation",
        404 => "not found, without an explanation",
        408 | 504 => "the service took too long",
        409 => "a conflict, without an explanation",
        429 => "too many requests",
        500 | 502 | 503 => "the service has a problem",
        _ => "no explanation",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, code: Option<&str>, message: &str) {
        let parsed = ErrorBody::parse(400, body.as_bytes());
        assert_eq!(parsed.code.as_deref(), code, "{body}");
        assert_eq!(parsed.message, message, "{body}");
    }

    #[test]
    fn reads_every_shape() {
        check(r#"{"error":{"code":"A","message":"m"}}"#, Some("A"), "m");
        check(
            "\u{feff}{\"error\":{\"code\":\"A\",\"message\":\"m\"}}",
            Some("A"),
            "m",
        );
        check(r#"{"Error":{"Code":"A","Message":"m"}}"#, Some("A"), "m");
        check(r#"{"code":"A","message":"m"}"#, Some("A"), "m");
        check(
            r#"{"error":"invalid_client","error_description":"AADSTS1: no"}"#,
            Some("invalid_client"),
            "AADSTS1: no",
        );
        check(
            r#"{"error":{"code":"A","details":[{"message":"d"}]}}"#,
            Some("A"),
            "d",
        );
        check(
            r#"{"error":{"code":404}}"#,
            Some("404"),
            "bad request, without an explanation",
        );
        check("", None, "bad request, without an explanation");
        check(
            "<html><h1>Bad\n Gateway</h1></html>",
            None,
            "<html><h1>Bad Gateway</h1></html>",
        );
        check("[1]", None, "[1]");
        check("null", None, "null");
    }

    #[test]
    fn finds_the_reason_inside() {
        let body = r#"{"error":{"code":"Forbidden","message":"m","innererror":{"code":"ForbiddenByRbac"}}}"#;
        assert_eq!(
            ErrorBody::parse(403, body.as_bytes()).inner_code.as_deref(),
            Some("ForbiddenByRbac")
        );
    }

    #[test]
    fn a_message_never_repeats_a_token() {
        let body = r#"{"error":{"code":"A","message":"bad Bearer abc123"}}"#;
        assert_eq!(
            ErrorBody::parse(401, body.as_bytes()).message,
            "bad Bearer [redacted]"
        );
    }
}
