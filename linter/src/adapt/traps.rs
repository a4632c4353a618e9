//! Configurations that look wrong at a glance, and are not, or cannot be told: rules about
//! assignments and policies must not report them.

use std::path::Path;

use ppcmk_coverage::rules;

use super::{Settings, estate};
use crate::source::Memory;
use crate::source::hcl;

/// What the rules about assignments and policies answer.
#[derive(Debug)]
struct Answers {
    /// `code address`.
    findings: Vec<String>,
    /// `code address`.
    undecided: Vec<String>,
}

fn read(files: &[(&str, &str)]) -> Answers {
    let tree = files.iter().fold(Memory::default(), |tree, (path, text)| {
        tree.with(path, *text)
    });
    let reading = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
    assert_eq!(reading.problems, []);
    let about_assignments = rules::all()
        .iter()
        .copied()
        .filter(|rule| rule.code.starts_with("CMK1"));
    let (findings, undecided) =
        rules::check(&estate(&reading, &Settings::default()), about_assignments);
    Answers {
        findings: findings
            .iter()
            .map(|finding| format!("{} {}", finding.rule.code, finding.address))
            .collect(),
        undecided: undecided
            .iter()
            .map(|one| format!("{} {}", one.rule.code, one.address))
            .collect(),
    }
}

/// Vault, policy and environment that are right, without a grant or an assignment.
const BASE: &str = r#"
resource "azurerm_key_vault" "cmk" {
  name                       = "kv-cmk"
  location                   = "westeurope"
  resource_group_name        = "rg-cmk"
  tenant_id                  = "7a5e0c4e-3c1b-4a53-9d0e-6b1f0c2f9a11"
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = "cmk"
}

resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Production"
  dataverse        = { language_code = "1033", currency_code = "EUR" }
}
"#;

const GRANT: &str = r#"
resource "azurerm_role_assignment" "cmk" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}
"#;

const MANAGED: &str = r#"
resource "powerplatform_managed_environment" "retail" {
  environment_id = powerplatform_environment.retail.id
}
"#;

const ASSIGNMENT: &str = r#"
resource "ppcmk_environment_assignment" "retail" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [azurerm_role_assignment.cmk, powerplatform_managed_environment.retail]
}
"#;

fn check(parts: &[&str]) -> Answers {
    read(&[("main.tf", &parts.concat())])
}

#[track_caller]
fn is_silent(answers: &Answers) {
    assert!(answers.findings.is_empty(), "{answers:?}");
    assert!(answers.undecided.is_empty(), "{answers:?}");
}

#[test]
fn the_good_chain_is_silent() {
    is_silent(&check(&[BASE, GRANT, MANAGED, ASSIGNMENT]));
}

#[test]
fn each_part_that_is_missing_is_found() {
    let codes = |parts: &[&str]| check(parts).findings;
    let assignment = "ppcmk_environment_assignment.retail";
    assert_eq!(
        codes(&[BASE, MANAGED, ASSIGNMENT]),
        ["CMK107 ppcmk_enterprise_policy.europe"]
    );
    assert_eq!(
        codes(&[BASE, GRANT, ASSIGNMENT]),
        [format!("CMK103 {assignment}")]
    );
    let unordered = ASSIGNMENT.replace("depends_on", "# depends_on");
    assert_eq!(
        codes(&[BASE, GRANT, MANAGED, &unordered]),
        [
            format!("CMK106 {assignment}"),
            format!("CMK119 {assignment}")
        ]
    );
}

#[test]
fn a_policy_in_another_state_is_no_mistake() {
    let answers = check(&[
        r#"data "terraform_remote_state" "keys" { backend = "local" }"#,
        BASE.split("resource \"powerplatform_environment\"")
            .next()
            .unwrap(),
        GRANT,
        r#"
resource "powerplatform_enterprise_policy" "other" {
  environment_id = data.terraform_remote_state.keys.outputs.environment_id
  policy_type    = "Encryption"
  system_id      = data.terraform_remote_state.keys.outputs.system_id
}"#,
    ]);
    assert!(answers.findings.is_empty(), "{answers:?}");
    assert!(!answers.undecided.is_empty());
}

#[test]
fn an_environment_id_from_a_variable_is_undecided() {
    let answers = check(&[
        BASE,
        GRANT,
        r#"
variable "environment_id" { type = string }

resource "ppcmk_environment_assignment" "other" {
  environment_id = var.environment_id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [azurerm_role_assignment.cmk]
}"#,
    ]);
    assert!(answers.findings.is_empty(), "{answers:?}");
    assert!(
        answers
            .undecided
            .contains(&"CMK103 ppcmk_environment_assignment.other".to_owned())
    );
}

#[test]
fn an_environment_group_manages_its_environments() {
    let grouped = BASE.replace(
        "\"Production\"",
        "\"Production\"\n  environment_group_id = \"5a0d1b0e-0000-4000-8000-000000000001\"",
    );
    let assignment = ASSIGNMENT.replace(", powerplatform_managed_environment.retail", "");
    is_silent(&check(&[&grouped, GRANT, &assignment]));
}

#[test]
fn a_role_on_the_subscription_is_a_right() {
    let grant = GRANT.replace(
        "azurerm_key_vault.cmk.id",
        "data.azurerm_subscription.current.id",
    );
    is_silent(&check(&[
        "data \"azurerm_subscription\" \"current\" {}\n",
        BASE,
        &grant,
        MANAGED,
        ASSIGNMENT,
    ]));
}

