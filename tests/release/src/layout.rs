//! A release for one or more targets, built here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::archive::{self, Entry};
use crate::arguments::Arguments;
use crate::program::{COMPANIONS, PROGRAMS, Program};
use crate::target::Target;
use crate::{ReleaseError, cargo, manifest, sums};

/// What lies where.
#[derive(Debug, Default)]
pub struct Layout {
    /// The files of the release, in the order in which they were made.
    pub files: Vec<PathBuf>,
    /// Sentences for whoever asked: what is not as good as it could be.
    pub notes: Vec<String>,
}

/// A program with the version that this checkout has of it.
pub(crate) struct Versioned {
    pub(crate) program: Program,
    pub(crate) version: String,
}

/// Builds, packs and sums what was asked for. What was not said is decided here: all programs, and
/// a static build for this machine where that is possible.
pub fn lay_out(arguments: &Arguments) -> Result<Layout, ReleaseError> {
    let mut layout = Layout::default();
    let programs = programs(&arguments.program)?;
    let targets = targets(&arguments.target, &mut layout.notes)?;
    let output = arguments.output();
    std::fs::create_dir_all(&output).map_err(ReleaseError::file("create", &output))?;
    for versioned in &programs {
        refuse_collisions(versioned, &targets)?;
        let mut archives = Vec::new();
        for target in &targets {
            let binary = cargo::build(versioned.program.name, target, &arguments.profile)?;
            archives.push(pack(versioned, target, &binary, &output)?);
        }
        layout.files.extend(finish(versioned, archives, &output)?);
    }
    Ok(layout)
}

/// Those that were named, or all.
pub(crate) fn programs(named: &[String]) -> Result<Vec<Versioned>, ReleaseError> {
    let packages = cargo::packages()?;
    let programs = match named {
        [] => PROGRAMS.to_vec(),
        named => named
            .iter()
            .map(|name| Program::named(name))
            .collect::<Result<_, _>>()?,
    };
    let version_of = |program: Program| {
        let version = packages.get(program.name);
        Ok(Versioned {
            program,
            version: version
                .ok_or(ReleaseError::NotInWorkspace { name: program.name })?
                .clone(),
        })
    };
    programs.into_iter().map(version_of).collect()
}

fn targets(named: &[String], notes: &mut Vec<String>) -> Result<Vec<Target>, ReleaseError> {
    if !named.is_empty() {
        return named.iter().map(|triple| Target::named(triple)).collect();
    }
    let (target, note) = Target::preferred_on(cargo::host()?, cargo::is_installed)?;
    notes.extend(note);
    Ok(vec![target])
}

fn refuse_collisions(versioned: &Versioned, targets: &[Target]) -> Result<(), ReleaseError> {
    let mut packed = BTreeMap::new();
    for target in targets {
        let archive = versioned.program.archive(&versioned.version, target);
        if let Some(first) = packed.insert(archive.clone(), target.triple) {
            return Err(ReleaseError::SameArchive {
                archive,
                first,
                second: target.triple,
            });
        }
    }
    Ok(())
}

/// Packs one program, and gives the archive's name.
fn pack(
    Versioned { program, version }: &Versioned,
    target: &Target,
    binary: &Path,
    output: &Path,
) -> Result<String, ReleaseError> {
    let mut entries = vec![Entry {
        path: binary.to_owned(),
        name: program.file(version, target),
        executable: true,
    }];
    entries.extend(COMPANIONS.map(|(path, name)| Entry {
        path: cargo::root().join(path),
        name: name.to_owned(),
        executable: false,
    }));
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let archive = program.archive(version, target);
    archive::write(&output.join(&archive), &entries)?;
    Ok(archive)
}

/// Adds the manifest, and the sums of all.
pub(crate) fn finish(
    Versioned { program, version }: &Versioned,
    mut files: Vec<String>,
    output: &Path,
) -> Result<Vec<PathBuf>, ReleaseError> {
    if let Some(name) = program.manifest(version) {
        manifest::copy(cargo::root(), &output.join(&name))?;
        files.push(name);
    }
    let name = program.sums(version);
    sums::write(output, &name, files.clone())?;
    files.push(name);
    Ok(files.iter().map(|file| output.join(file)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_builds_of_one_platform_are_not_one_archive() {
        let provider = Versioned {
            program: Program::named("terraform-provider-ppcmk").unwrap(),
            version: "1.2.3".to_owned(),
        };
        let both = ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"]
            .map(|triple| Target::named(triple).unwrap());
        let error = refuse_collisions(&provider, &both).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("terraform-provider-ppcmk_1.2.3_linux_amd64.zip"),
            "{error}"
        );
        refuse_collisions(&provider, &both[..1]).unwrap();
    }

    #[test]
    fn a_program_that_is_no_program_is_refused() {
        assert!(matches!(
            programs(&["ppcmk-emulator".to_owned()]),
            Err(ReleaseError::UnknownProgram { .. })
        ));
    }

    #[test]
    fn what_is_said_is_what_is_built() {
        let mut notes = Vec::new();
        let named = ["aarch64-apple-darwin".to_owned()];
        let targets = targets(&named, &mut notes).unwrap();
        assert_eq!(targets[0].triple, "aarch64-apple-darwin");
        assert!(notes.is_empty());
    }
}
