//! Follows a link that the service has taken. A failure in here is a failure of watching, not of
//! the link, unless the service says that there is none.

use std::time::Duration;

use ppcmk_coverage::LinkStatus;
use tfplugin::{Diagnostic, Diagnostics};

use super::link::{LATE_SWAP, Linked, Linker, decent, has_failed, longer};
use super::model::{Encryption, Note, WaitFor};
use super::target::{Place, Target};
use crate::client::{ClientError, Environment, Operation, OperationState, OperationUrl, Poll};

/// Reads after the operation has ended, and the waits before them, in milliseconds. Environment
/// reads lag (API facts 4.9); together about a minute.
pub(super) const READ_BACK: [u64; 9] = [0, 500, 1_000, 2_000, 4_000, 8_000, 12_000, 16_000, 16_000];
/// The first wait between polls when the service asks for none; the next ones are longer.
const PAUSE: Duration = Duration::from_secs(2);

/// How following ended.
#[derive(Debug)]
pub(super) enum Followed {
    /// As far as the user asked to wait.
    Reached {
        environment: Environment,
        encryption: Encryption,
        /// Still running, as far as anybody knows.
        running: Option<Note>,
    },
    /// Watching ended early; the service goes on.
    Unfinished {
        environment: Environment,
        running: Option<Note>,
        why: Diagnostic,
    },
    /// The environment shows the link as failed. Requesting it again resumes it.
    Failed {
        environment: Environment,
        why: Diagnostic,
    },
    /// The service says that the environment is not under the policy.
    NotLinked(Diagnostics),
}

