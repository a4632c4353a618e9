//! Reads an assignment. What the environment shows is the truth; progress alone is no difference.

use std::sync::Arc;

use ppcmk_coverage::LinkStatus;
use tfplugin::{Cx, Diagnostic, Diagnostics};
use time::OffsetDateTime;

use super::link::JOURNAL;
use super::model::{Assignment, Encryption, Note};
use super::wait::is_refusal;
use super::{former, remember, remembered_system_id};
use crate::client::{
    Call, ClientError, Environment, Operation, OperationState, OperationType, OperationUrl, Poll,
};
use crate::explain::explain;
use crate::services::{Services, call};

/// By how much reads of an environment may lag behind the end of an operation.
const READS_LAG: time::Duration = time::Duration::minutes(5);

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
    let environment = services
        .environments()
        .environment(&call, &id)
        .await
        .map_err(|error| explain(&format!("read the environment {id}"), &error))?;
    let Some(environment) = environment else {
        return gone(cx, services, &call, &state).await;
    };
    let note = cx.private(|private| private.get::<Note>(Note::NAME));
    let Some(link) = &environment.encryption else {
        return without_link(cx, services, &call, state, &environment, note).await;
    };
    if let Some(note) = note.as_ref().filter(|note| note.is_from(link))
        && let Some(note) = on_its_way(services, &call, &environment, note).await?
    {
        // The slot speaks of the time before.
        let mut shown = Environment::clone(&environment);
        shown.encryption = None;
        remember(cx, Some(&note));
        state.observe(&shown, Encryption::Encrypting, Some(&note));
        return Ok(Some(state));
    }
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

/// The slot is empty: a link that is just beginning, one that has failed, or none.
async fn without_link(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    mut state: Assignment,
    environment: &Environment,
    note: Option<Note>,
) -> Result<Option<Assignment>, Diagnostics> {
    let Some(note) = note else { return Ok(None) };
    match became(services, call, environment, &note).await? {
        Seen::Is(operation) if operation.kind == OperationType::RevertToMicrosoftKey => Ok(None),
        Seen::Is(operation) if operation.is_active() || has_just_ended(&operation) => {
            let note = note.with(&operation);
            remember(cx, Some(&note));
            state.observe(environment, Encryption::Encrypting, Some(&note));
            Ok(Some(state))
        }
        Seen::Runs => {
            state.observe(environment, Encryption::Encrypting, Some(&note));
            Ok(Some(state))
        }
        Seen::Is(operation) if operation.state != OperationState::Succeeded => {
            cx.report(Diagnostic::warning(
                "Link failed",
                format!(
                    "Operation {} ended as {} and says: {}\n\nThe environment {} is not under the \
                     policy. The next apply requests the link again.",
                    operation.id,
                    operation.state.as_str(),
                    operation.error.as_deref().unwrap_or("nothing"),
                    environment.id
                ),
            ));
            Ok(None)
        }
        Seen::Is(_) | Seen::Nothing => Ok(None),
    }
}

/// What became of the operation of a note.
async fn became(
    services: &Services,
    call: &Call,
    environment: &Environment,
    note: &Note,
) -> Result<Seen, Diagnostics> {
    let unknown = |error: ClientError| {
        let doing = format!(
            "see what became of the link of the environment {}",
            environment.id
        );
        Diagnostics::from(explain(&doing, &error))
    };
    let (seen, refusal) = match look_up(services, call, note).await {
        Ok(seen) => (seen, None),
        Err(error) if is_refusal(&error) => (Seen::Nothing, Some(error)),
        Err(error) => return Err(unknown(error)),
    };
    let is_over = match &seen {
        Seen::Is(operation) => operation.state == OperationState::Succeeded,
        Seen::Runs => false,
        Seen::Nothing => true,
    };
    if !is_over {
        return Ok(seen);
    }
    // A link that reads do not show yet, unless something has come after it.
    match (newest(services, call, environment, note).await, refusal) {
        (Ok(Seen::Nothing), Some(refusal)) => Err(unknown(refusal)),
        (Ok(Seen::Nothing), None) => Ok(seen),
        // Some callers may not see the list, and never will.
        (Err(error), None) if is_refusal(&error) => Ok(seen),
        (newest, _) => newest.map_err(unknown),
    }
}

/// The note of an operation that goes on, or whose result reads may not show yet.
async fn on_its_way(
    services: &Services,
    call: &Call,
    environment: &Environment,
    note: &Note,
) -> Result<Option<Note>, Diagnostics> {
    Ok(match became(services, call, environment, note).await? {
        Seen::Runs => Some(note.clone()),
        Seen::Is(operation)
            if operation.kind != OperationType::RevertToMicrosoftKey
                && (operation.is_active() || has_just_ended(&operation)) =>
        {
            Some(note.clone().with(&operation))
        }
        Seen::Is(_) | Seen::Nothing => None,
    })
}

/// What is to be seen of an operation.
enum Seen {
    Is(Box<Operation>),
    /// It runs, and the service says no more.
    Runs,
    Nothing,
}

/// The operation of a note, where it says it is.
async fn look_up(services: &Services, call: &Call, note: &Note) -> Result<Seen, ClientError> {
    let Some(url) = note
        .url
        .as_deref()
        .and_then(|url| url.parse::<OperationUrl>().ok())
    else {
        return Ok(Seen::Nothing);
    };
    match services.bap().operation(call, &url).await {
        Ok(Poll::Is { operation, .. }) => Ok(Seen::Is(Box::new(operation))),
        Ok(Poll::Working { .. }) => Ok(Seen::Runs),
        Ok(Poll::Gone(_)) => Ok(Seen::Nothing),
        // It was reported when the link was made.
        Err(error) if matches!(error.real(), ClientError::ForeignHost(_)) => Ok(Seen::Nothing),
        Err(error) => Err(error),
    }
}

/// The newest operation about keys on the environment's list.
async fn newest(
    services: &Services,
    call: &Call,
    environment: &Environment,
    note: &Note,
) -> Result<Seen, ClientError> {
    let operations = services.bap().operations(call, &environment.id).await?;
    Ok(note
        .newest(&operations)
        .cloned()
        .map_or(Seen::Nothing, |operation| Seen::Is(Box::new(operation))))
}

/// Whether it succeeded so recently that reads may lag.
pub(super) fn has_just_ended(operation: &Operation) -> bool {
    operation.state == OperationState::Succeeded
        && operation
            .last_action
            .is_some_and(|ended| OffsetDateTime::now_utc() - ended < READS_LAG)
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
