//! Tokens, policies, role assignments, vaults and Resource Graph.

mod common;

use std::time::Duration;

use common::*;
use ppcmk_emulator::modes::{NoKeyVersion, PrincipalNotFound};
use ppcmk_emulator::seed::Network;
use ppcmk_emulator::{Change, Clock, Emulator, Seed};
use serde_json::json;

#[test]
fn issues_tokens_for_one_audience() {
    let cloud = Cloud::start();
    let wrong = cloud.ask_token("nonsense", "https://management.azure.com/.default");
    assert_eq!(
        (wrong.status, wrong.json()["error"].as_str()),
        (401, Some("invalid_client"))
    );
    let scope = cloud.ask_token("emulator-secret", "https://example.com/.default");
    assert_eq!(
        (scope.status, scope.json()["error"].as_str()),
        (400, Some("invalid_scope"))
    );
    assert!(
        scope.json()["error_description"]
            .as_str()
            .unwrap()
            .starts_with("AADSTS70011")
    );

    let vault = cloud.token("https://vault.azure.net/.default");
    let refused = cloud.send(&vault, "GET", &policy_path("x"), None).unwrap();
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (401, "InvalidAuthenticationTokenAudience")
    );

    let own = cloud.token(&format!("{}/.default", cloud.emulator.base_url()));
    assert_eq!(
        cloud
            .send(&own, "GET", &policy_path("x"), None)
            .unwrap()
            .status,
        404
    );
    cloud.emulator.advance(Duration::from_secs(4000));
    assert_eq!(
        cloud
            .send(&own, "GET", &policy_path("x"), None)
            .unwrap()
            .code(),
        "ExpiredAuthenticationToken"
    );
}

#[test]
fn logs_who_asked_but_no_token() {
    let cloud = Cloud::start();
    cloud.token("https://service.powerapps.com/.default");
    cloud.environment(RETAIL);
    let requests = cloud.emulator.requests();
    let entry = requests.all().last().unwrap();
    assert_eq!(
        entry.audience.as_deref(),
        Some("https://service.powerapps.com")
    );
    assert_eq!(entry.client.as_deref(), Some(CLIENT));
    let text = serde_json::to_string(requests.all()).unwrap();
    assert!(
        !text.contains("emulator-secret") && !text.contains("Bearer"),
        "{text}"
    );
}

#[test]
fn creates_replaces_and_deletes_a_policy() {
    let cloud = Cloud::start();
    let created = cloud.put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"));
    assert_eq!(created.status, 201);
    let body = created.json();
    assert_eq!(body["type"], "Microsoft.PowerPlatform/enterprisePolicies");
    assert!(body["properties"]["encryption"]["keyVault"]["key"]["version"].is_null());
    assert!(
        body["properties"]
            .as_object()
            .unwrap()
            .contains_key("lockbox")
    );
    assert!(
        body["systemData"]["createdAt"].as_str().unwrap().len()
            == "2026-01-02T03:04:05.6789012Z".len()
    );

    let replaced = cloud.put_policy("EP-1", policy_body("kv-cmk-eu", "cmk-2"));
    assert_eq!(replaced.status, 200);
    assert_eq!(
        replaced.json()["properties"]["systemId"],
        body["properties"]["systemId"]
    );
    cloud
        .emulator
        .set_modes(|modes| modes.no_key_version = NoKeyVersion::Absent);
    let read = cloud.arm("GET", &policy_path("ep-1"), None).json();
    assert_eq!(
        read["properties"]["encryption"]["keyVault"]["key"],
        json!({"name": "cmk-2"})
    );

    let patched = cloud.arm(
        "PATCH",
        &policy_path("ep-1"),
        Some(json!({"tags": {"owner": "security"}})),
    );
    assert_eq!(patched.json()["tags"], json!({"owner": "security"}));
    assert_eq!(cloud.arm("DELETE", &policy_path("ep-1"), None).status, 200);
    assert_eq!(cloud.arm("DELETE", &policy_path("ep-1"), None).status, 204);
    assert_eq!(
        cloud.arm("GET", &policy_path("ep-1"), None).code(),
        "ResourceNotFound"
    );
}

#[test]
fn freezes_a_linked_policy() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.finish(&cloud.link(RETAIL, &policy));
    let put = cloud.put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"));
    assert_eq!(
        (put.status, put.code().as_str()),
        (400, "EnterprisePolicyUpdateNotAllowed")
    );
    let patch = cloud.arm("PATCH", &policy_path("ep-1"), Some(json!({"tags": {}})));
    assert_eq!(patch.code(), "EnterprisePolicyUpdateNotAllowed");
    let delete = cloud.arm("DELETE", &policy_path("ep-1"), None);
    assert_eq!(
        (delete.status, delete.code().as_str()),
        (400, "EnterprisePolicyDeleteNotAllowed")
    );
    assert!(delete.text.contains("linked with 1 environment"));
    assert_eq!(
        delete.json()["error"]["namespace"],
        "Quartz.EnterprisePolicy"
    );
}

