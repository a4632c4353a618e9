//! The "cloud": one JSON file per object, and a journal of what was done.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// An object as the cloud keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The cloud writes names in lower case, whatever it was sent.
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) size: i64,
    pub(crate) zone: String,
    pub(crate) tags: Option<BTreeMap<String, String>>,
    pub(crate) revision: u64,
}

/// The client that `configure` makes.
#[derive(Debug)]
pub(crate) struct Remote {
    directory: PathBuf,
    pub(crate) default_zone: String,
}

impl Remote {
    pub(crate) fn new(directory: PathBuf, default_zone: String) -> Self {
        Self {
            directory,
            default_zone,
        }
    }

    /// Stores a new object and gives its id.
    pub(crate) fn create(&self, mut object: Stored) -> io::Result<(String, Stored)> {
        object.name = object.name.to_lowercase();
        let (id, mut file) = self.free_id()?;
        file.write_all(&serde_json::to_vec(&object)?)?;
        self.note("create", &id)?;
        Ok((id, object))
    }

    /// The object, or `None` when there is none.
    pub(crate) fn get(&self, id: &str) -> io::Result<Option<Stored>> {
        match std::fs::read(self.path(id)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn put(&self, id: &str, mut object: Stored) -> io::Result<Stored> {
        object.name = object.name.to_lowercase();
        std::fs::write(self.path(id), serde_json::to_vec(&object)?)?;
        self.note("update", id)?;
        Ok(object)
    }

    /// Whether there was something to delete.
    pub(crate) fn delete(&self, id: &str) -> io::Result<bool> {
        match std::fs::remove_file(self.path(id)) {
            Ok(()) => self.note("delete", id).map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Adds a line to the journal, for tests to read.
    pub(crate) fn note(&self, what: &str, which: &str) -> io::Result<()> {
        let mut journal = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.directory.join("journal"))?;
        journal.write_all(format!("{what} {which}\n").as_bytes())
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }

    fn free_id(&self) -> io::Result<(String, File)> {
        let mut number = 1_u64;
        loop {
            let id = format!("thing-{number}");
            match File::create_new(self.path(&id)) {
                Ok(file) => return Ok((id, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }
}
