//! Which vaults and keys encryption policies use. Rules about vaults and keys look at no others.

use std::collections::HashMap;

use crate::estate::{
    Estate, Existence, Fact, Handle, Identity, Key, Known, Link, Origin, Policy, Vault, VaultKind,
};
use crate::finding::Finding;

/// The vaults and keys that encryption policies use, made in one pass.
pub(super) struct Custody<'a> {
    estate: &'a Estate,
    vaults: HashMap<Handle<Vault>, Vec<Handle<Policy>>>,
    keys: HashMap<Handle<Key>, Vec<Handle<Policy>>>,
}

impl<'a> Custody<'a> {
    /// As it is once the plan is applied.
    pub(super) fn of(estate: &'a Estate) -> Self {
        Self::by(estate, estate.policies())
    }

    /// With the policies that the plan takes away.
    pub(super) fn with_removed(estate: &'a Estate) -> Self {
        Self::by(estate, estate.all_policies())
    }

    fn by(
        estate: &'a Estate,
        policies: impl Iterator<Item = (Handle<Policy>, &'a Policy)>,
    ) -> Self {
        let names = KeyNames::of(estate);
        let mut custody = Self {
            estate,
            vaults: HashMap::new(),
            keys: HashMap::new(),
        };
        for (handle, policy) in policies.filter(|(_, policy)| policy.may_encrypt()) {
            let key = names.key_of(estate, policy);
            let of_key = || estate.vault(&estate[key?].vault);
            if let Some((vault, _)) = estate.vault(&policy.vault).or_else(of_key) {
                custody.vaults.entry(vault).or_default().push(handle);
            }
            if let Some(key) = key {
                custody.keys.entry(key).or_default().push(handle);
            }
        }
        custody
    }

    /// The policies whose key is in this vault.
    pub(super) fn policies_of_vault(&self, vault: Handle<Vault>) -> &[Handle<Policy>] {
        self.vaults.get(&vault).map_or(&[], Vec::as_slice)
    }

    /// The policies that use this key.
    pub(super) fn policies_of_key(&self, key: Handle<Key>) -> &[Handle<Policy>] {
        self.keys.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The vaults in use that exist once the plan is applied, each with a policy that uses it.
    pub(super) fn vaults(&self) -> impl Iterator<Item = (&'a Vault, &'a Policy)> {
        self.estate.vaults().filter_map(|(handle, vault)| {
            let policy = self.surest(self.policies_of_vault(handle))?;
            Some((vault, policy))
        })
    }

    /// The keys in use that exist once the plan is applied, each with a policy that uses it.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&'a Key, &'a Policy)> {
        self.estate.keys().filter_map(|(handle, key)| {
            let policy = self.surest(self.policies_of_key(handle))?;
            Some((key, policy))
        })
    }

    /// A policy that certainly exists, if there is one.
    fn surest(&self, policies: &[Handle<Policy>]) -> Option<&'a Policy> {
        let estate = self.estate;
        let mut policies = policies.iter().map(|&policy| &estate[policy]);
        let first = policies.clone().next()?;
        let certain = policies.find(|policy| policy.header.existence == Existence::Certain);
        Some(certain.unwrap_or(first))
    }
}

/// Keys by vault and name: a policy may name its key by a text that refers to nothing.
struct KeyNames(HashMap<(Handle<Vault>, String), Handle<Key>>);

impl KeyNames {
    fn of(estate: &Estate) -> Self {
        let names = estate.all_keys().filter_map(|(handle, key)| {
            let name = same_name(&key.name)?;
            let (vault, _) = estate.vault(&key.vault)?;
            Some(((vault, name), handle))
        });
        Self(names.collect())
    }

    fn key_of(&self, estate: &Estate, policy: &Policy) -> Option<Handle<Key>> {
        match &policy.key.identity {
            Identity::Here(key) => Some(*key),
            Identity::Elsewhere(_) => None,
            Identity::Unknown(_) | Identity::Absent => {
                let (vault, _) = estate.vault(&policy.vault)?;
                let name = same_name(&policy.key_name)?;
                self.0.get(&(vault, name)).copied()
            }
        }
    }
}

/// A text that is equal for equal names: names of keys do not differ by case, and two unknown
/// values with one symbol are one value.
fn same_name(name: &Fact<String>) -> Option<String> {
    match &name.known {
        Known::Value(name) => Some(format!("={}", name.to_lowercase())),
        Known::Unknown(unknown) => unknown.symbol.as_ref().map(|symbol| format!("?{symbol}")),
        Known::Absent => None,
    }
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
    use super::fixtures::{key, policy, vault};
    use super::*;
    use crate::PolicyKind;
    use crate::estate::{Reason, Unknown};

    fn estate(key_name: Fact<String>, policy_key_name: Fact<String>) -> Estate {
        let mut estate = Estate::default();
        let vault = estate.add_vault(vault());
        let mut key = key();
        key.vault = Link::to(vault);
        key.name = key_name;
        estate.add_key(key);
        let mut policy = policy();
        policy.vault = Link::to(vault);
        policy.key_name = policy_key_name;
        estate.add_policy(policy);
        estate
    }

    fn symbol(name: &str) -> Fact<String> {
        let mut unknown = Unknown::new(Reason::VariableWithoutValue(name.into()));
        unknown.symbol = Some(format!("var.{name}").into());
        Fact::unknown_at(unknown, Origin::default())
    }

    #[test]
    fn finds_the_key_by_its_name() {
        let keys = |estate: &Estate| Custody::of(estate).keys().count();
        let name = |name: &str| Fact::from(name.to_owned());
        assert_eq!(keys(&estate(name("cmk"), name("CMK"))), 1);
        assert_eq!(keys(&estate(name("cmk"), name("other"))), 0);
        assert_eq!(keys(&estate(symbol("a"), symbol("a"))), 1);
        assert_eq!(keys(&estate(symbol("a"), symbol("b"))), 0);
        assert_eq!(keys(&estate(Fact::default(), Fact::default())), 0);
    }

    #[test]
    fn a_key_elsewhere_is_not_the_one_of_the_same_name() {
        let mut estate = estate("cmk".to_owned().into(), "cmk".to_owned().into());
        let handle = estate.policies().next().unwrap().0;
        estate[handle].key =
            Identity::Elsewhere("https://kv.vault.azure.net/keys/cmk".into()).into();
        assert_eq!(Custody::of(&estate).keys().count(), 0);
    }

    #[test]
    fn a_policy_of_another_kind_uses_no_key() {
        let mut estate = estate("cmk".to_owned().into(), "cmk".to_owned().into());
        let handle = estate.policies().next().unwrap().0;
        estate[handle].kind = PolicyKind::NetworkInjection.into();
        assert_eq!(Custody::of(&estate).vaults().count(), 0);
        assert_eq!(Custody::of(&estate).keys().count(), 0);
    }
}
