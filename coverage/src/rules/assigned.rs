//! What rules about an assignment and its environment have in common.
//!
//! A link that exists was accepted by the service, so that what is not known about it needs no
//! answer: such assignments are never undecided, and only reported for what is known to be wrong.

use crate::estate::{
    Assignment, Environment, Estate, Fact, Handle, Known, Link, Origin, Policy, Reason, Unknown,
};
use crate::finding::Findings;

/// The assignments that are about encryption; where that is not known, and a link would be made,
/// the rule is undecided.
pub(super) fn encryption_assignments<'a>(
    estate: &'a Estate,
    out: &mut Findings,
) -> Vec<&'a Assignment> {
    let mut assignments = Vec::new();
    for (_, assignment) in estate.assignments() {
        match assignment.kind.unknown() {
            Some(unknown) => undecided(assignment, unknown, &assignment.kind.origin, out),
            None if assignment.may_encrypt() => assignments.push(assignment),
            None => {}
        }
    }
    assignments
}

/// The environment of an assignment; the rule is undecided where it cannot be looked at.
pub(super) fn environment_of<'a>(
    estate: &'a Estate,
    assignment: &Assignment,
    out: &mut Findings,
) -> Option<(Handle<Environment>, &'a Environment)> {
    let found = estate.environment(&assignment.environment);
    if found.is_none() {
        out_of_sight(assignment, &assignment.environment, "the environment", out);
    }
    found
}

/// The policy of an assignment; the rule is undecided where it cannot be looked at.
pub(super) fn policy_of<'a>(
    estate: &'a Estate,
    assignment: &Assignment,
    out: &mut Findings,
) -> Option<(Handle<Policy>, &'a Policy)> {
    let found = estate.policy(&assignment.policy);
    if found.is_none() {
        out_of_sight(assignment, &assignment.policy, "the policy", out);
    }
    found
}

fn out_of_sight<T>(assignment: &Assignment, link: &Link<T>, what: &str, out: &mut Findings) {
    if let Some(unknown) = link.why_not_here(what) {
        undecided(assignment, &unknown, &link.origin, out);
    }
}

/// The rule cannot decide about this assignment, which does not matter for a link that exists.
pub(super) fn undecided(
    assignment: &Assignment,
    unknown: &Unknown,
    origin: &Origin,
    out: &mut Findings,
) {
    if assignment.makes_link() {
        out.undecided(&assignment.header, unknown).at(origin);
    }
}

/// Why a fact does not decide; one that is not written is not declared.
pub(super) fn why_open<T>(fact: &Fact<T>, what: &str) -> Option<Unknown> {
    match &fact.known {
        Known::Value(_) => None,
        Known::Absent => Some(Unknown::new(Reason::NotDeclared(what.into()))),
        Known::Unknown(unknown) => Some(unknown.clone()),
    }
}
