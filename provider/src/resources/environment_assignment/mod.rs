//! `ppcmk_environment_assignment`: one environment under one policy.
//!
//! The promise of this resource is that it never causes a second outage. So a link is requested
//! once and settled by reading; once the service has taken it, create does not fail any more,
//! because Terraform would replace an object whose create failed; and a change of the policy is
//! a swap in place.

mod former;
mod late;
mod link;
mod model;
mod notice;
mod plan;
mod read;
mod sight;
mod target;
mod unlink;
mod wait;

use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, SystemId};
use tfplugin::timeouts::DefaultTimeouts;
use tfplugin::{
    Attr, Change, Cx, Diagnostic, Diagnostics, IdentitySchema, ImportKey, MoveSource, Plan,
    Resource, Schema, Sink, Value,
};

use self::link::{Intent, JOURNAL, LAST_OPERATION, Linker};
use self::model::Assignment;
pub(crate) use self::model::DeletionPolicy;
use self::model::{Encryption, Note};
use self::plan::Cause;
use self::target::Target;
use self::wait::Followed;
use crate::explain::explain;
use crate::resources::take_over;
use crate::services::{Services, call};

const HOUR: Duration = Duration::from_secs(3600);

/// The resource type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EnvironmentAssignments;

impl Resource for EnvironmentAssignments {
    type Client = Services;
    type Model = Assignment;

