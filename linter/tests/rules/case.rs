//! Configurations on disk.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use ppcmk_lint::source::Memory;

use crate::annotate::without_annotations;

/// A configuration: one file, or a folder with a root module and others below it.
#[derive(Clone)]
pub(crate) struct Case {
    /// The folder that it is in: the code of a rule, or `traps`.
    pub(crate) code: String,
    /// `fires`, `silent`, ..., and behind `_` what is special about it.
    pub(crate) name: String,
    /// The texts by path, without what is expected.
    pub(crate) files: BTreeMap<PathBuf, String>,
    /// Where they are, and what they are on disk.
    on_disk: BTreeMap<PathBuf, (PathBuf, String)>,
}

/// Those of the rules about resources, by folder and name.
pub(crate) fn all() -> Vec<Case> {
    below("cases")
}

/// Those of the rules about what is read.
pub(crate) fn inputs() -> Vec<Case> {
    below("inputs")
}

fn below(root: &str) -> Vec<Case> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut cases = Vec::new();
    for folder in entries(&tests.join(root)) {
        for entry in entries(&folder) {
            cases.push(Case::read(&folder, &entry));
        }
    }
    cases
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

impl Case {
    fn read(folder: &Path, path: &Path) -> Self {
        let mut case = Self {
            code: name(folder),
            name: name(path),
            files: BTreeMap::new(),
            on_disk: BTreeMap::new(),
        };
        if path.is_dir() {
            case.add_all(path, Path::new(""));
        } else {
            case.add(path, "main.tf".into());
        }
        case
    }

    fn add_all(&mut self, folder: &Path, below: &Path) {
        for path in entries(folder) {
            let inside = below.join(path.file_name().unwrap());
            if path.is_dir() {
                self.add_all(&path, &inside);
            } else {
                self.add(&path, inside);
            }
        }
    }

    fn add(&mut self, path: &Path, inside: PathBuf) {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.files
            .insert(inside.clone(), without_annotations(&text));
        self.on_disk.insert(inside, (path.to_owned(), text));
    }

    pub(crate) fn tree(&self) -> Memory {
        self.files
            .iter()
            .fold(Memory::default(), |tree, (path, text)| {
                tree.with(path.to_string_lossy().into_owned(), text.as_str())
            })
    }

    /// What it is an example of: the first word of its name.
    pub(crate) fn kind(&self) -> &str {
        self.name.split('_').next().unwrap_or_default()
    }

    pub(crate) fn has_variables(&self) -> bool {
        self.files[Path::new("main.tf")].contains("variable \"")
    }

    /// The same files in a folder of their own.
    pub(crate) fn below(&self, folder: &Path) -> Self {
        let files = self.files.iter();
        Self {
            files: files
                .map(|(path, text)| (folder.join(path), text.clone()))
                .collect(),
            ..self.clone()
        }
    }

    /// With another file.
    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.into(), text.to_owned());
        self
    }

    /// With a line before a line, which counts from 1.
    pub(crate) fn insert(mut self, path: &str, before: usize, line: &str) -> Self {
        let text = self
            .files
            .get_mut(Path::new(path))
            .expect("findings are in files");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.insert(before - 1, line);
        *text = lines.join("\n") + "\n";
        self
    }

    /// Which files differ from what they should be; with `UPDATE_EXPECT` they become that.
    pub(crate) fn differences(&self, annotated: &BTreeMap<PathBuf, String>) -> Vec<String> {
        let mut differences = Vec::new();
        for (inside, (path, before)) in &self.on_disk {
            let after = &annotated[inside];
            if before == after {
                continue;
            }
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                std::fs::write(path, after).unwrap();
            } else {
                differences.push(format!("--- {} is now:\n{after}", path.display()));
            }
        }
        differences
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.code, self.name)
    }
}
