//! A certificate authority of the emulator's own, made anew at each start.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use thiserror::Error;

/// Names and addresses the server certificate is for.
const NAMES: [&str; 6] = [
    "127.0.0.1",
    "::1",
    "localhost",
    "*.localhost",
    "*.vault.localhost",
    "*.managedhsm.localhost",
];

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The certificates could not be made.
    #[error("could not make the certificates")]
    Certificate(#[from] rcgen::Error),
    /// The server does not take them.
    #[error("could not use the certificates")]
    Server(#[from] rustls::Error),
}

/// The server's side, and the authority's certificate as PEM for clients.
pub(crate) fn configure() -> Result<(Arc<ServerConfig>, String), TlsError> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority
        .distinguished_name
        .push(DnType::CommonName, "ppcmk-emulator CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let pem = authority.self_signed(&authority_key)?.pem();

    let server_key = KeyPair::generate()?;
    let mut server = CertificateParams::new(NAMES.map(String::from).to_vec())?;
    server
        .distinguished_name
        .push(DnType::CommonName, "ppcmk-emulator");
    let issuer = Issuer::new(authority, authority_key);
    let certificate = server.signed_by(&server_key, &issuer)?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(server_key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((Arc::new(config), pem))
}
