//! Workload identity federation: a token of somebody else is exchanged for one of Entra's.
//!
//! Such tokens live for minutes (API facts 1.2), so each exchange asks for a new one: the file is
//! read again, the CI system issues again. `azure_identity` has credentials for a file and for
//! Azure DevOps; the one keeps what it read and takes the newline at its end for a part of the
//! token, the other takes the address from its own environment only. All go through its
//! `ClientAssertionCredential`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
};
use url::Url;

use crate::client::{
    CredentialError, CredentialProblem, CredentialSource, CredentialTransport, IssuerRequest,
    Secret,
};

/// Somebody who issues tokens, and what lets us ask.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) url: Url,
    pub(crate) token: Secret,
}

/// Where federated tokens come from.
#[derive(Clone, Debug)]
pub(crate) enum TokenOrigin {
    /// The configuration has it.
    Given(Secret),
    /// HCP Terraform put it into the environment.
    Hcp(Secret),
    /// A file, which others keep fresh.
    File(PathBuf),
    /// GitHub Actions, or whoever speaks like it.
    GitHub {
        issued: Issued,
        audience: &'static str,
    },
    /// Azure DevOps, for a service connection.
    AzureDevOps {
        issued: Issued,
        service_connection: String,
    },
}

/// Signs in as an application that trusts the issuer.
#[derive(Clone, Debug)]
pub(crate) struct FederatedSource {
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) token: TokenOrigin,
}

impl CredentialSource for FederatedSource {
    fn method(&self) -> &'static str {
        match &self.token {
            TokenOrigin::Given(_) => "federated token",
            TokenOrigin::Hcp(_) => "federated token of HCP Terraform",
            TokenOrigin::File(_) => "federated token file",
            TokenOrigin::GitHub { .. } => "federated token of GitHub Actions",
            TokenOrigin::AzureDevOps { .. } => "federated token of Azure DevOps",
        }
    }

    fn credential(
        &self,
        transport: &CredentialTransport,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let options = ClientAssertionCredentialOptions {
            client_options: transport.client_options(),
        };
        let assertion = Federated {
            origin: self.token.clone(),
            transport: transport.clone(),
        };
        let credential = ClientAssertionCredential::new(
            self.tenant_id.clone(),
            self.client_id.clone(),
            assertion,
            Some(options),
        )?;
        Ok(credential)
    }
}

#[derive(Debug)]
struct Federated {
    origin: TokenOrigin,
    transport: CredentialTransport,
}

#[async_trait]
impl ClientAssertion for Federated {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let request = match &self.origin {
            TokenOrigin::Given(token) | TokenOrigin::Hcp(token) => {
                return Ok(token.expose().trim().to_owned());
            }
            TokenOrigin::File(path) => return read(path).await,
            TokenOrigin::GitHub { issued, audience } => {
                IssuerRequest::github(&issued.url, &issued.token, audience)
            }
            TokenOrigin::AzureDevOps {
                issued,
                service_connection,
            } => IssuerRequest::azure_devops(&issued.url, &issued.token, service_connection),
        };
        let token = self.transport.issue(&request).await?;
        Ok(token.expose().to_owned())
    }
}

async fn read(path: &Path) -> azure_core::Result<String> {
    let shown = path.display().to_string();
    let path = path.to_path_buf();
    let text = tokio::task::spawn_blocking(move || std::fs::read_to_string(path))
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
        .map_err(|error| unusable(format!("the file `{shown}` cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(unusable(format!("the file `{shown}` is empty"))),
        token => Ok(token.to_owned()),
    }
}

/// An error that comes out of `azure_identity` as it went in.
pub(super) fn unusable(problem: String) -> azure_core::Error {
    let error = CredentialError {
        method: String::new(),
        problem: CredentialProblem::Unusable(problem),
    };
    azure_core::Error::with_error(ErrorKind::Credential, error, "no assertion")
}
