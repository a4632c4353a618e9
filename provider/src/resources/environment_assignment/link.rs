//! Brings an environment under a policy: reads first, waits for what is active, posts once, and
//! settles by reading what nobody knows.

use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, LinkStatus, PolicyId};
use tfplugin::{Cx, Diagnostic, Diagnostics};
use time::OffsetDateTime;

use super::late::has_just_ended;
use super::model::Note;
use super::target::{Place, Target};
use super::wait::{READ_BACK, operation_failed};
use crate::client::{
    Accepted, Call, ClientError, Ended, Environment, LinkOutcome, Operation, OperationState,
    OperationType, OperationUrl, PolicyLink, Poll, ServiceError, newest_active, newest_of_key,
};
use crate::explain::explain;
use crate::services::Services;

/// How often a link is requested when reading shows that the request before had no effect.
const MOST_POSTS: usize = 3;
/// Reads after an ambiguous outcome, and the waits before them, in seconds. Reads lag writes.
const SETTLING: [u64; 5] = [0, 1, 3, 6, 10];
/// How long a 404 to a link may mean that the policy or the Reader role is not visible yet.
const NOT_VISIBLE_YET: Duration = Duration::from_secs(120);
/// The first wait between reads when the service asks for none; the next ones are longer.
pub(super) const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Waits below this would only burn requests.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
/// However long a service asks to wait, it is asked again after this.
const LONGEST_ASKED: Duration = Duration::from_secs(5 * 60);
/// How many reads may show a policy that was just swapped out; together 7.5 seconds.
pub(super) const LATE_SWAP: usize = 5;
/// The name of the private note about the last operation that the state knows of.
pub(super) const LAST_OPERATION: &str = "last_operation";
/// The kind of journal entries for links.
pub(super) const JOURNAL: &str = "link";
/// How old a finished operation of ours may be to count as the one that a run started that was cut
/// off.
const INTERRUPTED_WITHIN: time::Duration = time::Duration::hours(24);

/// Why the environment is to come under the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// Nothing is in the state yet.
    Create {
        /// Whether an existing link to the same policy is taken over.
        adopt: bool,
    },
    /// The environment may be under another policy, which is swapped.
    Update,
}

/// The service has the link, or is making it.
#[derive(Clone, Debug)]
pub(super) struct Linked {
    /// The environment as it was read last.
    pub(super) environment: Environment,
    /// The operation, when one was started or found.
    pub(super) note: Option<Note>,
    /// How long the service asks to wait before the first poll.
    pub(super) first_wait: Option<Duration>,
}

/// The work on one environment.
pub(super) struct Linker<'a> {
    pub(super) cx: &'a Cx<Services>,
    pub(super) services: &'a Services,
    pub(super) call: &'a Call,
    pub(super) environment: &'a EnvironmentId,
}

