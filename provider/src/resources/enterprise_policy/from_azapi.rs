//! Policies that azapi managed.

use tfplugin::{Diagnostic, Diagnostics, MoveSource};

use super::model::PolicyModel;
use super::parse_id;
use crate::resources::take_over;

/// A policy that azapi managed. A refresh follows, so what names it and its key is enough.
pub(super) fn from_azapi(source: &MoveSource) -> Result<PolicyModel, Diagnostics> {
    let id = parse_id(take_over::required(source, "id")?)?;
    let body = take_over::azapi_body(&source.state);
    let kind = take_over::text(&body, "kind").unwrap_or("Encryption");
    if !kind.eq_ignore_ascii_case("Encryption") {
        return Err(Diagnostic::error(
            "Move of another kind",
            format!(
                "The policy {id} is of kind {kind}, and this resource manages Encryption only."
            ),
        )
        .into());
    }
    let vault = body.pointer("/properties/encryption/keyVault");
    let vault_text = |path: &str| {
        vault
            .and_then(|vault| vault.pointer(path))
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    };
    Ok(PolicyModel {
        id: id.to_string().into(),
        name: id.name().to_string().into(),
        resource_group_name: id.resource_group().to_string().into(),
        subscription_id: id.subscription().to_string().into(),
        location: take_over::text(&source.state, "location")
            .map(str::to_owned)
            .into(),
        key_vault_id: vault_text("/id").into(),
        key_name: vault_text("/key/name").into(),
        key_version: vault_text("/key/version").into(),
        ..PolicyModel::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use tfplugin::Resource;

    use super::super::EnterprisePolicies;
    use super::*;

    const ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.PowerPlatform/enterprisePolicies/ep";

    fn azapi(kind: &str) -> MoveSource {
        MoveSource {
            provider: "registry.terraform.io/azure/azapi".to_owned(),
            type_name: "azapi_resource".to_owned(),
            schema_version: 2,
            state: json!({
                "id": ID,
                "location": "europe",
                "body": {"kind": kind, "properties": {"encryption": {"keyVault": {
                    "id": "/subscriptions/s/vaults/kv", "key": {"name": "cmk"}}}}},
            }),
        }
    }

    #[test]
    fn a_policy_of_azapi_is_taken_over() {
        let model = EnterprisePolicies
            .take_over(&azapi("Encryption"))
            .unwrap()
            .unwrap();
        assert_eq!(model.id.as_str(), Some(ID));
        assert_eq!(model.name.as_str(), Some("ep"));
        assert_eq!(model.key_name.as_str(), Some("cmk"));
    }

    #[test]
    fn other_kinds_and_other_types_are_not() {
        assert!(
            EnterprisePolicies
                .take_over(&azapi("NetworkInjection"))
                .is_err()
        );
        let other = MoveSource {
            type_name: "azurerm_key_vault".to_owned(),
            ..azapi("Encryption")
        };
        assert!(EnterprisePolicies.take_over(&other).unwrap().is_none());
    }
}
