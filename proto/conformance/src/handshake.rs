//! Reads the handshake line as strictly as go-plugin does.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use rustls::pki_types::CertificateDer;

/// What a plugin says about itself on stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The plugin protocol that it chose.
    pub protocol: u32,
    /// Where it listens.
    pub address: Address,
    /// Its certificate; absent means that it speaks plaintext.
    pub certificate: Option<CertificateDer<'static>>,
    /// Field 7, the answer to `PLUGIN_MULTIPLEX_GRPC`.
    pub multiplexing: Option<bool>,
}

/// Where a plugin listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The path of a unix socket.
    Unix(String),
    /// `host:port`.
    Tcp(String),
}

/// A line that Terraform would refuse.
#[derive(Debug, thiserror::Error)]
#[error("handshake line {line:?}: {reason}")]
pub struct HandshakeError {
    line: String,
    reason: String,
}

impl Handshake {
    /// Parses the line, without its end.
    pub fn parse(line: &str) -> Result<Self, HandshakeError> {
        fields(line).map_err(|reason| HandshakeError {
            line: line.to_owned(),
            reason,
        })
    }
}

fn fields(line: &str) -> Result<Handshake, String> {
    let fields: Vec<&str> = line.split('|').collect();
    let (["1", protocol, network, address, "grpc", certificate], rest) = fields
        .split_first_chunk()
        .map(|(head, rest)| (*head, rest))
        .ok_or("too few fields")?
    else {
        return Err("the core protocol is not 1 or the transport not grpc".into());
    };
    Ok(Handshake {
        protocol: protocol.parse().map_err(|_| "no protocol version")?,
        address: match network {
            "unix" => Address::Unix(address.to_owned()),
            "tcp" => Address::Tcp(address.to_owned()),
            other => return Err(format!("unknown network `{other}`")),
        },
        certificate: match certificate {
            "" => None,
            text => Some(
                STANDARD_NO_PAD
                    .decode(text)
                    .map_err(|error| format!("certificate: {error}"))?
                    .into(),
            ),
        },
        multiplexing: match rest {
            [] => None,
            [field] => Some(field.parse().map_err(|_| "field 7 is no boolean")?),
            _ => return Err("too many fields".into()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_field() {
        let handshake = Handshake::parse("1|6|tcp|127.0.0.1:1|grpc|+/8|false").unwrap();
        assert_eq!(handshake.protocol, 6);
        assert_eq!(handshake.address, Address::Tcp("127.0.0.1:1".into()));
        assert_eq!(handshake.certificate.as_deref(), Some(&[0xfb, 0xff][..]));
        assert_eq!(handshake.multiplexing, Some(false));
    }

    #[test]
    fn refuses_what_terraform_refuses() {
        for line in [
            "",
            "hello",
            "1|6|unix|/s",
            "2|6|unix|/s|grpc|",
            "1|6|unix|/s|netrpc|",
            "1|6|udp|/s|grpc|",
            "1|6|unix|/s|grpc|+/8=",
        ] {
            assert!(Handshake::parse(line).is_err(), "{line}");
        }
    }
}