impl Linker<'_> {
    /// Reads, waits, posts. `accepted` is told the moment the service has taken the link.
    pub(super) async fn link(
        &self,
        target: &Target,
        intent: Intent,
        accepted: impl Fn(&Environment, &Note),
    ) -> Result<Linked, Diagnostics> {
        let mut posts = 0;
        let mut invisible_since = None;
        let mut pause = PAUSE;
        let mut looks = READ_BACK.into_iter().enumerate();
        loop {
            let environment = self.read().await?;
            match target.place(&environment) {
                Place::Here(link) if is_settled(&link.status) => {
                    let note = if posts == 0 && intent != Intent::Update {
                        self.may_adopt(target, intent, link).await?
                    } else {
                        None
                    };
                    return Ok(Linked {
                        environment,
                        note,
                        first_wait: None,
                    });
                }
                Place::Here(link) if link.status.is_leaving() => {
                    self.wait_for_active("the removal of the present link to end")
                        .await?;
                    continue;
                }
                Place::Here(link) if link.status.is_in_progress() => {
                    return Ok(self.attach(target, environment, &accepted).await);
                }
                Place::Elsewhere(link) if link.status.is_leaving() => {
                    self.wait_for_active("the removal of the link to another policy to end")
                        .await?;
                    continue;
                }
                Place::Elsewhere(link) if matches!(intent, Intent::Create { .. }) => {
                    let wanted = target.policy_id.as_ref();
                    return Err(linked_elsewhere(&target.environment, link, wanted));
                }
                // Empty, failed, or to be swapped.
                Place::Here(_) | Place::Elsewhere(_) | Place::Nowhere => {}
            }
            let earlier = self.operations().await;
            let place = target.place(&environment);
            let known = earlier.as_deref().unwrap_or_default();
            if self.has_waited(place, known, &mut looks).await? {
                continue;
            }
            let is_here = matches!(place, Place::Here(_));
            let (slot, wanted) = (environment.encryption.as_ref(), target.policy_id.as_ref());
            let before = Note::before(slot, is_here, wanted, known);
            posts += 1;
            match self.request(target, intent).await {
                LinkOutcome::Accepted(answer) => {
                    return Ok(self
                        .taken(target, before, environment, &answer, &accepted)
                        .await);
                }
                LinkOutcome::Conflict(error) => {
                    posts -= 1;
                    self.wait_out(&error, &mut pause).await?;
                }
                LinkOutcome::Refused(error) => {
                    let since = *invisible_since.get_or_insert_with(tokio::time::Instant::now);
                    let may_be_late = error.status() == Some(404) && environment.is_managed;
                    if !may_be_late || since.elapsed() > NOT_VISIBLE_YET {
                        self.forget_request();
                        return Err(self.refused(target, &environment, &error));
                    }
                    posts -= 1;
                    self.pause(
                        "the policy to become visible to the Power Platform",
                        Some(pause),
                    )
                    .await
                    .map_err(|ended| quoting(ended, &error.report()))?;
                    pause = longer(pause);
                }
                LinkOutcome::Ambiguous(error) => {
                    tracing::warn!(error = %error.report(), "nobody knows whether the link was taken");
                    if let Some(linked) = self
                        .settle(target, &before, earlier.ok(), &error, &accepted)
                        .await?
                    {
                        return Ok(linked);
                    }
                    if posts >= MOST_POSTS {
                        return Err(without_effect(posts, &error));
                    }
                }
            }
        }
    }

    /// Waits for what speaks against a request now; `false` when nothing does.
    async fn has_waited(
        &self,
        place: Place<'_>,
        operations: &[Operation],
        looks: &mut impl Iterator<Item = (usize, u64)>,
    ) -> Result<bool, Diagnostics> {
        if let Some(active) = newest_active(operations) {
            self.wait_for(active).await?;
            return Ok(true);
        }
        let Some(most) = self.late_reads(place, operations) else {
            return Ok(false);
        };
        let Some((_, wait)) = looks.next().filter(|(look, _)| *look < most) else {
            return Ok(false);
        };
        let what = "reads to show the link that has just been made";
        self.pause(what, Some(Duration::from_millis(wait))).await?;
        Ok(true)
    }

    /// Requests the link, once.
    async fn request(&self, target: &Target, intent: Intent) -> LinkOutcome {
        if intent != Intent::Update {
            let policy = target.system_id.as_str();
            self.services
                .journal
                .begin(JOURNAL, self.environment.as_str(), policy);
        }
        self.services.environments().forget(self.environment);
        let outcome = self
            .services
            .bap()
            .link(self.call, self.environment, &target.system_id)
            .await;
        self.services.environments().forget(self.environment);
        outcome
    }

    /// The environment as it is now.
    pub(super) async fn read(&self) -> Result<Environment, Diagnostics> {
        let id = self.environment;
        match self.services.bap().environment(self.call, id).await {
            Ok(Some(environment)) => Ok(environment),
            Ok(None) => Err(not_found(id).into()),
            Err(error) => Err(explain(&format!("read the environment {id}"), &error)
                .at("environment_id")
                .into()),
        }
    }

    /// Whether an existing link is our own, from a run that was cut off.
    pub(super) async fn is_of_cut_off_run(&self, target: &Target) -> bool {
        let operations = self.operations().await.unwrap_or_default();
        match newest_of_key(&operations) {
            None => self.is_in_journal(target),
            Some(operation) => self.is_cut_off_run(target, operation).await,
        }
    }

    /// Takes over an existing link if that was asked for, or if it is our own from a run that was
    /// cut off.
    async fn may_adopt(
        &self,
        target: &Target,
        intent: Intent,
        link: &PolicyLink,
    ) -> Result<Option<Note>, Diagnostics> {
        let operations = self.operations().await.unwrap_or_default();
        let newest = newest_of_key(&operations);
        if newest.is_none() && self.is_in_journal(target) {
            // The service does not show its history; this machine has written the request down.
            return Ok(None);
        }
        if let Some(operation) = newest
            && self.is_cut_off_run(target, operation).await
        {
            self.cx.report(Diagnostic::warning(
                "Continued an interrupted run",
                format!(
                    "The environment {} is already linked to the policy: operation {} requested \
                     it, and no state recorded it. The provider has taken it over and has not \
                     requested it again.",
                    self.environment, operation.id
                ),
            ));
            return Ok(Some(self.note(operation)));
        }
        match intent {
            Intent::Create { adopt: false } => Err(already_linked(&target.environment, link)),
            Intent::Create { adopt: true } | Intent::Update => Ok(newest
                .filter(|operation| operation.is_active())
                .map(|operation| self.note(operation))),
        }
    }

    /// Whether a link operation is what a run of ours started that was cut off before it could
    /// record it: this machine has written it down, or our token proves that we requested it, and
    /// recently.
    async fn is_cut_off_run(&self, target: &Target, operation: &Operation) -> bool {
        if operation.kind == OperationType::RevertToMicrosoftKey {
            return false;
        }
        if self.is_in_journal(target) {
            return true;
        }
        let recent = operation
            .created
            .is_some_and(|created| OffsetDateTime::now_utc() - created < INTERRUPTED_WITHIN);
        match &operation.requested_by {
            Some(requester) if recent => {
                self.services.bap().caller(self.call).await.is(requester) == Some(true)
            }
            _ => false,
        }
    }

    /// The request had no effect: a link that appears later is somebody else's.
    fn forget_request(&self) {
        self.services
            .journal
            .end(JOURNAL, self.environment.as_str());
    }

    fn is_in_journal(&self, target: &Target) -> bool {
        let (environment, policy) = (self.environment.as_str(), target.system_id.as_str());
        self.services.journal.holds(JOURNAL, environment, policy)
    }

    /// How many reads may go by before the slot is believed: a link has just succeeded, and reads
    /// lag (API facts 4.9). To request it again could be the second outage.
    fn late_reads(&self, place: Place<'_>, operations: &[Operation]) -> Option<usize> {
        let newest = newest_of_key(operations)?;
        if newest.kind == OperationType::RevertToMicrosoftKey || !has_just_ended(newest) {
            return None;
        }
        match place {
            Place::Nowhere | Place::Here(_) => Some(READ_BACK.len()),
            // More likely it is the operation that has linked what the slot shows.
            Place::Elsewhere(_) => {
                let last = self
                    .cx
                    .private(|private| private.get::<String>(LAST_OPERATION));
                (last.as_ref() != Some(&newest.id)).then_some(LATE_SWAP)
            }
        }
    }

    /// Goes on with a link that is being made.
    async fn attach(
        &self,
        target: &Target,
        environment: Environment,
        accepted: &impl Fn(&Environment, &Note),
    ) -> Linked {
        let operations = self.operations().await.unwrap_or_default();
        let note =
            newest_active(&operations).map_or_else(Note::default, |operation| self.note(operation));
        accepted(&target.presented(&environment), &note);
        self.cx.report(Diagnostic::warning(
            "Joined a link in progress",
            format!(
                "The environment {} is already being linked to the policy{}. The provider follows \
                 that link and has not requested another one.",
                self.environment,
                note.id
                    .as_ref()
                    .map_or(String::new(), |id| format!(" by operation {id}")),
            ),
        ));
        Linked {
            environment,
            note: Some(note),
            first_wait: None,
        }
    }

    /// The service has taken the link: first it is kept, then read back.
    async fn taken(
        &self,
        target: &Target,
        note: Note,
        before: Environment,
        answer: &Accepted,
        accepted: &impl Fn(&Environment, &Note),
    ) -> Linked {
        let note = note.at(answer.operation.as_ref().map(OperationUrl::as_str));
        accepted(&target.presented(&before), &note);
        // Whatever reading says, the link was taken.
        let environment = match self
            .services
            .bap()
            .environment(self.call, self.environment)
            .await
        {
            Ok(Some(environment)) => environment,
            Ok(None) | Err(_) => before,
        };
        accepted(&target.presented(&environment), &note);
        Linked {
            environment,
            note: Some(note),
            first_wait: answer.retry_after,
        }
    }

    /// Finds out by reading whether a request of unknown outcome was taken. Only who has read both
    /// the environment and its operations knows that it was not.
    async fn settle(
        &self,
        target: &Target,
        before: &Note,
        earlier: Option<Vec<Operation>>,
        error: &ClientError,
        accepted: &impl Fn(&Environment, &Note),
    ) -> Result<Option<Linked>, Diagnostics> {
        let mut has_looked = false;
        for seconds in SETTLING {
            if self.sleep(Duration::from_secs(seconds)).await.is_err() {
                return Err(unsettled(error));
            }
            has_looked = false;
            let Ok(environment) = self.read().await else {
                continue;
            };
            let linked = match target.place(&environment) {
                Place::Here(link) => link.status != LinkStatus::Failed,
                Place::Elsewhere(_) | Place::Nowhere => false,
            };
            let operations = match self.operations().await {
                Ok(operations) => operations,
                Err(_) if linked => Vec::new(),
                Err(_) => continue,
            };
            has_looked = true;
            // An operation that was not there before is ours, however it has ended.
            let started = newest_of_key(&operations).filter(|operation| {
                let known =
                    |earlier: &Vec<Operation>| earlier.iter().any(|one| one.id == operation.id);
                operation.is_active() || earlier.as_ref().is_some_and(|earlier| !known(earlier))
            });
            if let Some(failed) = started.filter(|operation| has_failed(operation))
                && !matches!(target.place(&environment), Place::Here(_))
            {
                self.forget_request();
                return Err(operation_failed(target, failed));
            }
            if linked || started.is_some() {
                let note = match started {
                    Some(operation) => self.noted(before.clone(), operation),
                    None => before.clone(),
                };
                accepted(&target.presented(&environment), &note);
                return Ok(Some(Linked {
                    environment,
                    note: Some(note),
                    first_wait: None,
                }));
            }
        }
        if has_looked {
            Ok(None)
        } else {
            Err(unsettled(error))
        }
    }

    /// The operation that is active on the environment, if the service tells.
    async fn active(&self) -> Option<Operation> {
        newest_active(&self.operations().await.ok()?).cloned()
    }

    /// The operations of the environment, newest first. That the list is not available is no
    /// reason to stop: the service itself refuses a second operation.
    pub(super) async fn operations(&self) -> Result<Vec<Operation>, ClientError> {
        self.services
            .bap()
            .operations(self.call, self.environment)
            .await
            .inspect_err(|error| tracing::warn!(error = %error.report(), "no list of operations"))
    }

    /// Waits until whatever is active has ended, or a moment when nothing is shown.
    pub(super) async fn wait_for_active(&self, what: &str) -> Result<(), Diagnostics> {
        match self.active().await {
            Some(active) => self.wait_for(&active).await,
            None => self.pause(what, None).await,
        }
    }

    /// Waits after a 409 for the operation behind it, or for a growing while when the service does
    /// not show one.
    pub(super) async fn wait_out(
        &self,
        conflict: &ServiceError,
        pause: &mut Duration,
    ) -> Result<(), Diagnostics> {
        tracing::info!(error = %conflict, "another operation is active on the environment");
        if let Some(active) = self.active().await {
            return self.wait_for(&active).await;
        }
        self.pause(
            "the operation that is active on the environment to end",
            Some(*pause),
        )
        .await
        .map_err(|ended| quoting(ended, &conflict.to_string()))?;
        *pause = longer(*pause);
        Ok(())
    }

    /// Waits until an operation has ended, whichever way.
    pub(super) async fn wait_for(&self, operation: &Operation) -> Result<(), Diagnostics> {
        let url = self.services.bap().operation_url(operation);
        let mut pause = PAUSE;
        let mut has_waited = false;
        loop {
            let wait = match self.services.bap().operation(self.call, &url).await {
                Ok(Poll::Is { operation, .. }) if operation.state.is_final() => {
                    return if has_waited {
                        Ok(())
                    } else {
                        self.pause("the list of operations to follow", None).await
                    };
                }
                Ok(Poll::Is { retry_after, .. } | Poll::Working { retry_after }) => retry_after,
                Ok(Poll::Gone(_)) => {
                    return self.pause("the list of operations to follow", None).await;
                }
                Err(error) => {
                    let doing = format!("wait for operation {}", operation.id);
                    return Err(explain(&doing, &error).into());
                }
            };
            let what = format!(
                "operation {} ({}) to end, which is active on the environment {}",
                operation.id,
                operation.kind.as_str(),
                self.environment
            );
            self.pause(&what, Some(wait.unwrap_or(pause))).await?;
            pause = longer(pause);
            has_waited = true;
        }
    }

    /// A pause in a wait; an error when the user stops or time is up.
    pub(super) async fn pause(
        &self,
        what: &str,
        wait: Option<Duration>,
    ) -> Result<(), Diagnostics> {
        self.cx.waiting_for(what);
        self.sleep(decent(wait.unwrap_or(PAUSE)))
            .await
            .map_err(|ended| {
                let allowed = self.cx.deadline().map_or(String::new(), |deadline| {
                    format!(
                        " within {}",
                        tfplugin::timeouts::format_duration(deadline.allowed)
                    )
                });
                match ended {
                Ended::Stopped => Diagnostic::error(
                    "Stopped",
                    format!("Stopped while waiting for {what}. Run the command again to continue."),
                ),
                Ended::OutOfTime => Diagnostic::error(
                    "Operation timed out",
                    format!(
                        "Waited for {what}, and it did not happen{allowed}. Nothing is lost: run \
                         the command again to continue, or allow more time in the timeouts block."
                    ),
                ),
            }
            .into()
            })
    }

    pub(super) async fn sleep(&self, wait: Duration) -> Result<(), Ended> {
        if wait.is_zero() {
            Ok(())
        } else {
            self.call.sleep(wait).await
        }
    }

    /// What to remember of an operation of the list.
    pub(super) fn note(&self, operation: &Operation) -> Note {
        self.noted(Note::default(), operation)
    }

    /// The same on top of what is noted already.
    pub(super) fn noted(&self, note: Note, operation: &Operation) -> Note {
        let url = self.services.bap().operation_url(operation);
        note.at(Some(url.as_str())).with(operation)
    }

    fn refused(
        &self,
        target: &Target,
        environment: &Environment,
        error: &ClientError,
    ) -> Diagnostics {
        let doing = format!(
            "link the environment {} to the policy {}",
            self.environment,
            target.policy_name()
        );
        let mut diagnostic = explain(&doing, error);
        if error.status() == Some(404) && !environment.is_managed {
            // Some report that as the answer for an environment that is not managed.
            diagnostic.detail.push_str(
                "\n\nThe environment is no Managed Environment, which a link needs, and that may \
                 be the reason. Enable Managed Environments for it first.",
            );
        }
        diagnostic.into()
    }
}

