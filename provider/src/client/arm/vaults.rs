//! Vaults, managed HSMs and keys, read through Resource Manager.
//!
//! No right on the data plane and no way through the vault's firewall is needed for that (API
//! facts 3.2).

use ppcmk_coverage::{KeyName, KeyVaultId, KeyVersion, ParseError};
use reqwest::Method;

use super::{ArmClient, KEY_VAULT_VERSION};
use crate::client::error::{BodyProblem, ClientError};
use crate::client::model::{Key, Vault};
use crate::client::service_error::ServiceError;
use crate::client::time::Call;
use crate::client::wire::vault::{KeyDto, VaultDto};

impl ArmClient {
    /// A key vault or managed HSM.
    pub async fn vault(&self, call: &Call, id: &KeyVaultId) -> Result<Option<Vault>, ClientError> {
        let request = self.request(Method::GET, id.as_str(), KEY_VAULT_VERSION);
        let response = match self.plane.send(call, &request).await {
            // A 204 is declared for managed HSMs and must mean that there is nothing.
            Ok(response) if response.status == 204 => return Ok(None),
            Ok(response) => response,
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => return Ok(None),
            Err(error) => return Err(error),
        };
        let dto: VaultDto = self.plane.decode(&request, &response)?;
        let vault = dto.try_into().map_err(|error: ParseError| {
            self.plane
                .unreadable(&request, &response, BodyProblem::Shape(error.to_string()))
        })?;
        Ok(Some(vault))
    }

    /// A key: its current version, or the given one.
    pub async fn key(
        &self,
        call: &Call,
        vault: &KeyVaultId,
        name: &KeyName,
        version: Option<&KeyVersion>,
    ) -> Result<Option<Key>, ClientError> {
        let mut id = vault.key(name);
        if let Some(version) = version {
            id = format!("{id}/versions/{version}");
        }
        let request = self.request(Method::GET, &id, KEY_VAULT_VERSION);
        Ok(self
            .plane
            .read::<KeyDto>(call, &request)
            .await?
            .map(Key::from))
    }

    /// All versions of a key. They come without size and operations.
    pub async fn key_versions(
        &self,
        call: &Call,
        vault: &KeyVaultId,
        name: &KeyName,
    ) -> Result<Vec<Key>, ClientError> {
        let id = format!("{}/versions", vault.key(name));
        let request = self.request(Method::GET, &id, KEY_VAULT_VERSION);
        let response = self.plane.send(call, &request).await?;
        let dtos: Vec<KeyDto> = self.pages(call, (request, response)).await?;
        Ok(dtos.into_iter().map(Key::from).collect())
    }
}
