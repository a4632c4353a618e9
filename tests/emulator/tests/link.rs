//! Link, swap and unlink.

mod common;

use common::*;
use ppcmk_emulator::modes::{Refusal, UnlinkNothing, UnmanagedLink};
use serde_json::json;

#[test]
fn links_and_unlinks_an_environment() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-cmk-eu");
    let accepted = cloud.link(RETAIL, &policy);
    assert_eq!(accepted.status, 202);
    assert!(accepted.text.is_empty());
    assert_eq!(
        accepted.header("location"),
        accepted.header("operation-location")
    );
    assert_eq!(accepted.header("retry-after"), Some("0"));
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linking"));

    let operation = cloud.finish(&accepted);
    assert_eq!(operation["type"]["id"], "NewCustomerManagedKey");
    assert_eq!(operation["state"]["id"], "Succeeded");
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linked"));

    let operation = cloud.finish(&cloud.unlink(RETAIL, &policy));
    assert_eq!(operation["type"]["id"], "RevertToMicrosoftKey");
    assert_eq!(cloud.link_status(RETAIL), None);
    assert!(
        cloud.environment(RETAIL).json()["properties"]
            .get("enterprisePolicies")
            .is_none()
    );
    assert_eq!(cloud.emulator.requests().count_links(RETAIL), 1);
}

#[test]
fn swaps_to_another_policy() {
    let cloud = Cloud::start();
    let (first, second) = (cloud.policy("ep-1"), cloud.policy("ep-2"));
    cloud.finish(&cloud.link(RETAIL, &first));
    let operation = cloud.finish(&cloud.link(RETAIL, &second));
    assert_eq!(operation["type"]["id"], "RotateCustomerManagedKey");
    let slot =
        cloud.environment(RETAIL).json()["properties"]["enterprisePolicies"]["customerManagedKeys"]
            .clone();
    assert_eq!(slot["systemId"], second);
    assert_eq!(slot["linkStatus"], "Linked");
}

#[test]
fn linking_the_same_policy_again_succeeds_at_once() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.finish(&cloud.link(RETAIL, &policy));
    let again = cloud.link(RETAIL, &policy);
    let body = cloud
        .bap("GET", again.header("location").unwrap(), None)
        .json();
    assert_eq!(body["state"]["id"], "Succeeded");
}

#[test]
fn refuses_a_second_operation() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.link(RETAIL, &policy);
    let refused = cloud.link(RETAIL, &policy);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "OperationNotStartable")
    );
}

#[test]
fn refuses_the_admin_route_and_a_missing_content_type() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    let path = format!(
        "scopes/admin/environments/{RETAIL}/enterprisePolicies/Encryption/link?api-version=2019-10-01"
    );
    assert_eq!(
        cloud
            .bap("POST", &path, Some(json!({"SystemId": policy})))
            .status,
        404
    );
    let path = path.replace("scopes/admin/", "");
    assert_eq!(cloud.bap("POST", &path, None).status, 415);
    assert_eq!(cloud.bap("PUT", &path, None).status, 405);
}

#[test]
fn refuses_environments_that_take_no_key() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    let unmanaged = cloud.link(UNMANAGED, &policy);
    assert_eq!(
        (unmanaged.status, unmanaged.code().as_str()),
        (400, "InvalidLifecycleOperationRequest")
    );
    assert!(unmanaged.text.contains("governance configuration"));
    assert!(
        cloud
            .link(TRIAL, &policy)
            .text
            .contains("environment of type Trial")
    );
    let default = cloud.link(&format!("Default-{TENANT}"), &policy);
    assert!(default.text.contains("environment of type Default"));
    cloud
        .emulator
        .set_modes(|modes| modes.unmanaged_link = UnmanagedLink::NotFound);
    assert_eq!(cloud.link(UNMANAGED, &policy).status, 404);
    assert_eq!(
        cloud
            .link("00000000-0000-0000-0000-00000000ffff", &policy)
            .code(),
        "EnvironmentNotFound"
    );
}

#[test]
fn refuses_another_geography_at_once_or_in_the_operation() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    let refused = cloud.link(UK, &policy);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "EnterprisePolicyLocationMismatch")
    );
    cloud
        .emulator
        .set_modes(|modes| modes.location_mismatch = Refusal::Operation);
    let operation = cloud.finish(&cloud.link(UK, &policy));
    assert_eq!(operation["state"]["id"], "Failed");
    assert_eq!(operation["stages"][0]["state"]["id"], "Failed");
    assert!(
        operation["error"]["message"]
            .as_str()
            .unwrap()
            .contains("does not match")
    );
    assert_eq!(cloud.link_status(UK), None);
}

#[test]
fn refuses_a_policy_without_a_right_on_the_key() {
    let cloud = Cloud::start();
    let created = cloud
        .put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"))
        .json();
    cloud.emulator.advance(std::time::Duration::from_secs(60));
    let system_id = created["properties"]["systemId"].as_str().unwrap();
    let refused = cloud.link(RETAIL, system_id);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "EnterprisePolicyKeyVaultAccessDenied")
    );
    cloud
        .emulator
        .set_modes(|modes| modes.unusable_key = Refusal::Operation);
    let operation = cloud.finish(&cloud.link(RETAIL, system_id));
    assert_eq!(
        operation["error"]["code"],
        "EnterprisePolicyKeyVaultAccessDenied"
    );
}

#[test]
fn a_new_policy_is_not_found_for_a_while() {
    let cloud =
        Cloud::with(ppcmk_emulator::Emulator::builder().clock(ppcmk_emulator::Clock::manual()));
    let created = cloud
        .put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"))
        .json();
    let refused = cloud.link(RETAIL, created["properties"]["systemId"].as_str().unwrap());
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (404, "EnterprisePolicyNotFound")
    );
}

#[test]
fn unlinking_nothing_depends_on_the_mode() {
    let cloud = Cloud::start();
    let (policy, other) = (cloud.policy("ep-1"), cloud.policy("ep-2"));
    assert_eq!(cloud.unlink(RETAIL, &policy).status, 400);
    cloud
        .emulator
        .set_modes(|modes| modes.unlink_nothing = UnlinkNothing::Succeeds);
    let operation = cloud.finish(&cloud.unlink(RETAIL, &policy));
    assert_eq!(operation["state"]["id"], "Succeeded");
    cloud.finish(&cloud.link(RETAIL, &policy));
    assert_eq!(cloud.unlink(RETAIL, &other).status, 400);
}
