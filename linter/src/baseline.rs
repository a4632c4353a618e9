//! Baselines: what was there when the linter came, so that only what is new counts.
//!
//! An entry is a rule, an address, the scale unit or component inside it, and the cause in words;
//! lines and columns are not part of it, because they move with every edit. The file is JSON, sorted,
//! one finding per instance.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;

use ppcmk_coverage::Finding;
use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Suppressed, Suppressor};
use crate::ignore::split;
use crate::source::{InputError, Instance, SourceFile};

/// The version of the file's format.
const VERSION: u32 = 1;

/// Findings that are accepted because they were there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    cause: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: BTreeSet<Entry>,
}

impl Baseline {
    /// Reads a baseline file.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let name = path.to_string_lossy().replace('\\', "/");
        let help = "write it anew with `--write-baseline`";
        let bad = |why: String| {
            InputError::new(format!("could not read baseline {name}: {why}")).help(help)
        };
        let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
        let file: File = serde_json::from_str(&text).map_err(|error| {
            let source = SourceFile::new(name.clone(), text.clone());
            bad(error.to_string()).at(source.line_location(error.line(), error.column()))
        })?;
        if file.version != VERSION {
            return Err(bad(format!(
                "it has version {}, known is {VERSION}",
                file.version
            )));
        }
        Ok(Self {
            entries: file.findings,
        })
    }

    /// The baseline that accepts everything that an analysis found, and what it accepted already.
    pub fn of(analysis: &Analysis) -> Self {
        let accepted = analysis
            .suppressed
            .iter()
            .filter(|one| one.by == Suppressor::Baseline);
        let findings = analysis
            .findings
            .iter()
            .chain(accepted.map(|one| &one.finding));
        let each = findings.flat_map(|finding| {
            finding
                .instances
                .iter()
                .map(|address| Entry::of(finding, address))
        });
        Self {
            entries: each.collect(),
        }
    }

    /// Writes the file's text.
    pub fn write(&self, mut out: impl io::Write) -> io::Result<()> {
        let file = File {
            version: VERSION,
            findings: self.entries.clone(),
        };
        serde_json::to_writer_pretty(&mut out, &file)?;
        writeln!(out)
    }

    /// How many findings it accepts.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it accepts nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Moves what the baseline accepts to the suppressed findings.
    pub(crate) fn apply(&self, analysis: &mut Analysis, instances: &[Instance]) {
        let known: HashMap<&str, &Instance> = instances
            .iter()
            .map(|instance| (&*instance.address, instance))
            .collect();
        let mut matched = BTreeSet::new();
        for finding in std::mem::take(&mut analysis.findings) {
            for address in &finding.instances {
                matched.extend(self.entry(&finding, address, &known));
            }
            let parts = split(finding, &known, |finding, address| {
                self.entry(finding, address, &known).is_some()
            });
            analysis.findings.extend(parts.rest);
            analysis
                .suppressed
                .extend(parts.covered.map(|finding| Suppressed {
                    finding,
                    by: Suppressor::Baseline,
                    reason: "it is in the baseline".into(),
                    until: None,
                    location: None,
                }));
        }
        match self.entries.len() - matched.len() {
            0 => {}
            1 => analysis
                .notices
                .push("1 entry of the baseline matches nothing any more".into()),
            left => analysis.notices.push(format!(
                "{left} entries of the baseline match nothing any more"
            )),
        }
    }
}

impl Baseline {
    /// The entry that accepts a finding at an instance, also under the address that a plan moves it
    /// from.
    fn entry(
        &self,
        finding: &Finding,
        address: &str,
        known: &HashMap<&str, &Instance>,
    ) -> Option<&Entry> {
        let change = known.get(address).and_then(|one| one.change.as_ref());
        let previous = change.and_then(|change| change.previous_address.as_deref());
        std::iter::once(address)
            .chain(previous)
            .find_map(|address| self.entries.get(&Entry::of(finding, address)))
    }
}

