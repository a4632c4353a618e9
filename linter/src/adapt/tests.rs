//! Adapters and rules on configurations.

use std::path::Path;

use ppcmk_coverage::PolicyKind;
use ppcmk_coverage::estate::{Date, Estate, Identity, IdentityKind, Link, Scope};
use ppcmk_coverage::rules;

use super::{Settings, estate};
use crate::source::Memory;
use crate::source::hcl;
use crate::source::inventory::read_inventory;

fn estate_of(source: &str) -> Estate {
    let tree = Memory::default().with("main.tf", source);
    let reading = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
    assert_eq!(reading.problems, [], "{source}");
    let settings = Settings {
        // 2026-01-01
        today: Some(Date::from_unix_days(20_454)),
        ..Settings::default()
    };
    estate(&reading, &settings)
}

/// Findings of one rule, as `line: address: message`, and what it could not decide.
fn answers(code: &str, source: &str) -> (Vec<String>, Vec<String>) {
    let rule = rules::find(code).unwrap();
    let (findings, undecided) = rules::check(&estate_of(source), [rule]);
    let findings = findings
        .iter()
        .map(|finding| {
            let line = finding.location.as_ref().map_or(0, |at| at.start.line);
            format!("{line}: {}: {}", finding.address, finding.message)
        })
        .collect();
    let undecided = undecided
        .iter()
        .map(|one| format!("{}: {}", one.address, one.unknown.reason))
        .collect();
    (findings, undecided)
}

/// Rules about what a plan changes; a configuration alone does not tell.
const ABOUT_CHANGES: [&str; 3] = ["CMK112", "CMK120", "CMK210"];

