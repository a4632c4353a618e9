//! Reads an assignment. What the environment shows is the truth; progress alone is no difference.

use std::sync::Arc;

use ppcmk_coverage::{EnvironmentId, LinkStatus};
use tfplugin::{Cx, Diagnostic, Diagnostics};

use super::late::{self, Late, Seen, look_up, newest};
use super::link::JOURNAL;
use super::model::{Assignment, Encryption, Note};
use super::unlink::is_ours;
use super::{former, remember, remembered_system_id};
use crate::client::{Call, ClientError, Environment, OperationType};
use crate::explain::explain;
use crate::services::{Services, call};

/// The assignment as it is, or `None` when the environment is not under a policy.
pub(super) async fn read(
    cx: &Cx<Services>,
    mut state: Assignment,
) -> Result<Option<Assignment>, Diagnostics> {
    let services = cx.client()?;
    let call = call(cx);
    let Some(id) = state.environment_id() else {
        return Ok(None);
    };
    // Terraform knows of the link, so no run was cut off.
    services.journal.end(JOURNAL, id.as_str());
    let seen = seen(cx, services, &call, &state, &id).await;
    let seen = seen.map_err(|error| explain(&format!("read the environment {id}"), &error))?;
    let Some(mut environment) = seen else {
        return gone(cx, services, &call, &state).await;
    };
    let mut note = cx.private(|private| private.get::<Note>(Note::NAME));
    if let Some(noted) = note.take_if(|note| note.is_before(&environment)) {
        match late::look(cx, services, &call, &environment, &noted).await? {
            Late::Runs(running) => {
                // The slot speaks of the time before.
                let mut shown = Environment::clone(&environment);
                shown.encryption = None;
                remember(cx, Some(&running));
                state.observe(&shown, Encryption::Encrypting, Some(&running));
                return Ok(Some(state));
            }
            Late::Shows(now) => (environment, note) = (now, Some(noted)),
            Late::Over => {}
        }
    }
    let Some(link) = &environment.encryption else {
        return Ok(None);
    };
    state.follow(link, remembered_system_id(cx).as_ref());
    former::unmask(cx, services, &call, &mut state, link).await;
    if !state.policy_id.is_known() && !state.policy_system_id.is_known() {
        cx.report(Diagnostic::warning(
            "Policy not named",
            format!("The environment {id} is under a policy that the service does not name."),
        ));
    }
    let mut running = note;
    let encryption = match &link.status {
        LinkStatus::Linked => {
            let seen = linked(services, &call, &state, &environment, running.as_ref()).await;
            if seen != Encryption::Encrypting {
                running = None;
            }
            seen
        }
        LinkStatus::Failed => {
            running = None;
            Encryption::Failed
        }
        status if status.is_in_progress() => Encryption::Encrypting,
        _ => Encryption::Unknown,
    };
    if link.status == LinkStatus::Linked
        && running.is_none()
        && environment.runtime_state.as_deref() == Some("Disabled")
    {
        cx.report(Diagnostic::warning(
            "Environment is offline",
            format!(
                "The environment {id} is linked and disabled, and no operation of this provider \
                 is running. If its key was disabled, has expired, or the policy has lost its \
                 right on it, restore that: a production environment without its key is deleted \
                 after 30 days, a sandbox after 7."
            ),
        ));
    }
    remember(cx, running.as_ref());
    state.observe(&environment, encryption, running.as_ref());
    Ok(Some(state))
}

/// The environment: from a list where there is one, and alone where that would make a difference.
async fn seen(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    state: &Assignment,
    id: &EnvironmentId,
) -> Result<Option<Arc<Environment>>, ClientError> {
    let environments = services.environments();
    let Some(seen) = environments.environment(call, id).await? else {
        return Ok(None);
    };
    let is_as_recorded = seen
        .encryption
        .as_ref()
        .is_some_and(|link| is_ours(cx, state, link));
    if is_as_recorded || !services.may_confirm() {
        return Ok(Some(seen));
    }
    environments.confirmed(call, seen).await
}

/// Whether the environment of a state does not exist any more, as far as the caller can know that:
/// who sees no environment at all sees no proof.
pub(super) async fn is_gone(cx: &Cx<Services>, services: &Services, state: &Assignment) -> bool {
    let call = call(cx);
    let Some(id) = state.environment_id() else {
        return false;
    };
    if !matches!(
        services.environments().environment(&call, &id).await,
        Ok(None)
    ) {
        return false;
    }
    let all = services.environments().all(&call).await;
    all.is_ok_and(|all| all.environments().next().is_some())
}

/// A 404 means that the environment is gone, or that the caller sees none at all.
async fn gone(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    state: &Assignment,
) -> Result<Option<Assignment>, Diagnostics> {
    let id = state.environment_id.as_str().unwrap_or_default();
    match services.environments().all(call).await {
        Ok(all) if all.environments().next().is_some() => {
            cx.report(Diagnostic::warning(
                "Environment not found",
                format!("The environment {id} does not exist any more, and neither does its link."),
            ));
            Ok(None)
        }
        Ok(_) => Err(Diagnostic::error(
            "No environment visible",
            format!(
                "The service does not show the environment {id}, nor any other environment. The \
                 application has lost its role, or is not registered as a management application. \
                 The state is left as it is."
            ),
        )
        .into()),
        // Who has lost the role to list gets a 404 for each environment, too.
        Err(error) => {
            let doing = format!(
                "find out whether the environment {id} is gone or only hidden from the application"
            );
            Err(explain(&doing, &error).into())
        }
    }
}

/// Whether the re-encryption behind a finished link has been seen to end. Looked up for a few
/// environments only; see [`Services::may_verify`].
async fn linked(
    services: &Services,
    call: &Call,
    state: &Assignment,
    environment: &Arc<Environment>,
    note: Option<&Note>,
) -> Encryption {
    let known = match state.encryption_status.as_str() {
        Some("Encrypted") => Encryption::Encrypted,
        _ => Encryption::Unknown,
    };
    if known == Encryption::Encrypted && note.is_none() {
        return known;
    }
    if !services.may_verify() {
        return if note.is_some() {
            Encryption::Encrypting
        } else {
            known
        };
    }
    let seen = match note {
        Some(note) if note.url.is_some() => look_up(services, call, note).await,
        _ => {
            let nothing = Note::default();
            newest(services, call, environment, note.unwrap_or(&nothing)).await
        }
    };
    match seen {
        Ok(Seen::Is(operation)) if operation.kind != OperationType::RevertToMicrosoftKey => {
            Encryption::of(&operation)
        }
        Ok(Seen::Runs) => Encryption::Encrypting,
        // It is looked up again next time.
        Err(_) if note.is_some() => Encryption::Encrypting,
        _ => known,
    }
}
