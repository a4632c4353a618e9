//! Azure Resource Manager.
//!
//! Paths are compared without case. Errors have the shape of the published common types [S]; the
//! texts are the generic ones that Resource Manager is known for.

mod access_policies;
pub(crate) mod policies;
mod policy_body;
mod providers;
pub(crate) mod resource_graph;
mod role_assignments;
mod vaults;

use crate::entra::Caller;
use crate::http::{Reply, Request};
use crate::state::application::AzureRole;
use crate::world::World;

pub(crate) use vaults::{attributes as key_attributes, uri as vault_uri};

/// A resource group in a path.
pub(crate) struct Group<'a> {
    pub(crate) subscription: &'a str,
    pub(crate) name: &'a str,
}

pub(crate) fn answer(world: &mut World, request: &Request, caller: &Caller) -> Reply {
    if request.query("api-version").is_none() {
        return Reply::error(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        );
    }
    if let Some(position) = role_assignments::position(request) {
        return role_assignments::answer(world, request, caller, position);
    }
    if let Err(refused) = may(world, caller, request, request_action(request)) {
        return refused;
    }
    if let Some(refused) = unknown_scope(world, request) {
        return refused;
    }
    let segments = request
        .segments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>();
    match request.route().as_slice() {
        ["providers", "microsoft.resourcegraph", "resources"] => {
            resource_graph::query(world, request)
        }
        ["providers", "microsoft.powerplatform", "operations"] => providers::operations(request),
        ["subscriptions"] => providers::subscriptions(world),
        ["subscriptions", _] => providers::subscription(world, segments[1]),
        ["subscriptions", _, "providers", "microsoft.powerplatform"] => {
            providers::get(world, request, segments[1])
        }
        [
            "subscriptions",
            _,
            "providers",
            "microsoft.powerplatform",
            "register",
        ] => providers::register(world, request, segments[1]),
        [
            "subscriptions",
            _,
            "providers",
            "microsoft.features",
            "providers",
            "microsoft.powerplatform",
            "features",
            feature,
            ..,
        ] => providers::feature(world, request, segments[1], feature),
        [
            "subscriptions",
            _,
            "providers",
            "microsoft.powerplatform",
            "enterprisepolicies",
        ] => policies::list(world, request, segments[1], None),
        ["subscriptions", _, "resourcegroups", _] => {
            providers::resource_group(world, request, segments[1], segments[3])
        }
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.powerplatform",
            "enterprisepolicies",
        ] => policies::list(world, request, segments[1], Some(segments[3])),
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.powerplatform",
            "enterprisepolicies",
            _,
        ] => {
            let group = Group {
                subscription: segments[1],
                name: segments[3],
            };
            policies::answer(world, request, caller, &group, segments[7])
        }
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.keyvault",
            rest @ ..,
        ] => vaults::answer(world, request, rest),
        ["subscriptions", _, "providers", "microsoft.keyvault", kind] => {
            vaults::list(world, request, segments[1], kind)
        }
        _ => Reply::unknown_route(request),
    }
}

/// The id a path names, without a trailing slash.
pub(crate) fn id_of(request: &Request) -> String {
    format!("/{}", request.segments.join("/"))
}

fn request_action(request: &Request) -> AzureRole {
    let is_query = request.lower.last().is_some_and(|last| last == "resources");
    match request.method.as_str() {
        "GET" | "HEAD" => AzureRole::Reader,
        "POST" if is_query => AzureRole::Reader,
        _ => AzureRole::Contributor,
    }
}

/// Whether a caller has at least this role.
pub(crate) fn may(
    world: &World,
    caller: &Caller,
    request: &Request,
    needed: AzureRole,
) -> Result<(), Reply> {
    let application = world.tenant.application(&caller.client);
    if application.is_some_and(|application| application.azure_role >= needed) {
        return Ok(());
    }
    let object = application.map_or("", |application| application.object_id.as_str());
    let verb = match request.method.as_str() {
        "GET" | "HEAD" => "read",
        "DELETE" => "delete",
        "POST" => "action",
        _ => "write",
    };
    let provider = request
        .lower
        .iter()
        .rposition(|segment| segment == "providers");
    let action =
        match provider.and_then(|position| request.segments.get(position + 1..position + 3)) {
            Some([namespace, kind]) => format!("{namespace}/{kind}/{verb}"),
            _ => format!("Microsoft.Resources/subscriptions/{verb}"),
        };
    Err(Reply::error(
        403,
        "AuthorizationFailed",
        format!(
            "The client '{}' with object id '{object}' does not have authorization to perform action \
             '{action}' over scope '{}' or the scope is invalid. If access was recently granted, please \
             refresh your credentials.",
            caller.client,
            id_of(request)
        ),
    ))
}

/// 404 for a subscription or resource group that does not exist.
fn unknown_scope(world: &World, request: &Request) -> Option<Reply> {
    let ["subscriptions", subscription, rest @ ..] = &request.route()[..] else {
        return None;
    };
    if !world.tenant.subscriptions.contains_key(*subscription) {
        return Some(Reply::error(
            404,
            "SubscriptionNotFound",
            format!("The subscription '{subscription}' could not be found."),
        ));
    }
    let ["resourcegroups", group, _, ..] = rest else {
        return None;
    };
    let key = format!("/subscriptions/{subscription}/resourcegroups/{group}");
    (!world.tenant.resource_groups.contains_key(&key))
        .then(|| group_not_found(&request.segments[3]))
}

pub(crate) fn group_not_found(name: &str) -> Reply {
    Reply::error(
        404,
        "ResourceGroupNotFound",
        format!("Resource group '{name}' could not be found."),
    )
}

pub(crate) fn not_found(kind: &str, name: &str, group: &str) -> Reply {
    Reply::error(
        404,
        "ResourceNotFound",
        format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details \
             please go to https://aka.ms/ARMResourceNotFoundFix"
        ),
    )
}

/// Refuses API versions the resource type does not have.
pub(crate) fn check_version(request: &Request, kind: &str, known: &[&str]) -> Result<(), Reply> {
    let version = request.query("api-version").unwrap_or_default();
    if known.contains(&version) {
        return Ok(());
    }
    Err(Reply::error(
        400,
        "NoRegisteredProviderFound",
        format!(
            "No registered resource provider found for location 'europe' and API version '{version}' for \
             type '{kind}'. The supported api-versions are '{}'. The supported locations are \
             'unitedstates, europe'.",
            known.join(", ")
        ),
    ))
}

/// One page of a list, with the link to the next.
pub(crate) fn page(
    world: &World,
    request: &Request,
    mut items: Vec<serde_json::Value>,
    size: Option<usize>,
) -> Reply {
    let start: usize = request
        .query("$skiptoken")
        .and_then(|token| token.parse().ok())
        .unwrap_or(0)
        .min(items.len());
    let size = size.unwrap_or(usize::MAX).max(1);
    let rest = items.split_off(start);
    let has_more = rest.len() > size;
    let value: Vec<_> = rest.into_iter().take(size).collect();
    let mut body = serde_json::json!({ "value": value });
    if has_more {
        body["nextLink"] = next_link(world, request, start + size).into();
    }
    Reply::json(200, &body)
}

/// The request's own URL with another continuation token.
pub(crate) fn next_link(world: &World, request: &Request, start: usize) -> String {
    let query: Vec<String> = request
        .query
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"))
        .map(|(name, value)| format!("{name}={}", crate::http::encode(value)))
        .chain([format!("$skiptoken={start}")])
        .collect();
    format!("{}{}?{}", world.base_url, request.path, query.join("&"))
}
