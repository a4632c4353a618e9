//! Connects to a plugin as grpc-go does.

use std::{io, sync::Arc};

use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion,
    client::ResolvesClientCert,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use crate::{Address, Handshake, Identity};

/// Opens connections to one plugin.
#[derive(Clone, Debug)]
pub struct Connector {
    address: Address,
    tls: Option<Arc<ClientConfig>>,
}

impl Connector {
    /// Connects to what the handshake says, as `identity`. TLS 1.2 and 1.3 are on offer.
    pub fn new(handshake: &Handshake, identity: Option<&Identity>) -> Self {
        Self::with_versions(handshake, identity, &[&TLS13, &TLS12])
    }

    /// As [`Connector::new`], with TLS 1.2 only.
    pub fn tls12(handshake: &Handshake, identity: Option<&Identity>) -> Self {
        Self::with_versions(handshake, identity, &[&TLS12])
    }

    fn with_versions(
        handshake: &Handshake,
        identity: Option<&Identity>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let tls = handshake
            .certificate
            .as_ref()
            .map(|certificate| Arc::new(config(certificate, identity, versions)));
        Self {
            address: handshake.address.clone(),
            tls,
        }
    }

    /// A channel for gRPC clients. It connects on the first call.
    pub fn channel(&self) -> Channel {
        let this = self.clone();
        Endpoint::from_static("http://localhost").connect_with_connector_lazy(service_fn(
            move |_| {
                let this = this.clone();
                async move { this.stream().await.map(TokioIo::new) }
            },
        ))
    }

    /// A connection without TLS that says nothing by itself.
    pub async fn raw(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match &self.address {
            Address::Tcp(address) => Box::new(TcpStream::connect(address).await?),
            #[cfg(unix)]
            Address::Unix(path) => Box::new(tokio::net::UnixStream::connect(path).await?),
            #[cfg(not(unix))]
            Address::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
        })
    }

    /// A connection after its TLS handshake, to look at what was negotiated.
    ///
    /// # Panics
    ///
    /// If the plugin speaks plaintext.
    pub async fn tls(&self) -> io::Result<TlsStream<Box<dyn Stream>>> {
        let config = self
            .tls
            .clone()
            .expect("the plugin announced a certificate");
        let name = ServerName::try_from("localhost").expect("a valid name");
        TlsConnector::from(config)
            .connect(name, self.raw().await?)
            .await
    }

    async fn stream(&self) -> io::Result<Box<dyn Stream>> {
        match &self.tls {
            Some(_) => Ok(Box::new(self.tls().await?)),
            None => self.raw().await,
        }
    }
}

/// Bytes in both directions.
pub trait Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Stream for T {}

fn config(
    server: &CertificateDer<'static>,
    identity: Option<&Identity>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(server.clone())
        .expect("the plugin announced a certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("ring serves both versions")
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => {
            builder.with_client_cert_resolver(Arc::new(Always(identity.certified_key())))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// Go offers its one certificate whenever the server lists a scheme for its key.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.0
            .key
            .choose_scheme(schemes)
            .map(|_| Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