    fn type_name(&self) -> &'static str {
        "ppcmk_environment_assignment"
    }

    fn schema(&self) -> Schema {
        model::schema(&self.default_timeouts())
    }

    /// Links have been seen to outlive 20 minutes by far (API facts 4.5).
    fn default_timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts {
            create: HOUR * 4,
            read: Duration::from_secs(5 * 60),
            update: HOUR * 4,
            delete: HOUR * 4,
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("environment_id", "The id of the environment."))
    }

    fn identity(&self, model: &Assignment) -> Option<Value> {
        model::identity(model)
    }

    fn validate(&self, config: &Assignment, diagnostics: &mut Diagnostics) {
        match (&config.policy_id, &config.policy_system_id) {
            (Attr::Null, Attr::Null) => diagnostics.error(
                "policy_id",
                "Missing policy",
                "Set exactly one of policy_id and policy_system_id: the policy that the \
                 environment comes under.",
            ),
            (Attr::Known(_), Attr::Known(_)) => diagnostics.error(
                "policy_system_id",
                "Two policies",
                "Set exactly one of policy_id and policy_system_id. Both name the policy; \
                 policy_id is the usual one.",
            ),
            _ => {}
        }
    }

    async fn plan(&self, cx: Cx<Services>, plan: &mut Plan<Assignment>) {
        if plan.config.deletion_policy.is_null() {
            plan.planned.deletion_policy = match cx.try_client() {
                Some(services) => services.default_deletion_policy.word().to_owned().into(),
                None => Attr::Unknown,
            };
        }
        if let Some(services) = cx.try_client() {
            let touched = plan.planned.touched();
            services.refuse(&touched, &mut plan.diagnostics);
        }
        if let Some(prior) = plan.prior.clone() {
            remember_link(&cx, &prior);
            plan_change(&cx, plan, &prior);
        }
        let cause = Cause::of(&cx, plan);
        announce(&cx, cause.is_some());
        if let Some(cause) = cause
            && !plan.diagnostics.has_errors()
        {
            let checked = plan::check(&cx, &plan.planned, cause).await;
            plan.diagnostics.extend(checked);
        }
    }

    async fn plan_delete(&self, cx: Cx<Services>, prior: Assignment) -> Diagnostics {
        match deletion_policy(&prior) {
            // Terraform does not refresh what has left the configuration.
            DeletionPolicy::Prevent => match cx.try_client() {
                Some(services) if read::is_gone(&cx, services, &prior).await => Diagnostics::new(),
                _ => prevented(prior.environment_id.as_str().unwrap_or_default()),
            },
            DeletionPolicy::Abandon => Diagnostics::new(),
            DeletionPolicy::Unlink => {
                if let (Some(services), Some(id)) = (cx.try_client(), prior.environment_id()) {
                    services.planned.will_leave(id);
                }
                notice::of_unlink(&prior).into()
            }
        }
    }

    async fn create(
        &self,
        cx: Cx<Services>,
        change: Change<Assignment>,
        sink: Sink<Assignment>,
    ) -> Result<Assignment, Diagnostics> {
        take_announcement(&cx);
        let adopt = change.planned.adopt_existing == Attr::Known(true);
        self.bring_under(&cx, change.planned, Intent::Create { adopt }, &sink)
            .await
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        state: Assignment,
    ) -> Result<Option<Assignment>, Diagnostics> {
        remember_link(&cx, &state);
        read::read(&cx, state).await
    }

    async fn update(
        &self,
        cx: Cx<Services>,
        prior: Assignment,
        change: Change<Assignment>,
        sink: Sink<Assignment>,
    ) -> Result<Assignment, Diagnostics> {
        let is_announced = take_announcement(&cx);
        if change.planned.has_policy_of(&prior) && !prior.has_failed() && !is_announced {
            // Only settings change: nothing may be requested, whatever has happened meanwhile.
            let mut model = change.planned;
            model.keep_seen(&prior);
            return match read::read(&cx, model).await? {
                Some(now) if now.has_policy_of(&prior) => Ok(now),
                _ => Err(changed_meanwhile(&prior)),
            };
        }
        self.bring_under(&cx, change.planned, Intent::Update, &sink)
            .await
    }

    async fn delete(&self, cx: Cx<Services>, prior: Assignment) -> Result<(), Diagnostics> {
        let services = cx.client()?;
        match deletion_policy(&prior) {
            DeletionPolicy::Prevent if read::is_gone(&cx, services, &prior).await => Ok(()),
            DeletionPolicy::Prevent => {
                Err(prevented(prior.environment_id.as_str().unwrap_or_default()))
            }
            DeletionPolicy::Abandon => Ok(()),
            DeletionPolicy::Unlink => unlink::unlink(&cx, services, &call(&cx), &prior).await,
        }
    }

    fn take_over(&self, source: &MoveSource) -> Result<Option<Assignment>, Diagnostics> {
        if !take_over::is_of(source, take_over::POWER_PLATFORM_ASSIGNMENT) {
            return Ok(None);
        }
        let kind = take_over::required(source, "policy_type")?;
        if !kind.eq_ignore_ascii_case("Encryption") {
            return Err(Diagnostic::error(
                "Move of another kind",
                format!(
                    "The {} is of kind {kind}, and an assignment here is of kind Encryption. Leave \
                     it with the provider that manages it.",
                    source.type_name
                ),
            )
            .into());
        }
        Ok(Some(Assignment {
            environment_id: take_over::required(source, "environment_id")?
                .to_owned()
                .into(),
            policy_system_id: take_over::required(source, "system_id")?.to_owned().into(),
            id: take_over::required(source, "environment_id")?
                .to_owned()
                .into(),
            ..Assignment::with_defaults(DeletionPolicy::Prevent)
        }))
    }

    async fn import(&self, cx: Cx<Services>, key: ImportKey) -> Result<Assignment, Diagnostics> {
        let text = match &key {
            ImportKey::Id(id) => id.clone(),
            ImportKey::Identity(identity) => identity
                .attribute("environment_id")
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        let id: EnvironmentId = super::pasted(&text).parse().map_err(|error| {
            Diagnostic::error(
                "Invalid import id",
                format!(
                    "{} An assignment is imported by the id of its environment, a GUID or \
                     Default-<tenant id>, and {text:?} was given.",
                    tfplugin::schema::validator::sentence(&ppcmk_coverage::ParseError::to_string(
                        &error
                    ))
                ),
            )
        })?;
        let services = cx.client()?;
        let environment = services
            .bap()
            .environment(&call(&cx), &id)
            .await
            .map_err(|error| explain(&format!("read the environment {id}"), &error))?;
        let Some(environment) = environment else {
            return Err(Diagnostic::error(
                "Environment not found",
                format!(
                    "There is no environment {id} in the tenant, or the application lacks the \
                     role to see it. Nothing was imported."
                ),
            )
            .into());
        };
        let Some(link) = &environment.encryption else {
            return Err(Diagnostic::error(
                "Environment not linked",
                format!(
                    "The environment {id} ({}) is not under an encryption policy, so there is no \
                     assignment to import. Remove the import block to link it.",
                    environment.display_name
                ),
            )
            .into());
        };
        let mut model = Assignment {
            environment_id: id.to_string().into(),
            ..Assignment::with_defaults(services.default_deletion_policy)
        };
        model.follow(link, None);
        model.observe(&environment, Encryption::Unknown, None);
        Ok(model)
    }
}

