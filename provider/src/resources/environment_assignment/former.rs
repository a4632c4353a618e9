//! A policy that was deleted and created again has the same Azure resource id, another identity and
//! another system id. Environments stay with the one that is gone, and without its key.
//!
//! The slot names both by the same Azure resource id, so only the system id that the policy has
//! now tells. Where nobody can read that, the link counts as what it says it is.

use ppcmk_coverage::PolicyId;
use tfplugin::{Attr, Cx, Diagnostic};

use super::super::WITHOUT_KEY;
use super::model::Assignment;
use crate::checks::Presence;
use crate::client::{Call, EnterprisePolicy, PolicyLink};
use crate::services::Services;

/// Makes a state name the policy of its link by the system id when another policy has the Azure
/// resource id now. That is a difference to the configuration, and a swap is its way out.
pub(super) async fn unmask(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    state: &mut Assignment,
    link: &PolicyLink,
) {
    let (Some(id), Some(linked)) = (state.policy_id(), &link.system_id) else {
        return;
    };
    match services.checks.live.present(services, call, &id).await {
        Presence::Is(present) if is_former(&present, link) => {
            cx.report(recreated(state, &id, link, &present));
            state.policy_id = Attr::Null;
            state.policy_system_id = linked.as_str().to_owned().into();
        }
        // The refresh of the policy itself says so.
        Presence::Gone if !services.planned.had_state(&id) => cx.report(deleted(state, &id)),
        Presence::Is(_) | Presence::Gone | Presence::Unknown => {}
    }
}

/// Whether this run has created the policy that a state names: its link is to the one before. A
/// plan says so before the policy exists, because its id is known after apply; when it turns out to
/// be the one that the state has, Terraform plans once more.
pub(super) fn is_of_policy_before(cx: &Cx<Services>, prior: &Assignment) -> bool {
    cx.try_client()
        .zip(prior.policy_id())
        .is_some_and(|(services, id)| services.planned.was_created(&id))
}

/// Whether the link is to a policy that had the Azure resource id of this one before it.
fn is_former(present: &EnterprisePolicy, link: &PolicyLink) -> bool {
    present
        .system_id
        .as_ref()
        .is_some_and(|now| !link.is_to(None, Some(now)))
}

fn deleted(state: &Assignment, id: &PolicyId) -> Diagnostic {
    Diagnostic::warning(
        "Policy not found",
        format!(
            "The environment {} is linked to the policy {id}, and Azure shows no such policy. If it \
             was deleted, the environment has lost its key and goes offline; {WITHOUT_KEY}. A new \
             policy of the same name is another one: the next plan after it is there swaps the \
             environment to it.",
            state.called()
        ),
    )
}

fn recreated(
    state: &Assignment,
    id: &PolicyId,
    link: &PolicyLink,
    present: &EnterprisePolicy,
) -> Diagnostic {
    let was = link.system_id_text.as_deref().unwrap_or_default();
    let is = present.system_id.as_ref().map_or("", |id| id.as_str());
    Diagnostic::warning(
        "Policy was recreated",
        format!(
            "The environment {} is linked to the policy {id} by its system id {was}, and the \
             policy of this id now has the system id {is}: it was deleted and created again. The \
             environment is still under the one that is gone, and has lost its key with it. The \
             next apply swaps it to the present policy.",
            state.called()
        ),
    )
}
