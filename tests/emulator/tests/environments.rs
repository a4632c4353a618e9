//! Environments, permissions and managed environments.

mod common;

use common::*;
use ppcmk_emulator::modes::{KeyManagedByWhileLinked, SlotCasing, UnregisteredReads};
use ppcmk_emulator::{Emulator, Seed};
use serde_json::json;

#[test]
fn prints_an_environment_as_captured() {
    let cloud = Cloud::start();
    let body = cloud.environment(RETAIL).json();
    assert_eq!(
        body["type"],
        "Microsoft.BusinessAppPlatform/scopes/environments"
    );
    assert_eq!(body["location"], "europe");
    let properties = &body["properties"];
    assert_eq!(properties["displayName"], "Contoso Retail");
    assert_eq!(properties["environmentSku"], "Production");
    assert_eq!(
        properties["governanceConfiguration"]["protectionLevel"],
        "Standard"
    );
    assert_eq!(properties["states"]["runtime"]["id"], "Enabled");
    assert_eq!(properties["protectionStatus"]["keyManagedBy"], "Microsoft");
    assert_eq!(
        properties["linkedEnvironmentMetadata"]["instanceState"],
        "Ready"
    );
    assert!(properties["permissions"]["ManageProtectionKeys"].is_object());
    assert!(properties.get("capacity").is_none());
    let plain = cloud
        .bap(
            "GET",
            &format!("environments/{RETAIL}?api-version=2016-11-01"),
            None,
        )
        .json();
    assert_eq!(plain["type"], "Microsoft.BusinessAppPlatform/environments");
    assert!(plain["properties"].get("permissions").is_none());
    let finops = cloud
        .environment("00000000-0000-0000-0000-000000000008")
        .json();
    assert_eq!(finops["properties"]["finOpsMetadata"]["type"], "Linked");
    let without = cloud
        .environment("00000000-0000-0000-0000-000000000006")
        .json();
    assert!(without["properties"]["linkedEnvironmentMetadata"].is_null());
}

#[test]
fn says_what_may_be_done() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    let reason = |id: &str, operation: &str| {
        let body = cloud.environment(id).json();
        let lists = &body["properties"]["lifecycleOperationsEnforcement"];
        let has = |entry: &&serde_json::Value| entry["type"]["id"] == operation;
        lists["disallowedOperations"]
            .as_array()
            .unwrap()
            .iter()
            .find(has)
            .map(|entry| entry["reason"]["type"].clone())
    };
    assert_eq!(reason(RETAIL, "NewCustomerManagedKey"), None);
    assert_eq!(
        reason(RETAIL, "RevertToMicrosoftKey"),
        Some(json!("EnvironmentCmkLinked"))
    );
    assert_eq!(
        reason(UNMANAGED, "NewCustomerManagedKey"),
        Some(json!("GovernanceConfig"))
    );
    assert_eq!(
        reason(TRIAL, "NewCustomerManagedKey"),
        Some(json!("EnvironmentSkuType"))
    );
    cloud.finish(&cloud.link(RETAIL, &policy));
    assert_eq!(reason(RETAIL, "RevertToMicrosoftKey"), None);
    assert_eq!(
        reason(RETAIL, "NewCustomerManagedKey"),
        Some(json!("EnvironmentCmkLinked"))
    );
}

#[test]
fn modes_change_what_is_printed() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.finish(&cloud.link(RETAIL, &policy));
    cloud.emulator.set_modes(|modes| {
        modes.slot_casing = SlotCasing::Pascal;
        modes.key_managed_by_while_linked = KeyManagedByWhileLinked::Customer;
    });
    let properties = cloud.environment(RETAIL).json()["properties"].clone();
    assert!(properties["enterprisePolicies"]["CustomerManagedKeys"].is_object());
    assert_eq!(properties["protectionStatus"]["keyManagedBy"], "Customer");
}

