//! The metadata service of a machine in Azure, which hands out tokens of managed identities.
//!
//! It speaks plain http, so the requests of `azure_identity` go to its one address and nowhere
//! else, or to the address that the configuration names instead.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::request::Request as AzureRequest;
use azure_core::http::{AsyncRawResponse, ClientOptions, HttpClient, RetryOptions, Transport};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::credential_error::{CredentialError, CredentialProblem};
use super::entra::CredentialTransport;
use super::error::{ClientError, Plane};
use super::http::Request;
use super::retry::Repeat;

/// The metadata service of virtual machines.
pub const METADATA_SERVICE: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// Longer than the service needs to update itself (70 s), and no longer: on a machine that is not
/// in Azure, nobody answers at all.
const PATIENCE: Duration = Duration::from_secs(75);

/// Sends what `azure_identity` asks of a managed identity endpoint.
#[derive(Clone, Debug)]
struct MetadataTransport {
    transport: CredentialTransport,
    endpoint: Url,
    is_override: bool,
}

impl CredentialTransport {
    /// Options that make a managed identity credential ask this address. An address other than
    /// the library's own is an override.
    pub fn managed_identity_options(&self, endpoint: Url, is_override: bool) -> ClientOptions {
        let transport = MetadataTransport {
            transport: self.clone(),
            endpoint,
            is_override,
        };
        ClientOptions {
            transport: Some(Transport::new(Arc::new(transport))),
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        }
    }
}

impl MetadataTransport {
    /// The URL to ask, if the request is one for this endpoint.
    fn url(&self, asked: &Url) -> Result<Url, CredentialProblem> {
        let mut bare = asked.clone();
        bare.set_query(None);
        let mut own = self.endpoint.clone();
        own.set_query(None);
        if bare == own {
            return Ok(asked.clone());
        }
        if !self.is_override {
            return Err(CredentialProblem::Unusable(format!(
                "no request was sent to {}, which is not the configured endpoint",
                asked.host_str().unwrap_or_default()
            )));
        }
        let mut url = self.endpoint.clone();
        url.query_pairs_mut().extend_pairs(asked.query_pairs());
        Ok(url)
    }

    async fn send(&self, asked: &AzureRequest) -> Result<AsyncRawResponse, CredentialProblem> {
        let url = self.url(asked.url())?;
        let mut headers = HeaderMap::new();
        for name in ["metadata", "x-identity-header"] {
            // The header proves to App Service that we run there; it is nobody else's business.
            if name == "x-identity-header" && url != *asked.url() {
                continue;
            }
            let value = asked
                .headers()
                .get_optional_str(&azure_core::http::headers::HeaderName::from_static(name));
            if let Some(mut value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                value.set_sensitive(true);
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let request = Request {
            headers,
            ..Request::new(Plane::ManagedIdentity, Method::GET, url)
        };
        let http = self.transport.http();
        let call = CredentialTransport::current_call().within(PATIENCE);
        let mut retries = http.retries(&call, Repeat::Safely);
        let response = loop {
            match http.attempt(&call, &request, None).await {
                Ok(response) => break response,
                // Nobody there now is nobody there in a minute.
                Err(error @ (ClientError::Connect { .. } | ClientError::Timeout { .. })) => {
                    return Err(problem(error));
                }
                Err(error) => retries.after(error).await.map_err(problem)?,
            }
        };
        Ok(AsyncRawResponse::from_bytes(
            response.status.into(),
            Headers::new(),
            response.body,
        ))
    }
}

fn problem(error: ClientError) -> CredentialProblem {
    let hint = match error.real() {
        ClientError::Connect { .. } | ClientError::Timeout { .. } => {
            "this machine may not be in Azure, or may have no managed identity"
        }
        ClientError::Service(answer) if answer.status == 400 => {
            "the managed identity is not assigned to this machine"
        }
        _ => return CredentialProblem::Unreachable(Arc::new(error)),
    };
    CredentialProblem::Unusable(format!("{}; {hint}", error.report()))
}

#[async_trait]
impl HttpClient for MetadataTransport {
    async fn execute_request(
        &self,
        request: &AzureRequest,
    ) -> azure_core::Result<AsyncRawResponse> {
        self.send(request).await.map_err(|problem| {
            let error = CredentialError {
                method: String::new(),
                problem,
            };
            azure_core::Error::with_error(ErrorKind::Credential, error, "no token")
        })
    }
}
