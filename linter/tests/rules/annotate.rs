//! Answers as comments under the text that they are about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ppcmk_coverage::Certainty;
use ppcmk_coverage::estate::Location;

use crate::answers::Answers;
use crate::case::Case;

/// The text without such comments.
pub(crate) fn without_annotations(text: &str) -> String {
    let lines = text.lines().filter(|line| !is_annotation(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn is_annotation(line: &str) -> bool {
    let Some(comment) = line.strip_prefix('#') else {
        return false;
    };
    comment.trim_start().starts_with('^')
        || comment.starts_with(" in ")
        || comment.starts_with(" nowhere: ")
}

/// A comment behind a line; `line` 0 is behind everything.
struct Note {
    file: PathBuf,
    line: usize,
    text: String,
}

/// The files with the answers in them.
pub(crate) fn annotate(case: &Case, answers: &Answers) -> BTreeMap<PathBuf, String> {
    let notes = notes(case, answers);
    let files = case.files.iter().map(|(path, text)| {
        let mut annotated = String::new();
        let here = |line: usize| {
            notes
                .iter()
                .filter(move |note| note.file == *path && note.line == line)
                .flat_map(|note| [&*note.text, "\n"])
        };
        for (index, line) in text.lines().enumerate() {
            annotated += line;
            annotated += "\n";
            annotated.extend(here(index + 1));
        }
        annotated.extend(here(0));
        (path.clone(), annotated)
    });
    files.collect()
}

fn notes(case: &Case, answers: &Answers) -> Vec<Note> {
    let mut notes = Vec::new();
    for finding in &answers.findings {
        let possible = match finding.certainty {
            Certainty::Definite => "",
            Certainty::Possible => "possible ",
        };
        let text = format!(
            "{possible}{} {}: {}",
            finding.level.as_str(),
            finding.rule.code,
            finding.message
        );
        add(case, &mut notes, finding.location.as_ref(), &text);
        add_addresses(&mut notes, finding.instances.iter().map(|one| &**one));
        for call in &finding.calls {
            let text = format!("{} calls it", call.label);
            add(case, &mut notes, call.location.as_ref(), &text);
        }
    }
    for one in &answers.undecided {
        let text = format!("undecided {}: {}", one.rule.code, one.unknown.reason);
        add(case, &mut notes, one.location.as_ref(), &text);
        add_addresses(&mut notes, [&*one.address].into_iter());
    }
    notes
}

fn add(case: &Case, notes: &mut Vec<Note>, location: Option<&Location>, text: &str) {
    let Some(location) = location else {
        notes.push(Note {
            file: "main.tf".into(),
            line: 0,
            text: format!("# nowhere: {text}"),
        });
        return;
    };
    let file = Path::new(&*location.file);
    let line = usize::try_from(location.start.line).expect("files are small");
    let length = case.files[file]
        .lines()
        .nth(line - 1)
        .unwrap_or("")
        .chars()
        .count();
    let column = |column: u32| usize::try_from(column).expect("lines are short");
    let start = column(location.start.column).max(2);
    let end = if location.end.line == location.start.line {
        column(location.end.column)
    } else {
        length + 1
    };
    let carets = "^".repeat(end.saturating_sub(start).max(1));
    notes.push(Note {
        file: file.to_owned(),
        line,
        text: format!("#{}{carets} {text}", " ".repeat(start - 2)),
    });
}

/// Addresses that the place does not tell: those with keys, and in modules.
fn add_addresses<'a>(notes: &mut Vec<Note>, addresses: impl Iterator<Item = &'a str>) {
    let addresses: Vec<&str> = addresses.collect();
    let is_plain = |one: &&str| !one.contains('[') && !one.starts_with("module.");
    if addresses.len() == 1 && addresses.iter().all(is_plain) {
        return;
    }
    if let Some(last) = notes.last() {
        notes.push(Note {
            file: last.file.clone(),
            line: last.line,
            text: format!("# in {}", addresses.join(", ")),
        });
    }
}
