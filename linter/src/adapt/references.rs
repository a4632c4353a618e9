//! Where references lead: by id, by the name of a vault, or by the symbol of an unknown value.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Environment, Fact, Handle, Header, Identity, Key, Link, Management, Policy, Reason, Scope,
    Unknown, Vault,
};
use ppcmk_coverage::{EnvironmentLocation, EnvironmentSku};

use crate::source::{Instance, Mode};
use crate::value::{Kind, Value};

use super::builder::{Builder, Object, Reference, identity_text};
use super::fields::Fields;
use super::{ids, symbol};

/// How many references are followed for one: an id of an id of an id.
const STEPS: usize = 8;

impl Builder<'_> {
    /// The environment that an id leads to.
    pub(super) fn environment(&mut self, reference: &Reference) -> Link<Environment> {
        let identity = match &reference.value {
            None => Identity::Absent,
            Some(value) => self.environment_of(value, STEPS),
        };
        Link {
            identity,
            origin: reference.origin.clone(),
        }
    }

    fn environment_of(&mut self, value: &Value, steps: usize) -> Identity<Environment> {
        match &value.kind {
            Kind::String(id) => self.environment_with_id(&id.to_ascii_lowercase()),
            Kind::Unknown(unknown) => self.environment_of_symbol(unknown, steps),
            _ => Identity::Unknown(wrong("an environment id")),
        }
    }

    fn environment_with_id(&mut self, id: &str) -> Identity<Environment> {
        if let Some(handle) = self.environments_by_id.get(id) {
            return Identity::Here(*handle);
        }
        match self.described.get(id).cloned() {
            Some((instance, fields)) => {
                let environment = described_environment(id, instance, &fields);
                Identity::Here(self.add_environment(environment))
            }
            None => Identity::Elsewhere(id.into()),
        }
    }

    /// The id of an environment is also the id of what belongs to it, such as its managed
    /// environment.
    fn environment_of_symbol(&mut self, unknown: &Unknown, steps: usize) -> Identity<Environment> {
        let Some((object, address, path)) = self.find(unknown) else {
            return Identity::Unknown(unknown.clone());
        };
        let is_id = matches!(path.as_str(), "id" | "environment_id");
        match object {
            Object::Environment(handle) if path == "id" => Identity::Here(handle),
            Object::ManagedEnvironment | Object::Assignment if is_id && steps > 0 => {
                let next = self
                    .instances
                    .get(&*address)
                    .and_then(|instance| instance.values.get("environment_id"));
                match next {
                    Some(next) if !same_symbol(&next, unknown) => {
                        self.environment_of(&next, steps - 1)
                    }
                    _ => Identity::Unknown(unknown.clone()),
                }
            }
            _ => Identity::Unknown(unknown.clone()),
        }
    }

    /// The policy that an ARM id or a system id leads to.
    pub(super) fn policy(&self, reference: &Reference) -> Link<Policy> {
        let identity = match reference.value.as_ref().map(|value| &value.kind) {
            None => Identity::Absent,
            Some(Kind::String(id)) => {
                let id = id.trim_end_matches('/').to_ascii_lowercase();
                match self.policies_by_id.get(&id) {
                    Some(handle) => Identity::Here(*handle),
                    None => Identity::Elsewhere(id.into()),
                }
            }
            Some(Kind::Unknown(unknown)) => match self.find(unknown) {
                Some((Object::Policy(handle), _, path)) if is_policy_id(&path) => {
                    Identity::Here(handle)
                }
                _ => Identity::Unknown(Unknown::clone(unknown)),
            },
            Some(_) => Identity::Unknown(wrong("a policy id")),
        };
        Link {
            identity,
            origin: reference.origin.clone(),
        }
    }

    /// The policy whose identity has an object id.
    pub(super) fn principal(&self, reference: &Reference) -> Link<Policy> {
        let identity = match reference.value.as_ref().map(|value| &value.kind) {
            None => Identity::Absent,
            Some(Kind::String(id)) => {
                let id = id.to_ascii_lowercase();
                match self.policies_by_principal.get(&id) {
                    Some(handle) => Identity::Here(*handle),
                    None => Identity::Elsewhere(id.into()),
                }
            }
            Some(Kind::Unknown(unknown)) => self.principal_of_symbol(unknown),
            Some(_) => Identity::Unknown(wrong("an object id")),
        };
        Link {
            identity,
            origin: reference.origin.clone(),
        }
    }

    fn principal_of_symbol(&self, unknown: &Unknown) -> Identity<Policy> {
        if let Some((Object::Policy(handle), _, path)) = self.find(unknown)
            && is_principal(&path)
        {
            return Identity::Here(handle);
        }
        if let Some(handle) = self.queried_policy(unknown) {
            return Identity::Here(handle);
        }
        let somebody_else = unknown.symbol.as_deref().filter(|symbol| {
            symbol::resource_type(symbol).is_some_and(|kind| {
                kind == "azurerm_client_config"
                    || kind == "azurerm_user_assigned_identity"
                    || kind.starts_with("azuread_")
            })
        });
        match somebody_else {
            Some(symbol) => Identity::Elsewhere(symbol.into()),
            None => Identity::Unknown(unknown.clone()),
        }
    }

    /// The policy whose identity a query asks for. Microsoft's own example reads the object id from
    /// Resource Graph, because it is not there at once: what comes out of a data source of azapi that
    /// mentions one policy is that policy's (CMK facts 1, S36).
    fn queried_policy(&self, unknown: &Unknown) -> Option<Handle<Policy>> {
        let symbol = unknown.symbol.as_deref()?;
        let (instance, path) = symbol::splits(symbol)
            .find_map(|(address, path)| Some((*self.instances.get(address)?, path)))?;
        let is_query = instance.mode == Mode::Data && instance.type_name.starts_with("azapi_");
        if !is_query || !is_principal(path) {
            return None;
        }
        let mut policies = Vec::new();
        self.mentioned_policies(&instance.values, &mut policies);
        policies.dedup();
        match *policies {
            [policy] => Some(policy),
            _ => None,
        }
    }

    fn mentioned_policies(&self, value: &Value, out: &mut Vec<Handle<Policy>>) {
        match &value.kind {
            Kind::List(values) => {
                for value in values.iter() {
                    self.mentioned_policies(value, out);
                }
            }
            Kind::Object(object) => {
                for value in object.entries.values() {
                    self.mentioned_policies(value, out);
                }
            }
            Kind::Json(inner) => self.mentioned_policies(inner, out),
            Kind::Unknown(unknown) => {
                let names = unknown.symbol.as_deref().map(symbol::names);
                out.extend(names.into_iter().flatten().filter_map(|name| {
                    let name = Unknown {
                        symbol: Some(name.into()),
                        ..Unknown::clone(unknown)
                    };
                    match self.find(&name)? {
                        (Object::Policy(policy), ..) => Some(policy),
                        _ => None,
                    }
                }));
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {}
        }
    }

    /// The vault that an ARM id, a URI, or a key of it leads to.
    pub(super) fn vault(&self, reference: &Reference) -> Link<Vault> {
        let identity = match reference.value.as_ref().map(|value| &value.kind) {
            None => Identity::Absent,
            Some(Kind::String(id)) => self.vault_with_id(id),
            Some(Kind::Unknown(unknown)) => match self.find(unknown) {
                Some((Object::Vault(handle), ..)) => Identity::Here(handle),
                Some((Object::Key(handle), ..)) => self.estate[handle].vault.identity.clone(),
                _ => Identity::Unknown(Unknown::clone(unknown)),
            },
            Some(_) => Identity::Unknown(wrong("the id of a vault")),
        };
        Link {
            identity,
            origin: reference.origin.clone(),
        }
    }

    /// Names of vaults are unique in the world, so a name in an id is enough.
    fn vault_with_id(&self, id: &str) -> Identity<Vault> {
        let here = ids::vault_name(id).and_then(|name| self.vaults_by_name.get(&name));
        match here {
            Some(handle) => Identity::Here(*handle),
            None => Identity::Elsewhere(id.to_ascii_lowercase().into()),
        }
    }

    /// The key of a vault that a name, or an attribute of the key, leads to.
    pub(super) fn key(&self, vault: &Link<Vault>, name: &Reference) -> Link<Key> {
        let identity = match name.value.as_ref().map(|value| &value.kind) {
            None => Identity::Absent,
            Some(Kind::String(name)) => {
                // A whole id where a name is meant is the provider's to refuse.
                let name = ids::key_name(name).unwrap_or_else(|| name.to_ascii_lowercase());
                self.key_in(vault, &name)
            }
            Some(Kind::Unknown(unknown)) => match self.find(unknown) {
                Some((Object::Key(handle), ..)) => Identity::Here(handle),
                _ => Identity::Unknown(Unknown::clone(unknown)),
            },
            Some(_) => Identity::Unknown(wrong("the name of a key")),
        };
        Link {
            identity,
            origin: name.origin.clone(),
        }
    }

    fn key_in(&self, vault: &Link<Vault>, name: &str) -> Identity<Key> {
        let Some(text) = identity_text(vault) else {
            return vault
                .unknown()
                .map_or(Identity::Absent, |why| Identity::Unknown(why.clone()));
        };
        if let Some(handle) = self.keys_by_name.get(&(text.clone(), name.to_owned())) {
            return Identity::Here(*handle);
        }
        let vault = match vault.target() {
            Some(vault) => self.estate[vault].header.address.to_string(),
            None => text,
        };
        Identity::Elsewhere(format!("{vault}/keys/{name}").into())
    }

    /// What a role assignment is about.
    pub(super) fn any_scope(&self, reference: &Reference) -> Scope {
        match reference.value.as_ref().map(|value| &value.kind) {
            Some(Kind::String(id)) => self.scope_of_id(id, reference),
            Some(Kind::Unknown(unknown)) => self.scope_of_symbol(unknown, reference),
            None | Some(_) => Scope::Unknown(wrong("a scope")),
        }
    }

    fn scope_of_id(&self, id: &str, reference: &Reference) -> Scope {
        if ids::is_wide_scope(id) {
            return Scope::Wider(Fact::value_at(
                id.to_ascii_lowercase(),
                reference.origin.clone(),
            ));
        }
        if ids::vault_name(id).is_none() {
            return Scope::Other;
        }
        let vault = Link {
            identity: self.vault_with_id(id),
            origin: reference.origin.clone(),
        };
        match ids::key_name(id) {
            Some(name) => Scope::Key(Link {
                identity: self.key_in(&vault, &name),
                origin: reference.origin.clone(),
            }),
            None => Scope::Vault(vault),
        }
    }

    fn scope_of_symbol(&self, unknown: &Unknown, reference: &Reference) -> Scope {
        let origin = reference.origin.clone();
        match self.find(unknown) {
            Some((Object::Vault(handle), ..)) => {
                return Scope::Vault(Link {
                    identity: Identity::Here(handle),
                    origin,
                });
            }
            Some((Object::Key(handle), ..)) => {
                return Scope::Key(Link {
                    identity: Identity::Here(handle),
                    origin,
                });
            }
            Some(_) => return Scope::Other,
            None => {}
        }
        let Some(name) = unknown.symbol.as_deref() else {
            return Scope::Unknown(unknown.clone());
        };
        if let Some(scope) = self.scope_of_template(name, unknown, reference) {
            return scope;
        }
        match symbol::resource_type(name) {
            Some(
                "azurerm_resource_group" | "azurerm_subscription" | "azurerm_management_group",
            ) => Scope::Wider(Fact::unknown_at(unknown.clone(), origin)),
            Some(kind) if is_other_resource(kind) => Scope::Other,
            _ => Scope::Unknown(unknown.clone()),
        }
    }

    /// `${azurerm_key_vault.cmk.id}/keys/cmk`.
    fn scope_of_template(
        &self,
        name: &str,
        unknown: &Unknown,
        reference: &Reference,
    ) -> Option<Scope> {
        let (inside, rest) = symbol::template(name)?;
        let inside = Unknown {
            reason: unknown.reason.clone(),
            symbol: Some(inside.into()),
        };
        let Some((Object::Vault(handle), ..)) = self.find(&inside) else {
            return None;
        };
        let vault = Link::to(handle);
        Some(match ids::key_name(rest) {
            Some(key) => Scope::Key(Link {
                identity: self.key_in(&vault, &key),
                origin: reference.origin.clone(),
            }),
            None => Scope::Vault(vault),
        })
    }

    /// The object that a symbol is an attribute of, its address, and the attribute.
    fn find(&self, unknown: &Unknown) -> Option<(Object, Arc<str>, String)> {
        let symbol = unknown.symbol.as_deref()?;
        symbol::splits(symbol).find_map(|(address, path)| {
            let (address, object) = self.objects.get_key_value(address)?;
            Some((*object, address.clone(), path.to_owned()))
        })
    }

    /// The policy that a data source reads by its name and the resource group around it.
    pub(super) fn policy_named(&self, instance: &Instance) -> Option<Handle<Policy>> {
        let wanted = [
            instance.values.get("name")?,
            instance.values.get("parent_id")?,
        ];
        self.objects.iter().find_map(|(address, object)| {
            let Object::Policy(policy) = object else {
                return None;
            };
            let other = self.instances.get(&**address)?;
            let own = ["name", "parent_id"].map(|name| other.values.get(name));
            let is_same = |(wanted, own): (&Value, &Option<Value>)| {
                own.as_ref().is_some_and(|own| same_text(wanted, own))
            };
            wanted.iter().zip(&own).all(is_same).then_some(*policy)
        })
    }

    /// The same policy under the address of a data source that reads it.
    pub(super) fn alias(&mut self, instance: &Instance, policy: Handle<Policy>) {
        self.objects
            .insert(instance.address.clone(), Object::Policy(policy));
    }
}

