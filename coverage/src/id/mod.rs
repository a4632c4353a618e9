//! Ids and names, parsed once and then believed.
//!
//! All of them compare without case, as Resource Manager and the environment API do (API facts
//! 2.2 and 4.3), and keep the spelling they were given, so that a user's configuration never
//! differs from itself. A rejected value says what was seen and what was expected, and names the
//! near miss: an ARM id where a system id is meant, a vault's URI where its ARM id is meant.

mod arm;
mod environment_id;
mod error;
mod guid;
mod key_identifier;
mod key_vault_id;
mod names;
mod policy_id;
mod role_assignment_id;
mod system_id;
mod text;

pub use environment_id::EnvironmentId;
pub use error::{ParseError, Problem};
pub use guid::{GuidProblem, PrincipalId, SubscriptionId, TenantId};
pub use key_identifier::KeyIdentifier;
pub use key_vault_id::KeyVaultId;
pub use names::{KeyName, KeyVersion, PolicyName, ResourceGroupName};
pub use policy_id::PolicyId;
pub use role_assignment_id::RoleAssignmentId;
pub use system_id::SystemId;

use text::text_type;

#[cfg(test)]
mod tests;
