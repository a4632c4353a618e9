//! What a plan looks at before it promises a link: the environment, the policy, and what the rules
//! say about the two. A plan that requests no link looks at nothing.

use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, HealthStatus, PolicyId, SystemId};
use tfplugin::{Cx, Diagnostic, Diagnostics};
use tokio::time::Instant;

use super::former;
use super::link::{Linker, already_linked, is_settled, linked_elsewhere, not_found};
use super::model::Assignment;
use super::notice;
use super::sight::{Policy, Sight};
use super::target::Target;
use crate::checks::Report;
use crate::client::{Environment, OperationType, PolicyLink, newest_active};
use crate::explain::explain;
use crate::resources::enterprise_policy::unhealthy;
use crate::services::{Services, call};

/// Terraform plans in parallel and without a fixed order. So long a link that exists waits for the
/// plan that takes it away.
const PLANS_OF_OTHERS: Duration = Duration::from_secs(2);

/// Why the plan requests a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing is in the state yet.
    Create {
        /// Whether an existing link to the same policy is taken over.
        adopt: bool,
    },
    /// The policy changes.
    Swap,
    /// The last link has failed.
    Again,
}

impl Cause {
    /// Why the plan requests a link, if it does.
    pub(super) fn of(cx: &Cx<Services>, plan: &tfplugin::Plan<Assignment>) -> Option<Self> {
        match &plan.prior {
            None => Some(Self::Create {
                adopt: plan.planned.adopt_existing == tfplugin::Attr::Known(true),
            }),
            // Terraform asks again, about what it creates then.
            Some(_) if plan.replaces() => None,
            Some(prior) if !plan.planned.has_policy_of(prior) => Some(Self::Swap),
            Some(prior) if former::is_of_policy_before(cx, prior) => Some(Self::Swap),
            Some(prior) => prior.has_failed().then_some(Self::Again),
        }
    }
}

/// Looks at everything, as far as it is known, and says what speaks against the link.
pub(super) async fn check(cx: &Cx<Services>, planned: &Assignment, cause: Cause) -> Diagnostics {
    let Some(services) = cx.try_client() else {
        return Diagnostics::new();
    };
    if !services.checks.are_on() {
        return notice::of_link(planned, None, cause).into();
    }
    let sight = Sight::of(cx, services, planned).await;
    let mut report = services.checks.report();
    if let Some(id) = sight.missing_environment() {
        report.push(not_found(id));
    }
    problems_of_policy(&sight, &mut report);
    if let Some(environment) = sight.environment() {
        let exists = exists(cx, services, &sight, environment, cause).await;
        match exists {
            Exists::No => {}
            Exists::Yes => return Diagnostics::new(),
            Exists::InTheWay(why) => why.into_iter().for_each(|why| report.push(why)),
        }
    }
    sight.ask_rules(services, cause, &mut report);
    if let Some(environment) = sight.environment() {
        let busy = operation(cx, services, environment, &mut report).await;
        if !busy && cause != Cause::Again && !report.refuses() {
            enforcement(environment, &mut report);
        }
    }
    if !report.refuses() {
        report.push(notice::of_link(planned, sight.environment(), cause));
    }
    report.finish(&sight.name())
}

fn problems_of_policy(sight: &Sight<'_>, report: &mut Report) {
    match &sight.policy {
        Policy::Missing(id) => report.push(
            Diagnostic::error(
                "Policy not found",
                format!(
                    "There is no enterprise policy {id}, or the application lacks the role Reader \
                     on it. Linking needs that role.\n\nCheck the id, and grant Reader on the \
                     policy to the application. If another configuration of this provider creates \
                     the policy in the same run, set policy_system_id to its system_id instead."
                ),
            )
            .at("policy_id"),
        ),
        Policy::Refused(id, error) => {
            report.push(explain(&format!("read the policy {id}"), error).at("policy_id"));
        }
        Policy::Live(policy) if policy.health_status == Some(HealthStatus::Unhealthy) => {
            report.push(unhealthy(policy).at("policy_id"));
        }
        Policy::Live(_)
        | Policy::Planned(_)
        | Policy::Named(_)
        | Policy::Unread(..)
        | Policy::AfterApply => {}
    }
}

/// Whether there is a link already.
enum Exists {
    /// No, or one that the update replaces.
    No,
    /// The one that is wanted, so nothing will be requested.
    Yes,
    /// One that the apply would refuse to touch.
    InTheWay(Diagnostics),
}

