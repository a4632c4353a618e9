//! The platforms that releases are built for.

use crate::ReleaseError;

/// A platform, by cargo's name and by Terraform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Cargo's name, such as `x86_64-unknown-linux-musl`.
    pub triple: &'static str,
    /// Terraform's name of the operating system, such as `darwin`.
    pub os: &'static str,
    /// Terraform's name of the processor, such as `amd64`.
    pub arch: &'static str,
    /// The target of the same platform whose programs need nothing of the system, not even its C
    /// library, if that is another one.
    pub static_twin: Option<&'static str>,
}

/// All of them; `deny.toml` and the release workflow have the same list.
///
/// HCP Terraform runs providers of `linux_amd64`, and without dynamic C dependencies.
pub const TARGETS: [Target; 7] = [
    Target {
        triple: "x86_64-unknown-linux-gnu",
        os: "linux",
        arch: "amd64",
        static_twin: Some("x86_64-unknown-linux-musl"),
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        os: "linux",
        arch: "arm64",
        static_twin: Some("aarch64-unknown-linux-musl"),
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        os: "linux",
        arch: "amd64",
        static_twin: None,
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        os: "linux",
        arch: "arm64",
        static_twin: None,
    },
    Target {
        triple: "x86_64-apple-darwin",
        os: "darwin",
        arch: "amd64",
        static_twin: None,
    },
    Target {
        triple: "aarch64-apple-darwin",
        os: "darwin",
        arch: "arm64",
        static_twin: None,
    },
    Target {
        triple: "x86_64-pc-windows-msvc",
        os: "windows",
        arch: "amd64",
        static_twin: None,
    },
];

impl Target {
    /// The target of this triple.
    pub fn named(triple: &str) -> Result<Self, ReleaseError> {
        TARGETS
            .into_iter()
            .find(|target| target.triple == triple)
            .ok_or_else(|| ReleaseError::UnknownTarget {
                triple: triple.to_owned(),
            })
    }

    /// Terraform's name, such as `linux_amd64`.
    pub fn platform(&self) -> String {
        format!("{}_{}", self.os, self.arch)
    }

    /// What the names of programs end with.
    pub fn program_suffix(&self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }

    /// What to build on this host when nobody says: the static twin where it is installed, else
    /// the host itself, with a sentence that says what is missing.
    pub(crate) fn preferred_on(
        host: Self,
        is_installed: impl Fn(&str) -> bool,
    ) -> Result<(Self, Option<String>), ReleaseError> {
        match host.static_twin {
            None => Ok((host, None)),
            Some(twin) if is_installed(twin) => Ok((Self::named(twin)?, None)),
            Some(twin) => Ok((host, Some(missing_twin(host, twin)))),
        }
    }
}

fn missing_twin(host: Target, twin: &str) -> String {
    format!(
        "{twin} is not installed, so this is a build for {}: it needs a C library at least as new \
         as this machine's. `rustup target add {twin}`, and a C compiler for it (musl-gcc), make it \
         a static one.",
        host.triple
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_static_builds_for_the_same_platform() {
        for target in TARGETS {
            let Some(twin) = target.static_twin else {
                continue;
            };
            let twin = Target::named(twin).unwrap();
            assert_eq!(twin.platform(), target.platform());
            assert!(twin.triple.ends_with("-musl"));
        }
    }

    #[test]
    fn prefers_the_static_build_and_says_when_it_is_missing() {
        let gnu = Target::named("x86_64-unknown-linux-gnu").unwrap();
        let (with, note) = Target::preferred_on(gnu, |_| true).unwrap();
        assert_eq!(with.triple, "x86_64-unknown-linux-musl");
        assert_eq!(note, None);

        let (without, note) = Target::preferred_on(gnu, |_| false).unwrap();
        assert_eq!(without, gnu);
        let note = note.unwrap();
        assert!(note.contains("rustup target add x86_64-unknown-linux-musl"));
    }

    #[test]
    fn a_mac_builds_for_itself_without_a_remark() {
        let mac = Target::named("aarch64-apple-darwin").unwrap();
        assert_eq!(Target::preferred_on(mac, |_| false).unwrap(), (mac, None));
        assert_eq!(mac.platform(), "darwin_arm64");
    }

    #[test]
    fn an_unknown_triple_is_an_error_that_lists_the_known_ones() {
        let error = Target::named("riscv64gc-unknown-linux-gnu").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("riscv64gc-unknown-linux-gnu"), "{text}");
        assert!(text.contains("x86_64-pc-windows-msvc"), "{text}");
    }
}