/// Notes that a state has the link.
fn remember_link(cx: &Cx<Services>, state: &Assignment) {
    if let (Some(services), Some(environment)) = (cx.try_client(), state.environment_id()) {
        services.planned.has_link(environment);
    }
}

/// Plans the change of an assignment that is in the state.
fn plan_change(cx: &Cx<Services>, plan: &mut Plan<Assignment>, prior: &Assignment) {
    if plan.replaces() {
        match deletion_policy(prior) {
            DeletionPolicy::Prevent => plan.diagnostics.error(
                "environment_id",
                "Replacement prevented",
                "Another environment_id replaces the assignment, which would take the present \
                 environment off its key, and deletion_policy is PREVENT.\n\nAdd a second \
                 assignment for the other environment, or apply deletion_policy = \"UNLINK\" or \
                 \"ABANDON\" first.",
            ),
            DeletionPolicy::Unlink => plan.diagnostics.push(notice::of_unlink(prior)),
            DeletionPolicy::Abandon => {}
        }
        return;
    }
    let is_of_policy_before = former::is_of_policy_before(cx, prior);
    if plan.changes() || prior.has_failed() || is_of_policy_before {
        // Also makes a plan an update that changes nothing else and requests the link again.
        plan.planned.forget_what_may_change();
    }
    if (!plan.planned.has_policy_of(prior) || is_of_policy_before)
        && let (Some(services), Some(environment)) = (cx.try_client(), prior.environment_id())
    {
        services.planned.will_leave(environment);
    }
}

impl EnvironmentAssignments {
    async fn bring_under(
        &self,
        cx: &Cx<Services>,
        planned: Assignment,
        intent: Intent,
        sink: &Sink<Assignment>,
    ) -> Result<Assignment, Diagnostics> {
        let services = cx.client()?.clone();
        let call = call(cx);
        let mut planned = planned;
        if planned.deletion_policy.is_unknown() {
            planned.deletion_policy = services.default_deletion_policy.word().to_owned().into();
        }
        let target = Target::resolve(&services, &call, &planned).await?;
        let linker = Linker {
            cx,
            services: &services,
            call: &call,
            environment: &target.environment,
        };
        let accepted = |environment: &crate::client::Environment, note: &Note| {
            let mut model = planned.clone();
            model.observe(environment, Encryption::Encrypting, Some(note));
            remember(cx, Some(note));
            remember_system_id(cx, &target);
            match intent {
                Intent::Create { .. } => sink.commit(model),
                Intent::Update => sink.save(model),
            }
        };
        let taken = linker.link(&target, intent, accepted).await?;
        let followed = linker.follow(&target, taken, planned.wait_for()).await;
        services.environments().forget(&target.environment);
        remember_system_id(cx, &target);
        // Terraform gets the answer, whichever it is, unless it is what has ended; then the next
        // read of the state tells.
        if !cx.stop().is_cancelled() {
            services.journal.end(JOURNAL, target.environment.as_str());
        }
        let mut model = planned.clone();
        match followed {
            Followed::Reached {
                environment,
                encryption,
                running,
            } => {
                remember(cx, running.as_ref());
                model.observe(&environment, encryption, running.as_ref());
                Ok(model)
            }
            Followed::Unfinished {
                environment,
                running,
                why,
            } => {
                cx.report(why);
                remember(cx, running.as_ref());
                model.observe(&environment, Encryption::Encrypting, running.as_ref());
                Ok(model)
            }
            Followed::Failed { environment, why } => {
                cx.report(why);
                remember(cx, None);
                model.observe(&environment, Encryption::Failed, None);
                Ok(model)
            }
            Followed::NotLinked(problems) => {
                // There is nothing to taint: the state keeps what was there before.
                sink.withdraw();
                remember(cx, None);
                Err(problems)
            }
        }
    }
}

impl Assignment {
    /// An assignment whose settings are as if the user had set none.
    fn with_defaults(deletion_policy: DeletionPolicy) -> Self {
        Self {
            wait_for: "accepted".to_owned().into(),
            wait_for_on_destroy: "unlinked".to_owned().into(),
            deletion_policy: deletion_policy.word().to_owned().into(),
            adopt_existing: false.into(),
            ..Self::default()
        }
    }

    /// What an update may find changed is not promised by its plan.
    fn forget_what_may_change(&mut self) {
        self.link_status = Attr::Unknown;
        self.encryption_status = Attr::Unknown;
        self.key_managed_by = Attr::Unknown;
        self.environment = Attr::Unknown;
        self.operation = Attr::Unknown;
    }

