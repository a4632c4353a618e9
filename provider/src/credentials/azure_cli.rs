//! Who is signed in to the Azure CLI.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions};

use super::process::Bounded;
use crate::client::{CredentialSource, CredentialTransport};

/// Asks `az`.
#[derive(Clone, Debug)]
pub(crate) struct AzureCliSource {
    /// Instead of the tenant that the CLI is signed in to.
    tenant_id: Option<String>,
    /// Whether nobody asked for it.
    is_default: bool,
    pub(super) executor: Bounded,
}

impl AzureCliSource {
    pub(super) fn new(tenant_id: Option<String>, is_default: bool) -> Self {
        Self {
            tenant_id,
            is_default,
            executor: Bounded::default(),
        }
    }
}

impl CredentialSource for AzureCliSource {
    fn method(&self) -> &'static str {
        if self.is_default {
            "Azure CLI (the provider found no other credentials)"
        } else {
            "Azure CLI"
        }
    }

    fn credential(&self, _: &CredentialTransport) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let credential = AzureCliCredential::new(Some(AzureCliCredentialOptions {
            tenant_id: self.tenant_id.clone(),
            executor: Some(Arc::new(self.executor.clone())),
            ..AzureCliCredentialOptions::default()
        }))?;
        Ok(credential)
    }
}
