//! Making, finding and removing grants.

use std::time::Duration;

use ppcmk_coverage::{KeyName, KeyVaultId, ParseError, PrincipalId, TenantId};
use tfplugin::schema::validator::sentence;
use tfplugin::{Attr, Cx, Diagnostic, Diagnostics};

use super::model::{
    ACCESS_POLICY_COVERS_VAULT, GrantId, KeyAccess, MANAGED_HSM, Mode, ignored_by_vault,
};
use crate::client::{
    AccessPolicy, Call, KEY_ENCRYPTION_ROLE, KeyPermission, RoleAssigned, RoleAssignment,
};
use crate::explain::explain;
use crate::services::Services;

/// How long Entra may take to know a new identity (API facts 3.4: minutes).
const PRINCIPAL_WITHIN: Duration = Duration::from_secs(5 * 60);
/// How long a grant may take to be visible (API facts 3.4: up to 10 minutes [D]).
const VISIBLE_WITHIN: Duration = Duration::from_secs(10 * 60);
const PAUSE: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// A grant that is to be made.
#[derive(Clone, Debug)]
pub(super) enum Grant {
    Role {
        scope: String,
        principal: PrincipalId,
    },
    AccessPolicy {
        vault: KeyVaultId,
        tenant: TenantId,
        principal: PrincipalId,
    },
}

impl Grant {
    /// Reads the vault and decides how it grants.
    pub(super) async fn resolve(
        services: &Services,
        call: &Call,
        model: &KeyAccess,
        principal: PrincipalId,
    ) -> Result<Self, Diagnostics> {
        let problem = |argument: &str, summary: &str, detail: &str| {
            Diagnostics::from(Diagnostic::error(summary, detail).at(argument))
        };
        let Some(vault_id) = model.vault_id() else {
            return Err(problem(
                "key_vault_id",
                "Invalid key vault id",
                "The id is not valid.",
            ));
        };
        if vault_id.is_managed_hsm() {
            return Err(problem(
                "key_vault_id",
                "Managed HSM not supported",
                MANAGED_HSM,
            ));
        }
        let vault = services
            .arm()
            .vault(call, &vault_id)
            .await
            .map_err(|error| {
                Diagnostics::from(
                    explain(&format!("read the key vault {vault_id}"), &error).at("key_vault_id"),
                )
            })?;
        let Some(vault) = vault else {
            return Err(problem(
                "key_vault_id",
                "Key vault not found",
                &format!(
                    "There is no key vault {vault_id}, or the application cannot read it. Check \
                     the id, and grant the role Reader on the vault."
                ),
            ));
        };
        let key = model
            .key_name
            .as_str()
            .map(str::parse::<KeyName>)
            .transpose()
            .map_err(|error: ParseError| {
                problem(
                    "key_name",
                    "Invalid key name",
                    &sentence(&error.to_string()),
                )
            })?;
        match (model.mode(), vault.uses_rbac) {
            (Mode::Auto | Mode::Rbac, true) => {
                if let Some(key) = &key {
                    require_key(services, call, &vault_id, key).await?;
                }
                let scope = match &key {
                    Some(key) => vault_id.key(key),
                    None => vault_id.to_string(),
                };
                Ok(Self::Role { scope, principal })
            }
            (Mode::Auto | Mode::AccessPolicy, false) => {
                if key.is_some() {
                    return Err(problem(
                        "key_name",
                        "Scope not possible",
                        ACCESS_POLICY_COVERS_VAULT,
                    ));
                }
                let Some(tenant) = vault.tenant_id.clone() else {
                    return Err(problem(
                        "key_vault_id",
                        "Vault without tenant",
                        "Azure does not tell the vault's tenant, and an access policy needs it.",
                    ));
                };
                Ok(Self::AccessPolicy {
                    vault: vault_id,
                    tenant,
                    principal,
                })
            }
            (Mode::Rbac, false) => Err(problem(
                "mode",
                "Vault ignores role assignments",
                "The vault uses access policies, so a role assignment would have no effect. Use \
                 mode = \"auto\" or \"access_policy\".",
            )),
            (Mode::AccessPolicy, true) => Err(problem(
                "mode",
                "Vault ignores access policies",
                "The vault uses role assignments (Azure RBAC), so an access policy would have no \
                 effect. Use mode = \"auto\" or \"rbac\".",
            )),
        }
    }

    /// Makes the grant, or finds the one that is there.
    pub(super) async fn make(
        &self,
        cx: &Cx<Services>,
        services: &Services,
        call: &Call,
    ) -> Result<GrantId, Diagnostics> {
        match self {
            Self::Role { scope, principal } => {
                if let Some(existing) = existing(services, call, scope, principal).await? {
                    return Ok(GrantId::Role(existing.id));
                }
                assign(cx, services, call, scope, principal).await
            }
            Self::AccessPolicy {
                vault,
                tenant,
                principal,
            } => {
                services
                    .arm()
                    .add_access_policy(call, vault, tenant, principal)
                    .await
                    .map_err(|error| {
                        explain(&format!("change the access policies of {vault}"), &error)
                    })?;
                Ok(GrantId::AccessPolicy {
                    vault: vault.clone(),
                    principal: principal.clone(),
                })
            }
        }
    }

