//! Hashes of texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use super::super::eval::fault::{Fault, Outcome};
use super::{Arguments, Function, text};
use crate::value::Value;

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "md5" => |args| text(hex(&Md5::digest(args.text(0)?.as_bytes()))),
        "sha1" => |args| {
            let digest = sha1_smol::Sha1::from(args.text(0)?.as_bytes()).digest();
            text(digest.to_string())
        },
        "sha256" => |args| text(hex(&Sha256::digest(args.text(0)?.as_bytes()))),
        "sha512" => |args| text(hex(&Sha512::digest(args.text(0)?.as_bytes()))),
        "base64sha256" => |args| text(STANDARD.encode(Sha256::digest(args.text(0)?.as_bytes()))),
        "base64sha512" => |args| text(STANDARD.encode(Sha512::digest(args.text(0)?.as_bytes()))),
        "uuidv5" => uuidv5,
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut result = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(result, "{byte:02x}");
    }
    result
}

fn uuidv5(args: &Arguments) -> Outcome<Value> {
    let namespace = match &*args.text(0)? {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other).map_err(|_| Fault::error("the namespace is not a UUID"))?,
    };
    text(Uuid::new_v5(&namespace, args.text(1)?.as_bytes()).to_string())
}
