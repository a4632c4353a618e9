//! Assignments of environments to policies.

use crate::PolicyKind;

use super::{Environment, Fact, Header, Link, Policy};

/// An environment under a policy.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What all objects have.
    pub header: Header,
    /// The environment.
    pub environment: Link<Environment>,
    /// The policy.
    pub policy: Link<Policy>,
    /// The kind of the policy as the assignment states it. `ppcmk_environment_assignment` is always
    /// about encryption.
    pub kind: Fact<PolicyKind>,
    /// What destroying the resource does.
    pub on_destroy: Fact<OnDestroy>,
    /// A change of the policy is done in place, with one request. Otherwise it is an unlink and a
    /// link.
    pub swaps_in_place: bool,
    /// The plan moves an existing assignment to another policy, in place.
    pub swapped: bool,
}

/// What destroying an assignment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnDestroy {
    /// The environment is taken off its key.
    Unlink,
    /// Nothing: the resource only leaves the state.
    Abandon,
    /// It is refused.
    Prevent,
}

impl Assignment {
    /// An encryption assignment without further facts.
    pub fn new(header: Header) -> Self {
        Self {
            header,
            environment: Link::default(),
            policy: Link::default(),
            kind: PolicyKind::Encryption.into(),
            on_destroy: OnDestroy::Unlink.into(),
            swaps_in_place: false,
            swapped: false,
        }
    }

    /// Whether it is about encryption, or may be.
    pub fn may_encrypt(&self) -> bool {
        self.kind
            .value()
            .is_none_or(|kind| *kind == PolicyKind::Encryption)
    }
}
