//! Who is signed in to the Azure Developer CLI.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureDeveloperCliCredential, AzureDeveloperCliCredentialOptions};

use super::process::Bounded;
use crate::client::{CredentialSource, CredentialTransport};

/// Asks `azd`.
#[derive(Clone, Debug)]
pub(crate) struct DeveloperCliSource {
    /// Instead of the tenant of the selected subscription.
    tenant_id: Option<String>,
    pub(super) executor: Bounded,
}

impl DeveloperCliSource {
    pub(super) fn new(tenant_id: Option<String>) -> Self {
        Self {
            tenant_id,
            executor: Bounded::default(),
        }
    }
}

impl CredentialSource for DeveloperCliSource {
    fn method(&self) -> &'static str {
        "Azure Developer CLI"
    }

    fn credential(&self, _: &CredentialTransport) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let credential =
            AzureDeveloperCliCredential::new(Some(AzureDeveloperCliCredentialOptions {
                tenant_id: self.tenant_id.clone(),
                executor: Some(Arc::new(self.executor.clone())),
            }))?;
        Ok(credential)
    }
}
