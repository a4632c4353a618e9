//! Entra behind `azure_identity`: its requests go through our HTTP client.
//!
//! That gives them the extra CA, the deadline, the stop token and the bounded retry of
//! everything else; the library's own retry is off. Refusals are read here, because
//! `azure_identity` 1.0 fails to parse Entra's real ones: it borrows `error_description`, which
//! JSON escapes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::TokenCredential;
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::request::{Body, Request as AzureRequest};
use azure_core::http::{AsyncRawResponse, ClientOptions, HttpClient, RetryOptions, Transport};
use reqwest::{Method, Url};
use tokio_util::sync::CancellationToken;

use super::credential_error::{CredentialError, CredentialProblem, Refusal};
use super::error::{ClientError, Plane};
use super::http::{Http, Request};
use super::origin::{ForeignHost, Origin};
use super::retry::Repeat;
use super::time::Call;
use super::token::CredentialSource;

tokio::task_local! {
    /// The work that a token is fetched for; the library does not hand it through.
    pub(crate) static CURRENT_CALL: Call;
}

/// When nobody says how long fetching a token may take.
const DEFAULT_LIMIT: Duration = Duration::from_secs(120);

/// What a credential needs in order to send requests.
#[derive(Clone, Debug)]
pub struct CredentialTransport {
    http: Http,
    authority: Url,
}

impl CredentialTransport {
    pub(crate) fn new(http: Http, authority: Url) -> Self {
        Self { http, authority }
    }

    /// Options that make a credential of `azure_identity` use this transport and authority.
    pub fn client_options(&self) -> ClientOptions {
        let mut cloud = CustomConfiguration::default();
        self.authority
            .as_str()
            .clone_into(&mut cloud.authority_host);
        ClientOptions {
            transport: Some(Transport::new(Arc::new(self.clone()))),
            retry: RetryOptions::none(),
            cloud: Some(Arc::new(cloud.into())),
            ..ClientOptions::default()
        }
    }

    /// Where tokens of a tenant come from.
    pub fn token_endpoint(&self, tenant: &str) -> String {
        let mut url = self.authority.clone();
        url.set_path(&format!("{tenant}/oauth2/v2.0/token"));
        url.into()
    }

    pub(crate) fn http(&self) -> &Http {
        &self.http
    }

    /// The work that a token is fetched for.
    pub(crate) fn current_call() -> Call {
        CURRENT_CALL
            .try_with(Call::clone)
            .unwrap_or_else(|_| Call::new(CancellationToken::new(), DEFAULT_LIMIT))
    }

    /// Lets only requests to the authority pass, for they carry the client secret.
    fn check(&self, url: &Url) -> Result<(), ForeignHost> {
        match Origin::of(&self.authority) {
            Some(origin) => origin.check(url),
            None => Err(ForeignHost {
                host: self.authority.host_str().unwrap_or_default().to_owned(),
                reason: "the authority is not `https`".to_owned(),
            }),
        }
    }

    async fn send(&self, request: &AzureRequest) -> Result<AsyncRawResponse, ClientError> {
        self.check(request.url())?;
        let Body::Bytes(body) = request.body() else {
            return Err(ClientError::Setup {
                problem: "a token request streams its body".into(),
            });
        };
        let method = Method::from_bytes(request.method().as_str().as_bytes()).map_err(|error| {
            ClientError::Setup {
                problem: error.to_string(),
            }
        })?;
        let request = Request {
            body: Some(body.to_vec()),
            content_type: "application/x-www-form-urlencoded",
            ..Request::new(Plane::Entra, method, request.url().clone())
        };
        let call = Self::current_call();
        // Asking twice for a token gives two tokens, which harms nobody.
        let mut retries = self.http.retries(&call, Repeat::Safely);
        let response = loop {
            match self.http.attempt(&call, &request, None).await {
                Ok(response) => break response,
                Err(error) => retries.after(error).await?,
            }
        };
        Ok(AsyncRawResponse::from_bytes(
            response.status.into(),
            Headers::new(),
            response.body,
        ))
    }
}

#[async_trait]
impl HttpClient for CredentialTransport {
    async fn execute_request(
        &self,
        request: &AzureRequest,
    ) -> azure_core::Result<AsyncRawResponse> {
        self.send(request).await.map_err(|error| {
            let problem = match error.service() {
                Some(refusal) if (400..500).contains(&refusal.status) && refusal.status != 429 => {
                    CredentialProblem::Refused(Refusal::new(
                        refusal.status,
                        refusal.code.clone(),
                        &refusal.message,
                        refusal.correlation_id.clone(),
                    ))
                }
                _ => CredentialProblem::Unreachable(Arc::new(error)),
            };
            let error = CredentialError {
                method: String::new(),
                problem,
            };
            azure_core::Error::with_error(ErrorKind::Credential, error, "no token")
        })
    }
}

/// A credential that somebody else made, such as a fixed token in a test.
#[derive(Clone, Debug)]
pub struct GivenCredential {
    /// What it is, for messages.
    pub method: &'static str,
    /// The credential.
    pub credential: Arc<dyn TokenCredential>,
}

impl CredentialSource for GivenCredential {
    fn method(&self) -> &'static str {
        self.method
    }

    fn credential(&self, _: &CredentialTransport) -> azure_core::Result<Arc<dyn TokenCredential>> {
        Ok(self.credential.clone())
    }
}
