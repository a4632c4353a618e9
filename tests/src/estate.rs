//! Names of the emulator's built-in tenant, and configurations for it.
//!
//! The configurations come in parts, so that a test can replace the one that it is about.

use std::fmt::Write as _;

/// The Entra tenant.
pub const TENANT: &str = "11111111-1111-1111-1111-111111111111";
/// The Azure subscription.
pub const SUBSCRIPTION: &str = "22222222-2222-2222-2222-222222222222";
/// The secret of the application.
pub const SECRET: &str = "emulator-secret";
/// How tokens of the emulator begin.
pub const TOKEN_PREFIX: &str = "emulated.";

/// Production, managed, europe.
pub const RETAIL: &str = "00000000-0000-0000-0000-000000000001";
/// Sandbox, managed, europe.
pub const UAT: &str = "00000000-0000-0000-0000-000000000002";
/// Production, not managed.
pub const UNMANAGED: &str = "00000000-0000-0000-0000-000000000003";
/// Trial.
pub const TRIAL: &str = "00000000-0000-0000-0000-000000000004";
/// Production, managed, `unitedkingdom`.
pub const UK: &str = "00000000-0000-0000-0000-000000000005";

/// A vault with role assignments and the keys `cmk` and `cmk-2`.
pub const VAULT: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu";
/// A vault with access policies and the key `cmk`.
pub const ACCESS_POLICY_VAULT: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-ap";
/// A vault in the United Kingdom with role assignments and the key `cmk`.
pub const UK_VAULT: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-uk";

/// The policy `ep-eu` with its grant: `ppcmk_enterprise_policy.eu`, `ppcmk_key_access.eu`.
pub const POLICY: &str = r#"
resource "ppcmk_enterprise_policy" "eu" {
  name                = "ep-eu"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
  key_name            = "cmk"
}

resource "ppcmk_key_access" "eu" {
  policy_id    = ppcmk_enterprise_policy.eu.id
  key_vault_id = ppcmk_enterprise_policy.eu.key_vault_id
}
"#;

/// A second policy `ep-two` for the key `cmk-2`, with its grant:
/// `ppcmk_enterprise_policy.two`, `ppcmk_key_access.two`.
pub const SECOND_POLICY: &str = r#"
resource "ppcmk_enterprise_policy" "two" {
  name                = "ep-two"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
  key_name            = "cmk-2"
}

resource "ppcmk_key_access" "two" {
  policy_id    = ppcmk_enterprise_policy.two.id
  key_vault_id = ppcmk_enterprise_policy.two.key_vault_id
}
"#;

/// [`POLICY`] with the environment [`RETAIL`] under it:
/// `ppcmk_environment_assignment.retail`.
pub const RETAIL_UNDER_POLICY: &str = r#"
resource "ppcmk_enterprise_policy" "eu" {
  name                = "ep-eu"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
  key_name            = "cmk"
}

resource "ppcmk_key_access" "eu" {
  policy_id    = ppcmk_enterprise_policy.eu.id
  key_vault_id = ppcmk_enterprise_policy.eu.key_vault_id
}

resource "ppcmk_environment_assignment" "retail" {
  environment_id = "00000000-0000-0000-0000-000000000001"
  policy_id      = ppcmk_enterprise_policy.eu.id
  depends_on     = [ppcmk_key_access.eu]
}
"#;

/// The ARM id of a policy in the built-in resource group.
pub fn policy_id(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/\
         enterprisePolicies/{name}"
    )
}

/// The assignment `retail` of [`RETAIL`] to the policy `eu`, with more arguments.
pub fn retail(arguments: &str) -> String {
    assignment(
        "retail",
        RETAIL,
        "policy_id = ppcmk_enterprise_policy.eu.id",
        arguments,
    )
}

/// An assignment that waits for all grants of [`POLICY`].
pub fn assignment(name: &str, environment: &str, policy: &str, arguments: &str) -> String {
    let mut block = format!("\nresource \"ppcmk_environment_assignment\" \"{name}\" {{\n");
    let lines = [
        &format!("environment_id = \"{environment}\""),
        policy,
        arguments,
    ];
    for line in lines.into_iter().filter(|line| !line.is_empty()) {
        // Writing to a string does not fail.
        let _ = writeln!(block, "  {line}");
    }
    block.push_str("  depends_on = [ppcmk_key_access.eu]\n}\n");
    block
}
