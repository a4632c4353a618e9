//! Requests with deadlines, retries and a limit on how many run at a time.
//!
//! It knows no tokens: [`super::plane`] adds those.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::elements::Elements;
use super::error::{BodyProblem, ClientError, Plane};
use super::pace::Pace;
use super::redact;
use super::retry::{self, Repeat, Retries};
use super::service_error::{ErrorBody, ResponseIds, ServiceError};
use super::time::{Call, Ended, Jitter, WallClock};
use super::transport::{Incoming, Network, Outgoing, Transport, TransportError};

const MIB: usize = 1024 * 1024;
/// Far above every answer, and every element of a list that is read while it arrives.
const LARGEST_BODY: usize = 64 * MIB;
const TRACED_BODY: usize = 4096;

/// How to talk to the services.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Certificates to trust next to the system's, PEM.
    pub ca_certificates_pem: Option<Vec<u8>>,
    /// The time that one attempt has, from connecting to the end of the body.
    pub request_timeout: Duration,
    /// How often a request is tried at most; at least once.
    pub max_attempts: u32,
    /// How many requests run at a time; at least one.
    pub max_concurrency: usize,
    /// The version of the provider, for the `User-Agent`.
    pub version: String,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            ca_certificates_pem: None,
            request_timeout: Duration::from_secs(60),
            max_attempts: 5,
            max_concurrency: 10,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// The HTTP client that all planes share. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    transport: Box<dyn Transport>,
    running: Semaphore,
    resource_manager: Pace,
    power_platform: Pace,
    request_timeout: Duration,
    max_attempts: u32,
    clock: WallClock,
    jitter: Jitter,
}

/// A request before ids, token and user agent are added.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) plane: Plane,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) content_type: &'static str,
    pub(crate) headers: HeaderMap,
    pub(crate) largest_body: usize,
    /// Who reads the elements of a list while it arrives; they are not in the response then.
    pub(crate) elements: Option<Arc<dyn Elements>>,
}

impl Request {
    pub(crate) fn new(plane: Plane, method: Method, url: Url) -> Self {
        Self {
            plane,
            method,
            url,
            body: None,
            content_type: "application/json",
            headers: HeaderMap::new(),
            largest_body: LARGEST_BODY,
            elements: None,
        }
    }

    /// Adds a JSON body.
    pub(crate) fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// Method and URL, without secrets.
    pub(crate) fn describe(&self) -> String {
        format!("{} {}", self.method, redact::url(&self.url))
    }

    fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }
}

/// A success.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
}

impl Response {
    /// Whether there is no body.
    pub(crate) fn is_blank(&self) -> bool {
        self.body.iter().all(u8::is_ascii_whitespace)
    }

    /// A header as text, by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Inner {
    /// The pace of a service that limits requests by the second. Tokens are few.
    fn pace(&self, plane: Plane) -> Option<&Pace> {
        match plane {
            Plane::ResourceManager => Some(&self.resource_manager),
            Plane::PowerPlatform => Some(&self.power_platform),
            _ => None,
        }
    }
}

impl Http {
    pub(crate) fn new(options: &HttpOptions) -> Result<Self, ClientError> {
        let network = Network::new(
            options.ca_certificates_pem.as_deref(),
            format!("terraform-provider-ppcmk/{}", options.version),
            options.request_timeout.min(Duration::from_secs(15)),
        )
        .map_err(|problem| ClientError::Setup { problem })?;
        Ok(Self::over(
            Box::new(network),
            options,
            WallClock::System,
            Jitter::Full,
        ))
    }

