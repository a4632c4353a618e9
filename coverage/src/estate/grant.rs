//! Rights on keys.

use super::{Fact, Header, Key, Link, Policy, Vault};

/// A right that somebody gets on a vault or a key.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What all objects have. An access policy that stands inside its vault's block has the
    /// vault's header.
    pub header: Header,
    /// The policy whose identity gets the right. [`super::Identity::Elsewhere`] for the object id of
    /// somebody who is not a policy of this estate.
    pub principal: Link<Policy>,
    /// On what.
    pub scope: Scope,
    /// Which right.
    pub right: Fact<Right>,
    /// Destroying the resource leaves the right in place: `retain_on_destroy` of
    /// `ppcmk_key_access`, which is true unless it is written otherwise. Absent for everything
    /// else: there the right goes with the resource.
    pub retained: Fact<bool>,
}

/// What a grant is about.
#[derive(Clone, Debug)]
pub enum Scope {
    /// A vault.
    Vault(Link<Vault>),
    /// One key.
    Key(Link<Key>),
    /// A resource group, a subscription or a management group: the ARM id, in lower case, if known.
    Wider(Fact<String>),
    /// Something else, such as a policy or a storage account.
    Other,
    /// Nobody knows.
    Unknown(super::Unknown),
}

/// A right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// A role: its name or the GUID of its definition, in lower case.
    Role(String),
    /// Key permissions of an access policy, in lower case (`get`, `wrapkey`, `unwrapkey`).
    AccessPolicy(Vec<String>),
    /// `ppcmk_key_access` with `mode = "auto"`: whatever the vault uses, always enough.
    Fitting,
}

impl Grant {
    /// A grant without further facts.
    pub fn new(header: Header, principal: Link<Policy>, scope: Scope, right: Fact<Right>) -> Self {
        Self {
            header,
            principal,
            scope,
            right,
            retained: Fact::default(),
        }
    }
}
