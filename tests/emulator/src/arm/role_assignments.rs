//! Role assignments at any scope. [S] for shapes and filters, generic texts for the errors.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{check_version, may, not_found};
use crate::entra::Caller;
use crate::http::{Reply, Request, at, text_at};
use crate::modes::PrincipalNotFound;
use crate::state::application::AzureRole;
use crate::state::{RoleAssignment, is_at_or_below};
use crate::world::World;

const VERSIONS: [&str; 4] = [
    "2015-07-01",
    "2018-01-01-preview",
    "2020-10-01-preview",
    "2022-04-01",
];

/// Where in the path the scope ends and the role assignments begin.
pub(super) fn position(request: &Request) -> Option<usize> {
    let route = request.route();
    route
        .windows(3)
        .rposition(|part| part == ["providers", "microsoft.authorization", "roleassignments"])
}

pub(super) fn answer(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    position: usize,
) -> Reply {
    let needed = if request.method == "GET" {
        AzureRole::Reader
    } else {
        AzureRole::Owner
    };
    let allowed = may(world, caller, request, needed)
        .and_then(|()| check_version(request, "roleAssignments", &VERSIONS));
    if let Err(refused) = allowed {
        return refused;
    }
    let scope = format!("/{}", request.segments[..position].join("/"));
    if let Some(refused) = unknown_scope(world, &scope) {
        return refused;
    }
    match (request.method.as_str(), request.segments.get(position + 3)) {
        ("GET", None) => list(world, request, &scope),
        ("GET", Some(name)) => match world.tenant.role_assignments.get(&key(&scope, name)) {
            Some(assignment) => Reply::json(200, &body(assignment)),
            None => Reply::error(
                404,
                "RoleAssignmentNotFound",
                format!("The role assignment '{name}' is not found."),
            ),
        },
        ("PUT", Some(name)) => {
            put(world, request, caller, &scope, name).unwrap_or_else(|refused| refused)
        }
        ("DELETE", Some(name)) => match world.tenant.role_assignments.remove(&key(&scope, name)) {
            Some(assignment) => Reply::json(200, &body(&assignment)),
            None => Reply::empty(204),
        },
        _ => Reply::method_not_allowed(request),
    }
}

fn key(scope: &str, name: &str) -> String {
    format!("{}/{name}", scope.trim_end_matches('/')).to_lowercase()
}

/// Scopes that must exist: vaults, HSMs, keys, policies, resource groups and subscriptions.
fn unknown_scope(world: &World, scope: &str) -> Option<Reply> {
    let lower = scope.to_lowercase();
    let parts: Vec<&str> = lower.split('/').skip(1).collect();
    match parts.as_slice() {
        ["subscriptions", id, ..] if !world.tenant.subscriptions.contains_key(*id) => {
            Some(Reply::error(
                404,
                "SubscriptionNotFound",
                format!("The subscription '{id}' could not be found."),
            ))
        }
        ["subscriptions", id, "resourcegroups", group, ..]
            if !world
                .tenant
                .resource_groups
                .contains_key(&format!("/subscriptions/{id}/resourcegroups/{group}")) =>
        {
            Some(super::group_not_found(group))
        }
        [
            "subscriptions",
            _,
            _,
            group,
            "providers",
            "microsoft.keyvault",
            kind,
            name,
            keys @ ..,
        ] => {
            let id = lower
                .strip_suffix(&format!("/{}", keys.join("/")))
                .unwrap_or(&lower);
            let vault = world.tenant.vaults.get(id);
            let found = match keys {
                ["keys", key, ..] => vault.is_some_and(|vault| vault.key(key).is_some()),
                _ => vault.is_some(),
            };
            (!found).then(|| not_found(&format!("Microsoft.KeyVault/{kind}"), name, group))
        }
        [
            "subscriptions",
            _,
            _,
            group,
            "providers",
            "microsoft.powerplatform",
            "enterprisepolicies",
            name,
        ] if !world.tenant.policies.contains_key(&lower) => Some(not_found(
            "Microsoft.PowerPlatform/enterprisePolicies",
            name,
            group,
        )),
        _ => None,
    }
}

fn list(world: &World, request: &Request, scope: &str) -> Reply {
    let filter = match Filter::parse(request.query("$filter").unwrap_or_default()) {
        Ok(filter) => filter,
        Err(part) => {
            return Reply::error(
                400,
                "InvalidFilter",
                format!("The filter '{part}' is not supported."),
            );
        }
    };
    let value: Vec<Value> = world
        .tenant
        .role_assignments
        .values()
        .filter(|assignment| filter.takes(assignment, scope))
        .map(body)
        .collect();
    Reply::json(200, &json!({ "value": value }))
}

/// `principalId eq '…'`, `assignedTo('…')` and `atScope()`, joined by `and`.
#[derive(Default)]
struct Filter {
    principal: Option<String>,
    at_scope: bool,
}

