//! The values that a plan was made with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::document::Text;

#[derive(Default, Deserialize)]
struct PlanWithVariables<'a> {
    #[serde(borrow)]
    variables: Option<BTreeMap<Text<'a>, Given<'a>>>,
    #[serde(borrow)]
    configuration: Option<ConfigurationWithVariables<'a>>,
}

#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ConfigurationWithVariables<'a> {
    #[serde(borrow)]
    root_module: Option<RootWithVariables<'a>>,
}

#[derive(Deserialize)]
struct RootWithVariables<'a> {
    #[serde(borrow)]
    variables: Option<BTreeMap<Text<'a>, Declared<'a>>>,
}

#[derive(Deserialize)]
struct Declared<'a> {
    #[serde(borrow)]
    default: Option<&'a RawValue>,
    #[serde(default)]
    sensitive: bool,
}

/// The values of the root module's variables, as the environment would give them: `TF_VAR_location`
/// and `europe`. Defaults and sensitive variables are left out. For
/// [`crate::source::hcl::Options::environment`]: variable files that lie next to the sources stand
/// before it, and so explain where a value is written.
///
/// Empty where the text is no plan.
pub fn plan_variables(json: &str) -> Vec<(String, String)> {
    let plan: PlanWithVariables<'_> = serde_json::from_str(json).unwrap_or_default();
    let root = plan.configuration.and_then(|one| one.root_module);
    let declared = root.and_then(|root| root.variables).unwrap_or_default();
    let given = plan.variables.unwrap_or_default().into_iter();
    given
        .filter_map(|(name, given)| {
            let value = given.value?;
            let declaration = declared.get(&name)?;
            let is_default = declaration
                .default
                .is_some_and(|default| is_same(default, value));
            let text = (!declaration.sensitive && !is_default).then(|| as_text(value))??;
            Some((format!("TF_VAR_{}", &*name), text))
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
    use super::*;

    #[test]
    fn gives_what_is_neither_default_nor_sensitive() {
        let plan = r#"{
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
        assert_eq!(plan_variables(plan), expected);
        assert!(plan_variables("no plan").is_empty());
    }
}
