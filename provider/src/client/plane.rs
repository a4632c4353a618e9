//! A service with its host, its scope and its tokens.
//!
//! Every request of every plane passes [`PlaneClient::send`] or [`PlaneClient::send_once`], and
//! both check the host and the allow-lists before there is a token.

use std::sync::Arc;

use reqwest::{Method, Url};
use serde::de::DeserializeOwned;

use super::allowed::Allowed;
use super::caller::Caller;
use super::cloud::Endpoint;
use super::error::{BodyProblem, ClientError, Plane};
use super::http::{Http, Request, Response};
use super::origin::Origin;
use super::redact;
use super::retry::Repeat;
use super::service_error::ServiceError;
use super::time::Call;
use super::token::Tokens;

const EXCERPT: usize = 200;

/// Sends requests to one service.
#[derive(Clone, Debug)]
pub(crate) struct PlaneClient {
    plane: Plane,
    http: Http,
    tokens: Arc<Tokens>,
    endpoint: Endpoint,
    origin: Origin,
    allowed: Arc<Allowed>,
}

/// How a request ended that was sent once because sending it twice could do harm.
#[derive(Debug)]
pub(crate) enum Once {
    /// The service took it.
    Accepted(Response),
    /// The service certainly did not execute it.
    Refused(ClientError),
    /// Something else is going on (409).
    Conflict(ServiceError),
    /// Nobody knows whether it was executed.
    Ambiguous(ClientError),
}

impl PlaneClient {
    pub(crate) fn new(
        plane: Plane,
        http: Http,
        tokens: Arc<Tokens>,
        endpoint: Endpoint,
        allowed: Arc<Allowed>,
    ) -> Result<Self, ClientError> {
        let origin = Origin::of(&endpoint.url).ok_or_else(|| ClientError::Setup {
            problem: format!("the endpoint of {plane} is not an `https` URL"),
        })?;
        Ok(Self {
            plane,
            http,
            tokens,
            endpoint,
            origin,
            allowed,
        })
    }

    /// A request to a path under the endpoint; query values are encoded.
    pub(crate) fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
        let mut url = self.endpoint.url.clone();
        url.set_path(path);
        if !query.is_empty() {
            let encoded = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(query)
                .finish();
            // OData spells `$filter` and `%20`; a plus is a space only in forms.
            url.set_query(Some(&encoded.replace('+', "%20").replace("%24", "$")));
        }
        self.request_to(method, url)
    }

    /// A request to a URL that the service gave us.
    pub(crate) fn request_to(&self, method: Method, url: Url) -> Request {
        Request::new(self.plane, method, url)
    }

    /// The holder of our token; unknown when there is none.
    pub(crate) async fn caller(&self, call: &Call) -> Caller {
        match self
            .tokens
            .get(call, self.plane, &self.endpoint.scope)
            .await
        {
            Ok(bearer) => bearer.caller(),
            Err(_) => Caller::default(),
        }
    }

    /// Whether a token may go there.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        self.origin.check(url).is_ok()
    }

    /// Sends a request that may be repeated.
    pub(crate) async fn send(
        &self,
        call: &Call,
        request: &Request,
    ) -> Result<Response, ClientError> {
        self.repeat(call, request, Repeat::Safely).await
    }

    /// Sends a request that must not be executed twice. It is repeated only when the service
    /// certainly did not execute it: no connection, a refused token, 429.
    pub(crate) async fn send_once(&self, call: &Call, request: &Request) -> Once {
        match self.repeat(call, request, Repeat::IfNotExecuted).await {
            Ok(response) => Once::Accepted(response),
            Err(error) => settle(error),
        }
    }

    async fn repeat(
        &self,
        call: &Call,
        request: &Request,
        repeat: Repeat,
    ) -> Result<Response, ClientError> {
        let mut retries = self.http.retries(call, repeat);
        loop {
            match self.attempt(call, request).await {
                Ok(response) => return Ok(response),
                Err(error) => retries.after(error).await?,
            }
        }
    }

    /// One attempt, and a second one with a new token when the first token was refused.
    async fn attempt(&self, call: &Call, request: &Request) -> Result<Response, ClientError> {
        self.origin.check(&request.url)?;
        self.allowed.url(&request.url)?;
        let scope = &self.endpoint.scope;
        let bearer = self.tokens.get(call, self.plane, scope).await?;
        let refused = match self.http.attempt(call, request, bearer.header()).await {
            Err(error) if error.status() == Some(401) => error,
            other => return other,
        };
        tracing::debug!(error = %refused, "the token was refused, asking for a new one");
        self.tokens.drop_refused(call, scope, &bearer).await;
        let bearer = match self.tokens.get(call, self.plane, scope).await {
            Ok(bearer) => bearer,
            Err(ClientError::Ended { .. }) => return Err(refused),
            Err(error) => return Err(error),
        };
        self.http.attempt(call, request, bearer.header()).await
    }

    /// Reads a JSON body.
    pub(crate) fn decode<T: DeserializeOwned>(
        &self,
        request: &Request,
        response: &Response,
    ) -> Result<T, ClientError> {
        decode(&response.body).map_err(|problem| self.unreadable(request, response, problem))
    }

    /// The error for a body that cannot be read.
    pub(crate) fn unreadable(
        &self,
        request: &Request,
        response: &Response,
        problem: BodyProblem,
    ) -> ClientError {
        ClientError::Body {
            plane: self.plane,
            request: request.describe(),
            status: response.status,
            problem,
            excerpt: redact::excerpt(&String::from_utf8_lossy(&response.body), EXCERPT),
        }
    }

    /// Sends and reads, and takes a 404 for "there is no such object" when it says so.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        call: &Call,
        request: &Request,
    ) -> Result<Option<T>, ClientError> {
        match self.send(call, request).await {
            Ok(response) => self.decode(request, &response).map(Some),
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Decides what an error of a request means that was to be executed once.
fn settle(error: ClientError) -> Once {
    match error.real() {
        ClientError::Service(service) => match service.status {
            409 => Once::Conflict((**service).clone()),
            408 => Once::Ambiguous(error),
            400..=499 => Once::Refused(error),
            _ => Once::Ambiguous(error),
        },
        ClientError::Connect { .. }
        | ClientError::Certificate { .. }
        | ClientError::Credential(_)
        | ClientError::ForeignHost(_)
        | ClientError::NotAllowed(_)
        | ClientError::Setup { .. }
        | ClientError::Ended { .. } => Once::Refused(error),
        // An answer that is too large is an answer, but to what nobody can tell.
        ClientError::Broken { .. }
        | ClientError::Timeout { .. }
        | ClientError::StoppedInFlight { .. }
        | ClientError::Body { .. }
        | ClientError::GaveUp { .. }
        | ClientError::Shared(_) => Once::Ambiguous(error),
    }
}

/// Reads JSON, and says what is wrong when it is none.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyProblem> {
    serde_json::from_slice(without_mark(body)).map_err(|error| problem_of(body, &error))
}

/// A body without a byte order mark, which some gateways put there. RFC 8259 allows to ignore it.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

pub(crate) fn problem_of(body: &[u8], error: &serde_json::Error) -> BodyProblem {
    let text = String::from_utf8_lossy(&body[..body.len().min(512)]);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return BodyProblem::Empty;
    }
    if start.starts_with('<') {
        return BodyProblem::Html;
    }
    match error.classify() {
        serde_json::error::Category::Eof => BodyProblem::Truncated,
        serde_json::error::Category::Data => BodyProblem::Shape(error.to_string()),
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            BodyProblem::NotJson
        }
    }
}
