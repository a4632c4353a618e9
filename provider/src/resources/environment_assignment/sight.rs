//! What a plan of an assignment sees, and the estate that the rules see of it.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Action, Assignment as EstateAssignment, Change, Estate, Handle, Header, Identity, Link, Origin,
    Policy as EstatePolicy, PolicyForm, Reason, Unknown,
};
use ppcmk_coverage::{EnvironmentId, PolicyId, PolicyKind, SystemId};
use tfplugin::{Attr, Cx};

use super::model::Assignment;
use super::notice;
use super::plan::Cause;
use crate::checks::{Place, Report, Seen, why_unread};
use crate::client::{Call, ClientError, EnterprisePolicy, Environment, RoleAssignment, Vault};
use crate::estate::{environment as environments, grant, policy as policies, vault as vaults};
use crate::planned::PlannedPolicy;
use crate::services::{Services, call};

/// The rules that a plan of an assignment asks.
const RULES: [&str; 6] = ["CMK102", "CMK103", "CMK104", "CMK105", "CMK107", "CMK109"];
const QUOTA: [&str; 1] = ["CMK114"];
/// The assignment's address in the estate; the provider does not know the one in Terraform.
const ASSIGNMENT: &str = "ppcmk_environment_assignment";

/// What was looked at.
pub(super) struct Sight<'a> {
    planned: &'a Assignment,
    environment: Surroundings,
    pub(super) policy: Policy,
    rights: Rights,
}

/// The environment of the assignment.
enum Surroundings {
    /// Which one is known after apply.
    AfterApply,
    /// It is there.
    Is(Arc<Environment>),
    /// It is not there, or the caller sees none at all.
    Missing(EnvironmentId),
    /// It could not be read.
    Unread(EnvironmentId, ClientError),
}

/// The policy of the assignment.
pub(super) enum Policy {
    /// Which one is known after apply.
    AfterApply,
    /// Named by its system id, so that nobody can read it.
    Named(SystemId),
    /// This run creates it.
    Planned(Arc<PlannedPolicy>),
    /// It is there.
    Live(Arc<EnterprisePolicy>),
    /// It is not there.
    Missing(PolicyId),
    /// The caller may not read it.
    Refused(PolicyId, Arc<ClientError>),
    /// It could not be read.
    Unread(PolicyId, Arc<ClientError>),
}

/// What is known of the identity's rights on the key.
enum Rights {
    /// Nobody looks.
    Unasked,
    /// This run plans one.
    Planned,
    /// What the vault and its roles show.
    Read(Seen<Vault>, Seen<Vec<RoleAssignment>>),
}

impl Policy {
    /// The ids, as far as they are known.
    pub(super) fn ids(&self) -> (Option<PolicyId>, Option<SystemId>) {
        match self {
            Self::AfterApply => (None, None),
            Self::Named(system_id) => (None, Some(system_id.clone())),
            Self::Planned(policy) => (Some(policy.id.clone()), None),
            Self::Live(policy) => (Some(policy.id.clone()), policy.system_id.clone()),
            Self::Missing(id) | Self::Refused(id, _) | Self::Unread(id, _) => {
                (Some(id.clone()), None)
            }
        }
    }
}

impl<'a> Sight<'a> {
    /// Looks at what is known and not yet seen.
    pub(super) async fn of(
        cx: &Cx<Services>,
        services: &Services,
        planned: &'a Assignment,
    ) -> Self {
        let call = &call(cx);
        let policy = look_at_policy(services, call, planned).await;
        Self {
            planned,
            environment: look_at_environment(services, call, planned).await,
            rights: look_at_rights(services, call, &policy).await,
            policy,
        }
    }

    /// The environment, if it was seen.
    pub(super) fn environment(&self) -> Option<&Environment> {
        match &self.environment {
            Surroundings::Is(environment) => Some(environment),
            Surroundings::AfterApply | Surroundings::Missing(_) | Surroundings::Unread(..) => None,
        }
    }

    /// The id of an environment that is not there.
    pub(super) fn missing_environment(&self) -> Option<&EnvironmentId> {
        match &self.environment {
            Surroundings::Missing(id) => Some(id),
            Surroundings::AfterApply | Surroundings::Is(_) | Surroundings::Unread(..) => None,
        }
    }

    /// What people call the environment.
    pub(super) fn name(&self) -> String {
        let id = self
            .planned
            .environment_id
            .as_str()
            .unwrap_or("(known after apply)");
        format!("the environment {}", notice::called(self.environment(), id))
    }

