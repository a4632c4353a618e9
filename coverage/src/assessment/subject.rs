//! What is assessed: environments, and declarations and assignments of environments that are not in
//! the estate.

use std::collections::HashSet;
use std::sync::Arc;

use crate::estate::{
    Assignment, Declaration, Environment, Estate, Handle, Identity, Known, Link, Management,
    Requirement,
};

/// What is assessed.
pub(super) struct Subject<'e> {
    /// What the result is called.
    pub(super) address: Arc<str>,
    /// The environment.
    pub(super) environment: Place<'e>,
    /// What is declared about it.
    pub(super) declarations: Vec<&'e Declaration>,
}

/// Where the environment is found.
pub(super) enum Place<'e> {
    /// In the estate.
    Here(Handle<Environment>, &'e Environment),
    /// Not in the estate; this refers to it.
    Unseen(&'e Link<Environment>),
}

/// Everything to assess: environments in the estate's order, then declarations, then assignments of
/// environments that neither has.
pub(super) fn subjects(estate: &Estate) -> Vec<Subject<'_>> {
    let mut subjects: Vec<_> = estate
        .environments()
        .filter_map(|(handle, environment)| of_environment(estate, handle, environment))
        .collect();
    let mut seen = HashSet::new();
    for (_, declaration) in estate.declarations() {
        let link = &declaration.environment;
        if estate.environment(link).is_none() {
            seen.extend(link.name());
            subjects.push(Subject {
                address: declaration.header.address.clone(),
                environment: Place::Unseen(link),
                declarations: vec![declaration],
            });
        }
    }
    for (_, assignment) in estate.assignments() {
        let is_unseen = estate.environment(&assignment.environment).is_none();
        if is_unseen && assignment.may_encrypt() {
            subjects.extend(assigned_only(assignment, &mut seen));
        }
    }
    subjects
}

/// An environment of the estate, if it has anything to do with keys.
fn of_environment<'e>(
    estate: &'e Estate,
    handle: Handle<Environment>,
    environment: &'e Environment,
) -> Option<Subject<'e>> {
    let declarations: Vec<_> = estate
        .declarations_of(handle)
        .map(|(_, declaration)| declaration)
        .collect();
    let concerns_keys = !declarations.is_empty()
        || estate.all_assignments_of(handle).next().is_some()
        || matches!(environment.requirement, Requirement::Required { .. })
        || says_who_holds_the_key(environment);
    concerns_keys.then(|| Subject {
        address: environment.header.address.clone(),
        environment: Place::Here(handle, environment),
        declarations,
    })
}

/// Whether the environment itself says something about its key. That a data source lists an
/// environment without a policy does not make it ours.
fn says_who_holds_the_key(environment: &Environment) -> bool {
    match environment.assigned.known {
        Known::Value(true) => true,
        Known::Value(false) | Known::Unknown(_) => matches!(
            environment.header.management,
            Management::Inventory | Management::Live
        ),
        Known::Absent => false,
    }
}

/// An environment that only an assignment speaks about; `None` when it was there before.
fn assigned_only<'e>(
    assignment: &'e Assignment,
    seen: &mut HashSet<&'e str>,
) -> Option<Subject<'e>> {
    let link = &assignment.environment;
    let address = match link.name() {
        Some(name) => seen.insert(name).then(|| name.into())?,
        None => assignment.header.address.clone(),
    };
    Some(Subject {
        address,
        environment: Place::Unseen(link),
        declarations: Vec::new(),
    })
}

/// Why nothing is known about an environment that is not in the estate.
pub(super) fn why_unseen(link: &Link<Environment>) -> String {
    match &link.identity {
        Identity::Here(_) | Identity::Absent => "no environment is named".into(),
        Identity::Elsewhere(_) => "the environment is not part of what was read".into(),
        Identity::Unknown(unknown) => unknown.reason.to_string(),
    }
}
