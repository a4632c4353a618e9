//! Whether an environment is under a customer's key: CMK facts 2.1, `BASE`.
//!
//! Linked to an encryption policy, managed, not of type Trial or Teams, with Dataverse, and policy
//! and environment in one geo. Where the tenant (or whoever wrote the inventory) says that a policy
//! *is* linked, the service has checked type, Dataverse and geo when it accepted the link, so what
//! nobody states about these three holds. A link that is only planned implies nothing.

use super::subject::{Index, Subject, doubt};
use super::verdict::{Verdict, Why, all};
use crate::estate::{
    Action, Assignment, Change, Environment, Identity, Known, Management, OnDestroy, Policy,
    Requirement,
};
use crate::{EnvironmentSku, Geo, PolicyKind, PolicyLocation, SameGeo, SystemId};

const ASSIGNED: &str = "whether an encryption policy is assigned";
const MANAGED: &str = "whether the environment is managed";
const SKU: &str = "the type of the environment";
const DATAVERSE: &str = "whether the environment has Dataverse";
const GEO: &str = "whether policy and environment are in one geo";

/// What decides whether an environment is under a key.
pub(super) struct Preconditions {
    /// An encryption policy is linked, or will be.
    pub(super) assigned: Verdict,
    /// It has Dataverse.
    pub(super) dataverse: Verdict,
    /// The environment is under the key.
    pub(super) base: Verdict,
    /// It is of type Teams.
    pub(super) is_teams: bool,
    /// Where it is.
    pub(super) geo: Option<Geo>,
}

impl Preconditions {
    pub(super) fn of(index: &Index<'_>, subject: &Subject<'_>) -> Self {
        let assigned = assigned(index, subject);
        let managed = managed(index, subject);
        let Some(environment) = subject.environment else {
            let base = all([&assigned, &managed, &unseen(SKU, subject)]);
            return Self {
                assigned,
                dataverse: unseen(DATAVERSE, subject),
                base,
                is_teams: false,
                geo: None,
            };
        };
        let dataverse = dataverse(environment, subject);
        let geo = match current(index, subject) {
            Some(assignment) if assigned.is_yes() => same_geo(index, assignment, environment),
            Some(_) | None => Verdict::Yes,
        };
        let base = all([&assigned, &managed, &sku(environment), &dataverse, &geo]);
        Self {
            assigned,
            dataverse,
            base,
            is_teams: environment.sku.value() == Some(&EnvironmentSku::Teams),
            geo: environment
                .location
                .value()
                .and_then(crate::EnvironmentLocation::geo),
        }
    }
}

fn unseen(what: &str, subject: &Subject<'_>) -> Verdict {
    Verdict::unknown(what, &subject.unseen)
}

/// The assignment that counts: one that certainly is there, if there is one.
fn current<'e>(index: &Index<'e>, subject: &Subject<'_>) -> Option<&'e Assignment> {
    let assignments = index.assignments().of(subject);
    assignments
        .iter()
        .find(|assignment| doubt(&assignment.header).is_none())
        .or(assignments.first())
        .copied()
}

fn assigned(index: &Index<'_>, subject: &Subject<'_>) -> Verdict {
    if let Some(assignment) = current(index, subject) {
        return is_encryption(index, assignment);
    }
    let taken_away = index
        .removed()
        .of(subject)
        .iter()
        .find(|assignment| unlinks(assignment));
    if let Some(assignment) = taken_away {
        return match &assignment.on_destroy.known {
            Known::Unknown(unknown) => Verdict::unknown(ASSIGNED, &unknown.reason),
            Known::Value(_) | Known::Absent => Verdict::no(
                "CMK120",
                format!(
                    "the plan takes the environment off its key, with `{}`",
                    assignment.header.address
                ),
            ),
        };
    }
    match subject.environment {
        Some(environment) => says_assigned(index, subject, environment),
        None => unseen(ASSIGNED, subject),
    }
}