    /// Asks the rules about the assignment and its policy.
    pub(super) fn ask_rules(&self, services: &Services, cause: Cause, report: &mut Report) {
        let mut estate = Estate::default();
        let mut assignment = self.assignment(cause);
        assignment.environment.identity = self.add_environment(&mut estate);
        let policy = self.add_policy(&mut estate);
        let mut places = vec![Place {
            address: ASSIGNMENT.into(),
            name: self.name(),
            argument: "environment_id",
        }];
        match policy {
            Ok(policy) => {
                assignment.policy.identity = Identity::Here(policy);
                places.push(Place {
                    address: estate[policy].header.address.clone(),
                    name: format!("the policy {}", estate[policy].header.address),
                    argument: "policy_id",
                });
            }
            Err(identity) => assignment.policy.identity = identity,
        }
        estate.add_assignment(assignment);
        report.take(services.checks.ask(&mut estate, &RULES), &places, hint);
        self.ask_quota(services, cause, report);
    }

    fn assignment(&self, cause: Cause) -> EstateAssignment {
        let mut header = Header::new(ASSIGNMENT);
        let action = match cause {
            Cause::Create { .. } => Action::Create,
            Cause::Swap | Cause::Again => Action::Update,
        };
        header.change = Some(Change::new(action));
        let mut assignment = EstateAssignment::new(header);
        assignment.swaps_in_place = true;
        // A failed link is requested again, as if there were none.
        assignment.swapped = action == Action::Update;
        assignment.environment.origin = Origin::at_path("environment_id");
        assignment.policy.origin = Origin::at_path(self.policy_argument());
        assignment
    }

    fn policy_argument(&self) -> &'static str {
        if self.planned.policy_id.is_null() {
            "policy_system_id"
        } else {
            "policy_id"
        }
    }

    fn add_environment(
        &self,
        estate: &mut Estate,
    ) -> Identity<ppcmk_coverage::estate::Environment> {
        let environment = match &self.environment {
            Surroundings::Is(environment) => environments::environment(environment, None),
            Surroundings::Unread(id, error) => {
                let why = format!("the environment could not be read: {}", why_unread(error));
                environments::unread(id, &why)
            }
            Surroundings::AfterApply | Surroundings::Missing(_) => {
                return after_apply("environment_id");
            }
        };
        Identity::Here(estate.add_environment(environment))
    }

    fn add_policy(
        &self,
        estate: &mut Estate,
    ) -> Result<Handle<EstatePolicy>, Identity<EstatePolicy>> {
        let policy = match &self.policy {
            Policy::Live(policy) => policies::policy(policy),
            Policy::Planned(policy) => policies::planned(policy),
            Policy::Unread(id, error) => {
                let why = format!("the policy could not be read: {}", why_unread(error));
                policies::unread(id, &why)
            }
            Policy::Named(id) => {
                return Err(Identity::Elsewhere(id.as_str().to_ascii_lowercase().into()));
            }
            Policy::AfterApply | Policy::Missing(_) | Policy::Refused(..) => {
                return Err(after_apply(self.policy_argument()));
            }
        };
        let vault = policy.vault.clone();
        let handle = estate.add_policy(policy);
        match (&self.rights, &self.policy) {
            (Rights::Planned, _) => {
                estate[handle].grants_read = true.into();
                grant::add_planned(estate, handle, vault);
            }
            (Rights::Read(seen, roles), Policy::Live(policy)) => {
                if let (Some(id), Some(principal)) = (&policy.key_vault_id, &policy.principal_id) {
                    let vault = estate.add_vault(vaults::vault(id, seen));
                    let (policy, vault) = ((handle, principal), (vault, id));
                    grant::add_grants(estate, policy, vault, seen, roles);
                }
            }
            (Rights::Read(..) | Rights::Unasked, _) => {
                // Without rights nobody knows whether one is missing.
                if estate[handle].form == PolicyForm::Own {
                    estate[handle].vault = Link::default();
                }
            }
        }
        Ok(handle)
    }

    /// Counts the environments of the tenant, if somebody has listed them anyway.
    fn ask_quota(&self, services: &Services, cause: Cause, report: &mut Report) {
        let Some(id) = self.planned.environment_id() else {
            return;
        };
        if cause == Cause::Swap || services.checks.has_said_quota() {
            return;
        }
        let planned = services.planned.will_link(&id);
        let Some(all) = services.environments().listed() else {
            return;
        };
        let mut estate = Estate::default();
        for seen in all.environments() {
            if seen.is_encrypted_by_policy() {
                estate.add_environment(environments::environment(seen, None));
            }
        }
        for id in planned {
            let mut assignment = EstateAssignment::new(Header::new(ASSIGNMENT));
            let id = id.to_string().to_ascii_lowercase();
            assignment.environment = Identity::Elsewhere(id.into()).into();
            estate.add_assignment(assignment);
        }
        let answers = services.checks.ask(&mut estate, &QUOTA);
        if answers.findings.is_empty() || !services.checks.may_say_quota() {
            return;
        }
        let places: Vec<Place> = answers
            .findings
            .iter()
            .map(|finding| Place {
                address: finding.address.clone(),
                name: "the tenant, with what this run plans".to_owned(),
                argument: "environment_id",
            })
            .collect();
        report.take(answers, &places, |_| None);
    }
}

