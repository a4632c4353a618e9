//! The real transport against a small TLS server of our own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::support::{ENVIRONMENT, SYSTEM_ID, call, payload};
use crate::client::{
    Client, ClientConfig, ClientError, Cloud, CloudName, CustomEndpoints, GivenCredential,
    HttpOptions, LinkOutcome,
};

const OK: &str = payload!("bap-environment-get-response-200-linked-encryption");

/// What the server does with every request.
#[derive(Clone)]
enum Behaviour {
    Answer(String),
    /// Reads the request and closes the connection.
    Reset,
}

struct Server {
    url: String,
    ca_pem: String,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start(behaviour: Behaviour) -> Self {
        Self::start_as(tls(), behaviour).await
    }

    async fn start_as((acceptor, ca_pem): (TlsAcceptor, String), behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let requests = Arc::new(AtomicUsize::new(0));
        let count = requests.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let (acceptor, behaviour, count) =
                    (acceptor.clone(), behaviour.clone(), count.clone());
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(socket).await else {
                        return;
                    };
                    let mut buffer = vec![0; 64 * 1024];
                    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                        // A body may come in a packet of its own.
                        if buffer[..read].starts_with(b"{") {
                            continue;
                        }
                        count.fetch_add(1, Ordering::SeqCst);
                        match &behaviour {
                            Behaviour::Reset => return,
                            Behaviour::Answer(answer) => {
                                stream.write_all(answer.as_bytes()).await.unwrap();
                                stream.flush().await.unwrap();
                            }
                        }
                    }
                });
            }
        });
        Self {
            url,
            ca_pem,
            requests,
        }
    }

    fn client(&self, ca: Option<&str>) -> Client {
        let options = HttpOptions {
            ca_certificates_pem: ca.map(|pem| pem.as_bytes().to_vec()),
            request_timeout: Duration::from_secs(10),
            max_attempts: 1,
            ..HttpOptions::default()
        };
        let endpoint = Some(self.url.clone());
        let endpoints = CustomEndpoints {
            authority_host: endpoint.clone(),
            resource_manager: endpoint.clone(),
            bap: endpoint,
            ..CustomEndpoints::default()
        };
        let source = Arc::new(GivenCredential {
            method: "test",
            credential: Arc::new(FixedToken),
        });
        Client::new(ClientConfig {
            cloud: Cloud::new(CloudName::Custom, &endpoints).unwrap(),
            http: options,
            azure: source.clone(),
            power_platform: source,
            allowed: crate::client::Allowed::default(),
        })
        .unwrap()
    }

    async fn read(&self, ca: Option<&str>) -> Result<bool, ClientError> {
        let id = ENVIRONMENT.parse().unwrap();
        self.client(ca)
            .bap()
            .environment(&call(30), &id)
            .await
            .map(|found| found.is_some())
    }
}

#[derive(Debug)]
struct FixedToken;

#[async_trait::async_trait]
impl TokenCredential for FixedToken {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let expires = std::time::SystemTime::now() + Duration::from_secs(3600);
        Ok(AccessToken::new("token", expires.into()))
    }
}

/// A server certificate for `localhost`, and the PEM of the authority that signed it.
fn tls() -> (TlsAcceptor, String) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let acceptor = acceptor(certificate.der().clone(), &key);
    (acceptor, authority_certificate.pem())
}

/// One certificate that is authority and server in one, and its PEM.
fn authority_as_server(adapt: impl FnOnce(&mut CertificateParams)) -> (TlsAcceptor, String) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    adapt(&mut authority);
    let certificate = authority.self_signed(&key).unwrap();
    (acceptor(certificate.der().clone(), &key), certificate.pem())
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn answer(status: &str, headers: &str, body: &str) -> Behaviour {
    let length = body.len();
    Behaviour::Answer(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    ))
}

#[tokio::test]
async fn the_extra_authority_is_trusted() {
    let server = Server::start(answer("200 OK", "", OK)).await;
    assert!(server.read(Some(&server.ca_pem)).await.unwrap());
}

