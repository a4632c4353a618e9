//! The shapes of the contract. Their comments are the descriptions of the published schema.

use std::sync::Arc;

use ppcmk_coverage::assessment::{EnvironmentCoverage, WorkloadCoverage};
use ppcmk_coverage::estate;
use serde::Serialize;

use super::super::words;
use crate::analysis;
use crate::date;

/// What `ppcmk-lint check --format json` prints.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Output"))]
pub(super) struct Output<'a> {
    /// The version of this format. Fields may be added within a version; none is taken away.
    pub(super) version: u32,
    /// Findings that count, in the order of the sources.
    pub(super) findings: Vec<Finding<'a>>,
    /// What rules could not decide.
    pub(super) undecided: Vec<Undecided<'a>>,
    /// Who holds the key, per environment.
    pub(super) coverage: Vec<Coverage<'a>>,
    /// Findings that a comment, the configuration or the baseline suppresses.
    pub(super) suppressed: Vec<Suppressed<'a>>,
    /// What else there is to know about the run.
    pub(super) notices: &'a [String],
    /// How many of each.
    pub(super) summary: Summary,
}

/// What `ppcmk-lint coverage --format json` prints.
#[derive(Serialize)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "CoverageOutput")
)]
pub(super) struct CoverageOutput<'a> {
    /// The version of this format.
    pub(super) version: u32,
    /// Who holds the key, per environment.
    pub(super) coverage: Vec<Coverage<'a>>,
}

/// What a rule has to say at one place.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Finding"))]
pub(super) struct Finding<'a> {
    /// The rule's code, such as `CMK301`.
    code: &'static str,
    /// The rule's name, such as `scale-unit-in-other-geo`.
    name: &'static str,
    /// `error`, `warning` or `note`, after the configuration.
    #[cfg_attr(test, schemars(schema_with = "schema::severity"))]
    severity: &'static str,
    /// `definite`, or `possible` where nobody knows whether the object will exist.
    #[cfg_attr(test, schemars(schema_with = "schema::certainty"))]
    certainty: &'static str,
    /// What is wrong here.
    message: &'a str,
    /// What to do.
    help: &'a str,
    /// The page that says so.
    source: Option<&'static str>,
    /// The instance, as Terraform prints it; the first of `instances`.
    address: &'a str,
    /// All instances with the same cause and text.
    instances: &'a [Arc<str>],
    /// The scale unit or component inside the instance.
    instance: Option<&'a str>,
    /// The environment that it is about.
    environment: Option<&'a str>,
    /// The attribute inside the instance.
    attribute: Option<&'a str>,
    /// The place to edit.
    location: Option<Location<'a>>,
    /// How the value came to the attribute, from there to the place.
    chain: Vec<Step<'a>>,
    /// The calls of the modules around it, outermost first.
    calls: Vec<Step<'a>>,
    /// The other side.
    related: Vec<Related<'a>>,
}

/// A place with a name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Step"))]
struct Step<'a> {
    /// `local.region`, `var.region`, `module.retail`.
    label: &'a str,
    /// Where that is defined.
    location: Option<Location<'a>>,
}

/// Another place that a finding is about.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Related"))]
struct Related<'a> {
    /// The instance.
    address: &'a str,
    /// What there is to see.
    label: &'a str,
    /// Where.
    location: Option<Location<'a>>,
}

/// A range of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Location"))]
pub(super) struct Location<'a> {
    /// The path, relative to where the program was started, with forward slashes.
    file: &'a str,
    /// The first character.
    start: Position,
    /// Just behind the last character.
    end: Position,
}

/// A place in a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Position"))]
struct Position {
    /// From 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    line: u32,
    /// From 1, in characters (Unicode scalar values).
    #[cfg_attr(test, schemars(range(min = 1)))]
    column: u32,
}

/// What a rule could not decide.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Undecided"))]
pub(super) struct Undecided<'a> {
    /// The rule's code.
    code: &'static str,
    /// The rule's name.
    name: &'static str,
    /// The instance.
    address: &'a str,
    /// The scale unit or component inside the instance.
    instance: Option<&'a str>,
    /// The attribute inside the instance.
    attribute: Option<&'a str>,
    /// Why.
    reason: String,
    /// Options and files that would decide it.
    decided_by: Vec<String>,
    /// The place of the value.
    location: Option<Location<'a>>,
}

/// An environment.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Coverage"))]
pub(super) struct Coverage<'a> {
    /// The environment, as it is addressed.
    environment: &'a str,
    /// All in all.
    #[cfg_attr(test, schemars(schema_with = "schema::status"))]
    status: &'static str,
    /// The geo of the environment, if it is known.
    geo: Option<&'static str>,
    /// Its workloads.
    workloads: Vec<Workload<'a>>,
}