const MODULE: &str = r#"
variable "environment_id" { type = string }
variable "policy_id" { type = string }
variable "assign" {
  type    = bool
  default = true
}

resource "powerplatform_managed_environment" "this" {
  environment_id = var.environment_id
}

resource "ppcmk_environment_assignment" "this" {
  count = var.assign ? 1 : 0

  environment_id = powerplatform_managed_environment.this.environment_id
  policy_id      = var.policy_id
}
"#;

const CALL: &str = r#"
module "retail" {
  source         = "./modules/assigned"
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [azurerm_role_assignment.cmk]
}

data "ppcmk_coverage" "retail" {
  environment_id         = powerplatform_environment.retail.id
  finance_and_operations = { hosting = "unified" }
}
"#;

fn with_module(parts: &[&str]) -> Answers {
    read(&[
        ("main.tf", &parts.concat()),
        ("modules/assigned/main.tf", MODULE),
    ])
}

#[test]
fn a_module_that_assigns_and_manages_is_seen() {
    is_silent(&with_module(&[BASE, GRANT, CALL]));
}

#[test]
fn a_condition_of_a_module_decides() {
    let never = CALL.replace("depends_on ", "assign = false\n  depends_on ");
    let answers = with_module(&[BASE, GRANT, &never]);
    assert_eq!(
        answers.findings,
        ["CMK101 powerplatform_environment.retail"]
    );
    let unknown = CALL.replace("depends_on ", "assign = var.assign\n  depends_on ");
    let answers = with_module(&["variable \"assign\" {}\n", BASE, GRANT, &unknown]);
    assert!(answers.findings.is_empty(), "{answers:?}");
    assert_eq!(
        answers.undecided,
        ["CMK101 powerplatform_environment.retail"]
    );
}

#[test]
fn a_module_that_cannot_be_read_may_do_what_is_missing() {
    let answers = check(&[
        BASE,
        r#"
module "cmk" {
  source  = "example/cmk/ppcmk"
  version = "1.0.0"
}

data "ppcmk_coverage" "retail" {
  environment_id         = powerplatform_environment.retail.id
  finance_and_operations = { hosting = "unified" }
}"#,
    ]);
    assert!(answers.findings.is_empty(), "{answers:?}");
    assert_eq!(
        answers.undecided,
        [
            "CMK107 ppcmk_enterprise_policy.europe",
            "CMK101 powerplatform_environment.retail"
        ]
    );
}

#[test]
fn instances_are_compared_key_by_key() {
    let answers = check(&[r#"
locals {
  environments = {
    asia   = "asia"
    europe = "europe"
  }
}

resource "ppcmk_enterprise_policy" "this" {
  for_each = local.environments

  name                = "ep-cmk-${each.key}"
  resource_group_name = "rg-cmk"
  location            = each.value
  key_vault_id        = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-${each.key}"
  key_name            = "cmk"
}

resource "ppcmk_key_access" "this" {
  for_each = ppcmk_enterprise_policy.this

  policy_id    = each.value.id
  key_vault_id = each.value.key_vault_id
}

resource "powerplatform_environment" "this" {
  for_each = local.environments

  display_name         = each.key
  location             = each.value
  environment_type     = "Production"
  environment_group_id = "5a0d1b0e-0000-4000-8000-000000000001"
  dataverse            = { language_code = "1033", currency_code = "EUR" }
}

resource "ppcmk_environment_assignment" "this" {
  for_each = powerplatform_environment.this

  environment_id = each.value.id
  policy_id      = ppcmk_enterprise_policy.this[each.key].id
  depends_on     = [ppcmk_key_access.this]
}
"#]);
    is_silent(&answers);
}

/// The service has accepted a link that is imported, and nothing has to come before it.
#[test]
fn an_imported_assignment_exists() {
    let configuration = |import: &str| {
        format!(
            "{BASE}{import}
resource \"ppcmk_key_access\" \"europe\" {{
  policy_id    = ppcmk_enterprise_policy.europe.id
  key_vault_id = azurerm_key_vault.cmk.id
}}
resource \"ppcmk_environment_assignment\" \"retail\" {{
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}}
"
        )
    };
    let to = "to = ppcmk_environment_assignment.retail";
    for id in [
        "id = \"00000000-0000-0000-0000-00000000000a\"",
        "identity = { environment_id = \"a\" }",
    ] {
        let import = format!("\nimport {{\n  {to}\n  {id}\n}}\n");
        is_silent(&check(&[&configuration(&import)]));
    }
    let made = check(&[&configuration("")]);
    assert!(
        made.findings
            .contains(&"CMK106 ppcmk_environment_assignment.retail".to_owned()),
        "{made:?}"
    );
}

#[test]
fn a_repository_without_keys_is_left_alone() {
    is_silent(&check(&[r#"
resource "powerplatform_environment" "retail" {
  display_name     = "Retail"
  location         = "europe"
  environment_type = "Trial"
}

resource "azurerm_role_assignment" "reader" {
  scope                = "/subscriptions/22222222-2222-2222-2222-222222222222"
  role_definition_name = "Reader"
  principal_id         = "33333333-3333-3333-3333-333333333333"
}
"#]));
}
