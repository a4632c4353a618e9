//! Whether an environment is under a customer's key: CMK facts 2.1, `BASE`.
//!
//! Linked to an encryption policy, managed, not of type Trial or Teams, with Dataverse, and policy
//! and environment in one geo; and nothing that is wrong with the key makes the link fail. Where the
//! tenant, the inventory or the plan says that a policy *is* linked, the service checked all of this
//! when it accepted the link, so what nobody knows about it holds. A link that is only planned
//! implies nothing.

use super::geo::same_geo;
use super::readiness::Unready;
use super::subject::{Place, Subject, why_unseen};
use super::verdict::{Verdict, Why, all};
use crate::estate::{
    Answer, Assignment, Environment, Estate, Existence, Handle, Header, Hosting, IdentityKind,
    Known, Link, Management, Policy, PolicyForm, Requirement,
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
    pub(super) fn of(estate: &Estate, unready: &Unready, subject: &Subject<'_>) -> Self {
        match subject.environment {
            Place::Here(handle, environment) => {
                Self::seen((estate, unready), subject, handle, environment)
            }
            Place::Unseen(link) => Self::unseen((estate, unready), link),
        }
    }

    fn seen(
        (estate, unready): (&Estate, &Unready),
        subject: &Subject<'_>,
        handle: Handle<Environment>,
        environment: &Environment,
    ) -> Self {
        let current = current(estate, handle, environment);
        let linked = is_linked(current, environment);
        let assigned = match estate.is_assigned(handle) {
            Answer::Yes => current.map_or(Verdict::Yes, |it| is_encryption(estate, it)),
            Answer::No => not_assigned(estate, subject, handle, environment),
            Answer::Unknown(unknown) => Verdict::unknown(ASSIGNED, &unknown.reason),
        };
        // These rules report an assignment, so without one there is nothing that they report.
        let reported = |verdict: Verdict| match current {
            Some(_) => verdict,
            None => verdict.without_code(),
        };
        let managed = reported(managed(estate, handle, environment, linked));
        let sku = reported(sku(environment).accepted_if(linked));
        let dataverse = reported(dataverse(environment, subject).accepted_if(linked));
        let geo = match current {
            Some(assignment) if assigned.is_yes() => {
                same_geo(estate, assignment, environment).accepted_if(linked)
            }
            Some(_) | None => Verdict::Yes,
        };
        let ready = match current {
            Some(assignment) if !linked => unready.verdict(estate, assignment),
            Some(_) | None => Verdict::Yes,
        };
        Self {
            base: all([&assigned, &managed, &sku, &dataverse, &geo, &ready]),
            assigned,
            dataverse,
            is_teams: environment.sku.value() == Some(&EnvironmentSku::Teams),
            geo: super::geo::Whereabouts::of_environment(environment).geo(),
        }
    }

    /// Of an environment that is not in the estate, only its assignments can be known, and what
    /// makes it a managed one.
    fn unseen((estate, unready): (&Estate, &Unready), link: &Link<Environment>) -> Self {
        let unknown = |what| Verdict::unknown(what, why_unseen(link));
        let assignment = estate
            .assignments_of_unseen(link)
            .map(|(_, assignment)| assignment)
            .find(|assignment| assignment.header.existence == Existence::Certain);
        let assigned = match assignment {
            Some(assignment) => is_encryption(estate, assignment),
            None => unknown(ASSIGNED),
        };
        // Whatever the environment's own condition is, this one has none.
        let always = Header::new("");
        let managed = match estate.is_managed_unseen(link, &always) {
            Answer::Yes => Verdict::Yes,
            Answer::No | Answer::Unknown(_) => unknown(MANAGED),
        };
        let ready = assignment.map_or(Verdict::Yes, |it| unready.verdict(estate, it));
        Self {
            base: all([&assigned, &managed, &unknown(SKU), &ready]),
            assigned,
            dataverse: unknown(DATAVERSE),
            is_teams: false,
            geo: None,
        }
    }
}

/// The assignment that counts: one that is there whenever the environment is, if there is one.
fn current<'e>(
    estate: &'e Estate,
    handle: Handle<Environment>,
    environment: &Environment,
) -> Option<&'e Assignment> {
    let mut perhaps = None;
    for (_, assignment) in estate.assignments_of(handle) {
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

fn is_encryption(estate: &Estate, assignment: &Assignment) -> Verdict {
    match estate.policy(&assignment.policy) {
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
    // Where the body has no word for it, the service encrypts.
    let enabled = match &policy.encryption_enabled.known {
        Known::Absent => Known::Value(true),
        said => said.clone(),
    };
    let kind = policy.kind.known.clone();
    let identity = policy.identity.known.clone();
    all([
        &part(
            "it is of another kind",
            kind.map(|kind| kind == PolicyKind::Encryption),
        ),
        &part("it names no key", policy.has_encryption.known.clone()),
        &part("its encryption is not enabled", enabled),
        &part(
            "it has no identity assigned by the system",
            identity.map(|identity| identity == IdentityKind::SystemAssigned),
        ),
    ])
}

fn not_assigned(
    estate: &Estate,
    subject: &Subject<'_>,
    handle: Handle<Environment>,
    environment: &Environment,
) -> Verdict {
    let taken_away = estate
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
    estate: &Estate,
    handle: Handle<Environment>,
    environment: &Environment,
    linked: bool,
) -> Verdict {
    let is_denied = environment.says_managed() == Known::Value(false);
    match estate.is_managed(handle, &environment.header) {
        Answer::Yes => Verdict::Yes,
        Answer::No if is_denied => Verdict::no("CMK103", "the environment is not managed"),
        // A link that exists was accepted, so that somebody has made it a managed one.
        Answer::No | Answer::Unknown(_) if linked => Verdict::Yes,
        Answer::No => Verdict::no("CMK103", "nothing makes the environment a managed one"),
        Answer::Unknown(unknown) => Verdict::unknown(MANAGED, &unknown.reason),
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
