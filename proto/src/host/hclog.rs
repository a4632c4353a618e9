//! One log line, as Terraform's plugin library reads it from stderr.
//!
//! That library panics, and takes Terraform with it, when `@message` or `@level` is not a JSON
//! string, even while nobody asked for logs. It reads lines into a buffer of 64 KiB and passes
//! longer ones on raw. So every line goes through one serializer and is made to fit.

use std::{borrow::Cow, fmt};

use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use tracing::{
    Level,
    field::{Field, Visit},
};

/// With its newline a line has to stay below Terraform's buffer.
const MAX_LINE: usize = 64 * 1024 - 1;

const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// The fields of an event or a span, in the order of their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) message: String,
    pub(crate) values: Map<String, Value>,
}

/// The line with its newline.
pub(crate) fn line(level: Level, target: &str, now: OffsetDateTime, fields: &Fields) -> Vec<u8> {
    let mut longest = MAX_LINE / 2;
    loop {
        let line = attempt(level, target, now, fields, longest);
        if line.len() <= MAX_LINE {
            return line;
        }
        // Escapes and the number of fields make the length hard to foresee. Half as much each
        // time ends soon.
        longest /= 2;
        if longest < 16 {
            let fields = Fields {
                message: fields.message.clone(),
                values: Map::new(),
            };
            return attempt(level, target, now, &fields, MAX_LINE / 16);
        }
    }
}

fn attempt(
    level: Level,
    target: &str,
    now: OffsetDateTime,
    fields: &Fields,
    longest: usize,
) -> Vec<u8> {
    let mut object = Map::new();
    object.insert("@level".into(), name(level).into());
    object.insert(
        "@message".into(),
        shortened(&fields.message, longest).into(),
    );
    // Terraform's own modules are written with dots.
    object.insert("@module".into(), target.replace("::", ".").into());
    let timestamp = now.format(TIMESTAMP).unwrap_or_default();
    object.insert("@timestamp".into(), timestamp.into());
    for (key, value) in &fields.values {
        let value = match value {
            Value::String(text) => shortened(text, longest).into(),
            other => other.clone(),
        };
        // A field cannot take the place of one of the four above.
        object.insert(key.trim_start_matches('@').to_owned(), value);
    }
    let mut line = serde_json::to_vec(&object).expect("a map of JSON values is JSON");
    line.push(b'\n');
    line
}

fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return text.into();
    }
    let end = (0..=longest)
        .rev()
        .find(|&index| text.is_char_boundary(index))
        .unwrap_or(0);
    format!("{} … ({} bytes in all)", &text[..end], text.len()).into()
}

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.values.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.insert(field, format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.insert(field, value);
        }
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.insert(field, String::from_utf8_lossy(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn check(fields: &Fields) -> Map<String, Value> {
        let line = line(
            Level::INFO,
            "tfplugin::host",
            datetime!(2026-08-01 12:00:00.000_042 UTC),
            fields,
        );
        assert!(line.len() < 64 * 1024, "{} bytes", line.len());
        assert_eq!(
            line.iter().position(|&byte| byte == b'\n'),
            Some(line.len() - 1)
        );
        let object: Map<String, Value> = serde_json::from_slice(&line).expect("one JSON object");
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(object[key].is_string(), "{key} is {}", object[key]);
        }
        object
    }

    fn fields(message: &str, values: impl IntoIterator<Item = (String, Value)>) -> Fields {
        Fields {
            message: message.to_owned(),
            values: values.into_iter().collect(),
        }
    }

    #[test]
    fn a_line_has_the_keys_and_the_time_that_terraform_parses() {
        let object = check(&fields("hello", [("tf_rpc".into(), "ReadResource".into())]));
        let expected = r#"{"@level":"info","@message":"hello","@module":"tfplugin.host","@timestamp":"2026-08-01T12:00:00.000042Z","tf_rpc":"ReadResource"}"#;
        assert_eq!(Value::from(object).to_string(), expected);
    }

    #[test]
    fn quotes_newlines_and_nothing_at_all_stay_on_one_line() {
        let object = check(&fields("a \"b\"\n{\"@level\": 1}\u{0}", []));
        assert_eq!(object["@message"], "a \"b\"\n{\"@level\": 1}\u{0}");
        assert_eq!(check(&Fields::default())["@message"], "");
    }

    #[test]
    fn a_field_cannot_take_a_reserved_key() {
        let object = check(&fields("x", [("@level".into(), 7.into())]));
        assert_eq!(object["@level"], "info");
        assert_eq!(object["level"], 7);
    }

    #[test]
    fn a_huge_message_is_cut_between_characters_and_says_so() {
        let object = check(&fields(&"ä".repeat(100_000), []));
        let message = object["@message"].as_str().unwrap();
        assert!(message.ends_with("ä … (200000 bytes in all)"));
    }

    #[test]
    fn escapes_and_many_fields_still_fit() {
        check(&fields(&"\u{1}".repeat(100_000), []));
        let many = (0..2000).map(|i| (format!("field{i}"), Value::from("\u{1}".repeat(1000))));
        let object = check(&fields("kept", many));
        assert_eq!(object["@message"], "kept");
    }
}
