//! Key vaults, managed HSMs and their keys, as far as an encryption policy depends on them.

use ppcmk_coverage::{AzureRegion, KeyVaultId, KeyVersion, PrincipalId, TenantId};

/// A key vault or managed HSM (API facts 3.1, 3.6).
#[derive(Clone, Debug)]
pub struct Vault {
    /// Its ARM id.
    pub id: KeyVaultId,
    /// Its Azure region.
    pub location: AzureRegion,
    /// Its tenant.
    pub tenant_id: Option<TenantId>,
    /// Whether deleted keys can be recovered; very old vaults do not say.
    pub soft_delete: Option<bool>,
    /// For how many days they can.
    pub soft_delete_retention_days: Option<i64>,
    /// Whether purging is impossible. Absent means no.
    pub purge_protection: bool,
    /// Whether roles decide about access, and not access policies. Absent means no; a managed HSM
    /// has roles of its own and says nothing here.
    pub uses_rbac: bool,
    /// The access policies, which mean nothing when roles decide.
    pub access_policies: Vec<AccessPolicy>,
    /// Who may connect.
    pub network: NetworkRules,
    /// The base of the data plane.
    pub uri: Option<String>,
    /// `Succeeded`, `Activated`, `RegisteringDns`.
    pub provisioning_state: Option<String>,
}

impl Vault {
    /// The access policy of a principal itself, not of it together with an application.
    pub fn access_policy_of(&self, principal: &PrincipalId) -> Option<&AccessPolicy> {
        self.access_policies.iter().find(|policy| {
            policy.application_id.is_none()
                && policy.object_id.eq_ignore_ascii_case(principal.as_str())
        })
    }
}

/// Who may connect to a vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkRules {
    /// Whether public access is on; absent means yes.
    pub public_access: Option<bool>,
    /// Whether unknown addresses are refused (`defaultAction` is `Deny`); absent means no.
    pub denies_by_default: Option<bool>,
    /// Whether Microsoft's services pass all the same (`bypass` has `AzureServices`). Absent is
    /// documented to mean yes.
    pub trusted_services_bypass: Option<bool>,
    /// Addresses that may connect.
    pub ip_rules: Vec<String>,
    /// Subnets that may connect.
    pub subnets: Vec<String>,
}

/// What a principal may do in a vault with access policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPolicy {
    /// The principal's tenant.
    pub tenant_id: Option<String>,
    /// The principal.
    pub object_id: String,
    /// The application through which it must come, if any.
    pub application_id: Option<String>,
    /// What it may do with keys, as the service wrote it.
    pub keys: Vec<String>,
}

impl AccessPolicy {
    /// Whether it may do this with keys.
    pub fn allows(&self, permission: KeyPermission) -> bool {
        self.keys.iter().any(|own| {
            own.eq_ignore_ascii_case(permission.as_str()) || own.eq_ignore_ascii_case("all")
        })
    }

    /// Whether it may do all that a policy's identity needs.
    pub fn allows_encryption(&self) -> bool {
        KeyPermission::FOR_ENCRYPTION
            .into_iter()
            .all(|permission| self.allows(permission))
    }
}

/// What a policy's identity must be allowed to do with the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPermission {
    /// Read the public part.
    Get,
    /// Encrypt another key.
    WrapKey,
    /// Decrypt another key.
    UnwrapKey,
}

impl KeyPermission {
    /// All three are needed (API facts 3.5).
    pub const FOR_ENCRYPTION: [Self; 3] = [Self::Get, Self::WrapKey, Self::UnwrapKey];

    /// The service's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::WrapKey => "wrapKey",
            Self::UnwrapKey => "unwrapKey",
        }
    }
}

/// A key, or one version of it (API facts 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key's name, or the version for a version.
    pub name: String,
    /// `RSA`, `RSA-HSM`, `EC`, `EC-HSM`.
    pub key_type: String,
    /// The size in bits. Lists of versions leave it out.
    pub size: Option<i64>,
    /// What may be done with it (`wrapKey`, …). Lists of versions leave it out.
    pub operations: Vec<String>,
    /// Whether it may be used; absent means yes.
    pub enabled: Option<bool>,
    /// Unix seconds from when it may be used.
    pub not_before: Option<i64>,
    /// Unix seconds until when it may be used.
    pub expires: Option<i64>,
    /// Unix seconds of its creation.
    pub created: Option<i64>,
    /// The version that is current, or this one.
    pub version: Option<KeyVersion>,
    /// The URI without version.
    pub uri: Option<String>,
    /// Whether a rotation policy is set that makes new versions.
    pub rotates: bool,
}

impl Key {
    /// Whether an operation is allowed, in any case.
    pub fn allows(&self, operation: &str) -> bool {
        self.operations
            .iter()
            .any(|own| own.eq_ignore_ascii_case(operation))
    }
}
