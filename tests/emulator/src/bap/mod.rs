//! The environment API (Business Application Platform).
//!
//! Undocumented except for the list of environments; shapes come from Microsoft's clients [M] and
//! their test data [F].

mod environments;
mod governance;
mod link;
mod operations;
mod render;
mod tenant;

use crate::entra::Caller;
use crate::http::{Reply, Request};
use crate::modes::{ConflictBody, UnregisteredReads};
use crate::state::application::Application;
use crate::world::World;

pub(crate) use operations::start_foreign;

pub(crate) fn answer(world: &mut World, request: &Request, caller: &Caller) -> Reply {
    if request.query("api-version").is_none() {
        return Reply::bap_error(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        );
    }
    let Some(application) = world.tenant.application(&caller.client).cloned() else {
        return Reply::unknown_route(request);
    };
    if !application.admin_application {
        return unregistered(world, request, &application);
    }
    let segments: Vec<&str> = request
        .segments
        .iter()
        .skip(2)
        .map(String::as_str)
        .collect();
    let route = request.route();
    match route.get(2..).unwrap_or_default() {
        ["scopes", "admin", "environments"] | ["environments"] => {
            environments::list(world, request, &application)
        }
        ["scopes", "admin", "environments", id] => {
            environments::get(world, request, &application, id, true)
        }
        ["environments", id] => environments::get(world, request, &application, id, false),
        ["environments", id, "lifecycleoperationsenforcement"] => {
            environments::enforcement(world, request, &application, id)
        }
        [
            "environments",
            id,
            "enterprisepolicies",
            kind,
            action @ ("link" | "unlink"),
        ] => link::answer(world, request, &application, id, kind, *action == "link"),
        ["environments", id, "governanceconfiguration"] => {
            governance::answer(world, request, &application, id)
        }
        ["lifecycleoperations"] => operations::list(world, request),
        ["lifecycleoperations", id] => operations::get(world, request, id),
        ["locations"] => tenant::locations(request),
        ["adminapplications", _] => tenant::admin_application(world, request, segments[1]),
        ["platformapps", "status"] => tenant::platform_apps(world, request),
        [
            "platformapps",
            "enterprisepolicies",
            "encryption",
            action @ ("link" | "unlink"),
        ] => tenant::link_platform_apps(world, request, *action == "link"),
        _ => Reply::unknown_route(request),
    }
}

/// An application that is not an admin management application. [M] for the fragment of the text.
fn unregistered(world: &World, request: &Request, application: &Application) -> Reply {
    let reads = request.method == "GET";
    if reads && world.modes.unregistered_reads == UnregisteredReads::NotFound {
        return match request.route().get(2..).unwrap_or_default() {
            [.., "environments", id] => environments::not_found(id),
            [.., "environments"] => Reply::json(200, &serde_json::json!({"value": []})),
            _ => Reply::unknown_route(request),
        };
    }
    let query = if request.raw_query.is_empty() {
        ""
    } else {
        "?"
    };
    Reply::error(
        403,
        "Forbidden",
        format!(
            "The service principal with id '{}' for application {} does not have permission to access the \
             path '{}{}{query}{}' in tenant {}.",
            application.object_id,
            application.client_id,
            world.base_url,
            request.path,
            request.raw_query,
            world.tenant.tenant_id
        ),
    )
}

/// 409 because the environment is busy. [I] Refused requests count as polls of the operation.
fn busy(world: &mut World, environment: &str) -> Option<Reply> {
    let active = world.tenant.active_operation(environment)?.id.clone();
    operations::seen(world, &active);
    Some(match world.modes.conflict_body {
        ConflictBody::Empty => Reply::empty(409),
        ConflictBody::Json => Reply::bap_error(
            409,
            "OperationNotStartable",
            format!(
                "This operation cannot be performed because there is an active lifecycle operation on the \
                 environment '{environment}'."
            ),
        ),
    })
}
