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

// The fixtures are certificates whose keys were thrown away. Signatures are tested where there is
// a client to make them, in the conformance crate.
#[cfg(test)]
mod tests {
    use super::*;

    const P521: &str = include_str!("fixtures/p521.pem");
    const OTHER: &str = include_str!("fixtures/p521-other.pem");
    const P256: &str = include_str!("fixtures/p256.pem");

    fn pinned(pem: &str) -> PinnedClient {
        PinnedClient::from_pem(pem).expect("a certificate")
    }

    fn admits(pinned: &PinnedClient, pem: &str) -> bool {
        let presented = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        pinned
            .verify_client_cert(&presented, &[], UnixTime::now())
            .is_ok()
    }

    #[test]
    fn only_the_same_bytes_are_admitted() {
        let pinned = pinned(P521);
        assert!(admits(&pinned, P521));
        assert!(!admits(&pinned, OTHER));
        assert!(!admits(&pinned, P256));
        assert!(pinned.client_auth_mandatory());
    }

    // With ring's own list Go finds no scheme for its key and sends no certificate.
    #[test]
    fn the_schemes_are_those_of_the_pinned_key() {
        assert_eq!(
            pinned(P521).supported_verify_schemes(),
            [SignatureScheme::ECDSA_NISTP521_SHA512]
        );
        let others = pinned(P256).supported_verify_schemes();
        assert!(others.contains(&SignatureScheme::ECDSA_NISTP256_SHA256));
        assert!(!others.contains(&SignatureScheme::ECDSA_NISTP521_SHA512));
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let broken = P521.replace("MI", "AA");
        for garbage in ["", "garbage", broken.as_str()] {
            let error = PinnedClient::from_pem(garbage).expect_err(garbage);
            let text = error.to_string();
            assert!(text.starts_with("`PLUGIN_CLIENT_CERT` is not"), "{text}");
        }
    }
}
