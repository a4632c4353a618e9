//! Questions to an estate: what a reference leads to, and who refers to an object.

use std::borrow::Cow;

use super::index::Strays;
use super::{
    Assignment, Declaration, Environment, Estate, Fact, Grant, Handle, Identity, Key, Link,
    ManagedEnvironment, Policy, Vault,
};
use crate::{PolicyLocation, SystemId};

impl Estate {
    /// The environment that a reference leads to, if it is in the estate: by reference, by its id,
    /// or by the symbol of an id that is not known.
    pub fn environment(
        &self,
        link: &Link<Environment>,
    ) -> Option<(Handle<Environment>, &Environment)> {
        let handle = self.index().environment(link)?;
        Some((handle, &self[handle]))
    }

    /// The policy that a reference leads to, if it is in the estate; ids are ARM ids and system
    /// ids.
    pub fn policy(&self, link: &Link<Policy>) -> Option<(Handle<Policy>, &Policy)> {
        let handle = self.index().policy(link)?;
        Some((handle, &self[handle]))
    }

    /// Where the policy is that a reference leads to: as the policy says or, where it is not in the
    /// estate, as its system id says. `None` where neither can be looked at.
    pub fn policy_location<'a>(
        &'a self,
        link: &Link<Policy>,
    ) -> Option<Cow<'a, Fact<PolicyLocation>>> {
        if let Some((_, policy)) = self.policy(link) {
            return Some(Cow::Borrowed(&policy.location));
        }
        let Identity::Elsewhere(id) = &link.identity else {
            return None;
        };
        let id = id.parse::<SystemId>().ok()?;
        let location = Fact::value_at(id.location().clone(), link.origin.clone());
        Some(Cow::Owned(location))
    }

    /// The vault that a reference leads to, if it is in the estate.
    pub fn vault(&self, link: &Link<Vault>) -> Option<(Handle<Vault>, &Vault)> {
        let handle = self.index().vault(link)?;
        Some((handle, &self[handle]))
    }

    /// The vault of a policy's key, if it is in the estate: the policy names the vault, or a key
    /// that does.
    pub fn vault_of_policy(&self, policy: &Policy) -> Option<(Handle<Vault>, &Vault)> {
        self.vault(&policy.vault)
            .or_else(|| self.vault(&self.key_of_policy(policy)?.1.vault))
    }

    /// The key of a policy, if it is in the estate: by reference, or by its name in the vault.
    pub fn key_of_policy(&self, policy: &Policy) -> Option<(Handle<Key>, &Key)> {
        let handle = self.index().key_of(policy)?;
        Some((handle, &self[handle]))
    }

    /// The assignments of one environment that are about encryption, or may be, and exist after the
    /// plan.
    pub fn assignments_of(
        &self,
        environment: Handle<Environment>,
    ) -> impl Iterator<Item = (Handle<Assignment>, &Assignment)> {
        self.all_assignments_of(environment)
            .filter(|(_, assignment)| !assignment.header.is_removed())
    }

    /// Like [`Estate::assignments_of`], and those that the plan takes away too.
    pub fn all_assignments_of(
        &self,
        environment: Handle<Environment>,
    ) -> impl Iterator<Item = (Handle<Assignment>, &Assignment)> {
        self.each(self.index().assignments_of_environment.of(environment))
            .filter(|(_, assignment)| assignment.may_encrypt())
    }

    /// The assignments to this policy that exist after the plan.
    pub fn assignments_of_policy(
        &self,
        policy: Handle<Policy>,
    ) -> impl Iterator<Item = (Handle<Assignment>, &Assignment)> {
        self.all_assignments_of_policy(policy)
            .filter(|(_, assignment)| !assignment.header.is_removed())
    }

    /// Like [`Estate::assignments_of_policy`], and those that the plan takes away too.
    pub fn all_assignments_of_policy(
        &self,
        policy: Handle<Policy>,
    ) -> impl Iterator<Item = (Handle<Assignment>, &Assignment)> {
        self.each(self.index().assignments_of_policy.of(policy))
    }

    /// The resources that make this environment a managed one, after the plan.
    pub fn managed_environments_of(
        &self,
        environment: Handle<Environment>,
    ) -> impl Iterator<Item = (Handle<ManagedEnvironment>, &ManagedEnvironment)> {
        self.each(self.index().managed_environments.of(environment))
            .filter(|(_, managed)| !managed.header.is_removed())
    }

    /// The declarations of this environment's workloads, after the plan.
    pub fn declarations_of(
        &self,
        environment: Handle<Environment>,
    ) -> impl Iterator<Item = (Handle<Declaration>, &Declaration)> {
        self.each(self.index().declarations.of(environment))
            .filter(|(_, declaration)| !declaration.header.is_removed())
    }

    /// The encryption policies whose key is in this vault, as far as is known, after the plan.
    pub fn policies_of_vault(
        &self,
        vault: Handle<Vault>,
    ) -> impl Iterator<Item = (Handle<Policy>, &Policy)> {
        self.all_policies_of_vault(vault)
            .filter(|(_, policy)| !policy.header.is_removed())
    }

    /// Like [`Estate::policies_of_vault`], and those that the plan takes away too.
    pub fn all_policies_of_vault(
        &self,
        vault: Handle<Vault>,
    ) -> impl Iterator<Item = (Handle<Policy>, &Policy)> {
        self.each(self.index().policies_of_vault.of(vault))
            .filter(|(_, policy)| policy.may_encrypt())
    }

    /// The encryption policies that use this key, as far as is known, after the plan.
    pub fn policies_of_key(
        &self,
        key: Handle<Key>,
    ) -> impl Iterator<Item = (Handle<Policy>, &Policy)> {
        self.all_policies_of_key(key)
            .filter(|(_, policy)| !policy.header.is_removed())
    }

    /// Like [`Estate::policies_of_key`], and those that the plan takes away too.
    pub fn all_policies_of_key(
        &self,
        key: Handle<Key>,
    ) -> impl Iterator<Item = (Handle<Policy>, &Policy)> {
        self.each(self.index().policies_of_key.of(key))
            .filter(|(_, policy)| policy.may_encrypt())
    }

    /// The keys in this vault, after the plan.
    pub fn keys_of_vault(&self, vault: Handle<Vault>) -> impl Iterator<Item = (Handle<Key>, &Key)> {
        self.each(self.index().keys.of(vault))
            .filter(|(_, key)| !key.header.is_removed())
    }

    /// The rights that this policy's identity gets, of any kind and on anything, after the plan.
    pub fn grants_of_policy(
        &self,
        policy: Handle<Policy>,
    ) -> impl Iterator<Item = (Handle<Grant>, &Grant)> {
        self.all_grants_of_policy(policy)
            .filter(|(_, grant)| !grant.header.is_removed())
    }

    /// Like [`Estate::grants_of_policy`], and those that the plan takes away too.
    pub fn all_grants_of_policy(
        &self,
        policy: Handle<Policy>,
    ) -> impl Iterator<Item = (Handle<Grant>, &Grant)> {
        self.each(self.index().grants.of(policy))
    }

    /// The assignments about encryption of an environment that is not in the estate, after the plan:
    /// those that name it by the same id, or by the same symbol.
    pub fn assignments_of_unseen(
        &self,
        environment: &Link<Environment>,
    ) -> impl Iterator<Item = (Handle<Assignment>, &Assignment)> {
        self.each(self.index().stray_assignments.of(environment))
    }

    /// The resources that make an environment a managed one that is not in the estate, after the
    /// plan.
    pub fn managed_environments_of_unseen(
        &self,
        environment: &Link<Environment>,
    ) -> impl Iterator<Item = (Handle<ManagedEnvironment>, &ManagedEnvironment)> {
        self.each(self.index().stray_managed_environments.of(environment))
    }

    pub(super) fn stray_assignments(&self) -> &Strays<Assignment> {
        &self.index().stray_assignments
    }

    pub(super) fn stray_managed_environments(&self) -> &Strays<ManagedEnvironment> {
        &self.index().stray_managed_environments
    }

    fn each<'a, T>(&'a self, handles: &'a [Handle<T>]) -> impl Iterator<Item = (Handle<T>, &'a T)>
    where
        Self: std::ops::Index<Handle<T>, Output = T>,
    {
        handles.iter().map(|&handle| (handle, &self[handle]))
    }
}
