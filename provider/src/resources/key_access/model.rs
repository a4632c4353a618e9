//! The attributes of `ppcmk_key_access`.

use std::fmt;
use std::str::FromStr;

use ppcmk_coverage::{KeyName, KeyVaultId, ParseError, PolicyId, PrincipalId, RoleAssignmentId};
use tfplugin::schema::validator::{one_of, parses};
use tfplugin::timeouts::{DefaultTimeouts, Timeouts};
use tfplugin::{Attr, Attribute, Diagnostic, Model, Schema};

use crate::planned::PlannedGrant;
use crate::resources::same_without_case;
use crate::services::Touched;

pub(super) const ACCESS_POLICY_COVERS_VAULT: &str = "An access policy covers all keys of its vault, so key_name cannot narrow it. Remove key_name, \
     or let the vault use role assignments (Azure RBAC).";
pub(super) const MANAGED_HSM: &str = "A Managed HSM has role assignments of its own, which this resource does not manage. Grant the \
     role to the policy's principal_id:\n\n    az keyvault role assignment create --hsm-name <hsm> \
     --role \"Managed HSM Crypto Service Encryption User\" --assignee-object-id <principal id> \
     --assignee-principal-type ServicePrincipal --scope /keys/<key>";

/// The right of one identity on the keys of a vault, or on one of them.
#[derive(Clone, Debug, Default, Model)]
pub(crate) struct KeyAccess {
    pub(super) id: Attr<String>,
    pub(super) policy_id: Attr<String>,
    pub(super) principal_id: Attr<String>,
    pub(super) key_vault_id: Attr<String>,
    pub(super) key_name: Attr<String>,
    pub(super) mode: Attr<String>,
    pub(super) retain_on_destroy: Attr<bool>,
    pub(super) timeouts: Attr<Timeouts>,
}

/// How a vault grants rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// What the vault uses.
    Auto,
    /// A role assignment.
    Rbac,
    /// An entry in the vault's access policies.
    AccessPolicy,
}

/// The id of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GrantId {
    Role(RoleAssignmentId),
    AccessPolicy {
        vault: KeyVaultId,
        principal: PrincipalId,
    },
}

impl FromStr for GrantId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        // The form that azurerm uses for access policies.
        match text.to_ascii_lowercase().rfind("/objectid/") {
            Some(at) => Ok(Self::AccessPolicy {
                vault: text[..at].parse()?,
                principal: text[at + "/objectid/".len()..].parse()?,
            }),
            None => super::role_id(text).map(Self::Role),
        }
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(id) => id.fmt(formatter),
            Self::AccessPolicy { vault, principal } => {
                write!(formatter, "{vault}/objectId/{principal}")
            }
        }
    }
}

pub(super) fn schema(timeouts: &DefaultTimeouts) -> Schema {
    Schema::new(
        "The right of an encryption policy's identity on the key: the role Key Vault Crypto \
         Service Encryption User, or an access policy with get, wrap and unwrap, whichever the \
         vault uses.\n\nAssignments of environments have to depend on it: a link fails while the \
         identity cannot use the key. Destroying keeps the grant unless `retain_on_destroy` is \
         false, because backups need the key for at least 30 days after an environment left.",
    )
    .attributes([
        Attribute::string("id").computed().use_prior().describe(
            "The id of the role assignment, or `<vault id>/objectId/<principal id>` for an access \
             policy.",
        ),
        Attribute::string("policy_id")
            .requires_replace()
            .same_when(same_without_case)
            .describe(
                "The enterprise policy whose identity gets the right, by its Azure resource id. \
                 Exactly one of `policy_id` and `principal_id` is needed.",
            )
            .validate(parses("Invalid policy id", str::parse::<PolicyId>)),
        Attribute::string("principal_id")
            .optional_computed()
            .use_prior()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The object id of the identity that gets the right.")
            .validate(parses("Invalid principal id", str::parse::<PrincipalId>)),
        Attribute::string("key_vault_id")
            .required()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The Azure resource id of the Key Vault.")
            .validate(parses("Invalid key vault id", str::parse::<KeyVaultId>)),
        Attribute::string("key_name")
            .requires_replace()
            .same_when(same_without_case)
            .describe(
                "A key of the vault, to narrow the right to it. Only vaults that use role \
                 assignments can do that.",
            )
            .validate(parses("Invalid key name", str::parse::<KeyName>)),
        Attribute::string("mode")
            .default_value("auto")
            .describe(
                "`auto` (default) grants in the way that the vault uses, `rbac` by role \
                 assignment, `access_policy` by access policy. A vault ignores the other way.",
            )
            .validate(one_of(&["auto", "rbac", "access_policy"])),
        Attribute::bool("retain_on_destroy").default_value(true).describe(
            "Whether destroying leaves the grant in place (default). With `false` it is removed, \
             unless an environment is under the policy or has left one within 30 days.",
        ),
    ])
    .block(timeouts.block())
}

