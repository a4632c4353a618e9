//! The values that a plan was made with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::Text;

/// A value that a plan was made with.
#[derive(Deserialize)]
pub(super) struct Given<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// A block `variable`.
#[derive(Deserialize)]
pub(super) struct Declared<'a> {
    #[serde(borrow)]
    default: Option<&'a RawValue>,
    #[serde(default)]
    sensitive: bool,
}

/// The values of the root module's variables, as the environment would give them: `TF_VAR_location`
/// and `europe`. Defaults and sensitive variables are left out. For
/// [`crate::source::hcl::Options::environment`]: variable files that lie next to the sources stand
/// before it, and so explain where a value is written.
pub(super) fn environment(
    given: &BTreeMap<Text<'_>, Given<'_>>,
    declared: &BTreeMap<Text<'_>, Declared<'_>>,
) -> Vec<(String, String)> {
    given
        .iter()
        .filter_map(|(name, given)| {
            let value = given.value?;
            let declaration = declared.get(name)?;
            let is_default = declaration
                .default
                .is_some_and(|default| is_same(default, value));
            let text = (!declaration.sensitive && !is_default).then(|| as_text(value))??;
            Some((format!("TF_VAR_{}", &**name), text))
        })
        .collect()
}

fn is_same(one: &RawValue, other: &RawValue) -> bool {
    let parse = |raw: &RawValue| serde_json::from_str::<serde_json::Value>(raw.get()).ok();
    one.get() == other.get() || parse(one) == parse(other)
}

/// A text as it is, everything else as an expression.
fn as_text(value: &RawValue) -> Option<String> {
    match serde_json::from_str(value.get()).ok()? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string().replace("${", "$${").replace("%{", "%%{")),
    }
}

#[cfg(test)]
mod tests {
    use crate::source::plan::read_plan;

    #[test]
    fn gives_what_is_neither_default_nor_sensitive() {
        let plan = r#"{
            "format_version": "1.2",
            "variables": {
                "location": {"value": "uk"}, "same": {"value": {"a": 1}}, "token": {"value": "x"},
                "list": {"value": ["${a}"]}, "none": {"value": null}, "gone": {"value": 1}
            },
            "configuration": {"root_module": {"variables": {
                "location": {"default": "europe"}, "same": {"default": {"a":1}},
                "token": {"sensitive": true}, "list": {}, "none": {}
            }}}
        }"#;
        let expected = [("TF_VAR_list", "[\"$${a}\"]"), ("TF_VAR_location", "uk")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let utf16: Vec<u8> = plan.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [plan.as_bytes(), &utf16] {
            let outline = read_plan(bytes, "p").unwrap().outline.unwrap();
            assert_eq!(outline.variables, expected);
        }
    }
}
