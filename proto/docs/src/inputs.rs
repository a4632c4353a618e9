//! What is read from the disk.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Where examples and fragments are.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The provider's name, which is also the prefix of its types.
    pub name: String,
    /// The folder of examples.
    pub examples: PathBuf,
    /// The folder of fragments.
    pub fragments: PathBuf,
}

/// A page lacks one of its parts.
#[derive(Debug, Error)]
#[error("the documentation needs {path:?}")]
pub struct MissingInput {
    /// The file.
    pub path: PathBuf,
    #[source]
    source: std::io::Error,
}

impl Inputs {
    /// The path of the page about a type: its name without the prefix.
    pub(crate) fn page_of(&self, folder: &str, type_name: &str) -> PathBuf {
        let short = type_name
            .strip_prefix(&self.name)
            .and_then(|rest| rest.strip_prefix('_'))
            .unwrap_or(type_name);
        Path::new(folder).join(format!("{short}.md"))
    }

    /// An example, which every page has to have.
    pub(crate) fn example(&self, folder: &Path, file: &str) -> Result<String, MissingInput> {
        let path = self.examples.join(folder).join(file);
        std::fs::read_to_string(&path).map_err(|source| MissingInput { path, source })
    }

    /// What a person has written for a page.
    pub(crate) fn fragment(&self, page: &Path) -> Result<Option<String>, MissingInput> {
        let path = self.fragments.join(page);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(MissingInput { path, source }),
        }
    }
}
