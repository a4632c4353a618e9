//! Whether an environment is under a customer's key: CMK facts 2.1, `BASE`.
//!
//! Linked to an encryption policy, managed, not of type Trial or Teams, with Dataverse, and policy
//! and environment in one geo. Where the tenant, the inventory or the plan says that a policy *is*
//! linked, the service checked all of this when it accepted the link, so what nobody knows about it
//! holds. A link that is only planned implies nothing.

use super::geo::same_geo;
use super::subject::{Index, Place, Subject, doubt, why_unseen};
use super::verdict::{Verdict, Why, all};
use crate::estate::{
    Answer, Assignment, Environment, Handle, Hosting, IdentityKind, Known, Link, Management,
    Policy, PolicyForm, Requirement,
};
use crate::{EnvironmentSku, Geo, PolicyKind};

const ASSIGNED: &str = "whether an encryption policy is assigned";
const MANAGED: &str = "whether the environment is managed";
const SKU: &str = "the type of the environment";
const DATAVERSE: &str = "whether the environment has Dataverse";

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
        match subject.environment {
            Place::Here(handle, environment) => Self::seen(index, subject, handle, environment),
            Place::Unseen(link) => Self::unseen(index, link),
        }
    }

    fn seen(
        index: &Index<'_>,
        subject: &Subject<'_>,
        handle: Handle<Environment>,
        environment: &Environment,
    ) -> Self {
        let current = current(index, handle, environment);
        let linked = is_linked(current, environment);
        let assigned = match index.estate.is_assigned(handle) {
            Answer::Yes => current.map_or(Verdict::Yes, |it| is_encryption(index, it)),
            Answer::No => not_assigned(index, subject, handle, environment),
            Answer::Unknown(unknown) => Verdict::unknown(ASSIGNED, &unknown.reason),
        };
        // These rules report an assignment, so without one there is nothing that they report.
        let reported = |verdict: Verdict| match current {
            Some(_) => verdict,
            None => verdict.without_code(),
        };
        let managed = reported(managed(index, handle, environment, linked));
        let sku = reported(sku(environment).accepted_if(linked));
        let dataverse = reported(dataverse(environment, subject).accepted_if(linked));
        let geo = match current {
            Some(assignment) if assigned.is_yes() => {
                same_geo(index.estate, assignment, environment).accepted_if(linked)
            }
            Some(_) | None => Verdict::Yes,
        };
        Self {
            base: all([&assigned, &managed, &sku, &dataverse, &geo]),
            assigned,
            dataverse,
            is_teams: environment.sku.value() == Some(&EnvironmentSku::Teams),
            geo: super::geo::Whereabouts::of_environment(environment).geo(),
        }
    }

    /// Of an environment that is not in the estate, only its assignments can be known, and what
    /// makes it a managed one.
    fn unseen(index: &Index<'_>, link: &Link<Environment>) -> Self {
        let unknown = |what| Verdict::unknown(what, why_unseen(link));
        let assignments = index.assignments_of(link);
        let assigned = match assignments.iter().find(|it| doubt(&it.header).is_none()) {
            Some(assignment) => is_encryption(index, assignment),
            None => unknown(ASSIGNED),
        };
        let managed = index.managed_environments_of(link);
        let managed = match managed.iter().find(|it| doubt(&it.header).is_none()) {
            Some(_) => Verdict::Yes,
            None => unknown(MANAGED),
        };
        Self {
            base: all([&assigned, &managed, &unknown(SKU)]),
            assigned,
            dataverse: unknown(DATAVERSE),
            is_teams: false,
            geo: None,
        }
    }
}

/// The assignment that counts: one that is there whenever the environment is, if there is one.
fn current<'e>(
    index: &Index<'e>,
    handle: Handle<Environment>,
    environment: &Environment,
) -> Option<&'e Assignment> {
    let mut perhaps = None;
    for (_, assignment) in index.estate.assignments_of(handle) {
        if assignment.header.is_there_for(&environment.header) == Answer::Yes {
            return Some(assignment);
        }
        perhaps = perhaps.or(Some(assignment));
    }
    perhaps
}

/// Whether the link exists already, so that the service has accepted it.
fn is_linked(current: Option<&Assignment>, environment: &Environment) -> bool {
    let says_so = environment.assigned.value() == Some(&true);
    match current {
        None => says_so,
        Some(assignment) if assignment.swapped || assignment.header.is_new() => false,
        Some(assignment) => says_so || !assignment.makes_link(),
    }
}

fn is_encryption(index: &Index<'_>, assignment: &Assignment) -> Verdict {
    match index.estate.policy(&assignment.policy) {
        // Our own resource makes nothing else.
        Some((_, policy)) if policy.form != PolicyForm::Own => encrypts(policy),
        Some(_) | None => Verdict::Yes,
    }
}