#[test]
fn every_rule_fires_on_its_example_and_is_silent_after_the_fix() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let examples = [rule.example.before, rule.example.after];
        if rule.check.is_none()
            || ABOUT_CHANGES.contains(&rule.code)
            || examples.iter().any(|text| text.starts_with("# yaml"))
        {
            continue;
        }
        let (before, _) = answers(rule.code, rule.example.before);
        let (after, undecided) = answers(rule.code, rule.example.after);
        if before.is_empty() || !after.is_empty() {
            wrong.push(format!(
                "{}: before {before:?}\n  after {after:?}\n  undecided {undecided:?} {:?}",
                rule.code,
                answers(rule.code, rule.example.before).1
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The references of an estate, one per line.
fn links(source: &str) -> Vec<String> {
    let estate = estate_of(source);
    let mut lines = Vec::new();
    for (_, policy) in estate.policies() {
        let (vault, key) = (link(&estate, &policy.vault), link(&estate, &policy.key));
        lines.push(format!(
            "{}: vault {vault}, key {key}",
            policy.header.address
        ));
    }
    for (_, key) in estate.keys() {
        lines.push(format!(
            "{}: vault {}",
            key.header.address,
            link(&estate, &key.vault)
        ));
    }
    for (_, grant) in estate.grants() {
        let scope = match &grant.scope {
            Scope::Vault(vault) => link(&estate, vault),
            Scope::Key(key) => link(&estate, key),
            other => format!("{other:?}")
                .split(['(', ' '])
                .next()
                .unwrap()
                .to_owned(),
        };
        let principal = link(&estate, &grant.principal);
        let right = grant.right.value();
        lines.push(format!(
            "{}: {principal} on {scope}, {right:?}",
            grant.header.address
        ));
    }
    for (_, managed) in estate.managed_environments() {
        let environment = link(&estate, &managed.environment);
        lines.push(format!("{}: {environment}", managed.header.address));
    }
    for (_, assignment) in estate.assignments() {
        let environment = link(&estate, &assignment.environment);
        let policy = link(&estate, &assignment.policy);
        lines.push(format!(
            "{}: {environment} under {policy}",
            assignment.header.address
        ));
    }
    lines
}

trait Addressed {
    fn address(&self) -> &str;
}

macro_rules! addressed {
    ($($kind:ident)*) => {$(
        impl Addressed for ppcmk_coverage::estate::$kind {
            fn address(&self) -> &str {
                &self.header.address
            }
        }
    )*};
}

addressed!(Environment Policy Vault Key);

fn link<T>(estate: &Estate, link: &Link<T>) -> String
where
    T: Addressed,
    Estate: std::ops::Index<ppcmk_coverage::estate::Handle<T>, Output = T>,
{
    match &link.identity {
        Identity::Here(handle) => estate[*handle].address().to_owned(),
        Identity::Elsewhere(id) => format!("elsewhere {id}"),
        Identity::Unknown(unknown) => format!("unknown: {}", unknown.reason),
        Identity::Absent => "absent".into(),
    }
}

fn check(source: &str, expected: &[&str]) {
    assert_eq!(links(source), expected, "{source}");
}

const POLICY: &str = r#"
resource "azapi_resource" "policy" {
  type      = "Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview"
  name      = "ep"
  parent_id = "/subscriptions/1/resourceGroups/rg"
  location  = "europe"
  identity { type = "SystemAssigned" }
  body = BODY
}
resource "azurerm_key_vault" "cmk" { name = "kv" }
"#;

const VAULT_AND_KEY: [&str; 1] = [
    "azapi_resource.policy: vault azurerm_key_vault.cmk, key elsewhere azurerm_key_vault.cmk/keys/cmk",
];

#[test]
fn understands_every_spelling_of_a_raw_body() {
    let object = r#"{ kind = "Encryption", properties = { encryption = {
        keyVault = { id = azurerm_key_vault.cmk.id, key = { name = "cmk" } } } } }"#;
    let heredoc = "<<-JSON
      { \"kind\": \"Encryption\", \"properties\": { \"encryption\": { \"keyVault\":
        { \"id\": \"/subscriptions/1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv\",
          \"key\": { \"name\": \"cmk\" } } } } }
    JSON
";
    for body in [object, &format!("jsonencode({object})"), heredoc] {
        let source = POLICY.replace("BODY", body);
        check(&source, &VAULT_AND_KEY);
        let estate = estate_of(&source);
        let (_, policy) = estate.policies().next().unwrap();
        assert_eq!(policy.kind.value(), Some(&PolicyKind::Encryption));
        assert_eq!(policy.identity.value(), Some(&IdentityKind::SystemAssigned));
        assert_eq!(policy.has_encryption.value(), Some(&true));
        assert_eq!(policy.location.value().unwrap().as_str(), "europe");
    }
}

#[test]
fn follows_a_chain_across_providers() {
    check(
        r#"
resource "azurerm_key_vault" "cmk" { name = "kv" }
resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk.id
}
resource "azapi_resource" "policy" {
  type = "microsoft.powerplatform/EnterprisePolicies@2020-10-30"
  body = {
    kind       = "Encryption"
    identity   = { type = "SystemAssigned" }
    properties = { encryption = { keyVault = {
      id  = azurerm_key_vault_key.cmk.key_vault_id
      key = { name = azurerm_key_vault_key.cmk.name }
    } } }
  }
}
data "azapi_resource" "policy" {
  type        = azapi_resource.policy.type
  resource_id = azapi_resource.policy.id
}
resource "azurerm_role_assignment" "block" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = azapi_resource.policy.identity[0].principal_id
}
resource "azurerm_role_assignment" "read_back" {
  scope              = "${azurerm_key_vault.cmk.id}/keys/cmk"
  role_definition_id = "/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/E147488A-F6F5-4113-8E2D-B22465E65BF6"
  principal_id       = data.azapi_resource.policy.output.identity.principalId
}
resource "azurerm_role_assignment" "key" {
  scope                = azurerm_key_vault_key.cmk.resource_versionless_id
  role_definition_name = "Reader"
  principal_id         = data.azurerm_client_config.current.object_id
}
resource "azurerm_role_assignment" "wide" {
  scope                = azurerm_resource_group.cmk.id
  role_definition_name = "Owner"
  principal_id         = var.somebody
}
variable "somebody" {}
data "azurerm_client_config" "current" {}
resource "azurerm_resource_group" "cmk" {}
resource "powerplatform_environment" "retail" { display_name = "Retail" }
resource "powerplatform_managed_environment" "retail" {
  environment_id = powerplatform_environment.retail.id
}
resource "powerplatform_enterprise_policy" "retail" {
  environment_id = powerplatform_managed_environment.retail.id
  system_id      = azapi_resource.policy.output.properties.systemId
  policy_type    = "Encryption"
}
resource "ppcmk_environment_assignment" "other" {
  environment_id   = "00000000-0000-0000-0000-000000000009"
  policy_system_id = jsondecode(data.azapi_resource.policy.output).properties.systemId
}
"#,
        &[
            "azapi_resource.policy: vault azurerm_key_vault.cmk, key azurerm_key_vault_key.cmk",
            "azurerm_key_vault_key.cmk: vault azurerm_key_vault.cmk",
            "azurerm_role_assignment.block: azapi_resource.policy on azurerm_key_vault.cmk, Some(Role(\"key vault crypto service encryption user\"))",
            "azurerm_role_assignment.key: elsewhere data.azurerm_client_config.current.object_id on azurerm_key_vault_key.cmk, Some(Role(\"reader\"))",
            "azurerm_role_assignment.read_back: azapi_resource.policy on azurerm_key_vault_key.cmk, Some(Role(\"e147488a-f6f5-4113-8e2d-b22465e65bf6\"))",
            "azurerm_role_assignment.wide: unknown: variable `somebody` has no value on Wider, Some(Role(\"owner\"))",
            "powerplatform_managed_environment.retail: powerplatform_environment.retail",
            "powerplatform_enterprise_policy.retail: powerplatform_environment.retail under azapi_resource.policy",
            "ppcmk_environment_assignment.other: elsewhere 00000000-0000-0000-0000-000000000009 under azapi_resource.policy",
        ],
    );
}

