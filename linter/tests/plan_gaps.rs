//! What a plan does not tell is unknown to the rules, and never absent: deferred changes, instances
//! of which nothing is known, blocks that are `dynamic`.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::path::Path;

use ppcmk_coverage::estate::Date;
use ppcmk_coverage::rules;
use ppcmk_lint::adapt::{Settings, estate};
use ppcmk_lint::source::plan::read_plan;
use ppcmk_lint::source::{Memory, Reading, hcl, merge};
use serde_json::{Value, json};

const VAULT: usize = 0;
const KEY: usize = 1;
const GRANT: usize = 3;

fn change(address: &str, after: &Value, unknown: &[&str]) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    let unknown: serde_json::Map<String, Value> = unknown
        .iter()
        .map(|name| ((*name).to_owned(), true.into()))
        .collect();
    json!({
        "address": address, "mode": "managed", "type": kind, "name": name,
        "change": {
            "actions": ["create"], "before": null, "after": after, "after_unknown": unknown,
            "before_sensitive": false, "after_sensitive": {},
        },
    })
}

fn block(address: &str, references: &[(&str, &str)]) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    let expressions: serde_json::Map<String, Value> = references
        .iter()
        .map(|(attribute, reference)| {
            let object = reference.rsplit_once('.').unwrap().0;
            let references = json!({ "references": [reference, object] });
            ((*attribute).to_owned(), references)
        })
        .collect();
    json!({ "mode": "managed", "type": kind, "name": name, "expressions": expressions })
}

/// A vault, a key, a policy and the right of its identity, none of which exists.
fn document() -> Value {
    let vault_id = ("key_vault_id", "azurerm_key_vault.cmk.id");
    let blocks = [
        block("azurerm_key_vault.cmk", &[]),
        block("azurerm_key_vault_key.cmk", &[vault_id]),
        block("ppcmk_enterprise_policy.europe", &[vault_id]),
        block(
            "azurerm_role_assignment.cmk",
            &[
                ("scope", "azurerm_key_vault.cmk.id"),
                (
                    "principal_id",
                    "ppcmk_enterprise_policy.europe.principal_id",
                ),
            ],
        ),
    ];
    json!({
        "format_version": "1.2",
        "complete": true,
        "planned_values": {},
        "resource_changes": [
            change(
                "azurerm_key_vault.cmk",
                &json!({ "name": "kv", "location": "westeurope", "rbac_authorization_enabled": true,
                        "purge_protection_enabled": true, "soft_delete_retention_days": 90,
                        "public_network_access_enabled": true }),
                &["id", "access_policy", "network_acls", "vault_uri"],
            ),
            change(
                "azurerm_key_vault_key.cmk",
                &json!({ "name": "cmk", "key_type": "RSA", "key_size": 3072,
                        "key_opts": ["wrapKey", "unwrapKey"], "expiration_date": null,
                        "rotation_policy": [] }),
                &["id", "version", "key_vault_id"],
            ),
            change(
                "ppcmk_enterprise_policy.europe",
                &json!({ "name": "ep", "location": "europe", "key_name": "cmk" }),
                &["id", "system_id", "principal_id", "key_vault_id"],
            ),
            change(
                "azurerm_role_assignment.cmk",
                &json!({ "role_definition_name": "Key Vault Crypto Service Encryption User" }),
                &["id", "scope", "principal_id"],
            ),
        ],
        "configuration": { "root_module": { "resources": blocks } },
    })
}

fn read(document: &Value) -> Reading {
    read_plan(document.to_string().as_bytes(), "plan.json").unwrap()
}

/// What the rules find, and what they leave open.
fn answers(reading: &Reading) -> [BTreeSet<&'static str>; 2] {
    let settings = Settings {
        today: Some(Date {
            year: 2026,
            month: 1,
            day: 1,
        }),
        ..Settings::default()
    };
    let all = rules::all().to_vec();
    let (findings, undecided) = rules::check(&estate(reading, &settings), all);
    [
        findings.iter().map(|one| one.rule.code).collect(),
        undecided.iter().map(|one| one.rule.code).collect(),
    ]
}

/// `undecided` are left open, and nothing more is found than in the whole plan.
fn is_left_open(reading: &Reading, undecided: &[&str]) {
    let [expected, open] = answers(&read(&document()));
    assert!(!expected.contains("CMK107") && open.is_empty(), "{open:?}");
    let [findings, open] = answers(reading);
    assert!(findings.is_subset(&expected), "{findings:?}");
    for code in undecided {
        assert!(open.contains(code), "{code} is not among {open:?}");
    }
}

/// The plan without the change, and the change.
fn without(at: usize) -> (Value, Value) {
    let mut document = document();
    let changes = document["resource_changes"].as_array_mut().unwrap();
    let change = changes.remove(at);
    (document, change)
}

fn defer(at: usize, edit: impl FnOnce(&mut Value)) -> Reading {
    let (mut document, mut change) = without(at);
    edit(&mut change);
    document["complete"] = false.into();
    document["deferred_changes"] =
        json!([{ "reason": "instance_count_unknown", "resource_change": change }]);
    read(&document)
}

