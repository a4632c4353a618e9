//! Enterprise policies: get, list, create, update, delete.
//!
//! Bodies after `arm-enterprise-policy-*` (responses transcribed from Microsoft's README, requests
//! from the documentation). A linked policy is frozen: PUT, PATCH and DELETE are refused [I][C].
//! The key is not looked at here; Microsoft's own script creates the policy before the key's
//! permissions exist [M].

use serde_json::{Value, json};

use super::policy_body::PolicyBody;
use super::{Group, check_version, not_found, page, providers};
use crate::entra::Caller;
use crate::geo;
use crate::http::{Reply, Request};
use crate::key_access;
use crate::modes::{
    HealthAfterLink, IdenticalPutWhileLinked, IdentityMember, Modes, NoKeyVersion,
    PolicyApiVersions,
};
use crate::state::policy::Policy;
use crate::world::World;

const KIND: &str = "Microsoft.PowerPlatform/enterprisePolicies";

/// The API versions that are known now.
pub(super) fn versions(world: &World) -> &'static [&'static str] {
    match world.modes.policy_api_versions {
        PolicyApiVersions::Both => &["2020-10-30-preview", "2020-10-30"],
        PolicyApiVersions::PreviewOnly => &["2020-10-30-preview"],
        PolicyApiVersions::StableOnly => &["2020-10-30"],
    }
}

pub(super) fn list(
    world: &World,
    request: &Request,
    subscription: &str,
    group: Option<&str>,
) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    if let Err(refused) = check_version(request, "enterprisePolicies", versions(world)) {
        return refused;
    }
    let items = world
        .tenant
        .policies
        .values()
        .filter(|policy| policy.subscription.eq_ignore_ascii_case(subscription))
        .filter(|policy| group.is_none_or(|name| policy.resource_group.eq_ignore_ascii_case(name)))
        .map(|policy| body(world, policy))
        .collect();
    page(world, request, items, world.modes.policy_page_size)
}

pub(super) fn answer(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    group: &Group<'_>,
    name: &str,
) -> Reply {
    if let Err(refused) = check_version(request, "enterprisePolicies", versions(world)) {
        return refused;
    }
    let key = super::id_of(request).to_lowercase();
    match request.method.as_str() {
        "GET" => match world.tenant.policies.get(&key) {
            Some(policy) => Reply::json(200, &body(world, policy)),
            None => not_found(KIND, name, group.name),
        },
        "PUT" => put(world, request, caller, group, name).unwrap_or_else(|refused| refused),
        "PATCH" => patch(world, request, caller, &key)
            .unwrap_or_else(|| Ok(not_found(KIND, name, group.name)))
            .unwrap_or_else(|refused| refused),
        "DELETE" => delete(world, &key),
        _ => Reply::method_not_allowed(request),
    }
}

fn put(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    group: &Group<'_>,
    name: &str,
) -> Result<Reply, Reply> {
    if !providers::is_registered(world, group.subscription) {
        return Err(not_registered());
    }
    let wanted = PolicyBody::parse(&request.json().unwrap_or(Value::Null))?;
    let key = super::id_of(request).to_lowercase();
    if let Some(existing) = world.tenant.policies.get(&key) {
        check_location(existing, &wanted)?;
        check_frozen(world, existing, &wanted)?;
        replace(world, &key, wanted, caller);
        return Ok(reply(world, &key, 200));
    }
    create(world, wanted, caller, group, name);
    Ok(reply(world, &key, 201))
}

/// Nothing when the policy does not exist.
fn patch(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    key: &str,
) -> Option<Result<Reply, Reply>> {
    let existing = world.tenant.policies.get(key)?;
    let outcome = request
        .json()
        .filter(Value::is_object)
        .ok_or_else(PolicyBody::null)
        .and_then(|members| PolicyBody::of(existing).patched(&members))
        .and_then(|wanted| {
            check_location(existing, &wanted)?;
            check_frozen(world, existing, &wanted)?;
            Ok(wanted)
        });
    Some(outcome.map(|wanted| {
        replace(world, key, wanted, caller);
        reply(world, key, 200)
    }))
}

fn delete(world: &mut World, key: &str) -> Reply {
    let Some(policy) = world.tenant.policies.get(key) else {
        return Reply::empty(204);
    };
    let links = world.tenant.links_of(&policy.system_id());
    if links > 0 {
        return frozen(
            "EnterprisePolicyDeleteNotAllowed",
            "Deletion",
            policy,
            links,
        );
    }
    world.tenant.policies.remove(key);
    world.show_in_graph(key);
    Reply::empty(200)
}

fn create(world: &mut World, wanted: PolicyBody, caller: &Caller, group: &Group<'_>, name: &str) {
    let now = world.now();
    let (principal_id, guid) = (world.tenant.new_guid(), world.tenant.new_guid());
    let author = author(world, caller);
    let visible = now + world.timings.entra_replication;
    world
        .tenant
        .principals
        .insert(principal_id.to_lowercase(), visible);
    let policy = Policy {
        subscription: group.subscription.into(),
        resource_group: group.name.into(),
        name: name.into(),
        location: wanted.location,
        kind: wanted.kind,
        tags: wanted.tags,
        principal_id,
        guid,
        key: wanted.key,
        lockbox: wanted.lockbox,
        network_injection: wanted.network_injection,
        created: now,
        modified: now,
        created_by: author.clone(),
        modified_by: author,
        linkable: now + world.timings.policy_visibility,
        key_usable: false,
        unhealthy: false,
        was_linked: false,
    };
    let key = policy.id().to_lowercase();
    world.tenant.policies.insert(key.clone(), policy);
    world.show_in_graph(&key);
}

