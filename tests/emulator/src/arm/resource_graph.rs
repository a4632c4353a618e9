//! Resource Graph: rows about policies and vaults that lag behind the live state.
//!
//! The two queries of the facts are understood by the type they ask for, not as KQL; anything
//! else is a bad request. Rows and envelope after `resourcegraph-*` (constructed).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::policies;
use super::vaults;
use crate::clock::Timestamp;
use crate::http::{Reply, Request, at, text_at};
use crate::state::GraphChange;
use crate::state::policy::Policy;
use crate::state::vault::{Vault, VaultKind};
use crate::world::World;

pub(super) fn query(world: &mut World, request: &Request) -> Reply {
    if request.method != "POST" {
        return Reply::method_not_allowed(request);
    }
    if !world.admit("resource graph", 15, Duration::from_secs(5)) {
        return Reply::error(
            429,
            "RateLimiting",
            "Please provide below info when asking for support.",
        )
        .with_header("x-ms-user-quota-remaining", "0")
        .with_header("x-ms-user-quota-resets-after", "00:00:05")
        .with_header("retry-after", "5");
    }
    let body = request.json().unwrap_or_default();
    let kql = text_at(&body, &["query"])
        .unwrap_or_default()
        .to_lowercase();
    let kinds: &[&str] = if kql.contains("microsoft.powerplatform/enterprisepolicies") {
        &["/microsoft.powerplatform/enterprisepolicies/"]
    } else if kql.contains("microsoft.keyvault/") {
        &[
            "/microsoft.keyvault/vaults/",
            "/microsoft.keyvault/managedhsms/",
        ]
    } else {
        return Reply::error(
            400,
            "BadRequest",
            "Please provide a valid query: the emulator knows enterprise policies and key vaults.",
        );
    };
    let subscriptions: Option<Vec<String>> =
        at(&body, &["subscriptions"]).and_then(|list| serde_json::from_value(list.clone()).ok());
    let rows: Vec<Value> = rows(world, kinds)
        .into_iter()
        .filter(|row| {
            let id = row["subscriptionId"].as_str().unwrap_or_default();
            subscriptions
                .as_ref()
                .is_none_or(|wanted| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(id)))
        })
        .collect();
    envelope(&body, &rows)
        .with_header("x-ms-user-quota-remaining", "14")
        .with_header("x-ms-user-quota-resets-after", "00:00:05")
}

fn envelope(body: &Value, rows: &[Value]) -> Reply {
    let number = |name: &str| {
        at(body, &["options", name])
            .and_then(Value::as_u64)
            .and_then(|value| usize::try_from(value).ok())
    };
    let token = text_at(body, &["options", "$skipToken"]).and_then(|token| token.parse().ok());
    let start = token.or(number("$skip")).unwrap_or(0).min(rows.len());
    let end = rows
        .len()
        .min(start + number("$top").unwrap_or(100).clamp(1, 1000));
    let mut reply = json!({
        "totalRecords": rows.len(),
        "count": end - start,
        "resultTruncated": if end < rows.len() { "true" } else { "false" },
        "facets": [],
        "data": rows[start..end],
    });
    if end < rows.len() {
        reply["$skipToken"] = end.to_string().into();
    }
    Reply::json(200, &reply)
}

/// What the snapshot holds, sorted by id as the queries want it.
fn rows(world: &World, kinds: &[&str]) -> Vec<Value> {
    let now = world.now();
    let mut rows: BTreeMap<&str, &Value> = BTreeMap::new();
    for change in &world.tenant.graph {
        if change.at + world.timings.graph_lag > now && change.at > Timestamp::from_unix_seconds(0)
        {
            continue;
        }
        match &change.row {
            Some(row) => rows.insert(&change.id, row),
            None => rows.remove(change.id.as_str()),
        };
    }
    rows.into_iter()
        .filter(|(id, _)| kinds.iter().any(|kind| id.contains(kind)))
        .map(|(_, row)| fresh_uri(world, row))
        .collect()
}

/// The base URL can be another one than when the row was recorded.
fn fresh_uri(world: &World, row: &Value) -> Value {
    let mut row = row.clone();
    let vault = row["id"]
        .as_str()
        .and_then(|id| world.tenant.vaults.get(&id.to_lowercase()));
    if let Some(vault) = vault {
        row["uri"] = vaults::uri(world, vault).into();
    }
    row
}

/// Notes the state a resource has now.
pub(crate) fn record(world: &mut World, id: &str, at: Timestamp) {
    let id = id.to_lowercase();
    let row = match (world.tenant.policies.get(&id), world.tenant.vaults.get(&id)) {
        (Some(policy), _) => Some(policy_row(world, policy)),
        (None, Some(vault)) => Some(vault_row(world, vault)),
        (None, None) => None,
    };
    forget_the_outdated(world, &id, at);
    world.tenant.graph.push(GraphChange { at, id, row });
}

/// Notes everything as if it had always been there.
pub(crate) fn record_all(world: &mut World) {
    if !world.tenant.graph.is_empty() {
        return;
    }
    let long_ago = Timestamp::from_unix_seconds(0);
    let ids: Vec<String> = world
        .tenant
        .policies
        .keys()
        .chain(world.tenant.vaults.keys())
        .cloned()
        .collect();
    for id in ids {
        record(world, &id, long_ago);
    }
}

/// Only the newest change that is visible, and those after it, matter.
fn forget_the_outdated(world: &mut World, id: &str, now: Timestamp) {
    let lag = world.timings.graph_lag;
    let visible = world
        .tenant
        .graph
        .iter()
        .rposition(|change| change.id == id && change.at + lag <= now);
    if let Some(visible) = visible {
        let mut position = 0;
        world.tenant.graph.retain(|change| {
            position += 1;
            change.id != id || position > visible
        });
    }
}

fn policy_row(world: &World, policy: &Policy) -> Value {
    let key = policy.key.as_ref();
    json!({
        "id": policy.id(),
        "name": policy.name,
        "kind": policy.kind,
        "location": policy.location,
        "subscriptionId": policy.subscription,
        "resourceGroup": policy.resource_group.to_lowercase(),
        "tenantId": world.tenant.tenant_id,
        "tags": policy.tags,
        "identity": policies::identity(world, policy),
        "systemId": policy.system_id(),
        "healthStatus": policies::health(&world.modes, policy),
        "keyVaultId": key.map(|key| key.vault_id.to_lowercase()).unwrap_or_default(),
        "keyName": key.map(|key| key.name.clone()).unwrap_or_default(),
        "keyVersion": key.and_then(|key| key.version.clone()).unwrap_or_default(),
        "principalId": policy.principal_id,
    })
}

fn vault_row(world: &World, vault: &Vault) -> Value {
    let mut parts = vault.id.split('/');
    let (subscription, group) = (parts.nth(2), parts.nth(1));
    json!({
        "id": vault.id,
        "name": vault.name,
        "type": if vault.is_hsm() { "microsoft.keyvault/managedhsms" } else { "microsoft.keyvault/vaults" },
        "location": vault.location,
        "subscriptionId": subscription,
        "resourceGroup": group,
        "softDelete": vault.soft_delete,
        "purgeProtection": vault.purge_protection.then_some(true),
        "rbac": (!vault.is_hsm()).then_some(vault.kind == VaultKind::Rbac),
        "publicNetworkAccess": vault.network.public_access,
        "defaultAction": vault.network.default_action,
        "bypass": vault.network.bypass,
        "uri": vaults::uri(world, vault),
    })
}