/// Whether an attribute of a policy is one of its two ids. The output of azapi is what the user
/// exports, under names of the user's choice, so anything in it but the identity counts.
fn is_policy_id(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    matches!(lower.as_str(), "id" | "system_id" | "resource_id")
        || (lower.starts_with("output") && !is_principal(path))
}

fn is_principal(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.ends_with("principal_id") || lower.ends_with("principalid")
}

/// A resource of Azure that is neither a vault nor a key nor a scope around them.
fn is_other_resource(kind: &str) -> bool {
    kind.starts_with("azurerm_")
        && !kind.starts_with("azurerm_key_vault")
        && kind != "azurerm_role_assignment"
}

fn same_symbol(value: &Value, unknown: &Unknown) -> bool {
    value
        .as_unknown()
        .is_some_and(|other| other.symbol.is_some() && other.symbol == unknown.symbol)
}

/// Whether two texts are the same for certain: known ones, or unknown ones of one name.
fn same_text(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::String(one), Kind::String(other)) => one.eq_ignore_ascii_case(other),
        (Kind::Unknown(unknown), _) => same_symbol(other, unknown),
        _ => false,
    }
}

fn wrong(expected: &str) -> Unknown {
    Unknown::new(Reason::Expression(format!("it is not {expected}").into()))
}

