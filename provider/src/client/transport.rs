//! One HTTP exchange: a request goes out, an answer comes back, nothing is repeated.
//!
//! Everything above speaks to the [`Transport`] trait, so that retries, tokens and paging are
//! tested without a network. The real one is a `reqwest` client over rustls and ring, built when
//! the first request is sent: reading the system's certificates takes milliseconds that
//! `terraform validate` should not pay.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode, Url};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use super::elements::{Elements, Splitter};
use super::error::Cause;
use super::pinned::PinnedServers;

/// A request as it goes out.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) largest_body: usize,
    /// Who reads the elements of a list while it arrives.
    pub(crate) elements: Option<Arc<dyn Elements>>,
}

// Headers hold the bearer token, the body may hold a client secret.
impl std::fmt::Debug for Outgoing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} {}",
            self.method,
            super::redact::url(&self.url)
        )
    }
}

/// An answer with its whole body.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why an exchange has no answer.
#[derive(Debug)]
pub(crate) enum TransportError {
    /// The client could not be built.
    Setup(String),
    /// No connection: nothing was sent.
    Connect(Cause),
    /// The host's certificate is not trusted: nothing was sent.
    Certificate(Cause),
    /// The connection ended before the answer was complete.
    Broken(Cause),
    /// The answer is larger than the request allows.
    TooLarge { status: StatusCode },
}

/// Does one exchange.
#[async_trait]
pub(crate) trait Transport: Send + Sync + std::fmt::Debug {
    async fn exchange(&self, request: Outgoing) -> Result<Incoming, TransportError>;
}

/// The real transport.
pub(crate) struct Network {
    extra_roots: Vec<CertificateDer<'static>>,
    user_agent: String,
    connect_timeout: Duration,
    client: OnceLock<Result<reqwest::Client, String>>,
    direct: OnceLock<Result<reqwest::Client, String>>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Network")
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Takes the certificates to trust next to the system's, as PEM.
    pub(crate) fn new(
        extra_roots_pem: Option<&[u8]>,
        user_agent: String,
        connect_timeout: Duration,
    ) -> Result<Self, String> {
        let extra_roots = match extra_roots_pem {
            Some(pem) => parse_roots(pem)?,
            None => Vec::new(),
        };
        Ok(Self {
            extra_roots,
            user_agent,
            connect_timeout,
            client: OnceLock::new(),
            direct: OnceLock::new(),
        })
    }

    /// Without TLS only the machine's own metadata service is asked, and no proxy may hear that:
    /// it would see the token, or answer for another machine. And what runs on this machine is
    /// not behind a proxy, whatever the environment says about proxies.
    fn client(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        let built = if url.scheme() == "http" || is_loopback(url) {
            self.direct
                .get_or_init(|| self.build(reqwest::ClientBuilder::no_proxy))
        } else {
            self.client.get_or_init(|| self.build(|builder| builder))
        };
        built
            .as_ref()
            .map_err(|problem| TransportError::Setup(problem.clone()))
    }

    fn build(
        &self,
        adapt: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<reqwest::Client, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            Verifier::new_with_extra_roots(self.extra_roots.iter().cloned(), provider.clone())
                .map_err(|error| format!("certificates cannot be loaded: {error}"))?;
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedServers::new(
                verifier,
                self.extra_roots.clone(),
            )))
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        adapt(reqwest::Client::builder())
            .tls_backend_preconfigured(tls)
            .user_agent(&self.user_agent)
            .connect_timeout(self.connect_timeout)
            // A redirect could carry a token to another host.
            .redirect(reqwest::redirect::Policy::none())
            // Whether to repeat is decided in one place, and that is not here.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| format!("{}", error.without_url()))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Reads a PEM file of certificates; a file without any is a mistake.