#[test]
fn a_missing_grant_is_found() {
    let [findings, _] = answers(&read(&without(GRANT).0));
    assert!(findings.contains("CMK107"));
}

#[test]
fn a_deferred_grant_is_not_missing() {
    is_left_open(&defer(GRANT, |_| {}), &[]);
    let reading = defer(GRANT, |change| {
        change["address"] = "azurerm_role_assignment.cmk[*]".into();
        change["index_unknown"] = true.into();
        change["change"]["after"] = Value::Null;
        change["change"]["after_unknown"] = json!({});
    });
    is_left_open(&reading, &["CMK107"]);
    let why = reading.unseen[0].reason.to_string();
    assert_eq!(why, "the plan leaves a part to another apply");
}

#[test]
fn a_deferred_vault_has_no_settings_yet() {
    let reading = defer(VAULT, |change| {
        change["change"]["after"] = Value::Null;
        change["change"]["after_unknown"] = json!({});
    });
    is_left_open(&reading, &["CMK201", "CMK206"]);
}

#[test]
fn an_instance_may_be_unknown_as_a_whole() {
    for (mark, other) in [
        ("after_unknown", "after_sensitive"),
        ("after_sensitive", "after_unknown"),
    ] {
        let mut document = document();
        let change = &mut document["resource_changes"][VAULT]["change"];
        change[mark] = true.into();
        change[other] = json!({});
        is_left_open(&read(&document), &["CMK201", "CMK206"]);
    }
}

#[test]
fn a_sensitive_part_is_not_known() {
    let mut document = document();
    let change = &mut document["resource_changes"][VAULT]["change"];
    change["after_sensitive"] = json!({ "purge_protection_enabled": true });
    is_left_open(&read(&document), &["CMK201"]);
}

/// A key that expires, with a `rotation_policy` that is `dynamic` over something unknown. Plans of
/// Terraform 1.11 look so.
#[test]
fn a_dynamic_block_may_be_there() {
    let expiring = |unknown: &Value| {
        let mut document = document();
        let change = &mut document["resource_changes"][KEY]["change"];
        change["after"]["expiration_date"] = "2100-01-31T00:00:00Z".into();
        if let Some(after) = change["after"].as_object_mut() {
            after.remove("rotation_policy");
        }
        change["after_unknown"]["rotation_policy"] = unknown.clone();
        read(&document)
    };
    is_left_open(&expiring(&true.into()), &["CMK205"]);
    is_left_open(&expiring(&json!([{ "automatic": true }])), &["CMK205"]);
    let [findings, _] = answers(&expiring(&json!([])));
    assert!(findings.contains("CMK205"));
}

/// azurerm computes `network_acls`: a plan alone shows the same with and without a dynamic block.
#[test]
fn sources_tell_dynamic_blocks_from_what_a_provider_computes() {
    let sources = |more: &str| {
        let text = format!(
            r#"
variable "rules" {{}}
resource "azurerm_key_vault" "cmk" {{
  name                       = "kv"
  location                   = "westeurope"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  {more}
  lifecycle {{
    prevent_destroy = true
  }}
}}
resource "azurerm_key_vault_key" "cmk" {{
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]
  lifecycle {{
    prevent_destroy = true
  }}
}}
resource "ppcmk_enterprise_policy" "europe" {{
  name         = "ep"
  location     = "europe"
  key_vault_id = azurerm_key_vault.cmk.id
  key_name     = "cmk"
  lifecycle {{
    prevent_destroy = true
  }}
}}
resource "azurerm_role_assignment" "cmk" {{
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}}
"#
        );
        let tree = Memory::default().with("main.tf", text);
        hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap()
    };
    let both = |more: &str| merge(read(&document()), sources(more));
    is_left_open(&both(""), &[]);
    let [_, open] = answers(&both(""));
    assert!(open.is_empty(), "{open:?}");
    let dynamic = r#"dynamic "network_acls" {
    for_each = var.rules
    content {
      default_action = "Deny"
      bypass         = network_acls.value
    }
  }"#;
    let merged = both(dynamic);
    assert_eq!(merged.foreign_sources, None);
    is_left_open(&merged, &["CMK206"]);
}

#[test]
fn what_lives_for_one_run_only_is_no_resource() {
    let mut document = document();
    document["resource_changes"][GRANT]["mode"] = "ephemeral".into();
    document["configuration"]["root_module"]["resources"][GRANT]["mode"] = "ephemeral".into();
    let reading = read(&document);
    assert_eq!(reading.instances.len(), 3);
    assert!(reading.order.has("ephemeral.azurerm_role_assignment.cmk"));
    let [findings, _] = answers(&reading);
    assert!(findings.contains("CMK107"));
}

/// `ConvertTo-Json` of PowerShell lays a plan out anew, with the ends of lines of Windows.
#[test]
fn the_layout_of_lists_does_not_matter() {
    let pretty = serde_json::to_string_pretty(&document()).unwrap();
    for text in [pretty.replace('\n', "\r\n"), pretty.replace('\n', " ")] {
        let reading = read_plan(text.as_bytes(), "plan.json").unwrap();
        is_left_open(&reading, &[]);
        let expected = format!("{:?}", read(&document()).instances);
        assert_eq!(format!("{:?}", reading.instances), expected);
    }
}
