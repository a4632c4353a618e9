//! Lifecycle operations: starting, polling and listing them.
//!
//! Bodies after `bap-lifecycle-operation-*`: the shape is captured [F], the link operations are
//! constructed from it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::http::{Reply, Request};
use crate::modes::{AcceptedHeaders, RunningPollStatus};
use crate::state::operation::{Operation, Outcome, Stage, Target};
use crate::timings::Progress;
use crate::world::World;

/// What a caller wants to start.
pub(super) struct NewOperation<'a> {
    pub(super) environment: &'a str,
    pub(super) kind: &'a str,
    pub(super) requested_by: &'a str,
    pub(super) target: Target,
    /// How it ends unless a test has scripted something else.
    pub(super) outcome: Outcome,
    /// Whether it has ended as soon as it is looked at.
    pub(super) at_once: bool,
}

/// Starts an operation and gives its id.
pub(super) fn start(world: &mut World, new: NewOperation<'_>) -> String {
    let script = world.faults.script_for(new.environment, new.kind);
    let outcome = match &script.outcome {
        Outcome::Succeed => new.outcome,
        scripted => scripted.clone(),
    };
    let is_governance = matches!(new.target, Target::Governance { .. });
    let durations = match (new.at_once, is_governance) {
        (true, _) => [Duration::ZERO; 5],
        (false, true) => [world.timings.governance_operation / 5; 5],
        (false, false) => world.timings.operation_stages,
    };
    let operation = Operation {
        id: world.tenant.new_guid(),
        environment: new.environment.to_owned(),
        kind: new.kind.to_owned(),
        created: world.now(),
        requested_by: new.requested_by.to_owned(),
        durations,
        progress: if new.at_once {
            Progress::Clock
        } else {
            world.timings.operation_progress
        },
        polls: 0,
        outcome,
        target: new.target,
        script,
        ended: None,
    };
    let id = operation.id.clone();
    if operation.script.delete_environment {
        world
            .tenant
            .environments
            .remove(&operation.environment.to_lowercase());
    }
    world.tenant.running.push(world.tenant.operations.len());
    world.tenant.operations.push(operation);
    id
}

/// An operation of somebody else on an environment.
pub(crate) fn start_foreign(
    world: &mut World,
    environment: &str,
    kind: &str,
    polls: Option<u32>,
) -> String {
    let outcome = match polls {
        Some(polls) => Outcome::AfterPolls { polls },
        None => Outcome::Hold { stage: Stage::Run },
    };
    let now = world.now();
    world.change_environment(environment, now, |view| view.management = "Running".into());
    let new = NewOperation {
        environment,
        kind,
        requested_by: "99999999-9999-9999-9999-999999999999",
        target: Target::Nothing,
        outcome,
        at_once: false,
    };
    start(world, new)
}

/// Somebody looked at an operation.
pub(super) fn seen(world: &mut World, id: &str) {
    if let Some(operation) = world.tenant.operation_mut(id)
        && matches!(operation.outcome, Outcome::AfterPolls { .. })
    {
        operation.polls += 1;
    }
}

/// 202 with the address of the operation. [F] and [M] name one header each; that both come
/// together is an assumption.
pub(super) fn accepted(world: &World, id: &str) -> Reply {
    let url = format!(
        "{}/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{id}?api-version=2023-06-01",
        world.base_url
    );
    let mut reply = Reply::empty(202);
    let headers = world.modes.accepted_headers;
    if matches!(
        headers,
        AcceptedHeaders::Both | AcceptedHeaders::LocationOnly
    ) {
        reply.set_header("location", Some(url.clone()));
    }
    if matches!(
        headers,
        AcceptedHeaders::Both | AcceptedHeaders::OperationLocationOnly
    ) {
        reply.set_header("operation-location", Some(url));
    }
    if let Some(seconds) = world.timings.retry_after {
        reply.set_header("retry-after", Some(seconds.to_string()));
    }
    reply
}

pub(super) fn get(world: &mut World, request: &Request, id: &str) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let lost = world
        .tenant
        .operation(id)
        .is_none_or(|operation| operation.script.lost);
    if lost {
        return Reply::bap_error(
            404,
            "LifecycleOperationNotFound",
            format!("The lifecycle operation '{id}' could not be found."),
        );
    }
    if let Some(operation) = world.tenant.operation_mut(id) {
        operation.polls += 1;
    }
    world.catch_up();
    let now = world.now();
    let Some(operation) = world.tenant.operation(id) else {
        return Reply::empty(404);
    };
    let running = operation.ended.is_none();
    let status = match world.modes.running_poll_status {
        RunningPollStatus::Accepted if running => 202,
        _ => 200,
    };
    let reply = Reply::json(status, &body(operation, now, &world.tenant.tenant_id));
    match world.timings.retry_after {
        Some(seconds) if running => reply.with_header("retry-after", seconds.to_string()),
        _ => reply,
    }
}