/// An environment that another object of the plan or state describes.
fn described_environment(id: &str, instance: &Instance, fields: &Fields) -> Environment {
    let mut header = Header::new(id);
    header.management = Management::DataSource;
    header.location.clone_from(&instance.location);
    let mut environment = Environment::new(header);
    environment.id = Fact::value_at(id.to_owned(), fields.origin());
    environment.display_name = fields.text(fields.first_of(&["display_name", "name"]));
    environment.location = fields.fact("location", |value| {
        super::fields::text(value).map(|name| EnvironmentLocation::new(&name))
    });
    let kind = fields.first_of(&["type", "environment_type"]);
    environment.sku = fields.fact(kind, |value| {
        super::fields::text(value).map(|name| EnvironmentSku::new(&name))
    });
    environment.managed = or_not_said(fields.flag("managed"), "whether it is managed");
    environment.dataverse = dataverse(fields);
    environment
}

/// A list that does not tell something says nothing about it.
fn or_not_said<T>(fact: Fact<T>, what: &str) -> Fact<T> {
    if fact.is_absent() {
        let unknown = Unknown::new(Reason::NotDeclared(what.into()));
        return Fact::unknown_at(unknown, fact.origin);
    }
    fact
}

/// A flag of ours, an object of Microsoft's provider.
fn dataverse(fields: &Fields) -> Fact<bool> {
    let fact = fields.fact("dataverse", |value| {
        Ok(super::fields::flag(value).unwrap_or(true))
    });
    or_not_said(fact, "whether it has Dataverse")
}