#[test]
fn refuses_policies_that_make_no_sense() {
    let cloud = Cloud::start();
    let code = |body| cloud.put_policy("ep-1", body).code();
    let with = |pointer: &str, value| {
        let mut body = policy_body("kv-cmk-eu", "cmk");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    assert_eq!(code(json!(null)), "InputValidationError");
    assert_eq!(
        code(with(
            "/properties/networkInjection",
            json!({"virtualNetworks": {"value": []}})
        )),
        "InputValidationError"
    );
    assert_eq!(
        code(with("/location", json!("westeurope"))),
        "LocationNotAvailableForResourceType"
    );
    assert_eq!(
        code(with("/properties/encryption", json!(null))),
        "InputValidationError"
    );
    cloud.put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"));
    assert_eq!(
        code(with("/location", json!("uk"))),
        "InvalidResourceLocation"
    );
    let path = policy_path("ep-1").replace("2020-10-30-preview", "2099-01-01");
    assert_eq!(
        cloud.arm("GET", &path, None).code(),
        "NoRegisteredProviderFound"
    );
    let path = policy_path("ep-1").replace("rg-cmk", "rg-other");
    assert_eq!(
        cloud.arm("GET", &path, None).code(),
        "ResourceGroupNotFound"
    );
    assert_eq!(cloud.arm("POST", &policy_path("ep-1"), None).status, 405);
}

#[test]
fn registers_a_subscription() {
    let mut seed = Seed::default();
    seed.subscriptions[0].registered = false;
    let clock = Clock::manual();
    let cloud = Cloud::with(Emulator::builder().seed(seed).clock(clock.clone()));
    let refused = cloud.put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"));
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "MissingSubscriptionRegistration")
    );
    let path =
        "/subscriptions/22222222-2222-2222-2222-222222222222/providers/Microsoft.PowerPlatform";
    let state = || {
        cloud
            .arm("GET", &format!("{path}?api-version=2021-04-01"), None)
            .json()["registrationState"]
            .clone()
    };
    assert_eq!(state(), "NotRegistered");
    cloud.arm(
        "POST",
        &format!("{path}/register?api-version=2021-04-01"),
        None,
    );
    assert_eq!(state(), "Registering");
    clock.advance(Duration::from_secs(5));
    assert_eq!(state(), "Registered");
}

#[test]
fn pages_policies() {
    let mut seed = Seed::default();
    seed.generate.policies = 5;
    let cloud = Cloud::with(Emulator::builder().seed(seed));
    cloud
        .emulator
        .set_modes(|modes| modes.policy_page_size = Some(2));
    let mut path = format!(
        "{GROUP}/providers/Microsoft.PowerPlatform/enterprisePolicies?api-version=2020-10-30"
    );
    let mut sizes = Vec::new();
    loop {
        let body = cloud.arm("GET", &path, None).json();
        sizes.push(body["value"].as_array().unwrap().len());
        match body["nextLink"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
}

#[test]
fn replicates_a_new_principal_after_a_while() {
    let clock = Clock::manual();
    let cloud = Cloud::with(Emulator::builder().clock(clock.clone()));
    let body = cloud
        .put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"))
        .json();
    let principal = body["identity"]["principalId"].as_str().unwrap().to_owned();
    cloud
        .emulator
        .set_modes(|modes| modes.principal_not_found = PrincipalNotFound::Always);
    let refused = cloud.grant("kv-cmk-eu", &principal);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "PrincipalNotFound")
    );
    clock.advance(Duration::from_secs(2));
    assert_eq!(cloud.grant("kv-cmk-eu", &principal).status, 201);
    assert_eq!(cloud.grant("kv-cmk-eu", &principal).status, 200);
    assert!(!cloud.emulator.policy("ep-1").unwrap().key_usable);
    clock.advance(Duration::from_secs(2));
    assert!(cloud.emulator.policy("ep-1").unwrap().key_usable);
}

