//! The domain of `ppcmk`: the names of things, where they live, and what a customer-managed key
//! covers.
//!
//! Nothing here does I/O, and nothing here is asynchronous: provider and linter read the world in
//! their own ways and speak about it in these types.
//!
//! - [`id`]: validated newtypes for everything that is an id or a name. A value that could be
//!   mistaken for another one is a type of its own.
//! - [`geo`]: the macro regions of Power Platform, their names on policies and environments, and
//!   the Azure regions inside them.
//! - [`kind`]: open enumerations of the services' words.
//! - [`estate`]: what a configuration, a plan or a tenant says about keys, in three values.
//! - [`catalogue`]: every workload and class of data, and what documents say about its key.
//! - [`assessment`]: who holds the key, per environment and workload.
//! - [`rule`]: what a rule is.
//! - [`rules`]: the rules, pure functions from an estate to [`finding`]s, and their registry.

#![warn(missing_docs)]

pub mod assessment;
pub mod catalogue;
pub mod estate;
pub mod finding;
pub mod geo;
pub mod id;
pub mod kind;
pub mod rule;
pub mod rules;

pub use estate::Estate;
pub use finding::{Certainty, Finding, Findings, Level, Related, Undecided};
pub use geo::{AzureRegion, EnvironmentLocation, Geo, PolicyLocation, SameGeo};
pub use id::{
    EnvironmentId, KeyIdentifier, KeyName, KeyVaultId, KeyVersion, ParseError, PolicyId,
    PolicyName, PrincipalId, Problem, ResourceGroupName, RoleAssignmentId, SubscriptionId,
    SystemId, TenantId,
};
pub use kind::{EnvironmentSku, HealthStatus, LinkStatus, PolicyKind};
