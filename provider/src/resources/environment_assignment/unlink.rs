//! Takes an environment off its policy, with the same care as a link.

use std::time::Duration;

use ppcmk_coverage::SystemId;
use tfplugin::{Cx, Diagnostic, Diagnostics};

use super::link::Linker;
use super::model::Assignment;
use crate::client::{Call, ClientError, Environment, LinkOutcome, PolicyLink};
use crate::explain::explain;
use crate::services::Services;

const MOST_POSTS: usize = 3;
const SETTLING: [u64; 5] = [0, 1, 3, 6, 10];

/// Ends with the environment off the policy, or with an error and everything as recorded.
pub(super) async fn unlink(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    state: &Assignment,
) -> Result<(), Diagnostics> {
    let Some(environment_id) = state.environment_id() else {
        return Ok(());
    };
    let linker = Linker {
        cx,
        services,
        call,
        environment: &environment_id,
    };
    let mut posts = 0;
    loop {
        let Some(environment) = read(&linker).await? else {
            return Ok(());
        };
        let Some(link) = &environment.encryption else {
            return Ok(());
        };
        if !link.is_to(
            state.policy_id().as_ref(),
            state.policy_system_id().as_ref(),
        ) {
            return Err(moved(environment_id.as_str(), link));
        }
        if link.status.is_leaving() {
            if !state.waits_for_unlinked() {
                return Ok(());
            }
            linker.wait_for_active("the link to be removed").await?;
            continue;
        }
        if let Some(active) = linker
            .operations()
            .await
            .ok()
            .and_then(|operations| crate::client::newest_active(&operations).cloned())
        {
            tracing::info!(operation = active.id, "waiting for the active operation");
            linker
                .wait_for_active("the operation that is active")
                .await?;
            continue;
        }
        let Some(system_id) = system_id(services, call, link).await? else {
            return Err(Diagnostic::error(
                "Policy without system id",
                format!(
                    "The environment {environment_id} does not tell the system id of its policy, \
                     and unlinking needs it."
                ),
            )
            .into());
        };
        if posts >= MOST_POSTS {
            return Err(Diagnostic::error(
                "Unlink without effect",
                format!(
                    "The service has taken the request {posts} times, and the environment \
                     {environment_id} still shows the link. Look at its history in the Power \
                     Platform admin centre."
                ),
            )
            .into());
        }
        posts += 1;
        services.environments().forget(&environment_id);
        let outcome = services
            .bap()
            .unlink(call, &environment_id, &system_id)
            .await;
        services.environments().forget(&environment_id);
        match outcome {
            LinkOutcome::Accepted(_) if !state.waits_for_unlinked() => return Ok(()),
            LinkOutcome::Accepted(_) => wait_until_gone(&linker, &environment_id).await?,
            LinkOutcome::Conflict(_) => {
                posts -= 1;
                linker
                    .wait_for_active("the operation that is active")
                    .await?;
            }
            LinkOutcome::Refused(error) => {
                // The service may refuse because somebody else was faster.
                if read(&linker)
                    .await?
                    .is_none_or(|now| now.encryption.is_none())
                {
                    return Ok(());
                }
                let doing = format!("unlink the environment {environment_id}");
                return Err(explain(&doing, &error).into());
            }
            LinkOutcome::Ambiguous(error) => settle(&linker, &error).await?,
        }
    }
}

/// The environment, or `None` when there is nothing left to unlink.
async fn read(linker: &Linker<'_>) -> Result<Option<Environment>, Diagnostics> {
    let id = linker.environment;
    linker
        .services
        .bap()
        .environment(linker.call, id)
        .await
        .map_err(|error| explain(&format!("read the environment {id}"), &error).into())
}

/// The system id of the policy in the slot, read from the policy where the slot lacks it.
async fn system_id(
    services: &Services,
    call: &Call,
    link: &PolicyLink,
) -> Result<Option<SystemId>, Diagnostics> {
    if let Some(system_id) = &link.system_id {
        return Ok(Some(system_id.clone()));
    }
    let Some(policy_id) = &link.policy_id else {
        return Ok(None);
    };
    let policy = services
        .arm()
        .policy(call, policy_id)
        .await
        .map_err(|error| explain(&format!("read the policy {policy_id}"), &error))?;
    Ok(policy.and_then(|policy| policy.system_id))
}

/// Waits until the operation has ended and the slot is empty.
async fn wait_until_gone(
    linker: &Linker<'_>,
    environment_id: &ppcmk_coverage::EnvironmentId,
) -> Result<(), Diagnostics> {
    // Reads lag: the slot may still say Linked, or nothing of an operation, for a moment.
    for wait in [0, 200, 500, 1_000, 2_000, 4_000, 8_000] {
        let _ = linker.sleep(Duration::from_millis(wait)).await;
        let Some(environment) = read(linker).await? else {
            return Ok(());
        };
        let Some(link) = &environment.encryption else {
            return Ok(());
        };
        let operations = linker.operations().await.unwrap_or_default();
        let newest = crate::client::newest_of_key(&operations);
        if let Some(operation) = newest
            && operation.kind == crate::client::OperationType::RevertToMicrosoftKey
            && operation.state.is_final()
            && operation.state != crate::client::OperationState::Succeeded
            && !link.status.is_leaving()
        {
            return Err(Diagnostic::error(
                "Unlink failed",
                format!(
                    "Operation {} ended as {} and says: {}\n\nThe environment {environment_id} is \
                     still linked, and stays in the state. Remove the cause, and destroy again.",
                    operation.id,
                    operation.state.as_str(),
                    operation.error.as_deref().unwrap_or("nothing")
                ),
            )
            .into());
        }
        if link.status.is_leaving() || newest.is_some_and(crate::client::Operation::is_active) {
            linker.wait_for_active("the link to be removed").await?;
        }
    }
    Ok(())
}

/// Lets the next round of reads see what became of a request of unknown outcome.
async fn settle(linker: &Linker<'_>, error: &ClientError) -> Result<(), Diagnostics> {
    for seconds in SETTLING {
        if linker.sleep(Duration::from_secs(seconds)).await.is_err() {
            return Err(Diagnostic::error(
                "Outcome not known",
                format!(
                    "The request to unlink was sent and its answer was lost ({}). Run the command \
                     again: the provider reads before it requests anything.",
                    error.report()
                ),
            )
            .into());
        }
        let Ok(environment) = read(linker).await else {
            continue;
        };
        let under_way = environment
            .as_ref()
            .and_then(|environment| environment.encryption.as_ref())
            .is_none_or(|link| link.status.is_leaving());
        let active = linker
            .operations()
            .await
            .is_ok_and(|operations| crate::client::newest_active(&operations).is_some());
        if under_way || active {
            return Ok(());
        }
    }
    Ok(())
}

fn moved(environment: &str, link: &PolicyLink) -> Diagnostics {
    let other = link
        .policy_id_text
        .as_deref()
        .or(link.system_id_text.as_deref())
        .unwrap_or("another policy");
    Diagnostic::error(
        "Environment under another policy",
        format!(
            "The environment {environment} is linked to {other}, which is not the policy in the \
             state: somebody has changed it since the last refresh. Nothing was unlinked. Refresh, \
             look at the plan, and destroy again."
        ),
    )
    .into()
}
