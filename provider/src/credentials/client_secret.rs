//! An application with a client secret.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};

use crate::client::{CredentialSource, CredentialTransport, Secret};

/// Signs in as an application with a client secret.
#[derive(Clone, Debug)]
pub struct ClientSecretSource {
    /// The tenant: its GUID or one of its domains.
    pub tenant_id: String,
    /// The application.
    pub client_id: String,
    /// The secret's value.
    pub client_secret: Secret,
}

impl CredentialSource for ClientSecretSource {
    fn method(&self) -> &'static str {
        "client secret"
    }

    fn credential(
        &self,
        transport: &CredentialTransport,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let options = ClientSecretCredentialOptions {
            client_options: transport.client_options(),
        };
        let credential = ClientSecretCredential::new(
            &self.tenant_id,
            self.client_id.clone(),
            azure_core::credentials::Secret::new(self.client_secret.expose().to_owned()),
            Some(options),
        )?;
        Ok(credential)
    }
}
