//! Which vaults and keys encryption policies use. Rules about vaults and keys look at no others.

use super::rights::vault_link;
use crate::estate::{
    Estate, Existence, Handle, Identity, Key, Link, Origin, Policy, Reason, Unknown, Vault,
    VaultKind,
};
use crate::finding::{Finding, Findings};

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

/// Says that nobody can decide about vaults that a module makes which was not read.
pub(super) fn unread_vaults(estate: &Estate, out: &mut Findings) {
    for policy in policies_made_here(estate) {
        let link = vault_link(estate, policy);
        if let Some(unknown) = link.unknown().filter(|unknown| is_of_a_module(unknown)) {
            out.undecided(&policy.header, unknown).at(&link.origin);
        }
    }
}

/// Says the same about keys, in such a vault or named by such a module.
pub(super) fn unread_keys(estate: &Estate, out: &mut Findings) {
    for policy in policies_made_here(estate) {
        if estate.key_of_policy(policy).is_some() {
            continue;
        }
        let (key, vault) = (&policy.key, vault_link(estate, policy));
        let unread = [
            (key.unknown(), &key.origin),
            (vault.unknown(), &vault.origin),
        ]
        .into_iter()
        .find_map(|(unknown, origin)| Some((unknown.filter(|it| is_of_a_module(it))?, origin)));
        if let Some((unknown, origin)) = unread {
            out.undecided(&policy.header, unknown).at(origin);
        }
    }
}

fn policies_made_here(estate: &Estate) -> impl Iterator<Item = &Policy> {
    let policies = estate.policies().map(|(_, policy)| policy);
    policies.filter(|policy| policy.may_encrypt() && policy.header.is_managed_here())
}

fn is_of_a_module(unknown: &Unknown) -> bool {
    matches!(unknown.reason, Reason::RemoteModule(_))
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
    use super::fixtures::{key, policy, with_key};
    use super::*;
    use crate::{PolicyKind, rules};

    #[test]
    fn a_policy_of_another_kind_uses_no_key() {
        let mut estate = with_key(key());
        assert_eq!((vaults(&estate).count(), keys(&estate).count()), (1, 1));
        let handle = estate.policies().next().unwrap().0;
        estate[handle].kind = PolicyKind::NetworkInjection.into();
        assert_eq!((vaults(&estate).count(), keys(&estate).count()), (0, 0));
    }

    /// The codes that are undecided about a policy.
    fn undecided(change: impl FnOnce(&mut Policy)) -> Vec<&'static str> {
        let mut estate = Estate::default();
        let mut policy = policy();
        change(&mut policy);
        estate.add_policy(policy);
        let rules = ["CMK201", "CMK202", "CMK203", "CMK204", "CMK205", "CMK206"];
        let rules = rules.iter().filter_map(|code| rules::find(code));
        let (findings, undecided) = rules::check(&estate, rules);
        assert_eq!(findings.len(), 0);
        undecided.iter().map(|one| one.rule.code).collect()
    }

    fn of_module() -> Unknown {
        Unknown::new(Reason::RemoteModule("module.vault".into()))
    }

    #[test]
    fn what_a_module_makes_that_was_not_read_is_undecided() {
        let all = undecided(|policy| policy.vault = Identity::Unknown(of_module()).into());
        assert_eq!(all.len(), 6, "{all:?}");
        let keys = undecided(|policy| {
            policy.vault = Identity::Elsewhere("/kv".into()).into();
            policy.key = Identity::Unknown(of_module()).into();
        });
        assert_eq!(keys, ["CMK203", "CMK204", "CMK205"]);
        // Somebody else's vault is somebody else's.
        let none = undecided(|policy| policy.vault = Identity::Elsewhere("/kv".into()).into());
        assert_eq!(none, [""; 0]);
    }
}
