//! The estate while it is made: objects first, then the references between them.

use std::collections::HashMap;
use std::sync::Arc;

use ppcmk_coverage::estate::{
    Assignment, Declaration, Environment, Estate, Grant, Handle, Header, Identity, Key, Link,
    Location, ManagedEnvironment, Policy, Requirement, Scope, Unknown, Vault,
};

use crate::source::{Instance, Reading};
use crate::value::Value;

use super::fields::Fields;
use super::ids;

/// What an instance became.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object {
    Environment(Handle<Environment>),
    ManagedEnvironment,
    Policy(Handle<Policy>),
    Assignment,
    Vault(Handle<Vault>),
    Key(Handle<Key>),
}

/// A reference that is followed once all objects are there: its value, if one is written, and the
/// fields and name that give its place.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) value: Option<Value>,
    pub(super) origin: ppcmk_coverage::estate::Origin,
}

/// Whom a grant is for.
#[derive(Clone, Debug)]
pub(super) enum Principal {
    /// The identity of this policy.
    OfPolicy(Reference),
    /// This object id.
    Id(Reference),
}

/// What a grant is about.
#[derive(Clone, Debug)]
pub(super) enum On {
    /// A vault or an HSM.
    Vault(Reference),
    /// The vault that the grant stands in.
    ThisVault(Handle<Vault>),
    /// A key of a vault, by its name.
    KeyOf(Reference, Reference),
    /// Any scope.
    Scope(Reference),
}

/// The estate while it is made.
pub(super) struct Builder<'a> {
    pub(super) estate: Estate,
    pub(super) objects: HashMap<Arc<str>, Object>,
    pub(super) instances: HashMap<&'a str, &'a Instance>,
    pub(super) environments_by_id: HashMap<String, Handle<Environment>>,
    pub(super) policies_by_id: HashMap<String, Handle<Policy>>,
    pub(super) policies_by_principal: HashMap<String, Handle<Policy>>,
    pub(super) vaults_by_name: HashMap<String, Handle<Vault>>,
    pub(super) keys_by_name: HashMap<(String, String), Handle<Key>>,
    /// Environments that a list or an assignment describes; they join once something refers to them.
    pub(super) described: HashMap<String, (&'a Instance, Fields)>,
    pub(super) pending: Pending,
}

