//! Unknown values of plans: what nobody configured, and what is composed of several references.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ppcmk_lint::source::Reading;
use ppcmk_lint::source::plan::read_plan;
use ppcmk_lint::value::Value;
use serde_json::json;

/// A plan that creates a vault, a key and a policy of azapi with this `body`.
fn plan(body: &serde_json::Value, unknown: &serde_json::Value, references: &[&str]) -> Reading {
    let change = |address: &str, after: serde_json::Value, unknown: serde_json::Value| {
        let (kind, name) = address.split_once('.').unwrap();
        json!({
            "address": address, "mode": "managed", "type": kind, "name": name,
            "change": {
                "actions": ["create"], "before": null, "after": after, "after_unknown": unknown,
            },
        })
    };
    let block = |kind: &str, name: &str, expressions: serde_json::Value| json!({ "mode": "managed", "type": kind, "name": name, "expressions": expressions });
    let vault_id = json!({ "references": ["azurerm_key_vault.cmk.id", "azurerm_key_vault.cmk"] });
    let document = json!({
        "format_version": "1.2",
        "planned_values": {},
        "resource_changes": [
            change(
                "azurerm_key_vault.cmk",
                json!({ "name": "kv", "access_policy": [{ "object_id": null }] }),
                json!({ "id": true, "network_acls": true, "access_policy": [{ "object_id": true }] }),
            ),
            change(
                "azurerm_key_vault_key.cmk",
                json!({ "name": "cmk" }),
                json!({ "id": true, "version": true, "key_vault_id": true }),
            ),
            change("azapi_resource.policy", json!({ "body": body }), json!({ "body": unknown })),
        ],
        "configuration": { "root_module": { "resources": [
            block("azurerm_key_vault", "cmk", json!({ "name": { "constant_value": "kv" } })),
            block(
                "azurerm_key_vault_key",
                "cmk",
                json!({ "name": { "constant_value": "cmk" }, "key_vault_id": vault_id }),
            ),
            block("azapi_resource", "policy", json!({ "body": { "references": references } })),
        ] } },
    });
    read_plan(document.to_string().as_bytes(), "plan.json").unwrap()
}

fn values<'r>(reading: &'r Reading, address: &str) -> &'r Value {
    let mut instances = reading.instances.iter();
    &instances
        .find(|one| &*one.address == address)
        .unwrap()
        .values
}

fn symbol(value: &Value, path: &[&str]) -> String {
    let end = path
        .iter()
        .fold(value.clone(), |value, name| value.get(name).unwrap());
    let unknown = end.as_unknown().unwrap();
    unknown.symbol.as_deref().unwrap().to_owned()
}

fn empty() -> Reading {
    plan(&json!({}), &json!({}), &[])
}

#[test]
fn what_nobody_configured_is_left_to_the_provider() {
    let reading = empty();
    let vault = values(&reading, "azurerm_key_vault.cmk");
    let object = vault.as_object().unwrap();
    assert!(object.entries.contains_key("name"));
    assert!(!object.entries.contains_key("network_acls"));
    // As in sources, it still has a name.
    assert_eq!(
        symbol(vault, &["network_acls"]),
        "azurerm_key_vault.cmk.network_acls"
    );
    assert_eq!(symbol(vault, &["id"]), "azurerm_key_vault.cmk.id");
}

#[test]
fn what_is_configured_stays_even_if_it_is_unknown() {
    let reading = empty();
    let key = values(&reading, "azurerm_key_vault_key.cmk");
    assert!(
        key.as_object()
            .unwrap()
            .entries
            .contains_key("key_vault_id")
    );
    assert_eq!(symbol(key, &["key_vault_id"]), "azurerm_key_vault.cmk.id");
}

/// Terraform does not mention blocks that are written for an attribute.
#[test]
fn a_block_with_known_parts_is_not_left_to_the_provider() {
    let reading = empty();
    let vault = values(&reading, "azurerm_key_vault.cmk");
    let policies = vault.get("access_policy").unwrap();
    let policy = &policies.as_list().unwrap()[0];
    assert!(
        policy
            .as_object()
            .unwrap()
            .entries
            .contains_key("object_id")
    );
}

const VAULT: &str = "azurerm_key_vault.cmk.id";
const NAME: &str = "azurerm_key_vault_key.cmk.name";
const VERSION: &str = "azurerm_key_vault_key.cmk.version";

#[test]
fn of_several_references_the_known_ones_do_not_count() {
    let reading = plan(
        &json!({ "vault": { "key": { "name": "cmk" } } }),
        &json!({ "vault": { "id": true, "key": {} } }),
        &[
            VAULT,
            "azurerm_key_vault.cmk",
            NAME,
            "azurerm_key_vault_key.cmk",
        ],
    );
    let policy = values(&reading, "azapi_resource.policy");
    assert_eq!(symbol(policy, &["body", "vault", "id"]), VAULT);
}

#[test]
fn several_unknown_ones_are_told_by_their_names() {
    let unknown = json!({ "vault": { "id": true, "key": { "version": true } } });
    let reading = plan(
        &json!({ "vault": { "key": {} } }),
        &unknown,
        &[VAULT, NAME, VERSION],
    );
    let policy = values(&reading, "azapi_resource.policy");
    assert_eq!(symbol(policy, &["body", "vault", "id"]), VAULT);
    assert_eq!(
        symbol(policy, &["body", "vault", "key", "version"]),
        VERSION
    );
}

#[test]
fn of_two_unknown_ones_the_type_may_tell() {
    let unknown = json!({ "keyVault": { "id": true } });
    let key = "azurerm_key_vault_key.cmk.id";
    let reading = plan(&json!({ "keyVault": {} }), &unknown, &[key, VAULT]);
    let policy = values(&reading, "azapi_resource.policy");
    assert_eq!(symbol(policy, &["body", "keyVault", "id"]), VAULT);
}

#[test]
fn what_cannot_be_told_keeps_its_own_name() {
    let own = "azapi_resource.policy.body.thing.id";
    let unknown = json!({ "thing": { "id": true } });
    for references in [
        &[VAULT, "local.something"][..],
        &[VAULT, "azurerm_key_vault_key.cmk.id"],
        &[NAME],
    ] {
        let reading = plan(&json!({ "thing": {} }), &unknown, references);
        let policy = values(&reading, "azapi_resource.policy");
        assert_eq!(
            symbol(policy, &["body", "thing", "id"]),
            own,
            "{references:?}"
        );
    }
}
