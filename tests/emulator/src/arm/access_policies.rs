//! Access policies of key vaults that do not use role assignments. [S]
//!
//! Concurrent writers race within the list; each entry has an effect only after a while.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::http::{Reply, Request, at, text_at};
use crate::state::vault::{AccessPolicy, Vault};
use crate::world::World;

/// `PUT …/accessPolicies/{add|replace|remove}`
pub(super) fn answer(world: &mut World, request: &Request, id: &str, action: &str) -> Reply {
    if request.method != "PUT" {
        return Reply::method_not_allowed(request);
    }
    let content = request.json().unwrap_or_default();
    let effective = world.now() + world.timings.access_policy_propagation;
    let entries: Option<Vec<AccessPolicy>> = at(&content, &["properties", "accessPolicies"])
        .and_then(Value::as_array)
        .map(|entries| {
            entries
                .iter()
                .map(|entry| parse_entry(entry, effective))
                .collect()
        })
        .unwrap_or_default();
    let (Some(entries), Some(vault)) = (entries, world.tenant.vaults.get_mut(id)) else {
        return Reply::error(
            400,
            "BadRequest",
            "The parameter accessPolicies is not specified correctly.",
        );
    };
    match action {
        "add" => entries.into_iter().for_each(|entry| add(vault, entry)),
        "replace" => vault.access_policies = entries,
        "remove" => entries.iter().for_each(|entry| remove(vault, entry)),
        _ => return Reply::unknown_route(request),
    }
    let shown: Vec<Value> = vault.access_policies.iter().map(self::body).collect();
    let reply = json!({
        "id": format!("{}/accessPolicies/", vault.id),
        "type": "Microsoft.KeyVault/vaults/accessPolicies",
        "properties": {"accessPolicies": shown},
    });
    Reply::json(200, &reply)
}

fn parse_entry(entry: &Value, effective: Timestamp) -> Option<AccessPolicy> {
    let permissions = at(entry, &["permissions"])?.as_object()?;
    let permissions: BTreeMap<String, Vec<String>> = permissions
        .iter()
        .filter_map(|(kind, names)| {
            Some((kind.clone(), serde_json::from_value(names.clone()).ok()?))
        })
        .collect();
    Some(AccessPolicy {
        tenant_id: text_at(entry, &["tenantId"])?.to_owned(),
        object_id: text_at(entry, &["objectId"])?.to_owned(),
        application_id: text_at(entry, &["applicationId"]).map(str::to_owned),
        permissions,
        effective,
    })
}

/// Merges permissions into an existing entry.
fn add(vault: &mut Vault, entry: AccessPolicy) {
    let existing = vault
        .access_policies
        .iter_mut()
        .find(|known| known.is_for(&entry.object_id, entry.application_id.as_deref()));
    let Some(existing) = existing else {
        vault.access_policies.push(entry);
        return;
    };
    for (kind, names) in entry.permissions {
        let known = existing.permissions.entry(kind).or_default();
        for name in names {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                known.push(name);
                existing.effective = entry.effective;
            }
        }
    }
}

/// Takes the named permissions away, and the entry with the last of them.
fn remove(vault: &mut Vault, entry: &AccessPolicy) {
    for known in &mut vault.access_policies {
        if !known.is_for(&entry.object_id, entry.application_id.as_deref()) {
            continue;
        }
        for (kind, names) in &entry.permissions {
            if let Some(known) = known.permissions.get_mut(kind) {
                known.retain(|known| !names.iter().any(|name| name.eq_ignore_ascii_case(known)));
            }
        }
    }
    vault
        .access_policies
        .retain(|known| known.permissions.values().any(|names| !names.is_empty()));
}

pub(super) fn body(policy: &AccessPolicy) -> Value {
    let mut body = json!({
        "tenantId": policy.tenant_id,
        "objectId": policy.object_id,
        "permissions": policy.permissions,
    });
    if let Some(application) = &policy.application_id {
        body["applicationId"] = application.as_str().into();
    }
    body
}