impl Linker<'_> {
    /// Waits as far as the user asked.
    pub(super) async fn follow(
        &self,
        target: &Target,
        linked: Linked,
        wait_for: WaitFor,
    ) -> Followed {
        let Linked {
            environment,
            note,
            first_wait,
        } = linked;
        let Some(mut note) = note else {
            return Followed::Reached {
                encryption: shown(target, &environment),
                environment,
                running: None,
            };
        };
        if wait_for == WaitFor::Accepted {
            // A slot that says so may speak of the link before.
            if let Place::Here(link) = target.place(&environment)
                && link.status == LinkStatus::Failed
                && let Ok(Look::Ended(operation)) = self.look(&mut note).await
                && has_failed(&operation)
            {
                let why = link_failed(target, Some(&operation));
                return Followed::Failed { environment, why };
            }
            let is_linked = matches!(target.place(&environment),
                Place::Here(link) if link.status == LinkStatus::Linked);
            return Followed::Reached {
                environment: target.presented(&environment),
                encryption: Encryption::Encrypting,
                running: Some(note).filter(|note| !is_linked || note.url.is_some()),
            };
        }
        if let Some(wait) = first_wait
            && let Err(ended) = self.sleep(decent(wait)).await
        {
            return Followed::Unfinished {
                why: not_waited_for(self.environment, &note, ended),
                environment: target.presented(&environment),
                running: Some(note),
            };
        }
        self.poll(target, environment, note, wait_for).await
    }

    async fn poll(
        &self,
        target: &Target,
        mut environment: Environment,
        mut note: Note,
        wait_for: WaitFor,
    ) -> Followed {
        let mut pause = PAUSE;
        let mut looks = READ_BACK.into_iter().enumerate();
        let mut was_here = false;
        loop {
            let state = match self.look(&mut note).await {
                Ok(state) => state,
                Err(error) => {
                    return Followed::Unfinished {
                        why: watching_ended(self.environment, &error),
                        environment: target.presented(&environment),
                        running: Some(note),
                    };
                }
            };
            let wait = match state {
                Look::Ended(operation) => {
                    return self.ended(target, environment, note, *operation).await;
                }
                Look::Unknown => {
                    // Neither success nor failure: the environment decides.
                    return self.read_back(target, environment, &note, None).await;
                }
                Look::Runs(wait) => wait,
                Look::Hidden(error) => match target.place(&environment) {
                    Place::Here(link) if link.status.is_in_progress() => {
                        was_here = true;
                        None
                    }
                    Place::Here(_) => {
                        return self.read_back(target, environment, &note, None).await;
                    }
                    Place::Elsewhere(_) | Place::Nowhere => match looks.next() {
                        // It was on its way, and now it is not.
                        Some((look, _)) if was_here && look >= LATE_SWAP => {
                            return Followed::NotLinked(never_appeared(target, None));
                        }
                        Some((_, wait)) => Some(Duration::from_millis(wait)),
                        None => {
                            return Followed::Unfinished {
                                why: watching_ended(self.environment, &error),
                                environment: target.presented(&environment),
                                running: Some(note),
                            };
                        }
                    },
                },
            };
            if let Ok(read) = self.read().await {
                environment = read;
            }
            if wait_for == WaitFor::Linked
                && let Place::Here(link) = target.place(&environment)
                && link.status == LinkStatus::Linked
            {
                return Followed::Reached {
                    environment,
                    encryption: Encryption::Encrypting,
                    running: Some(note),
                };
            }
            self.cx.waiting_for(format!(
                "operation {} to end on the environment {}",
                note.id.as_deref().unwrap_or("(not named)"),
                self.environment
            ));
            if let Err(ended) = self.sleep(decent(wait.unwrap_or(pause))).await {
                return Followed::Unfinished {
                    why: not_waited_for(self.environment, &note, ended),
                    environment: target.presented(&environment),
                    running: Some(note),
                };
            }
            pause = longer(pause);
        }
    }

    /// Where the operation is. Without a URL that may be asked, the list of operations tells.
    pub(super) async fn look(&self, note: &mut Note) -> Result<Look, ClientError> {
        let url = note
            .url
            .as_deref()
            .and_then(|url| url.parse::<OperationUrl>().ok());
        if let Some(url) = url {
            match self.services.bap().operation(self.call, &url).await {
                Ok(Poll::Is {
                    operation,
                    retry_after,
                }) => {
                    *note = note.clone().with(&operation);
                    return Ok(if operation.state.is_final() {
                        Look::Ended(Box::new(operation))
                    } else {
                        Look::Runs(retry_after)
                    });
                }
                Ok(Poll::Working { retry_after }) => return Ok(Look::Runs(retry_after)),
                // Whether there is no operation or only no such address, the list may tell.
                Ok(Poll::Gone(_)) => {
                    note.url = None;
                    return Ok(match self.operations().await {
                        Ok(operations) => self.newest(note, &operations),
                        Err(_) => Look::Unknown,
                    });
                }
                Err(error) => match error.real() {
                    ClientError::ForeignHost(foreign) => {
                        self.cx.report(Diagnostic::warning(
                            "Foreign operation URL",
                            format!(
                                "The service named {foreign} as the place to ask about the \
                                 operation. The token was not sent there; the provider reads the \
                                 environment's list of operations instead."
                            ),
                        ));
                        note.url = None;
                    }
                    _ if is_refusal(&error) => {
                        note.url = None;
                        let operations = self.operations().await;
                        return match operations.map(|list| self.newest(note, &list)) {
                            Ok(Look::Unknown) | Err(_) => Err(error),
                            Ok(look) => Ok(look),
                        };
                    }
                    _ => return Err(error),
                },
            }
        }
        match self.operations().await {
            Ok(operations) => Ok(self.newest(note, &operations)),
            Err(error) if is_refusal(&error) => Ok(Look::Hidden(error)),
            Err(error) => Err(error),
        }
    }

    /// Where the operation is, as the list has it.
    fn newest(&self, note: &mut Note, operations: &[Operation]) -> Look {
        let Some(operation) = note.newest(operations) else {
            return Look::Unknown;
        };
        *note = self.noted(note.clone(), operation);
        if operation.state.is_final() {
            Look::Ended(Box::new(operation.clone()))
        } else {
            Look::Runs(None)
        }
    }

    async fn ended(
        &self,
        target: &Target,
        environment: Environment,
        note: Note,
        operation: Operation,
    ) -> Followed {
        self.services.environments().forget(self.environment);
        self.read_back(target, environment, &note, Some(operation))
            .await
    }

    /// Reads until the environment agrees with the operation, within bounds.
    async fn read_back(
        &self,
        target: &Target,
        mut environment: Environment,
        note: &Note,
        operation: Option<Operation>,
    ) -> Followed {
        let failed = operation
            .as_ref()
            .filter(|operation| operation.state != OperationState::Succeeded);
        let running = || operation.as_ref().map(|_| note.clone());
        for wait in READ_BACK {
            if let Err(ended) = self.sleep(Duration::from_millis(wait)).await {
                return Followed::Unfinished {
                    why: not_waited_for(self.environment, &Note::default(), ended),
                    environment: target.presented(&environment),
                    running: running(),
                };
            }
            match self
                .services
                .bap()
                .environment(self.call, self.environment)
                .await
            {
                Ok(Some(read)) => environment = read,
                Ok(None) => return Followed::NotLinked(vanished(target)),
                Err(_) => continue,
            }
            match (target.place(&environment), failed) {
                (Place::Here(link), None) if link.status == LinkStatus::Linked => {
                    return Followed::Reached {
                        encryption: operation
                            .as_ref()
                            .map_or(Encryption::Unknown, Encryption::of),
                        environment,
                        running: None,
                    };
                }
                (Place::Here(link), None)
                    if link.status == LinkStatus::Failed && !note.is_from(link) =>
                {
                    let why = link_failed(target, operation.as_ref());
                    return Followed::Failed { environment, why };
                }
                (Place::Here(link), Some(operation)) if !link.status.is_in_progress() => {
                    let why = link_failed(target, Some(operation));
                    return Followed::Failed { environment, why };
                }
                (Place::Nowhere | Place::Elsewhere(_), Some(operation)) => {
                    return Followed::NotLinked(operation_failed(target, operation));
                }
                (Place::Elsewhere(link), None)
                    if link.status == LinkStatus::Linked && !note.is_from(link) =>
                {
                    let shown = link
                        .policy_id_text
                        .as_deref()
                        .or(link.system_id_text.as_deref());
                    return Followed::NotLinked(raced(target, shown.unwrap_or("another policy")));
                }
                _ => {}
            }
        }
        match target.place(&environment) {
            Place::Here(link) if link.status == LinkStatus::Failed => Followed::Failed {
                why: link_failed(target, operation.as_ref()),
                environment,
            },
            Place::Here(_) => Followed::Unfinished {
                why: still_changing(target, &environment),
                running: running(),
                environment,
            },
            Place::Nowhere | Place::Elsewhere(_) => {
                Followed::NotLinked(never_appeared(target, operation.as_ref()))
            }
        }
    }
}