    pub(crate) fn over(
        transport: Box<dyn Transport>,
        options: &HttpOptions,
        clock: WallClock,
        jitter: Jitter,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                transport,
                running: Semaphore::new(options.max_concurrency.max(1)),
                resource_manager: Pace::new(options.max_concurrency),
                power_platform: Pace::new(options.max_concurrency),
                request_timeout: options.request_timeout,
                max_attempts: options.max_attempts.max(1),
                clock,
                jitter,
            }),
        }
    }

    pub(crate) fn clock(&self) -> WallClock {
        self.inner.clock
    }

    /// Counts the attempts of one request.
    pub(crate) fn retries<'a>(&self, call: &'a Call, repeat: Repeat) -> Retries<'a> {
        Retries::new(call, repeat, self.inner.max_attempts, self.inner.jitter)
    }

    /// One attempt. Whatever is not a 2xx is an error.
    pub(crate) async fn attempt(
        &self,
        call: &Call,
        request: &Request,
        authorization: Option<HeaderValue>,
    ) -> Result<Response, ClientError> {
        let ended = |ended| ClientError::Ended {
            ended,
            plane: request.plane,
        };
        call.check().map_err(ended)?;
        let pace = self.inner.pace(request.plane);
        let _turn = match pace {
            Some(pace) => Some(call.run(pace.turn()).await.map_err(ended)?),
            None => None,
        };
        let permit = call
            .run(self.inner.running.acquire())
            .await
            .map_err(ended)?;
        let _permit = permit.expect("the semaphore is never closed");

        let (outgoing, client_request_id) = outgoing(request, authorization);
        // These bodies are credentials, and nothing else of interest.
        let carries_credentials = matches!(
            request.plane,
            Plane::Entra | Plane::Issuer | Plane::ManagedIdentity
        );
        if !carries_credentials {
            trace_body("request body", request.body.as_deref());
        }
        let start = Instant::now();
        let exchange = self.inner.transport.exchange(outgoing);
        let limited = tokio::time::timeout(self.inner.request_timeout, exchange);
        let timed_out = || ClientError::Timeout {
            host: request.host(),
            limit: start.elapsed(),
        };
        let result = match call.run(limited).await {
            Err(Ended::Stopped) => {
                return Err(ClientError::StoppedInFlight {
                    host: request.host(),
                });
            }
            Err(Ended::OutOfTime) | Ok(Err(_)) => Err(timed_out()),
            Ok(Ok(Err(error))) => Err(transport_error(request, error)),
            Ok(Ok(Ok(incoming))) => self.judge(request, incoming, &client_request_id),
        };
        if let Some(pace) = pace {
            pace.learn(&result);
        }
        let ms = start.elapsed().as_millis();
        match &result {
            Ok(response) => {
                let ids = ResponseIds::of(&response.headers);
                let correlation_id = ids.correlation_id.as_deref().unwrap_or(&client_request_id);
                tracing::debug!(
                    request = request.describe(),
                    response.status,
                    ms,
                    correlation_id
                );
                if !carries_credentials {
                    trace_body("response body", Some(&response.body));
                }
            }
            Err(error) => {
                tracing::debug!(request = request.describe(), ms, client_request_id, %error);
            }
        }
        result
    }

    fn judge(
        &self,
        request: &Request,
        incoming: Incoming,
        client_request_id: &str,
    ) -> Result<Response, ClientError> {
        let Incoming {
            status,
            headers,
            body,
        } = incoming;
        let retry_after = retry::retry_after(&headers, self.inner.clock.now());
        let status_number = status.as_u16();
        if status.is_success() {
            return Ok(Response {
                status: status_number,
                headers,
                body,
                retry_after,
            });
        }
        let ids = ResponseIds::of(&headers);
        let parsed = ErrorBody::parse(status_number, &body);
        Err(ClientError::from(ServiceError {
            plane: request.plane,
            method: request.method.to_string(),
            url: redact::url(&request.url),
            status: status_number,
            code: parsed.code,
            inner_code: parsed.inner_code,
            message: parsed.message,
            is_structured: parsed.is_structured,
            is_empty: parsed.is_empty,
            correlation_id: ids.correlation_id,
            request_id: ids.request_id,
            client_request_id: Some(client_request_id.to_owned()),
            retry_after,
        }))
    }
}

/// Adds the headers, among them a fresh id (API facts 0.3), which is returned too.
fn outgoing(request: &Request, authorization: Option<HeaderValue>) -> (Outgoing, String) {
    let id = uuid::Uuid::new_v4().to_string();
    let id_name = match request.plane {
        Plane::PowerPlatform => "x-ms-correlation-id",
        Plane::ResourceManager | Plane::Entra | Plane::Issuer | Plane::ManagedIdentity => {
            "x-ms-client-request-id"
        }
    };
    let mut headers = request.headers.clone();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(id_name, HeaderValue::from_str(&id).expect("an id is ASCII"));
    // Also without a body: the admin API answers 415 to a link without a content type.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(request.content_type));
    if let Some(mut authorization) = authorization {
        authorization.set_sensitive(true);
        headers.insert(reqwest::header::AUTHORIZATION, authorization);
    }
    let outgoing = Outgoing {
        method: request.method.clone(),
        url: request.url.clone(),
        headers,
        body: request.body.clone(),
        largest_body: request.largest_body,
        elements: request.elements.clone(),
    };
    (outgoing, id)
}

fn transport_error(request: &Request, error: TransportError) -> ClientError {
    let host = request.host();
    match error {
        TransportError::Setup(problem) => ClientError::Setup { problem },
        TransportError::Connect(source) => ClientError::Connect { host, source },
        TransportError::Certificate(source) => ClientError::Certificate { host, source },
        TransportError::Broken(source) => ClientError::Broken { host, source },
        TransportError::TooLarge { status } => ClientError::Body {
            plane: request.plane,
            request: request.describe(),
            status: status.as_u16(),
            problem: BodyProblem::TooLarge {
                limit: request.largest_body,
            },
            excerpt: String::new(),
        },
    }
}

fn trace_body(what: &str, body: Option<&[u8]>) {
    if let Some(body) = body.filter(|body| !body.is_empty())
        && tracing::enabled!(tracing::Level::TRACE)
    {
        let head = &body[..body.len().min(4 * TRACED_BODY)];
        let body = redact::excerpt(&String::from_utf8_lossy(head), TRACED_BODY);
        tracing::trace!(%body, "{what}");
    }
}
