//! Link, swap and unlink of an environment and a policy.
//!
//! The heart of the emulator. Refusals that were reported keep their texts [I][C]; those for the
//! geography and the key are made up after `bap-error-400-*` [X], and the modes decide whether
//! they come at once or from the operation.

use super::{busy, environments, operations};
use crate::geo;
use crate::http::{Reply, Request, text_at};
use crate::key_access;
use crate::modes::{
    DefaultEnvironment, Refusal, SlotWhileLinking, SlotWhileSwapping, UnlinkNothing, UnmanagedLink,
};
use crate::state::application::Application;
use crate::state::environment::Slot;
use crate::state::operation::{Outcome, Stage, Target};
use crate::state::policy::{Policy, PolicyKind};
use crate::world::World;

const READER_ROLES: [&str; 3] = [
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
];

/// A refusal, and whether a mode can move it into the operation.
enum Objection {
    Final(Reply),
    /// Code and text of the operation's error instead.
    Movable(Refusal, &'static str, String),
}

pub(super) fn answer(
    world: &mut World,
    request: &Request,
    application: &Application,
    environment: &str,
    kind: &str,
    links: bool,
) -> Reply {
    if request.method != "POST" {
        return Reply::method_not_allowed(request);
    }
    let Some(kind) = PolicyKind::parse(kind) else {
        return Reply::unknown_route(request);
    };
    match accept(world, request, application, environment, kind, links) {
        Ok(id) => operations::accepted(world, &id),
        Err(refused) => refused,
    }
}

fn accept(
    world: &mut World,
    request: &Request,
    application: &Application,
    environment: &str,
    kind: PolicyKind,
    links: bool,
) -> Result<String, Reply> {
    if !environments::exists(world, application, environment) {
        return Err(environments::not_found(environment));
    }
    if !application.manage_protection_keys {
        return Err(Reply::bap_error(
            403,
            "EnvironmentAccess",
            "The user does not have permission to access the environment. Error Code: \
             'UserMissingRequiredPermission'. Missing: ManageProtectionKeys.",
        ));
    }
    let system_id = system_id_of(request)?;
    if let Some(refused) = busy(world, environment) {
        return Err(refused);
    }
    if links {
        link(world, application, environment, kind, &system_id)
    } else {
        unlink(world, application, environment, kind, &system_id)
    }
}

/// The one member of the body; without a content type the service answers 415. [C]
pub(super) fn system_id_of(request: &Request) -> Result<String, Reply> {
    let is_json = request
        .header("content-type")
        .is_some_and(|kind| kind.to_lowercase().starts_with("application/json"));
    if !is_json {
        return Err(Reply::bap_error(
            415,
            "UnsupportedMediaType",
            "The content media type is not supported. Only 'application/json' is supported.",
        ));
    }
    let body = request.json().unwrap_or_default();
    text_at(&body, &["systemId"])
        .map(str::to_owned)
        .ok_or_else(|| {
            Reply::bap_error(
                400,
                "InvalidRequestContent",
                "The request content has no 'SystemId'.",
            )
        })
}

fn link(
    world: &mut World,
    application: &Application,
    environment: &str,
    kind: PolicyKind,
    system_id: &str,
) -> Result<String, Reply> {
    let known = world
        .tenant
        .environment(environment)
        .ok_or_else(|| environments::not_found(environment))?;
    let environment = known.id.clone();
    let before = known.live().slots.get(&kind).cloned();
    let [new, swap, _] = kind.operations();
    let is_linked = before
        .as_ref()
        .is_some_and(|slot| slot.link_status == "Linked");
    // A slot that a failed link left behind is linked again, not swapped.
    let operation = if is_linked { swap } else { new };
    check_environment(world, &environment, kind, operation)?;
    let policy = policy_for(world, application, system_id, kind)?;
    let slot = Slot::of(policy, "Linking");
    let same = before.as_ref().is_some_and(|before| {
        before.system_id.eq_ignore_ascii_case(&slot.system_id) && before.link_status == "Linked"
    });
    let outcome = match object(world, &environment, policy) {
        None => Outcome::Succeed,
        Some(Objection::Movable(Refusal::Operation, code, message)) => Outcome::Fail {
            stage: Stage::Validate,
            code: code.into(),
            message: Some(message),
        },
        Some(Objection::Movable(Refusal::Request, code, message)) => {
            return Err(Reply::bap_error(400, code, message));
        }
        Some(Objection::Final(refused)) => return Err(refused),
    };
    let (shown, disables) = (shown_while_linking(world, before.as_ref(), &slot), !same);
    let id = operations::start(
        world,
        operations::NewOperation {
            environment: &environment,
            kind: operation,
            requested_by: &application.object_id,
            target: Target::Link { kind, slot, before },
            outcome,
            at_once: same,
        },
    );
    if disables {
        begin(world, &environment, kind, shown);
    }
    Ok(id)
}

fn shown_while_linking(world: &World, before: Option<&Slot>, slot: &Slot) -> Option<Slot> {
    match before {
        Some(before) if world.modes.slot_while_swapping == SlotWhileSwapping::OldPolicy => {
            Some(before.clone())
        }
        None if world.modes.slot_while_linking == SlotWhileLinking::Absent => None,
        _ => Some(slot.clone()),
    }
}

/// The environment is disabled while a key is added or removed. [D]
fn begin(world: &mut World, environment: &str, kind: PolicyKind, slot: Option<Slot>) {
    let now = world.now();
    world.change_environment(environment, now, |view| {
        match slot {
            Some(slot) => view.slots.insert(kind, slot),
            None => view.slots.remove(&kind),
        };
        view.management = "Running".into();
        view.runtime = "Disabled".into();
    });
}

fn unlink(
    world: &mut World,
    application: &Application,
    environment: &str,
    kind: PolicyKind,
    system_id: &str,
) -> Result<String, Reply> {
    let known = world
        .tenant
        .environment(environment)
        .ok_or_else(|| environments::not_found(environment))?;
    let environment = known.id.clone();
    let before = known.live().slots.get(&kind).cloned();
    let [_, _, operation] = kind.operations();
    match &before {
        None if world.modes.unlink_nothing == UnlinkNothing::Refused => {
            return Err(Reply::bap_error(
                400,
                "InvalidLifecycleOperationRequest",
                format!("{operation} cannot be performed because no enterprise policy is linked."),
            ));
        }
        Some(slot) if !slot.system_id.eq_ignore_ascii_case(system_id) => {
            return Err(Reply::bap_error(
                400,
                "InvalidLifecycleOperationRequest",
                format!(
                    "{operation} cannot be performed because the enterprise policy '{system_id}' is not \
                     linked with the environment."
                ),
            ));
        }
        _ => (),
    }
    let unlinking = before.clone().map(|slot| Slot {
        link_status: "Unlinking".into(),
        ..slot
    });
    let id = operations::start(
        world,
        operations::NewOperation {
            environment: &environment,
            kind: operation,
            requested_by: &application.object_id,
            at_once: before.is_none(),
            target: Target::Unlink { kind, before },
            outcome: Outcome::Succeed,
        },
    );
    if unlinking.is_some() {
        begin(world, &environment, kind, unlinking);
    }
    Ok(id)
}

/// Managed, and of a type that takes a policy.
fn check_environment(
    world: &World,
    environment: &str,
    kind: PolicyKind,
    operation: &str,
) -> Result<(), Reply> {
    let Some(known) = world.tenant.environment(environment) else {
        return Err(environments::not_found(environment));
    };
    let invalid = |message: String| {
        Err(Reply::bap_error(
            400,
            "InvalidLifecycleOperationRequest",
            message,
        ))
    };
    let default_is_refused = world.modes.default_environment == DefaultEnvironment::Refused;
    let sku = known.sku.as_str();
    if matches!(sku, "Trial" | "SubscriptionBasedTrial" | "Teams")
        || (sku == "Default" && default_is_refused)
    {
        return invalid(format!(
            "{operation} cannot be performed on environment of type {sku}."
        ));
    }
    if known.live().managed || kind == PolicyKind::Identity {
        return Ok(());
    }
    match world.modes.unmanaged_link {
        UnmanagedLink::NotFound => Err(environments::not_found(environment)),
        UnmanagedLink::BadRequest => invalid(format!(
            "{operation} cannot be performed on Power Platform environment because of the governance \
             configuration."
        )),
    }
}

/// The policy, if the caller can see it: 404 when it does not exist, was created a moment ago, or
/// the caller has no Reader on it. [C][D]
pub(super) fn policy_for<'a>(
    world: &'a World,
    application: &Application,
    system_id: &str,
    kind: PolicyKind,
) -> Result<&'a Policy, Reply> {
    world
        .tenant
        .policy_by_system_id(system_id)
        .filter(|policy| policy.known_kind() == Some(kind))
        .filter(|policy| policy.linkable <= world.now())
        .filter(|policy| reads(world, application, &policy.id()))
        .ok_or_else(|| {
            Reply::bap_error(
                404,
                "EnterprisePolicyNotFound",
                format!("The enterprise policy '{system_id}' could not be found."),
            )
        })
}