#[test]
fn lists_role_assignments_by_principal_and_scope() {
    let cloud = Cloud::start();
    cloud.policy("ep-1");
    let principal = cloud.emulator.policy("ep-1").unwrap().principal_id;
    let count = |scope: &str, filter: &str| {
        let path = format!(
            "{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter={filter}"
        );
        let answer = cloud.arm("GET", &path, None);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["value"].as_array().unwrap().len()
    };
    let mine = format!("principalId eq '{principal}'");
    assert_eq!(count(&vault_id("kv-cmk-eu"), &mine), 1);
    assert_eq!(
        count(&format!("{}/keys/cmk", vault_id("kv-cmk-eu")), &mine),
        1
    );
    assert_eq!(count(GROUP, &mine), 1);
    assert_eq!(
        count(GROUP, &format!("atScope() and assignedTo('{principal}')")),
        0
    );
    assert_eq!(count(&vault_id("kv-cmk-uk"), &mine), 0);
    let again = cloud.grant("kv-cmk-eu", &principal);
    assert_eq!(again.status, 200);
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/99999999-7777-7777-7777-777777777777?api-version=2022-04-01",
        vault_id("kv-cmk-eu")
    );
    let body = json!({"properties": {"roleDefinitionId": format!("/x/{ENCRYPTION_USER}"), "principalId": principal}});
    assert_eq!(
        cloud.arm("PUT", &path, Some(body)).code(),
        "RoleAssignmentExists"
    );
}

#[test]
fn access_policies_are_merged_and_removed() {
    let cloud = Cloud::start();
    let body = cloud
        .put_policy("ep-1", policy_body("kv-cmk-ap", "cmk"))
        .json();
    let principal = body["identity"]["principalId"].clone();
    let change = |action: &str, keys: serde_json::Value| {
        let path = format!(
            "{}/accessPolicies/{action}?api-version=2023-07-01",
            vault_id("kv-cmk-ap")
        );
        let entry =
            json!({"tenantId": TENANT, "objectId": principal, "permissions": {"keys": keys}});
        cloud.arm(
            "PUT",
            &path,
            Some(json!({"properties": {"accessPolicies": [entry]}})),
        )
    };
    assert_eq!(change("add", json!(["get"])).status, 200);
    change("add", json!(["wrapKey", "unwrapKey"]));
    cloud.emulator.advance(Duration::from_secs(5));
    assert!(cloud.emulator.policy("ep-1").unwrap().key_usable);
    let vault = cloud
        .arm(
            "GET",
            &format!("{}?api-version=2023-07-01", vault_id("kv-cmk-ap")),
            None,
        )
        .json();
    assert_eq!(vault["properties"]["enableRbacAuthorization"], false);
    assert_eq!(
        vault["properties"]["accessPolicies"][0]["permissions"]["keys"],
        json!(["get", "wrapKey", "unwrapKey"])
    );
    let left = change("remove", json!(["get", "wrapKey", "unwrapKey"])).json();
    assert_eq!(left["properties"]["accessPolicies"], json!([]));
}

