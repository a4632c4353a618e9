//! The `timeouts` block that users know from other providers.

use std::time::Duration;

use tfplugin_derive::Model;

use crate::model::Attr;
use crate::path::AttributePath;
use crate::schema::validator::parses;
use crate::schema::{Attribute, Block};
use crate::value::Value;

/// The operations that a timeout can bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedOperation {
    /// `create`
    Create,
    /// `read`
    Read,
    /// `update`
    Update,
    /// `delete`
    Delete,
}

/// How long each operation may take unless the user says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct DefaultTimeouts {
    /// For `create`.
    pub create: Duration,
    /// For `read`.
    pub read: Duration,
    /// For `update`.
    pub update: Duration,
    /// For `delete`.
    pub delete: Duration,
}

impl Default for DefaultTimeouts {
    /// 20 minutes each, as in Terraform's own framework.
    fn default() -> Self {
        Self::all(Duration::from_secs(20 * 60))
    }
}

/// The configured timeouts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Model)]
pub struct Timeouts {
    /// For `create`.
    pub create: Attr<String>,
    /// For `read`.
    pub read: Attr<String>,
    /// For `update`.
    pub update: Attr<String>,
    /// For `delete`.
    pub delete: Attr<String>,
}

impl TimedOperation {
    /// The name of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl DefaultTimeouts {
    /// The same for each operation.
    pub fn all(duration: Duration) -> Self {
        Self {
            create: duration,
            read: duration,
            update: duration,
            delete: duration,
        }
    }

    pub(crate) fn of(&self, operation: TimedOperation) -> Duration {
        match operation {
            TimedOperation::Create => self.create,
            TimedOperation::Read => self.read,
            TimedOperation::Update => self.update,
            TimedOperation::Delete => self.delete,
        }
    }

    /// The block for a schema, with the defaults in its descriptions.
    pub fn block(&self) -> Block {
        let operations = [
            TimedOperation::Create,
            TimedOperation::Read,
            TimedOperation::Update,
            TimedOperation::Delete,
        ];
        let attributes = operations.map(|operation| {
            Attribute::string(operation.name())
                .describe(format!(
                    "How long `{}` may take, such as `30m` or `1h30m`. Default: `{}`.",
                    operation.name(),
                    format_duration(self.of(operation))
                ))
                .validate(parses("Invalid duration", parse_timeout))
        });
        Block::single("timeouts", attributes).describe("How long the operations may take.")
    }
}

/// The bound of an operation by the value of a resource.
pub(crate) fn bound(
    value: &Value,
    defaults: &DefaultTimeouts,
    operation: TimedOperation,
) -> Duration {
    value
        .at(&AttributePath::from("timeouts").attribute(operation.name()))
        .and_then(Value::as_str)
        .and_then(|text| parse_duration(text).ok())
        .unwrap_or_else(|| defaults.of(operation))
}

/// Reads a timeout: a duration in which something can happen.
fn parse_timeout(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(Duration::ZERO) => Err(format!("{text:?} leaves no time at all")),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

/// Text that is not a duration.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a duration such as \"30m\", \"90s\" or \"1h30m\"")]
pub struct DurationError(String);

/// Reads a duration in the spelling of Go, such as `1h30m` or `1.5h`.
///
/// ```
/// use std::time::Duration;
///
/// let duration = tfplugin::timeouts::parse_duration("1h30m").expect("it is a duration");
/// assert_eq!(duration, Duration::from_secs(5400));
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let refuse = || DurationError(text.to_owned());
    let mut rest = text.trim();
    let mut total = 0.0_f64;
    if rest.is_empty() {
        return Err(refuse());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|char: char| !char.is_ascii_digit() && char != '.')
            .ok_or_else(refuse)?;
        let amount: f64 = rest[..digits].parse().map_err(|_| refuse())?;
        rest = &rest[digits..];
        let (unit, seconds) = [
            ("ms", 0.001),
            ("us", 0.000_001),
            ("\u{b5}s", 0.000_001),
            ("\u{3bc}s", 0.000_001),
            ("ns", 0.000_000_001),
            ("h", 3600.0),
            ("m", 60.0),
            ("s", 1.0),
        ]
        .into_iter()
        .find(|(unit, _)| rest.starts_with(unit))
        .ok_or_else(refuse)?;
        rest = &rest[unit.len()..];
        total += amount * seconds;
    }
    // A century is long enough, and an `Instant` can still be moved by it.
    if total > 100.0 * 365.0 * 86_400.0 {
        return Err(refuse());
    }
    Duration::try_from_secs_f64(total).map_err(|_| refuse())
}

/// A duration in the spelling of Go, to the second.
pub fn format_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    for (amount, unit) in [(hours, 'h'), (minutes, 'm'), (seconds, 's')] {
        if amount > 0 {
            text.extend([amount.to_string(), unit.to_string()]);
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, seconds) in [("30m", 1800), ("1h30m", 5400), ("1.5h", 5400), ("90s", 90)] {
            assert_eq!(
                parse_duration(text).unwrap(),
                Duration::from_secs(seconds),
                "{text}"
            );
        }
        assert_eq!(
            parse_duration("1500ms").unwrap(),
            Duration::from_millis(1500)
        );
        for text in [
            "",
            "30",
            "m",
            "-5m",
            "5 minutes",
            "1..5h",
            "9999999999999h",
            "NaNs",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(
            parse_duration("5\u{b5}s").unwrap(),
            Duration::from_micros(5)
        );
        assert_eq!(format_duration(Duration::from_secs(5430)), "1h30m30s");
    }

    #[test]
    fn a_timeout_leaves_time() {
        assert!(parse_timeout("1ms").is_ok());
        assert!(parse_timeout("0s").unwrap_err().contains("no time"));
        assert!(parse_timeout("soon").is_err());
    }
}
