//! Who refers to whom, worked out once per estate: rules ask about every object, and a search per
//! object would make a run quadratic.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::{
    Assignment, Declaration, Environment, Estate, Fact, Grant, Handle, Identity, Key, Known, Link,
    ManagedEnvironment, Policy, Vault,
};

/// The index of an estate, made when it is first needed and dropped when the estate changes.
#[derive(Debug, Default)]
pub(super) struct Cache(OnceLock<Index>);

/// Objects by what they refer to, each list in the order of the estate; what a plan takes away is
/// in the lists too.
#[derive(Debug, Default)]
pub(super) struct Index {
    environments: Names<Environment>,
    policies: Names<Policy>,
    vaults: Names<Vault>,
    pub(super) assignments_of_environment: Groups<Environment, Assignment>,
    pub(super) assignments_of_policy: Groups<Policy, Assignment>,
    pub(super) managed_environments: Groups<Environment, ManagedEnvironment>,
    pub(super) declarations: Groups<Environment, Declaration>,
    pub(super) policies_of_vault: Groups<Vault, Policy>,
    pub(super) policies_of_key: Groups<Key, Policy>,
    pub(super) keys: Groups<Vault, Key>,
    pub(super) grants: Groups<Policy, Grant>,
    pub(super) stray_assignments: Strays<Assignment>,
    pub(super) stray_managed_environments: Strays<ManagedEnvironment>,
    key_names: HashMap<(Handle<Vault>, String), Handle<Key>>,
}

/// Objects after the plan whose environment is not in the estate.
#[derive(Debug)]
pub(super) struct Strays<T> {
    /// By the id of the environment, or the symbol of an id that is not known.
    by_name: HashMap<Box<str>, Vec<Handle<T>>>,
    /// The first of which nobody knows which environment is meant.
    pub(super) unknown: Option<Handle<T>>,
    /// The first that names its environment by an id that is written down.
    pub(super) elsewhere: Option<Handle<T>>,
}

/// Objects of one kind by the object of another kind that they refer to.
#[derive(Debug)]
pub(super) struct Groups<K, V> {
    members: HashMap<Handle<K>, Vec<Handle<V>>>,
}

/// Objects by their ids in lower case, and by the symbols of ids that are not known.
#[derive(Debug)]
pub(super) struct Names<T> {
    by_id: HashMap<Box<str>, Handle<T>>,
    by_symbol: HashMap<Box<str>, Handle<T>>,
}

impl Cache {
    /// The index, made when it is not there yet.
    pub(super) fn get(&self, estate: &Estate) -> &Index {
        self.0.get_or_init(|| Index::new(estate))
    }

    /// The estate changes.
    pub(super) fn clear(&mut self) {
        self.0.take();
    }
}

// A copy may go another way than its original, so it makes an index of its own.
impl Clone for Cache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Index {
    fn new(estate: &Estate) -> Self {
        let mut index = Self::default();
        for (handle, environment) in estate.all_environments() {
            index.environments.add(&environment.id, handle);
        }
        for (handle, policy) in estate.all_policies() {
            index.policies.add(&policy.id, handle);
            index.policies.add(&policy.system_id, handle);
        }
        for (handle, vault) in estate.all_vaults() {
            index.vaults.add(&vault.id, handle);
        }
        index.group_by_environment(estate);
        index.group_by_vault(estate);
        for (handle, grant) in estate.all_grants() {
            index
                .grants
                .add(index.policies.find(&grant.principal), handle);
        }
        index
    }

    fn group_by_environment(&mut self, estate: &Estate) {
        for (handle, assignment) in estate.all_assignments() {
            let environment = self.environments.find(&assignment.environment);
            self.assignments_of_environment.add(environment, handle);
            if environment.is_none() && assignment.may_encrypt() && !assignment.header.is_removed()
            {
                self.stray_assignments.add(&assignment.environment, handle);
            }
            let policy = self.policies.find(&assignment.policy);
            self.assignments_of_policy.add(policy, handle);
        }
        for (handle, managed) in estate.all_managed_environments() {
            let environment = self.environments.find(&managed.environment);
            self.managed_environments.add(environment, handle);
            if environment.is_none() && !managed.header.is_removed() {
                self.stray_managed_environments
                    .add(&managed.environment, handle);
            }
        }
        for (handle, declaration) in estate.all_declarations() {
            let environment = self.environments.find(&declaration.environment);
            self.declarations.add(environment, handle);
        }
    }