/// Whether the slot shows a link that needs nothing more. A word that nobody knows is a link, too:
/// asking for another one could be the second outage.
pub(super) fn is_settled(status: &LinkStatus) -> bool {
    matches!(status, LinkStatus::Linked | LinkStatus::Other(_))
}

/// What a service asks to wait, within reason: an operation may be over long before tomorrow.
pub(super) fn decent(wait: Duration) -> Duration {
    wait.clamp(SHORTEST_PAUSE, LONGEST_ASKED)
}

/// The next pause of a wait.
pub(super) fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

/// The end of a wait, with the last answer of the service.
fn quoting(ended: Diagnostics, answer: &str) -> Diagnostics {
    ended
        .into_iter()
        .map(|mut diagnostic| {
            diagnostic.detail = format!("{}\n\nThe last answer: {answer}.", diagnostic.detail);
            diagnostic
        })
        .collect()
}

pub(super) fn has_failed(operation: &Operation) -> bool {
    matches!(
        operation.state,
        OperationState::Failed | OperationState::Canceled
    )
}

/// There is no such environment, as far as the caller sees.
pub(super) fn not_found(id: &EnvironmentId) -> Diagnostic {
    Diagnostic::error(
        "Environment not found",
        format!(
            "There is no environment {id} in the tenant, or the application is not registered as \
             a Power Platform administrator: the service answers the same to both.\n\nCheck the \
             id, and whether the application can see other environments."
        ),
    )
    .at("environment_id")
}

