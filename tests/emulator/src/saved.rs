//! Tenants that outlive a run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::clock::Timestamp;
use crate::state::Tenant;

/// Why a saved tenant cannot be loaded or saved.
#[derive(Debug, Error)]
pub enum StateError {
    /// The file cannot be read.
    #[error("could not read state `{}`", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its content is not a saved tenant of this version.
    #[error("state `{}` is not usable: {source}; delete it to start from the seed", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What and where.
        #[source]
        source: serde_json::Error,
    },
    /// It cannot be written.
    #[error("could not write state `{}`", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

#[derive(Deserialize)]
pub(crate) struct Saved {
    pub(crate) time: Timestamp,
    pub(crate) tenant: Tenant,
}

#[derive(Serialize)]
struct Saving<'a> {
    time: Timestamp,
    tenant: &'a Tenant,
}

/// Nothing when the file does not exist.
pub(crate) fn load(path: &Path) -> Result<Option<Saved>, StateError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(StateError::Unreadable {
                path: path.into(),
                source,
            });
        }
    };
    let saved = serde_json::from_str(&text).map_err(|source| StateError::Invalid {
        path: path.into(),
        source,
    })?;
    Ok(Some(saved))
}

/// Replaces the file as a whole, so that a kill leaves the old one or the new one.
pub(crate) fn save(path: &Path, time: Timestamp, tenant: &Tenant) -> Result<(), StateError> {
    let unwritable = |source| StateError::Unwritable {
        path: path.into(),
        source,
    };
    let text = serde_json::to_vec(&Saving { time, tenant })
        .map_err(|error| unwritable(io::Error::other(error)))?;
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(unwritable)?;
    io::Write::write_all(&mut file, &text).map_err(unwritable)?;
    file.persist(path)
        .map_err(|error| unwritable(error.error))?;
    Ok(())
}
