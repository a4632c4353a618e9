//! JSON texts as values: bodies that azapi 1 takes, written with `jsonencode`, as a heredoc or as a
//! template.
//!
//! A heredoc with a reference in it is not known as a whole, but its symbol spells the known parts out
//! (`{"id": "${azurerm_key_vault.cmk.id}"}`), so each attribute is known or unknown by itself.

use ppcmk_coverage::estate::{Reason, Unknown};

use crate::value::{Kind, Number, Trail, Value};

/// Around the number of an unknown part. Texts that have these characters are not decoded.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A JSON text as a value, all of it at the place of the text; `None` where it is none.
pub(super) fn decode(json: &str, trail: &Trail) -> Option<Value> {
    let json: serde_json::Value = serde_json::from_str(json).ok()?;
    from_json(&json, trail, &|text| Value::string(text))
}

/// A template of a JSON text of which some parts are not known; `None` where it is no such text.
pub(super) fn decode_template(unknown: &Unknown, trail: &Trail) -> Option<Value> {
    let template = unknown.symbol.as_deref()?;
    if !template.trim_start().starts_with('{') || template.contains([OPEN, CLOSE]) {
        return None;
    }
    let (json, symbols) = without_unknown_parts(template)?;
    let json: serde_json::Value = serde_json::from_str(&json).ok()?;
    from_json(&json, trail, &|text| {
        with_unknown_parts(text, &symbols, unknown)
    })
}

/// The text with a placeholder for each unknown part, and the symbols of these parts.
fn without_unknown_parts(template: &str) -> Option<(String, Vec<&str>)> {
    let mut json = String::with_capacity(template.len());
    let mut symbols = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        if let Some(inside) = rest.strip_prefix("${") {
            let end = end_of_symbol(inside)?;
            // Outside of a text the part is a value of its own.
            let quote = if quoted { "" } else { "\"" };
            json.push_str(quote);
            json.push(OPEN);
            json.push_str(&symbols.len().to_string());
            json.push(CLOSE);
            json.push_str(quote);
            symbols.push(&inside[..end]);
            rest = &inside[end + 1..];
            continue;
        }
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        json.push(character);
        rest = &rest[character.len_utf8()..];
    }
    Some((json, symbols))
}

/// Where the `}` of `${...}` is: not inside of quotes (`kv["}"].id`) or of other braces.
fn end_of_symbol(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted && depth == 0 => return Some(at),
            b'}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A text of the document, with the unknown parts back in their places.
fn with_unknown_parts(text: &str, symbols: &[&str], whole: &Unknown) -> Value {
    let mut pieces = text.split(OPEN);
    let mut spelt = pieces.next().unwrap_or_default().to_owned();
    let mut first = None;
    let mut count = 0;
    for piece in pieces {
        let Some((number, rest)) = piece.split_once(CLOSE) else {
            continue;
        };
        let symbol = number.parse().ok().and_then(|at: usize| symbols.get(at));
        let symbol = symbol.copied().unwrap_or_default();
        first.get_or_insert(symbol);
        count += 1;
        spelt.push_str("${");
        spelt.push_str(symbol);
        spelt.push('}');
        spelt.push_str(rest);
    }
    let Some(first) = first else {
        return Value::string(text);
    };
    let is_alone = count == 1 && spelt.len() == first.len() + "${}".len();
    let symbol = if is_alone { first.to_owned() } else { spelt };
    let unknown = Unknown {
        reason: reason(first, whole),
        symbol: Some(symbol.into()),
    };
    Value::new(Kind::Unknown(unknown.into()))
}

/// Why one part is not known: the whole text has the reason of its first part.
fn reason(symbol: &str, whole: &Unknown) -> Reason {
    if let Some(variable) = symbol.strip_prefix("var.") {
        let end = variable.find(['.', '[']).unwrap_or(variable.len());
        return Reason::VariableWithoutValue(variable[..end].into());
    }
    match &whole.reason {
        Reason::KnownAfterApply(_) => Reason::KnownAfterApply(symbol.into()),
        Reason::RemoteModule(_) if symbol.starts_with("module.") => whole.reason.clone(),
        _ if symbol.starts_with("data.") || symbol.contains(".data.") => {
            Reason::DataSource(symbol.into())
        }
        _ => Reason::Computed(symbol.into()),
    }
}

/// `None` where the name of an attribute is not known.
fn from_json(
    json: &serde_json::Value,
    trail: &Trail,
    text: &dyn Fn(&str) -> Value,
) -> Option<Value> {
    use serde_json::Value as Json;
    let value = match json {
        Json::Null => Value::null(),
        Json::Bool(flag) => Value::new(Kind::Bool(*flag)),
        Json::Number(number) => number
            .as_f64()
            .and_then(Number::from_f64)
            .map_or_else(Value::null, |number| Value::new(Kind::Number(number))),
        Json::String(string) => text(string),
        Json::Array(values) => {
            let values = values.iter().map(|one| from_json(one, trail, text));
            Value::list(values.collect::<Option<Vec<_>>>()?)
        }
        Json::Object(object) => {
            let entries = object.iter().map(|(name, value)| {
                let value = from_json(value, trail, text)?;
                (!name.contains(OPEN)).then_some((name.as_str(), value))
            });
            Value::object(entries.collect::<Option<Vec<_>>>()?.into_iter().collect())
        }
    };
    Some(value.with_trail(trail.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(symbol: &str) -> Option<Value> {
        let unknown = Unknown {
            reason: Reason::Computed("first".into()),
            symbol: Some(symbol.into()),
        };
        decode_template(&unknown, &Trail::default())
    }

    fn symbol(value: &Value, name: &str) -> String {
        let value = value.get(name).unwrap();
        let unknown = value.as_unknown().unwrap();
        format!("{} ({})", unknown.symbol.as_ref().unwrap(), unknown.reason)
    }

    #[test]
    fn known_parts_are_known_and_unknown_parts_keep_their_names() {
        let value = template(
            "{\"kind\": \"Encryption\", \"id\": \"${kv[\"a}\"].id}\", \"version\": ${var.v[0]},\n \
             \"path\": \"/a/${kv.name}/b\"}",
        )
        .unwrap();
        assert_eq!(value.get("kind").unwrap().as_str(), Some("Encryption"));
        assert_eq!(
            symbol(&value, "id"),
            "kv[\"a}\"].id (`kv[\"a}\"].id` is computed at apply)"
        );
        assert_eq!(
            symbol(&value, "version"),
            "var.v[0] (variable `v` has no value)"
        );
        assert_eq!(
            symbol(&value, "path"),
            "/a/${kv.name}/b (`kv.name` is computed at apply)"
        );
    }

    #[test]
    fn what_is_no_json_text_of_an_object_is_left_alone() {
        for text in [
            "kv.id",
            "${kv.id}/keys/cmk",
            "{\"a\": ${x",
            "{\"a\": \"${x}\"",
            "{\"${x}\": 1}",
            "{\"a\": \"\u{e000}\u{e001}${x}\"}",
            "",
        ] {
            assert!(template(text).is_none(), "{text}");
        }
        assert!(decode("{", &Trail::default()).is_none());
    }
}
