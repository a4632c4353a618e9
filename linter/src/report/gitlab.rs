//! GitLab's code quality report.

use std::io;

use ppcmk_coverage::Level;
use serde_json::{Value, json};

use super::fingerprint::fingerprint;
use super::words;
use crate::analysis::Analysis;

/// Prints what a run found. GitLab demands a file and a line, so a finding without a place names the
/// first line of the first file that was read, or of the plan.
pub(super) fn write(analysis: &Analysis, mut out: &mut dyn io::Write) -> io::Result<()> {
    let issues: Vec<Value> = analysis
        .findings
        .iter()
        .map(|finding| {
            let (path, line) = match &finding.location {
                Some(location) => (words::from_root(analysis, &location.file), location.start.line),
                None => (words::some_file(&analysis.sources).into(), 1),
            };
            json!({
                "description": format!("{}: {}: {}", finding.rule.code, words::subject(finding), finding.message),
                "check_name": finding.rule.code,
                "fingerprint": fingerprint(finding),
                "severity": severity(finding.level),
                "location": { "path": path, "lines": { "begin": line } },
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut out, &issues)?;
    writeln!(out)
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use std::collections::BTreeSet;

    #[test]
    fn every_issue_has_what_gitlab_demands() {
        for analysis in [
            testing::analysis(),
            testing::hostile(5),
            Analysis::default(),
        ] {
            let mut out = Vec::new();
            write(&analysis, &mut out).unwrap();
            let issues: Vec<Value> = serde_json::from_slice(&out).unwrap();
            assert_eq!(issues.len(), analysis.findings.len());
            let mut fingerprints = BTreeSet::new();
            for issue in &issues {
                assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
                assert!(!issue["location"]["path"].as_str().unwrap().is_empty());
                assert!(!issue["description"].as_str().unwrap().is_empty());
                assert!(
                    ["critical", "major", "info"].contains(&issue["severity"].as_str().unwrap())
                );
                fingerprints.insert(issue["fingerprint"].as_str().unwrap().to_owned());
            }
            assert_eq!(fingerprints.len(), issues.len());
        }
    }
}