pub(super) fn already_linked(environment: &EnvironmentId, link: &PolicyLink) -> Diagnostics {
    Diagnostic::error(
        "Environment already linked",
        format!(
            "The environment {environment} is already linked to this policy ({status}), and no \
             resource of this configuration manages the link. Nothing was changed.\n\nImport \
             it:\n\n    import {{\n      to = ppcmk_environment_assignment.<name>\n      id = \
             \"{environment}\"\n    }}\n\nOr set adopt_existing = true to take it over.",
            status = link.status.as_str()
        ),
    )
    .at("environment_id")
    .into()
}

/// The environment is under another policy than the one that is `wanted`, as far as that has an
/// Azure resource id.
pub(super) fn linked_elsewhere(
    environment: &EnvironmentId,
    link: &PolicyLink,
    wanted: Option<&PolicyId>,
) -> Diagnostics {
    let is_former = wanted.is_some() && link.policy_id.as_ref() == wanted;
    let named = link
        .policy_id_text
        .as_deref()
        .or(link.system_id_text.as_deref())
        .or(link.policy_guid.as_deref())
        .unwrap_or("a policy that the service does not name");
    let other = match &link.system_id_text {
        // The id alone would look like the policy that is wanted.
        Some(system_id) if is_former => format!(
            "the one with the system id {system_id}, which had the id {named} before it was \
             deleted and another one was created in its place"
        ),
        _ => named.to_owned(),
    };
    Diagnostic::error(
        "Environment under another policy",
        format!(
            "The environment {environment} is linked to another encryption policy, {other} \
             ({status}). Creating an assignment does not take it away from there. Nothing was \
             changed.\n\nTo swap the key in place, import the present link first, and apply \
             again:\n\n    import {{\n      to = ppcmk_environment_assignment.<name>\n      id = \
             \"{environment}\"\n    }}",
            status = link.status.as_str()
        ),
    )
    .at("environment_id")
    .into()
}

fn unsettled(error: &ClientError) -> Diagnostics {
    Diagnostic::error(
        "Outcome not known",
        format!(
            "The request was sent, its answer was lost ({}), and it could not be found out \
             whether it was taken. Run the command again: the provider reads before it requests \
             anything, so nothing happens twice.",
            error.report()
        ),
    )
    .into()
}

fn without_effect(posts: usize, error: &ClientError) -> Diagnostics {
    let mut diagnostic = explain("link the environment", error);
    diagnostic.detail = format!(
        "{}\n\nThe request was made {posts} times; each time the environment and its list of \
         operations showed that it had no effect.",
        diagnostic.detail
    );
    diagnostic.into()
}
