//! Takes an environment off its policy, with the same care as a link.

use std::time::Duration;

use ppcmk_coverage::SystemId;
use tfplugin::{Cx, Diagnostic, Diagnostics};

use super::late::has_just_ended;
use super::link::{Linker, PAUSE, has_failed, longer};
use super::model::{Assignment, Note};
use super::remembered_system_id;
use super::wait::{Look, READ_BACK, message_of};
use crate::client::{
    Call, ClientError, Environment, LinkOutcome, Operation, OperationType, OperationUrl,
    PolicyLink, newest_active, newest_of_key,
};
use crate::explain::explain;
use crate::services::Services;

const MOST_POSTS: usize = 3;
/// Reads after an ambiguous outcome, and the waits before them, in seconds. Reads lag writes.
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
    let mut pause = PAUSE;
    let mut looks = READ_BACK.into_iter();
    loop {
        let Some(environment) = read(&linker).await? else {
            return Ok(());
        };
        let Some(link) = &environment.encryption else {
            if is_on_its_way(&linker, &mut looks).await? {
                continue;
            }
            return Ok(());
        };
        if !is_ours(cx, state, link) {
            if is_of_before(&linker, link, &mut looks).await? {
                continue;
            }
            return Err(moved(environment_id.as_str(), link));
        }
        if link.status.is_leaving() {
            if !state.waits_for_unlinked() {
                return Ok(());
            }
            linker.wait_for_active("the link to be removed").await?;
            continue;
        }
        let earlier = linker.operations().await.ok();
        let known = earlier.as_deref().unwrap_or_default();
        if has_waited(&linker, known, &mut looks).await? {
            continue;
        }
        let Some(system_id) = system_id(cx, services, call, link).await? else {
            return Err(without_system_id(environment_id.as_str()));
        };
        posts += 1;
        services.environments().forget(&environment_id);
        let outcome = services
            .bap()
            .unlink(call, &environment_id, &system_id)
            .await;
        services.environments().forget(&environment_id);
        match outcome {
            LinkOutcome::Accepted(_) if !state.waits_for_unlinked() => return Ok(()),
            LinkOutcome::Accepted(answer) => {
                let note = Note::before(None, false, None, known)
                    .at(answer.operation.as_ref().map(OperationUrl::as_str));
                return follow(&linker, note).await;
            }
            LinkOutcome::Conflict(error) => {
                posts -= 1;
                linker.wait_out(&error, &mut pause).await?;
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
            LinkOutcome::Ambiguous(error) => {
                match settle(&linker, earlier.as_deref(), &error).await? {
                    Settled::Started(_) if !state.waits_for_unlinked() => return Ok(()),
                    Settled::Started(operation) => {
                        return follow(&linker, linker.note(&operation)).await;
                    }
                    Settled::WithoutEffect if posts >= MOST_POSTS => {
                        return Err(without_effect(&linker, posts, &error));
                    }
                    Settled::Leaving | Settled::WithoutEffect => {}
                }
            }
        }
    }
}

/// Whether the slot names the policy of the state, by whichever id it has.
pub(super) fn is_ours(cx: &Cx<Services>, state: &Assignment, link: &PolicyLink) -> bool {
    let names_policy_id = link.policy_id.is_some() || link.policy_id_text.is_some();
    let remembered = remembered_system_id(cx).filter(|_| !names_policy_id);
    link.is_to(
        state.policy_id().as_ref(),
        state.policy_system_id().as_ref(),
    ) || link.is_to(None, remembered.as_ref())
}

/// Whether the slot may still name the policy that the state's was swapped for. Waits a while.
async fn is_of_before(
    linker: &Linker<'_>,
    link: &PolicyLink,
    looks: &mut impl Iterator<Item = u64>,
) -> Result<bool, Diagnostics> {
    let note = linker
        .cx
        .private(|private| private.get::<Note>(Note::NAME))
        .filter(|note| note.is_from(link));
    if note.is_none() {
        return Ok(false);
    }
    if let Some(active) = newest_active(&linker.operations().await.unwrap_or_default()) {
        linker.wait_for(active).await?;
        return Ok(true);
    }
    let Some(wait) = looks.next() else {
        return Ok(false);
    };
    let what = "reads to show the policy of the state";
    linker
        .pause(what, Some(Duration::from_millis(wait)))
        .await?;
    Ok(true)
}

