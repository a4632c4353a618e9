//! Which vaults and keys encryption policies use. Rules about vaults and keys look at no others.

use crate::estate::{
    Estate, Existence, Handle, Identity, Key, Link, Origin, Policy, Vault, VaultKind,
};
use crate::finding::Finding;

/// The vaults in use that exist once the plan is applied, each with a policy that uses it.
pub(super) fn vaults(estate: &Estate) -> impl Iterator<Item = (&Vault, &Policy)> {
    estate.vaults().filter_map(|(handle, vault)| {
        let policy = surest(estate.policies_of_vault(handle))?;
        Some((vault, policy))
    })
}

/// The keys in use that exist once the plan is applied, each with a policy that uses it.
pub(super) fn keys(estate: &Estate) -> impl Iterator<Item = (&Key, &Policy)> {
    estate.keys().filter_map(|(handle, key)| {
        let policy = surest(estate.policies_of_key(handle))?;
        Some((key, policy))
    })
}

/// A policy that certainly exists, if there is one.
fn surest<'a>(policies: impl Iterator<Item = (Handle<Policy>, &'a Policy)>) -> Option<&'a Policy> {
    let mut first = None;
    for (_, policy) in policies {
        if policy.header.existence == Existence::Certain {
            return Some(policy);
        }
        first = first.or(Some(policy));
    }
    first
}

/// Whether a link leads to a Managed HSM; an id that is not in the estate tells it as well.
pub(super) fn is_managed_hsm(estate: &Estate, vault: &Link<Vault>) -> bool {
    if let Some((_, vault)) = estate.vault(vault) {
        return vault.kind == VaultKind::ManagedHsm;
    }
    match &vault.identity {
        Identity::Elsewhere(id) => id.contains("/managedhsms/") || id.contains(".managedhsm."),
        Identity::Here(_) | Identity::Unknown(_) | Identity::Absent => false,
    }
}

/// Names the policy that makes a vault or a key ours. If the policy may not exist, neither may the
/// problem.
pub(super) fn used_by<'f>(
    finding: &'f mut Finding,
    policy: &Policy,
    origin: &Origin,
    label: &str,
) -> &'f mut Finding {
    if policy.header.existence != Existence::Certain {
        finding.possible();
    }
    finding.related(&policy.header, origin, label)
}

/// The label of a policy next to its vault.
pub(super) const KEY_IN_VAULT: &str = "this policy's key is in the vault";
/// The label of a policy next to its key.
pub(super) const USES_KEY: &str = "this policy uses the key";

/// Estates with one vault or key in use, for the tests of the rules about them.
#[cfg(test)]
pub(super) mod fixtures {
    use crate::estate::{Estate, Handle, Header, Key, Link, Policy, PolicyForm, Vault, VaultKind};

    pub(in crate::rules) const VAULT: &str = "azurerm_key_vault.cmk";
    pub(in crate::rules) const KEY: &str = "azurerm_key_vault_key.cmk";
    pub(in crate::rules) const POLICY: &str = "ppcmk_enterprise_policy.eu";

    /// A vault of which nothing is known.
    pub(in crate::rules) fn vault() -> Vault {
        Vault::new(Header::new(VAULT), VaultKind::KeyVault)
    }

    /// A key of which nothing is known.
    pub(in crate::rules) fn key() -> Key {
        Key::new(Header::new(KEY))
    }

    /// An encryption policy of which nothing is known.
    pub(in crate::rules) fn policy() -> Policy {
        Policy::new(Header::new(POLICY), PolicyForm::Own)
    }

    /// This vault, and a policy that uses it.
    pub(in crate::rules) fn with_vault(vault: Vault) -> Estate {
        let mut estate = Estate::default();
        let vault = estate.add_vault(vault);
        let mut policy = policy();
        policy.vault = Link::to(vault);
        estate.add_policy(policy);
        estate
    }

    /// This key in that vault, and a policy that uses it.
    pub(in crate::rules) fn with_key_in(vault: Vault, mut key: Key) -> (Estate, Handle<Key>) {
        let mut estate = Estate::default();
        let vault = estate.add_vault(vault);
        key.vault = Link::to(vault);
        let key = estate.add_key(key);
        let mut policy = policy();
        policy.vault = Link::to(vault);
        policy.key = Link::to(key);
        estate.add_policy(policy);
        (estate, key)
    }

    /// This key in a vault, and a policy that uses it.
    pub(in crate::rules) fn with_key(key: Key) -> Estate {
        with_key_in(vault(), key).0
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::{key, with_key};
    use super::*;
    use crate::PolicyKind;

    #[test]
    fn a_policy_of_another_kind_uses_no_key() {
        let mut estate = with_key(key());
        assert_eq!((vaults(&estate).count(), keys(&estate).count()), (1, 1));
        let handle = estate.policies().next().unwrap().0;
        estate[handle].kind = PolicyKind::NetworkInjection.into();
        assert_eq!((vaults(&estate).count(), keys(&estate).count()), (0, 0));
    }
}
