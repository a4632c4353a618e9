//! Key vaults, Managed HSMs and their keys through Resource Manager.
//!
//! Shapes after `keyvault-vault-*`, `keyvault-arm-key-*` and `hsm-get-*` (specification examples
//! [S]). Reads here pass a vault's firewall; whether the real ones always do was not tested [X].
//!
//! `vaultUri` is `{base}/vaults-data/{name}/` and `hsmUri` is `{base}/hsms-data/{name}/`, because
//! names under `localhost` do not resolve everywhere.

use serde_json::{Value, json};

use super::{access_policies, check_version, not_found, page};
use crate::http::{Reply, Request};
use crate::state::vault::{Key, KeyVersion, Vault, VaultKind};
use crate::world::World;

const VERSIONS: [&str; 10] = [
    "2019-09-01",
    "2021-10-01",
    "2022-07-01",
    "2022-11-01",
    "2023-02-01",
    "2023-07-01",
    "2024-11-01",
    "2024-12-01-preview",
    "2025-05-01",
    "2026-02-01",
];

/// Segments after `providers/Microsoft.KeyVault`.
pub(super) fn answer(world: &mut World, request: &Request, rest: &[&str]) -> Reply {
    let [kind @ ("vaults" | "managedhsms"), below @ ..] = rest else {
        return Reply::unknown_route(request);
    };
    if let Err(refused) = check_version(request, kind, &VERSIONS) {
        return refused;
    }
    let [name, below @ ..] = below else {
        return list(world, request, &request.segments[1].clone(), kind);
    };
    let id = format!("/{}", request.lower[..8].join("/"));
    let Some(vault) = world.tenant.vaults.get(&id) else {
        let kind = if *kind == "vaults" {
            "vaults"
        } else {
            "managedHSMs"
        };
        return not_found(
            &format!("Microsoft.KeyVault/{kind}"),
            name,
            &request.segments[3],
        );
    };
    match below {
        ["accesspolicies", action] if !vault.is_hsm() => {
            access_policies::answer(world, request, &id, action)
        }
        _ if request.method != "GET" => Reply::method_not_allowed(request),
        [] => Reply::json(200, &body(world, vault)),
        ["keys"] => page(
            world,
            request,
            vault
                .keys
                .values()
                .map(|key| key_body(world, vault, key))
                .collect(),
            None,
        ),
        ["keys", key, versions @ ..] => key_answer(world, request, vault, key, versions),
        _ => Reply::unknown_route(request),
    }
}

pub(super) fn list(world: &World, request: &Request, subscription: &str, kind: &str) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    let scope = match request.lower.get(2).map(String::as_str) {
        Some("resourcegroups") => format!("/{}", request.lower[..4].join("/")),
        _ => format!("/subscriptions/{subscription}"),
    };
    let items = world
        .tenant
        .vaults
        .values()
        .filter(|vault| vault.is_hsm() == (kind == "managedhsms"))
        .filter(|vault| crate::state::is_at_or_below(&vault.id, &scope))
        .map(|vault| body(world, vault))
        .collect();
    page(world, request, items, None)
}

fn key_answer(
    world: &World,
    request: &Request,
    vault: &Vault,
    name: &str,
    versions: &[&str],
) -> Reply {
    let group = &request.segments[3];
    let kind = if vault.is_hsm() {
        "managedHSMs"
    } else {
        "vaults"
    };
    let Some(key) = vault.key(name) else {
        return not_found(
            &format!("Microsoft.KeyVault/{kind}/{}/keys", vault.name),
            name,
            group,
        );
    };
    match versions {
        [] => Reply::json(200, &key_body(world, vault, key)),
        ["versions"] => {
            let items = key
                .versions
                .iter()
                .map(|version| version_body(world, vault, key, version));
            page(world, request, items.collect(), None)
        }
        ["versions", wanted] => match key.version(Some(wanted)) {
            Some(version) => Reply::json(200, &version_body(world, vault, key, version)),
            None => not_found(
                &format!("Microsoft.KeyVault/{kind}/{}/keys/versions", vault.name),
                wanted,
                group,
            ),
        },
        _ => Reply::unknown_route(request),
    }
}

/// Base of a vault's data plane, with a slash at the end.
pub(crate) fn uri(world: &World, vault: &Vault) -> String {
    let folder = if vault.is_hsm() {
        "hsms-data"
    } else {
        "vaults-data"
    };
    format!("{}/{folder}/{}/", world.base_url, vault.name)
}

pub(crate) fn body(world: &World, vault: &Vault) -> Value {
    if vault.is_hsm() {
        hsm_body(world, vault)
    } else {
        vault_body(world, vault)
    }
}

