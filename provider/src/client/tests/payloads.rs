//! Every payload we collected becomes the object it should.

use ppcmk_coverage::{
    EnvironmentSku, HealthStatus, LinkStatus, PolicyKind, PolicyLocation, SameGeo,
};

use super::support::payload;
use crate::client::model::*;
use crate::client::plane::decode;
use crate::client::wire::Page;
use crate::client::wire::environment::EnvironmentDto;
use crate::client::wire::operation::OperationDto;
use crate::client::wire::policy::PolicyDto;
use crate::client::wire::vault::{KeyDto, VaultDto};

fn environment(body: &str) -> Environment {
    decode::<EnvironmentDto>(body.as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

fn operation(body: &str) -> Operation {
    decode::<OperationDto>(body.as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

fn policy(body: &str) -> EnterprisePolicy {
    decode::<PolicyDto>(body.as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

fn vault(body: &str) -> Vault {
    decode::<VaultDto>(body.as_bytes())
        .unwrap()
        .try_into()
        .unwrap()
}

#[test]
fn a_linked_environment() {
    let environment = environment(payload!(
        "bap-environment-get-response-200-linked-encryption"
    ));
    let link = environment.encryption.as_ref().unwrap();
    assert!(environment.is_encrypted_by_policy());
    assert_eq!(link.policy_id.as_ref().unwrap().name().as_str(), "bar");
    assert_eq!(
        link.system_id.as_ref().unwrap().location().as_str(),
        "europe"
    );
    assert!(link.is_to(link.policy_id.as_ref(), None));
    assert!(link.is_to(None, link.system_id.as_ref()));
    assert!(!link.is_to(None, None));
    assert_eq!(environment.network, None);
    assert!(!environment.is_managed);
    assert!(environment.has_dataverse);
    assert_eq!(environment.sku, EnvironmentSku::Sandbox);
    assert_eq!(environment.azure_region.unwrap().as_str(), "westeurope");
    assert_eq!(environment.key_managed_by.as_deref(), Some("Microsoft"));
    assert_eq!(environment.management_state.as_deref(), Some("Ready"));
    assert_eq!(environment.runtime_state.as_deref(), Some("Enabled"));
    assert_eq!(environment.can_manage_protection_keys, None);
    let location = PolicyLocation::new("europe");
    assert_eq!(location.same_geo(&environment.location), SameGeo::Same);
}

#[test]
fn the_other_slots_and_states() {
    let network = environment(payload!("bap-environment-get-response-200-linked-vnet"));
    assert!(network.network.is_some() && network.encryption.is_none());
    let identity = environment(payload!("bap-environment-get-response-200-linked-identity"));
    assert!(identity.identity.is_some() && identity.encryption.is_none());
    let status = |body| environment(body).encryption.unwrap().status;
    assert_eq!(
        status(payload!("bap-environment-get-response-200-linking")),
        LinkStatus::Linking
    );
    assert_eq!(
        status(payload!("bap-environment-get-response-200-unlinking")),
        LinkStatus::Unlinking
    );
    assert_eq!(
        status(payload!("bap-environment-get-response-200-link-failed")),
        LinkStatus::Failed
    );
}

#[test]
fn a_managed_environment_with_its_rules() {
    let managed = environment(payload!(
        "bap-environment-get-response-200-managed-not-linked"
    ));
    assert!(managed.is_managed);
    assert!(managed.encryption.is_none());
    assert!(managed.lifecycle.allows("NewCustomerManagedKey"));
    let rule = managed.lifecycle.disallows("RevertToMicrosoftKey").unwrap();
    assert_eq!(rule.reason.as_deref(), Some("EnvironmentCmkLinked"));
    assert!(!environment(payload!("bap-environment-get-response-200-not-managed")).is_managed);
}

#[test]
fn finance_and_operations_under_both_names() {
    let part = |body| environment(body).finance_and_operations.unwrap();
    assert!(part(payload!("bap-environment-get-response-200-finops-unified")).is_unified());
    let linked = part(payload!("bap-environment-get-response-200-finops-lcs"));
    assert_eq!(linked.kind.as_deref(), Some("Linked"));
}

#[test]
fn members_in_any_case_unknown_words_and_nulls() {
    let body = r#"{
        "NAME": "00000000-0000-0000-0000-000000000001", "Location": "atlantis", "novel": [1, {"a": 2}],
        "Properties": {
            "EnvironmentSku": "Hologram", "DisplayName": null, "states": null,
            "EnterprisePolicies": {
                "CUSTOMERMANAGEDKEYS": {"PolicyId": "x", "ID": "strange", "SystemId": null, "LinkStatus": "Pondering", "novel": 1.5e300},
                "VNets": {"policyId": "y"},
                "identity": {}
            },
            "permissions": {"ManageProtectionKeys": {"displayName": "x"}}
        }
    }"#;
    let environment = environment(body);
    assert_eq!(environment.sku, EnvironmentSku::Other("Hologram".into()));
    let link = environment.encryption.unwrap();
    assert_eq!(link.status, LinkStatus::Other("Pondering".into()));
    assert_eq!(
        (link.policy_id, link.policy_id_text.as_deref()),
        (None, Some("strange"))
    );
    assert!(environment.network.is_some());
    assert_eq!(environment.identity, None);
    assert_eq!(environment.can_manage_protection_keys, Some(true));
    assert!(!environment.is_managed && !environment.has_dataverse);
}

#[test]
fn the_documented_list() {
    let page: Page<EnvironmentDto> =
        decode(payload!("bap-environments-list-response-200").as_bytes()).unwrap();
    let environment: Environment = page.value.into_iter().next().unwrap().try_into().unwrap();
    assert_eq!(environment.display_name, "My Power Platform Environment");
    assert!(environment.has_dataverse);
    assert_eq!(page.next_link, None);
}

#[test]
fn operations_of_every_state() {
    for (body, kind, state) in [
        (
            payload!("bap-lifecycle-operation-link-not-started"),
            OperationType::NewCustomerManagedKey,
            OperationState::NotStarted,
        ),
        (
            payload!("bap-lifecycle-operation-link-running"),
            OperationType::NewCustomerManagedKey,
            OperationState::Running,
        ),
        (
            payload!("bap-lifecycle-operation-link-succeeded"),
            OperationType::NewCustomerManagedKey,
            OperationState::Succeeded,
        ),
        (
            payload!("bap-lifecycle-operation-swap-succeeded"),
            OperationType::RotateCustomerManagedKey,
            OperationState::Succeeded,
        ),
        (
            payload!("bap-lifecycle-operation-unlink-succeeded"),
            OperationType::RevertToMicrosoftKey,
            OperationState::Succeeded,
        ),
        (
            payload!("bap-lifecycle-operation-link-failed"),
            OperationType::NewCustomerManagedKey,
            OperationState::Failed,
        ),
        (
            payload!("bap-lifecycle-operation-failed"),
            OperationType::Other("Create".into()),
            OperationState::Failed,
        ),
        (
            payload!("bap-lifecycle-operation-enable-managed-succeeded"),
            OperationType::Other("EnableGovernanceConfiguration".into()),
            OperationState::Succeeded,
        ),
        (
            payload!("bap-lifecycle-operation-succeeded"),
            operation(payload!("bap-lifecycle-operation-succeeded")).kind,
            OperationState::Succeeded,
        ),
    ] {
        let operation = operation(body);
        assert_eq!((operation.kind, operation.state), (kind, state));
        assert!(operation.created.is_some());
    }
}

#[test]
fn a_failed_operation_says_where_and_why() {
    let failed = operation(payload!("bap-lifecycle-operation-link-failed"));
    assert!(
        failed
            .error
            .as_deref()
            .unwrap()
            .contains("could not be applied")
    );
    assert_eq!(failed.current_stage().unwrap().name, "Run");
    assert!(
        operation(payload!("bap-lifecycle-operation-failed"))
            .error
            .is_none()
    );
}

#[test]
fn the_newest_operations_are_found() {
    let page: Page<OperationDto> =
        decode(payload!("bap-lifecycle-operations-list-response-200").as_bytes()).unwrap();
    let operations: Vec<Operation> = page
        .value
        .into_iter()
        .map(|dto| dto.try_into().unwrap())
        .collect();
    assert_eq!(newest_active(&operations), operations.first());
    assert_eq!(newest_of_key(&operations), operations.first());
    assert_eq!(newest_active(&operations[1..]), None);
    assert_eq!(newest_of_key(&operations[1..]), None);
}

#[test]
fn an_older_body_of_an_operation() {
    let old = operation(r#"{"operationId":"1","status":"Pondering","statusMessage":"so so"}"#);
    assert_eq!(old.state, OperationState::Other("Pondering".into()));
    assert!(old.is_active());
    assert_eq!(old.error.as_deref(), Some("so so"));
}

#[test]
fn policies() {
    let policy_without = policy(payload!("arm-enterprise-policy-get-response-200"));
    assert_eq!(policy_without.kind, PolicyKind::Encryption);
    assert_eq!(policy_without.key_name.as_ref().unwrap().as_str(), "cmk");
    assert_eq!(policy_without.key_version, None);
    assert_eq!(policy_without.tags["owner"], "platform");
    assert_eq!(
        policy_without.health_status,
        Some(HealthStatus::Undetermined)
    );
    assert_eq!(
        policy_without.principal_id.unwrap().as_str(),
        "44444444-4444-4444-4444-444444444444"
    );
    assert!(policy_without.system_id.is_some() && policy_without.tenant_id.is_some());
    let pinned = policy(payload!("arm-enterprise-policy-get-response-200-versioned"));
    assert_eq!(
        pinned.key_version.unwrap().as_str(),
        "f9b2c9815d5d48a0814230053ccea0d6"
    );
    let by_specification = payload!("arm-enterprise-policy-get-response-200")
        .replace("\"principalId\"", "\"systemAssignedIdentityPrincipalId\"");
    assert!(policy(&by_specification).principal_id.is_some());
    let untold = payload!("arm-enterprise-policy-get-response-200")
        .replace("\"owner\": \"platform\"", "\"owner\": null");
    assert_eq!(policy(&untold).tags["owner"], "");
}

#[test]
fn vaults() {
    let rbac = vault(payload!("keyvault-vault-get-response-200-rbac"));
    assert!(rbac.uses_rbac && rbac.purge_protection);
    assert_eq!(rbac.network.trusted_services_bypass, Some(true));
    assert_eq!(rbac.soft_delete_retention_days, Some(90));
    let open = vault(payload!(
        "keyvault-vault-get-response-200-no-purge-protection"
    ));
    assert!(!open.purge_protection);
    let closed = vault(payload!("keyvault-vault-get-response-200-firewalled"));
    assert_eq!(closed.network.denies_by_default, Some(true));
    assert_eq!(closed.network.trusted_services_bypass, Some(false));
    let policies = vault(payload!("keyvault-vault-get-response-200-access-policies"));
    let principal = "44444444-4444-4444-4444-444444444444".parse().unwrap();
    assert!(!policies.uses_rbac);
    assert!(
        policies
            .access_policy_of(&principal)
            .unwrap()
            .allows_encryption()
    );
    let hsm = vault(payload!("hsm-get-response-200"));
    assert!(hsm.id.is_managed_hsm() && hsm.purge_protection);
    assert_eq!(
        hsm.uri.as_deref(),
        Some("https://hsm-cmk-eu.managedhsm.azure.net/")
    );
}

#[test]
fn keys() {
    let key: Key = decode::<KeyDto>(payload!("keyvault-arm-key-get-response-200").as_bytes())
        .unwrap()
        .into();
    assert_eq!(
        (key.key_type.as_str(), key.size, key.enabled),
        ("RSA-HSM", Some(3072), Some(true))
    );
    assert!(key.allows("WrapKey") && !key.allows("sign"));
    assert_eq!(
        key.version.unwrap().as_str(),
        "fd618d9519b74f9aae94ade66b876acc"
    );
    assert_eq!(
        (key.expires, key.created, key.rotates),
        (None, Some(1_767_322_800), false)
    );
    let versions: Page<KeyDto> =
        decode(payload!("keyvault-arm-key-versions-list-response-200").as_bytes()).unwrap();
    assert_eq!(versions.value.len(), 1);
}

#[test]
fn cut_bodies_are_errors_and_never_panics() {
    let body = payload!("bap-environment-get-response-200-managed-not-linked").as_bytes();
    for end in (0..body.len() - 2).step_by(97) {
        assert!(decode::<EnvironmentDto>(&body[..end]).is_err(), "{end}");
    }
}
