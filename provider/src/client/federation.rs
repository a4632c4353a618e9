//! CI systems that issue federated tokens (API facts 1.2).
//!
//! The request carries a token of the pipeline, so it goes to the one address that the pipeline
//! named, over TLS, and follows nobody elsewhere.

use azure_core::error::ErrorKind;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;
use std::sync::Arc;

use super::credential_error::{CredentialError, CredentialProblem};
use super::entra::CredentialTransport;
use super::error::{ClientError, Plane};
use super::http::Request;
use super::plane::decode;
use super::retry::Repeat;
use super::secret::Secret;

const API_VERSION: &str = "7.1";

/// A question for a federated token.
#[derive(Clone, Debug)]
pub struct IssuerRequest {
    method: Method,
    url: Url,
    token: Secret,
    headers: HeaderMap,
}

#[derive(Deserialize)]
struct Answer {
    /// GitHub's.
    value: Option<String>,
    /// That of Azure DevOps.
    #[serde(rename = "oidcToken")]
    oidc_token: Option<String>,
}

impl IssuerRequest {
    /// GitHub Actions.
    pub fn github(url: &Url, token: &Secret, audience: &str) -> Self {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("audience", audience);
        Self {
            method: Method::GET,
            url,
            token: token.clone(),
            headers: HeaderMap::new(),
        }
    }

    /// Azure DevOps, for a service connection.
    pub fn azure_devops(url: &Url, token: &Secret, service_connection: &str) -> Self {
        let mut url = url.clone();
        if !url.query_pairs().any(|(name, _)| name == "api-version") {
            url.query_pairs_mut()
                .append_pair("api-version", API_VERSION);
        }
        url.query_pairs_mut()
            .append_pair("serviceConnectionId", service_connection);
        Self {
            method: Method::POST,
            url,
            token: token.clone(),
            // Without it a refused token is answered with the page to sign in.
            headers: HeaderMap::from_iter([(
                HeaderName::from_static("x-tfs-fedauthredirect"),
                HeaderValue::from_static("Suppress"),
            )]),
        }
    }
}

impl CredentialTransport {
    /// Asks for a federated token.
    pub async fn issue(&self, request: &IssuerRequest) -> azure_core::Result<Secret> {
        self.issued(request).await.map_err(|problem| {
            let error = CredentialError {
                method: String::new(),
                problem,
            };
            azure_core::Error::with_error(ErrorKind::Credential, error, "no federated token")
        })
    }

    async fn issued(&self, issuer: &IssuerRequest) -> Result<Secret, CredentialProblem> {
        let unusable = |problem: &str| CredentialProblem::Unusable(problem.to_owned());
        if issuer.url.scheme() != "https" {
            return Err(unusable("the address of the issuer is not `https`"));
        }
        let authorization = HeaderValue::from_str(&format!("Bearer {}", issuer.token.expose()))
            .map_err(|_| unusable("the token for the issuer holds characters of no header"))?;
        let request = Request {
            body: (issuer.method == Method::POST).then(Vec::new),
            headers: issuer.headers.clone(),
            ..Request::new(Plane::Issuer, issuer.method.clone(), issuer.url.clone())
        };
        let call = Self::current_call();
        let mut retries = self.http().retries(&call, Repeat::Safely);
        let unreachable = |error: ClientError| CredentialProblem::Unreachable(Arc::new(error));
        let response = loop {
            let attempt = self
                .http()
                .attempt(&call, &request, Some(authorization.clone()))
                .await;
            match attempt {
                Ok(response) => break response,
                Err(error) => retries.after(error).await.map_err(unreachable)?,
            }
        };
        let answer: Answer = decode(&response.body)
            .map_err(|problem| unusable(&format!("the issuer answered, and {problem}")))?;
        answer
            .value
            .or(answer.oidc_token)
            .filter(|token| !token.is_empty())
            .map(Secret::from)
            .ok_or_else(|| unusable("the issuer answered without a token"))
    }
}