fn replace(world: &mut World, key: &str, wanted: PolicyBody, caller: &Caller) {
    let now = world.now();
    let author = author(world, caller);
    let Some(policy) = world.tenant.policies.get_mut(key) else {
        return;
    };
    policy.tags = wanted.tags;
    policy.key = wanted.key;
    policy.lockbox = wanted.lockbox;
    policy.network_injection = wanted.network_injection;
    policy.modified = now;
    policy.modified_by = author;
    let policy = &world.tenant.policies[key];
    let usable = key_access::check(&world.tenant, policy, now).is_ok();
    if let Some(policy) = world.tenant.policies.get_mut(key) {
        policy.key_usable = usable;
    }
    world.show_in_graph(key);
}

fn author(world: &World, caller: &Caller) -> String {
    world.tenant.application(&caller.client).map_or_else(
        || caller.client.clone(),
        |application| application.object_id.clone(),
    )
}

fn check_location(existing: &Policy, wanted: &PolicyBody) -> Result<(), Reply> {
    if geo::canonical(&existing.location) == geo::canonical(&wanted.location) {
        return Ok(());
    }
    Err(Reply::error(
        409,
        "InvalidResourceLocation",
        format!(
            "The resource '{}' already exists in location '{}' in resource group '{}'. A resource with the \
             same name cannot be created in location '{}'. Please select a new resource name.",
            existing.name, existing.location, existing.resource_group, wanted.location
        ),
    ))
}

/// Refuses to change a linked policy, and to change the kind of any.
fn check_frozen(world: &World, existing: &Policy, wanted: &PolicyBody) -> Result<(), Reply> {
    let links = world.tenant.links_of(&existing.system_id());
    let identical = PolicyBody::of(existing) == *wanted;
    let passes =
        identical && world.modes.identical_put_while_linked == IdenticalPutWhileLinked::Accepted;
    if links > 0 && !passes {
        return Err(frozen(
            "EnterprisePolicyUpdateNotAllowed",
            "Update",
            existing,
            links,
        ));
    }
    if existing.kind.eq_ignore_ascii_case(&wanted.kind) {
        Ok(())
    } else {
        Err(PolicyBody::invalid(
            "The kind of an enterprise policy cannot be changed.",
        ))
    }
}

fn frozen(code: &str, action: &str, policy: &Policy, links: usize) -> Reply {
    Reply::json(
        400,
        &json!({"error": {
            "namespace": "Quartz.EnterprisePolicy",
            "code": code,
            "message": format!(
                "Enterprise Policy {action} not allowed for Enterprise Policy with name {} as it is linked \
                 with {links} environment(s).",
                policy.name
            ),
        }}),
    )
}

fn not_registered() -> Reply {
    let message = "The subscription is not registered to use namespace 'Microsoft.PowerPlatform'. See \
                   https://aka.ms/rps-not-found for how to register subscriptions.";
    Reply::json(
        409,
        &json!({"error": {
            "code": "MissingSubscriptionRegistration",
            "message": message,
            "details": [{
                "code": "MissingSubscriptionRegistration",
                "target": "Microsoft.PowerPlatform",
                "message": message,
            }],
        }}),
    )
}

fn reply(world: &World, key: &str, status: u16) -> Reply {
    Reply::json(status, &body(world, &world.tenant.policies[key]))
}

/// A policy as it is printed.
pub(super) fn body(world: &World, policy: &Policy) -> Value {
    json!({
        "id": policy.id(),
        "name": policy.name,
        "type": KIND,
        "location": policy.location,
        "tags": policy.tags,
        "kind": policy.kind,
        "identity": identity(world, policy),
        "systemData": {
            "createdBy": policy.created_by,
            "createdByType": "Application",
            "createdAt": policy.created,
            "lastModifiedBy": policy.modified_by,
            "lastModifiedByType": "Application",
            "lastModifiedAt": policy.modified,
        },
        "properties": {
            "systemId": policy.system_id(),
            "lockbox": policy.lockbox,
            "encryption": encryption(&world.modes, policy),
            "networkInjection": policy.network_injection,
            "healthStatus": health(&world.modes, policy),
        },
    })
}

pub(super) fn identity(world: &World, policy: &Policy) -> Value {
    let principal = match world.modes.identity_member {
        IdentityMember::PrincipalId => "principalId",
        IdentityMember::SystemAssignedIdentityPrincipalId => "systemAssignedIdentityPrincipalId",
    };
    json!({
        "type": "SystemAssigned",
        principal: policy.principal_id,
        "tenantId": world.tenant.tenant_id,
    })
}

fn encryption(modes: &Modes, policy: &Policy) -> Value {
    let Some(wanted) = &policy.key else {
        return Value::Null;
    };
    let mut key = json!({"name": wanted.name});
    match (&wanted.version, modes.no_key_version) {
        (Some(version), _) => key["version"] = version.as_str().into(),
        (None, NoKeyVersion::Null) => key["version"] = Value::Null,
        (None, NoKeyVersion::Empty) => key["version"] = "".into(),
        (None, NoKeyVersion::Absent) => (),
    }
    json!({"keyVault": {"id": wanted.vault_id, "key": key}, "state": "Enabled"})
}

pub(super) fn health(modes: &Modes, policy: &Policy) -> &'static str {
    match modes.health_after_link {
        _ if policy.unhealthy => "Unhealthy",
        HealthAfterLink::Healthy if policy.was_linked => "Healthy",
        _ => "Undetermined",
    }
}