/// What to do where the plan cannot see what the same run does.
fn hint(code: &str) -> Option<&'static str> {
    match code {
        "CMK103" => Some(
            "If this very run makes the environment a managed one, take environment_id from the \
             computed id of that managed environment, or name CMK103 in skip_plan_checks.",
        ),
        "CMK105" => Some(
            "If this very run adds the database, take environment_id from the computed id of what \
             adds it, or name CMK105 in skip_plan_checks.",
        ),
        "CMK107" => Some("If another resource of this run grants it, this warning can be ignored."),
        _ => None,
    }
}

fn after_apply<T>(argument: &str) -> Identity<T> {
    Identity::Unknown(Unknown::new(Reason::KnownAfterApply(argument.into())))
}

async fn look_at_environment(
    services: &Services,
    call: &Call,
    planned: &Assignment,
) -> Surroundings {
    let Some(id) = planned.environment_id() else {
        return Surroundings::AfterApply;
    };
    match services.environments().environment(call, &id).await {
        Ok(Some(environment)) => Surroundings::Is(environment),
        Ok(None) => Surroundings::Missing(id),
        Err(error) => Surroundings::Unread(id, error),
    }
}

async fn look_at_policy(services: &Services, call: &Call, planned: &Assignment) -> Policy {
    if let Attr::Known(_) = planned.policy_system_id
        && let Some(id) = planned.policy_system_id()
    {
        return Policy::Named(id);
    }
    let Some(id) = planned.policy_id() else {
        return Policy::AfterApply;
    };
    if let Some(policy) = services.planned.policy(&id) {
        return Policy::Planned(policy);
    }
    match services.checks.live.policy(services, call, &id).await {
        Seen::Is(policy) => Policy::Live(policy),
        Seen::Missing => Policy::Missing(id),
        Seen::Unread(error) if error.status() == Some(403) => Policy::Refused(id, error),
        Seen::Unread(error) => Policy::Unread(id, error),
    }
}

async fn look_at_rights(services: &Services, call: &Call, policy: &Policy) -> Rights {
    if !services.checks.uses("CMK107") {
        return Rights::Unasked;
    }
    let policy = match policy {
        Policy::Planned(policy) => {
            let (id, vault) = (&policy.id, policy.vault.as_ref());
            return if services.planned.is_granted(id, None, vault) {
                Rights::Planned
            } else {
                Rights::Unasked
            };
        }
        Policy::Live(policy) => policy,
        Policy::AfterApply
        | Policy::Named(_)
        | Policy::Missing(_)
        | Policy::Refused(..)
        | Policy::Unread(..) => return Rights::Unasked,
    };
    let (vault, principal) = (policy.key_vault_id.as_ref(), policy.principal_id.as_ref());
    if services.planned.is_granted(&policy.id, principal, vault) {
        return Rights::Planned;
    }
    let (Some(id), Some(principal)) = (&policy.key_vault_id, &policy.principal_id) else {
        return Rights::Unasked;
    };
    if policy.kind != PolicyKind::Encryption || id.is_managed_hsm() {
        // Nobody needs to look: the kind is wrong, or there is nothing to see.
        return Rights::Read(Seen::Missing, Seen::Missing);
    }
    let live = &services.checks.live;
    let vault = live.vault(services, call, id).await;
    let roles = match &vault {
        Seen::Is(vault) if vault.uses_rbac => live.roles(services, call, id, principal).await,
        _ => Seen::Missing,
    };
    Rights::Read(vault, roles)
}
