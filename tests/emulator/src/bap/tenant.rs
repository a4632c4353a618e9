//! What concerns the whole tenant: locations, admin applications, tenant-level app data.

use serde_json::{Value, json};

use super::link::{policy_for, system_id_of};
use crate::http::{Reply, Request};
use crate::state::environment::Slot;
use crate::state::policy::PolicyKind;
use crate::world::World;

/// Captured. [F]
const LOCATIONS: &str = include_str!("../../payloads/bap-locations-list-response-200.json");

pub(super) fn locations(request: &Request) -> Reply {
    match request.method.as_str() {
        "GET" => Reply::text(200, "application/json; charset=utf-8", LOCATIONS.into()),
        _ => Reply::method_not_allowed(request),
    }
}

/// Registration as an admin management application. [M] A real tenant wants a user administrator
/// for it; here a registered application can do it for another.
pub(super) fn admin_application(world: &mut World, request: &Request, client: &str) -> Reply {
    let known = world
        .tenant
        .applications
        .iter_mut()
        .find(|application| application.client_id.eq_ignore_ascii_case(client));
    let Some(application) = known else {
        return Reply::bap_error(
            404,
            "ApplicationNotFound",
            format!("The application '{client}' could not be found."),
        );
    };
    match request.method.as_str() {
        "GET" if !application.admin_application => Reply::empty(404),
        "GET" => Reply::json(200, &json!({ "applicationId": client })),
        "PUT" => {
            application.admin_application = true;
            Reply::json(200, &json!({ "applicationId": client }))
        }
        "DELETE" => {
            application.admin_application = false;
            Reply::empty(204)
        }
        _ => Reply::method_not_allowed(request),
    }
}

/// Constructed from the member names in Microsoft's script.
pub(super) fn platform_apps(world: &World, request: &Request) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let policies = match &world.tenant.platform_apps {
        Some(slot) => json!({ "customerManagedKeys": slot }),
        None => Value::Null,
    };
    let state = if policies.is_null() {
        "NotEnrolled"
    } else {
        "Enrolled"
    };
    Reply::json(
        200,
        &json!({"enrollmentState": state, "enterprisePolicies": policies}),
    )
}

/// The sibling of link and unlink for tenant-level app data. [M] It takes effect at once here.
pub(super) fn link_platform_apps(world: &mut World, request: &Request, links: bool) -> Reply {
    if request.method != "POST" {
        return Reply::method_not_allowed(request);
    }
    let Some(application) = crate::entra::token_of(world, request)
        .and_then(|token| world.tenant.application(&token.client))
        .cloned()
    else {
        return Reply::empty(401);
    };
    let linked = system_id_of(request).and_then(|system_id| {
        policy_for(world, &application, &system_id, PolicyKind::Encryption)
            .map(|policy| Slot::of(policy, "Linked"))
    });
    match linked {
        Err(refused) => refused,
        Ok(slot) => {
            world.tenant.platform_apps = links.then_some(slot);
            Reply::empty(202)
        }
    }
}