impl Filter {
    fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Self::default();
        for part in text
            .split(" and ")
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let lower = part.to_lowercase();
            if lower == "atscope()" {
                filter.at_scope = true;
            } else if let Some(id) = lower.strip_prefix("principalid eq ") {
                filter.principal = Some(id.trim_matches('\'').to_owned());
            } else if let Some(id) = lower
                .strip_prefix("assignedto(")
                .and_then(|rest| rest.strip_suffix(')'))
            {
                filter.principal = Some(id.trim_matches('\'').to_owned());
            } else {
                return Err(part.to_owned());
            }
        }
        Ok(filter)
    }

    /// Without `atScope()` the list holds assignments at, above and below the scope. [S]
    fn takes(&self, assignment: &RoleAssignment, scope: &str) -> bool {
        let below = is_at_or_below(&assignment.scope, scope) && !self.at_scope;
        (below || assignment.covers(scope))
            && self
                .principal
                .as_ref()
                .is_none_or(|id| assignment.principal_id.eq_ignore_ascii_case(id))
    }
}

fn put(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    scope: &str,
    name: &str,
) -> Result<Reply, Reply> {
    if Uuid::parse_str(name).is_err() {
        return Err(Reply::error(
            400,
            "InvalidRoleAssignmentId",
            format!(
                "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
            ),
        ));
    }
    let request_body = request.json().unwrap_or_default();
    let text = |name: &str| text_at(&request_body, &["properties", name]).map(str::to_owned);
    let (Some(role), Some(principal)) = (text("roleDefinitionId"), text("principalId")) else {
        return Err(Reply::error(
            400,
            "InvalidCreateRoleAssignmentRequest",
            "The role assignment must have a role definition and a principal.",
        ));
    };
    let principal_type = text("principalType");
    check_principal(world, &principal, principal_type.is_some())?;
    let now = world.now();
    let new = RoleAssignment {
        scope: scope.to_owned(),
        name: name.to_owned(),
        role_definition_id: role,
        principal_id: principal,
        principal_type: principal_type.unwrap_or_else(|| "ServicePrincipal".into()),
        description: text("description"),
        condition: at(&request_body, &["properties", "condition"])
            .and_then(Value::as_str)
            .map(str::to_owned),
        condition_version: text("conditionVersion"),
        created: now,
        effective: now + world.timings.role_propagation,
        created_by: world
            .tenant
            .application(&caller.client)
            .map_or_else(String::new, |application| application.object_id.clone()),
    };
    if let Some(existing) = world.tenant.role_assignments.get(&key(scope, name)) {
        return if same_triple(existing, &new) {
            Ok(Reply::json(200, &body(existing)))
        } else {
            Err(Reply::error(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            ))
        };
    }
    if world
        .tenant
        .role_assignments
        .values()
        .any(|existing| same_triple(existing, &new))
    {
        return Err(Reply::error(
            409,
            "RoleAssignmentExists",
            "The role assignment already exists.",
        ));
    }
    let reply = Reply::json(201, &body(&new));
    world.tenant.role_assignments.insert(key(scope, name), new);
    Ok(reply)
}

fn same_triple(one: &RoleAssignment, other: &RoleAssignment) -> bool {
    one.scope.eq_ignore_ascii_case(&other.scope)
        && one.principal_id.eq_ignore_ascii_case(&other.principal_id)
        && one.role() == other.role()
}

/// Entra needs a while to replicate a new identity. With `principalType` the check is left out,
/// unless the mode says otherwise.
fn check_principal(world: &World, principal: &str, has_type: bool) -> Result<(), Reply> {
    let visible = world.tenant.principals.get(&principal.to_lowercase());
    let is_visible = visible.is_some_and(|time| *time <= world.now());
    let passes = match world.modes.principal_not_found {
        PrincipalNotFound::Never => true,
        PrincipalNotFound::WithoutPrincipalType => is_visible || has_type,
        PrincipalNotFound::Always => is_visible,
    };
    if passes {
        return Ok(());
    }
    Err(Reply::error(
        400,
        "PrincipalNotFound",
        format!(
            "Principal {} does not exist in the directory {}. Check that you have the correct principal ID. If \
             you are creating this principal and then immediately assigning a role, this error might be \
             related to a replication delay. In this case, set the role assignment principalType property to \
             a value, such as ServicePrincipal, User, or Group.",
            principal.replace('-', ""),
            world.tenant.tenant_id
        ),
    ))
}

/// After `role-assignment-put-response-201`.
fn body(assignment: &RoleAssignment) -> Value {
    json!({
        "id": format!(
            "{}/providers/Microsoft.Authorization/roleAssignments/{}",
            assignment.scope.trim_end_matches('/'),
            assignment.name
        ),
        "name": assignment.name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": assignment.role_definition_id,
            "principalId": assignment.principal_id,
            "principalType": assignment.principal_type,
            "scope": assignment.scope,
            "condition": assignment.condition,
            "conditionVersion": assignment.condition_version,
            "createdOn": assignment.created,
            "updatedOn": assignment.created,
            "createdBy": assignment.created_by,
            "updatedBy": assignment.created_by,
            "delegatedManagedIdentityResourceId": null,
            "description": assignment.description,
        },
    })
}
