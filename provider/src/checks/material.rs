//! A vault and its key, read and put into an estate.

use ppcmk_coverage::estate::{self, Estate, Handle};
use ppcmk_coverage::{KeyName, KeyVaultId, KeyVersion};

use super::Seen;
use crate::client::{Call, Vault};
use crate::estate::vault as adapter;
use crate::services::Services;

/// What was added.
#[derive(Debug)]
pub(crate) struct Material {
    pub(crate) vault: Handle<estate::Vault>,
    pub(crate) key: Option<Handle<estate::Key>>,
    /// The vault as it was read.
    pub(crate) seen: Seen<Vault>,
}

/// Reads a vault and, if its name is given, a key; what could not be read is there, too, and
/// nobody knows its facts.
pub(crate) async fn add_material(
    services: &Services,
    call: &Call,
    estate: &mut Estate,
    id: &KeyVaultId,
    key: Option<(&KeyName, Option<&KeyVersion>)>,
) -> Material {
    let live = &services.checks.live;
    let seen = live.vault(services, call, id).await;
    let vault = estate.add_vault(adapter::vault(id, &seen));
    let key = match key {
        None => None,
        Some((name, version)) => {
            let key = match seen {
                Seen::Missing => Seen::Missing,
                Seen::Is(_) | Seen::Unread(_) => live.key(services, call, id, name, version).await,
            };
            Some(estate.add_key(adapter::key((vault, id), name, &key)))
        }
    };
    Material { vault, key, seen }
}
