//! Where files are read from: a disk, or the memory of a saved plan, a test or a fuzzer.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Files in folders. Paths are relative to the root module or absolute, and may have `..` in them.
pub trait FileTree {
    /// The bytes of a file. Anything but a regular file is an error.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// What is in a folder, sorted by name.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;

    /// A name that is the same for all ways to one folder: the module of a symbolic-link loop is
    /// noticed by it.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
}

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, without the folder.
    pub name: String,
    /// Whether it is a folder, links followed.
    pub is_folder: bool,
}

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

/// The longest file that is read, in bytes. No configuration comes near it; a device or a log that
/// somebody named by mistake would.
const LONGEST: u64 = 1 << 30;

impl FileTree for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let about = std::fs::metadata(path)?;
        if !about.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        if about.len() > LONGEST {
            return Err(io::Error::other("longer than 1 GiB"));
        }
        std::fs::read(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            // A name that is not Unicode is not one of ours.
            if let Ok(name) = entry.file_name().into_string() {
                let is_folder = std::fs::metadata(entry.path()).is_ok_and(|about| about.is_dir());
                entries.push(Entry { name, is_folder });
            }
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Self {
        self.add(path, bytes);
        self
    }

    /// Adds a file.
    pub fn add(&mut self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(normalise(path.as_ref()), bytes.into());
    }
}

impl FileTree for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files
            .get(&normalise(path))
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let folder = normalise(path);
        let mut entries = BTreeSet::new();
        for file in self.files.keys() {
            let Ok(rest) = file.strip_prefix(&folder) else {
                continue;
            };
            let mut parts = rest.components();
            if let Some(first) = parts.next() {
                let name = first.as_os_str().to_string_lossy().into_owned();
                entries.insert((name, parts.next().is_some()));
            }
        }
        if entries.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(entries
            .into_iter()
            .map(|(name, is_folder)| Entry { name, is_folder })
            .collect())
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(normalise(path))
    }
}

/// Without `.` and `..`, as far as the text decides.
fn normalise(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.parent().is_some() => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}
