//! Which environment under which policy.

use ppcmk_coverage::{EnvironmentId, LinkStatus, PolicyId, PolicyKind, SystemId};
use tfplugin::{Diagnostic, Diagnostics};

use super::model::Assignment;
use crate::client::{Call, Environment, PolicyLink};
use crate::explain::explain;
use crate::services::Services;

/// What an apply has to reach.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) environment: EnvironmentId,
    pub(super) policy_id: Option<PolicyId>,
    pub(super) system_id: SystemId,
}

impl Target {
    /// Reads the policy, because a link wants its system id.
    pub(super) async fn resolve(
        services: &Services,
        call: &Call,
        model: &Assignment,
    ) -> Result<Self, Diagnostics> {
        let Some(environment) = model.environment_id() else {
            return Err(Diagnostic::error(
                "Invalid environment id",
                "The environment id is not known or not valid.",
            )
            .at("environment_id")
            .into());
        };
        if let Some(system_id) = model.policy_system_id() {
            return Ok(Self {
                environment,
                policy_id: None,
                system_id,
            });
        }
        let Some(policy_id) = model.policy_id() else {
            return Err(Diagnostic::error(
                "Missing policy",
                "Neither policy_id nor policy_system_id has a valid value.",
            )
            .at("policy_id")
            .into());
        };
        let system_id = system_id_of(services, call, &policy_id).await?;
        Ok(Self {
            environment,
            policy_id: Some(policy_id),
            system_id,
        })
    }

    /// Where the environment stands in relation to the policy.
    pub(super) fn place<'a>(&self, environment: &'a Environment) -> Place<'a> {
        match &environment.encryption {
            None => Place::Nowhere,
            Some(link) if link.is_to(self.policy_id.as_ref(), Some(&self.system_id)) => {
                Place::Here(link)
            }
            Some(link) => Place::Elsewhere(link),
        }
    }

    /// The environment as the state should show it while the link is being made: what the slot
    /// still says of the time before is left out.
    pub(super) fn presented(&self, environment: &Environment) -> Environment {
        let mut shown = environment.clone();
        match self.place(environment) {
            Place::Here(link) if link.status != LinkStatus::Failed => {}
            _ => shown.encryption = None,
        }
        shown
    }

    /// What messages call the policy.
    pub(super) fn policy_name(&self) -> String {
        self.policy_id
            .as_ref()
            .map_or_else(|| self.system_id.to_string(), PolicyId::to_string)
    }
}

/// An environment in relation to a policy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    /// The slot is empty: Microsoft's key.
    Nowhere,
    /// The slot names the policy, in whichever state the link is.
    Here(&'a PolicyLink),
    /// The slot names another policy.
    Elsewhere(&'a PolicyLink),
}

/// The handle by which the Power Platform knows a policy.
async fn system_id_of(
    services: &Services,
    call: &Call,
    policy_id: &PolicyId,
) -> Result<SystemId, Diagnostics> {
    let problem = |summary: &str, detail: String| {
        Diagnostics::from(Diagnostic::error(summary, detail).at("policy_id"))
    };
    let policy = services
        .arm()
        .policy(call, policy_id)
        .await
        .map_err(|error| {
            Diagnostics::from(
                explain(&format!("read the policy {policy_id}"), &error).at("policy_id"),
            )
        })?;
    let Some(policy) = policy else {
        return Err(problem(
            "Policy not found",
            format!(
                "There is no enterprise policy {policy_id}, or the application lacks the role \
                 Reader on it. Linking needs that role.\n\nCheck the id, and grant Reader on the \
                 policy to the application."
            ),
        ));
    };
    if policy.kind != PolicyKind::Encryption {
        return Err(problem(
            "Not an encryption policy",
            format!(
                "The enterprise policy {policy_id} is of kind {}. Only a policy of kind \
                 Encryption holds a key.",
                policy.kind.as_str()
            ),
        ));
    }
    policy.system_id.ok_or_else(|| {
        problem(
            "Policy without system id",
            format!(
                "Azure shows no usable system id for {policy_id}. Set policy_system_id instead \
                 of policy_id."
            ),
        )
    })
}
