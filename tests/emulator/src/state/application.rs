//! Applications that may call, and what each may do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an application may do in Azure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AzureRole {
    /// Nothing.
    None,
    /// Read.
    Reader,
    /// Read and write, but no role assignments.
    Contributor,
    /// Everything.
    #[default]
    Owner,
}

/// An application registration with its service principal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// The application's id.
    pub client_id: String,
    /// The id of its service principal; derived from the client id when absent.
    #[serde(default)]
    pub object_id: String,
    /// Client secrets that are accepted.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Client assertions that are accepted: a whole token, or the `sub` of one.
    #[serde(default)]
    pub assertions: Vec<String>,
    /// Registered as an admin management application; without it 403 everywhere. [M]
    #[serde(default = "yes")]
    pub admin_application: bool,
    /// Sees environments; without it they are not found. [D]
    #[serde(default = "yes")]
    pub sees_environments: bool,
    /// Holds `ManageProtectionKeys`; without it 403 on link. [C]
    #[serde(default = "yes")]
    pub manage_protection_keys: bool,
    /// Has Reader on the policies; without it (or a role assignment) 404 on link. [D]
    #[serde(default = "yes")]
    pub reads_policies: bool,
    /// What it may do in Azure.
    #[serde(default)]
    pub azure_role: AzureRole,
    /// May read keys through the data plane of vaults.
    #[serde(default = "yes")]
    pub reads_keys: bool,
    /// May read and write local role assignments of Managed HSMs.
    #[serde(default = "yes")]
    pub administers_hsms: bool,
}

fn yes() -> bool {
    true
}

/// Secrets and assertions are left out.
impl fmt::Debug for Application {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Application")
            .field("client_id", &self.client_id)
            .field("object_id", &self.object_id)
            .finish_non_exhaustive()
    }
}