/// Whether removing the assignment may unlink the environment.
fn unlinks(assignment: &Assignment) -> bool {
    assignment
        .header
        .change
        .as_ref()
        .is_some_and(Change::destroys)
        && assignment.on_destroy.value() != Some(&OnDestroy::Abandon)
}

fn is_encryption(index: &Index<'_>, assignment: &Assignment) -> Verdict {
    if let Some(unknown) = doubt(&assignment.header).or(assignment.kind.unknown()) {
        return Verdict::unknown(ASSIGNED, &unknown.reason);
    }
    let Some(policy) = assignment.policy.target() else {
        return Verdict::Yes;
    };
    match &index.estate[policy].kind.known {
        Known::Value(PolicyKind::Encryption) => Verdict::Yes,
        Known::Value(kind) => Verdict::no(
            "CMK109",
            format!("the assigned policy is of kind {kind}, which encrypts nothing"),
        ),
        Known::Absent => Verdict::no("CMK109", "the assigned policy has no kind"),
        Known::Unknown(unknown) => Verdict::unknown("the kind of the policy", &unknown.reason),
    }
}

/// No assignment is about this environment for certain; what it says itself, and what may be.
fn says_assigned(index: &Index<'_>, subject: &Subject<'_>, environment: &Environment) -> Verdict {
    match &environment.assigned.known {
        Known::Value(true) => return Verdict::Yes,
        Known::Unknown(unknown) => return Verdict::unknown(ASSIGNED, &unknown.reason),
        Known::Value(false) | Known::Absent => {}
    }
    let may_be_elsewhere = index
        .assignments()
        .stray()
        .or(index.estate.scope.unseen.first());
    if let Some(unknown) = may_be_elsewhere {
        return Verdict::unknown(ASSIGNED, &unknown.reason);
    }
    if environment.assigned.is_absent() && environment.header.management != Management::Here {
        return Verdict::unknown(ASSIGNED, "it is not declared");
    }
    Verdict::No(Why {
        reason: "no encryption policy is assigned to the environment".into(),
        code: must_be_under_a_key(subject, environment).then_some("CMK101"),
    })
}

fn must_be_under_a_key(subject: &Subject<'_>, environment: &Environment) -> bool {
    match environment.requirement {
        Requirement::Required { .. } => true,
        Requirement::Exempt => false,
        Requirement::Unstated => !subject.declarations.is_empty(),
    }
}

fn managed(index: &Index<'_>, subject: &Subject<'_>) -> Verdict {
    let resources = index.managed().of(subject);
    if resources.iter().any(|one| doubt(&one.header).is_none()) {
        return Verdict::Yes;
    }
    let Some(environment) = subject.environment else {
        return unseen(MANAGED, subject);
    };
    let perhaps = resources.first().and_then(|one| doubt(&one.header));
    match (&environment.managed.known, perhaps) {
        (Known::Value(true), _) => Verdict::Yes,
        (Known::Unknown(unknown), _) | (_, Some(unknown)) => {
            Verdict::unknown(MANAGED, &unknown.reason)
        }
        (Known::Value(false), None) => Verdict::no("CMK103", "the environment is not managed"),
        (Known::Absent, None) => managed_by_others(index, environment),
    }
}

/// Nothing about the environment itself says that it is managed.
fn managed_by_others(index: &Index<'_>, environment: &Environment) -> Verdict {
    if !environment.group.is_absent() {
        return Verdict::unknown(MANAGED, "rules of its environment group may manage it");
    }
    let may_be_elsewhere = index
        .managed()
        .stray()
        .or(index.estate.scope.unseen.first());
    match may_be_elsewhere {
        Some(unknown) => Verdict::unknown(MANAGED, &unknown.reason),
        None if environment.header.is_managed_here() => {
            Verdict::no("CMK103", "nothing makes the environment a managed one")
        }
        None => Verdict::unknown(MANAGED, "it is not declared"),
    }
}