#[test]
fn lists_a_big_tenant_in_pages() {
    let mut seed = Seed::default();
    seed.generate.environments = 1_000;
    seed.generate.policies = 2;
    seed.generate.linked = 100;
    let cloud = Cloud::with(Emulator::builder().seed(seed));
    let first = "scopes/admin/environments?api-version=2023-06-01".to_owned();
    let all = cloud.bap("GET", &first, None).json();
    assert_eq!(all["value"].as_array().unwrap().len(), 1_009);
    assert!(all.get("nextLink").is_none());
    let linked = all["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["properties"].get("enterprisePolicies").is_some());
    assert_eq!(linked.count(), 100);
    cloud
        .emulator
        .set_modes(|modes| modes.environment_page_size = Some(400));
    let mut path = first;
    let mut sizes = Vec::new();
    loop {
        let page = cloud.bap("GET", &path, None).json();
        sizes.push(page["value"].as_array().unwrap().len());
        match page["nextLink"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(sizes, [400, 400, 209]);
}

#[test]
fn respects_what_the_application_may_do() {
    let with = |change: &dyn Fn(&mut ppcmk_emulator::seed::Application)| {
        let mut seed = Seed::default();
        change(&mut seed.applications[0]);
        Cloud::with(Emulator::builder().seed(seed))
    };
    let cloud = with(&|application| application.admin_application = false);
    let refused = cloud.link(RETAIL, "x");
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .text
            .contains("does not have permission to access the path")
    );
    assert_eq!(cloud.environment(RETAIL).status, 403);
    cloud
        .emulator
        .set_modes(|modes| modes.unregistered_reads = UnregisteredReads::NotFound);
    assert_eq!(cloud.environment(RETAIL).code(), "EnvironmentNotFound");

    let cloud = with(&|application| application.sees_environments = false);
    assert_eq!(cloud.environment(RETAIL).code(), "EnvironmentNotFound");

    let cloud = with(&|application| application.manage_protection_keys = false);
    let policy = cloud.policy("ep-1");
    assert_eq!(cloud.link(RETAIL, &policy).code(), "EnvironmentAccess");
    assert!(
        cloud.environment(RETAIL).json()["properties"]
            .get("permissions")
            .is_none()
    );

    let cloud = with(&|application| application.reads_policies = false);
    let policy = cloud.policy("ep-1");
    assert_eq!(cloud.link(RETAIL, &policy).status, 404);

    let cloud =
        with(&|application| application.azure_role = ppcmk_emulator::seed::AzureRole::Reader);
    let refused = cloud.put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"));
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "AuthorizationFailed")
    );
    assert!(
        refused
            .text
            .contains("Microsoft.PowerPlatform/enterprisePolicies/write")
    );
}

#[test]
fn switches_a_managed_environment_on() {
    let cloud = Cloud::start();
    let path = format!("environments/{UNMANAGED}/governanceConfiguration?api-version=2021-04-01");
    let basic = cloud.bap("POST", &path, Some(json!({"protectionLevel": "Basic"})));
    assert_eq!(basic.status, 204);
    let standard = json!({"protectionLevel": "Standard", "settings": {"extendedSettings": {"solutionCheckerMode": "none"}}});
    let operation = cloud.finish(&cloud.bap("POST", &path, Some(standard)));
    assert_eq!(operation["type"]["id"], "EnableGovernanceConfiguration");
    assert_eq!(operation["typeDisplayName"], "Enable Managed Environment");
    let body = cloud.environment(UNMANAGED).json();
    let governance = &body["properties"]["governanceConfiguration"];
    assert_eq!(
        governance["settings"]["extendedSettings"]["solutionCheckerMode"],
        "none"
    );
}

#[test]
fn serves_what_concerns_the_tenant() {
    let cloud = Cloud::start();
    let locations = cloud
        .bap("GET", "locations?api-version=2023-06-01", None)
        .json();
    assert_eq!(locations["value"].as_array().unwrap().len(), 18);
    let path = format!("adminApplications/{CLIENT}?api-version=2020-10-01");
    assert_eq!(
        cloud.bap("GET", &path, None).json()["applicationId"],
        CLIENT
    );
    let policy = cloud.policy("ep-1");
    let link = "platformapps/enterprisePolicies/Encryption/link?api-version=2024-05-01";
    assert_eq!(
        cloud
            .bap("POST", link, Some(json!({"systemId": policy})))
            .status,
        202
    );
    let status = cloud
        .bap("GET", "platformapps/status?api-version=2024-05-01", None)
        .json();
    assert_eq!(status["enrollmentState"], "Enrolled");
    assert_eq!(
        cloud
            .bap("GET", "nonsense?api-version=2024-05-01", None)
            .status,
        404
    );
}

#[test]
fn lifecycle_services_allow_six_calls_a_minute() {
    let cloud = Cloud::with(Emulator::builder().clock(ppcmk_emulator::Clock::manual()));
    let token = cloud.token("https://lcsapi.lcs.dynamics.com/.default");
    let ask = || {
        cloud
            .send(
                &token,
                "GET",
                "/environmentinfo/v1/detail/project/112233/?page=1",
                None,
            )
            .unwrap()
    };
    for _ in 0..6 {
        assert_eq!(ask().json()["IsSuccess"], true);
    }
    assert_eq!(ask().status, 429);
    cloud.emulator.advance(std::time::Duration::from_secs(61));
    assert_eq!(ask().status, 200);
}
