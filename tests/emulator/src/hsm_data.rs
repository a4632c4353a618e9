//! Data plane of Managed HSMs: local role assignments, and keys as in a vault.
//!
//! Local roles are not part of Resource Manager. Bodies after `hsm-role-assignment-*` [D].

use serde_json::{Value, json};

use crate::entra::Caller;
use crate::http::{Reply, Request, text_at};
use crate::state::RoleAssignment;
use crate::state::vault::Vault;
use crate::world::World;

/// `place` is the HSM's name and the segments within it.
pub(crate) fn answer(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    place: (String, Vec<String>),
) -> Reply {
    let (name, segments) = place;
    let Some(hsm) = world.tenant.vault_named(&name, true) else {
        return Reply::error(
            404,
            "NotFound",
            format!("The managed HSM '{name}' does not exist."),
        );
    };
    if !world
        .tenant
        .application(&caller.client)
        .is_some_and(|caller| caller.administers_hsms)
    {
        return Reply::error(
            403,
            "Forbidden",
            "(AccessDenied) Caller does not have the required local role on the managed HSM.",
        );
    }
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let position = parts
        .windows(3)
        .rposition(|part| part == ["providers", "microsoft.authorization", "roleassignments"]);
    match position {
        Some(position) => {
            let scope = format!("/{}", parts[..position].join("/"));
            let assignment = parts.get(position + 3).map(|name| (*name).to_owned());
            let id = hsm.id.to_lowercase();
            assignments(world, request, caller, &id, &scope, assignment.as_deref())
        }
        None if request.method == "GET" => crate::vault_data::keys(world, request, hsm, &segments),
        None => Reply::method_not_allowed(request),
    }
}

fn assignments(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    id: &str,
    scope: &str,
    name: Option<&str>,
) -> Reply {
    let new = new_assignment(world, request, caller, scope, name);
    let Some(hsm) = world.tenant.vaults.get_mut(id) else {
        return Reply::empty(404);
    };
    let known = name.and_then(|name| position(hsm, scope, name));
    match (request.method.as_str(), name, known) {
        ("GET", None, _) => Reply::json(200, &list(hsm, request, scope)),
        ("GET", Some(_), Some(index)) => Reply::json(200, &body(&hsm.local_assignments[index])),
        ("DELETE", Some(_), Some(index)) => {
            Reply::json(200, &body(&hsm.local_assignments.remove(index)))
        }
        ("GET" | "DELETE", Some(name), None) => Reply::error(
            404,
            "RoleAssignmentNotFound",
            format!("Requested role assignment not found: '{name}'."),
        ),
        ("PUT", Some(_), None) => match new {
            None => Reply::error(
                400,
                "BadParameter",
                "Role definition and principal are required.",
            ),
            Some(new) if hsm.local_assignments.iter().any(|known| same(known, &new)) => {
                Reply::error(
                    409,
                    "RoleAssignmentExists",
                    "The role assignment already exists.",
                )
            }
            Some(new) => {
                let reply = Reply::json(201, &body(&new));
                hsm.local_assignments.push(new);
                reply
            }
        },
        ("PUT", Some(_), Some(_)) => Reply::error(
            409,
            "RoleAssignmentExists",
            "The role assignment already exists.",
        ),
        _ => Reply::method_not_allowed(request),
    }
}

fn position(hsm: &Vault, scope: &str, name: &str) -> Option<usize> {
    hsm.local_assignments
        .iter()
        .position(|known| known.scope == scope && known.name.eq_ignore_ascii_case(name))
}

fn same(one: &RoleAssignment, other: &RoleAssignment) -> bool {
    one.scope == other.scope
        && one.principal_id.eq_ignore_ascii_case(&other.principal_id)
        && one.role() == other.role()
}

fn new_assignment(
    world: &World,
    request: &Request,
    caller: &Caller,
    scope: &str,
    name: Option<&str>,
) -> Option<RoleAssignment> {
    let request_body = request.json().unwrap_or_default();
    let now = world.now();
    Some(RoleAssignment {
        scope: scope.to_owned(),
        name: name?.to_owned(),
        role_definition_id: text_at(&request_body, &["properties", "roleDefinitionId"])?.to_owned(),
        principal_id: text_at(&request_body, &["properties", "principalId"])?.to_owned(),
        principal_type: "ServicePrincipal".into(),
        description: None,
        condition: None,
        condition_version: None,
        created: now,
        effective: now + world.timings.role_propagation,
        created_by: caller.client.clone(),
    })
}

fn list(hsm: &Vault, request: &Request, scope: &str) -> Value {
    let filter = request.query("$filter").unwrap_or_default().to_lowercase();
    let principal = filter
        .strip_prefix("principalid eq ")
        .map(|id| id.trim_matches('\''));
    let value: Vec<Value> = hsm
        .local_assignments
        .iter()
        .filter(|known| known.covers(scope))
        .filter(|known| principal.is_none_or(|id| known.principal_id.eq_ignore_ascii_case(id)))
        .map(body)
        .collect();
    json!({ "value": value })
}

fn body(assignment: &RoleAssignment) -> Value {
    let scope = assignment.scope.trim_end_matches('/');
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", assignment.name),
        "name": assignment.name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": assignment.role_definition_id,
            "principalId": assignment.principal_id,
            "scope": assignment.scope,
        },
    })
}
