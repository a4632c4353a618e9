//! What can be made to go wrong.

mod common;

use std::time::Duration;

use common::*;
use ppcmk_emulator::modes::{AcceptedHeaders, ConflictBody, SlotAfterFailure};
use ppcmk_emulator::{
    Body, Effect, Fault, OperationFault, Plane, RequestMatch, Response, RetryAfter, SlotAfter,
    Stage,
};
use serde_json::json;

#[test]
fn throttles_in_three_ways() {
    let cloud = Cloud::start();
    for retry_after in [
        RetryAfter::Seconds(7),
        RetryAfter::Date(7),
        RetryAfter::Absent,
    ] {
        cloud.emulator.fault(Fault::throttle(
            RequestMatch::plane(Plane::Bap),
            retry_after,
        ));
        let answer = cloud.environment(RETAIL);
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (429, "TooManyRequests")
        );
        let header = answer.header("retry-after");
        match retry_after {
            RetryAfter::Seconds(_) => assert_eq!(header, Some("7")),
            RetryAfter::Date(_) => assert!(header.unwrap().ends_with(" GMT")),
            RetryAfter::Absent => assert_eq!(header, None),
        }
        assert_eq!(cloud.environment(RETAIL).status, 200);
    }
}

#[test]
fn answers_with_bodies_that_are_no_errors() {
    let cloud = Cloud::start();
    for (body, text) in [
        (Body::Html, "<html>"),
        (Body::Empty, ""),
        (Body::Garbage, "{\"error\": <!"),
    ] {
        let response = Response::status(502).body(body);
        cloud.emulator.fault(Fault::new(
            RequestMatch::environments(),
            Effect::Respond(response),
        ));
        let answer = cloud.bap(
            "GET",
            "scopes/admin/environments?api-version=2023-06-01",
            None,
        );
        assert_eq!(answer.status, 502);
        assert!(answer.text.starts_with(text));
    }
}

#[test]
fn resets_before_and_after_processing() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    let path =
        format!("environments/{RETAIL}/enterprisePolicies/Encryption/link?api-version=2019-10-01");
    let body = json!({"SystemId": policy});
    cloud
        .emulator
        .fault(Fault::new(RequestMatch::link(), Effect::ResetBefore));
    assert!(cloud.try_bap("POST", &path, Some(body.clone())).is_err());
    assert!(cloud.emulator.operations(RETAIL).is_empty());
    cloud.emulator.fault(Fault::new(
        RequestMatch::link(),
        Effect::ResetAfterProcessing,
    ));
    assert!(cloud.try_bap("POST", &path, Some(body)).is_err());
    assert_eq!(cloud.emulator.operations(RETAIL).len(), 1);
    let statuses: Vec<u16> = cloud
        .emulator
        .requests()
        .on(&RequestMatch::link())
        .all()
        .iter()
        .map(|entry| entry.status)
        .collect();
    assert_eq!(statuses, [0, 0]);
}

#[test]
fn a_held_request_is_in_the_log() {
    let cloud = Cloud::start();
    let id = format!("{GROUP}/providers/Microsoft.PowerPlatform/enterprisePolicies/x");
    for effect in [Effect::Hang, Effect::HangAfterProcessing] {
        cloud.emulator.clear_requests();
        cloud
            .emulator
            .fault(Fault::new(RequestMatch::new("PUT", &id), effect));
        let url = format!("{}{id}", cloud.emulator.base_url());
        let put = cloud.http.put(url).timeout(Duration::from_millis(300));
        assert!(put.send().is_err());
        let statuses: Vec<u16> = cloud
            .emulator
            .requests()
            .all()
            .iter()
            .map(|entry| entry.status)
            .collect();
        assert_eq!(statuses, [0]);
    }
}

#[test]
fn truncates_a_body() {
    let cloud = Cloud::start();
    cloud.emulator.fault(Fault::new(
        RequestMatch::environment(RETAIL),
        Effect::TruncateBody,
    ));
    let path = format!("environments/{RETAIL}?api-version=2023-06-01");
    assert!(cloud.try_bap("GET", &path, None).is_err());
    assert!(cloud.try_bap("GET", &path, None).is_ok());
}

#[test]
fn sends_a_client_to_a_foreign_host() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.emulator.fault(Fault::new(
        RequestMatch::link(),
        Effect::SetHeader {
            name: "Location".into(),
            value: Some("https://evil.example/x".into()),
        },
    ));
    let accepted = cloud.link(RETAIL, &policy);
    assert_eq!(accepted.header("location"), Some("https://evil.example/x"));
}