#[tokio::test]
async fn an_unknown_authority_is_not_and_nothing_is_sent() {
    let server = Server::start(answer("200 OK", "", OK)).await;
    let (_, other) = tls();
    let error = server.read(Some(&other)).await.unwrap_err();
    assert!(
        matches!(error, ClientError::Certificate { .. }),
        "{error:?}"
    );
    assert!(error.report().contains("certificate"), "{}", error.report());
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_authority_as_server_is_trusted_when_it_is_the_named_one() {
    let pair = authority_as_server(|_| ());
    let server = Server::start_as(pair, answer("200 OK", "", OK)).await;
    assert!(server.read(Some(&server.ca_pem)).await.unwrap());

    let (_, other) = authority_as_server(|_| ());
    assert_untrusted(&server, Some(&other)).await;
    // Nor when nothing is named.
    assert_untrusted(&server, None).await;
}

#[tokio::test]
async fn an_authority_as_server_needs_name_time_and_purpose() {
    type Adapt = fn(&mut CertificateParams);
    let flaws: [Adapt; 4] = [
        |params| params.subject_alt_names = vec![SanType::DnsName("other".try_into().unwrap())],
        |params| params.not_after = date_time_ymd(2020, 1, 1),
        |params| params.not_before = date_time_ymd(4000, 1, 1),
        |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
    ];
    for flaw in flaws {
        let pair = authority_as_server(flaw);
        let server = Server::start_as(pair, answer("200 OK", "", OK)).await;
        assert_untrusted(&server, Some(&server.ca_pem)).await;
    }
}

#[tokio::test]
async fn what_a_named_authority_has_signed_must_be_no_authority() {
    let key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_certificate = root.self_signed(&key).unwrap();
    let issuer = Issuer::new(root, key);
    let key = KeyPair::generate().unwrap();
    let mut below = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    below.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = below.signed_by(&key, &issuer).unwrap();
    let pair = (
        acceptor(certificate.der().clone(), &key),
        root_certificate.pem(),
    );
    let server = Server::start_as(pair, answer("200 OK", "", OK)).await;
    assert_untrusted(&server, Some(&server.ca_pem)).await;
}

async fn assert_untrusted(server: &Server, ca: Option<&str>) {
    let before = server.requests.load(Ordering::SeqCst);
    let error = server.read(ca).await.unwrap_err();
    assert!(
        matches!(error, ClientError::Certificate { .. }),
        "{error:?}"
    );
    assert_eq!(server.requests.load(Ordering::SeqCst), before);
}

#[tokio::test]
async fn a_refused_connection_is_told_from_a_broken_one() {
    let server = Server::start(Behaviour::Reset).await;
    let error = server.read(Some(&server.ca_pem)).await.unwrap_err();
    assert!(
        matches!(error.real(), ClientError::Broken { .. }),
        "{error:?}"
    );

    let closed = Server {
        url: "https://localhost:1".into(),
        ..server
    };
    let error = closed.read(Some(&closed.ca_pem)).await.unwrap_err();
    assert!(
        matches!(error.real(), ClientError::Connect { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_reset_after_the_post_is_ambiguous_and_not_repeated() {
    let server = Server::start(Behaviour::Reset).await;
    let client = server.client(Some(&server.ca_pem));
    let (environment, policy) = (ENVIRONMENT.parse().unwrap(), SYSTEM_ID.parse().unwrap());
    let outcome = client.bap().link(&call(30), &environment, &policy).await;
    assert!(matches!(outcome, LinkOutcome::Ambiguous(_)), "{outcome:?}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::start(answer("200 OK", "", OK)).await;
    let location = format!("location: {}/elsewhere\r\n", other.url);
    let server = Server::start(answer("307 Temporary Redirect", &location, "")).await;
    let error = server.read(Some(&server.ca_pem)).await.unwrap_err();
    assert_eq!(error.status(), Some(307));
    assert_eq!(other.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_cut_body_is_a_broken_connection() {
    let body = "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"na\r\nzz";
    let server = Server::start(Behaviour::Answer(body.to_owned())).await;
    let error = server.read(Some(&server.ca_pem)).await.unwrap_err();
    assert!(
        matches!(error.real(), ClientError::Broken { .. }),
        "{error:?}"
    );
}
