//! Environments as the tenant shows them, with the policy that they are under.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Assignment, Environment, Estate, Fact, Handle, Header, Link, Management, Policy, PolicyForm,
};
use ppcmk_coverage::{EnvironmentId, LinkStatus, PolicyKind};

use super::fact::not_shown;
use crate::client::{self, Operation, OperationState, PolicyLink};

/// Adds an environment and, if it is under a policy, that policy and their link.
///
/// `newest` is the newest operation about keys, if somebody looked it up: a link may be finished
/// while the stores behind it still change keys, or have failed to.
pub(crate) fn add_environment(
    estate: &mut Estate,
    seen: &client::Environment,
    newest: Option<&Operation>,
) -> Handle<Environment> {
    let environment = environment(seen, newest);
    let is_assigned = environment.assigned.value() == Some(&true);
    let handle = estate.add_environment(environment);
    if let Some(link) = seen.encryption.as_ref().filter(|_| is_assigned) {
        add_link(estate, handle, link);
    }
    handle
}

/// An environment alone.
pub(crate) fn environment(seen: &client::Environment, newest: Option<&Operation>) -> Environment {
    let mut environment = Environment::new(live(seen.id.to_string().to_ascii_lowercase()));
    environment.display_name = seen.display_name.clone().into();
    environment.id = seen.id.to_string().to_ascii_lowercase().into();
    environment.location = if seen.location.as_str().is_empty() {
        not_shown("the service does not show where the environment is")
    } else {
        seen.location.clone().into()
    };
    environment.sku = if seen.sku.as_str().is_empty() {
        not_shown("the service does not show the type of the environment")
    } else {
        seen.sku.clone().into()
    };
    environment.dataverse = seen.has_dataverse.into();
    environment.managed = seen.is_managed.into();
    environment.assigned = assigned(seen.encryption.as_ref(), newest);
    environment
}

/// An environment that could not be read.
pub(crate) fn unread(id: &EnvironmentId, why: &str) -> Environment {
    let mut environment = Environment::new(live(id.to_string().to_ascii_lowercase()));
    environment.id = id.to_string().to_ascii_lowercase().into();
    environment.location = not_shown(why);
    environment.sku = not_shown(why);
    environment.dataverse = not_shown(why);
    environment.managed = not_shown(why);
    environment.assigned = not_shown(why);
    environment
}

/// Whether the environment is under a customer's key. Only a link that is finished is one.
fn assigned(link: Option<&PolicyLink>, newest: Option<&Operation>) -> Fact<bool> {
    let Some(link) = link else {
        return false.into();
    };
    match &link.status {
        LinkStatus::Linked => linked(newest),
        LinkStatus::Unlinked => false.into(),
        LinkStatus::Linking | LinkStatus::LinkingOnline => {
            not_shown("the environment is being put under its key right now")
        }
        LinkStatus::Unlinking | LinkStatus::UnlinkingOnline => {
            not_shown("the environment is being taken off its key right now")
        }
        LinkStatus::Failed => {
            not_shown("the last change of its key has failed, and some stores may use another key")
        }
        LinkStatus::Other(word) => not_shown(format!(
            "the service calls the link {word:?}, which nobody knows here"
        )),
    }
}

/// A finished link, unless the operation behind it says otherwise.
fn linked(newest: Option<&Operation>) -> Fact<bool> {
    match newest.map(|operation| &operation.state) {
        None | Some(OperationState::Succeeded) => true.into(),
        Some(OperationState::Failed | OperationState::Canceled) => not_shown(
            "the last operation on its key has failed, and some stores may still use Microsoft's key",
        ),
        Some(OperationState::NotStarted | OperationState::Running | OperationState::Other(_)) => {
            not_shown("its stores are being encrypted with the key right now")
        }
    }
}

fn add_link(estate: &mut Estate, environment: Handle<Environment>, link: &PolicyLink) {
    let name = link
        .policy_id_text
        .as_ref()
        .or(link.system_id_text.as_ref());
    let name = name.map_or("the policy", String::as_str);
    let mut policy = Policy::new(live(name), PolicyForm::Live);
    policy.kind = PolicyKind::Encryption.into();
    let text = |id: &Option<String>| match id {
        Some(id) => Fact::from(id.to_ascii_lowercase()),
        None => not_shown("the service does not show this id of the policy"),
    };
    policy.id = text(&link.policy_id_text);
    policy.system_id = text(&link.system_id_text);
    policy.location = match &link.system_id {
        Some(id) => id.location().clone().into(),
        None => not_shown("the service does not show where the policy is"),
    };
    let policy = estate.add_policy(policy);
    let mut assignment = Assignment::new(live(name));
    assignment.environment = Link::to(environment);
    assignment.policy = Link::to(policy);
    estate.add_assignment(assignment);
}

/// An object that the tenant shows.
fn live(address: impl Into<Arc<str>>) -> Header {
    Header {
        management: Management::Live,
        ..Header::new(address)
    }
}

#[cfg(test)]
mod tests {
    use ppcmk_coverage::assessment::{KeyControl, Status, assess};

    use super::*;
    use crate::client::testing::environment;

    /// The payload is of a linked environment that is not managed, which cannot be.
    fn linked() -> client::Environment {
        client::Environment {
            is_managed: true,
            ..environment("linked-encryption")
        }
    }

    fn control(seen: &client::Environment, newest: Option<OperationState>) -> (Status, String) {
        let newest = newest.map(|state| Operation {
            id: "1".to_owned(),
            kind: client::OperationType::NewCustomerManagedKey,
            display_name: None,
            state,
            created: None,
            last_action: None,
            requested_by: None,
            stages: Vec::new(),
            error: None,
        });
        let mut estate = Estate::default();
        add_environment(&mut estate, seen, newest.as_ref());
        let coverage = assess(&estate);
        let row = &coverage[0].workloads[0];
        assert_eq!(
            row.key_control == KeyControl::Covered,
            coverage[0].status == Status::Full
        );
        (coverage[0].status, row.reason.clone())
    }

    #[test]
    fn a_finished_link_covers() {
        let seen = linked();
        assert_eq!(control(&seen, None).0, Status::Full);
        assert_eq!(
            control(&seen, Some(OperationState::Succeeded)).0,
            Status::Full
        );
    }

    #[test]
    fn what_is_not_finished_is_unknown() {
        for (seen, newest, why) in [
            (environment("linking"), None, "being put under its key"),
            (environment("unlinking"), None, "being taken off its key"),
            (
                linked(),
                Some(OperationState::Running),
                "are being encrypted",
            ),
            (
                linked(),
                Some(OperationState::Failed),
                "may still use Microsoft's key",
            ),
        ] {
            let (status, reason) = control(&seen, newest);
            assert_eq!(status, Status::Unknown, "{why}");
            assert!(reason.contains(why), "{why}: {reason}");
        }
    }

    #[test]
    fn without_a_link_nothing_is_covered() {
        for payload in ["managed-not-linked", "linked-vnet", "not-managed"] {
            assert_eq!(
                control(&environment(payload), None).0,
                Status::None,
                "{payload}"
            );
        }
    }
}
