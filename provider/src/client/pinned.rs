//! Verifies servers as the system does, and admits one more: the very certificate that the user
//! has named in `ca_certificate_file`.
//!
//! Gateways and stand-ins of services often have one self-signed certificate that is authority and
//! server in one (`openssl req -x509` makes such). WebPKI refuses an authority's certificate as a
//! server's, however much it is trusted. Where the server shows, byte for byte, what the user has
//! named, nobody else has vouched for it, so the refusal protects nobody. Everything else is
//! looked at as for any certificate: its names, its time, its purposes, and whether the server has
//! the key.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use webpki::EndEntityCert;
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate};

/// The system's verifier with certificates of the user.
#[derive(Debug)]
pub(super) struct PinnedServers {
    system: Verifier,
    named: Vec<CertificateDer<'static>>,
}

impl PinnedServers {
    /// `named` are the certificates that `system` has as extra roots.
    pub(super) fn new(system: Verifier, named: Vec<CertificateDer<'static>>) -> Self {
        Self { system, named }
    }
}

impl ServerCertVerifier for PinnedServers {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.system.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verdict {
            Err(error) if is_authority_as_server(&error) && self.named.contains(end_entity) => {
                verify_alone(end_entity, server_name, now)
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.system.supported_verify_schemes()
    }
}

/// Whether an authority's certificate in a server's place is all that was found.
fn is_authority_as_server(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(reason))) = error else {
        return false;
    };
    matches!(
        reason.downcast_ref(),
        Some(webpki::Error::CaUsedAsEndEntity)
    )
}

/// What is asked of a certificate that needs nobody to vouch for it.
fn verify_alone(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let now = ASN1Time::from_timestamp(seconds).map_err(|_| CertificateError::Expired)?;
    let validity = parsed.validity();
    if now < validity.not_before {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > validity.not_after {
        return Err(CertificateError::Expired.into());
    }
    let purposes = parsed
        .extended_key_usage()
        .map_err(|_| CertificateError::BadEncoding)?;
    if purposes.is_some_and(|usage| !usage.value.server_auth && !usage.value.any) {
        return Err(CertificateError::InvalidPurpose.into());
    }
    EndEntityCert::try_from(certificate)
        .and_then(|certificate| certificate.verify_is_valid_for_subject_name(server_name))
        .map_err(|error| match error {
            webpki::Error::CertNotValidForName(_) => CertificateError::NotValidForName,
            other => CertificateError::Other(OtherError(Arc::new(other))),
        })?;
    Ok(ServerCertVerified::assertion())
}
