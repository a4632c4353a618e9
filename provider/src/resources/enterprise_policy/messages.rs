//! What the user is told about policies.

use std::sync::Arc;

use ppcmk_coverage::{HealthStatus, PolicyId};
use tfplugin::{Diagnostic, Diagnostics};

use super::super::WITHOUT_KEY;
use crate::client::{EnterprisePolicy, Environment};

pub(super) fn names(environments: &[Arc<Environment>]) -> String {
    const MOST: usize = 10;
    let mut names: Vec<String> = environments
        .iter()
        .take(MOST)
        .map(|environment| format!("{} ({})", environment.display_name, environment.id))
        .collect();
    if environments.len() > MOST {
        names.push(format!("{} more", environments.len() - MOST));
    }
    names.join(", ")
}

pub(super) fn not_seen(why: &str) -> Diagnostic {
    Diagnostic::warning(
        "Linked environments not known",
        format!(
            "Which environments are under the policy could not be read, so nothing was checked \
             against them: {why}"
        ),
    )
}

pub(super) fn not_as_asked(arguments: &[&str]) -> Diagnostic {
    Diagnostic::warning(
        "Policy is not as asked for",
        format!(
            "Azure has taken the policy, and shows another value of {}. Frequent cause: an Azure \
             Policy of the organisation that adds tags. The next plan shows the difference; put \
             it into the configuration, or into ignore_changes.",
            arguments.join(", ")
        ),
    )
}

pub(super) fn frozen(argument: &str, linked: &[Arc<Environment>]) -> Diagnostic {
    let way_out = if argument == "tags" {
        "Tags can change only while no environment is linked."
    } else {
        "To use another key, create a second policy with it, grant its identity the right on \
         that key, and change policy_id of the assignments: they swap in place. To rotate the \
         key, add a new version of the same key; a policy without key_version follows it.\n\n\
         CMK112 (assignment-replacement)"
    };
    Diagnostic::error(
        "Linked policy cannot change",
        format!(
            "Azure refuses every change of a policy while environments are linked to it, and \
             {argument} changes. Linked: {}.\n\n{way_out}",
            names(linked)
        ),
    )
}

pub(super) fn replaces_while_linked(linked: &[Arc<Environment>]) -> Diagnostic {
    Diagnostic::warning(
        "Linked policy is replaced",
        format!(
            "Environments are linked to the policy that this change replaces: {}. Azure refuses \
             to delete it before they are under another one. That works with create_before_destroy \
             and another name: the new policy is created, the assignments swap, the old policy is \
             deleted. Otherwise the apply ends with an error before anything is lost.",
            names(linked)
        ),
    )
}

pub(super) fn deleted_while_linked(linked: &[Arc<Environment>]) -> Diagnostic {
    Diagnostic::error(
        "Linked policy cannot be deleted",
        format!(
            "Environments are linked to the policy: {}. Without it they would lose their key and \
             go offline, and Azure refuses to delete it.\n\nPut them under another policy or \
             destroy their assignments with deletion_policy = \"UNLINK\" first. If this plan does \
             that, Terraform has not told the provider in time: apply it before you remove the \
             policy from the configuration.\n\nCMK210 (key-material-removed-too-early)",
            names(linked)
        ),
    )
}

pub(super) fn deleted_under_environments(id: &PolicyId, linked: &[Arc<Environment>]) -> Diagnostic {
    Diagnostic::warning(
        "Policy deleted under its environments",
        format!(
            "The policy {id} does not exist any more, and environments still name it: {}. They \
             have lost their key and go offline; {WITHOUT_KEY}. A new policy of the same name is \
             another one: swap the environments to it, or ask Microsoft's support to restore the \
             old one.",
            names(linked)
        ),
    )
}

pub(super) fn recreated(
    policy: &EnterprisePolicy,
    was: &str,
    former: &[Arc<Environment>],
) -> Diagnostic {
    let is = policy
        .system_id
        .as_ref()
        .map_or("unknown", |id| id.as_str());
    let left = if former.is_empty() {
        String::new()
    } else {
        format!(
            "\n\nEnvironments are still under the one that is gone, and have lost their key with \
             it: {}. Swap them to the present policy.",
            names(former)
        )
    };
    Diagnostic::warning(
        "Policy was recreated",
        format!(
            "The policy {} was deleted and created again outside of this configuration: its system \
             id was {was} and is {is}. It has another identity, which needs its own right on the \
             key.{left}",
            policy.id
        ),
    )
}

pub(crate) fn unhealthy(policy: &EnterprisePolicy) -> Diagnostic {
    let status = policy
        .health_status
        .as_ref()
        .map_or("unknown", HealthStatus::as_str);
    Diagnostic::warning(
        "Policy is not healthy",
        format!(
            "Azure shows the policy {} as {status}: its key or its right on the key is in \
             trouble. Check that the key and its version are enabled and not expired, that the \
             vault is reachable for trusted services, and that the identity still has its right. \
             Environments without their key go offline.",
            policy.id
        ),
    )
}

pub(super) fn other_kind(policy: &EnterprisePolicy) -> Diagnostics {
    Diagnostic::error(
        "Not an encryption policy",
        format!(
            "The enterprise policy {} is of kind {}, and this resource manages the kind \
             Encryption only.",
            policy.id,
            policy.kind.as_str()
        ),
    )
    .into()
}

pub(super) fn exists(policy: &EnterprisePolicy) -> Diagnostics {
    Diagnostic::error(
        "Policy already exists",
        format!(
            "The enterprise policy {id} exists already (kind {kind}, location {location}), and \
             this state does not manage it. Nothing was changed.\n\nImport it:\n\n    import {{\n\
             \x20     to = ppcmk_enterprise_policy.<name>\n      id = \"{id}\"\n    }}\n\nOr use \
             another name.",
            id = policy.id,
            kind = policy.kind.as_str(),
            location = policy.location.as_str()
        ),
    )
    .at("name")
    .into()
}
