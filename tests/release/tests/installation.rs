//! A release of this checkout, installed by a real Terraform as its users will install it, and used
//! against the emulator.
//!
//! The debug build stands for the release build: what is tested is how it is packed.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ppcmk_emulator::Emulator;
use ppcmk_release::{PROGRAMS, Program, host};
use ppcmk_tests::{Workspace, estate};
use serde_json::Value;
use tempfile::TempDir;
use tfplugin_conformance::{Plugin, PluginCommand};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const PROVIDER: &str = "terraform-provider-ppcmk";
const ADDRESS: &str = "registry.terraform.io/ppcmk/ppcmk";
const LOCK: &str = ".terraform.lock.hcl";

/// The directory with the release; laid out once for all tests.
fn release() -> &'static Path {
    static RELEASE: OnceLock<PathBuf> = OnceLock::new();
    RELEASE.get_or_init(|| lay_out("release"))
}

/// Lays out a release by the command itself, and gives the directory. It is in cargo's directory
/// for tests, which keeps the last run.
fn lay_out(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&directory);
    let output = Command::new(env!("CARGO_BIN_EXE_ppcmk-release"))
        .args(["--profile", "dev", "--target", host().unwrap().triple])
        .arg("--output")
        .arg(&directory)
        .output()
        .unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    let listed = String::from_utf8_lossy(&output.stdout);
    let mut listed: Vec<_> = listed.lines().map(PathBuf::from).collect();
    listed.sort();
    assert_eq!(listed, files(&directory));
    directory
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn archive() -> PathBuf {
    let program = Program::named(PROVIDER).unwrap();
    release().join(program.archive(VERSION, &host().unwrap()))
}

/// `SHA256SUMS`, by file name.
fn sums() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(release().join(format!("{PROVIDER}_{VERSION}_SHA256SUMS")));
    let line = |line: &str| {
        let (sum, name) = line.split_once("  ").unwrap();
        (name.to_owned(), sum.to_owned())
    };
    text.unwrap().lines().map(line).collect()
}

/// A directory for `filesystem_mirror` with the archive as it is.
fn mirror() -> TempDir {
    let mirror = tempfile::tempdir().unwrap();
    offer(mirror.path());
    mirror
}

/// Copies the archive to where Terraform looks for it in a directory of providers.
fn offer(mirror: &Path) -> PathBuf {
    let directory = mirror.join(ADDRESS);
    std::fs::create_dir_all(&directory).unwrap();
    let offered = directory.join(archive().file_name().unwrap());
    std::fs::copy(archive(), &offered).unwrap();
    offered
}

fn platform() -> String {
    host().unwrap().platform()
}

fn lock_file(workspace: &Workspace) -> PathBuf {
    workspace.directory().join(LOCK)
}

fn lock(workspace: &Workspace) -> String {
    std::fs::read_to_string(lock_file(workspace)).unwrap()
}

/// The provider as `terraform init` has installed it.
fn installed(workspace: &Workspace) -> PathBuf {
    workspace
        .installation()
        .join("providers")
        .join(ADDRESS)
        .join(VERSION)
        .join(platform())
        .join(format!("{PROVIDER}_v{VERSION}"))
}

#[test]
fn has_the_files_that_the_registry_reads() {
    let name = |end: &str| format!("{PROVIDER}_{VERSION}_{end}");
    let zip = name(&format!("{}.zip", platform()));
    let sums = sums();
    let listed: Vec<_> = sums.keys().cloned().collect();
    assert_eq!(listed, [zip, name("manifest.json")]);
    for (file, sum) in sums {
        let content = std::fs::read(release().join(&file)).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, &content);
        let mut text = String::new();
        for byte in digest.as_ref() {
            write!(text, "{byte:02x}").unwrap();
        }
        assert_eq!(sum, text, "{file}");
    }
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    for (first, second) in files(release()).iter().zip(files(&lay_out("again"))) {
        assert_eq!(first.file_name(), second.file_name());
        let same = std::fs::read(first).unwrap() == std::fs::read(second).unwrap();
        assert!(same, "{} differs", first.display());
    }
}

#[test]
fn the_archive_has_the_program_and_what_belongs_to_it() {
    let mut zip = ZipArchive::new(File::open(archive()).unwrap()).unwrap();
    let program = format!("{PROVIDER}_v{VERSION}");
    let mut entries = BTreeMap::new();
    for index in 0..zip.len() {
        let entry = zip.by_index(index).unwrap();
        assert_eq!(entry.last_modified().unwrap().year(), 1980);
        entries.insert(
            entry.name().unwrap().into_owned(),
            entry.unix_mode().unwrap() & 0o777,
        );
    }
    let expected = [
        ("CHANGELOG.md", 0o644),
        ("LICENSE-APACHE", 0o644),
        ("LICENSE-MIT", 0o644),
        ("LICENSE-MPL-2.0", 0o644),
        ("README.md", 0o644),
        (program.as_str(), 0o755),
    ];
    assert_eq!(
        entries,
        expected.map(|(name, mode)| (name.to_owned(), mode)).into()
    );
}