fn sku(environment: &Environment) -> Verdict {
    match &environment.sku.known {
        Known::Value(sku) if sku.refuses_customer_managed_keys() => Verdict::no(
            "CMK104",
            format!("environments of type {sku} cannot be under a key"),
        ),
        Known::Value(
            EnvironmentSku::Platform | EnvironmentSku::Support | EnvironmentSku::Other(_),
        ) => Verdict::unknown(
            "whether this type of environment can be under a key",
            "no document says",
        ),
        Known::Value(_) => Verdict::Yes,
        Known::Unknown(unknown) => Verdict::unknown(SKU, &unknown.reason),
        Known::Absent if is_linked(environment) => Verdict::Yes,
        Known::Absent => Verdict::unknown(SKU, "it is not declared"),
    }
}

fn dataverse(environment: &Environment, subject: &Subject<'_>) -> Verdict {
    let none = || Verdict::no("CMK105", "the environment has no Dataverse");
    match &environment.dataverse.known {
        Known::Value(true) => Verdict::Yes,
        Known::Value(false) => none(),
        Known::Unknown(unknown) => Verdict::unknown(DATAVERSE, &unknown.reason),
        Known::Absent if environment.header.is_managed_here() => none(),
        Known::Absent if is_linked(environment) || needs_dataverse(subject) => Verdict::Yes,
        Known::Absent => Verdict::unknown(DATAVERSE, "it is not declared"),
    }
}

/// Whether what is declared exists on Dataverse only: unified finance and operations is an app on
/// it, and Power Platform integration brings it (CMK facts 1, S23 and S26).
fn needs_dataverse(subject: &Subject<'_>) -> bool {
    subject
        .declarations
        .iter()
        .filter_map(|declaration| declaration.finance_and_operations.value())
        .any(|finance| {
            finance.hosting.value() == Some(&crate::estate::Hosting::Unified)
                || finance.integration.value() == Some(&true)
        })
}

/// Whether the environment itself says that a policy is linked.
fn is_linked(environment: &Environment) -> bool {
    environment.assigned.value() == Some(&true)
}

fn same_geo(index: &Index<'_>, assignment: &Assignment, environment: &Environment) -> Verdict {
    let moves = assignment.swapped
        || assignment
            .header
            .change
            .as_ref()
            .is_some_and(|change| change.action == Action::Create || change.replaces());
    let policy = match policy_location(index, assignment) {
        Ok(location) => location,
        Err(_) if is_linked(environment) && !moves => return Verdict::Yes,
        Err(why) => return Verdict::unknown(GEO, why),
    };
    let there = match &environment.location.known {
        Known::Value(location) => location,
        Known::Unknown(unknown) => return Verdict::unknown(GEO, &unknown.reason),
        Known::Absent if is_linked(environment) && !moves => return Verdict::Yes,
        Known::Absent => {
            return Verdict::unknown(GEO, "the environment's location is not declared");
        }
    };
    match policy.same_geo(there) {
        SameGeo::Same => Verdict::Yes,
        SameGeo::Different => Verdict::no(
            "CMK102",
            format!("the policy is in `{policy}`, the environment in `{there}`"),
        ),
        SameGeo::Unknown => Verdict::unknown(GEO, format!("`{policy}` and `{there}`")),
    }
}

fn policy_location(index: &Index<'_>, assignment: &Assignment) -> Result<PolicyLocation, String> {
    match &assignment.policy.identity {
        Identity::Here(handle) => location_of(&index.estate[*handle]),
        Identity::Elsewhere(id) => match id.parse::<SystemId>() {
            Ok(system_id) => Ok(system_id.location().clone()),
            Err(_) => Err("the policy is not part of what was read".into()),
        },
        Identity::Unknown(unknown) => Err(unknown.reason.to_string()),
        Identity::Absent => Err("no policy is named".into()),
    }
}

fn location_of(policy: &Policy) -> Result<PolicyLocation, String> {
    match &policy.location.known {
        Known::Value(location) => Ok(location.clone()),
        Known::Unknown(unknown) => Err(unknown.reason.to_string()),
        Known::Absent => Err("the policy's location is not written".into()),
    }
}