#[test]
fn chooses_the_headers_of_a_202() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    for (environment, headers, location, operation_location) in [
        (RETAIL, AcceptedHeaders::LocationOnly, true, false),
        (UAT, AcceptedHeaders::OperationLocationOnly, false, true),
        (
            "00000000-0000-0000-0000-000000000006",
            AcceptedHeaders::Neither,
            false,
            false,
        ),
    ] {
        cloud
            .emulator
            .set_modes(|modes| modes.accepted_headers = headers);
        let accepted = cloud.link(environment, &policy);
        assert_eq!(accepted.header("location").is_some(), location);
        assert_eq!(
            accepted.header("operation-location").is_some(),
            operation_location
        );
    }
}

#[test]
fn fails_an_operation_at_a_stage() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud
        .emulator
        .set_modes(|modes| modes.slot_after_failure = SlotAfterFailure::Failed);
    cloud
        .emulator
        .operation_fault(OperationFault::fail(Stage::Run, "half converted"));
    let operation = cloud.finish(&cloud.link(RETAIL, &policy));
    assert_eq!(operation["state"]["id"], "Failed");
    assert_eq!(operation["error"]["message"], "half converted");
    assert_eq!(operation["stages"][2]["state"]["id"], "Failed");
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Failed"));
    // A second attempt resumes and succeeds.
    let operation = cloud.finish(&cloud.link(RETAIL, &policy));
    assert_eq!(operation["type"]["id"], "NewCustomerManagedKey");
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linked"));
}

#[test]
fn succeeds_without_a_slot_or_with_another_policy() {
    let cloud = Cloud::start();
    let (policy, other) = (cloud.policy("ep-1"), cloud.policy("ep-2"));
    cloud
        .emulator
        .operation_fault(OperationFault::slot(SlotAfter::Absent));
    assert_eq!(
        cloud.finish(&cloud.link(RETAIL, &policy))["state"]["id"],
        "Succeeded"
    );
    assert_eq!(cloud.link_status(RETAIL), None);
    cloud
        .emulator
        .operation_fault(OperationFault::slot(SlotAfter::Other(other.clone())));
    cloud.finish(&cloud.link(RETAIL, &policy));
    assert_eq!(
        cloud
            .emulator
            .environment(RETAIL)
            .unwrap()
            .encryption
            .unwrap()
            .0,
        other
    );
}

#[test]
fn loses_an_operation_and_uses_unknown_words() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.emulator.operation_fault(OperationFault::lost());
    let accepted = cloud.link(RETAIL, &policy);
    assert_eq!(
        cloud
            .bap("GET", accepted.header("location").unwrap(), None)
            .status,
        404
    );
    cloud
        .emulator
        .operation_fault(OperationFault::state_word("Contemplating"));
    let accepted = cloud.link(UAT, &policy);
    let body = cloud
        .bap("GET", accepted.header("location").unwrap(), None)
        .json();
    assert_eq!(body["state"]["id"], "Contemplating");
    cloud.emulator.fault(Fault::new(
        RequestMatch::poll(),
        Effect::PatchBody(json!({"state": {"id": "Odd"}, "more": {"x": 1}})),
    ));
    let body = cloud
        .bap("GET", accepted.header("location").unwrap(), None)
        .json();
    assert_eq!(
        (&body["state"]["id"], &body["more"]["x"]),
        (&json!("Odd"), &json!(1))
    );
}

#[test]
fn holds_an_operation_until_told() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    let accepted = cloud.link(RETAIL, &policy);
    cloud.emulator.advance(Duration::from_secs(1_000_000));
    // Tokens have expired meanwhile, as they would.
    assert_eq!(cloud.environment(RETAIL).status, 401);
    assert!(!cloud.emulator.operations(RETAIL)[0].ended);
    cloud.emulator.complete_operation(RETAIL);
    assert_eq!(
        cloud
            .emulator
            .environment(RETAIL)
            .unwrap()
            .encryption
            .unwrap()
            .1,
        "Linked"
    );
    assert_eq!(accepted.status, 202);
}

