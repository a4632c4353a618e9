//! Who the client is to the provider: a certificate and its key.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use p521::ecdsa::{self, Signature, signature::Signer as _};
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    Error, SignatureAlgorithm, SignatureScheme,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::{CertifiedKey, Signer, SigningKey},
};

use crate::certificate;

/// A client certificate with its private key.
#[derive(Clone, Debug)]
pub struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// What Terraform and OpenTofu make for each plugin process: P-521, self-signed.
    pub fn terraform() -> Self {
        let key = random_key();
        let mut serial = [0; 15];
        fill(&mut serial);
        let certificate = certificate::self_signed(&key, serial);
        Self(Arc::new(CertifiedKey::new(
            vec![certificate],
            Arc::new(P521Key(Arc::new(key))),
        )))
    }

    /// What another client might use: P-256, which ring knows.
    pub fn p256() -> Self {
        let key = KeyPair::generate().expect("ring makes P-256 keys");
        let certificate = CertificateParams::new(["localhost".to_owned()])
            .and_then(|params| params.self_signed(&key))
            .expect("the parameters are complete");
        let der = PrivateKeyDer::try_from(key.serialize_der()).expect("rcgen writes PKCS#8");
        let key = ring::sign::any_supported_type(&der).expect("ring reads what it wrote");
        Self(Arc::new(CertifiedKey::new(
            vec![certificate.der().clone()],
            key,
        )))
    }

    /// This key with a certificate that belongs to another, as a thief has it.
    #[must_use]
    pub fn with_certificate_of(&self, other: &Self) -> Self {
        Self(Arc::new(CertifiedKey::new(
            other.0.cert.clone(),
            Arc::clone(&self.0.key),
        )))
    }

    /// The certificate alone.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.0.cert[0]
    }

    /// The certificate as `PLUGIN_CLIENT_CERT` has it.
    pub fn pem(&self) -> String {
        let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
        let text = STANDARD.encode(self.certificate());
        for line in text.as_bytes().chunks(64) {
            pem.extend(line.iter().map(|&byte| char::from(byte)));
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        pem
    }

    pub(crate) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0)
    }
}

fn random_key() -> ecdsa::SigningKey {
    loop {
        let mut scalar = [0; 66];
        fill(&mut scalar);
        // The field has 521 bits.
        scalar[0] &= 1;
        if let Ok(key) = ecdsa::SigningKey::from_slice(&scalar) {
            return key;
        }
    }
}

fn fill(bytes: &mut [u8]) {
    ring::default_provider()
        .secure_random
        .fill(bytes)
        .expect("the system has randomness");
}

/// rustls' ring provider does not know the curve, so the key signs by itself.
#[derive(Clone)]
struct P521Key(Arc<ecdsa::SigningKey>);

impl SigningKey for P521Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: Signature = self
            .0
            .try_sign(message)
            .map_err(|error| Error::General(error.to_string()))?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

impl fmt::Debug for P521Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P521Key").finish_non_exhaustive()
    }
}
