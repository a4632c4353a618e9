//! Key vaults and managed HSMs.

use super::{Fact, Header};

/// A key vault or a managed HSM.
#[derive(Clone, Debug)]
pub struct Vault {
    /// What all objects have.
    pub header: Header,
    /// Which of the two.
    pub kind: VaultKind,
    /// The ARM id, in lower case.
    pub id: Fact<String>,
    /// The name.
    pub name: Fact<String>,
    /// The Azure region, as written.
    pub region: Fact<String>,
    /// Whether deleted keys are kept for the whole retention.
    pub purge_protection: Fact<bool>,
    /// How long deleted keys are kept, in days.
    pub retention_days: Fact<i64>,
    /// Whether the public endpoint answers at all.
    pub public_network_access: Fact<bool>,
    /// What the firewall does with addresses that no rule names. Absent: there is no firewall.
    pub network_default: Fact<NetworkDefault>,
    /// Whether trusted services of Azure pass the firewall.
    pub trusted_services_bypass: Fact<bool>,
    /// Whether roles decide about access; otherwise access policies do.
    pub rbac: Fact<bool>,
}

/// Which kind of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VaultKind {
    /// Azure Key Vault.
    KeyVault,
    /// Azure Managed HSM.
    ManagedHsm,
}

/// What a vault's firewall does by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkDefault {
    /// Lets everybody in.
    Allow,
    /// Lets nobody in but whom a rule names.
    Deny,
}

impl Vault {
    /// A vault of which nothing is known.
    pub fn new(header: Header, kind: VaultKind) -> Self {
        Self {
            header,
            kind,
            id: Fact::default(),
            name: Fact::default(),
            region: Fact::default(),
            purge_protection: Fact::default(),
            retention_days: Fact::default(),
            public_network_access: Fact::default(),
            network_default: Fact::default(),
            trusted_services_bypass: Fact::default(),
            rbac: Fact::default(),
        }
    }
}
