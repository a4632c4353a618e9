//! A small estate in which everything is right, for tests that make one thing wrong.

use crate::estate::{
    Action, Assignment, Change, Environment, Estate, Existence, Fact, Grant, Handle, Header,
    IdentityKind, Link, ManagedEnvironment, Order, Origin, Policy, PolicyForm, Reason, Right,
    Scope, Unknown, Vault, VaultKind,
};
use crate::{EnvironmentLocation, EnvironmentSku, PolicyKind, PolicyLocation};

pub(super) const ASSIGNMENT: &str = "powerplatform_enterprise_policy.link";
pub(super) const ENVIRONMENT: &str = "powerplatform_environment.retail";
pub(super) const GRANT: &str = "azurerm_role_assignment.cmk";
pub(super) const MANAGED: &str = "powerplatform_managed_environment.retail";
pub(super) const POLICY: &str = "azapi_resource.policy";
pub(super) const VAULT: &str = "azurerm_key_vault.cmk";

/// Vault, policy, grant, environment, managed environment and assignment, in order.
pub(super) struct Chain {
    pub(super) estate: Estate,
    pub(super) vault: Handle<Vault>,
    pub(super) policy: Handle<Policy>,
    pub(super) grant: Handle<Grant>,
    pub(super) environment: Handle<Environment>,
    pub(super) managed: Handle<ManagedEnvironment>,
    pub(super) assignment: Handle<Assignment>,
}

impl Chain {
    pub(super) fn new() -> Self {
        let mut estate = Estate::default();
        let mut vault = Vault::new(Header::new(VAULT), VaultKind::KeyVault);
        vault.rbac = true.into();
        let vault = estate.add_vault(vault);
        let mut policy = Policy::new(Header::new(POLICY), PolicyForm::Raw);
        policy.kind = PolicyKind::Encryption.into();
        policy.location = PolicyLocation::new("europe").into();
        policy.identity = IdentityKind::SystemAssigned.into();
        policy.has_encryption = true.into();
        policy.vault = Link::to(vault);
        let policy = estate.add_policy(policy);
        let grant = estate.add_grant(Grant::new(
            Header::new(GRANT),
            Link::to(policy),
            Scope::Vault(Link::to(vault)),
            role("key vault crypto service encryption user"),
        ));
        let mut environment = Environment::new(Header::new(ENVIRONMENT));
        environment.location = EnvironmentLocation::new("europe").into();
        environment.sku = EnvironmentSku::Production.into();
        environment.dataverse = true.into();
        let environment = estate.add_environment(environment);
        let managed = estate.add_managed_environment(ManagedEnvironment {
            header: Header::new(MANAGED),
            environment: Link::to(environment),
        });
        let mut assignment = Assignment::new(Header::new(ASSIGNMENT));
        assignment.environment = Link::to(environment);
        assignment.policy = Link::to(policy);
        let assignment = estate.add_assignment(assignment);
        let mut chain = Self {
            estate,
            vault,
            policy,
            grant,
            environment,
            managed,
            assignment,
        };
        chain.order(&[
            (POLICY, VAULT),
            (GRANT, POLICY),
            (MANAGED, ENVIRONMENT),
            (ASSIGNMENT, MANAGED),
            (ASSIGNMENT, GRANT),
        ]);
        chain
    }

    /// Exactly these blocks wait for others, the later one first.
    pub(super) fn order(&mut self, waits: &[(&str, &str)]) {
        let mut order = Order::default();
        for block in [ASSIGNMENT, ENVIRONMENT, GRANT, MANAGED, POLICY, VAULT] {
            order.node(block);
        }
        for (later, earlier) in waits {
            let (later, earlier) = (order.node(later), order.node(earlier));
            order.after(later, earlier);
        }
        self.estate.order = order;
    }

    pub(super) fn assignment(&mut self) -> &mut Assignment {
        &mut self.estate[self.assignment]
    }

    pub(super) fn environment(&mut self) -> &mut Environment {
        &mut self.estate[self.environment]
    }

    pub(super) fn policy(&mut self) -> &mut Policy {
        &mut self.estate[self.policy]
    }

    pub(super) fn vault(&mut self) -> &mut Vault {
        &mut self.estate[self.vault]
    }

    pub(super) fn grant(&mut self) -> &mut Grant {
        &mut self.estate[self.grant]
    }

    pub(super) fn managed(&mut self) -> &mut ManagedEnvironment {
        &mut self.estate[self.managed]
    }

    /// The plan leaves or changes the assignment, which exists.
    pub(super) fn assignment_exists(&mut self) {
        self.assignment().header.change = Some(Change::new(Action::NoOp));
    }
}

/// A role.
pub(super) fn role(name: &str) -> Fact<Right> {
    Right::Role(name.to_owned()).into()
}

/// A value of this variable, with a symbol.
pub(super) fn variable(name: &str) -> Unknown {
    Unknown {
        reason: Reason::VariableWithoutValue(name.into()),
        symbol: Some(format!("var.{name}").into()),
    }
}

/// A fact that is the value of a variable.
pub(super) fn from_variable<T>(name: &str) -> Fact<T> {
    Fact::unknown_at(variable(name), Origin::default())
}

/// Exists if this variable says so.
pub(super) fn if_variable(name: &str) -> Existence {
    Existence::Possible(variable(name))
}
