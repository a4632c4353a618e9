//! Requests and replies as the rules see them: read completely, without the network.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A request whose body has been read.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path as it was sent.
    pub(crate) path: String,
    /// The query as it was sent, without the question mark.
    pub(crate) raw_query: String,
    /// Segments of the path, decoded.
    pub(crate) segments: Vec<String>,
    /// The same in lower case: Azure compares paths without case.
    pub(crate) lower: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(
        method: &str,
        target: &str,
        headers: BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> Self {
        let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
        // Vault bases end in a slash and some clients join with another one.
        let segments: Vec<String> = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| decode(part, false))
            .collect();
        let lower = segments.iter().map(|part| part.to_lowercase()).collect();
        Self {
            method: method.to_uppercase(),
            path: path.to_owned(),
            raw_query: raw_query.to_owned(),
            segments,
            lower,
            query: parse_form(raw_query),
            headers,
            body,
        }
    }

    /// The path as lower-case segments, to be matched against slices.
    pub(crate) fn route(&self) -> Vec<&str> {
        self.lower.iter().map(String::as_str).collect()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as JSON, or nothing when it is not JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(crate) fn form(&self) -> Vec<(String, String)> {
        parse_form(&String::from_utf8_lossy(&self.body))
    }
}

/// What goes back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn text(status: u16, content_type: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), content_type.into())],
            body,
        }
    }

    /// An error of Resource Manager or Key Vault.
    pub(crate) fn error(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::json(
            status,
            &json!({"error": {"code": code, "message": message.into()}}),
        )
    }

    /// An error of the environment API.
    pub(crate) fn bap_error(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::json(
            status,
            &json!({"error": {
                "code": code, "message": message.into(), "detailUrlType": "NotSpecified",
            }}),
        )
    }

    pub(crate) fn unknown_route(request: &Request) -> Self {
        Self::error(
            404,
            "NotFound",
            format!("No route for {} {}.", request.method, request.path),
        )
    }

    pub(crate) fn method_not_allowed(request: &Request) -> Self {
        Self::error(
            405,
            "MethodNotAllowed",
            format!(
                "The requested resource does not support http method '{}'.",
                request.method
            ),
        )
    }

    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set_header(name, Some(value.into()));
        self
    }

    pub(crate) fn set_header(&mut self, name: &str, value: Option<String>) {
        self.headers
            .retain(|(existing, _)| !existing.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            self.headers.push((name.to_owned(), value));
        }
    }
}

/// A member of an object by its name without regard to case, as the services read their input.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// The value at a path of members, null counting as absent.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter()
        .try_fold(value, |value, name| member(value, name))
        .filter(|value| !value.is_null())
}

/// The text at a path of members.
pub(crate) fn text_at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path).and_then(Value::as_str)
}

fn parse_form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let escaped = (byte == b'%')
            .then(|| text.get(index + 1..index + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, escaped) {
            (_, Some(value)) => {
                decoded.push(value);
                index += 3;
                continue;
            }
            (b'+', None) if plus_is_space => decoded.push(b' '),
            _ => decoded.push(byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| {
        char::from_digit(digit.into(), 16)
            .unwrap_or('0')
            .to_ascii_uppercase()
    })
}

/// Escapes a value for a query.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push('%');
                encoded.extend(hex(byte));
            }
            encoded
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_clients_escape() {
        let request = Request::new(
            "get",
            "/a%20b/C/?$filter=environment%20eq%20'x'&q=1+2",
            BTreeMap::new(),
            Vec::new(),
        );
        assert_eq!(request.route(), ["a b", "c"]);
        assert_eq!(request.query("$Filter"), Some("environment eq 'x'"));
        assert_eq!(request.query("q"), Some("1 2"));
        assert_eq!(decode("100%", false), "100%");
    }

    #[test]
    fn finds_members_without_case() {
        let body = json!({"Properties": {"systemId": "x", "none": null}});
        assert_eq!(text_at(&body, &["properties", "SystemId"]), Some("x"));
        assert_eq!(at(&body, &["properties", "none"]), None);
    }
}