#[test]
fn instances_refer_to_instances_with_their_key() {
    check(
        r#"
locals { geos = { eu = "europe", us = "unitedstates" } }
resource "ppcmk_enterprise_policy" "this" {
  for_each     = local.geos
  name         = "ep-${each.key}"
  location     = each.value
  key_vault_id = azurerm_key_vault.this[each.key].id
  key_name     = "cmk"
}
resource "azurerm_key_vault" "this" {
  for_each = local.geos
  name     = "kv-${each.key}"
}
resource "ppcmk_key_access" "this" {
  for_each     = ppcmk_enterprise_policy.this
  policy_id    = each.value.id
  key_vault_id = each.value.key_vault_id
}
resource "ppcmk_environment_assignment" "this" {
  for_each       = { for key, geo in local.geos : key => geo if geo != "europe" }
  environment_id = var.environment
  policy_id      = ppcmk_enterprise_policy.this[each.key].id
}
variable "environment" {}
"#,
        &[
            "ppcmk_enterprise_policy.this[\"eu\"]: vault azurerm_key_vault.this[\"eu\"], key elsewhere azurerm_key_vault.this[\"eu\"]/keys/cmk",
            "ppcmk_enterprise_policy.this[\"us\"]: vault azurerm_key_vault.this[\"us\"], key elsewhere azurerm_key_vault.this[\"us\"]/keys/cmk",
            "ppcmk_key_access.this[\"eu\"]: ppcmk_enterprise_policy.this[\"eu\"] on azurerm_key_vault.this[\"eu\"], Some(Fitting)",
            "ppcmk_key_access.this[\"us\"]: ppcmk_enterprise_policy.this[\"us\"] on azurerm_key_vault.this[\"us\"], Some(Fitting)",
            "ppcmk_environment_assignment.this[\"us\"]: unknown: variable `environment` has no value under ppcmk_enterprise_policy.this[\"us\"]",
        ],
    );
}

