//! The one line on stdout that tells Terraform where the provider listens.
//!
//! Its six fields are go-plugin's protocol (always 1), the plugin protocol, the network, the
//! address, the transport and the server's certificate. Padding in the certificate's base64 is a
//! hard error on the other side, and any other text on stdout before the line breaks the start.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use super::environment::Network;

/// Where a plugin listens, as the handshake line and the reattach configuration write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Unix socket or TCP.
    pub network: Network,
    /// A path or `host:port`.
    pub address: String,
}

impl Network {
    /// Go's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unix => "unix",
            Self::Tcp => "tcp",
        }
    }
}

/// The line without its end. `certificate` is the server's, in DER.
pub(crate) fn line(
    address: &Address,
    certificate: Option<&[u8]>,
    with_multiplexing: bool,
) -> String {
    let certificate = certificate.map_or_else(String::new, |der| STANDARD_NO_PAD.encode(der));
    let mut line = format!(
        "1|6|{}|{}|grpc|{certificate}",
        address.network.as_str(),
        address.address
    );
    if with_multiplexing {
        // Field 7 answers whether the broker multiplexes. Terraform has no use for the broker.
        line.push_str("|false");
    }
    line
}

/// Writes a line to stdout, which belongs to the handshake and to nothing else in the process.
pub(crate) fn print(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(format!("{line}\n").as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix() -> Address {
        Address {
            network: Network::Unix,
            address: "/tmp/p/s".into(),
        }
    }

    #[test]
    fn without_tls_the_certificate_is_empty() {
        assert_eq!(line(&unix(), None, false), "1|6|unix|/tmp/p/s|grpc|");
    }

    #[test]
    fn the_certificate_has_no_padding_whatever_its_length() {
        for length in 0..=9 {
            let line = line(&unix(), Some(&vec![0xff; length]), false);
            assert!(!line.contains('='), "{line}");
        }
        let line = line(&unix(), Some(&[0xfb, 0xff]), false);
        assert!(line.ends_with("|+/8"), "the standard alphabet: {line}");
    }

    #[test]
    fn a_question_about_multiplexing_is_answered_in_field_7() {
        let tcp = Address {
            network: Network::Tcp,
            address: "127.0.0.1:10342".into(),
        };
        assert_eq!(
            line(&tcp, None, true),
            "1|6|tcp|127.0.0.1:10342|grpc||false"
        );
    }
}