/// References that wait for all objects.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) managed: Vec<(Handle<ManagedEnvironment>, Reference)>,
    pub(super) assignments: Vec<(Handle<Assignment>, Reference, Reference)>,
    pub(super) policies: Vec<(Handle<Policy>, Reference, Reference)>,
    pub(super) keys: Vec<(Handle<Key>, Reference)>,
    pub(super) grants: Vec<(Grant, Principal, On)>,
    pub(super) declarations: Vec<(Handle<Declaration>, Reference)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(reading: &'a Reading) -> Self {
        Self {
            estate: Estate::default(),
            objects: HashMap::new(),
            instances: reading
                .instances
                .iter()
                .map(|instance| (&*instance.address, instance))
                .collect(),
            environments_by_id: HashMap::new(),
            policies_by_id: HashMap::new(),
            policies_by_principal: HashMap::new(),
            vaults_by_name: HashMap::new(),
            keys_by_name: HashMap::new(),
            described: HashMap::new(),
            pending: Pending::default(),
        }
    }

    pub(super) fn add_environment(&mut self, environment: Environment) -> Handle<Environment> {
        let address = environment.header.address.clone();
        let id = environment.id.value().cloned();
        let removed = environment.header.is_removed();
        let handle = self.estate.add_environment(environment);
        self.objects.insert(address, Object::Environment(handle));
        if let Some(id) = id {
            // What stays is what an id means, not what goes.
            let entry = self.environments_by_id.entry(id).or_insert(handle);
            if !removed && self.estate[*entry].header.is_removed() {
                *entry = handle;
            }
        }
        handle
    }

    pub(super) fn add_managed_environment(&mut self, header: Header, environment: Reference) {
        let address = header.address.clone();
        let handle = self.estate.add_managed_environment(ManagedEnvironment {
            header,
            environment: Link::default(),
        });
        self.objects.insert(address, Object::ManagedEnvironment);
        self.pending.managed.push((handle, environment));
    }

    /// Adds a policy; `principal` is the object id of its identity, where that is known.
    pub(super) fn add_policy(
        &mut self,
        policy: Policy,
        principal: Option<&str>,
        vault: Reference,
        key: Reference,
    ) -> Handle<Policy> {
        let address = policy.header.address.clone();
        let ids = [
            policy.id.value().cloned(),
            policy.system_id.value().cloned(),
        ];
        let handle = self.estate.add_policy(policy);
        self.objects.insert(address, Object::Policy(handle));
        for id in ids.into_iter().flatten() {
            self.policies_by_id.entry(id).or_insert(handle);
        }
        if let Some(principal) = principal {
            self.policies_by_principal
                .entry(principal.to_ascii_lowercase())
                .or_insert(handle);
        }
        self.pending.policies.push((handle, vault, key));
        handle
    }

    pub(super) fn add_assignment(
        &mut self,
        assignment: Assignment,
        environment: Reference,
        policy: Reference,
    ) {
        let address = assignment.header.address.clone();
        let handle = self.estate.add_assignment(assignment);
        self.objects.insert(address, Object::Assignment);
        self.pending.assignments.push((handle, environment, policy));
    }

    pub(super) fn add_vault(&mut self, vault: Vault) -> Handle<Vault> {
        let address = vault.header.address.clone();
        let names = [
            vault.name.value().map(|name| name.to_ascii_lowercase()),
            vault.id.value().and_then(|id| ids::vault_name(id)),
        ];
        let handle = self.estate.add_vault(vault);
        self.objects.insert(address, Object::Vault(handle));
        for name in names.into_iter().flatten() {
            // A resource says more than a data source of the same vault.
            let entry = self.vaults_by_name.entry(name).or_insert(handle);
            if !self.estate[*entry].header.is_managed_here() {
                *entry = handle;
            }
        }
        handle
    }

    pub(super) fn add_key(&mut self, key: Key, vault: Reference) {
        let address = key.header.address.clone();
        let handle = self.estate.add_key(key);
        self.objects.insert(address, Object::Key(handle));
        self.pending.keys.push((handle, vault));
    }

    pub(super) fn add_grant(&mut self, grant: Grant, principal: Principal, on: On) {
        self.pending.grants.push((grant, principal, on));
    }

    pub(super) fn add_declaration(
        &mut self,
        declaration: Declaration,
        environment: Reference,
    ) -> Handle<Declaration> {
        let handle = self.estate.add_declaration(declaration);
        self.pending.declarations.push((handle, environment));
        handle
    }

    /// Follows all references. The order matters: what a later one goes through is there.
    pub(super) fn finish(mut self) -> Estate {
        let pending = std::mem::take(&mut self.pending);
        for (key, vault) in pending.keys {
            let link = self.vault(&vault);
            if let Some(name) = self.estate[key].name.value() {
                let name = name.to_ascii_lowercase();
                if let Some(vault) = identity_text(&link) {
                    self.keys_by_name.entry((vault, name)).or_insert(key);
                }
            }
            self.estate[key].vault = link;
        }
        for (policy, vault, key) in pending.policies {
            let vault = self.vault(&vault);
            self.estate[policy].key = self.key(&vault, &key);
            self.estate[policy].vault = vault;
        }
        for (managed, environment) in pending.managed {
            self.estate[managed].environment = self.environment(&environment);
        }
        for (assignment, environment, policy) in pending.assignments {
            self.estate[assignment].environment = self.environment(&environment);
            self.estate[assignment].policy = self.policy(&policy);
        }
        for (mut grant, principal, on) in pending.grants {
            grant.principal = match &principal {
                Principal::OfPolicy(policy) => self.policy(policy),
                Principal::Id(id) => self.principal(id),
            };
            grant.scope = self.scope(&on);
            self.estate.add_grant(grant);
        }
        for (declaration, environment) in pending.declarations {
            let link = self.environment(&environment);
            self.declare(declaration, &link);
            self.estate[declaration].environment = link;
        }
        self.estate
    }

    /// An environment whose workloads are declared is meant to be under customer-managed keys.
    fn declare(&mut self, declaration: Handle<Declaration>, link: &Link<Environment>) {
        let because = self.estate[declaration].header.address.clone();
        let Some(environment) = link.target() else {
            return;
        };
        let requirement = &mut self.estate[environment].requirement;
        if *requirement == Requirement::Unstated {
            *requirement = Requirement::Required { because };
        }
    }

    fn scope(&mut self, on: &On) -> Scope {
        match on {
            On::Vault(vault) => Scope::Vault(self.vault(vault)),
            On::ThisVault(vault) => Scope::Vault(Link::to(*vault)),
            On::KeyOf(vault, name) => {
                let vault = self.vault(vault);
                Scope::Key(self.key(&vault, name))
            }
            On::Scope(scope) => self.any_scope(scope),
        }
    }
}

/// A text that is the same for the same vault.
pub(super) fn identity_text(link: &Link<Vault>) -> Option<String> {
    match &link.identity {
        Identity::Here(handle) => Some(format!("{handle:?}")),
        Identity::Elsewhere(id) => Some(ids::vault_name(id).unwrap_or_else(|| id.to_string())),
        Identity::Unknown(Unknown {
            symbol: Some(symbol),
            ..
        }) => Some(symbol.to_string()),
        Identity::Unknown(_) | Identity::Absent => None,
    }
}

impl Reference {
    /// The same reference, at the place of the object that has it. The name of a key comes from the
    /// key's own block, which is no place to say that a policy refers to it.
    pub(super) fn at_home(mut self, home: Option<&Location>) -> Self {
        if !self.origin.chain.is_empty() && home.is_some() {
            self.origin.location = home.cloned();
        }
        self
    }
}

impl Fields {
    /// A reference for later.
    pub(super) fn reference(&self, name: &str) -> Reference {
        Reference {
            value: self.get(name),
            origin: self.origin_of(name),
        }
    }
}