#[test]
fn a_foreign_operation_lasts_some_looks() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud
        .emulator
        .start_foreign_operation(RETAIL, "Backup", Some(3));
    cloud
        .emulator
        .set_modes(|modes| modes.conflict_body = ConflictBody::Empty);
    let refused = cloud.link(RETAIL, &policy);
    assert_eq!((refused.status, refused.text.as_str()), (409, ""));
    let list =
        format!("lifecycleOperations?api-version=2024-05-01&$filter=environment eq '{RETAIL}'");
    let body = cloud.bap("GET", &list, None).json();
    assert_eq!(body["value"][0]["type"]["id"], "Backup");
    assert_eq!(cloud.link(RETAIL, &policy).status, 409);
    assert_eq!(cloud.link(RETAIL, &policy).status, 202);
}

#[test]
fn an_environment_can_vanish_while_it_is_linked() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud
        .emulator
        .operation_fault(OperationFault::delete_environment());
    assert_eq!(cloud.link(RETAIL, &policy).status, 202);
    assert_eq!(cloud.environment(RETAIL).code(), "EnvironmentNotFound");
}

#[test]
fn a_lost_key_shuts_environments_down() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.finish(&cloud.link(RETAIL, &policy));
    let health = || {
        cloud.arm("GET", &policy_path("ep-1"), None).json()["properties"]["healthStatus"].clone()
    };
    assert_eq!(health(), "Undetermined");
    cloud.emulator.disable_key("kv-cmk-eu", "cmk");
    assert_eq!(health(), "Unhealthy");
    assert_eq!(
        cloud.emulator.environment(RETAIL).unwrap().runtime,
        "Disabled"
    );
    cloud.emulator.enable_key("kv-cmk-eu", "cmk");
    assert_eq!(health(), "Undetermined");
    cloud.emulator.revoke_access("ep-1");
    assert_eq!(health(), "Unhealthy");
}

#[test]
fn a_policy_can_be_deleted_by_force() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud.finish(&cloud.link(RETAIL, &policy));
    cloud.emulator.delete_policy(&policy);
    assert_eq!(cloud.arm("GET", &policy_path("ep-1"), None).status, 404);
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linked"));
    assert_eq!(
        cloud.emulator.environment(RETAIL).unwrap().runtime,
        "Disabled"
    );
}

#[test]
fn reads_lag_behind_writes() {
    let clock = ppcmk_emulator::Clock::manual();
    let cloud = Cloud::with(ppcmk_emulator::Emulator::builder().clock(clock.clone()));
    let policy = cloud.policy("ep-1");
    cloud.link(RETAIL, &policy);
    assert_eq!(cloud.link_status(RETAIL), None);
    clock.advance(Duration::from_secs(1));
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linking"));
    clock.advance(Duration::from_secs(4));
    assert_eq!(
        cloud
            .emulator
            .environment(RETAIL)
            .unwrap()
            .encryption
            .unwrap()
            .1,
        "Linked"
    );
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linking"));
    clock.advance(Duration::from_secs(1));
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linked"));
}

#[test]
fn a_key_lost_while_linking_is_noticed_at_the_end() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    cloud
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    cloud.link(RETAIL, &policy);
    cloud.emulator.disable_key("kv-cmk-eu", "cmk");
    cloud.emulator.complete_operation(RETAIL);
    assert_eq!(
        cloud.emulator.environment(RETAIL).unwrap().runtime,
        "Disabled"
    );
    assert!(cloud.emulator.policy("ep-1").unwrap().unhealthy);
}

#[test]
fn somebody_else_is_faster() {
    let cloud = Cloud::start();
    let (mine, theirs) = (cloud.policy("ep-1"), cloud.policy("ep-2"));
    cloud.emulator.link_elsewhere(RETAIL, "ep-2");
    let encryption = cloud.emulator.environment(RETAIL).unwrap().encryption;
    assert_eq!(encryption, Some((theirs, "Linked".to_owned())));
    assert_eq!(cloud.unlink(RETAIL, &mine).status, 400);
    cloud.emulator.unlink_behind_the_back(RETAIL);
    assert_eq!(cloud.link_status(RETAIL), None);
}

#[test]
fn an_expired_token_in_the_middle_is_a_401_once() {
    let cloud = Cloud::start();
    let policy = cloud.policy("ep-1");
    let accepted = cloud.link(RETAIL, &policy);
    cloud
        .emulator
        .fault(Fault::status(RequestMatch::poll(), 401).after(1));
    let poll = || {
        cloud
            .bap("GET", accepted.header("location").unwrap(), None)
            .status
    };
    assert_eq!([poll(), poll(), poll()], [200, 401, 200]);
}
