//! An application with a certificate.
//!
//! `azure_identity` has a credential for it that needs OpenSSL, which we do not link. So the
//! assertion is signed here, with ring, and handed to its `ClientAssertionCredential`. The
//! certificate comes as PEM or as PKCS#12.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use azure_core::credentials::TokenCredential;
use azure_core::http::ClientMethodOptions;
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pkcs8::EncryptedPrivateKeyInfo;
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;

use super::pfx;
use crate::client::{CredentialSource, CredentialTransport};

/// How long an assertion is valid; it is used at once.
const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How far clocks may be apart.
const SKEW: Duration = Duration::from_secs(60);

/// A certificate and its key.
pub(crate) struct Identity {
    key: RsaKeyPair,
    certificate: CertificateDer<'static>,
}

// The key is the secret.
impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity(…)")
    }
}

/// What stands in an argument or a variable: PEM, or base64 of PEM or of a PKCS#12 file.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, String> {
    if text.contains("-----BEGIN") {
        return Ok(text.as_bytes().to_vec());
    }
    let packed: String = text.split_whitespace().collect();
    STANDARD
        .decode(packed)
        .map_err(|_| "it is neither PEM nor base64 of PEM or of a PFX file".to_owned())
}

impl Identity {
    /// Reads a PKCS#12 file, or PEM: the key, and the certificate among those there that belongs
    /// to it.
    pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Self, String> {
        if pfx::is_pfx(bytes) {
            let contents = pfx::read(bytes, password)?;
            let key = RsaKeyPair::from_pkcs8(&contents.key).map_err(|error| rejected(&error))?;
            return Self::of(key, contents.certificates);
        }
        let key = read_key(bytes, password)?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("it is not valid PEM: {error}"))?;
        if certificates.is_empty() {
            return Err("it holds no certificate, only a key".to_owned());
        }
        Self::of(key, certificates)
    }

    fn of(key: RsaKeyPair, certificates: Vec<CertificateDer<'static>>) -> Result<Self, String> {
        // A certificate holds its public key as it is.
        let public = key.public_key().as_ref();
        let certificate = certificates
            .into_iter()
            .find(|certificate| {
                certificate
                    .windows(public.len())
                    .any(|window| window == public)
            })
            .ok_or("the key does not belong to any certificate in it")?;
        Ok(Self { key, certificate })
    }

    /// A signed statement that we are the application (API facts 1.1).
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: SystemTime,
    ) -> Result<String, String> {
        let header = json!({
            "alg": "RS256",
            "typ": "JWT",
            "x5t": self.thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            "x5t#S256": self.thumbprint(&digest::SHA256),
            "x5c": [STANDARD.encode(&self.certificate)],
        });
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": uuid::Uuid::new_v4().to_string(),
            "iat": seconds(now),
            "nbf": seconds(now - SKEW),
            "exp": seconds(now + LIFETIME),
        });
        let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| "the assertion could not be signed".to_owned())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn thumbprint(&self, algorithm: &'static digest::Algorithm) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(algorithm, &self.certificate))
    }

    /// The public key, to check what was signed.
    #[cfg(test)]
    pub(super) fn public_key(&self) -> ring::signature::UnparsedPublicKey<Vec<u8>> {
        let key = self.key.public_key().as_ref().to_vec();
        ring::signature::UnparsedPublicKey::new(&ring::signature::RSA_PKCS1_2048_8192_SHA256, key)
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

fn read_key(bytes: &[u8], password: Option<&str>) -> Result<RsaKeyPair, String> {
    if let Some(encrypted) = encrypted_key(bytes)? {
        let Some(password) = password else {
            return Err("its key is encrypted; set client_certificate_password \
                 (ARM_CLIENT_CERTIFICATE_PASSWORD)"
                .to_owned());
        };
        let key = EncryptedPrivateKeyInfo::try_from(encrypted.as_slice())
            .map_err(|_| "its encrypted key cannot be read".to_owned())?
            .decrypt(password)
            .map_err(|_| {
                "its key cannot be decrypted: the password is wrong, or the encryption is not one \
                 of PBES2 (`openssl pkcs8 -topk8 -v2 aes-256-cbc` makes one)"
                    .to_owned()
            })?;
        return RsaKeyPair::from_pkcs8(key.as_bytes()).map_err(|error| rejected(&error));
    }
    let key = PrivateKeyDer::from_pem_slice(bytes)
        .map_err(|_| "it holds no private key in PEM".to_owned())?;
    match &key {
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        _ => return Err("its key is not an RSA key, which Entra asks for".to_owned()),
    }
    .map_err(|error| rejected(&error))
}

fn rejected(error: &ring::error::KeyRejected) -> String {
    format!("its key cannot be used ({error}); an RSA key of 2048 to 4096 bits is needed")
}

/// The key that needs a password, if the PEM has one.
fn encrypted_key(bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
    let text = String::from_utf8_lossy(bytes);
    let Some((_, rest)) = text.split_once(BEGIN) else {
        return Ok(None);
    };
    let body = rest.split_once(END).map_or(rest, |(body, _)| body);
    let body: String = body.split_whitespace().collect();
    STANDARD
        .decode(body)
        .map(Some)
        .map_err(|_| "its encrypted key is not valid PEM".to_owned())
}

/// Signs in as an application with a certificate.
#[derive(Clone, Debug)]
pub(crate) struct ClientCertificateSource {
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) identity: Arc<Identity>,
}

/// Signs one assertion after the other.
#[derive(Debug)]
struct Signed {
    source: ClientCertificateSource,
    transport: CredentialTransport,
}

#[async_trait]
impl ClientAssertion for Signed {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let audience = self.transport.token_endpoint(&self.source.tenant_id);
        self.source
            .identity
            .assertion(&self.source.client_id, &audience, SystemTime::now())
            .map_err(super::federated::unusable)
    }
}

impl CredentialSource for ClientCertificateSource {
    fn method(&self) -> &'static str {
        "client certificate"
    }

    fn credential(
        &self,
        transport: &CredentialTransport,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let options = ClientAssertionCredentialOptions {
            client_options: transport.client_options(),
        };
        let assertion = Signed {
            source: self.clone(),
            transport: transport.clone(),
        };
        let credential = ClientAssertionCredential::new(
            self.tenant_id.clone(),
            self.client_id.clone(),
            assertion,
            Some(options),
        )?;
        Ok(credential)
    }
}
