//! From a request to the part of the emulator that answers it.

use crate::faults::Plane;
use crate::http::{Reply, Request};
use crate::world::World;
use crate::{arm, bap, control, entra, hsm_data, lcs, vault_data};

/// Which group of endpoints a request is for.
pub(crate) fn plane_of(request: &Request) -> Plane {
    if let Some((_, is_hsm)) = named_host(request) {
        return if is_hsm {
            Plane::ManagedHsm
        } else {
            Plane::KeyVault
        };
    }
    match request.route().as_slice() {
        ["_emulator", ..] => Plane::Control,
        [_, "oauth2", "v2.0", "token"] | [_, "v2.0", ".well-known", "openid-configuration"] => {
            Plane::Authority
        }
        ["metadata", "identity", "oauth2", "token"] | ["oidc", ..] => Plane::Issuer,
        ["providers", "microsoft.businessappplatform", ..] => Plane::Bap,
        ["vaults-data", ..] => Plane::KeyVault,
        ["hsms-data", ..] => Plane::ManagedHsm,
        ["environmentinfo", "v1", "detail", ..] => Plane::Lcs,
        ["subscriptions" | "providers" | "tenants", ..] => Plane::ResourceManager,
        _ => Plane::Unknown,
    }
}

/// Answers a request by the rules.
pub(crate) fn answer(world: &mut World, request: &Request) -> Reply {
    world.catch_up();
    let plane = plane_of(request);
    let first = request.segments.first().cloned().unwrap_or_default();
    match plane {
        Plane::Control => control::answer(world, request),
        Plane::Authority if request.lower.last().is_some_and(|last| last == "token") => {
            entra::token(world, request, &first)
        }
        Plane::Authority => entra::openid_configuration(world, &first),
        Plane::Issuer => match request.route().as_slice() {
            ["oidc", system] => entra::issuer(world, request, system),
            ["metadata", ..] => entra::instance_metadata(world, request),
            _ => Reply::unknown_route(request),
        },
        Plane::Unknown => Reply::unknown_route(request),
        _ => {
            let caller = match entra::authenticate(world, request, plane) {
                Ok(caller) => caller,
                Err(refused) => return refused,
            };
            match plane {
                Plane::Bap => bap::answer(world, request, &caller),
                Plane::KeyVault => vault_data::answer(world, request, &caller, vault(request)),
                Plane::ManagedHsm => hsm_data::answer(world, request, &caller, vault(request)),
                Plane::Lcs => lcs::answer(world, request),
                _ => arm::answer(world, request, &caller),
            }
        }
    }
}

/// Adds the ids that the services send with every answer, for logs and support. [F]
pub(crate) fn identify(reply: &mut Reply, plane: Plane, request: &Request) {
    let id = uuid::Uuid::new_v4().to_string();
    let sent = |name: &str| {
        request
            .header(name)
            .map_or_else(|| id.clone(), str::to_owned)
    };
    let ids = match plane {
        Plane::Bap => vec![
            ("x-ms-correlation-id", sent("x-ms-correlation-id")),
            ("x-ms-request-id", format!("westeurope:{id}")),
        ],
        Plane::ResourceManager => vec![
            ("x-ms-request-id", id.clone()),
            (
                "x-ms-correlation-request-id",
                sent("x-ms-correlation-request-id"),
            ),
            (
                "x-ms-routing-request-id",
                format!("WESTEUROPE:20260102T030405Z:{id}"),
            ),
        ],
        Plane::KeyVault | Plane::ManagedHsm => vec![("x-ms-request-id", id.clone())],
        _ => Vec::new(),
    };
    for (name, value) in ids {
        reply.set_header(name, Some(value));
    }
}

/// A vault addressed by host name: `{vault}.vault.localhost`, `{hsm}.managedhsm.localhost`.
fn named_host(request: &Request) -> Option<(String, bool)> {
    let host = request.header("host")?.split(':').next()?.to_lowercase();
    let by = |suffix: &str| host.strip_suffix(suffix).map(str::to_owned);
    by(".vault.localhost")
        .map(|name| (name, false))
        .or_else(|| by(".managedhsm.localhost").map(|name| (name, true)))
}

/// Name of the vault and the remaining segments, for both ways of addressing one.
fn vault(request: &Request) -> (String, Vec<String>) {
    match named_host(request) {
        Some((name, _)) => (name, request.lower.clone()),
        None => (
            request.lower.get(1).cloned().unwrap_or_default(),
            request.lower.get(2..).unwrap_or_default().to_vec(),
        ),
    }
}
