//! The linter on saved plans, which a real `terraform` shows to it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use ppcmk_tests::{Run, Workspace};
use serde_json::Value;

const PROVIDERS: &str = r#"terraform {
  required_providers {
    azurerm       = { source = "hashicorp/azurerm" }
    powerplatform = { source = "microsoft/power-platform" }
    ppcmk         = { source = "ppcmk/ppcmk" }
  }
}
"#;

/// A vault that can be purged, and a policy that nobody lets at its key.
const CONFIGURATION: &str = r#"variable "location" {}

module "vault" {
  source = "./vault"
}

resource "ppcmk_enterprise_policy" "cmk" {
  name                = "ep-cmk"
  resource_group_name = "rg-cmk"
  location            = var.location
  key_vault_id        = module.vault.id
  key_name            = "cmk"
}

resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Production"
}

resource "ppcmk_environment_assignment" "retail" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.cmk.id
}
"#;

const VAULT: &str = r#"resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "11111111-1111-1111-1111-111111111111"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = false
}

output "id" {
  value = azurerm_key_vault.cmk.id
}
"#;

fn planned() -> Workspace {
    let workspace = Workspace::with_stand_ins();
    std::fs::create_dir(workspace.directory().join("vault")).unwrap();
    workspace.write("versions.tf", PROVIDERS);
    workspace.write("main.tf", CONFIGURATION);
    workspace.write("vault/versions.tf", PROVIDERS);
    workspace.write("vault/main.tf", VAULT);
    workspace.terraform(&["get"]).succeeds();
    workspace
        .plan_with(&["-var=location=unitedstates"])
        .has_changes();
    workspace
}

/// The findings of a run as `CODE address file:line`.
fn findings(run: &Run) -> Vec<String> {
    run.has_code(1);
    let output: Value = run.json();
    let findings = output["findings"].as_array().unwrap().iter();
    findings
        .map(|one| {
            let place = &one["location"];
            format!(
                "{} {} {}:{}",
                one["code"].as_str().unwrap(),
                one["address"].as_str().unwrap(),
                place["file"].as_str().unwrap_or("-"),
                place["start"]["line"],
            )
        })
        .collect()
}

const CHECK: [&str; 5] = ["check", "--plan", "test.tfplan", "--format", "json"];

#[test]
fn values_are_those_of_the_plan_and_places_those_in_it() {
    let workspace = planned();
    let found = findings(&workspace.lint(&CHECK));
    for expected in [
        "CMK201 module.vault.azurerm_key_vault.cmk vault/main.tf:8",
        "CMK107 ppcmk_enterprise_policy.cmk main.tf:7",
        // The geo is the value of a variable, which only the plan has.
        "CMK102 ppcmk_environment_assignment.retail main.tf:23",
    ] {
        assert!(found.iter().any(|one| one == expected), "{found:?}");
    }
    // What happens to the folder afterwards is of no account.
    workspace.write("main.tf", "# nothing is left\n");
    workspace.write("vault/main.tf", VAULT.replace("false", "true"));
    assert_eq!(findings(&workspace.lint(&CHECK)), found);
}

#[test]
fn without_a_terraform_it_says_what_to_do() {
    let workspace = planned();
    workspace.set("PATH", "/nowhere");
    workspace
        .lint(&CHECK)
        .has_code(2)
        .says("neither terraform nor tofu is there to show it")
        .says("install terraform");
}

#[test]
fn a_plan_that_is_damaged_is_an_error() {
    let workspace = planned();
    let path = workspace.directory().join("test.tfplan");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    workspace
        .lint(&CHECK)
        .has_code(2)
        .says("could not read plan test.tfplan");
    workspace.write("other.tfplan", "PK\u{3}\u{4}");
    workspace
        .lint(&["check", "--plan", "other.tfplan"])
        .has_code(2)
        .says("could not read plan other.tfplan");
}