#[test]
fn every_program_has_its_archive_and_sums() {
    for program in PROGRAMS {
        let archive = program.archive(VERSION, &host().unwrap());
        let sums = std::fs::read_to_string(release().join(program.sums(VERSION))).unwrap();
        assert!(sums.contains(&format!("  {archive}\n")), "{sums}");
        let zip = File::open(release().join(archive)).unwrap();
        let mut zip = ZipArchive::new(zip).unwrap();
        let file = program.file(VERSION, &host().unwrap());
        assert!(zip.by_name(&file).unwrap().size() > 100_000, "{file}");
    }
}

#[test]
fn terraform_installs_it_and_the_lock_file_holds_it() {
    let emulator = Emulator::start().unwrap();
    let mirror = mirror();
    let workspace = Workspace::with_mirror(&emulator, mirror.path());
    workspace
        .init()
        .succeeds()
        .says(&format!("Installed ppcmk/ppcmk v{VERSION}"));
    let locked = lock(&workspace);
    assert!(
        locked.contains(ADDRESS) && locked.contains("\"h1:"),
        "{locked}"
    );
    let mode = std::fs::metadata(installed(&workspace)).unwrap();
    assert_eq!(mode.permissions().mode() & 0o111, 0o111);

    // As a colleague does, who has the lock file and nothing else.
    workspace.forget_installation();
    workspace
        .init()
        .succeeds()
        .says("Reusing previous version of ppcmk/ppcmk from the dependency lock file");
    assert_eq!(lock(&workspace), locked);

    // The hash of the lock file does not depend on who has computed it.
    std::fs::remove_file(lock_file(&workspace)).unwrap();
    let from = format!("-fs-mirror={}", mirror.path().display());
    let platform = format!("-platform={}", platform());
    workspace
        .terraform(&["providers", "lock", &from, &platform])
        .succeeds();
    let hash = locked.lines().find(|line| line.contains("\"h1:")).unwrap();
    assert!(lock(&workspace).contains(hash.trim()), "{locked}");
}

#[test]
fn another_archive_under_the_same_name_is_refused() {
    let emulator = Emulator::start().unwrap();
    let mirror = mirror();
    let workspace = Workspace::with_mirror(&emulator, mirror.path());
    workspace.init().succeeds();

    let offered = offer(mirror.path());
    let file = File::options().read(true).write(true).open(offered);
    let mut zip = ZipWriter::new_append(file.unwrap()).unwrap();
    zip.start_file("extra", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(b"not ours").unwrap();
    zip.finish().unwrap();
    workspace.forget_installation();
    workspace
        .init()
        .fails()
        .says("doesn't match any of the checksums previously recorded");
}

/// A lock file of somebody who installs from the registry has what `SHA256SUMS` says.
#[test]
fn terraform_computes_the_sums_that_we_publish() {
    let emulator = Emulator::start().unwrap();
    let mirror = mirror();
    let workspace = Workspace::with_mirror(&emulator, mirror.path());
    let name = archive()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    let sum = sums().remove(&name).unwrap();
    let lock_with = |sum: &str| {
        workspace.write(
            LOCK,
            format!(
                "provider \"{ADDRESS}\" {{\n  version = \"{VERSION}\"\n  hashes = [\n    \
                 \"zh:{sum}\",\n  ]\n}}\n"
            ),
        );
    };
    lock_with(&"0".repeat(64));
    workspace
        .init()
        .fails()
        .says("doesn't match any of the checksums previously recorded");
    lock_with(&sum);
    workspace.init().succeeds();
}

/// The steps of the README: no configuration of Terraform, and a directory that it looks into.
#[test]
fn what_was_installed_works() {
    let emulator = Emulator::start().unwrap();
    let mirror = mirror();
    let workspace = Workspace::with_mirror(&emulator, mirror.path());
    let root: &Path = workspace.as_ref();
    std::fs::write(root.join("terraform.rc"), "").unwrap();
    offer(&root.join("home/.terraform.d/plugins"));

    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.init().succeeds();
    workspace
        .validate()
        .succeeds()
        .does_not_say("Provider development overrides");
    assert!(emulator.requests().is_empty());
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
}

#[test]
fn the_manifest_names_the_protocol_that_the_program_speaks() {
    let emulator = Emulator::start().unwrap();
    let mirror = mirror();
    let workspace = Workspace::with_mirror(&emulator, mirror.path());
    workspace.init().succeeds();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let spoken = runtime.unwrap().block_on(async {
        let command = PluginCommand::new(installed(&workspace));
        let plugin = Plugin::start(&command).await.unwrap();
        plugin.handshake.protocol
    });

    let manifest = release().join(format!("{PROVIDER}_{VERSION}_manifest.json"));
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    assert_eq!(
        manifest["metadata"]["protocol_versions"],
        Value::from(vec![format!("{spoken}.0")])
    );
}