/// A workload of an environment. `key_control` says who holds the key, `geo` where the data lives: a
/// key does not move data.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Workload"))]
struct Workload<'a> {
    /// The id, such as `d365-commerce-csu`.
    id: &'static str,
    /// The name for people.
    title: &'static str,
    /// The scale unit or component, where there are several.
    instance: Option<&'a str>,
    /// Why it is in the list: a part of every environment, declared, conditional on something that no
    /// API shows, or on Microsoft's key everywhere.
    #[cfg_attr(test, schemars(schema_with = "schema::part"))]
    part: &'static str,
    /// Who holds the key.
    #[cfg_attr(test, schemars(schema_with = "schema::key_control"))]
    key_control: &'static str,
    /// Where the data lives, if that is known.
    geo: Option<&'static str>,
    /// Why.
    reason: &'a str,
    /// The rule that reports the gap.
    code: Option<&'static str>,
    /// The page that says so.
    source: Option<&'static str>,
}

/// A finding that does not count.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Suppressed"))]
pub(super) struct Suppressed<'a> {
    /// The finding.
    finding: Finding<'a>,
    /// Who suppresses it.
    #[cfg_attr(test, schemars(schema_with = "schema::suppressor"))]
    by: &'static str,
    /// Why, in that person's words.
    reason: &'a str,
    /// The last day, if there is one.
    until: Option<String>,
    /// Where that stands.
    location: Option<Location<'a>>,
}

/// How many of each.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Summary"))]
pub(super) struct Summary {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
    pub(super) undecided: usize,
    pub(super) suppressed: usize,
}

impl<'a> Finding<'a> {
    pub(super) fn of(finding: &'a ppcmk_coverage::Finding) -> Self {
        Self {
            code: finding.rule.code,
            name: finding.rule.name,
            severity: finding.level.as_str(),
            certainty: finding.certainty.as_str(),
            message: &finding.message,
            help: &finding.help,
            source: finding.rule.sources.first().map(|source| source.url),
            address: &finding.address,
            instances: &finding.instances,
            instance: finding.instance.as_deref(),
            environment: finding.environment.as_deref(),
            attribute: finding.attribute.as_deref(),
            location: finding.location.as_ref().map(Location::of),
            chain: finding.chain.iter().map(Step::of).collect(),
            calls: finding.calls.iter().map(Step::of).collect(),
            related: finding.related.iter().map(Related::of).collect(),
        }
    }
}

impl<'a> Step<'a> {
    fn of(step: &'a estate::Step) -> Self {
        Self {
            label: &step.label,
            location: step.location.as_ref().map(Location::of),
        }
    }
}

impl<'a> Related<'a> {
    fn of(related: &'a ppcmk_coverage::Related) -> Self {
        Self {
            address: &related.address,
            label: &related.label,
            location: related.location.as_ref().map(Location::of),
        }
    }
}

impl<'a> Location<'a> {
    fn of(location: &'a estate::Location) -> Self {
        let position = |at: estate::Position| Position {
            line: at.line,
            column: at.column,
        };
        Self {
            file: &location.file,
            start: position(location.start),
            end: position(location.end),
        }
    }
}

impl<'a> Undecided<'a> {
    pub(super) fn of(undecided: &'a ppcmk_coverage::Undecided) -> Self {
        Self {
            code: undecided.rule.code,
            name: undecided.rule.name,
            address: &undecided.address,
            instance: undecided.instance.as_deref(),
            attribute: undecided.attribute.as_deref(),
            reason: undecided.unknown.reason.to_string(),
            decided_by: undecided.unknown.decided_by(),
            location: undecided.location.as_ref().map(Location::of),
        }
    }
}

impl<'a> Coverage<'a> {
    pub(super) fn of(coverage: &'a EnvironmentCoverage) -> Self {
        Self {
            environment: &coverage.environment,
            status: coverage.status.as_str(),
            geo: coverage.geo.map(ppcmk_coverage::Geo::id),
            workloads: coverage.workloads.iter().map(Workload::of).collect(),
        }
    }
}

impl<'a> Workload<'a> {
    fn of(workload: &'a WorkloadCoverage) -> Self {
        Self {
            id: workload.id,
            title: workload.title,
            instance: workload.instance.as_deref(),
            part: workload.part.as_str(),
            key_control: workload.key_control.as_str(),
            geo: workload.geo.map(ppcmk_coverage::Geo::id),
            reason: &workload.reason,
            code: workload.code,
            source: workload.source.map(|source| source.url),
        }
    }
}

impl<'a> Suppressed<'a> {
    pub(super) fn of(suppressed: &'a analysis::Suppressed) -> Self {
        Self {
            finding: Finding::of(&suppressed.finding),
            by: words::suppressor(suppressed.by),
            reason: &suppressed.reason,
            until: suppressed.until.map(date::show),
            location: suppressed.location.as_ref().map(Location::of),
        }
    }
}

/// The closed sets of words.
#[cfg(test)]
mod schema {
    use schemars::{Schema, SchemaGenerator, json_schema};

    macro_rules! words {
        ($($name:ident: $($word:literal),+;)*) => {
            $(pub(super) fn $name(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "enum": [$($word),+] })
            })*
        };
    }

    words! {
        severity: "error", "warning", "note";
        certainty: "definite", "possible";
        part: "core", "declared", "conditional", "residual";
        status: "full", "partial", "none", "unknown";
        key_control: "covered", "conditional", "not_covered", "unknown";
        suppressor: "comment", "configuration", "baseline";
    }
}
