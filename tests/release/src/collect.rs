//! The archives of a whole release, built on several machines and gathered in one directory.

use std::collections::BTreeSet;
use std::path::Path;

use crate::ReleaseError;
use crate::layout::{Layout, Versioned, finish, programs};
use crate::target::TARGETS;

/// Checks that the directory has the archives of a release, no more and no fewer, and adds the
/// manifest and the sums.
pub fn collect(directory: &Path) -> Result<Layout, ReleaseError> {
    let mut layout = Layout::default();
    let programs = programs(&[])?;
    let expected = programs.iter().flat_map(published).collect();
    let problems = differences(&expected, &archives_in(directory)?);
    if !problems.is_empty() {
        return Err(ReleaseError::Incomplete {
            directory: directory.to_owned(),
            problems,
        });
    }
    for versioned in &programs {
        let archives = published(versioned).collect();
        layout.files.extend(finish(versioned, archives, directory)?);
    }
    Ok(layout)
}

/// The archives that a release has of a program.
fn published(Versioned { program, version }: &Versioned) -> impl Iterator<Item = String> {
    TARGETS
        .iter()
        .filter(|target| program.is_published_for(target))
        .map(|target| program.archive(version, target))
}

fn archives_in(directory: &Path) -> Result<BTreeSet<String>, ReleaseError> {
    let entries = std::fs::read_dir(directory).map_err(ReleaseError::file("read", directory))?;
    let names: Result<Vec<_>, _> = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect();
    let names = names.map_err(ReleaseError::file("read", directory))?;
    Ok(names
        .into_iter()
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("zip"))
        })
        .collect())
}

fn differences(expected: &BTreeSet<String>, found: &BTreeSet<String>) -> Vec<String> {
    let missing = expected
        .difference(found)
        .map(|name| format!("{name} is missing"));
    let extra = found
        .difference(expected)
        .map(|name| format!("{name} does not belong to it"));
    missing.chain(extra).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Program;

    const VERSION: &str = env!("CARGO_PKG_VERSION");

    /// A directory with archives of everything that this workspace releases.
    fn gathered() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for versioned in programs(&[]).unwrap() {
            for archive in published(&versioned) {
                std::fs::write(directory.path().join(&archive), &archive).unwrap();
            }
        }
        directory
    }

    #[test]
    fn sums_what_the_registry_needs() {
        let directory = gathered();
        let layout = collect(directory.path()).unwrap();
        let provider = Program::named("terraform-provider-ppcmk").unwrap();
        let sums = directory.path().join(provider.sums(VERSION));
        assert!(layout.files.contains(&sums));
        let text = std::fs::read_to_string(sums).unwrap();
        let names: Vec<_> = text
            .lines()
            .map(|line| line.split_once("  ").unwrap().1.to_owned())
            .collect();
        let name = |end: &str| format!("terraform-provider-ppcmk_{VERSION}_{end}");
        assert_eq!(
            names,
            [
                name("darwin_amd64.zip"),
                name("darwin_arm64.zip"),
                name("linux_amd64.zip"),
                name("linux_arm64.zip"),
                name("manifest.json"),
                name("windows_amd64.zip"),
            ]
        );
    }

    #[test]
    fn a_missing_and_a_foreign_archive_are_named() {
        let directory = gathered();
        let missing = format!("terraform-provider-ppcmk_{VERSION}_linux_arm64.zip");
        std::fs::remove_file(directory.path().join(&missing)).unwrap();
        let foreign = "terraform-provider-ppcmk_0.0.9_linux_arm64.zip";
        std::fs::write(directory.path().join(foreign), "").unwrap();

        let text = collect(directory.path()).unwrap_err().to_string();
        assert!(text.contains(&format!("{missing} is missing")), "{text}");
        assert!(
            text.contains(&format!("{foreign} does not belong to it")),
            "{text}"
        );
    }
}