#[test]
fn reads_keys_on_both_planes() {
    let cloud = Cloud::start();
    let key = cloud
        .arm(
            "GET",
            &format!("{}/keys/cmk?api-version=2023-07-01", vault_id("kv-cmk-eu")),
            None,
        )
        .json();
    assert_eq!(key["properties"]["keySize"], 3072);
    let url = key["properties"]["keyUri"].as_str().unwrap();
    let challenged = Answer::from(
        cloud
            .http
            .get(format!("{url}?api-version=7.4"))
            .send()
            .unwrap(),
    );
    assert_eq!(challenged.status, 401);
    assert!(
        challenged
            .header("www-authenticate")
            .unwrap()
            .contains("https://vault.azure.net")
    );
    let token = cloud.token("https://vault.azure.net/.default");
    let read = |url: &str| {
        cloud
            .send(&token, "GET", &format!("{url}?api-version=7.4"), None)
            .unwrap()
    };
    let data = read(url).json();
    assert!(
        key["properties"]["keyUriWithVersion"]
            .as_str()
            .unwrap()
            .ends_with(
                data["key"]["kid"]
                    .as_str()
                    .unwrap()
                    .rsplit('/')
                    .next()
                    .unwrap()
            )
    );
    assert_eq!(data["key"]["n"].as_str().unwrap().len(), 512);
    assert_eq!(
        read(&format!("{url}/versions")).json()["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(read(&format!("{url}x")).code(), "KeyNotFound");
    let network = Network {
        default_action: "Deny".into(),
        ..Network::default()
    };
    cloud
        .emulator
        .change(Change::SetNetwork {
            vault: "kv-cmk-eu".into(),
            network,
        })
        .unwrap();
    assert_eq!(
        read(url).json()["error"]["innererror"]["code"],
        "ForbiddenByFirewall"
    );
}

#[test]
fn a_managed_hsm_has_roles_of_its_own() {
    let cloud = Cloud::start();
    let hsm_id = vault_id("hsm-cmk-eu").replace("/vaults/", "/managedHSMs/");
    let hsm = cloud
        .arm("GET", &format!("{hsm_id}?api-version=2023-07-01"), None)
        .json();
    let mut wanted = policy_body("kv-cmk-eu", "cmk");
    wanted["properties"]["encryption"]["keyVault"]["id"] = hsm_id.into();
    let policy = cloud.put_policy("ep-hsm", wanted).json();
    let token = cloud.token("https://managedhsm.azure.net/.default");
    let url = format!(
        "{}/keys/providers/Microsoft.Authorization/roleAssignments/77777777-7777-7777-7777-777777777777?api-version=7.4",
        hsm["properties"]["hsmUri"].as_str().unwrap()
    );
    let role = "Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/33413926-3206-4cdd-b39a-83574fe37a17";
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": policy["identity"]["principalId"]}});
    assert_eq!(
        cloud.send(&token, "PUT", &url, Some(body)).unwrap().status,
        201
    );
    cloud.emulator.advance(Duration::from_secs(60));
    assert!(cloud.emulator.policy("ep-hsm").unwrap().key_usable);
    assert_eq!(
        cloud.send(&token, "DELETE", &url, None).unwrap().status,
        200
    );
    assert!(!cloud.emulator.policy("ep-hsm").unwrap().key_usable);
}

#[test]
fn resource_graph_lags() {
    let clock = Clock::manual();
    let cloud = Cloud::with(Emulator::builder().clock(clock.clone()));
    let query = |kind: &str| {
        let body =
            json!({"query": format!("resources | where type =~ '{kind}'"), "options": {"$top": 2}});
        cloud.arm(
            "POST",
            "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01",
            Some(body),
        )
    };
    let policies = || query("microsoft.powerplatform/enterprisepolicies").json();
    cloud.put_policy("ep-1", policy_body("kv-cmk-eu", "cmk"));
    assert_eq!(policies()["totalRecords"], 0);
    clock.advance(Duration::from_secs(10));
    assert_eq!(policies()["data"][0]["keyName"], "cmk");
    let vaults = query("microsoft.keyvault/vaults").json();
    assert_eq!(
        (
            &vaults["totalRecords"],
            &vaults["count"],
            &vaults["resultTruncated"]
        ),
        (&json!(4), &json!(2), &json!("true"))
    );
    cloud.arm("DELETE", &policy_path("ep-1"), None);
    assert_eq!(policies()["totalRecords"], 1);
    clock.advance(Duration::from_secs(10));
    assert_eq!(policies()["totalRecords"], 0);
    for _ in 0..20 {
        policies();
    }
    assert_eq!(query("microsoft.keyvault/vaults").status, 429);
}

#[test]
fn takes_assertions_instead_of_secrets() {
    let mut seed = Seed::default();
    seed.applications[0].assertions = vec!["repo:contoso/infra:ref:refs/heads/main".into()];
    let cloud = Cloud::with(Emulator::builder().seed(seed));
    let ask = |assertion: &str| {
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT}&scope=https://management.azure.com/.default\
             &client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
             &client_assertion={assertion}"
        );
        let url = format!("{}/{TENANT}/oauth2/v2.0/token", cloud.emulator.base_url());
        let request = cloud
            .http
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded");
        Answer::from(request.body(form).send().unwrap())
    };
    // {"sub":"repo:contoso/infra:ref:refs/heads/main"}
    let subject = "eyJzdWIiOiJyZXBvOmNvbnRvc28vaW5mcmE6cmVmOnJlZnMvaGVhZHMvbWFpbiJ9";
    assert_eq!(ask(&format!("e30.{subject}.sig")).status, 200);
    assert_eq!(ask("e30.e30.sig").json()["error_codes"][0], 70021);
    let issued = cloud.http.get(format!(
        "{}/oidc/github?audience=x",
        cloud.emulator.base_url()
    ));
    let issued = Answer::from(issued.bearer_auth("request").send().unwrap()).json();
    assert_eq!(ask(issued["value"].as_str().unwrap()).status, 200);
    let metadata = format!(
        "{}/metadata/identity/oauth2/token?api-version=2019-08-01&resource=https://management.azure.com/",
        cloud.emulator.base_url()
    );
    let answer = Answer::from(
        cloud
            .http
            .get(metadata)
            .header("metadata", "true")
            .send()
            .unwrap(),
    );
    assert!(answer.json()["expires_in"].is_string());
}

#[test]
fn echoes_correlation_ids() {
    let cloud = Cloud::start();
    let read = cloud.arm("GET", &policy_path("x"), None);
    assert!(read.header("x-ms-correlation-request-id").is_some());
    assert!(
        cloud
            .environment(RETAIL)
            .header("x-ms-request-id")
            .unwrap()
            .starts_with("westeurope:")
    );
}
