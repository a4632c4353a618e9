//! Admits one client certificate and nothing else.
//!
//! Terraform's certificate is a self-signed P-521 CA certificate. rustls' stock verifier refuses
//! it (`CaUsedAsEndEntity`), and ring does not know the curve, so it would not even be offered.
//! Making client authentication optional instead would let every local process in. Comparing the
//! certificate byte for byte needs no chain at all; what remains is the proof that the client
//! has the key.

use std::fmt;

use p521::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{self, WebPkiSupportedAlgorithms},
    pki_types::{CertificateDer, UnixTime, pem::PemObject},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use x509_parser::{oid_registry, prelude::FromDer, prelude::X509Certificate};

use super::HostError;

pub(crate) struct PinnedClient {
    certificate: CertificateDer<'static>,
    key: Key,
}

enum Key {
    /// What Terraform and OpenTofu use.
    P521(Box<VerifyingKey>),
    /// Everything that ring verifies, for other parents.
    Ring(WebPkiSupportedAlgorithms),
}

impl PinnedClient {
    /// Takes the certificate from `PLUGIN_CLIENT_CERT`.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, HostError> {
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| HostError::ClientCertificate(error.to_string()))?;
        let key = public_key(&certificate)?;
        Ok(Self { certificate, key })
    }

    fn verify(
        &self,
        message: &[u8],
        signed: &DigitallySignedStruct,
        with_ring: impl FnOnce(&WebPkiSupportedAlgorithms) -> Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        match &self.key {
            Key::Ring(algorithms) => with_ring(algorithms),
            Key::P521(key) => {
                if signed.scheme != SignatureScheme::ECDSA_NISTP521_SHA512 {
                    return Err(PeerIncompatible::NoSignatureSchemesInCommon.into());
                }
                Signature::from_der(signed.signature())
                    .and_then(|signature| key.verify(message, &signature))
                    .map(|()| HandshakeSignatureValid::assertion())
                    .map_err(|_| CertificateError::BadSignature.into())
            }
        }
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Result<Key, HostError> {
    let unusable = |reason: String| HostError::ClientCertificate(reason);
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|error| unusable(error.to_string()))?;
    let info = parsed.public_key();
    let curve = info
        .algorithm
        .parameters
        .as_ref()
        .and_then(|p| p.as_oid().ok());
    if curve == Some(oid_registry::OID_NIST_EC_P521) {
        let key = VerifyingKey::from_sec1_bytes(&info.subject_public_key.data)
            .map_err(|_| unusable("its key is not a point of P-521".to_owned()))?;
        return Ok(Key::P521(Box::new(key)));
    }
    Ok(Key::Ring(
        crypto::ring::default_provider().signature_verification_algorithms,
    ))
}

impl ClientCertVerifier for PinnedClient {
    // No hints: Go then offers whatever certificate it has.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    // The validity period is not looked at: the certificate came from the process that started us.
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify(message, signed, |algorithms| {
            crypto::verify_tls12_signature(message, certificate, signed, algorithms)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify(message, signed, |algorithms| {
            crypto::verify_tls13_signature(message, certificate, signed, algorithms)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match &self.key {
            Key::P521(_) => vec![SignatureScheme::ECDSA_NISTP521_SHA512],
            Key::Ring(algorithms) => algorithms.supported_schemes(),
        }
    }
}

impl fmt::Debug for PinnedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedClient").finish_non_exhaustive()
    }
}