/// Waits for what speaks against a request now; `false` when nothing does: another operation, or
/// reads that lag behind the removal of the link.
async fn has_waited(
    linker: &Linker<'_>,
    operations: &[Operation],
    looks: &mut impl Iterator<Item = u64>,
) -> Result<bool, Diagnostics> {
    if let Some(active) = newest_active(operations) {
        linker.wait_for(active).await?;
        return Ok(true);
    }
    let is_removed = newest_of_key(operations).is_some_and(|done| {
        done.kind == OperationType::RevertToMicrosoftKey && has_just_ended(done)
    });
    let Some(wait) = looks.next().filter(|_| is_removed) else {
        return Ok(false);
    };
    let what = "reads to show that the link has been removed";
    linker
        .pause(what, Some(Duration::from_millis(wait)))
        .await?;
    Ok(true)
}

/// Whether a link that this state has requested may still appear in the empty slot: reads lag, and
/// a slot may stay empty until the operation has ended. Waits for what is under way. To take the
/// empty slot for an unlinked environment would leave a link that nobody remembers.
async fn is_on_its_way(
    linker: &Linker<'_>,
    looks: &mut impl Iterator<Item = u64>,
) -> Result<bool, Diagnostics> {
    // The note goes when the link was seen; from then on an empty slot means what it says.
    let noted = linker
        .cx
        .private(|private| private.get::<Note>(Note::NAME).is_some());
    if !noted {
        return Ok(false);
    }
    let operations = linker.operations().await.map_err(|error| {
        let doing = format!(
            "find out whether the link of the environment {} is still on its way",
            linker.environment
        );
        Diagnostics::from(explain(&doing, &error))
    })?;
    match newest_of_key(&operations) {
        Some(operation) if operation.kind == OperationType::RevertToMicrosoftKey => Ok(false),
        Some(operation) if operation.is_active() => {
            linker.wait_for(operation).await?;
            Ok(true)
        }
        Some(operation) if has_just_ended(operation) => match looks.next() {
            Some(wait) => {
                let what = "the link to appear before it is removed";
                linker
                    .pause(what, Some(Duration::from_millis(wait)))
                    .await?;
                Ok(true)
            }
            None => Ok(false),
        },
        _ => Ok(false),
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
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    link: &PolicyLink,
) -> Result<Option<SystemId>, Diagnostics> {
    if let Some(system_id) = &link.system_id {
        return Ok(Some(system_id.clone()));
    }
    let Some(policy_id) = &link.policy_id else {
        return Ok(remembered_system_id(cx).filter(|id| link.is_to(None, Some(id))));
    };
    let policy = services
        .arm()
        .policy(call, policy_id)
        .await
        .map_err(|error| explain(&format!("read the policy {policy_id}"), &error))?;
    Ok(policy.and_then(|policy| policy.system_id))
}

/// Waits until the operation has ended and the slot is empty.
async fn follow(linker: &Linker<'_>, mut note: Note) -> Result<(), Diagnostics> {
    let mut pause = PAUSE;
    loop {
        let wait = match linker.look(&mut note).await {
            Ok(Look::Ended(operation)) => return read_back(linker, Some(&operation)).await,
            Ok(Look::Unknown) => return read_back(linker, None).await,
            Ok(Look::Hidden(_)) => return watch_slot(linker).await,
            Ok(Look::Runs(wait)) => wait,
            Err(error) => return Err(not_watched(linker, &error)),
        };
        let what = format!(
            "operation {} to take the environment {} off its policy",
            note.id.as_deref().unwrap_or("(not named)"),
            linker.environment
        );
        linker.pause(&what, Some(wait.unwrap_or(pause))).await?;
        pause = longer(pause);
    }
}

/// Reads until the slot is empty, where the service tells of no operation. A slot that does not say
/// that the link is being removed is believed after a while: reads lag.
async fn watch_slot(linker: &Linker<'_>) -> Result<(), Diagnostics> {
    let mut pause = PAUSE;
    let mut looks = READ_BACK.into_iter();
    loop {
        let environment = read(linker).await?;
        let Some(link) = environment.and_then(|environment| environment.encryption) else {
            return Ok(());
        };
        let wait = if link.status.is_leaving() {
            pause = longer(pause);
            pause
        } else {
            let Some(wait) = looks.next() else {
                return Err(still_linked(linker, None));
            };
            Duration::from_millis(wait)
        };
        linker.pause("the link to be removed", Some(wait)).await?;
    }
}

/// Reads until the environment agrees with the operation, within bounds.
async fn read_back(linker: &Linker<'_>, operation: Option<&Operation>) -> Result<(), Diagnostics> {
    // Without an operation that says so, an empty slot is the only news.
    let failed = operation.filter(|operation| has_failed(operation));
    for wait in READ_BACK {
        if linker.sleep(Duration::from_millis(wait)).await.is_err() {
            break;
        }
        let Some(environment) = read(linker).await? else {
            return Ok(());
        };
        match (&environment.encryption, failed) {
            (None, _) => return Ok(()),
            (Some(link), Some(operation)) if !link.status.is_leaving() => {
                return Err(failed_to_unlink(linker, operation));
            }
            _ => {}
        }
    }
    Err(still_linked(linker, operation))
}

/// What reading has told of a request of unknown outcome.
enum Settled {
    /// This operation does it.
    Started(Box<Operation>),
    /// The slot shows that it is done, or being done.
    Leaving,
    /// It had no effect: the environment and its operations show none.
    WithoutEffect,
}

/// Finds out by reading whether a request of unknown outcome was taken, and by which operation.
/// Only who has read both the environment and its operations knows that it was not.
async fn settle(
    linker: &Linker<'_>,
    earlier: Option<&[Operation]>,
    error: &ClientError,
) -> Result<Settled, Diagnostics> {
    let mut has_looked = false;
    for seconds in SETTLING {
        if linker.sleep(Duration::from_secs(seconds)).await.is_err() {
            return Err(unsettled(error));
        }
        let operations = linker.operations().await;
        has_looked = operations.is_ok();
        let operations = operations.unwrap_or_default();
        let is_new = |operation: &&Operation| {
            operation.is_active()
                || earlier.is_some_and(|known| known.iter().all(|one| one.id != operation.id))
        };
        if let Some(started) = newest_of_key(&operations).filter(is_new) {
            return Ok(Settled::Started(Box::new(started.clone())));
        }
        let Ok(environment) = read(linker).await else {
            has_looked = false;
            continue;
        };
        let is_leaving = environment
            .as_ref()
            .and_then(|environment| environment.encryption.as_ref())
            .is_none_or(|link| link.status.is_leaving());
        if is_leaving {
            return Ok(Settled::Leaving);
        }
    }
    if has_looked {
        Ok(Settled::WithoutEffect)
    } else {
        Err(unsettled(error))
    }
}

fn without_system_id(environment: &str) -> Diagnostics {
    Diagnostic::error(
        "Policy without system id",
        format!(
            "The environment {environment} does not tell the system id of its policy, and \
             unlinking needs it."
        ),
    )
    .into()
}

fn unsettled(error: &ClientError) -> Diagnostics {
    Diagnostic::error(
        "Outcome not known",
        format!(
            "The request to unlink was sent, its answer was lost ({}), and it could not be found \
             out whether it was taken. Run the command again: the provider reads before it \
             requests anything.",
            error.report()
        ),
    )
    .into()
}

fn without_effect(linker: &Linker<'_>, posts: usize, error: &ClientError) -> Diagnostics {
    let mut diagnostic = explain(
        &format!("unlink the environment {}", linker.environment),
        error,
    );
    diagnostic.detail = format!(
        "{}\n\nThe request was made {posts} times; each time the environment and its list of \
         operations showed that it had no effect.",
        diagnostic.detail
    );
    diagnostic.into()
}

fn failed_to_unlink(linker: &Linker<'_>, operation: &Operation) -> Diagnostics {
    Diagnostic::error(
        "Unlink failed",
        format!(
            "{}\n\nThe environment {} is still linked, and stays in the state. Remove the cause, \
             and destroy again.",
            message_of(operation),
            linker.environment
        ),
    )
    .into()
}

fn still_linked(linker: &Linker<'_>, operation: Option<&Operation>) -> Diagnostics {
    let ended = operation.map_or_else(
        || "The operation is not to be found any more".to_owned(),
        |operation| {
            format!(
                "Operation {} ended as {}",
                operation.id,
                operation.state.as_str()
            )
        },
    );
    Diagnostic::error(
        "Link still visible",
        format!(
            "{ended}, and the environment {} still shows the link. It stays in the state. Run the \
             command again: if the link has gone by then, nothing is requested.",
            linker.environment
        ),
    )
    .into()
}

fn not_watched(linker: &Linker<'_>, error: &ClientError) -> Diagnostics {
    let doing = format!(
        "watch the environment {} leave its policy",
        linker.environment
    );
    let mut diagnostic = explain(&doing, error);
    diagnostic.detail = format!(
        "{}\n\nThe service has accepted the request. The state keeps the assignment; the next \
         destroy looks first, and requests nothing that is under way.",
        diagnostic.detail
    );
    diagnostic.into()
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
