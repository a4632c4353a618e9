//! The programs that are released, and how their files are named.

use crate::ReleaseError;
use crate::target::Target;

/// How the files of a program are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As the Terraform registry demands. One archive per platform, so where a platform has a
    /// static build, that is the one.
    Registry,
    /// By cargo's target, as several builds of one platform are offered.
    Target,
}

/// A program with its archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// The package, and the program in it.
    pub name: &'static str,
    /// The names of its files.
    pub naming: Naming,
}

/// All of them. To release another one, add a row here, and its name to the release workflow.
pub const PROGRAMS: [Program; 2] = [
    Program {
        name: "terraform-provider-ppcmk",
        naming: Naming::Registry,
    },
    Program {
        name: "ppcmk-lint",
        naming: Naming::Target,
    },
];

/// What comes with every program: the file of the repository and its name in the archive.
pub(crate) const COMPANIONS: [(&str, &str); 5] = [
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    // The messages of the plugin protocol come from Terraform, and are under its licence.
    ("proto/proto/LICENSE", "LICENSE-MPL-2.0"),
    ("README.md", "README.md"),
];

impl Program {
    /// The program of this name.
    pub fn named(name: &str) -> Result<Self, ReleaseError> {
        PROGRAMS
            .into_iter()
            .find(|program| program.name == name)
            .ok_or_else(|| ReleaseError::UnknownProgram {
                name: name.to_owned(),
            })
    }

    /// Whether a release has an archive of it that is built for this target.
    pub fn is_published_for(&self, target: &Target) -> bool {
        match self.naming {
            Naming::Registry => target.static_twin.is_none(),
            Naming::Target => true,
        }
    }

    /// The name of the archive.
    pub fn archive(&self, version: &str, target: &Target) -> String {
        let platform = match self.naming {
            Naming::Registry => target.platform(),
            Naming::Target => target.triple.to_owned(),
        };
        format!("{}_{version}_{platform}.zip", self.name)
    }

    /// The name of the program in the archive.
    pub fn file(&self, version: &str, target: &Target) -> String {
        let suffix = target.program_suffix();
        match self.naming {
            Naming::Registry => format!("{}_v{version}{suffix}", self.name),
            Naming::Target => format!("{}{suffix}", self.name),
        }
    }

    /// The name of the file with the checksums.
    pub fn sums(&self, version: &str) -> String {
        format!("{}_{version}_SHA256SUMS", self.name)
    }

    /// The name of the registry's manifest; programs that it does not know have none.
    pub fn manifest(&self, version: &str) -> Option<String> {
        match self.naming {
            Naming::Registry => Some(format!("{}_{version}_manifest.json", self.name)),
            Naming::Target => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::TARGETS;

    #[test]
    fn the_provider_is_named_as_the_registry_demands() {
        let provider = Program::named("terraform-provider-ppcmk").unwrap();
        let linux = Target::named("x86_64-unknown-linux-musl").unwrap();
        assert_eq!(
            provider.archive("1.2.3", &linux),
            "terraform-provider-ppcmk_1.2.3_linux_amd64.zip"
        );
        assert_eq!(
            provider.file("1.2.3", &linux),
            "terraform-provider-ppcmk_v1.2.3"
        );
        assert_eq!(
            provider.sums("1.2.3"),
            "terraform-provider-ppcmk_1.2.3_SHA256SUMS"
        );
        assert_eq!(
            provider.manifest("1.2.3").as_deref(),
            Some("terraform-provider-ppcmk_1.2.3_manifest.json")
        );
        let windows = Target::named("x86_64-pc-windows-msvc").unwrap();
        assert_eq!(
            provider.file("1.2.3", &windows),
            "terraform-provider-ppcmk_v1.2.3.exe"
        );
    }

    #[test]
    fn the_linter_is_named_by_its_target() {
        let linter = Program::named("ppcmk-lint").unwrap();
        let linux = Target::named("x86_64-unknown-linux-gnu").unwrap();
        assert_eq!(
            linter.archive("1.2.3", &linux),
            "ppcmk-lint_1.2.3_x86_64-unknown-linux-gnu.zip"
        );
        assert_eq!(linter.file("1.2.3", &linux), "ppcmk-lint");
        assert_eq!(linter.manifest("1.2.3"), None);
    }

    #[test]
    fn published_archives_have_different_names() {
        for program in PROGRAMS {
            let published: Vec<_> = TARGETS
                .iter()
                .filter(|target| program.is_published_for(target))
                .map(|target| program.archive("1.2.3", target))
                .collect();
            let names: BTreeSet<_> = published.iter().collect();
            assert_eq!(names.len(), published.len(), "{published:?}");
        }
    }

    #[test]
    fn the_provider_is_published_for_the_platforms_that_the_registry_recommends() {
        let provider = Program::named("terraform-provider-ppcmk").unwrap();
        let platforms: BTreeSet<_> = TARGETS
            .iter()
            .filter(|target| provider.is_published_for(target))
            .map(Target::platform)
            .collect();
        let expected = [
            "darwin_amd64",
            "darwin_arm64",
            "linux_amd64",
            "linux_arm64",
            "windows_amd64",
        ];
        assert_eq!(platforms, expected.map(str::to_owned).into());
    }
}
