//! What this machine was about to do when Terraform was last cut off.
//!
//! A process that is killed between a request and Terraform's note of its result leaves an object
//! that no state knows. The cloud cannot tell such an object from one that somebody else made, so
//! the intention is written down before the request and removed when its result is handed over.
//! What is still written down in a later run was cut off, and may be taken over instead of being
//! refused as somebody else's.
//!
//! It is help, not truth: it never stands in for reading, and a machine without it (a fresh
//! runner) falls back to asking for an import. Nothing secret is in it: kinds and ids.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names of entries; pinned, because one version's entries are read by the next.
const NAMESPACE: Uuid = Uuid::from_u128(0x2d4a_61c7_9f0e_4b8b_a4c5_7d1b_90e3_55f2);

/// The entries of one cloud.
#[derive(Clone, Debug)]
pub(crate) struct Journal {
    directory: Option<PathBuf>,
    cloud: String,
}

/// An intention.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    kind: String,
    object: String,
    target: String,
}

impl Journal {
    /// The journal in Terraform's data directory, or else in the user's state directory. `cloud`
    /// keeps tenants and emulators apart.
    pub(crate) fn open(cloud: String) -> Self {
        Self::in_directory(
            directory(&|name| std::env::var_os(name).map(PathBuf::from)),
            cloud,
        )
    }

    fn in_directory(directory: Option<PathBuf>, cloud: String) -> Self {
        Self { directory, cloud }
    }

    /// Writes down that `object` is about to come under, or become, `target`.
    pub(crate) fn begin(&self, kind: &str, object: &str, target: &str) {
        let Some(path) = self.path(kind, object) else {
            return;
        };
        let entry = Entry {
            kind: kind.to_owned(),
            object: object.to_ascii_lowercase(),
            target: target.to_ascii_lowercase(),
        };
        let written = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&path, serde_json::to_vec(&entry)?));
        if let Err(error) = written {
            tracing::debug!(%error, "the journal could not be written");
        }
    }

    /// Whether that was begun and not ended.
    pub(crate) fn holds(&self, kind: &str, object: &str, target: &str) -> bool {
        let entry = self
            .path(kind, object)
            .and_then(|path| std::fs::read(path).ok())
            .and_then(|bytes| serde_json::from_slice::<Entry>(&bytes).ok());
        entry.is_some_and(|entry| {
            entry.kind == kind
                && entry.object.eq_ignore_ascii_case(object)
                && entry.target.eq_ignore_ascii_case(target)
        })
    }

    /// Removes the entry: Terraform knows the result.
    pub(crate) fn end(&self, kind: &str, object: &str) {
        if let Some(path) = self.path(kind, object)
            && let Err(error) = std::fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "the journal entry could not be removed");
        }
    }

    fn path(&self, kind: &str, object: &str) -> Option<PathBuf> {
        let name = format!("{}|{kind}|{}", self.cloud, object.to_ascii_lowercase());
        let name = Uuid::new_v5(&NAMESPACE, name.as_bytes());
        Some(self.directory.as_ref()?.join(format!("{name}.json")))
    }
}

fn directory(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|path| !path.as_os_str().is_empty());
    let data = set("TF_DATA_DIR").unwrap_or_else(|| Path::new(".terraform").to_owned());
    if data.is_dir() {
        return Some(data.join("ppcmk"));
    }
    // Without `terraform init`, as with development overrides, there is no data directory.
    set("XDG_STATE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".local").join("state")))
        .map(|state| state.join("ppcmk"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(directory: &Path, cloud: &str) -> Journal {
        Journal::in_directory(Some(directory.join("ppcmk")), cloud.to_owned())
    }

    #[test]
    fn what_was_begun_is_held_until_it_ends() {
        let directory = tempfile::tempdir().unwrap();
        let first = journal(directory.path(), "a");
        first.begin("link", "ENV-1", "/Regions/europe/p");
        let second = journal(directory.path(), "a");
        assert!(second.holds("link", "env-1", "/regions/europe/P"));
        assert!(!second.holds("link", "env-1", "/regions/europe/other"));
        assert!(!second.holds("policy", "env-1", "/regions/europe/p"));
        assert!(!journal(directory.path(), "b").holds("link", "env-1", "/regions/europe/p"));
        second.end("link", "env-1");
        assert!(!first.holds("link", "env-1", "/regions/europe/p"));
        second.end("link", "env-1");
    }

    #[test]
    fn a_journal_without_a_place_or_with_garbage_holds_nothing() {
        let nowhere = Journal::in_directory(None, "a".to_owned());
        nowhere.begin("link", "e", "p");
        assert!(!nowhere.holds("link", "e", "p"));
        let directory = tempfile::tempdir().unwrap();
        let damaged = journal(directory.path(), "a");
        damaged.begin("link", "e", "p");
        std::fs::write(damaged.path("link", "e").unwrap(), b"\xff{").unwrap();
        assert!(!damaged.holds("link", "e", "p"));
    }

    #[test]
    fn terraform_s_own_directory_comes_first() {
        let data = tempfile::tempdir().unwrap();
        let found = directory(&|name| (name == "TF_DATA_DIR").then(|| data.path().to_owned()));
        assert_eq!(found, Some(data.path().join("ppcmk")));
        let found = directory(&|name| (name == "HOME").then(|| PathBuf::from("/home/me")));
        assert_eq!(found, Some(PathBuf::from("/home/me/.local/state/ppcmk")));
        assert_eq!(directory(&|_| None), None);
    }
}
