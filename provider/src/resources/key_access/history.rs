//! Whether a grant may be taken away: not while an environment is under the policy, and not
//! within 30 days after one has left (CMK facts 2.2, documented).

use std::collections::BTreeSet;
use std::sync::Arc;

use ppcmk_coverage::{PolicyId, PrincipalId, SameGeo};
use tfplugin::{Diagnostic, Diagnostics};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::model::KeyAccess;
use crate::client::{
    Call, EnterprisePolicy, Environment, Operation, OperationState, OperationType,
};
use crate::explain::explain;
use crate::services::Services;

/// How long backups need the key after an environment has left.
const KEPT_FOR: Duration = Duration::days(30);
/// The service does not tell which environments were under a policy, so the histories of those
/// that may have been are read, as long as there are not too many.
const MOST_HISTORIES: usize = 50;

/// An error when the grant is still needed, or when nobody can tell.
pub(super) async fn refuse_if_needed(
    services: &Services,
    call: &Call,
    state: &KeyAccess,
) -> Result<(), Diagnostics> {
    let holder = holder(services, call, state).await?;
    let policy = match &holder {
        // The identity has gone with its policy; nobody can use the grant any more.
        Holder::Gone => return Ok(()),
        Holder::Policy(policy) => Some(policy.as_ref()),
        Holder::Unknown(_) => None,
    };
    let snapshot = services
        .environments()
        .all(call)
        .await
        .map_err(|error| explain("read which environments are under the policy", &error))?;
    let (linked, free): (Vec<_>, Vec<_>) = snapshot
        .environments()
        .cloned()
        .partition(|environment| environment.encryption.is_some());
    let user = match &holder {
        Holder::Unknown(principal) => user_of(services, call, principal, &linked).await?,
        _ => None,
    };
    let policy = policy.or(user.as_ref());
    let under: Vec<&Arc<Environment>> = linked
        .iter()
        .filter(|environment| {
            environment
                .encryption
                .as_ref()
                .zip(policy)
                .is_some_and(|(link, policy)| {
                    link.is_to(Some(&policy.id), policy.system_id.as_ref())
                })
        })
        .collect();
    if let (Some(environment), Some(policy)) = (under.first(), policy) {
        return Err(still_linked(policy, under.len(), environment));
    }
    let candidates: Vec<_> = free
        .into_iter()
        .filter(|environment| environment.is_managed)
        .filter(|environment| {
            policy.is_none_or(|policy| {
                policy.location.same_geo(&environment.location) != SameGeo::Different
            })
        })
        .collect();
    if candidates.len() > MOST_HISTORIES {
        return Err(cannot_tell(candidates.len()));
    }
    let mut latest = None;
    for environment in &candidates {
        let operations = services
            .bap()
            .operations(call, &environment.id)
            .await
            .map_err(|error| {
                explain(
                    &format!("read the history of the environment {}", environment.id),
                    &error,
                )
            })?;
        latest = latest.max(left_at(&operations));
    }
    match latest.map(|left| left + KEPT_FOR) {
        Some(until) if until > OffsetDateTime::now_utc() => Err(too_early(until)),
        _ => Ok(()),
    }
}

/// When the environment last left a policy.
fn left_at(operations: &[Operation]) -> Option<OffsetDateTime> {
    operations
        .iter()
        .filter(|operation| {
            operation.kind == OperationType::RevertToMicrosoftKey
                && operation.state != OperationState::Failed
        })
        .filter_map(|operation| operation.last_action.max(operation.created))
        .max()
}

/// Who has the grant.
enum Holder {
    /// The identity of this policy.
    Policy(Box<EnterprisePolicy>),
    /// An identity that went with its policy.
    Gone,
    /// An identity of which only this is known: of a policy elsewhere, or of one that is gone.
    Unknown(PrincipalId),
}

/// The policy whose identity has the grant.
async fn holder(
    services: &Services,
    call: &Call,
    state: &KeyAccess,
) -> Result<Holder, Diagnostics> {
    if let Some(id) = state
        .policy_id
        .as_str()
        .and_then(|id| id.parse::<PolicyId>().ok())
    {
        return services
            .arm()
            .policy(call, &id)
            .await
            .map(|policy| policy.map_or(Holder::Gone, |policy| Holder::Policy(Box::new(policy))))
            .map_err(|error| explain(&format!("read the policy {id}"), &error).into());
    }
    let principal = state
        .principal_id
        .as_str()
        .and_then(|id| id.parse::<PrincipalId>().ok());
    let (Some(principal), Some(vault)) = (principal, state.vault_id()) else {
        return Ok(Holder::Gone);
    };
    let subscription = vault.subscription();
    let list = services
        .arm()
        .policies_in_subscription(call, subscription)
        .await
        .map_err(|error| {
            explain(
                &format!("list the policies of the subscription {subscription}"),
                &error,
            )
        })?;
    Ok(list
        .policies
        .into_iter()
        .find(|policy| policy.principal_id.as_ref() == Some(&principal))
        .map_or(Holder::Unknown(principal), |policy| {
            Holder::Policy(Box::new(policy))
        }))
}

/// The policy of an identity, among those that environments are under: a policy may be in another
/// subscription than its vault. An error when one of them cannot be read.
async fn user_of(
    services: &Services,
    call: &Call,
    principal: &PrincipalId,
    linked: &[Arc<Environment>],
) -> Result<Option<EnterprisePolicy>, Diagnostics> {
    let links = || {
        linked
            .iter()
            .filter_map(|environment| environment.encryption.as_ref())
    };
    let ids: BTreeSet<&PolicyId> = links().filter_map(|link| link.policy_id.as_ref()).collect();
    if ids.len() > MOST_HISTORIES || links().any(|link| link.policy_id.is_none()) {
        return Err(cannot_tell(linked.len()));
    }
    for id in ids {
        let policy = services
            .arm()
            .policy(call, id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error))?;
        match policy {
            Some(policy) if policy.principal_id.as_ref() == Some(principal) => {
                return Ok(Some(policy));
            }
            Some(policy) if policy.principal_id.is_none() => {
                return Err(cannot_tell(linked.len()));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn still_linked(policy: &EnterprisePolicy, count: usize, example: &Environment) -> Diagnostics {
    Diagnostic::error(
        "Grant still needed",
        format!(
            "{count} environments are under the policy {}, among them {} ({}). Without the grant \
             they lose their key and go offline. Take them off the policy first.",
            policy.id, example.display_name, example.id
        ),
    )
    .into()
}

fn too_early(until: OffsetDateTime) -> Diagnostics {
    let until = until.format(&Rfc3339).unwrap_or_default();
    Diagnostic::error(
        "Grant still needed",
        format!(
            "An environment that may have been under the policy has left one within the last 30 days, and its \
             backups need the key until {until}. Destroy the grant after that, or set \
             retain_on_destroy = true to leave it in place and forget it."
        ),
    )
    .into()
}

fn cannot_tell(candidates: usize) -> Diagnostics {
    Diagnostic::error(
        "Grant may still be needed",
        format!(
            "{candidates} environments may be under the policy, or may have left it within the last \
             30 days, and the provider cannot find out whether they do: there are too many, or \
             they do not tell. Set retain_on_destroy = true to \
             leave the grant in place and forget it, or remove it by hand when you are sure."
        ),
    )
    .into()
}