#[test]
fn reads_the_settings_of_vaults_in_three_spellings() {
    for (source, rbac) in [
        (
            "resource \"azurerm_key_vault\" \"v\" { enable_rbac_authorization = true }",
            true,
        ),
        (
            "resource \"azurerm_key_vault\" \"v\" { rbac_authorization_enabled = true }",
            true,
        ),
        ("resource \"azurerm_key_vault\" \"v\" {}", false),
        (
            "resource \"azapi_resource\" \"v\" {
               type = \"Microsoft.KeyVault/vaults@2023-07-01\"
               body = { properties = { enableRbacAuthorization = true } }
             }",
            true,
        ),
        (
            "resource \"azapi_resource\" \"v\" { type = \"Microsoft.KeyVault/vaults@2023-07-01\" }",
            false,
        ),
        (
            "resource \"azapi_resource\" \"v\" { type = \"Microsoft.KeyVault/vaults@2026-02-01\" }",
            true,
        ),
    ] {
        let estate = estate_of(source);
        let (_, vault) = estate.vaults().next().unwrap();
        assert_eq!(vault.rbac.value(), Some(&rbac), "{source}");
        assert_eq!(vault.purge_protection.value(), Some(&false), "{source}");
    }
}

#[test]
fn access_policies_stand_in_vaults_too() {
    check(
        r#"
resource "ppcmk_enterprise_policy" "p" {
  name         = "ep"
  location     = "europe"
  key_vault_id = azurerm_key_vault.v.id
  key_name     = "cmk"
}
resource "azurerm_key_vault" "v" {
  name = "kv"
  access_policy {
    object_id       = var.admin
    key_permissions = ["Create"]
  }
  dynamic "access_policy" {
    for_each = var.more
    content {
      object_id       = access_policy.value
      key_permissions = []
    }
  }
}
resource "azurerm_key_vault_access_policy" "p" {
  key_vault_id    = azurerm_key_vault.v.id
  object_id       = ppcmk_enterprise_policy.p.principal_id
  key_permissions = ["Get", "WrapKey", "UnwrapKey"]
}
variable "admin" { default = "AAAAAAAA-0000-0000-0000-000000000001" }
variable "more" { default = ["b"] }
"#,
        &[
            "ppcmk_enterprise_policy.p: vault azurerm_key_vault.v, key elsewhere azurerm_key_vault.v/keys/cmk",
            "azurerm_key_vault.v: elsewhere aaaaaaaa-0000-0000-0000-000000000001 on azurerm_key_vault.v, Some(AccessPolicy([\"create\"]))",
            "azurerm_key_vault.v: elsewhere b on azurerm_key_vault.v, Some(AccessPolicy([]))",
            "azurerm_key_vault_access_policy.p: ppcmk_enterprise_policy.p on azurerm_key_vault.v, Some(AccessPolicy([\"get\", \"wrapkey\", \"unwrapkey\"]))",
        ],
    );
}

#[test]
fn nonsense_is_unknown_and_nothing_breaks() {
    for value in [
        "null",
        "true",
        "1",
        "[]",
        "{}",
        "\"\"",
        "[null]",
        "{ a = null }",
        "var.x",
    ] {
        for name in [
            "policy_id",
            "environment_id",
            "key_vault_id",
            "key_name",
            "body",
            "type",
            "location",
            "identity",
            "access_policy",
            "network_acls",
            "scope",
            "principal_id",
            "system_id",
            "commerce_scale_units",
            "finance_and_operations",
            "ecommerce",
            "key_opts",
            "dataverse",
            "expiration_date",
            "rotation_policy",
        ] {
            for (mode, kind) in [
                ("resource", "ppcmk_enterprise_policy"),
                ("resource", "ppcmk_key_access"),
                ("resource", "ppcmk_environment_assignment"),
                ("data", "ppcmk_coverage"),
                ("data", "ppcmk_environments"),
                ("resource", "powerplatform_environment"),
                ("resource", "powerplatform_enterprise_policy"),
                ("resource", "azurerm_key_vault"),
                ("data", "azurerm_key_vault"),
                ("resource", "azurerm_key_vault_key"),
                ("resource", "azurerm_role_assignment"),
                ("resource", "azapi_resource"),
            ] {
                let source = format!(
                    "variable \"x\" {{}}\n{mode} \"{kind}\" \"x\" {{\n  {name} = {value}\n}}\n"
                );
                let estate = estate_of(&source);
                let _ = rules::check(&estate, rules::all().iter().copied());
                let _ = ppcmk_coverage::assessment::assess(&estate);
            }
        }
    }
}