impl Entry {
    fn of(finding: &Finding, address: &str) -> Self {
        Self {
            code: finding.rule.code.to_owned(),
            address: address.to_owned(),
            instance: finding.instance.clone(),
            cause: finding.message.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn read(text: &str) -> Result<Baseline, InputError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        std::fs::write(&path, text).unwrap();
        Baseline::read(&path)
    }

    #[test]
    fn accepts_what_was_there_and_nothing_else() {
        let mut analysis = testing::analysis();
        let baseline = Baseline::of(&analysis);
        let mut text = Vec::new();
        baseline.write(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("line"), "{text}");
        assert_eq!(read(&text).unwrap(), baseline);
        assert_eq!(baseline.len(), 4, "one per instance");

        let new = testing::finding(
            &testing::RETENTION,
            "azurerm_key_vault.new",
            "soft delete keeps keys for 7 days",
        );
        analysis.findings.push(new);
        analysis.notices.clear();
        baseline.apply(&mut analysis, &[]);
        let left: Vec<&str> = analysis
            .findings
            .iter()
            .map(|finding| &*finding.address)
            .collect();
        assert_eq!(left, ["azurerm_key_vault.new"]);
        assert_eq!(analysis.suppressed.len(), 4);
        assert!(analysis.notices.is_empty());
        assert_eq!(
            Baseline::of(&analysis).len(),
            5,
            "a new baseline keeps the old entries"
        );
    }

    #[test]
    fn a_new_instance_of_an_old_finding_is_new() {
        let mut analysis = testing::analysis();
        let baseline = Baseline::of(&analysis);
        let purge = analysis
            .findings
            .iter_mut()
            .find(|one| one.rule.code == "CMK201")
            .unwrap();
        purge
            .instances
            .push("module.vaults.azurerm_key_vault.cmk[\"us\"]".into());
        baseline.apply(&mut analysis, &[]);
        assert_eq!(analysis.findings.len(), 1);
        assert_eq!(
            &*analysis.findings[0].address,
            "module.vaults.azurerm_key_vault.cmk[\"us\"]"
        );
    }

    #[test]
    fn what_was_accepted_may_move() {
        let plan = |change: &str| {
            format!(
                r#"{{"format_version": "1.2", "resource_changes": [{{"address": "azurerm_key_vault.new",
                    "type": "azurerm_key_vault", {change}
                    "change": {{"actions": ["no-op"], "before": {{}}, "after": {{}}}}}}]}}"#
            )
        };
        let finding = |address| {
            testing::finding(
                &testing::RETENTION,
                address,
                "soft delete keeps keys for 7 days",
            )
        };
        let of = |address| Analysis {
            findings: vec![finding(address)],
            ..Analysis::default()
        };
        let baseline = Baseline::of(&of("azurerm_key_vault.old"));
        for (change, is_accepted) in [
            (r#""previous_address": "azurerm_key_vault.old","#, true),
            (r#""previous_address": "azurerm_key_vault.other","#, false),
            ("", false),
        ] {
            let reading = crate::source::plan::read_plan(plan(change).as_bytes(), "p").unwrap();
            let mut analysis = of("azurerm_key_vault.new");
            baseline.apply(&mut analysis, &reading.instances);
            assert_eq!(analysis.findings.is_empty(), is_accepted, "{change}");
            assert_eq!(analysis.notices.is_empty(), is_accepted, "{change}");
        }
    }

    #[test]
    fn says_what_is_no_longer_there() {
        let baseline = Baseline::of(&testing::analysis());
        let mut nothing = Analysis::default();
        baseline.apply(&mut nothing, &[]);
        assert_eq!(
            nothing.notices,
            ["4 entries of the baseline match nothing any more"]
        );
    }

    #[test]
    fn refuses_other_files_with_their_place() {
        let error = read("{\n  \"version\": 1,\n  \"findings\": [{}]\n}").unwrap_err();
        assert_eq!(error.location.unwrap().start.line, 3);
        assert!(
            read("{\"version\": 2, \"findings\": []}")
                .unwrap_err()
                .message
                .contains("version 2")
        );
        assert!(read("").is_err());
    }
}
