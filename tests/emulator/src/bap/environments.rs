//! Environments: get and list.
//!
//! The admin route and the plain one answer alike. Lists come in one answer unless the modes set
//! a page size; paging was not seen [X].

use serde_json::Value;

use super::render::{self, Expand};
use crate::http::{Reply, Request};
use crate::state::application::Application;
use crate::world::World;

pub(super) fn not_found(id: &str) -> Reply {
    Reply::bap_error(
        404,
        "EnvironmentNotFound",
        format!("The environment '{id}' could not be found in the tenant."),
    )
}

/// Whether the caller finds this environment.
pub(super) fn exists(world: &World, application: &Application, id: &str) -> bool {
    application.sees_environments && world.tenant.environment(id).is_some()
}

pub(super) fn get(
    world: &mut World,
    request: &Request,
    application: &Application,
    id: &str,
    admin: bool,
) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    if !exists(world, application, id) {
        return not_found(id);
    }
    if let Some(active) = world
        .tenant
        .active_operation(id)
        .map(|active| active.id.clone())
    {
        super::operations::seen(world, &active);
    }
    let expand = Expand::of(request, application, admin);
    match text(world, id, expand) {
        Some(text) => Reply::text(200, "application/json; charset=utf-8", text),
        None => not_found(id),
    }
}

fn text(world: &mut World, id: &str, expand: Expand) -> Option<String> {
    let now = world.now();
    let (modes, tenant_id) = (&world.modes, &world.tenant.tenant_id);
    let environment = world.tenant.environments.get_mut(&id.to_lowercase())?;
    let text = environment.rendered(now, world.epoch, expand.number(), |environment, view| {
        render::environment(environment, view, modes, tenant_id, expand)
    });
    Some(text.to_owned())
}

pub(super) fn list(world: &mut World, request: &Request, application: &Application) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let admin = request
        .lower
        .get(2)
        .is_some_and(|segment| segment == "scopes");
    let expand = Expand::of(request, application, admin);
    let total = if application.sees_environments {
        world.tenant.environments.len()
    } else {
        0
    };
    let start = request
        .query("$skiptoken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let size = world.modes.environment_page_size.unwrap_or(total).max(1);
    let end = total.min(start + size);
    let only_sku = wanted_sku(request);

    let now = world.now();
    let (modes, tenant_id) = (&world.modes, &world.tenant.tenant_id);
    let mut text = String::from("{\"value\":[");
    let page = world.tenant.environments.values_mut().take(end).skip(start);
    for environment in page.filter(|environment| {
        only_sku
            .as_ref()
            .is_none_or(|sku| environment.sku.eq_ignore_ascii_case(sku))
    }) {
        if !text.ends_with('[') {
            text.push(',');
        }
        text.push_str(environment.rendered(
            now,
            world.epoch,
            expand.number(),
            |environment, view| render::environment(environment, view, modes, tenant_id, expand),
        ));
    }
    text.push(']');
    if end < total {
        let link = Value::from(crate::arm::next_link(world, request, end));
        text.push_str(",\"nextLink\":");
        text.push_str(&link.to_string());
    }
    text.push('}');
    Reply::text(200, "application/json; charset=utf-8", text)
}

/// `$filter=properties/environmentSku eq 'Default'`, the one filter that was seen. [C]
fn wanted_sku(request: &Request) -> Option<String> {
    let filter = request.query("$filter")?;
    let value = filter.strip_prefix("properties/environmentSku eq ")?;
    Some(value.trim_matches('\'').to_owned())
}

pub(super) fn enforcement(
    world: &World,
    request: &Request,
    application: &Application,
    id: &str,
) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    match world
        .tenant
        .environment(id)
        .filter(|_| application.sees_environments)
    {
        None => not_found(id),
        Some(environment) => Reply::json(
            200,
            &render::enforcement(environment, environment.visible(world.now())),
        ),
    }
}
