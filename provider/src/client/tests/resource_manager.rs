//! Resource Manager: bodies, versions, pages, grants.

use serde_json::Value;

use super::support::*;
use crate::client::{
    AccessPolicyChange, ArmClient, Deleted, KEY_ENCRYPTION_ROLE, KeyPermission, PolicySpec,
    RegistrationState, RoleAssigned, Tags,
};

const POLICY: &str = payload!("arm-enterprise-policy-get-response-200");
const NOT_REGISTERED: &str = payload!("arm-error-400-no-registered-provider");

fn spec(version: Option<&str>, tags: Tags) -> PolicySpec {
    PolicySpec {
        location: "Europe".into(),
        key_vault_id: VAULT_ID.parse().unwrap(),
        key_name: "cmk".parse().unwrap(),
        key_version: version.map(|version| version.parse().unwrap()),
        tags,
    }
}

fn body(seen: &Seen) -> Value {
    serde_json::from_str(&seen.body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_put_is_the_documented_one() {
    let owner = Tags::from([("owner".to_owned(), "platform".to_owned())]);
    for (spec, expected) in [
        (
            spec(None, owner),
            payload!("arm-enterprise-policy-put-request"),
        ),
        (
            spec(Some("fd618d9519b74f9aae94ade66b876acc"), Tags::new()),
            payload!("arm-enterprise-policy-put-request-versioned"),
        ),
    ] {
        let fixture = Fixture::new([json(201, POLICY)]);
        let id = POLICY_ID.parse().unwrap();
        let policy = fixture
            .client
            .arm()
            .put_policy(&fixture.call, &id, &spec)
            .await
            .unwrap();
        assert_eq!(policy.id, id);
        let seen = fixture.script.seen().remove(0);
        assert_eq!(
            seen.url,
            format!("https://management.azure.com{POLICY_ID}?api-version=2020-10-30-preview")
        );
        assert_eq!(
            body(&seen),
            serde_json::from_str::<Value>(expected).unwrap()
        );
        assert!(seen.headers.contains_key("x-ms-client-request-id"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_version_falls_back_and_is_remembered() {
    let fixture = Fixture::new([json(400, NOT_REGISTERED), json(200, POLICY)]);
    let id = POLICY_ID.parse().unwrap();
    let arm = fixture.client.arm();
    assert!(arm.policy(&fixture.call, &id).await.unwrap().is_some());
    assert!(arm.policy(&fixture.call, &id).await.unwrap().is_some());
    let urls: Vec<_> = fixture
        .script
        .seen()
        .into_iter()
        .map(|seen| seen.url)
        .collect();
    assert_eq!(urls.len(), 3);
    assert!(urls[0].ends_with("2020-10-30-preview"));
    assert!(urls[1].ends_with("2020-10-30") && urls[2].ends_with("2020-10-30"));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_called_invalid_falls_back_too() {
    let refused = r#"{"error":{"code":"InvalidApiVersionParameter","message":"The api-version '2020-10-30-preview' is invalid."}}"#;
    let fixture = Fixture::new([json(400, refused), json(200, POLICY)]);
    let id = POLICY_ID.parse().unwrap();
    let arm = fixture.client.arm();
    assert!(arm.policy(&fixture.call, &id).await.unwrap().is_some());
    assert_eq!(fixture.script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn two_unknown_versions_show_the_first_answer() {
    let fixture = Fixture::new([json(400, NOT_REGISTERED)]);
    let id = POLICY_ID.parse().unwrap();
    let error = fixture
        .client
        .arm()
        .policy(&fixture.call, &id)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("2020-10-30-preview: No registered"),
        "{error}"
    );
    assert_eq!(fixture.script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_some_404s_mean_gone() {
    let id = POLICY_ID.parse().unwrap();
    let policy = async |reply| {
        let fixture = Fixture::new([reply]);
        fixture.client.arm().policy(&fixture.call, &id).await
    };
    for gone in [
        payload!("arm-enterprise-policy-get-error-404"),
        payload!("arm-error-404-resource-group"),
    ] {
        assert!(policy(json(404, gone)).await.unwrap().is_none());
    }
    let subscription = r#"{"error":{"code":"SubscriptionNotFound","message":"no"}}"#;
    for other in [subscription, "<html>404</html>"] {
        assert_eq!(
            policy(json(404, other)).await.unwrap_err().status(),
            Some(404)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_linked_policy_refuses_changes_with_a_code() {
    let fixture = Fixture::new([json(
        400,
        payload!("arm-enterprise-policy-update-error-400-linked"),
    )]);
    let id = POLICY_ID.parse().unwrap();
    let error = fixture
        .client
        .arm()
        .tag_policy(&fixture.call, &id, &Tags::new())
        .await
        .unwrap_err();
    assert!(error.has_code("EnterprisePolicyUpdateNotAllowed"));
    assert_eq!(
        body(&fixture.script.seen()[0]),
        serde_json::json!({ "tags": {} })
    );
}

#[tokio::test(start_paused = true)]
async fn a_delete_says_what_it_found() {
    let id = POLICY_ID.parse().unwrap();
    for (code, expected) in [(200, Deleted::Removed), (204, Deleted::WasAbsent)] {
        let fixture = Fixture::new([status(code)]);
        let deleted = fixture.client.arm().delete_policy(&fixture.call, &id).await;
        assert_eq!(deleted.unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_change_is_waited_for() {
    let operation = "https://management.azure.com/operations/1?api-version=x";
    let accepted = with_header(status(202), "azure-asyncoperation", operation);
    let fixture = Fixture::new([
        with_header(accepted, "retry-after", "3"),
        json(200, r#"{"status":"Running"}"#),
        json(200, r#"{"status":"Succeeded"}"#),
        json(200, POLICY),
    ]);
    let id = POLICY_ID.parse().unwrap();
    let start = tokio::time::Instant::now();
    fixture
        .client
        .arm()
        .put_policy(&fixture.call, &id, &spec(None, Tags::new()))
        .await
        .unwrap();
    assert_eq!(start.elapsed().as_secs(), 8);
    assert_eq!(fixture.script.seen()[1].url, operation);

    let fixture = Fixture::new([
        with_header(status(202), "azure-asyncoperation", operation),
        json(
            200,
            r#"{"status":"Failed","error":{"code":"Broken","message":"it broke"}}"#,
        ),
    ]);
    let error = fixture
        .client
        .arm()
        .put_policy(&fixture.call, &id, &spec(None, Tags::new()))
        .await;
    assert!(error.unwrap_err().to_string().contains("200 Broken to GET"));
}

/// A 202 may come without an address, a status without a body, and a wait may be absurd.
#[tokio::test(start_paused = true)]
async fn a_change_that_is_accepted_sloppily_is_found() {
    let operation = "https://management.azure.com/operations/1?api-version=x";
    let gone = payload!("arm-enterprise-policy-get-error-404");
    let sloppy = with_header(status(202), "azure-asyncoperation", operation);
    for replies in [
        vec![status(202), json(404, gone), json(200, POLICY)],
        vec![
            with_header(sloppy, "retry-after", "86400"),
            status(202),
            json(200, r#"{"status":"Succeeded"}"#),
            json(200, POLICY),
        ],
    ] {
        let fixture = Fixture::new(replies.clone());
        let id = POLICY_ID.parse().unwrap();
        let spec = spec(None, Tags::new());
        let put = fixture.client.arm().put_policy(&fixture.call, &id, &spec);
        put.await.unwrap();
        assert_eq!(fixture.script.count(), replies.len());
    }
}

#[tokio::test(start_paused = true)]
async fn pages_that_go_in_circles_are_an_error() {
    let next = "https://management.azure.com/next?$skiptoken=1";
    let page = format!(r#"{{"value":[],"nextLink":"{next}"}}"#);
    let fixture = Fixture::new([json(200, &page)]);
    let subscription = "22222222-2222-2222-2222-222222222222".parse().unwrap();
    let error = fixture
        .client
        .arm()
        .policies_in_subscription(&fixture.call, &subscription)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert!(fixture.script.count() < 5);
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_within_the_cloud() {
    let fixture = Fixture::new([
        json(
            200,
            payload!("arm-enterprise-policy-list-page-response-200"),
        ),
        json(200, payload!("arm-enterprise-policy-list-response-200")),
    ]);
    let subscription = "22222222-2222-2222-2222-222222222222".parse().unwrap();
    let arm = fixture.client.arm();
    let policies = arm
        .policies_in_subscription(&fixture.call, &subscription)
        .await
        .unwrap();
    assert_eq!((policies.policies.len(), policies.unreadable), (3, 0));
    assert!(fixture.script.seen()[1].url.ends_with("$skiptoken=opaque"));

    let strange = r#"{"value":[{"id":"/strange","kind":"Encryption"}]}"#;
    let fixture = Fixture::new([json(200, strange)]);
    let arm = fixture.client.arm();
    let policies = arm
        .policies_in_subscription(&fixture.call, &subscription)
        .await
        .unwrap();
    assert_eq!((policies.policies.len(), policies.unreadable), (0, 1));

    let evil = r#"{"value":[],"nextLink":"https://evil.example/next"}"#;
    let fixture = Fixture::new([json(200, evil)]);
    let arm = fixture.client.arm();
    let error = arm
        .policies_in_subscription(&fixture.call, &subscription)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`evil.example`"), "{error}");
    assert_eq!(fixture.script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_registration_lists_locations() {
    let fixture = Fixture::new([json(200, payload!("arm-provider-get-response-200"))]);
    let subscription = "22222222-2222-2222-2222-222222222222".parse().unwrap();
    let registration = fixture
        .client
        .arm()
        .registration(&fixture.call, &subscription)
        .await
        .unwrap();
    assert_eq!(registration.state, RegistrationState::Registered);
    assert!(
        registration
            .policy_locations
            .iter()
            .any(|location| location == "europe")
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_is_given_under_a_name_of_its_own() {
    let fixture = Fixture::new([json(201, payload!("role-assignment-put-response-201"))]);
    let principal = PRINCIPAL.parse().unwrap();
    let arm = fixture.client.arm();
    let assigned = arm
        .assign_role(&fixture.call, VAULT_ID, &principal, KEY_ENCRYPTION_ROLE)
        .await
        .unwrap();
    let RoleAssigned::Done(assignment) = assigned else {
        panic!("{assigned:?}")
    };
    assert!(assignment.gives(KEY_ENCRYPTION_ROLE, &principal));
    assert!(assignment.covers(&format!("{VAULT_ID}/keys/cmk")));
    let seen = fixture.script.seen().remove(0);
    let id = ArmClient::role_assignment_id(VAULT_ID, &principal, KEY_ENCRYPTION_ROLE).unwrap();
    assert!(seen.url.contains(id.as_str()), "{}", seen.url);
    let expected: Value = serde_json::from_str(payload!("role-assignment-put-request")).unwrap();
    assert_eq!(body(&seen), expected);
}

/// An assignment that cannot be read alone is found in the list at its scope.
#[tokio::test(start_paused = true)]
async fn an_assignment_is_gone_when_the_list_lacks_it_too() {
    let list = payload!("role-assignment-list-response-200");
    let first: Value = serde_json::from_str(list).unwrap();
    let id = first["value"][0]["id"].as_str().unwrap().parse().unwrap();
    for (alone, listed, is_there) in [
        (status(404), json(200, list), true),
        (status(405), json(200, list), true),
        (status(404), json(200, r#"{"value":[]}"#), false),
        (status(404), status(404), false),
    ] {
        let fixture = Fixture::new([alone, listed]);
        let arm = fixture.client.arm();
        let found = arm.role_assignment(&fixture.call, &id).await.unwrap();
        assert_eq!(found.is_some(), is_there);
        assert!(fixture.script.seen()[1].url.contains("$filter=atScope"));
    }
    let fixture = Fixture::new([status(404), status(403)]);
    let arm = fixture.client.arm();
    assert!(arm.role_assignment(&fixture.call, &id).await.is_err());
}

/// An answer without a body is no failure of what it answers to.
#[tokio::test(start_paused = true)]
async fn what_was_written_is_known_where_the_answer_is_empty() {
    let principal = PRINCIPAL.parse().unwrap();
    let fixture = Fixture::new([status(201)]);
    let arm = fixture.client.arm();
    let assigned = arm
        .assign_role(&fixture.call, VAULT_ID, &principal, KEY_ENCRYPTION_ROLE)
        .await;
    let Ok(RoleAssigned::Done(assignment)) = assigned else {
        panic!("{assigned:?}")
    };
    assert!(assignment.gives(KEY_ENCRYPTION_ROLE, &principal));
    assert!(fixture.script.seen()[0].url.contains(assignment.id.name()));

    let policy = payload!("arm-enterprise-policy-get-response-200");
    let fixture = Fixture::new([status(201), status(404), json(200, policy)]);
    let arm = fixture.client.arm();
    let id = POLICY_ID.parse().unwrap();
    let put = arm
        .put_policy(&fixture.call, &id, &spec(None, Tags::new()))
        .await;
    assert!(put.unwrap().system_id.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cannot_be_given_has_a_name() {
    let principal = PRINCIPAL.parse().unwrap();
    let assign = async |reply| {
        let fixture = Fixture::new([reply]);
        let arm = fixture.client.arm();
        arm.assign_role(&fixture.call, VAULT_ID, &principal, KEY_ENCRYPTION_ROLE)
            .await
    };
    let exists = json(409, payload!("role-assignment-put-error-409-exists"));
    assert!(matches!(
        assign(exists).await,
        Ok(RoleAssigned::ExistsElsewhere(_))
    ));
    let unknown = json(
        400,
        payload!("role-assignment-put-error-400-principal-not-found"),
    );
    assert!(matches!(
        assign(unknown).await,
        Ok(RoleAssigned::PrincipalNotFound(_))
    ));
    assert_eq!(assign(status(403)).await.unwrap_err().status(), Some(403));
}

#[tokio::test(start_paused = true)]
async fn assignments_are_listed_by_principal() {
    let fixture = Fixture::new([json(200, payload!("role-assignment-list-response-200"))]);
    let principal = PRINCIPAL.parse().unwrap();
    let arm = fixture.client.arm();
    let found = arm
        .role_assignments(&fixture.call, VAULT_ID, &principal)
        .await
        .unwrap();
    assert!(found[0].gives(KEY_ENCRYPTION_ROLE, &principal));
    let url = fixture.script.seen().remove(0).url;
    assert!(
        url.contains("$filter=principalId%20eq%20%2744444444"),
        "{url}"
    );
}

const POLICIES_VAULT: &str = payload!("keyvault-vault-get-response-200-access-policies");

#[tokio::test(start_paused = true)]
async fn access_is_added_where_it_is_missing() {
    let tenant = "11111111-1111-1111-1111-111111111111".parse().unwrap();
    let principal = PRINCIPAL.parse().unwrap();
    let fixture = Fixture::new([json(200, POLICIES_VAULT)]);
    let vault = VAULT_ID.parse().unwrap();
    let arm = fixture.client.arm();
    let change = arm
        .add_access_policy(&fixture.call, &vault, &tenant, &principal)
        .await
        .unwrap();
    assert_eq!(change, AccessPolicyChange::Nothing);
    assert_eq!(fixture.script.count(), 1);

    let only_get = POLICIES_VAULT
        .replace("\"UnwrapKey\",", "")
        .replace("\"WrapKey\"", "\"list\"");
    let fixture = Fixture::new([json(200, &only_get), json(200, "{}")]);
    let arm = fixture.client.arm();
    let change = arm
        .add_access_policy(&fixture.call, &vault, &tenant, &principal)
        .await
        .unwrap();
    let missing = vec![KeyPermission::WrapKey, KeyPermission::UnwrapKey];
    assert_eq!(change, AccessPolicyChange::Changed(missing));
    let seen = fixture.script.seen().remove(1);
    assert!(seen.url.contains("/accessPolicies/add?"), "{}", seen.url);
    let keys = &body(&seen)["properties"]["accessPolicies"][0]["permissions"]["keys"];
    assert_eq!(*keys, serde_json::json!(["wrapKey", "unwrapKey"]));
}

#[tokio::test(start_paused = true)]
async fn only_granted_access_is_removed() {
    let tenant = "11111111-1111-1111-1111-111111111111".parse().unwrap();
    let principal = PRINCIPAL.parse().unwrap();
    let vault = VAULT_ID.parse().unwrap();
    let remove = async |body: &str, granted: &[KeyPermission]| {
        let fixture = Fixture::new([json(200, body), json(200, "{}")]);
        let arm = fixture.client.arm();
        let change = arm
            .remove_access_policy(&fixture.call, &vault, &tenant, &principal, granted)
            .await;
        (change.unwrap(), fixture.script.count())
    };
    let granted = [KeyPermission::WrapKey];
    assert_eq!(
        remove(POLICIES_VAULT, &granted).await,
        (AccessPolicyChange::Changed(granted.to_vec()), 2)
    );
    assert_eq!(
        remove(POLICIES_VAULT, &[]).await,
        (AccessPolicyChange::Nothing, 1)
    );
    let all = POLICIES_VAULT.replace("\"WrapKey\"", "\"all\"");
    assert_eq!(
        remove(&all, &granted).await,
        (AccessPolicyChange::Nothing, 1)
    );
    let stranger = POLICIES_VAULT.replace(PRINCIPAL, "99999999-4444-4444-4444-444444444444");
    assert_eq!(
        remove(&stranger, &granted).await,
        (AccessPolicyChange::Nothing, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn keys_are_read_by_version_too() {
    let fixture = Fixture::new([json(200, payload!("keyvault-arm-key-get-response-200"))]);
    let vault = VAULT_ID.parse().unwrap();
    let name = "cmk".parse().unwrap();
    let version = "fd618d9519b74f9aae94ade66b876acc".parse().unwrap();
    let arm = fixture.client.arm();
    arm.key(&fixture.call, &vault, &name, None)
        .await
        .unwrap()
        .unwrap();
    arm.key(&fixture.call, &vault, &name, Some(&version))
        .await
        .unwrap()
        .unwrap();
    let urls: Vec<_> = fixture
        .script
        .seen()
        .into_iter()
        .map(|seen| seen.url)
        .collect();
    assert!(urls[0].contains("/keys/cmk?api-version=2023-07-01"));
    assert!(urls[1].contains("/keys/cmk/versions/fd618d9519b74f9aae94ade66b876acc?"));
}
