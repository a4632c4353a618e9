//! Subscriptions, resource groups and the registration of resource providers.

use serde_json::{Value, json};

use super::{check_version, group_not_found};
use crate::clock::Timestamp;
use crate::geo::POLICY_LOCATIONS;
use crate::http::{Reply, Request};
use crate::world::World;

const VERSIONS: [&str; 5] = [
    "2020-01-01",
    "2020-06-01",
    "2020-10-01",
    "2021-04-01",
    "2022-12-01",
];
const NAMESPACE: &str = "Microsoft.PowerPlatform";

pub(super) fn subscriptions(world: &World) -> Reply {
    let value: Vec<Value> = world
        .tenant
        .subscriptions
        .values()
        .map(|subscription| subscription_body(world, &subscription.id))
        .collect();
    Reply::json(200, &json!({ "value": value }))
}

pub(super) fn subscription(world: &World, id: &str) -> Reply {
    Reply::json(200, &subscription_body(world, id))
}

fn subscription_body(world: &World, id: &str) -> Value {
    json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id,
        "tenantId": world.tenant.tenant_id,
        "displayName": "Emulated",
        "state": "Enabled",
    })
}

pub(super) fn resource_group(
    world: &World,
    request: &Request,
    subscription: &str,
    name: &str,
) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let key = format!("/subscriptions/{subscription}/resourceGroups/{name}").to_lowercase();
    match world.tenant.resource_groups.get(&key) {
        None => group_not_found(name),
        Some(group) => Reply::json(
            200,
            &json!({
                "id": format!("/subscriptions/{}/resourceGroups/{}", group.subscription, group.name),
                "name": group.name,
                "type": "Microsoft.Resources/resourceGroups",
                "location": group.location,
                "properties": {"provisioningState": "Succeeded"},
            }),
        ),
    }
}

/// Whether a subscription can hold policies.
pub(super) fn is_registered(world: &World, subscription: &str) -> bool {
    registered_at(world, subscription).is_some_and(|time| time <= world.now())
}

fn registered_at(world: &World, subscription: &str) -> Option<Timestamp> {
    world
        .tenant
        .subscriptions
        .get(&subscription.to_lowercase())?
        .registered_at
}

fn state(at: Option<Timestamp>, now: Timestamp) -> &'static str {
    match at {
        None => "NotRegistered",
        Some(at) if at <= now => "Registered",
        Some(_) => "Registering",
    }
}

pub(super) fn get(world: &World, request: &Request, subscription: &str) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    if let Err(refused) = check_version(request, "providers", &VERSIONS) {
        return refused;
    }
    let versions = super::policies::versions(world);
    Reply::json(
        200,
        &json!({
            "id": format!("/subscriptions/{subscription}/providers/{NAMESPACE}"),
            "namespace": NAMESPACE,
            "registrationState": state(registered_at(world, subscription), world.now()),
            "registrationPolicy": "RegistrationRequired",
            "resourceTypes": [
                {
                    "resourceType": "enterprisePolicies",
                    "locations": POLICY_LOCATIONS,
                    "apiVersions": versions,
                    "capabilities": "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation",
                },
                {
                    "resourceType": "accounts",
                    "locations": ["unitedstates", "europe"],
                    "apiVersions": versions,
                },
                {"resourceType": "operations", "locations": [], "apiVersions": versions},
            ],
        }),
    )
}

pub(super) fn register(world: &mut World, request: &Request, subscription: &str) -> Reply {
    if request.method != "POST" {
        return Reply::method_not_allowed(request);
    }
    if let Err(refused) = check_version(request, "providers", &VERSIONS) {
        return refused;
    }
    let now = world.now();
    let done = now + world.timings.registration;
    let Some(known) = world
        .tenant
        .subscriptions
        .get_mut(&subscription.to_lowercase())
    else {
        return Reply::unknown_route(request);
    };
    let at = *known.registered_at.get_or_insert(done);
    Reply::json(
        200,
        &json!({
            "id": format!("/subscriptions/{subscription}/providers/{NAMESPACE}"),
            "namespace": NAMESPACE,
            "registrationState": state(Some(at), now),
            "registrationPolicy": "RegistrationRequired",
            "resourceTypes": [],
        }),
    )
}

/// The preview feature the scripts register. [M] Nothing here depends on it.
pub(super) fn feature(
    world: &mut World,
    request: &Request,
    subscription: &str,
    feature: &str,
) -> Reply {
    let registers = request.lower.last().is_some_and(|last| last == "register");
    if feature != "enterprisepoliciespreview" {
        return Reply::error(
            404,
            "FeatureNotFound",
            format!("The feature '{feature}' could not be found."),
        );
    }
    let now = world.now();
    let done = now + world.timings.registration;
    let Some(known) = world
        .tenant
        .subscriptions
        .get_mut(&subscription.to_lowercase())
    else {
        return Reply::unknown_route(request);
    };
    match (request.method.as_str(), registers) {
        ("POST", true) => {
            known.feature_registered_at.get_or_insert(done);
        }
        ("GET", false) => (),
        _ => return Reply::method_not_allowed(request),
    }
    Reply::json(
        200,
        &json!({
            "id": format!("/subscriptions/{subscription}/providers/Microsoft.Features/providers/{NAMESPACE}/features/enterprisePoliciesPreview"),
            "name": format!("{NAMESPACE}/enterprisePoliciesPreview"),
            "type": "Microsoft.Features/providers/features",
            "properties": {"state": state(known.feature_registered_at, now)},
        }),
    )
}

pub(super) fn operations(request: &Request) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let operation = |name: &str| json!({"name": format!("{NAMESPACE}/enterprisePolicies/{name}"), "isDataAction": false});
    Reply::json(
        200,
        &json!({"value": [operation("read"), operation("write"), operation("delete")]}),
    )
}
