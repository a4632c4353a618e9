//! Keys.

use super::{Date, Fact, Header, Link, Vault};

/// A key in a vault.
#[derive(Clone, Debug)]
pub struct Key {
    /// What all objects have.
    pub header: Header,
    /// Its vault.
    pub vault: Link<Vault>,
    /// The name.
    pub name: Fact<String>,
    /// The type.
    pub key_type: Fact<KeyType>,
    /// The size of an RSA key, in bits.
    pub size: Fact<i64>,
    /// What may be done with it (`wrapKey`, `unwrapKey`), as written.
    pub operations: Fact<Vec<String>>,
    /// The day on which it expires.
    pub expires: Fact<Date>,
    /// The day from which it can be used.
    pub not_before: Fact<Date>,
    /// The rotation policy. Absent: there is none.
    pub rotation: Fact<Rotation>,
    /// Whether it can be used; absent means yes.
    pub enabled: Fact<bool>,
}

/// The type of a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA, in software.
    Rsa,
    /// RSA, in hardware.
    RsaHsm,
    /// Anything else (`EC`, `EC-HSM`, `oct-HSM`), as written.
    Other(String),
}

/// A rotation policy.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// It makes new versions by itself. A policy that only notifies does not.
    pub is_automatic: bool,
    /// How long after its creation a version is replaced (`P90D`), as written.
    pub time_after_creation: Fact<String>,
    /// How long before its expiry a version is replaced, as written.
    pub time_before_expiry: Fact<String>,
    /// After which time a version expires, as written.
    pub expire_after: Fact<String>,
}

impl Key {
    /// A key of which nothing is known.
    pub fn new(header: Header) -> Self {
        Self {
            header,
            vault: Link::default(),
            name: Fact::default(),
            key_type: Fact::default(),
            size: Fact::default(),
            operations: Fact::default(),
            expires: Fact::default(),
            not_before: Fact::default(),
            rotation: Fact::default(),
            enabled: Fact::default(),
        }
    }
}

impl KeyType {
    /// Takes any word, in any case, as Azure and azurerm write it.
    pub fn new(word: &str) -> Self {
        if word.eq_ignore_ascii_case("RSA") {
            Self::Rsa
        } else if word.eq_ignore_ascii_case("RSA-HSM") {
            Self::RsaHsm
        } else {
            Self::Other(word.to_owned())
        }
    }
}