    /// Takes what was read before, for parts that only reading fills in.
    fn keep_seen(&mut self, prior: &Self) {
        self.id = prior.id.clone();
        self.link_status = prior.link_status.clone();
        self.encryption_status = prior.encryption_status.clone();
        self.key_managed_by = prior.key_managed_by.clone();
        self.environment = prior.environment.clone();
        self.operation = prior.operation.clone();
    }
}

/// The system id of the policy in the state, for answers that name the policy by that alone.
const SYSTEM_ID: &str = "system_id";

fn remembered_system_id(cx: &Cx<Services>) -> Option<SystemId> {
    cx.private(|private| private.get::<String>(SYSTEM_ID))?
        .parse()
        .ok()
}

fn remember_system_id(cx: &Cx<Services>, target: &Target) {
    cx.private(|private| private.set(SYSTEM_ID, &target.system_id.as_str()));
}

/// The note of a plan that requests a link. At the apply the ids alone do not tell: one that was
/// known after apply may turn out to be the one that the state has, of a policy created anew.
const ANNOUNCED: &str = "requests_link";

fn announce(cx: &Cx<Services>, is_requested: bool) {
    cx.private(|private| {
        if is_requested {
            private.set(ANNOUNCED, &true);
        } else {
            private.remove(ANNOUNCED);
        }
    });
}

/// Whether the plan has said that a link may be requested. The note is not for the state.
fn take_announcement(cx: &Cx<Services>) -> bool {
    cx.private(|private| {
        let is_announced = private.get::<bool>(ANNOUNCED).unwrap_or_default();
        private.remove(ANNOUNCED);
        is_announced
    })
}

fn remember(cx: &Cx<Services>, note: Option<&Note>) {
    cx.private(|private| match note {
        Some(note) => {
            private.set(Note::NAME, note);
            if let Some(id) = &note.id {
                private.set(LAST_OPERATION, id);
            }
        }
        None => private.remove(Note::NAME),
    });
}

/// The deletion policy of a stored object. State without one is as careful as possible.
fn deletion_policy(state: &Assignment) -> DeletionPolicy {
    state
        .deletion_policy
        .as_str()
        .and_then(DeletionPolicy::parse)
        .unwrap_or(DeletionPolicy::Prevent)
}

fn prevented(environment: &str) -> Diagnostics {
    Diagnostic::error(
        "Deletion prevented",
        format!(
            "The assignment of the environment {environment} has deletion_policy = \"PREVENT\". \
             Destroying it would take the environment offline and back to Microsoft's key.\n\nTo \
             do that, apply deletion_policy = \"UNLINK\" first. To keep the link and only forget \
             it, apply \"ABANDON\", or use a removed block."
        ),
    )
    .into()
}

fn changed_meanwhile(prior: &Assignment) -> Diagnostics {
    Diagnostic::error(
        "Link changed meanwhile",
        format!(
            "Since the plan was made, the environment {} has left the policy or come under \
             another one. Nothing was requested. Plan again and look at the difference.",
            prior.environment_id.as_str().unwrap_or_default()
        ),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn microsoft(kind: &str) -> MoveSource {
        MoveSource {
            provider: "registry.terraform.io/microsoft/power-platform".to_owned(),
            type_name: "powerplatform_enterprise_policy".to_owned(),
            schema_version: 0,
            state: json!({
                "id": "00000000-0000-0000-0000-000000000001_encryption",
                "environment_id": "00000000-0000-0000-0000-000000000001",
                "system_id": "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333",
                "policy_type": kind,
            }),
        }
    }

    #[test]
    fn an_assignment_of_microsoft_s_provider_is_taken_over() {
        let model = EnvironmentAssignments
            .take_over(&microsoft("Encryption"))
            .unwrap()
            .unwrap();
        assert_eq!(
            model.id.as_str(),
            Some("00000000-0000-0000-0000-000000000001")
        );
        assert!(model.policy_id.is_null() && model.policy_system_id().is_some());
        assert_eq!(deletion_policy(&model), DeletionPolicy::Prevent);
    }

    #[test]
    fn an_assignment_of_another_kind_stays_where_it_is() {
        assert!(
            EnvironmentAssignments
                .take_over(&microsoft("Identity"))
                .is_err()
        );
    }
}
