//! The ARM id of a key vault or managed HSM.

use std::str::FromStr;

use super::arm::{check_not_blank, parse_resource, recognise};
use super::names::check_vault_name;
use super::{KeyName, ParseError, Problem, ResourceGroupName, SubscriptionId, text_type};

const EXPECTED: &str = "Microsoft.KeyVault/vaults or Microsoft.KeyVault/managedHSMs";

/// The ARM id of a key vault or managed HSM, which is what a policy names (API facts 2.2).
///
/// ```
/// use ppcmk_coverage::KeyVaultId;
///
/// let id: KeyVaultId = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk\
///     /providers/Microsoft.KeyVault/managedHSMs/hsm-cmk-eu".parse()?;
/// assert!(id.is_managed_hsm());
///
/// let error = "https://kv-cmk-eu.vault.azure.net/".parse::<KeyVaultId>().unwrap_err();
/// assert!(error.to_string().ends_with("this is the URI of a key vault, and the vault's ARM id is meant"));
/// # Ok::<(), ppcmk_coverage::ParseError>(())
/// ```
#[derive(Clone)]
pub struct KeyVaultId {
    text: Box<str>,
    subscription: SubscriptionId,
    resource_group: ResourceGroupName,
    is_managed_hsm: bool,
}

text_type!(KeyVaultId);

impl KeyVaultId {
    /// The subscription that holds the vault.
    pub fn subscription(&self) -> &SubscriptionId {
        &self.subscription
    }

    /// The resource group that holds the vault.
    pub fn resource_group(&self) -> &ResourceGroupName {
        &self.resource_group
    }

    /// The vault's name.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// Whether this is a managed HSM.
    pub fn is_managed_hsm(&self) -> bool {
        self.is_managed_hsm
    }

    /// The ARM id of a key in this vault, which is also a scope for role assignments.
    pub fn key(&self, name: &KeyName) -> String {
        format!("{}/keys/{name}", self.text)
    }
}

impl FromStr for KeyVaultId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |problem| ParseError::new("key vault id", text, problem);
        check_kind(text).map_err(refuse)?;
        let resource = parse_resource(text, EXPECTED, is_vault).map_err(refuse)?;
        check_vault_name(resource.name).map_err(refuse)?;
        Ok(Self {
            text: text.into(),
            subscription: resource.subscription.parse()?,
            resource_group: resource.group.parse()?,
            is_managed_hsm: resource.kind.eq_ignore_ascii_case("managedHSMs"),
        })
    }
}

fn check_kind(text: &str) -> Result<(), Problem> {
    check_not_blank(text)?;
    match recognise(text) {
        Some("an ARM id" | "a path") | None => Ok(()),
        Some(seen) => Err(Problem::Confused {
            seen,
            expected: "the vault's ARM id",
        }),
    }
}

fn is_vault(namespace: &str, resource_type: &str) -> bool {
    namespace.eq_ignore_ascii_case("Microsoft.KeyVault")
        && (resource_type.eq_ignore_ascii_case("vaults")
            || resource_type.eq_ignore_ascii_case("managedHSMs"))
}
