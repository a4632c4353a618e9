//! Managed Environment on and off. [M][F]

use std::collections::BTreeMap;

use super::{busy, environments, operations};
use crate::http::{Reply, Request, at, text_at};
use crate::state::application::Application;
use crate::state::operation::{Outcome, Target};
use crate::world::World;

pub(super) fn answer(
    world: &mut World,
    request: &Request,
    application: &Application,
    id: &str,
) -> Reply {
    if request.method != "POST" {
        return Reply::method_not_allowed(request);
    }
    let Some(environment) = world
        .tenant
        .environment(id)
        .filter(|_| application.sees_environments)
    else {
        return environments::not_found(id);
    };
    let (id, view) = (environment.id.clone(), environment.live().clone());
    let body = request.json().unwrap_or_default();
    let managed = match text_at(&body, &["protectionLevel"]) {
        Some(level) if level.eq_ignore_ascii_case("Standard") => true,
        Some(level) if level.eq_ignore_ascii_case("Basic") => false,
        _ => {
            return Reply::bap_error(
                400,
                "InvalidRequestContent",
                "The protection level of the governance configuration is missing or unknown.",
            );
        }
    };
    let settings: BTreeMap<String, String> = at(&body, &["settings", "extendedSettings"])
        .and_then(|settings| serde_json::from_value(settings.clone()).ok())
        .unwrap_or_default();
    if let Some(refused) = busy(world, &id) {
        return refused;
    }
    if managed == view.managed && (settings == view.extended_settings || settings.is_empty()) {
        return Reply::empty(204);
    }
    let kind = match (view.managed, managed) {
        (false, true) => "EnableGovernanceConfiguration",
        (true, true) => "UpdateGovernanceConfiguration",
        (_, false) => "DisableGovernanceConfiguration",
    };
    let now = world.now();
    world.change_environment(&id, now, |view| view.management = "Running".into());
    let operation = operations::start(
        world,
        operations::NewOperation {
            environment: &id,
            kind,
            requested_by: &application.object_id,
            target: Target::Governance { managed, settings },
            outcome: Outcome::Succeed,
            at_once: false,
        },
    );
    operations::accepted(world, &operation)
}