fn parse_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let roots = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("the CA certificate file is not valid PEM: {error}"))?;
    if roots.is_empty() {
        return Err("the CA certificate file holds no certificate".to_owned());
    }
    let mut store = rustls::RootCertStore::empty();
    for (index, root) in roots.iter().enumerate() {
        store.add(root.clone()).map_err(|error| {
            format!(
                "certificate {} of the CA certificate file is not valid: {error}",
                index + 1
            )
        })?;
    }
    Ok(roots)
}

#[async_trait]
impl Transport for Network {
    async fn exchange(&self, request: Outgoing) -> Result<Incoming, TransportError> {
        let (largest_body, elements) = (request.largest_body, request.elements);
        let mut builder = self
            .client(&request.url)?
            .request(request.method, request.url)
            .headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut response = builder.send().await.map_err(classify)?;
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Body::new(elements.filter(|_| status.is_success()));
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            if body.held() + chunk.len() > largest_body {
                return Err(TransportError::TooLarge { status });
            }
            body.push(&chunk);
        }
        Ok(Incoming {
            status,
            headers,
            body: body.finish(),
        })
    }
}

/// A body while it arrives.
pub(super) enum Body {
    /// It is kept.
    Whole(Vec<u8>),
    /// The elements of its list are not.
    Split(Splitter, Arc<dyn Elements>),
}

impl Body {
    pub(super) fn new(elements: Option<Arc<dyn Elements>>) -> Self {
        match elements {
            None => Self::Whole(Vec::new()),
            Some(elements) => {
                elements.begin();
                Self::Split(Splitter::default(), elements)
            }
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        match self {
            Self::Whole(body) => body.extend_from_slice(piece),
            Self::Split(splitter, elements) => splitter.push(piece, elements.as_ref()),
        }
    }

    /// How much is held in memory.
    fn held(&self) -> usize {
        match self {
            Self::Whole(body) => body.len(),
            Self::Split(splitter, _) => splitter.held(),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        match self {
            Self::Whole(body) => body,
            Self::Split(splitter, _) => splitter.finish(),
        }
    }
}

fn classify(error: reqwest::Error) -> TransportError {
    // The URL may hold a signature, and the error that wraps this one names the host.
    let error = error.without_url();
    if is_certificate_error(&error) {
        TransportError::Certificate(error.into())
    } else if error.is_connect() {
        TransportError::Connect(error.into())
    } else {
        TransportError::Broken(error.into())
    }
}

/// Looks for rustls' verdict, which hides inside I/O errors, one in the other.
fn is_certificate_error(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
        return true;
    }
    // An I/O error's source is its content's source: the content itself must be asked for.
    let content = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match content {
        Some(content) => is_certificate_error(content),
        None => error.source().is_some_and(is_certificate_error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused() {
        let new = |pem: &[u8]| Network::new(Some(pem), "x".into(), Duration::from_secs(1));
        assert_eq!(
            new(b"").unwrap_err(),
            "the CA certificate file holds no certificate"
        );
        assert!(
            new(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
                .unwrap_err()
                .starts_with("certificate 1 of the CA certificate file is not valid")
        );
    }

    #[test]
    fn this_machine_is_behind_no_proxy() {
        for (url, expected) in [
            ("https://127.0.0.1:8443/x", true),
            ("https://127.8.0.1", true),
            ("https://[::1]:8443", true),
            ("https://LOCALHOST:1", true),
            ("https://europe.localhost", true),
            ("https://localhost.example", false),
            ("https://10.0.0.1", false),
            ("https://api.bap.microsoft.com", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn debug_shows_no_headers_and_no_body() {
        let request = Outgoing {
            method: Method::POST,
            url: "https://a.example/token?sig=hunter2".parse().unwrap(),
            headers: HeaderMap::from_iter([(
                reqwest::header::AUTHORIZATION,
                "Bearer hunter2".parse().unwrap(),
            )]),
            body: Some(b"client_secret=hunter2".to_vec()),
            largest_body: 1,
            elements: None,
        };
        assert_eq!(
            format!("{request:?}"),
            "POST https://a.example/token?sig=[redacted]"
        );
    }
}