/// Whether the service will not answer this, whatever we do.
pub(super) fn is_refusal(error: &ClientError) -> bool {
    matches!(error.status(), Some(400 | 403 | 404 | 405 | 410))
}

/// Where an operation is.
pub(super) enum Look {
    Runs(Option<Duration>),
    Ended(Box<Operation>),
    Unknown,
    /// The service names no operation and shows no list: only the slot can tell.
    Hidden(ClientError),
}

/// What the slot alone says.
fn shown(target: &Target, environment: &Environment) -> Encryption {
    match target.place(environment) {
        Place::Here(link) if link.status == LinkStatus::Failed => Encryption::Failed,
        Place::Here(link) if link.status.is_in_progress() => Encryption::Encrypting,
        _ => Encryption::Unknown,
    }
}

pub(super) fn message_of(operation: &Operation) -> String {
    let stage = operation
        .current_stage()
        .map_or(String::new(), |stage| format!(" at stage {}", stage.name));
    let said = operation
        .error
        .as_deref()
        .map_or("without saying why".to_owned(), |error| {
            format!("and says: {error}")
        });
    format!(
        "Operation {} ({}) ended as {}{stage} {said}",
        operation.id,
        operation.kind.as_str(),
        operation.state.as_str()
    )
}

pub(super) fn operation_failed(target: &Target, operation: &Operation) -> Diagnostics {
    Diagnostic::error(
        "Link failed",
        format!(
            "{}\n\nThe environment {} is not under the policy {}. Remove the cause, and apply \
             again. Frequent causes: the policy's identity has no right on the key, the key is \
             disabled or expired, the vault's network is closed, the geos differ.",
            message_of(operation),
            target.environment,
            target.policy_name()
        ),
    )
    .into()
}

fn link_failed(target: &Target, operation: Option<&Operation>) -> Diagnostic {
    let said = operation.map_or(String::new(), |operation| {
        format!("{}\n\n", message_of(operation))
    });
    Diagnostic::warning(
        "Link failed in part",
        format!(
            "{said}The environment {} shows the link to the policy as failed: part of its \
             services may still use Microsoft's key. The state records it, and the next apply \
             requests the link again, which resumes it. It is not unlinked first.",
            target.environment
        ),
    )
}

fn raced(target: &Target, other: &str) -> Diagnostics {
    Diagnostic::error(
        "Environment under another policy",
        format!(
            "The operation ended, and the environment {} is under {other} instead of {}: somebody \
             else has linked it in the meantime. Find out who manages it before you apply again.",
            target.environment,
            target.policy_name()
        ),
    )
    .into()
}

fn never_appeared(target: &Target, operation: Option<&Operation>) -> Diagnostics {
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
        "Link not visible",
        format!(
            "{ended}, and the environment {} still shows no link to the policy {}. It is not \
             reported as done. Run the command again: if the link has appeared by then, it is \
             taken over and not requested again.",
            target.environment,
            target.policy_name()
        ),
    )
    .into()
}

fn vanished(target: &Target) -> Diagnostics {
    Diagnostic::error(
        "Environment not found",
        format!(
            "The environment {} has disappeared while it was being linked.",
            target.environment
        ),
    )
    .at("environment_id")
    .into()
}

fn still_changing(target: &Target, environment: &Environment) -> Diagnostic {
    let status = environment
        .encryption
        .as_ref()
        .map_or("nothing", |link| link.status.as_str());
    Diagnostic::warning(
        "Link still in progress",
        format!(
            "The environment {} shows the link as {status}. The next refresh looks again.",
            target.environment
        ),
    )
}

fn watching_ended(environment: &ppcmk_coverage::EnvironmentId, error: &ClientError) -> Diagnostic {
    Diagnostic::warning(
        "Link still in progress",
        format!(
            "The service has accepted the link of the environment {environment}, and watching it \
             ended early: {}. The state records the link; the next run looks again and requests \
             nothing.",
            error.report()
        ),
    )
}

fn not_waited_for(
    environment: &ppcmk_coverage::EnvironmentId,
    note: &Note,
    ended: crate::client::Ended,
) -> Diagnostic {
    let operation = note
        .id
        .as_ref()
        .map_or(String::new(), |id| format!(" Operation {id} goes on."));
    let why = match ended {
        crate::client::Ended::Stopped => "you stopped Terraform",
        crate::client::Ended::OutOfTime => "the timeout ended the wait",
    };
    Diagnostic::warning(
        "Link still in progress",
        format!(
            "The service has accepted the link of the environment {environment}, and {why} before \
             it was done.{operation} The state records the link; the next run looks again and \
             requests nothing. Re-encryption can take up to four days."
        ),
    )
}