/// `$filter=environment eq '…'`, newest first. [C]
pub(super) fn list(world: &mut World, request: &Request) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let filter = request.query("$filter").unwrap_or_default();
    let environment = filter
        .strip_prefix("environment eq ")
        .map(|id| id.trim_matches('\''));
    let matches = |operation: &Operation| {
        environment.is_none_or(|id| operation.environment.eq_ignore_ascii_case(id))
    };
    let ids: Vec<String> = world
        .tenant
        .operations
        .iter()
        .filter(|operation| operation.ended.is_none() && matches(operation))
        .map(|operation| operation.id.clone())
        .collect();
    for id in &ids {
        seen(world, id);
    }
    world.catch_up();
    let now = world.now();
    let value: Vec<Value> = world
        .tenant
        .operations
        .iter()
        .rev()
        .filter(|operation| matches(operation) && !operation.script.lost)
        .map(|operation| body(operation, now, &world.tenant.tenant_id))
        .collect();
    Reply::json(200, &json!({ "value": value }))
}

fn body(operation: &Operation, now: Timestamp, tenant_id: &str) -> Value {
    let position = operation.position(now);
    let failed = operation
        .failed_stage()
        .filter(|_| operation.ended.is_some());
    let state = match (operation.ended, failed, position.step) {
        (Some(_), Some(_), _) => "Failed",
        (Some(_), None, _) => "Succeeded",
        (None, _, 0) => "NotStarted",
        (None, ..) => "Running",
    };
    let state = match &operation.script.state_word {
        Some(word) if operation.ended.is_none() => word,
        _ => state,
    };
    let path = "/providers/Microsoft.BusinessAppPlatform";
    let mut body = json!({
        "id": operation.id,
        "links": {
            "self": {"path": format!("{path}/lifecycleOperations/{}", operation.id)},
            "environment": {"path": format!("{path}/environments/{}", operation.environment)},
        },
        "type": {"id": operation.kind},
        "typeDisplayName": display_name(&operation.kind),
        "state": {"id": state},
        "createdDateTime": operation.created,
        "lastActionDateTime": operation.ended.unwrap_or(position.since),
        "requestedBy": {
            "id": operation.requested_by,
            "displayName": "ServicePrincipal",
            "type": "ServicePrincipal",
            "tenantId": tenant_id,
        },
        "stages": stages(operation, position.step, failed),
    });
    if let (
        Some(_),
        Outcome::Fail {
            code,
            message: Some(message),
            ..
        },
    ) = (failed, &operation.outcome)
    {
        body["error"] = json!({"code": code, "message": message});
    }
    body
}

fn stages(operation: &Operation, step: usize, failed: Option<Stage>) -> Vec<Value> {
    let mut first = operation.created + operation.durations[0];
    Stage::ALL
        .into_iter()
        .enumerate()
        .map(|(index, stage)| {
            let last = first + operation.durations[index + 1];
            let state = match failed {
                Some(failed) if stage == failed => "Failed",
                Some(failed) if stage > failed => "NotStarted",
                _ if step > index + 1 => "Succeeded",
                _ if step == index + 1 => "Running",
                _ => "NotStarted",
            };
            let mut body =
                json!({"id": stage.word(), "name": stage.word(), "state": {"id": state}});
            if state != "NotStarted" {
                body["firstActionDateTime"] = json!(first);
                body["lastActionDateTime"] = json!(last);
            }
            first = last;
            body
        })
        .collect()
}

/// Names of the environment history in the documentation [D] and of a capture [F].
fn display_name(kind: &str) -> &str {
    match kind {
        "NewCustomerManagedKey" | "RotateCustomerManagedKey" | "RevertToMicrosoftKey" => {
            "Update Customer Managed Key"
        }
        "EnableGovernanceConfiguration" => "Enable Managed Environment",
        "UpdateGovernanceConfiguration" => "Update Managed Environment",
        "DisableGovernanceConfiguration" => "Disable Managed Environment",
        other => other,
    }
}
