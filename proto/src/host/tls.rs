//! Mutual TLS as go-plugin's AutoMTLS expects it.
//!
//! Both sides make a certificate for this one process and tell each other: the parent through
//! `PLUGIN_CLIENT_CERT`, we through the handshake line. The keys are ours to choose. With ring and
//! P-256 they cost a fraction of a millisecond, where aws-lc-rs takes about fifty, and Terraform
//! starts a provider several times per command. The crypto provider is passed by hand, because a
//! process-wide default would be the provider author's decision.

use std::{sync::Arc, time::Duration};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::NoServerSessionStorage,
    version::{TLS12, TLS13},
};
use time::OffsetDateTime;

use super::{HostError, pinned::PinnedClient};

/// The server's side of one plugin process.
pub(crate) struct ServerTls {
    pub(crate) config: Arc<ServerConfig>,
    /// What the handshake line announces.
    pub(crate) certificate: CertificateDer<'static>,
}

/// Makes a certificate and a configuration that admits exactly one client.
pub(crate) fn server(client_certificate_pem: &str) -> Result<ServerTls, HostError> {
    let client = PinnedClient::from_pem(client_certificate_pem)?;
    let (certificate, key) = own_certificate().map_err(HostError::OwnCertificate)?;

    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .and_then(|builder| {
            builder
                .with_client_cert_verifier(Arc::new(client))
                .with_single_cert(vec![certificate.clone()], key)
        })
        .map_err(HostError::Tls)?;
    // grpc-go refuses a server that does not negotiate HTTP/2 (Terraform 1.12 and later).
    config.alpn_protocols = vec![b"h2".to_vec()];
    // Terraform connects once; a resumed session would only be a second way in.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(ServerTls {
        config: Arc::new(config),
        certificate,
    })
}

fn own_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate()?;
    // The client expects this name, whatever the address is.
    let mut params = CertificateParams::new(["localhost".to_owned()])?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Both processes read the same clock, but a clock can be set back between the two reads.
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::from_secs(60 * 60);
    // A long apply must not outlive its certificate, and the key dies with the process.
    params.not_after = now + Duration::from_secs(10 * 365 * 24 * 60 * 60);
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("rcgen writes PKCS#8");
    Ok((certificate.der().clone(), key))
}
