//! `ppcmk_enterprise_policy`: an enterprise policy of kind Encryption in Azure.
//!
//! A policy is frozen while environments are linked to it, its tags included (API facts 2.6 [C],
//! several independent reports), and the link is visible only on the environments. So the plan
//! looks at the environments before it promises a change.

mod from_azapi;
mod messages;
mod model;
mod plan;

use std::sync::Arc;
use std::time::Duration;

use ppcmk_coverage::{HealthStatus, PolicyId, PolicyKind, SystemId};
use tfplugin::schema::validator::sentence;
use tfplugin::timeouts::DefaultTimeouts;
use tfplugin::{
    Attr, Change, Cx, Diagnostic, Diagnostics, IdentitySchema, ImportKey, MoveSource, Plan,
    Resource, Schema, Sink, Value,
};

use self::from_azapi::from_azapi;
pub(crate) use self::messages::unhealthy;
use self::messages::{
    deleted_under_environments, deleted_while_linked, exists, names, not_as_asked, not_seen,
    other_kind, recreated,
};
use self::model::{PolicyModel, changed_arguments, schema};
use super::take_over;
use crate::client::{Call, Deleted, EnterprisePolicy, Environment};
use crate::explain::explain;
use crate::services::{Services, call};

/// How long a new policy may take to show its identity (API facts 2.2, CMK facts 1 [C]: about 90 s).
const IDENTITY_WITHIN: Duration = Duration::from_secs(5 * 60);
/// How long a policy may take to notice that its last environment has left.
const UNLINK_NOTICED_WITHIN: Duration = Duration::from_secs(3 * 60);
const PAUSE: Duration = Duration::from_secs(3);
/// Terraform plans in parallel and without a fixed order. So long a policy that is to be deleted
/// waits for the plans that take its environments elsewhere.
const PLANS_OF_OTHERS: Duration = Duration::from_secs(2);
/// The kind of journal entries for policies.
const JOURNAL: &str = "policy";

/// The resource type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EnterprisePolicies;

impl Resource for EnterprisePolicies {
    type Client = Services;
    type Model = PolicyModel;

