//! Terraform's client certificate: self-signed, a CA, on P-521.
//!
//! rcgen cannot make it, because its ring backend does not know the curve. What DER needs for this
//! one shape is little.

use p521::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Signer};
use rustls::pki_types::CertificateDer;
use time::{Duration, OffsetDateTime, macros::format_description};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OID: u8 = 0x06;

const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SECP521R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// The certificate that go-plugin makes for `key`.
pub(crate) fn self_signed(key: &SigningKey, serial: [u8; 15]) -> CertificateDer<'static> {
    let algorithm = sequence(&[tlv(OID, ECDSA_WITH_SHA512)]);
    let name = sequence(&[
        attribute(ORGANIZATION, "HashiCorp"),
        attribute(COMMON_NAME, "localhost"),
    ]);
    let now = OffsetDateTime::now_utc();
    let validity = sequence(&[
        date(now - Duration::seconds(30)),
        date(now + Duration::days(30 * 365)),
    ]);
    let point = VerifyingKey::from(key).to_encoded_point(false);
    let public_key = sequence(&[
        sequence(&[tlv(OID, EC_PUBLIC_KEY), tlv(OID, SECP521R1)]),
        bit_string(0, point.as_bytes()),
    ]);
    let extensions = sequence(&[
        // digitalSignature, keyEncipherment, keyAgreement, keyCertSign
        critical(KEY_USAGE, &bit_string(2, &[0b1010_1100])),
        extension(
            EXTENDED_KEY_USAGE,
            &sequence(&[tlv(OID, CLIENT_AUTH), tlv(OID, SERVER_AUTH)]),
        ),
        critical(BASIC_CONSTRAINTS, &sequence(&[TRUE.to_vec()])),
        extension(
            SUBJECT_ALTERNATIVE_NAME,
            &sequence(&[tlv(0x82, b"localhost")]),
        ),
    ]);
    let signed = sequence(&[
        // Version 3.
        tlv(0xa0, &[0x02, 0x01, 0x02]),
        // The leading byte keeps the number positive.
        tlv(0x02, &[&[0x01], &serial[..]].concat()),
        algorithm.clone(),
        name.clone(),
        validity,
        name,
        public_key,
        tlv(0xa3, &extensions),
    ]);
    let signature: Signature = key.sign(&signed);
    let certificate = sequence(&[
        signed,
        algorithm,
        bit_string(0, signature.to_der().as_bytes()),
    ]);
    CertificateDer::from(certificate)
}

const TRUE: [u8; 3] = [0x01, 0x01, 0xff];

fn attribute(kind: &[u8], text: &str) -> Vec<u8> {
    let pair = sequence(&[tlv(OID, kind), tlv(0x13, text.as_bytes())]);
    tlv(SET, &pair)
}

fn extension(kind: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[tlv(OID, kind), tlv(0x04, value)])
}

fn critical(kind: &[u8], value: &[u8]) -> Vec<u8> {
    sequence(&[tlv(OID, kind), TRUE.to_vec(), tlv(0x04, value)])
}

/// A date before 2050 has two digits for the year, and one from then on has four.
fn date(date: OffsetDateTime) -> Vec<u8> {
    let four = format_description!("[year][month][day][hour][minute][second]Z");
    let text = date.format(four).expect("every component exists");
    if date.year() < 2050 {
        tlv(0x17, &text.as_bytes()[2..])
    } else {
        tlv(0x18, text.as_bytes())
    }
}

fn bit_string(unused: u8, bits: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[unused], bits].concat())
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &parts.concat())
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match value.len() {
        short @ 0..=0x7f => bytes.extend(u8::try_from(short)),
        long => {
            let length: Vec<u8> = long
                .to_be_bytes()
                .into_iter()
                .skip_while(|&byte| byte == 0)
                .collect();
            bytes.extend(u8::try_from(0x80 | length.len()));
            bytes.extend(length);
        }
    }
    bytes.extend(value);
    bytes
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use crate::Identity;

    #[test]
    fn the_certificate_is_what_go_plugin_makes() {
        let der = Identity::terraform();
        let (rest, certificate) = X509Certificate::from_der(der.certificate()).unwrap();
        assert!(rest.is_empty());
        assert!(certificate.is_ca());
        assert!(certificate.validity().is_valid());
        assert_eq!(
            certificate.subject().to_string(),
            "O=HashiCorp, CN=localhost"
        );
        assert_eq!(certificate.subject(), certificate.issuer());
        let usage = certificate.key_usage().unwrap().unwrap().value;
        assert!(usage.digital_signature() && usage.key_agreement() && usage.key_cert_sign());
        assert!(!usage.crl_sign());
        let extended = certificate.extended_key_usage().unwrap().unwrap().value;
        assert!(extended.client_auth && extended.server_auth);
        let names = certificate.subject_alternative_name().unwrap().unwrap();
        assert_eq!(names.value.general_names.len(), 1);
    }
}
