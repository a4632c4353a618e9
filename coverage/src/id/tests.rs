//! Every id in a table: what is accepted, and what the refusal says.

use std::collections::HashSet;

use super::*;

const SUBSCRIPTION: &str = "/subscriptions/22222222-2222-2222-2222-222222222222";

fn policy(rest: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/rg-cmk/providers/{rest}")
}

/// Expects the refusal to end like this.
fn refuses<T>(text: &str, ending: &str)
where
    T: std::str::FromStr<Err = ParseError> + std::fmt::Debug,
{
    let message = text.parse::<T>().unwrap_err().to_string();
    assert!(
        message.ends_with(ending),
        "`{message}` does not end with `{ending}`"
    );
}

#[test]
fn a_policy_id_keeps_its_spelling_and_compares_without_case() {
    let id: PolicyId = policy("microsoft.powerplatform/EnterprisePolicies/Ep-1")
        .parse()
        .unwrap();
    let other: PolicyId = id.as_str().to_uppercase().parse().unwrap();
    assert_eq!(
        id.to_string(),
        policy("microsoft.powerplatform/EnterprisePolicies/Ep-1")
    );
    assert_eq!(HashSet::from([id.clone(), other.clone()]).len(), 1);
    assert_eq!(id.cmp(&other), std::cmp::Ordering::Equal);
    assert_eq!(id.subscription(), other.subscription());
    assert_eq!(id.name(), other.name());
}

#[test]
fn a_policy_id_can_be_put_together() {
    let id = PolicyId::new(
        "22222222-2222-2222-2222-222222222222".parse().unwrap(),
        "rg-cmk".parse().unwrap(),
        "ep".parse().unwrap(),
    );
    assert_eq!(
        id,
        policy("Microsoft.PowerPlatform/enterprisePolicies/ep")
            .parse()
            .unwrap()
    );
}

#[test]
fn a_policy_id_says_where_it_goes_wrong() {
    refuses::<PolicyId>("", "it is empty");
    refuses::<PolicyId>(" /subscriptions", "it begins or ends with white space");
    refuses::<PolicyId>(
        "ep-cmk-eu",
        "it does not begin with `/subscriptions/{subscription id}/resourceGroups/`",
    );
    refuses::<PolicyId>(
        &policy("Microsoft.KeyVault/vaults/kv"),
        "it is the id of a `Microsoft.KeyVault/vaults`, \
         and a `Microsoft.PowerPlatform/enterprisePolicies` is meant",
    );
    refuses::<PolicyId>(
        &policy("Microsoft.PowerPlatform/enterprisePolicies"),
        "it ends where the resource's name is expected",
    );
    refuses::<PolicyId>(
        &policy("Microsoft.PowerPlatform/enterprisePolicies/"),
        "it ends where the resource's name is expected",
    );
    refuses::<PolicyId>(
        &policy("Microsoft.PowerPlatform/enterprisePolicies/ep/subnets/a"),
        "nothing may follow after segment 8, and `/subnets/a` does",
    );
    refuses::<PolicyId>(
        "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroup/rg",
        "segment 3 is `resourceGroup` where `resourceGroups` is expected",
    );
    refuses::<PolicyId>(
        "/subscriptions/2222222-2222-2222-2222-222222222222/resourceGroups/rg",
        "the subscription id `2222222-2222-2222-2222-222222222222` is not a GUID: \
         it has 35 characters, 36 are expected",
    );
    refuses::<PolicyId>(
        "https://management.azure.com/subscriptions/x",
        "this is a URI, and the policy's ARM id is meant",
    );
}

#[test]
fn a_system_id_is_no_arm_id() {
    refuses::<SystemId>(
        &policy("Microsoft.PowerPlatform/enterprisePolicies/ep"),
        "this is an ARM id, and the policy's system id is meant",
    );
    refuses::<SystemId>(
        "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/\
         33333333-3333-3333-3333-33333333333g",
        "character 'g' at position 36 is not a hexadecimal digit",
    );
    let id: SystemId = "/REGIONS/uk/providers/microsoft.powerplatform/enterprisepolicies/\
                        33333333-3333-3333-3333-333333333333"
        .parse()
        .unwrap();
    assert_eq!(id.location().geo().unwrap().id(), "uk");
}

#[test]
fn an_environment_id_may_be_the_default_one() {
    let id: EnvironmentId = "DEFAULT-11111111-1111-1111-1111-111111111111"
        .parse()
        .unwrap();
    assert!(id.is_default());
    assert_eq!(
        id,
        "Default-11111111-1111-1111-1111-111111111111"
            .parse()
            .unwrap()
    );
    refuses::<EnvironmentId>("Default-1111", "it has 4 characters, 36 are expected");
    refuses::<EnvironmentId>("retail", "it has 6 characters, 36 are expected");
    refuses::<EnvironmentId>(
        "/providers/Microsoft.BusinessAppPlatform/environments/x",
        "this is a path, and the environment's id is meant",
    );
}

#[test]
fn a_vault_may_be_a_managed_hsm() {
    let vault: KeyVaultId = policy("Microsoft.KeyVault/vaults/kv-cmk-eu")
        .parse()
        .unwrap();
    assert!(!vault.is_managed_hsm());
    assert_eq!(vault.name(), "kv-cmk-eu");
    let hsm: KeyVaultId = policy("microsoft.keyvault/MANAGEDHSMS/hsm-1")
        .parse()
        .unwrap();
    assert!(hsm.is_managed_hsm());
    refuses::<KeyVaultId>(
        &policy("Microsoft.KeyVault/vaults/kv-cmk-eu/keys/cmk"),
        "nothing may follow after segment 8, and `/keys/cmk` does",
    );
    refuses::<KeyVaultId>(
        &policy("Microsoft.KeyVault/vaults/kv"),
        "the key vault's name has 2 characters, 3 to 24 are allowed",
    );
}

#[test]
fn a_role_assignment_stands_at_any_scope() {
    let id: RoleAssignmentId = format!(
        "{}/keys/cmk/providers/Microsoft.Authorization/roleAssignments/{}",
        policy("Microsoft.KeyVault/vaults/kv-cmk-eu"),
        "77777777-7777-7777-7777-777777777777"
    )
    .parse()
    .unwrap();
    assert!(id.scope().ends_with("/vaults/kv-cmk-eu/keys/cmk"));
    assert_eq!(id.name(), "77777777-7777-7777-7777-777777777777");
    refuses::<RoleAssignmentId>(
        "77777777-7777-7777-7777-777777777777",
        "it does not begin with `/`",
    );
}

#[test]
fn names_refuse_what_azure_refuses() {
    refuses::<ResourceGroupName>(
        "rg.",
        "character '.' at position 3 of the resource group's name is not allowed \
         (letters, digits, `_`, `-`, `.`, `(` and `)`, no `.` at the end)",
    );
    refuses::<KeyName>(
        "my_key",
        "character '_' at position 3 of the key's name is not allowed \
         (letters, digits and hyphens)",
    );
    refuses::<KeyVersion>(
        "https://kv-cmk-eu.vault.azure.net/keys/cmk/fd618d9519b74f9aae94ade66b876acc",
        "this is the URI of a key, and the key's version is meant",
    );
}

#[test]
fn a_bare_guid_is_nothing_else() {
    refuses::<SubscriptionId>(
        SUBSCRIPTION,
        "this is an ARM id, and the subscription's GUID is meant",
    );
    refuses::<PrincipalId>(
        "44444444-4444-4444-4444_444444444444",
        "character '_' at position 24 should be a hyphen",
    );
    refuses::<TenantId>("zażółć", "it has 6 characters, 36 are expected");
}
