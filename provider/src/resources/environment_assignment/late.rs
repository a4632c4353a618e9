//! A slot that shows what was there before our operation: the operation goes on, reads lag behind
//! its end, or somebody has undone it since.

use std::sync::Arc;
use std::time::Duration;

use tfplugin::{Cx, Diagnostic, Diagnostics};
use time::OffsetDateTime;

use super::model::Note;
use super::wait::is_refusal;
use crate::client::{
    Call, ClientError, Environment, Operation, OperationState, OperationType, OperationUrl, Poll,
};
use crate::explain::explain;
use crate::services::Services;

/// By how much reads of an environment may lag behind the end of an operation (API facts 4.9).
const READS_LAG: time::Duration = time::Duration::minutes(5);
/// The waits before the reads that look whether the result appears, in milliseconds; together
/// about 15 seconds.
const LOOKS: [u64; 5] = [500, 1_000, 2_000, 4_000, 8_000];

/// How long a link may take to show that nobody can follow.
const UNSEEN: time::Duration = time::Duration::minutes(2);

/// What a slot means that shows the time before.
pub(super) enum Late {
    /// The operation goes on, or its result may still appear.
    Runs(Note),
    /// The result has appeared now.
    Shows(Arc<Environment>),
    /// What the slot shows is how it is.
    Over,
}

/// Finds out what became of the operation, and waits a little for a result that must be there. A
/// slot that does not show it then tells of somebody who has undone it, more likely than of a lag:
/// whoever requests the link again reads for longer before that.
pub(super) async fn look(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    environment: &Environment,
    note: &Note,
) -> Result<Late, Diagnostics> {
    let operation = match became(services, call, environment, note).await? {
        Seen::Runs => return Ok(Late::Runs(note.clone())),
        // Nobody may look, so the environment and the clock have to do.
        Seen::Hidden if is_busy(environment) || note.is_younger_than(UNSEEN) => {
            return Ok(Late::Runs(note.clone()));
        }
        Seen::Nothing | Seen::Hidden => return Ok(Late::Over),
        Seen::Is(operation) => operation,
    };
    if operation.kind == OperationType::RevertToMicrosoftKey {
        return Ok(Late::Over);
    }
    let running = || note.clone().with(&operation);
    if operation.is_active() {
        return Ok(Late::Runs(running()));
    }
    if has_just_ended(&operation) {
        // What is shown is from the time of the operation, so the result is still to come.
        if is_busy(environment) || !services.may_wait_for_reads() {
            return Ok(Late::Runs(running()));
        }
        return Ok(match appears(cx, services, call, environment, note).await {
            Ok(Some(now)) => Late::Shows(Arc::new(now)),
            Ok(None) => {
                cx.report(not_visible(environment, &operation));
                Late::Over
            }
            Err(()) => Late::Runs(running()),
        });
    }
    if operation.state != OperationState::Succeeded && environment.encryption.is_none() {
        cx.report(link_failed(environment, &operation));
    }
    Ok(Late::Over)
}

fn is_busy(environment: &Environment) -> bool {
    let state = environment.management_state.as_deref();
    state.is_some_and(|state| !state.eq_ignore_ascii_case("Ready"))
}

/// Reads until the slot shows another time; `None` when it does not, and an error when nobody could
/// look.
async fn appears(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    environment: &Environment,
    note: &Note,
) -> Result<Option<Environment>, ()> {
    cx.waiting_for(format!(
        "reads of the environment {} to show the link that has just been made",
        environment.id
    ));
    for wait in LOOKS {
        call.sleep(Duration::from_millis(wait))
            .await
            .map_err(drop)?;
        let read = services.bap().environment(call, &environment.id).await;
        let Ok(Some(now)) = read else {
            return Err(());
        };
        if !note.is_before(&now) {
            return Ok(Some(now));
        }
    }
    Ok(None)
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
        Seen::Nothing | Seen::Hidden => true,
    };
    if !is_over {
        return Ok(seen);
    }
    // A link that reads do not show yet, unless something has come after it.
    match (newest(services, call, environment, note).await, refusal) {
        (Ok(Seen::Nothing), Some(refusal)) => Err(unknown(refusal)),
        (Ok(Seen::Nothing), None) => Ok(seen),
        // Some callers may not see the list, and never will.
        (Err(error), None) if is_refusal(&error) => Ok(match seen {
            Seen::Nothing => Seen::Hidden,
            seen => seen,
        }),
        (newest, _) => newest.map_err(unknown),
    }
}

/// What is to be seen of an operation.
pub(super) enum Seen {
    /// What it says about itself.
    Is(Box<Operation>),
    /// It runs, and the service says no more.
    Runs,
    /// It is not there.
    Nothing,
    /// The service does not say where it is, nor shows a list.
    Hidden,
}

/// The operation of a note, where it says it is.
pub(super) async fn look_up(
    services: &Services,
    call: &Call,
    note: &Note,
) -> Result<Seen, ClientError> {
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
pub(super) async fn newest(
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

fn not_visible(environment: &Environment, operation: &Operation) -> Diagnostic {
    Diagnostic::warning(
        "Link not visible",
        format!(
            "Operation {} has put the environment {} under the policy a short while ago, and the \
             environment does not show it: somebody has undone it since, or reads lag. The next \
             apply looks for longer before it requests the link again.",
            operation.id, environment.id
        ),
    )
}

fn link_failed(environment: &Environment, operation: &Operation) -> Diagnostic {
    Diagnostic::warning(
        "Link failed",
        format!(
            "Operation {} ended as {} and says: {}\n\nThe environment {} is not under the policy. \
             The next apply requests the link again.",
            operation.id,
            operation.state.as_str(),
            operation.error.as_deref().unwrap_or("nothing"),
            environment.id
        ),
    )
}
