//! The control API under `/_emulator/`, for processes that cannot use the library.
//!
//! It needs no token: it is for tests on loopback. See the folder's `README.md` for examples.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::changes::{self, Change};
use crate::faults::{Fault, OperationFault, RequestMatch};
use crate::http::{Reply, Request};
use crate::world::World;

pub(crate) fn answer(world: &mut World, request: &Request) -> Reply {
    let route = request.route();
    let outcome = match (request.method.as_str(), route.get(1..).unwrap_or_default()) {
        ("GET", []) => Ok(json!({
            "baseUrl": world.base_url,
            "tenantId": world.tenant.tenant_id,
            "environments": world.tenant.environments.len(),
            "policies": world.tenant.policies.len(),
            "time": world.now(),
        })),
        ("GET", ["requests"]) => Ok(requests(world, request)),
        ("DELETE", ["requests"]) => {
            world.log.clear();
            Ok(Value::Null)
        }
        ("GET", ["faults"]) => to_value(&world.faults),
        ("POST", ["faults"]) => add_fault(world, request),
        ("POST", ["operation-faults"]) => add_operation_fault(world, request),
        ("DELETE", ["faults"]) => {
            world.faults = crate::faults::Faults::default();
            Ok(Value::Null)
        }
        ("GET", ["clock"]) => Ok(json!({"now": world.now()})),
        ("POST", ["clock", "advance"]) => advance(world, request),
        ("GET", ["modes"]) => to_value(&world.modes),
        ("POST", ["modes"]) => patch(request, |members| world.patch_modes(members))
            .and_then(|()| to_value(&world.modes)),
        ("GET", ["timings"]) => to_value(&world.timings),
        ("POST", ["timings"]) => patch(request, |members| world.patch_timings(members))
            .and_then(|()| to_value(&world.timings)),
        ("GET", ["state"]) => to_value(&world.tenant).map(without_secrets),
        ("POST", ["state"]) => change(world, request),
        ("POST", ["tokens", "revoke"]) => {
            world.tokens.clear();
            Ok(Value::Null)
        }
        ("POST", ["reset"]) => {
            changes::reset(world);
            Ok(Value::Null)
        }
        (
            _,
            [
                "requests" | "faults" | "operation-faults" | "modes" | "timings" | "state"
                | "reset",
                ..,
            ],
        ) => {
            return Reply::method_not_allowed(request);
        }
        _ => return Reply::unknown_route(request),
    };
    match outcome {
        Ok(Value::Null) => Reply::empty(204),
        Ok(body) => Reply::json(200, &body),
        Err(message) => Reply::error(400, "BadRequest", message),
    }
}

fn to_value(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn parse<T: for<'de> Deserialize<'de>>(request: &Request) -> Result<T, String> {
    serde_json::from_slice(&request.body).map_err(|error| error.to_string())
}

/// `?method=` and `?path=` choose as a fault's match does.
fn requests(world: &World, request: &Request) -> Value {
    let on = RequestMatch {
        plane: None,
        method: request.query("method").map(str::to_owned),
        path: request.query("path").map(str::to_owned),
    };
    let entries: Vec<_> = world
        .log
        .entries()
        .iter()
        .filter(|entry| on.matches(entry.plane, &entry.method, &entry.path))
        .collect();
    json!({ "requests": entries })
}

fn add_fault(world: &mut World, request: &Request) -> Result<Value, String> {
    world.faults.requests.push(parse::<Fault>(request)?);
    Ok(Value::Null)
}

fn add_operation_fault(world: &mut World, request: &Request) -> Result<Value, String> {
    world
        .faults
        .operations
        .push(parse::<OperationFault>(request)?);
    Ok(Value::Null)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

fn advance(world: &mut World, request: &Request) -> Result<Value, String> {
    let Advance { seconds } = parse(request)?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    world.clock.advance(duration);
    world.catch_up();
    Ok(json!({"now": world.now()}))
}

fn patch(
    request: &Request,
    apply: impl FnOnce(&Value) -> Result<(), String>,
) -> Result<(), String> {
    let members: Value = parse(request)?;
    if !members.is_object() {
        return Err("expected an object".into());
    }
    apply(&members)
}

fn change(world: &mut World, request: &Request) -> Result<Value, String> {
    let started =
        changes::apply(world, parse::<Change>(request)?).map_err(|error| error.to_string())?;
    Ok(started.map_or(Value::Null, |id| json!({ "operation": id })))
}

fn without_secrets(mut tenant: Value) -> Value {
    let applications = tenant.get_mut("applications").and_then(Value::as_array_mut);
    for application in applications.into_iter().flatten() {
        application["secrets"] = "<redacted>".into();
        application["assertions"] = "<redacted>".into();
    }
    tenant
}
