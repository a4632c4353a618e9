//! Data plane of key vaults: reading keys and their versions.
//!
//! Bodies after `keyvault-data-*` (specification examples [S], errors from the documentation
//! [D]). The caller is a client outside the vault's network, so any firewall stops it. Also used
//! for the keys of Managed HSMs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::arm::vault_uri;
use crate::entra::Caller;
use crate::http::{Reply, Request};
use crate::state::vault::{Key, KeyVersion, Vault};
use crate::world::World;

/// `place` is the vault's name and the segments within it.
pub(crate) fn answer(
    world: &mut World,
    request: &Request,
    caller: &Caller,
    place: (String, Vec<String>),
) -> Reply {
    let (name, segments) = place;
    let Some(vault) = world.tenant.vault_named(&name, false) else {
        return Reply::error(
            404,
            "VaultNotFound",
            format!("The vault '{name}' does not exist."),
        );
    };
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    if let Some(refused) = stopped_by_firewall(vault) {
        return refused;
    }
    let may_read = world
        .tenant
        .application(&caller.client)
        .is_some_and(|caller| caller.reads_keys);
    if !may_read {
        return forbidden(
            "ForbiddenByRbac",
            &format!(
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny \
                 assignments or role definitions were changed recently, please observe propagation time.\r\n\
                 Action: 'Microsoft.KeyVault/vaults/keys/read'\r\nVault: {};location={}\r\n",
                vault.name, vault.location
            ),
        );
    }
    keys(world, request, vault, &segments)
}

/// `keys/{name}[/versions|/{version}]`
pub(crate) fn keys(world: &World, request: &Request, vault: &Vault, segments: &[String]) -> Reply {
    if request.query("api-version").is_none() {
        return Reply::error(400, "BadParameter", "api-version must be specified");
    }
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (name, below) = match segments.as_slice() {
        ["keys"] => return Reply::json(200, &list(world, vault)),
        ["keys", name, below @ ..] => (*name, below),
        _ => return Reply::unknown_route(request),
    };
    let missing = || {
        Reply::error(
            404,
            "KeyNotFound",
            format!(
                "A key with (name/id) {name} was not found in this key vault. If you recently deleted this key \
                 you may be able to recover it using the correct recovery command."
            ),
        )
    };
    let Some(key) = vault.key(name) else {
        return missing();
    };
    let version = match below {
        ["versions"] => return Reply::json(200, &versions(world, vault, key)),
        [] => key.current(),
        [version] => key.version(Some(version)),
        _ => return Reply::unknown_route(request),
    };
    match version {
        Some(version) => Reply::json(200, &body(world, vault, key, version)),
        None => missing(),
    }
}

fn stopped_by_firewall(vault: &Vault) -> Option<Reply> {
    if !vault.network.is_public() {
        return Some(forbidden(
            "ForbiddenByConnection",
            "Connection is not an approved private link and caller was ignored because bypass is not set to \
             'AzureServices' and PublicNetworkAccess is set to 'Disabled'.",
        ));
    }
    (!vault.network.is_open()).then(|| {
        forbidden(
            "ForbiddenByFirewall",
            &format!(
                "Client address is not authorized and caller is not a trusted service.\r\nClient address: \
                 203.0.113.7\r\nVault: {};location={}",
                vault.name, vault.location
            ),
        )
    })
}

fn forbidden(inner: &str, message: &str) -> Reply {
    Reply::json(
        403,
        &json!({"error": {"code": "Forbidden", "message": message, "innererror": {"code": inner}}}),
    )
}

fn kid(world: &World, vault: &Vault, key: &Key, version: &KeyVersion) -> String {
    format!(
        "{}keys/{}/{}",
        vault_uri(world, vault),
        key.name,
        version.id
    )
}

fn body(world: &World, vault: &Vault, key: &Key, version: &KeyVersion) -> Value {
    let mut jwk = json!({
        "kid": kid(world, vault, key, version),
        "kty": key.kty,
        "key_ops": key.operations,
    });
    if key.kty.starts_with("EC") {
        jwk["crv"] = "P-256".into();
    } else {
        jwk["n"] = modulus(key.size, &version.id).into();
        jwk["e"] = "AQAB".into();
    }
    json!({"key": jwk, "attributes": crate::arm::key_attributes(vault, version), "tags": {}})
}

/// Looks like a modulus of the right size; nothing is encrypted with it.
fn modulus(bits: u32, version: &str) -> String {
    let bytes = version
        .bytes()
        .cycle()
        .take(usize::try_from(bits / 8).unwrap_or(0));
    let modulus: Vec<u8> = bytes.map(|byte| byte | 0x80).collect();
    URL_SAFE_NO_PAD.encode(modulus)
}

fn versions(world: &World, vault: &Vault, key: &Key) -> Value {
    let value: Vec<Value> = key
        .versions
        .iter()
        .map(|version| {
            json!({
                "kid": kid(world, vault, key, version),
                "attributes": crate::arm::key_attributes(vault, version),
            })
        })
        .collect();
    json!({"value": value, "nextLink": null})
}

fn list(world: &World, vault: &Vault) -> Value {
    let value: Vec<Value> = vault
        .keys
        .values()
        .filter_map(|key| {
            let version = key.current()?;
            Some(json!({
                "kid": format!("{}keys/{}", vault_uri(world, vault), key.name),
                "attributes": crate::arm::key_attributes(vault, version),
            }))
        })
        .collect();
    json!({"value": value, "nextLink": null})
}