fn reads(world: &World, application: &Application, policy_id: &str) -> bool {
    let now = world.now();
    application.reads_policies
        || world.tenant.role_assignments.values().any(|assignment| {
            assignment
                .principal_id
                .eq_ignore_ascii_case(&application.object_id)
                && assignment.effective <= now
                && READER_ROLES.contains(&assignment.role().as_str())
                && assignment.covers(policy_id)
        })
}

/// Geography and key, whose refusals are not known.
fn object(world: &World, environment: &str, policy: &Policy) -> Option<Objection> {
    let Some(known) = world.tenant.environment(environment) else {
        return Some(Objection::Final(environments::not_found(environment)));
    };
    if geo::canonical(&known.location) != geo::canonical(&policy.location) {
        return Some(Objection::Movable(
            world.modes.location_mismatch,
            "EnterprisePolicyLocationMismatch",
            format!(
                "Environment location '{}' does not match the enterprise policy location '{}'.",
                known.location, policy.location
            ),
        ));
    }
    if policy.known_kind() != Some(PolicyKind::Encryption) {
        return None;
    }
    let problem = key_access::check(&world.tenant, policy, world.now()).err()?;
    Some(Objection::Movable(
        world.modes.unusable_key,
        "EnterprisePolicyKeyVaultAccessDenied",
        problem.to_string(),
    ))
}
