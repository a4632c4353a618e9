//! A configuration of any size: chains of vault, key, policy, grant, environment, managed environment
//! and assignment, one in ten with a mistake.

use std::fmt::Write as _;
use std::path::Path;

/// The resources of one chain.
pub(crate) const CHAIN: usize = 7;

/// Writes so many resources into so many files.
pub(crate) fn write(folder: &Path, resources: usize, files: usize) {
    let chains = resources.div_ceil(CHAIN);
    let per_file = chains.div_ceil(files);
    for (file, first) in (0..chains).step_by(per_file).enumerate() {
        let mut text = String::new();
        for number in first..chains.min(first + per_file) {
            chain(&mut text, number);
        }
        std::fs::write(folder.join(format!("part{file}.tf")), text).unwrap();
    }
    let shared = "variable \"tenant_id\" {\n  type    = string\n  default = \"00000000-0000-0000-0000-000000000000\"\n}\n\nlocals {\n  location = \"europe\"\n  region   = \"westeurope\"\n}\n";
    std::fs::write(folder.join("shared.tf"), shared).unwrap();
}

/// Whether a chain has a mistake: its policy is in another geo.
pub(crate) fn location(number: usize) -> &'static str {
    if number % 10 == 9 {
        "\"unitedstates\""
    } else {
        "local.location"
    }
}

fn chain(out: &mut String, number: usize) {
    let location = location(number);
    write!(
        out,
        r#"resource "azurerm_key_vault" "cmk{number}" {{
  name                       = "kv-cmk-{number}"
  location                   = local.region
  resource_group_name        = "rg-cmk"
  tenant_id                  = var.tenant_id
  sku_name                   = "premium"
  purge_protection_enabled   = true
  soft_delete_retention_days = 90
  rbac_authorization_enabled = true

  lifecycle {{
    prevent_destroy = true
  }}
}}

resource "azurerm_key_vault_key" "cmk{number}" {{
  name         = "cmk"
  key_vault_id = azurerm_key_vault.cmk{number}.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  lifecycle {{
    prevent_destroy = true
  }}
}}

resource "ppcmk_enterprise_policy" "this{number}" {{
  name                = "ep-cmk-{number}"
  resource_group_name = "rg-cmk"
  location            = {location}
  key_vault_id        = azurerm_key_vault.cmk{number}.id
  key_name            = azurerm_key_vault_key.cmk{number}.name

  lifecycle {{
    prevent_destroy = true
  }}
}}

resource "azurerm_role_assignment" "this{number}" {{
  scope                = azurerm_key_vault.cmk{number}.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.this{number}.principal_id
}}

resource "powerplatform_environment" "this{number}" {{
  display_name     = "Environment {number}"
  location         = "europe"
  environment_type = "Production"
  dataverse = {{
    language_code     = 1033
    currency_code     = "EUR"
    security_group_id = "00000000-0000-0000-0000-000000000000"
  }}
}}

resource "powerplatform_managed_environment" "this{number}" {{
  environment_id             = powerplatform_environment.this{number}.id
  is_usage_insights_disabled = true
  solution_checker_mode      = "None"
}}

resource "ppcmk_environment_assignment" "this{number}" {{
  environment_id = powerplatform_environment.this{number}.id
  policy_id      = ppcmk_enterprise_policy.this{number}.id
  depends_on = [
    azurerm_role_assignment.this{number},
    powerplatform_managed_environment.this{number},
  ]
}}

"#
    )
    .unwrap();
}
