//! A tenant in which something is wrong with almost everything.

use ppcmk_emulator::seed::DEFAULT_SEED;
use ppcmk_emulator::{Emulator, Seed};
use ppcmk_tests::{Run, Workspace, estate};
use serde_json::{Value, json};

/// Managed, production, without Dataverse.
pub(crate) const APPS: &str = "00000000-0000-0000-0000-000000000006";
/// Not managed, of type Default, without Dataverse.
pub(crate) const DEFAULT: &str = "Default-11111111-1111-1111-1111-111111111111";
/// Managed, of type Default, with Dataverse: no rule of ours, and the service refuses it.
pub(crate) const MANAGED_DEFAULT: &str = "00000000-0000-0000-0000-0000000000aa";

/// Policies: `ep-eu` and `ep-two` are good, `ep-uk` is in another geo, `ep-net` encrypts nothing,
/// and the identity of `ep-bare` has no right on the key.
pub(crate) fn seed() -> Value {
    let mut seed: Value = serde_json::from_str(DEFAULT_SEED).unwrap();
    seed["policies"] = json!([
        { "name": "ep-eu", "vault": "kv-cmk-eu" },
        { "name": "ep-two", "vault": "kv-cmk-eu", "key": "cmk-2" },
        { "name": "ep-uk", "vault": "kv-cmk-uk", "location": "uk" },
        { "name": "ep-net", "kind": "NetworkInjection" },
        { "name": "ep-bare", "vault": "kv-cmk-eu", "granted": false },
        { "name": "ep-ap", "vault": "kv-cmk-ap" },
        { "name": "ep-ap-bare", "vault": "kv-cmk-ap", "granted": false },
        { "name": "ep-hsm", "vault": "hsm-cmk-eu" },
    ]);
    let vaults = seed["vaults"].as_array_mut().unwrap();
    vaults.extend([
        json!({ "name": "kv-purge", "kind": "rbac", "purgeProtection": false,
                "keys": [{ "name": "cmk" }] }),
        json!({ "name": "kv-closed", "kind": "rbac", "keys": [{ "name": "cmk" }],
                "network": { "defaultAction": "Deny", "bypass": "None" } }),
        json!({ "name": "kv-keys", "kind": "rbac", "keys": [
            { "name": "curve", "kty": "EC" },
            { "name": "small", "size": 1024 },
            { "name": "disputed", "size": 4096 },
            { "name": "signs", "operations": ["sign", "verify"] },
            { "name": "expired", "expires": "2025-02-01T00:00:00Z" },
            { "name": "later", "notBefore": "2099-01-01T00:00:00Z" },
            { "name": "disabled", "enabled": false },
        ] }),
    ]);
    let environments = seed["environments"].as_array_mut().unwrap();
    environments.push(json!({
        "id": MANAGED_DEFAULT, "displayName": "Managed default", "sku": "Default", "managed": true,
    }));
    seed
}

/// The tenant, and a workspace for it.
pub(crate) fn start() -> (Emulator, Workspace) {
    start_with(&seed())
}

/// The same with another seed.
pub(crate) fn start_with(seed: &Value) -> (Emulator, Workspace) {
    let emulator = Emulator::builder()
        .seed(Seed::parse(&seed.to_string()).unwrap())
        .start()
        .unwrap();
    let workspace = Workspace::new(&emulator);
    (emulator, workspace)
}

/// An assignment; `environment_id` stands on line 3 and `policy_id` on line 4.
pub(crate) fn assignment(environment: &str, policy: &str, more: &str) -> String {
    let policy = estate::policy_id(policy);
    format!(
        "\nresource \"ppcmk_environment_assignment\" \"a\" {{\n  environment_id = \
         \"{environment}\"\n  policy_id      = \"{policy}\"\n  {more}\n}}\n"
    )
}

/// A policy `ep-new`; `key_vault_id` stands on line 6, `key_name` on line 7.
pub(crate) fn policy(vault: &str, key: &str, more: &str) -> String {
    let subscription = estate::SUBSCRIPTION;
    format!(
        "\nresource \"ppcmk_enterprise_policy\" \"new\" {{\n  name = \"ep-new\"\n  \
         resource_group_name = \"rg-cmk\"\n  location = \"europe\"\n  key_vault_id = \
         \"/subscriptions/{subscription}/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/\
         vaults/{vault}\"\n  key_name = \"{key}\"\n  {more}\n}}\n"
    )
}

/// The provider block with these arguments; they stand on line 8.
pub(crate) fn provider(arguments: &str) -> String {
    format!(
        "\nterraform {{\n  required_providers {{\n    ppcmk = {{ source = \"ppcmk/ppcmk\" }}\n  }}\n}}\n\
         provider \"ppcmk\" {{\n  {arguments}\n}}\n"
    )
}

/// How many warnings there are, but for the one that Terraform has about development overrides.
pub(crate) fn warnings(run: &Run) -> usize {
    run.stdout.matches("Warning: ").count() - 1
}
