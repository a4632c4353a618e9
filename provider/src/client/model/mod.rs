//! The services' objects as the rest of the provider sees them.
//!
//! Ids are parsed where they parse. Where a service shows an id that our rules do not know, the
//! text is kept next to it, so that a strange id is visible and never an error.

mod environment;
mod operation;
mod policy;
mod role_assignment;
mod vault;

pub use environment::{
    Environment, FinanceAndOperations, LifecycleOperations, LifecycleRule, PolicyLink,
};
pub use operation::{
    Operation, OperationStage, OperationState, OperationType, Requester, newest_active,
    newest_of_key,
};
pub use policy::{EnterprisePolicy, PolicySpec, ProviderRegistration, RegistrationState, Tags};
pub use role_assignment::{KEY_ENCRYPTION_ROLE, RoleAssignment, role_assignment_name};
pub use vault::{AccessPolicy, Key, KeyPermission, NetworkRules, Vault};
