//! Suppresses what ignores cover.

use std::collections::HashMap;
use std::sync::Arc;

use ppcmk_coverage::estate::Date;
use ppcmk_coverage::{Finding, Undecided};

use super::Ignore;
use super::cover::{Lookup, Target, covers};
use crate::analysis::Suppressed;
use crate::config::is_over;
use crate::source::{Instance, Sources};

/// What is left, and what is not.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
    pub(crate) suppressed: Vec<Suppressed>,
    /// Per ignore and code, whether it suppressed anything.
    pub(crate) used: Vec<Vec<bool>>,
}

/// Applies all ignores whose last day is not over.
pub(crate) fn apply(
    ignores: &[Ignore],
    findings: Vec<Finding>,
    undecided: Vec<Undecided>,
    (sources, instances): (&Sources, &[Instance]),
    today: Date,
) -> Outcome {
    let mut outcome = Outcome {
        used: ignores
            .iter()
            .map(|one| vec![false; one.codes.len()])
            .collect(),
        ..Outcome::default()
    };
    let by_code = by_code(ignores, today);
    if by_code.is_empty() {
        return Outcome {
            findings,
            undecided,
            ..outcome
        };
    }
    let lookup = Lookup {
        sources,
        instances: instances
            .iter()
            .map(|instance| (&*instance.address, instance))
            .collect(),
    };
    for finding in findings {
        apply_to_finding(ignores, &by_code, finding, &lookup, &mut outcome);
    }
    for one in undecided {
        let target = Target::of_undecided(&one, &lookup);
        let found = candidates(&by_code, one.rule.code)
            .find(|&(index, _)| covers(&ignores[index].scope, &target, &lookup));
        match found {
            Some((index, code)) => outcome.used[index][code] = true,
            None => outcome.undecided.push(one),
        }
    }
    outcome
}

/// Ignore and position of the code in it, by code.
type ByCode = HashMap<&'static str, Vec<(usize, usize)>>;

fn by_code(ignores: &[Ignore], today: Date) -> ByCode {
    let mut by_code = ByCode::new();
    for (index, ignore) in ignores.iter().enumerate() {
        if ignore.until.is_some_and(|until| is_over(until, today)) {
            continue;
        }
        for (position, (rule, _)) in ignore.codes.iter().enumerate() {
            by_code
                .entry(rule.code)
                .or_default()
                .push((index, position));
        }
    }
    by_code
}

fn candidates<'b>(
    by_code: &'b ByCode,
    code: &str,
) -> impl Iterator<Item = (usize, usize)> + use<'b> {
    by_code.get(code).into_iter().flatten().copied()
}

fn apply_to_finding(
    ignores: &[Ignore],
    by_code: &ByCode,
    finding: Finding,
    lookup: &Lookup<'_>,
    outcome: &mut Outcome,
) {
    let mut left = Some(finding);
    for (index, code) in candidates(by_code, left.as_ref().map_or("", |one| one.rule.code)) {
        let Some(finding) = left.take() else { break };
        let ignore = &ignores[index];
        let parts = split(finding, &lookup.instances, |finding, address| {
            covers(
                &ignore.scope,
                &Target::of_finding(finding, address, lookup),
                lookup,
            )
        });
        if let Some(covered) = parts.covered {
            outcome.used[index][code] = true;
            outcome.suppressed.push(Suppressed {
                finding: covered,
                by: ignore.by(),
                reason: ignore.reason.clone(),
                until: ignore.until,
                location: Some(ignore.location.clone()),
            });
        }
        left = parts.rest;
    }
    outcome.findings.extend(left);
}

/// A finding in two parts.
pub(crate) struct Split {
    pub(crate) covered: Option<Finding>,
    pub(crate) rest: Option<Finding>,
}

/// Divides the instances of a finding.
pub(crate) fn split(
    finding: Finding,
    instances: &HashMap<&str, &Instance>,
    is_covered: impl Fn(&Finding, &str) -> bool,
) -> Split {
    let (covered, rest): (Vec<Arc<str>>, Vec<Arc<str>>) = finding
        .instances
        .iter()
        .cloned()
        .partition(|address| is_covered(&finding, address));
    if rest.is_empty() {
        return Split {
            covered: Some(finding),
            rest: None,
        };
    }
    if covered.is_empty() {
        return Split {
            covered: None,
            rest: Some(finding),
        };
    }
    Split {
        covered: Some(with_instances(&finding, covered, instances)),
        rest: Some(with_instances(&finding, rest, instances)),
    }
}

/// The finding about some of its instances.
fn with_instances(
    finding: &Finding,
    instances: Vec<Arc<str>>,
    known: &HashMap<&str, &Instance>,
) -> Finding {
    let mut part = finding.clone();
    if instances[0] != finding.address {
        part.address = instances[0].clone();
        let instance = known.get(&*part.address);
        part.block = instance.and_then(|instance| instance.location.clone());
        part.calls = instance
            .map(|instance| instance.calls.clone())
            .unwrap_or_default();
    }
    part.instances = instances;
    part
}