    fn type_name(&self) -> &'static str {
        "ppcmk_enterprise_policy"
    }

    fn schema(&self) -> Schema {
        schema(&self.default_timeouts())
    }

    fn default_timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts {
            read: Duration::from_secs(5 * 60),
            ..DefaultTimeouts::all(Duration::from_secs(30 * 60))
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", "The Azure resource id of the policy."))
    }

    fn identity(&self, model: &PolicyModel) -> Option<Value> {
        let id = model.id.as_str()?;
        Some(Value::object([("id", Value::from(id))]))
    }

    async fn plan(&self, cx: Cx<Services>, plan: &mut Plan<PolicyModel>) {
        match plan.prior.clone() {
            None => plan::create(&cx, plan).await,
            Some(prior) => plan::change(&cx, plan, &prior).await,
        }
    }

    async fn plan_delete(&self, cx: Cx<Services>, prior: PolicyModel) -> Diagnostics {
        let mut diagnostics = Diagnostics::from(Diagnostic::warning(
            "Key access ends with the policy",
            format!(
                "Deleting the policy {} deletes its identity, and with it the access to the key. \
                 Backups of environments that were under the policy need the key for at least 30 \
                 days after they left.",
                prior.name.as_str().unwrap_or_default()
            ),
        ));
        let Some(services) = cx.try_client() else {
            return diagnostics;
        };
        plan::remember_state(services, &prior);
        match linked(services, &call(&cx), &prior).await {
            Ok(mut linked) => {
                let started = tokio::time::Instant::now();
                linked.retain(|environment| !services.planned.is_leaving(&environment.id));
                while !linked.is_empty() && started.elapsed() < PLANS_OF_OTHERS {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    linked.retain(|environment| !services.planned.is_leaving(&environment.id));
                }
                if !linked.is_empty() {
                    diagnostics.push(deleted_while_linked(&linked));
                }
            }
            Err(why) => diagnostics.push(not_seen(&why)),
        }
        diagnostics
    }

    async fn create(
        &self,
        cx: Cx<Services>,
        change: Change<PolicyModel>,
        sink: Sink<PolicyModel>,
    ) -> Result<PolicyModel, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let mut model = change.planned;
        let planned = model.clone();
        let id = model.policy_id()?;
        let spec = model.spec()?;
        let doing = format!("create the policy {id}");
        match services.arm().policy(&call, &id).await {
            Ok(None) => {}
            // Our own, from a run that was cut off: writing the same again changes nothing.
            Ok(Some(existing))
                if services
                    .journal
                    .holds(JOURNAL, id.as_str(), &spec.fingerprint())
                    && existing.kind == PolicyKind::Encryption => {}
            Ok(Some(existing)) => return Err(exists(&existing)),
            Err(error) => return Err(explain(&doing, &error).into()),
        }
        services
            .journal
            .begin(JOURNAL, id.as_str(), &spec.fingerprint());
        let policy = services
            .arm()
            .put_policy(&call, &id, &spec)
            .await
            .map_err(|error| explain(&doing, &error))?;
        services.planned.created(&id);
        model.observe(&policy);
        model.keep_arguments(&planned);
        model.linked_environment_ids = Vec::new().into();
        // The policy exists: an error would replace it, and its identity and grants with it.
        sink.commit(model.clone());
        let policy = with_identity(&cx, services, &call, policy).await;
        model.observe(&policy);
        promised(&cx, &planned, &mut model);
        if !cx.stop().is_cancelled() {
            services.journal.end(JOURNAL, id.as_str());
        }
        Ok(model)
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        mut state: PolicyModel,
    ) -> Result<Option<PolicyModel>, Diagnostics> {
        let services = cx.client()?;
        plan::remember_state(services, &state);
        let call = call(&cx);
        let id: PolicyId = parse_id(state.id.as_str().unwrap_or_default())?;
        let policy = services
            .arm()
            .policy(&call, &id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error))?;
        let former = linked(services, &call, &state).await;
        let Some(policy) = policy else {
            if let Ok(environments) = former
                && !environments.is_empty()
            {
                cx.report(deleted_under_environments(&id, &environments));
            }
            return Ok(None);
        };
        services.checks.live.remember(&policy);
        if policy.kind != PolicyKind::Encryption {
            return Err(other_kind(&policy));
        }
        // Terraform knows of it, so no run was cut off.
        services.journal.end(JOURNAL, id.as_str());
        let was = state.system_id.as_str().map(str::to_owned);
        state.observe(&policy);
        let environments = match was {
            Some(was) if is_another_policy(&was, &policy) => {
                let former = former.unwrap_or_default();
                cx.report(recreated(&policy, &was, &former));
                linked(services, &call, &state).await
            }
            _ => former,
        };
        state.linked_environment_ids = match environments {
            Ok(environments) => environments
                .iter()
                .map(|environment| environment.id.to_string())
                .collect::<Vec<_>>()
                .into(),
            Err(why) => {
                cx.report(not_seen(&why));
                Attr::Null
            }
        };
        if matches!(
            policy.health_status,
            Some(HealthStatus::Unhealthy | HealthStatus::Warning)
        ) {
            cx.report(unhealthy(&policy));
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: Cx<Services>,
        prior: PolicyModel,
        change: Change<PolicyModel>,
        sink: Sink<PolicyModel>,
    ) -> Result<PolicyModel, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let mut model = change.planned;
        let planned = model.clone();
        let id: PolicyId = parse_id(prior.id.as_str().unwrap_or_default())?;
        let changed = changed_arguments(&prior, &model);
        let doing = format!("change the policy {id}");
        let outcome = match changed.as_slice() {
            // Timeouts and the like live in Terraform only.
            [] => services
                .arm()
                .policy(&call, &id)
                .await
                .map(|policy| policy.ok_or(())),
            ["tags"] => services
                .arm()
                .tag_policy(&call, &id, &model.tags())
                .await
                .map(Ok),
            _ => services
                .arm()
                .put_policy(&call, &id, &model.spec()?)
                .await
                .map(Ok),
        };
        let policy = outcome.map_err(|error| explain(&doing, &error))?;
        let Ok(policy) = policy else {
            return Err(Diagnostic::error(
                "Policy not found",
                format!("The policy {id} has disappeared since the plan was made. Plan again."),
            )
            .into());
        };
        model.observe(&policy);
        model.linked_environment_ids = prior.linked_environment_ids.clone();
        sink.save(model.clone());
        // What was written is only believed when it was read.
        if let Ok(Some(policy)) = services.arm().policy(&call, &id).await {
            model.observe(&policy);
        }
        promised(&cx, &planned, &mut model);
        Ok(model)
    }

    async fn delete(&self, cx: Cx<Services>, prior: PolicyModel) -> Result<(), Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let id: PolicyId = parse_id(prior.id.as_str().unwrap_or_default())?;
        let started = tokio::time::Instant::now();
        loop {
            let error = match services.arm().delete_policy(&call, &id).await {
                Ok(Deleted::Removed | Deleted::WasAbsent) => return Ok(()),
                Err(error) => error,
            };
            let mut diagnostic = explain(&format!("delete the policy {id}"), &error);
            if !error.has_code("EnterprisePolicyDeleteNotAllowed") {
                return Err(diagnostic.into());
            }
            services.environments().forget_list();
            let environments = linked(services, &call, &prior).await.unwrap_or_default();
            if !environments.is_empty() {
                diagnostic.detail =
                    format!("{}\n\nLinked: {}.", diagnostic.detail, names(&environments));
                return Err(diagnostic.into());
            }
            // No environment shows a link any more, so the policy has only not noticed yet.
            if started.elapsed() > UNLINK_NOTICED_WITHIN {
                return Err(diagnostic.into());
            }
            cx.waiting_for(format!(
                "the policy {id} to notice that no environment is linked"
            ));
            if call.sleep(PAUSE).await.is_err() {
                return Err(diagnostic.into());
            }
        }
    }

    fn take_over(&self, source: &MoveSource) -> Result<Option<PolicyModel>, Diagnostics> {
        if take_over::is_of(source, take_over::AZAPI_RESOURCE) {
            from_azapi(source).map(Some)
        } else {
            Ok(None)
        }
    }

    async fn import(&self, cx: Cx<Services>, key: ImportKey) -> Result<PolicyModel, Diagnostics> {
        let text = match &key {
            ImportKey::Id(id) => id.clone(),
            ImportKey::Identity(identity) => identity
                .attribute("id")
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        let id = parse_id(super::pasted(&text))?;
        let services = cx.client()?;
        let policy = services
            .arm()
            .policy(&call(&cx), &id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error))?;
        let Some(policy) = policy else {
            return Err(Diagnostic::error(
                "Policy not found",
                format!(
                    "There is no enterprise policy {id}, or the application lacks the role Reader \
                     on it. Nothing was imported."
                ),
            )
            .into());
        };
        if policy.kind != PolicyKind::Encryption {
            return Err(other_kind(&policy));
        }
        let mut model = PolicyModel {
            name: policy.id.name().to_string().into(),
            resource_group_name: policy.id.resource_group().to_string().into(),
            subscription_id: policy.id.subscription().to_string().into(),
            ..PolicyModel::default()
        };
        model.observe(&policy);
        Ok(model)
    }
}

