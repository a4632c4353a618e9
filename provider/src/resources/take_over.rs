//! Taking over objects of other providers with `moved` blocks.
//!
//! The stored states are those of Microsoft's `power-platform` provider (API facts 7 [M]) and of
//! azapi, whose `body` is an object with its type, or JSON text in older states.

use serde_json::Value as Json;
use tfplugin::{Diagnostic, Diagnostics, MoveSource};

/// Microsoft's assignment resource.
pub(crate) const POWER_PLATFORM_ASSIGNMENT: (&str, &str) = (
    "microsoft/power-platform",
    "powerplatform_enterprise_policy",
);
/// azapi's generic resource.
pub(crate) const AZAPI_RESOURCE: (&str, &str) = ("azure/azapi", "azapi_resource");

/// Whether an object is of a type of a provider, whichever registry that came from.
pub(crate) fn is_of(source: &MoveSource, (provider, type_name): (&str, &str)) -> bool {
    let address = source.provider.to_ascii_lowercase();
    let address = address
        .split_once('/')
        .map_or(address.as_str(), |(_, rest)| rest);
    address == provider && source.type_name == type_name
}

/// A text of the stored state.
pub(crate) fn text<'a>(state: &'a Json, name: &str) -> Option<&'a str> {
    state
        .get(name)
        .and_then(Json::as_str)
        .filter(|text| !text.is_empty())
}

/// A text that the object cannot be taken over without.
pub(crate) fn required<'a>(source: &'a MoveSource, name: &str) -> Result<&'a str, Diagnostics> {
    text(&source.state, name).ok_or_else(|| {
        Diagnostic::error(
            "Move not possible",
            format!(
                "The stored {} has no {name}. Remove the moved block, and import the object \
                 instead.",
                source.type_name
            ),
        )
        .into()
    })
}

/// The body of an `azapi_resource`, in any of the forms that its versions store.
pub(crate) fn azapi_body(state: &Json) -> Json {
    let body = state.get("body").cloned().unwrap_or(Json::Null);
    let body = match &body {
        // A dynamic value comes with its type.
        Json::Object(members) if members.contains_key("type") && members.contains_key("value") => {
            members["value"].clone()
        }
        _ => body,
    };
    match &body {
        Json::String(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        _ => body,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_body_is_read() {
        let wanted = json!({"kind": "Encryption"});
        for state in [
            json!({"body": {"kind": "Encryption"}}),
            json!({"body": "{\"kind\":\"Encryption\"}"}),
            json!({"body": {"type": ["object", {"kind": "string"}], "value": {"kind": "Encryption"}}}),
            json!({"body": {"type": "string", "value": "{\"kind\":\"Encryption\"}"}}),
        ] {
            assert_eq!(azapi_body(&state), wanted, "{state}");
        }
        assert_eq!(azapi_body(&json!({"body": "{"})), Json::Null);
    }

    #[test]
    fn a_provider_counts_from_any_registry() {
        let source = |provider: &str| MoveSource {
            provider: provider.to_owned(),
            type_name: "azapi_resource".to_owned(),
            schema_version: 2,
            state: Json::Null,
        };
        assert!(is_of(
            &source("registry.terraform.io/Azure/azapi"),
            AZAPI_RESOURCE
        ));
        assert!(is_of(
            &source("registry.opentofu.org/azure/azapi"),
            AZAPI_RESOURCE
        ));
        assert!(!is_of(
            &source("registry.terraform.io/other/azapi"),
            AZAPI_RESOURCE
        ));
    }
}
