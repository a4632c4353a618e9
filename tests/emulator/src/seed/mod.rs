//! Seeds: JSON descriptions of the tenant an emulator starts with.
//!
//! Only ids and what differs from the usual has to be said; see the folder's `README.md` for all
//! members. Unknown members are errors with their position, so that a typing mistake does not
//! silently give another tenant.

mod build;
mod keys;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub(crate) use self::keys::grant;
use crate::clock::Timestamp;
pub use crate::state::application::{Application, AzureRole};
pub use crate::state::environment::FinOps;
pub use crate::state::policy::PolicyKind;
pub use crate::state::vault::{Network, VaultKind};

/// The seed an emulator has when none is given.
pub const DEFAULT_SEED: &str = include_str!("../default-seed.json");

/// Why a seed cannot be used.
#[derive(Debug, Error)]
pub enum SeedError {
    /// The file cannot be read.
    #[error("could not read seed `{}`", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not JSON, or not the JSON of a seed; the source says where.
    #[error("seed is not valid: {source}")]
    Invalid {
        /// What and where.
        #[source]
        source: serde_json::Error,
    },
    /// Something refers to what is not there.
    #[error("seed is not valid: {place} names {what} `{name}`, which the seed does not have")]
    Unknown {
        /// Where in the seed.
        place: String,
        /// What is missing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The same id twice.
    #[error("seed is not valid: {place} repeats `{name}`")]
    Repeated {
        /// Where in the seed.
        place: String,
        /// The id.
        name: String,
    },
    /// A word outside its list.
    #[error("seed is not valid: {place} is `{word}`, expected one of {expected}")]
    Word {
        /// Where in the seed.
        place: String,
        /// What it is.
        word: String,
        /// What it could be.
        expected: String,
    },
}

/// A tenant to start with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seed {
    /// The Entra tenant.
    pub tenant_id: String,
    /// Applications that may call; the first one is handed to child processes.
    #[serde(default)]
    pub applications: Vec<Application>,
    /// Subscriptions; the first one is what resource groups belong to unless they say otherwise.
    #[serde(default)]
    pub subscriptions: Vec<SeedSubscription>,
    /// Resource groups; the first one is where resources are unless they say otherwise.
    #[serde(default)]
    pub resource_groups: Vec<SeedResourceGroup>,
    /// Key vaults and Managed HSMs.
    #[serde(default)]
    pub vaults: Vec<SeedVault>,
    /// Enterprise policies.
    #[serde(default)]
    pub policies: Vec<SeedPolicy>,
    /// Environments.
    #[serde(default)]
    pub environments: Vec<SeedEnvironment>,
    /// More of everything, for big tenants.
    #[serde(default)]
    pub generate: Generate,
}

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedSubscription {
    /// Its id.
    pub id: String,
    /// Whether `Microsoft.PowerPlatform` is registered.
    #[serde(default = "yes")]
    pub registered: bool,
}

/// A resource group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedResourceGroup {
    /// Its name.
    pub name: String,
    /// Azure region.
    #[serde(default = "westeurope")]
    pub location: String,
    /// Subscription, when not the first one.
    pub subscription: Option<String>,
}

/// A key vault or Managed HSM.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedVault {
    /// Its name.
    pub name: String,
    /// Resource group, when not the first one.
    pub resource_group: Option<String>,
    /// Azure region.
    #[serde(default = "westeurope")]
    pub location: String,
    /// Who decides about access.
    pub kind: VaultKind,
    /// Whether it is protected against purging.
    #[serde(default = "yes")]
    pub purge_protection: bool,
    /// Whether deleted keys can be recovered.
    #[serde(default = "yes")]
    pub soft_delete: bool,
    /// Firewall.
    #[serde(default)]
    pub network: Network,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Keys.
    #[serde(default)]
    pub keys: Vec<SeedKey>,
}

/// A key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedKey {
    /// Its name.
    pub name: String,
    /// `RSA`, `RSA-HSM`, `EC` …; `RSA-HSM` in a Managed HSM unless said otherwise.
    pub kty: Option<String>,
    /// Bits.
    #[serde(default = "usual_size")]
    pub size: u32,
    /// Whether it can be used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// Expiry.
    pub expires: Option<Timestamp>,
    /// Permitted operations.
    #[serde(default = "usual_operations")]
    pub operations: Vec<String>,
    /// How many versions.
    #[serde(default = "one")]
    pub versions: u32,
}

/// An enterprise policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedPolicy {
    /// Its name.
    pub name: String,
    /// Resource group, when not the first one.
    pub resource_group: Option<String>,
    /// Policy location, for example `europe`.
    #[serde(default = "europe")]
    pub location: String,
    /// What it governs.
    #[serde(default = "encryption")]
    pub kind: PolicyKind,
    /// Name of the vault or HSM, for an encryption policy.
    pub vault: Option<String>,
    /// Name of the key.
    #[serde(default = "cmk")]
    pub key: String,
    /// Version of the key, when it is pinned.
    pub key_version: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Whether its identity may use the key.
    #[serde(default = "yes")]
    pub granted: bool,
}

/// An environment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedEnvironment {
    /// Its id.
    pub id: String,
    /// Name people see.
    pub display_name: String,
    /// Description.
    pub description: Option<String>,
    /// Environment location, for example `unitedkingdom`.
    #[serde(default = "europe")]
    pub location: String,
    /// Azure region.
    #[serde(default = "westeurope")]
    pub azure_region: String,
    /// `Production`, `Sandbox`, `Trial`, `Developer`, `Default`, `Teams` …
    #[serde(default = "production")]
    pub sku: String,
    /// Whether it is a managed environment.
    #[serde(default)]
    pub managed: bool,
    /// Whether it has a Dataverse database.
    #[serde(default = "yes")]
    pub dataverse: bool,
    /// Finance and operations application.
    pub finops: Option<FinOps>,
    /// Names of the policies it is linked to, at most one of each kind.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Id of its environment group.
    pub group: Option<String>,
}

/// How many more of each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Generate {
    /// Managed production environments in Europe, ids `10000000-0000-0000-0000-000000000001` on.
    pub environments: u32,
    /// How many of them are linked, to the generated policies in turn.
    pub linked: u32,
    /// Encryption policies in Europe over the first vault of the seed, `ep-00001` on.
    pub policies: u32,
}

impl Seed {
    /// Reads the JSON of a seed.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        serde_json::from_str(text).map_err(|source| SeedError::Invalid { source })
    }

    /// Reads a seed file.
    pub fn read(path: &Path) -> Result<Self, SeedError> {
        let text = std::fs::read_to_string(path).map_err(|source| SeedError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text)
    }
}

impl Default for Seed {
    fn default() -> Self {
        Self::parse(DEFAULT_SEED).expect("the built-in seed is checked by a test")
    }
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

fn usual_size() -> u32 {
    3072
}

fn europe() -> String {
    "europe".into()
}

fn westeurope() -> String {
    "westeurope".into()
}

fn production() -> String {
    "Production".into()
}

fn cmk() -> String {
    "cmk".into()
}

fn encryption() -> PolicyKind {
    PolicyKind::Encryption
}

fn usual_operations() -> Vec<String> {
    [
        "encrypt",
        "decrypt",
        "sign",
        "verify",
        "wrapKey",
        "unwrapKey",
    ]
    .map(String::from)
    .to_vec()
}