/// Whether the policy was deleted and created again since its system id was this one.
fn is_another_policy(was: &str, policy: &EnterprisePolicy) -> bool {
    match (was.parse::<SystemId>(), &policy.system_id) {
        (Ok(was), Some(is)) => !was.is_same_policy(is),
        _ => false,
    }
}

/// Terraform holds the result to the plan. Where Azure shows something else, such as a tag that an
/// Azure Policy adds, the next refresh says so, and this is no failure of the change.
fn promised(cx: &Cx<Services>, planned: &PolicyModel, model: &mut PolicyModel) {
    let differing = changed_arguments(planned, model);
    if !differing.is_empty() {
        cx.report(not_as_asked(&differing));
    }
    model.keep_arguments(planned);
}

/// The environments under the policy, or why nobody knows.
async fn linked(
    services: &Services,
    call: &Call,
    state: &PolicyModel,
) -> Result<Vec<Arc<Environment>>, String> {
    let policy = state.id.as_str().and_then(|id| id.parse::<PolicyId>().ok());
    let system_id = state
        .system_id
        .as_str()
        .and_then(|id| id.parse::<SystemId>().ok());
    services
        .environments()
        .linked_to(call, policy.as_ref(), system_id.as_ref())
        .await
        .map_err(|error| error.report())
}

/// A new policy shows its identity and its system id after a while. Not seeing them is no failure
/// of the creation: the next refresh reads them.
async fn with_identity(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    mut policy: EnterprisePolicy,
) -> EnterprisePolicy {
    let id = policy.id.clone();
    let patience = call.within(IDENTITY_WITHIN);
    let unseen = |why: &str| {
        Diagnostic::warning(
            "Identity not visible yet",
            format!(
                "The policy {id} exists, and its identity or its system id could not be read \
                 back{why}. The next refresh reads them."
            ),
        )
    };
    loop {
        // Also when the answer to the PUT had everything: what was written is read back.
        match services.arm().policy(call, &id).await {
            Ok(Some(read)) => policy = read,
            Ok(None) => {}
            Err(error) => {
                cx.report(unseen(&format!(": {}", error.report())));
                return policy;
            }
        }
        if policy.principal_id.is_some() && policy.system_id.is_some() {
            return policy;
        }
        cx.waiting_for(format!("the identity of the new policy {id}"));
        if patience.sleep(PAUSE).await.is_err() {
            cx.report(unseen(""));
            return policy;
        }
    }
}

fn parse_id(text: &str) -> Result<PolicyId, Diagnostics> {
    text.parse().map_err(|error: ppcmk_coverage::ParseError| {
        Diagnostic::error(
            "Invalid policy id",
            format!(
                "{} A policy is imported by its Azure resource id, /subscriptions/<subscription \
                 id>/resourceGroups/<group>/providers/Microsoft.PowerPlatform/\
                 enterprisePolicies/<name>.",
                sentence(&error.to_string())
            ),
        )
        .into()
    })
}
