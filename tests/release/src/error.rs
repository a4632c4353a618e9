//! Why there is no release.

use std::io;
use std::path::{Path, PathBuf};

use crate::{PROGRAMS, TARGETS};

/// Why a release could not be laid out.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// Somebody asked for a platform that releases are not built for.
    #[error("no releases are built for {triple}, only for {}", triples())]
    UnknownTarget {
        /// Cargo's name of it.
        triple: String,
    },
    /// Somebody asked for a program that is not released.
    #[error("{name} is not a program of a release; those are {}", programs())]
    UnknownProgram {
        /// Its name.
        name: String,
    },
    /// The program is released, and this checkout does not have it.
    #[error("this workspace has no package {name}")]
    NotInWorkspace {
        /// The package.
        name: &'static str,
    },
    /// Two builds would be one file.
    #[error("{first} and {second} are both packed as {archive}; lay them out one by one")]
    SameArchive {
        /// The file.
        archive: String,
        /// A target.
        first: &'static str,
        /// Another target.
        second: &'static str,
    },
    /// A command could not be started.
    #[error("could not run {command}")]
    NotStarted {
        /// The command.
        command: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A command failed; it has said why on standard error.
    #[error("{command} failed")]
    Failed {
        /// The command.
        command: String,
    },
    /// A static build failed; cargo has said why on standard error.
    #[error(
        "{command} failed. A static build takes a C compiler for musl (musl-gcc, often in a package \
         musl-tools); `--target {host}` does without, and gives a program that needs this \
         machine's C library"
    )]
    StaticBuildFailed {
        /// The command.
        command: String,
        /// This machine.
        host: &'static str,
    },
    /// A command did not say what it usually says.
    #[error("{command} did not say {what}")]
    Unintelligible {
        /// The command.
        command: String,
        /// What is missing.
        what: String,
    },
    /// A file or directory could not be read or written.
    #[error("could not {action} {}", path.display())]
    File {
        /// The verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// An archive could not be written.
    #[error("could not write {}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Why.
        #[source]
        source: zip::result::ZipError,
    },
    /// The registry's manifest is not what the registry reads.
    #[error("{} is not a manifest for the registry: {problem}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The archives in a directory are not those of a release.
    #[error("{} has not the archives of a release:{}", directory.display(), lines(problems))]
    Incomplete {
        /// The directory.
        directory: PathBuf,
        /// A sentence for each archive that is missing or too many.
        problems: Vec<String>,
    },
}

impl ReleaseError {
    /// For `map_err` at an operation on a file.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

fn triples() -> String {
    TARGETS.map(|target| target.triple).join(", ")
}

fn programs() -> String {
    PROGRAMS.map(|program| program.name).join(", ")
}

fn lines(problems: &[String]) -> String {
    problems
        .iter()
        .fold(String::new(), |text, problem| text + "\n  " + problem)
}