async fn exists(
    cx: &Cx<Services>,
    services: &Services,
    sight: &Sight<'_>,
    environment: &Environment,
    cause: Cause,
) -> Exists {
    let (policy_id, system_id) = sight.policy.ids();
    let Some(link) = &environment.encryption else {
        return Exists::No;
    };
    if policy_id.is_none() && system_id.is_none() {
        return Exists::No;
    }
    // No link is to a policy that does not exist yet, whatever was called the same before it.
    let is_planned = matches!(sight.policy, Policy::Planned(_));
    let is_here = !is_planned && link.is_to(policy_id.as_ref(), system_id.as_ref());
    if is_here && link.status.is_in_progress() && !link.status.is_leaving() {
        return Exists::Yes;
    }
    if link.status.is_leaving() || (is_here && !is_settled(&link.status)) {
        return Exists::No;
    }
    match (cause, is_here) {
        (Cause::Swap | Cause::Again, false) => Exists::No,
        (Cause::Create { adopt: true } | Cause::Swap | Cause::Again, true) => Exists::Yes,
        (Cause::Create { adopt: false }, true) => {
            let system_id = system_id.or_else(|| link.system_id.clone());
            here(cx, services, environment, link, (policy_id, system_id)).await
        }
        (Cause::Create { .. }, false) => {
            if leaves(services, &environment.id).await {
                return Exists::No;
            }
            Exists::InTheWay(linked_elsewhere(&environment.id, link, policy_id.as_ref()))
        }
    }
}

/// The wanted link exists and nobody asked to take it over: fine if it is our own, of a run that
/// was cut off, or if this run takes it away.
async fn here(
    cx: &Cx<Services>,
    services: &Services,
    environment: &Environment,
    link: &PolicyLink,
    (policy_id, system_id): (Option<PolicyId>, Option<SystemId>),
) -> Exists {
    if let Some(system_id) = system_id {
        let target = Target {
            environment: environment.id.clone(),
            policy_id,
            system_id,
        };
        let linker = Linker {
            cx,
            services,
            call: &call(cx),
            environment: &environment.id,
        };
        if linker.is_of_cut_off_run(&target).await {
            return Exists::Yes;
        }
    }
    if leaves(services, &environment.id).await {
        return Exists::No;
    }
    Exists::InTheWay(already_linked(&environment.id, link))
}

/// Whether the link is that of a state, so that this run replaces it, or takes the environment off
/// its policy.
async fn leaves(services: &Services, environment: &EnvironmentId) -> bool {
    let started = Instant::now();
    let planned = &services.planned;
    while !planned.is_leaving(environment) && !planned.had_link(environment) {
        if started.elapsed() >= PLANS_OF_OTHERS {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    true
}

/// Whether another operation runs, which the apply will wait for.
async fn operation(
    cx: &Cx<Services>,
    services: &Services,
    environment: &Environment,
    report: &mut Report,
) -> bool {
    let is_idle = environment
        .management_state
        .as_deref()
        .is_none_or(|state| state.eq_ignore_ascii_case("Ready"));
    if is_idle {
        return false;
    }
    let operations = services.bap().operations(&call(cx), &environment.id).await;
    let Ok(operations) = operations else {
        return true;
    };
    if let Some(active) = newest_active(&operations) {
        report.push(
            Diagnostic::warning(
                "Another operation is active",
                format!(
                    "The environment {} runs the operation {} ({}) right now. An environment runs \
                     one lifecycle operation at a time, so the apply waits until it has ended.",
                    notice::called(Some(environment), environment.id.as_str()),
                    active.kind,
                    active.id
                ),
            )
            .at("environment_id"),
        );
    }
    true
}

/// What the service itself says about the operation that the apply would start (API facts 4.2 [F]).
fn enforcement(environment: &Environment, report: &mut Report) {
    let operation = match &environment.encryption {
        None => OperationType::NewCustomerManagedKey,
        Some(_) => OperationType::RotateCustomerManagedKey,
    };
    let Some(rule) = environment.lifecycle.disallows(operation.as_str()) else {
        return;
    };
    let said = rule
        .message
        .as_deref()
        .or(rule.reason.as_deref())
        .unwrap_or("it gives no reason");
    let detail = format!(
        "The Power Platform does not allow the operation {operation} on the environment {} at \
         present: {}\n\nThe apply would fail. Remove the cause, and plan again.",
        notice::called(Some(environment), environment.id.as_str()),
        tfplugin::schema::validator::sentence(said)
    );
    // A ban without a sentence has been seen where the operation went through.
    let build = match &rule.message {
        Some(_) => Diagnostic::error,
        None => Diagnostic::warning,
    };
    report.push(build("Operation not allowed", detail).at("environment_id"));
}