    /// Reads until the grant is seen.
    pub(super) async fn wait_until_visible(
        &self,
        cx: &Cx<Services>,
        services: &Services,
        call: &Call,
        id: &GrantId,
    ) -> Result<(), Diagnostics> {
        let patience = call.within(VISIBLE_WITHIN);
        let mut pause = PAUSE;
        loop {
            let visible = match self {
                Self::Role { scope, principal } => {
                    existing(services, call, scope, principal).await?.is_some()
                }
                Self::AccessPolicy {
                    vault, principal, ..
                } => services
                    .arm()
                    .vault(call, vault)
                    .await
                    .map_err(|error| explain(&format!("read the key vault {vault}"), &error))?
                    .is_some_and(|vault| {
                        vault
                            .access_policy_of(principal)
                            .is_some_and(AccessPolicy::allows_encryption)
                    }),
            };
            if visible {
                return Ok(());
            }
            cx.waiting_for(format!("the grant {id} to be visible"));
            if patience.sleep(pause).await.is_err() {
                return Err(Diagnostic::error(
                    "Grant not visible",
                    format!(
                        "The grant {id} was made, and Azure does not show it. If somebody else \
                         changes the same vault, one of the changes was lost; apply again."
                    ),
                )
                .into());
            }
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }
}

async fn require_key(
    services: &Services,
    call: &Call,
    vault: &KeyVaultId,
    key: &KeyName,
) -> Result<(), Diagnostics> {
    match services.arm().key(call, vault, key, None).await {
        Ok(None) => Err(Diagnostic::error(
            "Key not found",
            format!("The vault {vault} has no key called {key}. Create the key first."),
        )
        .at("key_name")
        .into()),
        // Reading keys is a right of its own; granting does not need it.
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

/// The assignment of the role at exactly this scope.
async fn existing(
    services: &Services,
    call: &Call,
    scope: &str,
    principal: &PrincipalId,
) -> Result<Option<RoleAssignment>, Diagnostics> {
    let assignments = services
        .arm()
        .role_assignments(call, scope, principal)
        .await
        .map_err(|error| explain(&format!("read the role assignments of {scope}"), &error))?;
    Ok(assignments.into_iter().find(|assignment| {
        assignment.gives(KEY_ENCRYPTION_ROLE, principal)
            && assignment
                .scope
                .trim_end_matches('/')
                .eq_ignore_ascii_case(scope)
    }))
}

async fn assign(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    scope: &str,
    principal: &PrincipalId,
) -> Result<GrantId, Diagnostics> {
    let patience = call.within(PRINCIPAL_WITHIN);
    let mut pause = PAUSE;
    loop {
        let outcome = services
            .arm()
            .assign_role(call, scope, principal, KEY_ENCRYPTION_ROLE)
            .await
            .map_err(|error| explain(&format!("assign the role on {scope}"), &error))?;
        let refusal = match outcome {
            RoleAssigned::Done(assignment) => return Ok(GrantId::Role(assignment.id)),
            RoleAssigned::ExistsElsewhere(refusal) => {
                if let Some(existing) = existing(services, call, scope, principal).await? {
                    return Ok(GrantId::Role(existing.id));
                }
                refusal
            }
            RoleAssigned::PrincipalNotFound(refusal) => refusal,
        };
        cx.waiting_for(format!("Entra to know the identity {principal}"));
        if patience.sleep(pause).await.is_err() {
            let doing = format!("assign the role on {scope} to {principal}");
            return Err(explain(&doing, &refusal.into()).into());
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Whether a stored role assignment still lets the identity use the key.
pub(super) async fn is_effective(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    state: &KeyAccess,
    assignment: Option<&RoleAssignment>,
) -> Result<bool, Diagnostics> {
    let (Some(assignment), Some(vault_id)) = (assignment, state.vault_id()) else {
        return Ok(false);
    };
    let principal = state.principal_id.as_str().unwrap_or_default();
    let gives = assignment.role.eq_ignore_ascii_case(KEY_ENCRYPTION_ROLE)
        && assignment.principal_id.eq_ignore_ascii_case(principal);
    let vault = services
        .arm()
        .vault(call, &vault_id)
        .await
        .map_err(|error| explain(&format!("read the key vault {vault_id}"), &error))?;
    let Some(vault) = vault else { return Ok(false) };
    if gives && !vault.uses_rbac {
        cx.report(ignored_by_vault(
            &GrantId::Role(assignment.id.clone()),
            "access policies",
        ));
        return Ok(false);
    }
    Ok(gives)
}

/// Whether there is anything left to remove.
pub(super) async fn exists(
    services: &Services,
    call: &Call,
    id: &GrantId,
) -> Result<bool, Diagnostics> {
    let found = match id {
        GrantId::Role(role) => services
            .arm()
            .role_assignment(call, role)
            .await
            .map(|assignment| assignment.is_some()),
        GrantId::AccessPolicy { vault, principal } => services
            .arm()
            .vault(call, vault)
            .await
            .map(|vault| vault.is_some_and(|vault| vault.access_policy_of(principal).is_some())),
    };
    found.map_err(|error| explain(&format!("read the grant {id}"), &error).into())
}

/// Takes the right away; that it is gone already is a success.
pub(super) async fn remove(
    services: &Services,
    call: &Call,
    id: &GrantId,
) -> Result<(), Diagnostics> {
    let doing = format!("remove the grant {id}");
    let outcome = match id {
        GrantId::Role(role) => services.arm().remove_role(call, role).await.map(drop),
        GrantId::AccessPolicy { vault, principal } => {
            match services.arm().vault(call, vault).await {
                Ok(Some(found)) => match found.tenant_id {
                    Some(tenant) => services
                        .arm()
                        .remove_access_policy(
                            call,
                            vault,
                            &tenant,
                            principal,
                            &KeyPermission::FOR_ENCRYPTION,
                        )
                        .await
                        .map(drop),
                    None => Ok(()),
                },
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            }
        }
    };
    outcome.map_err(|error| explain(&doing, &error).into())
}

/// The model of a grant that exists.
pub(super) async fn import(
    services: &Services,
    call: &Call,
    id: &GrantId,
) -> Result<KeyAccess, Diagnostics> {
    let not_found = || {
        Diagnostics::from(Diagnostic::error(
            "Grant not found",
            format!("There is no grant {id}. Nothing was imported."),
        ))
    };
    let doing = format!("read the grant {id}");
    let mut model = KeyAccess {
        id: id.to_string().into(),
        mode: "auto".to_owned().into(),
        retain_on_destroy: true.into(),
        ..KeyAccess::default()
    };
    match id {
        GrantId::Role(role) => {
            let assignment = services
                .arm()
                .role_assignment(call, role)
                .await
                .map_err(|error| explain(&doing, &error))?
                .ok_or_else(not_found)?;
            if !assignment.role.eq_ignore_ascii_case(KEY_ENCRYPTION_ROLE) {
                return Err(Diagnostic::error(
                    "Another role",
                    format!(
                        "The role assignment {id} gives the role {}, and not Key Vault Crypto \
                         Service Encryption User ({KEY_ENCRYPTION_ROLE}).",
                        assignment.role
                    ),
                )
                .into());
            }
            let (vault, key) = split_scope(role.scope()).map_err(|error| {
                Diagnostic::error(
                    "Grant of another scope",
                    format!(
                        "{} Only a grant on a vault or on a key can be imported.",
                        sentence(&error.to_string())
                    ),
                )
            })?;
            model.principal_id = assignment.principal_id.into();
            model.key_vault_id = vault.to_string().into();
            model.key_name = key.map_or(Attr::Null, |key| key.to_string().into());
        }
        GrantId::AccessPolicy { vault, principal } => {
            let found = services
                .arm()
                .vault(call, vault)
                .await
                .map_err(|error| explain(&doing, &error))?;
            let has_grant = found.is_some_and(|found| {
                found
                    .access_policy_of(principal)
                    .is_some_and(AccessPolicy::allows_encryption)
            });
            if !has_grant {
                return Err(not_found());
            }
            model.principal_id = principal.to_string().into();
            model.key_vault_id = vault.to_string().into();
        }
    }
    Ok(model)
}

/// A vault's id, or a key's id as vault and key.
fn split_scope(scope: &str) -> Result<(KeyVaultId, Option<KeyName>), ParseError> {
    match scope.to_ascii_lowercase().rfind("/keys/") {
        Some(at) => Ok((
            scope[..at].parse()?,
            Some(scope[at + "/keys/".len()..].parse()?),
        )),
        None => Ok((scope.parse()?, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ArmClient;

    const VAULT: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-cmk";

    #[test]
    fn a_scope_is_a_vault_or_a_key() {
        let (vault, key) = split_scope(VAULT).unwrap();
        assert_eq!((vault.as_str(), key), (VAULT, None));
        let (vault, key) = split_scope(&format!("{VAULT}/keys/cmk")).unwrap();
        assert_eq!(vault.as_str(), VAULT);
        assert_eq!(key.unwrap().as_str(), "cmk");
        assert!(split_scope("/subscriptions/22222222-2222-2222-2222-222222222222").is_err());
    }

    #[test]
    fn ids_round_trip() {
        let principal: PrincipalId = "44444444-4444-4444-4444-444444444444".parse().unwrap();
        let role = ArmClient::role_assignment_id(VAULT, &principal, KEY_ENCRYPTION_ROLE).unwrap();
        for id in [
            role.to_string(),
            format!("{VAULT}/objectId/44444444-4444-4444-4444-444444444444"),
        ] {
            assert_eq!(id.parse::<GrantId>().unwrap().to_string(), id);
        }
    }
}