/// Whether the policy can encrypt: its kind, a body that names a key, an identity of its own. What
/// is not written is wrong in a body, and says nothing elsewhere.
fn encrypts(policy: &Policy) -> Verdict {
    let is_raw = policy.form == PolicyForm::Raw;
    let part = |what, is_good: Known<bool>| match is_good {
        Known::Value(true) => Verdict::Yes,
        Known::Absent if !is_raw => Verdict::Yes,
        Known::Value(false) | Known::Absent => Verdict::no(
            "CMK109",
            format!("the assigned policy encrypts nothing: {what}"),
        ),
        Known::Unknown(unknown) => Verdict::unknown("whether the policy encrypts", &unknown.reason),
    };
    let kind = policy.kind.known.clone();
    let identity = policy.identity.known.clone();
    all([
        &part(
            "it is of another kind",
            kind.map(|kind| kind == PolicyKind::Encryption),
        ),
        &part("it names no key", policy.has_encryption.known.clone()),
        &part(
            "it has no identity assigned by the system",
            identity.map(|identity| identity == IdentityKind::SystemAssigned),
        ),
    ])
}

fn not_assigned(
    index: &Index<'_>,
    subject: &Subject<'_>,
    handle: Handle<Environment>,
    environment: &Environment,
) -> Verdict {
    let taken_away = index
        .estate
        .all_assignments_of(handle)
        .find(|(_, it)| it.header.is_removed() && it.unlinks() == Answer::Yes);
    if let Some((_, assignment)) = taken_away {
        let address = &assignment.header.address;
        let reason = format!("the plan takes the environment off its key, with `{address}`");
        return Verdict::no("CMK120", reason);
    }
    let is_read = environment.header.management == Management::DataSource;
    if is_read && environment.assigned.is_absent() {
        return Verdict::unknown(
            ASSIGNED,
            "the environment is managed outside of what was read",
        );
    }
    let must_be = match environment.requirement {
        Requirement::Required { .. } => true,
        Requirement::Exempt => false,
        Requirement::Unstated => !subject.declarations.is_empty(),
    };
    Verdict::No(Why {
        reason: "no encryption policy is assigned to the environment".into(),
        code: must_be.then_some("CMK101"),
    })
}

fn managed(
    index: &Index<'_>,
    handle: Handle<Environment>,
    environment: &Environment,
    linked: bool,
) -> Verdict {
    let mut perhaps = None;
    for (_, managed) in index.estate.managed_environments_of(handle) {
        match managed.header.is_there_for(&environment.header) {
            Answer::Yes => return Verdict::Yes,
            Answer::No => {}
            Answer::Unknown(unknown) => perhaps = Some(unknown),
        }
    }
    match (&environment.managed.known, perhaps) {
        (Known::Value(true), _) => Verdict::Yes,
        (Known::Value(false), None) => Verdict::no("CMK103", "the environment is not managed"),
        (Known::Value(false) | Known::Absent, Some(unknown)) => {
            Verdict::unknown(MANAGED, &unknown.reason).accepted_if(linked)
        }
        (Known::Unknown(unknown), _) => {
            Verdict::unknown(MANAGED, &unknown.reason).accepted_if(linked)
        }
        (Known::Absent, None) if linked => Verdict::Yes,
        (Known::Absent, None) => managed_by_others(index, environment),
    }
}

/// Nothing about the environment itself says that it is managed.
fn managed_by_others(index: &Index<'_>, environment: &Environment) -> Verdict {
    match &environment.group.known {
        Known::Value(_) => {
            return Verdict::unknown(MANAGED, "rules of its environment group may manage it");
        }
        Known::Unknown(unknown) => return Verdict::unknown(MANAGED, &unknown.reason),
        Known::Absent => {}
    }
    if !environment.header.is_managed_here() {
        return Verdict::unknown(MANAGED, "it is not declared");
    }
    match index.unseen_manager(environment) {
        Some(why) => Verdict::unknown(MANAGED, why),
        None => Verdict::no("CMK103", "nothing makes the environment a managed one"),
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
        Known::Absent => Verdict::unknown(SKU, "it is not declared"),
    }
}

fn dataverse(environment: &Environment, subject: &Subject<'_>) -> Verdict {
    let none = || Verdict::no("CMK105", "the environment has no Dataverse");
    match &environment.dataverse.known {
        Known::Value(true) => Verdict::Yes,
        Known::Value(false) => none(),
        Known::Unknown(unknown) => Verdict::unknown(DATAVERSE, &unknown.reason),
        // A resource without the block has no database.
        Known::Absent if environment.header.is_managed_here() => none(),
        Known::Absent if needs_dataverse(subject) => Verdict::Yes,
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
            finance.hosting.value() == Some(&Hosting::Unified)
                || finance.integration.value() == Some(&true)
        })
}
