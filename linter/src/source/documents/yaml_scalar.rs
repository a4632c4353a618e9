//! What a YAML scalar means, as Terraform's `yamldecode` has it (tried with Terraform 1.11).

use super::NodeKind;
use crate::value::Number;

/// The meaning of an unquoted scalar without a tag.
pub(super) fn plain(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            NodeKind::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            NodeKind::Bool(false)
        }
        _ => number(text).map_or_else(|| NodeKind::String(text.into()), NodeKind::Number),
    }
}

/// The meaning of a scalar with a tag of YAML's own schema; `None` where the two do not go together.
pub(super) fn tagged(text: &str, tag: &str) -> Option<NodeKind> {
    let kind = plain(text);
    match (tag, &kind) {
        ("str" | "binary" | "timestamp", _) => Some(NodeKind::String(text.into())),
        ("null", NodeKind::Null)
        | ("bool", NodeKind::Bool(_))
        | ("int" | "float", NodeKind::Number(_)) => Some(kind),
        _ => None,
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let radix = |digits: &str, radix| {
        let signed = digits.starts_with(['+', '-']);
        (!signed).then(|| i64::from_str_radix(digits, radix).ok())?
    };
    let sign = if text.starts_with('-') { -1 } else { 1 };
    if let Some(digits) = digits.strip_prefix("0x") {
        return radix(digits, 16).map(|number| Number::Int(sign * number));
    }
    if let Some(digits) = digits.strip_prefix("0o") {
        return radix(digits, 8).map(|number| Number::Int(sign * number));
    }
    match text.parse() {
        Ok(whole) => Some(Number::Int(whole)),
        Err(_) => text.parse().ok().and_then(Number::from_f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_what_terraform_takes_it_for() {
        for (text, meaning) in [
            ("yes", "Bool(true)"),
            ("off", "Bool(false)"),
            ("0x1F", "Number(Int(31))"),
            ("0o17", "Number(Int(15))"),
            ("017", "Number(Int(17))"),
            ("+12", "Number(Int(12))"),
            ("1e3", "Number(Int(1000))"),
            ("1.5", "Number(Float(1.5))"),
            ("1_000", "String(\"1_000\")"),
            ("0b11", "String(\"0b11\")"),
            ("2001-01-01", "String(\"2001-01-01\")"),
            ("infinity", "String(\"infinity\")"),
            ("0x-1", "String(\"0x-1\")"),
            ("~", "Null"),
        ] {
            assert_eq!(format!("{:?}", plain(text)), meaning, "{text}");
        }
    }

    #[test]
    fn tags_decide() {
        assert!(matches!(tagged("12", "str"), Some(NodeKind::String(_))));
        assert!(matches!(tagged("yes", "bool"), Some(NodeKind::Bool(true))));
        assert!(tagged("x", "int").is_none());
    }
}
