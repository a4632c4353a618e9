//! SARIF 2.1.0, for code scanning.
//!
//! Suppressed findings are in it with their suppressions, what is undecided is not: SARIF has no
//! place for it that its readers show. Columns are UTF-16 code units, SARIF's own choice.

mod rules;

use std::io;

use ppcmk_coverage::Finding;
use ppcmk_coverage::estate::{Location, Position, Step};
use serde_json::{Value, json};

use super::fingerprint::fingerprint;
use super::words;
use crate::analysis::{Analysis, Suppressed, Suppressor};
use crate::date;
use rules::Rules;

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, mut out: &mut dyn io::Write) -> io::Result<()> {
    let rules = Rules::of(analysis);
    let page = Page {
        analysis,
        rules: &rules,
    };
    let suppressed = analysis.suppressed.iter().map(|one| page.suppressed(one));
    let results: Vec<Value> = analysis
        .findings
        .iter()
        .map(|finding| page.result(finding))
        .chain(suppressed)
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ppcmk-lint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.describe(),
            } },
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { "%SRCROOT%": {
                "description": { "text": "The root of the checkout, as far as a pipeline names it, or else the folder in which ppcmk-lint was started" },
            } },
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut out, &log)?;
    writeln!(out)
}

/// What results refer to.
struct Page<'a> {
    analysis: &'a Analysis,
    rules: &'a Rules,
}

impl Page<'_> {
    fn result(&self, finding: &Finding) -> Value {
        json!({
            "ruleId": finding.rule.code,
            "ruleIndex": self.rules.index(finding.rule),
            "level": finding.level.as_str(),
            "message": { "text": format!("{}\n\n{}", finding.message, finding.help) },
            "locations": [self.location(finding)],
            "relatedLocations": self.related(finding),
            "partialFingerprints": { "ppcmkLint/v1": fingerprint(finding) },
            "properties": {
                "certainty": finding.certainty.as_str(),
                "instances": finding.instances,
                "instance": finding.instance,
                "environment": finding.environment,
            },
        })
    }

    fn suppressed(&self, suppressed: &Suppressed) -> Value {
        let mut result = self.result(&suppressed.finding);
        let reason = match suppressed.until {
            Some(until) => format!("{} (until {})", suppressed.reason, date::show(until)),
            None => suppressed.reason.clone(),
        };
        let mut suppression = json!({
            "kind": match suppressed.by {
                Suppressor::Comment => "inSource",
                Suppressor::Configuration | Suppressor::Baseline => "external",
            },
            "status": "accepted",
            "justification": reason,
        });
        if let Some(location) = &suppressed.location {
            suppression["location"] = json!({ "physicalLocation": self.physical(location) });
        }
        result["suppressions"] = json!([suppression]);
        result
    }

    /// The place, and the instance as its logical name.
    ///
    /// GitHub refuses a whole upload for one result without a file, so a finding without a place
    /// names the first file that was read, or the plan, and no region.
    fn location(&self, finding: &Finding) -> Value {
        let physical = if let Some(location) = &finding.location {
            self.physical(location)
        } else {
            let file = words::some_file(&self.analysis.sources);
            json!({ "artifactLocation": self.artifact(&file) })
        };
        json!({
            "physicalLocation": physical,
            "logicalLocations": [{
                "fullyQualifiedName": words::subject(finding),
                "kind": "resource",
            }],
        })
    }

    fn related(&self, finding: &Finding) -> Vec<Value> {
        let steps = |steps: &[Step], verb: &str| -> Vec<(String, Option<Location>)> {
            let step = |step: &Step| (format!("{verb} {}", step.label), step.location.clone());
            steps.iter().map(step).collect()
        };
        let others = finding.related.iter().map(|related| {
            (
                format!("{}: {}", related.address, related.label),
                related.location.clone(),
            )
        });
        steps(&finding.calls, "in")
            .into_iter()
            .chain(steps(&finding.chain, "from"))
            .chain(others)
            .filter_map(|(text, location)| Some((text, location?)))
            .enumerate()
            .map(|(id, (text, location))| {
                json!({
                    "id": id,
                    "message": { "text": text },
                    "physicalLocation": self.physical(&location),
                })
            })
            .collect()
    }

    fn physical(&self, location: &Location) -> Value {
        json!({
            "artifactLocation": self.artifact(&location.file),
            "region": {
                "startLine": location.start.line,
                "startColumn": self.column(&location.file, location.start),
                "endLine": location.end.line,
                "endColumn": self.column(&location.file, location.end),
            },
        })
    }

    /// A file below the root, or one that is outside of it with its whole path.
    fn artifact(&self, file: &str) -> Value {
        let file = words::from_root(self.analysis, file);
        if words::is_absolute(&file) {
            let root = if file.starts_with('/') { "" } else { "/" };
            return json!({ "uri": format!("file://{root}{}", uri(&file)) });
        }
        json!({ "uri": uri(&file), "uriBaseId": "%SRCROOT%" })
    }

    /// The column in UTF-16 code units.
    fn column(&self, file: &str, at: Position) -> usize {
        let line = self
            .analysis
            .sources
            .get(file)
            .and_then(|file| file.line(at.line));
        let before = (at.column as usize).saturating_sub(1);
        line.map_or(before, |line| {
            let known: usize = line.chars().take(before).map(char::len_utf16).sum();
            known + before.saturating_sub(line.chars().count())
        }) + 1
    }
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                use std::fmt::Write;
                write!(uri, "%{byte:02X}").expect("writing to a string");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests;