/// What all rules answer to an inventory, next to a configuration.
fn inventory(source: &str, yaml: &str) -> (Vec<String>, Vec<String>) {
    let tree = Memory::default().with("main.tf", source);
    let mut reading = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
    let inventory = read_inventory(yaml.as_bytes(), "tenant.yaml", &mut reading.sources).unwrap();
    let settings = Settings {
        inventory: Some(&inventory),
        ..Settings::default()
    };
    let (findings, undecided) =
        rules::check(&estate(&reading, &settings), rules::all().iter().copied());
    let findings = findings
        .iter()
        .map(|finding| format!("{} {}", finding.rule.code, finding.address));
    let undecided = undecided
        .iter()
        .map(|one| format!("{} {}: {}", one.rule.code, one.address, one.unknown.reason));
    (findings.collect(), undecided.collect())
}

#[test]
fn an_inventory_stands_alone() {
    let yaml = "
environments:
  - { name: good, location: unitedkingdom, policy_location: uk, type: Sandbox, managed: true, assigned: true, dataverse: true }
  - { name: short, assigned: true }
  - { name: far, location: europe, policy_location: uk, managed: true, assigned: true, dataverse: true }
  - { name: trial, type: Trial, managed: false, assigned: true, dataverse: false }
  - { name: left, location: europe, managed: true, dataverse: true, assigned: false }
";
    let (findings, undecided) = inventory("", yaml);
    assert_eq!(
        findings,
        [
            "CMK102 far",
            "CMK103 trial",
            "CMK104 trial",
            "CMK105 trial",
            "CMK101 left"
        ]
    );
    assert_eq!(undecided, [""; 0]);
}

#[test]
fn an_inventory_adds_to_the_configuration() {
    let source = r#"
resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Production"
  dataverse        = { currency_code = "EUR" }
}
"#;
    let about = |more: &str| {
        format!("environments:\n  - name: powerplatform_environment.retail\n    {more}\n")
    };
    let (findings, undecided) = inventory(source, &about("assigned: true\n    managed: true"));
    assert_eq!((findings, undecided), (vec![], vec![]));
    let (findings, _) = inventory(source, &about("assigned: false"));
    assert_eq!(findings, ["CMK101 powerplatform_environment.retail"]);
}

#[test]
fn an_import_block_tells_the_id() {
    check(
        r#"
import {
  to = powerplatform_environment.retail
  id = "00000000-0000-0000-0000-00000000000A"
}
resource "powerplatform_environment" "retail" { display_name = "Retail" }
resource "ppcmk_environment_assignment" "retail" {
  environment_id   = "00000000-0000-0000-0000-00000000000a"
  policy_system_id = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/1"
}
"#,
        &[
            "ppcmk_environment_assignment.retail: powerplatform_environment.retail under elsewhere \
           /regions/europe/providers/microsoft.powerplatform/enterprisepolicies/1",
        ],
    );
}

#[test]
fn a_name_in_an_inventory_may_be_the_id_of_an_environment() {
    let source = r#"
resource "ppcmk_environment_assignment" "retail" {
  environment_id   = "00000000-0000-0000-0000-00000000000a"
  policy_system_id = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/1"
}
"#;
    let yaml = "environments:\n  - name: 00000000-0000-0000-0000-00000000000A\n    type: Trial\n";
    let (findings, _) = inventory(source, yaml);
    assert!(
        findings.contains(&"CMK104 ppcmk_environment_assignment.retail".to_owned()),
        "{findings:?}"
    );
}
