//! Enterprise policies.

use crate::{PolicyKind, PolicyLocation};

use super::{Fact, Header, Key, Link, Vault};

/// An enterprise policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What all objects have.
    pub header: Header,
    /// How it is written.
    pub form: PolicyForm,
    /// The ARM id, in lower case.
    pub id: Fact<String>,
    /// The system id, in lower case.
    pub system_id: Fact<String>,
    /// Where it is.
    pub location: Fact<PolicyLocation>,
    /// Its kind.
    pub kind: Fact<PolicyKind>,
    /// The identity that gets the right on the key.
    pub identity: Fact<IdentityKind>,
    /// Whether the body has a section that names a key.
    pub has_encryption: Fact<bool>,
    /// Whether that section switches encryption on (its `state`). Absent: it does not say.
    pub encryption_enabled: Fact<bool>,
    /// The vault of the key.
    pub vault: Link<Vault>,
    /// The key.
    pub key: Link<Key>,
    /// The key's name.
    pub key_name: Fact<String>,
    /// A pinned version of the key. Absent: the newest.
    pub key_version: Fact<String>,
    /// Whether environments are linked to it, where the object itself says so (the state of
    /// `ppcmk_enterprise_policy`, live).
    pub linked: Fact<bool>,
    /// Whether every right of the policy's identity on its key is in the estate, where somebody has
    /// asked the tenant (live). Absent: nobody has, and what the configuration grants is all that
    /// is known.
    pub grants_read: Fact<bool>,
    /// The plan changes vault, key or version of a policy that exists: the attributes that change.
    pub key_change: Option<Vec<std::sync::Arc<str>>>,
}

/// How a policy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyForm {
    /// `ppcmk_enterprise_policy`, which understands aliases and always encrypts.
    Own,
    /// A raw body for Resource Manager (`azapi_resource`).
    Raw,
    /// Read from the tenant.
    Live,
}

/// The managed identity of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityKind {
    /// Assigned by the system: the only one that encryption works with.
    SystemAssigned,
    /// Assigned by the user.
    UserAssigned,
    /// Both, or a word that is not known.
    Other,
    /// None.
    None,
}

impl Policy {
    /// A policy of which nothing is known.
    pub fn new(header: Header, form: PolicyForm) -> Self {
        Self {
            header,
            form,
            id: Fact::default(),
            system_id: Fact::default(),
            location: Fact::default(),
            kind: Fact::default(),
            identity: Fact::default(),
            has_encryption: Fact::default(),
            encryption_enabled: Fact::default(),
            vault: Link::default(),
            key: Link::default(),
            key_name: Fact::default(),
            key_version: Fact::default(),
            linked: Fact::default(),
            grants_read: Fact::default(),
            key_change: None,
        }
    }

    /// Whether it is an encryption policy, or may be one.
    pub fn may_encrypt(&self) -> bool {
        self.kind
            .value()
            .is_none_or(|kind| *kind == PolicyKind::Encryption)
    }
}