fn network(vault: &Vault) -> Value {
    json!({
        "bypass": vault.network.bypass,
        "defaultAction": vault.network.default_action,
        "ipRules": [],
        "virtualNetworkRules": [],
    })
}

fn vault_body(world: &World, vault: &Vault) -> Value {
    let policies: Vec<Value> = vault
        .access_policies
        .iter()
        .map(access_policies::body)
        .collect();
    let mut properties = json!({
        "sku": {"family": "A", "name": "premium"},
        "tenantId": world.tenant.tenant_id,
        "networkAcls": network(vault),
        "accessPolicies": policies,
        "enabledForDeployment": false,
        "enabledForDiskEncryption": false,
        "enabledForTemplateDeployment": false,
        "enableSoftDelete": vault.soft_delete,
        "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": vault.kind == VaultKind::Rbac,
        "vaultUri": uri(world, vault),
        "provisioningState": "Succeeded",
        "publicNetworkAccess": vault.network.public_access,
    });
    // Never false: the member is absent until the protection is switched on. [S]
    if vault.purge_protection {
        properties["enablePurgeProtection"] = true.into();
    }
    json!({
        "id": vault.id,
        "name": vault.name,
        "type": "Microsoft.KeyVault/vaults",
        "location": vault.location,
        "tags": vault.tags,
        "systemData": {
            "createdBy": "platform@contoso.example",
            "createdByType": "User",
            "createdAt": "2026-01-02T03:04:05.678Z",
            "lastModifiedBy": "platform@contoso.example",
            "lastModifiedByType": "User",
            "lastModifiedAt": "2026-01-02T03:04:05.678Z",
        },
        "properties": properties,
    })
}

fn hsm_body(world: &World, vault: &Vault) -> Value {
    json!({
        "id": vault.id,
        "name": vault.name,
        "type": "Microsoft.KeyVault/managedHSMs",
        "location": vault.location,
        "sku": {"family": "B", "name": "Standard_B1"},
        "tags": vault.tags,
        "properties": {
            "tenantId": world.tenant.tenant_id,
            "hsmUri": uri(world, vault),
            "enableSoftDelete": vault.soft_delete,
            "softDeleteRetentionInDays": 90,
            "enablePurgeProtection": vault.purge_protection,
            "provisioningState": "Succeeded",
            "statusMessage": "The Managed HSM is provisioned and ready to use.",
            "publicNetworkAccess": vault.network.public_access,
            "networkAcls": network(vault),
        },
    })
}

/// Attributes of a version, as both planes print them.
pub(crate) fn attributes(vault: &Vault, version: &KeyVersion) -> Value {
    let level = if vault.purge_protection {
        "Recoverable"
    } else {
        "Recoverable+Purgeable"
    };
    let mut attributes = json!({
        "enabled": version.enabled,
        "created": version.created.unix_seconds(),
        "updated": version.updated.unix_seconds(),
        "recoveryLevel": level,
    });
    if let Some(time) = version.not_before {
        attributes["nbf"] = time.unix_seconds().into();
    }
    if let Some(time) = version.expires {
        attributes["exp"] = time.unix_seconds().into();
    }
    attributes
}

fn key_properties(world: &World, vault: &Vault, key: &Key, version: &KeyVersion) -> Value {
    let base = uri(world, vault);
    let mut attributes = attributes(vault, version);
    attributes["exportable"] = false.into();
    let mut properties = json!({
        "attributes": attributes,
        "kty": key.kty,
        "keyOps": key.operations,
        "keyUri": format!("{base}keys/{}", key.name),
        "keyUriWithVersion": format!("{base}keys/{}/{}", key.name, version.id),
    });
    if key.kty.starts_with("EC") {
        properties["curveName"] = "P-256".into();
    } else {
        properties["keySize"] = key.size.into();
    }
    properties
}

fn key_body(world: &World, vault: &Vault, key: &Key) -> Value {
    let kind = if vault.is_hsm() {
        "managedHSMs"
    } else {
        "vaults"
    };
    let properties = key
        .current()
        .map(|version| key_properties(world, vault, key, version))
        .unwrap_or_default();
    json!({
        "id": format!("{}/keys/{}", vault.id, key.name),
        "name": key.name,
        "type": format!("Microsoft.KeyVault/{kind}/keys"),
        "location": vault.location,
        "properties": properties,
    })
}

fn version_body(world: &World, vault: &Vault, key: &Key, version: &KeyVersion) -> Value {
    let kind = if vault.is_hsm() {
        "managedHSMs"
    } else {
        "vaults"
    };
    json!({
        "id": format!("{}/keys/{}/versions/{}", vault.id, key.name, version.id),
        "name": version.id,
        "type": format!("Microsoft.KeyVault/{kind}/keys/versions"),
        "location": vault.location,
        "properties": key_properties(world, vault, key, version),
    })
}
