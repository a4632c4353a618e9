//! Whether a grant may be taken away: not while an environment is under the policy, and not
//! within 30 days after one has left (CMK facts 2.2, documented).

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
    let Some(policy) = policy_of(services, call, state).await? else {
        // The identity has gone with its policy; nobody can use the grant any more.
        return Ok(());
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
    let under: Vec<&Arc<Environment>> = linked
        .iter()
        .filter(|environment| {
            environment
                .encryption
                .as_ref()
                .is_some_and(|link| link.is_to(Some(&policy.id), policy.system_id.as_ref()))
        })
        .collect();
    if let Some(environment) = under.first() {
        return Err(still_linked(&policy, under.len(), environment));
    }
    let candidates: Vec<_> = free
        .into_iter()
        .filter(|environment| {
            environment.is_managed
                && policy.location.same_geo(&environment.location) != SameGeo::Different
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

/// The policy whose identity has the grant.
async fn policy_of(
    services: &Services,
    call: &Call,
    state: &KeyAccess,
) -> Result<Option<EnterprisePolicy>, Diagnostics> {
    if let Some(id) = state
        .policy_id
        .as_str()
        .and_then(|id| id.parse::<PolicyId>().ok())
    {
        return services
            .arm()
            .policy(call, &id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error).into());
    }
    let principal = state
        .principal_id
        .as_str()
        .and_then(|id| id.parse::<PrincipalId>().ok());
    let (Some(principal), Some(vault)) = (principal, state.vault_id()) else {
        return Ok(None);
    };
    let subscription = vault.subscription();
    let policies = services
        .arm()
        .policies_in_subscription(call, subscription)
        .await
        .map_err(|error| {
            explain(
                &format!("list the policies of the subscription {subscription}"),
                &error,
            )
        })?;
    Ok(policies
        .into_iter()
        .find(|policy| policy.principal_id.as_ref() == Some(&principal)))
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
            "An environment of the same geo has left a policy within the last 30 days, and its \
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
            "{candidates} environments of the same geo may have left the policy within the last \
             30 days, which is too many to read their histories. Set retain_on_destroy = true to \
             leave the grant in place and forget it, or remove it by hand when you are sure."
        ),
    )
    .into()
}
