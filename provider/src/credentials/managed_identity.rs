//! The managed identity of the machine: a virtual machine, or App Service and what is built on it.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
use url::{Host, Url};

use crate::client::{CredentialSource, CredentialTransport, METADATA_SERVICE};

/// Signs in as a managed identity.
#[derive(Clone, Debug)]
pub(crate) struct ManagedIdentitySource {
    /// The user-assigned identity; `None` means the machine's own.
    pub(crate) client_id: Option<String>,
    /// Where to ask instead of where `azure_identity` would.
    pub(crate) overridden: Option<Url>,
    /// Where App Service answers. `azure_identity` finds it in the environment too.
    pub(crate) app_service: Option<Url>,
}

/// Reads an address. Without TLS, only this machine and its own network segment are asked.
pub(super) fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "is not a URL".to_owned())?;
    let is_near = match url.host() {
        Some(Host::Ipv4(address)) => address.is_link_local() || address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err("names no host".to_owned()),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_near => Ok(url),
        "http" => Err(
            "is http, and not an address of this machine (127.0.0.1, 169.254.x.x): the \
                       token would be readable on the way"
                .to_owned(),
        ),
        other => Err(format!("has the scheme {other}, not https")),
    }
}

impl CredentialSource for ManagedIdentitySource {
    fn method(&self) -> &'static str {
        "managed identity"
    }

    fn credential(
        &self,
        transport: &CredentialTransport,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let asked = self
            .overridden
            .as_ref()
            .or(self.app_service.as_ref())
            .cloned()
            .unwrap_or_else(|| Url::parse(METADATA_SERVICE).expect("the constant is a URL"));
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: self.client_id.clone().map(UserAssignedId::ClientId),
            client_options: transport.managed_identity_options(asked, self.overridden.is_some()),
        };
        let credential = ManagedIdentityCredential::new(Some(options))?;
        Ok(credential)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_near() {
        for good in [
            METADATA_SERVICE,
            "http://169.254.129.4:8081/msi/token",
            "http://127.0.0.1:41741/MSI/token/",
            "http://localhost:42356/msi/token",
            "https://identity.example/token",
        ] {
            assert!(endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "http://identity.example/token",
            "http://10.0.0.4/token",
            "http://169.254.169.254.example/token",
            "ftp://127.0.0.1/token",
            "token",
            "unix:/token",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }
}
