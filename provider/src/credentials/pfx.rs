//! Certificates in PKCS#12 files, which Windows, Key Vault and azurerm call PFX.

use p12_keystore::KeyStore;
use p12_keystore::error::Error;
use rustls::pki_types::CertificateDer;

const CONVERT: &str = "convert it with `openssl pkcs12 -in cert.pfx -out cert.pem -nodes` and use \
                       the PEM file";

/// A key in PKCS#8, and the certificates that were stored with it.
pub(super) struct Contents {
    pub(super) key: Vec<u8>,
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

/// Whether these bytes are a PKCS#12 file and not PEM: it is a DER sequence.
pub(super) fn is_pfx(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30)
}

/// Opens the file. Without a password the empty one is tried, which a file without one has.
///
/// # Errors
///
/// What a person has to do about it: the password is wrong or missing, there is no key, or the
/// file is damaged or encrypted in a way that is not understood.
pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Contents, String> {
    let store = KeyStore::from_pkcs12(bytes, password.unwrap_or_default())
        .map_err(|error| unreadable(&error, password.is_some()))?;
    let (_, chain) = store.private_key_chain().ok_or(
        "it is a PFX (PKCS#12) file without a key and the certificate that belongs to it; export \
             the certificate together with its private key",
    )?;
    Ok(Contents {
        key: chain.key().to_vec(),
        certificates: chain
            .chain()
            .iter()
            .map(|certificate| CertificateDer::from(certificate.as_der().to_vec()))
            .collect(),
    })
}

fn unreadable(error: &Error, has_password: bool) -> String {
    match error {
        Error::MacError(_) if has_password => {
            "the password does not open it, or it is damaged; check client_certificate_password \
             (ARM_CLIENT_CERTIFICATE_PASSWORD)"
                .to_owned()
        }
        Error::MacError(_) => "it is a PFX (PKCS#12) file with a password; set \
             client_certificate_password (ARM_CLIENT_CERTIFICATE_PASSWORD)"
            .to_owned(),
        Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm
        | Error::Pkcs5Error(_) => {
            format!(
                "it is a PFX (PKCS#12) file with an encryption that is not supported; {CONVERT}"
            )
        }
        other => format!("it is not a valid PFX (PKCS#12) file ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODERN: &[u8] = include_bytes!("../../testdata/client-certificate.pfx");

    #[test]
    fn what_is_damaged_is_an_error() {
        for end in 0..MODERN.len() {
            assert!(read(&MODERN[..end], Some("password")).is_err(), "{end}");
        }
        for index in (0..MODERN.len()).step_by(7) {
            let mut damaged = MODERN.to_vec();
            damaged[index] ^= 0x55;
            // A byte of a name may differ, but nothing panics.
            let _ = read(&damaged, Some("password"));
        }
    }
}