    fn group_by_vault(&mut self, estate: &Estate) {
        for (handle, key) in estate.all_keys() {
            self.keys.add(self.vaults.find(&key.vault), handle);
        }
        self.name_keys(estate);
        for (handle, policy) in estate.all_policies() {
            let key = self.key_of(policy);
            self.policies_of_key.add(key, handle);
            let vaults: HashSet<_> = self
                .vaults
                .find(&policy.vault)
                .into_iter()
                .chain(key.and_then(|key| self.vaults.find(&estate[key].vault)))
                .collect();
            for vault in vaults {
                self.policies_of_vault.add(Some(vault), handle);
            }
        }
    }

    /// Keys by vault and name, for policies that name their key by a text that refers to nothing.
    fn name_keys(&mut self, estate: &Estate) {
        let by_name = |(_, policy): (_, &Policy)| policy.key.target().is_none();
        if !estate.all_policies().any(by_name) {
            return;
        }
        for (handle, key) in estate.all_keys() {
            if let (Some(vault), Some(name)) = (self.vaults.find(&key.vault), comparable(&key.name))
            {
                self.key_names.entry((vault, name)).or_insert(handle);
            }
        }
    }

    /// The key of a policy: by reference, or by its name in the vault.
    pub(super) fn key_of(&self, policy: &Policy) -> Option<Handle<Key>> {
        match &policy.key.identity {
            Identity::Here(key) => Some(*key),
            Identity::Elsewhere(_) => None,
            Identity::Unknown(_) | Identity::Absent => {
                let vault = self.vaults.find(&policy.vault)?;
                let name = comparable(&policy.key_name)?;
                self.key_names.get(&(vault, name)).copied()
            }
        }
    }

    pub(super) fn environment(&self, link: &Link<Environment>) -> Option<Handle<Environment>> {
        self.environments.find(link)
    }

    pub(super) fn policy(&self, link: &Link<Policy>) -> Option<Handle<Policy>> {
        self.policies.find(link)
    }

    pub(super) fn vault(&self, link: &Link<Vault>) -> Option<Handle<Vault>> {
        self.vaults.find(link)
    }
}

/// A text that is equal for equal names: names of keys do not differ by case, and two unknown
/// values with one symbol are one value.
fn comparable(name: &Fact<String>) -> Option<String> {
    match &name.known {
        Known::Value(name) => Some(format!("={}", name.to_lowercase())),
        Known::Unknown(unknown) => unknown.symbol.as_ref().map(|symbol| format!("?{symbol}")),
        Known::Absent => None,
    }
}

impl<K, V> Groups<K, V> {
    fn add(&mut self, key: Option<Handle<K>>, member: Handle<V>) {
        if let Some(key) = key {
            self.members.entry(key).or_default().push(member);
        }
    }

    /// The objects that refer to this one.
    pub(super) fn of(&self, key: Handle<K>) -> &[Handle<V>] {
        self.members.get(&key).map_or(&[], Vec::as_slice)
    }
}

impl<T> Strays<T> {
    fn add(&mut self, environment: &Link<Environment>, handle: Handle<T>) {
        let first = match &environment.identity {
            Identity::Unknown(_) => &mut self.unknown,
            Identity::Elsewhere(_) => &mut self.elsewhere,
            Identity::Here(_) | Identity::Absent => return,
        };
        first.get_or_insert(handle);
        if let Some(name) = environment.name() {
            self.by_name.entry(name.into()).or_default().push(handle);
        }
    }

    /// Those of the environment that this reference names.
    pub(super) fn of(&self, environment: &Link<Environment>) -> &[Handle<T>] {
        environment
            .name()
            .and_then(|name| self.by_name.get(name))
            .map_or(&[], Vec::as_slice)
    }
}

impl<T> Names<T> {
    /// The first object with a name keeps it: a resource stands before what an inventory or the
    /// tenant says about the same object.
    fn add(&mut self, id: &Fact<String>, handle: Handle<T>) {
        if let Some(id) = id.value() {
            let id = id.to_ascii_lowercase().into_boxed_str();
            self.by_id.entry(id).or_insert(handle);
        } else if let Some(symbol) = id.unknown().and_then(|unknown| unknown.symbol.as_deref()) {
            self.by_symbol.entry(symbol.into()).or_insert(handle);
        }
    }

    fn find(&self, link: &Link<T>) -> Option<Handle<T>> {
        match &link.identity {
            Identity::Here(handle) => Some(*handle),
            Identity::Elsewhere(id) => self
                .by_id
                .get(&**id)
                .or_else(|| self.by_id.get(id.to_ascii_lowercase().as_str()))
                .copied(),
            Identity::Unknown(unknown) => unknown
                .symbol
                .as_deref()
                .and_then(|symbol| self.by_symbol.get(symbol))
                .copied(),
            Identity::Absent => None,
        }
    }
}

// Derived implementations would ask for them on the objects.
impl<K, V> Default for Groups<K, V> {
    fn default() -> Self {
        Self {
            members: HashMap::new(),
        }
    }
}