impl KeyAccess {
    pub(super) fn mode(&self) -> Mode {
        match self.mode.as_str() {
            Some("rbac") => Mode::Rbac,
            Some("access_policy") => Mode::AccessPolicy,
            _ => Mode::Auto,
        }
    }

    pub(super) fn grant_id(&self) -> Option<GrantId> {
        self.id.as_str()?.parse().ok()
    }

    pub(super) fn vault_id(&self) -> Option<KeyVaultId> {
        self.key_vault_id.as_str()?.parse().ok()
    }

    /// What the allow-lists have to permit, with the argument that names it.
    pub(super) fn touched(&self) -> Vec<(&'static str, Touched)> {
        let vault = self.vault_id().map(|id| id.subscription().clone());
        let policy = self
            .policy_id
            .as_str()
            .and_then(|id| id.parse::<PolicyId>().ok())
            .map(|id| id.subscription().clone());
        [("key_vault_id", vault), ("policy_id", policy)]
            .into_iter()
            .filter_map(|(argument, id)| Some((argument, Touched::Subscription(id?))))
            .collect()
    }

    pub(super) fn is_in_managed_hsm(&self) -> bool {
        self.vault_id().is_some_and(|vault| vault.is_managed_hsm())
    }

    /// What plans of assignments have to know of it.
    pub(super) fn planned(&self) -> PlannedGrant {
        PlannedGrant {
            policy: self.policy_id.as_str().and_then(|id| id.parse().ok()),
            principal: self.principal_id.as_str().and_then(|id| id.parse().ok()),
            vault: self.vault_id(),
        }
    }

    pub(super) fn retains(&self) -> bool {
        self.retain_on_destroy != Attr::Known(false)
    }

    /// Whether the stored grant was made in another way than the one that is asked for now.
    pub(super) fn is_of_another_mode_than(&self, wanted: Mode) -> bool {
        match (self.grant_id(), wanted) {
            (Some(GrantId::Role(_)), Mode::AccessPolicy)
            | (Some(GrantId::AccessPolicy { .. }), Mode::Rbac) => true,
            (_, _) => false,
        }
    }

    pub(super) fn names_another_identity_than(&self, prior: &Self) -> bool {
        match (&self.policy_id, &prior.policy_id) {
            (Attr::Known(one), Attr::Known(other)) => !one.eq_ignore_ascii_case(other),
            // From a principal to a policy: which identity that is, is not known yet.
            (Attr::Unknown, _) | (Attr::Known(_), Attr::Null) => true,
            (_, _) => false,
        }
    }
}

pub(super) fn kept(id: &GrantId) -> Diagnostic {
    Diagnostic::warning(
        "Grant kept",
        format!(
            "The grant {id} stays in place (retain_on_destroy = true), and Terraform forgets it. \
             Keep it at least until 30 days after the last environment has left the policy; \
             backups need the key until then."
        ),
    )
}

pub(super) fn ignored_by_vault(id: &GrantId, used: &str) -> Diagnostic {
    Diagnostic::warning(
        "Grant has no effect",
        format!(
            "The vault uses {used} now and ignores the grant {id}. The policy cannot use its key \
             through it."
        ),
    )
}
