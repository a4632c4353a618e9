//! The programs under test, built when a test first needs them.
//!
//! `cargo test` builds the library of the provider for this package, and not its program; so the
//! harness asks cargo for it, once per test process and into the same target directory. Nothing is
//! downloaded for that: what the program needs is in the lock file that cargo has just used.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The provider. `PPCMK_PROVIDER_BINARY` names another one, for tests of a packaged provider; its
/// file name has to be `terraform-provider-ppcmk`.
pub fn provider_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("PPCMK_PROVIDER_BINARY") {
        Some(path) => {
            std::path::absolute(&path).expect("PPCMK_PROVIDER_BINARY should be a file name")
        }
        None => build("terraform-provider-ppcmk", "terraform-provider-ppcmk"),
    })
}

/// The emulator's program, for tests of `ppcmk-emulator run`.
pub fn emulator_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build("ppcmk-emulator", "ppcmk-emulator"))
}

/// The linter's program.
pub fn linter_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build("ppcmk-lint", "ppcmk-lint"))
}

/// The stand-ins for other people's providers: one program, which stands in for the provider that
/// its file is named after.
pub fn stand_in_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build("ppcmk-standins", "ppcmk-standin"))
}

fn build(package: &str, binary: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_package(name)) {
        command.env_remove(name);
    }
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--package", package, "--bin", binary])
        .arg("--message-format=json-render-diagnostics");
    if let Some((target, profile)) = own_build() {
        command.arg("--target-dir").arg(target);
        command.args([
            "--profile",
            if profile == "debug" { "dev" } else { &profile },
        ]);
    }
    let output = command.output().expect("cargo should be there");
    assert!(
        output.status.success(),
        "could not build {binary}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == binary)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .unwrap_or_else(|| panic!("cargo did not say where {binary} is"))
}

/// Target directory and profile of this test program, `TARGET/PROFILE/deps/NAME`. Nothing for a
/// layout that is not cargo's own; then cargo's defaults count.
fn own_build() -> Option<(PathBuf, String)> {
    let executable = std::env::current_exe().ok()?;
    let deps = executable.parent()?;
    let profile = deps.parent()?;
    let target = profile.parent()?;
    (deps.file_name()? == "deps").then_some(())?;
    Some((target.to_owned(), profile.file_name()?.to_str()?.to_owned()))
}

/// What cargo says in the environment about the package that it runs. Build scripts read it (ring's
/// asks to be run anew when it differs), so handing it on would build half the tree again.
fn is_about_this_package(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}