impl<T> Default for Strays<T> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
            unknown: None,
            elsewhere: None,
        }
    }
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self {
            by_id: HashMap::new(),
            by_symbol: HashMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Header, PolicyForm, Reason, Unknown, VaultKind};
    use super::*;

    fn environment(estate: &mut Estate, id: Fact<String>) -> Handle<Environment> {
        let mut environment = Environment::new(Header::new("powerplatform_environment.e"));
        environment.id = id;
        estate.add_environment(environment)
    }

    fn assign(estate: &mut Estate, link: impl Into<Link<Environment>>) -> Handle<Assignment> {
        let mut assignment = Assignment::new(Header::new("ppcmk_environment_assignment.a"));
        assignment.environment = link.into();
        estate.add_assignment(assignment)
    }

    fn symbol(name: &str) -> Unknown {
        Unknown {
            reason: Reason::Computed(name.into()),
            symbol: Some(name.into()),
        }
    }

    #[test]
    fn finds_an_environment_by_reference_id_and_symbol() {
        let mut estate = Estate::default();
        let one = environment(&mut estate, "1a".to_owned().into());
        let other = environment(
            &mut estate,
            Fact::unknown_at(symbol("e.id"), super::super::Origin::default()),
        );
        let by_reference = assign(&mut estate, Link::to(one));
        let by_id = assign(&mut estate, Identity::Elsewhere("1A".into()));
        let by_symbol = assign(&mut estate, Identity::Unknown(symbol("e.id")));
        assign(&mut estate, Identity::Unknown(symbol("f.id")));
        assign(&mut estate, Identity::Elsewhere("2b".into()));
        let of = |environment| {
            let handles = estate.assignments_of(environment).map(|(handle, _)| handle);
            handles.collect::<Vec<_>>()
        };
        assert_eq!(of(one), [by_reference, by_id]);
        assert_eq!(of(other), [by_symbol]);
    }

    #[test]
    fn an_object_that_is_added_later_is_found() {
        let mut estate = Estate::default();
        let one = environment(&mut estate, Fact::default());
        assert_eq!(estate.assignments_of(one).count(), 0);
        let assignment = assign(&mut estate, Link::to(one));
        assert_eq!(estate.assignments_of(one).count(), 1);
        estate[assignment].environment = Link::default();
        assert_eq!(estate.assignments_of(one).count(), 0);
    }

    fn keys_in_use(key_name: Fact<String>, policy_key_name: Fact<String>) -> usize {
        let mut estate = Estate::default();
        let vault = estate.add_vault(Vault::new(Header::new("kv"), VaultKind::KeyVault));
        let mut key = Key::new(Header::new("key"));
        key.vault = Link::to(vault);
        key.name = key_name;
        let key = estate.add_key(key);
        let mut policy = Policy::new(Header::new("policy"), PolicyForm::Own);
        policy.vault = Link::to(vault);
        policy.key_name = policy_key_name;
        let policy = estate.add_policy(policy);
        let count = estate.policies_of_key(key).count();
        assert_eq!(estate.key_of_policy(&estate[policy]).is_some(), count == 1);
        estate[policy].key = Identity::Elsewhere("https://kv/keys/cmk".into()).into();
        assert_eq!(estate.policies_of_key(key).count(), 0);
        count
    }

    #[test]
    fn finds_the_key_of_a_policy_by_its_name() {
        let name = |name: &str| Fact::from(name.to_owned());
        let variable = |name: &str| Fact::unknown_at(symbol(name), super::super::Origin::default());
        assert_eq!(keys_in_use(name("cmk"), name("CMK")), 1);
        assert_eq!(keys_in_use(name("cmk"), name("other")), 0);
        assert_eq!(keys_in_use(variable("var.a"), variable("var.a")), 1);
        assert_eq!(keys_in_use(variable("var.a"), variable("var.b")), 0);
        assert_eq!(keys_in_use(Fact::default(), Fact::default()), 0);
    }

    #[test]
    fn a_policy_is_in_the_vault_of_its_key_once() {
        let mut estate = Estate::default();
        let vault = estate.add_vault(Vault::new(Header::new("kv"), VaultKind::KeyVault));
        let mut key = Key::new(Header::new("key"));
        key.vault = Link::to(vault);
        let key = estate.add_key(key);
        for own_vault in [Link::default(), Link::to(vault)] {
            let mut policy = Policy::new(Header::new("policy"), PolicyForm::Own);
            policy.key = Link::to(key);
            policy.vault = own_vault;
            estate.add_policy(policy);
        }
        assert_eq!(estate.policies_of_vault(vault).count(), 2);
        assert_eq!(estate.policies_of_key(key).count(), 2);
        assert_eq!(estate.keys_of_vault(vault).count(), 1);
    }
}
