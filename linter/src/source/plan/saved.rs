//! Saved plans, as `terraform plan -out` writes them: a zip archive with the plan in a format of
//! Terraform's own, and the configuration.
//!
//! Values come from `terraform show -json`, which needs the folder that the plan was made in (it
//! starts the providers). Sources come from the archive, so that places are exact without a checkout.

use std::collections::BTreeMap;
use std::io::{Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;
use zip::ZipArchive;

use super::read_plan;
use crate::source::hcl::{self, Options};
use crate::source::merge::merge;
use crate::source::{InputError, Memory, Reading};

/// The programs that can show a plan, in the order in which they are tried.
const PROGRAMS: [&str; 2] = ["terraform", "tofu"];

/// The longest file that is read from an archive, and the most that is read in all, in bytes.
const LONGEST_FILE: u64 = 16 << 20;
const MOST: u64 = 256 << 20;

/// The most files of an archive.
const MOST_FILES: usize = 50_000;

/// Reads a saved plan, together with the sources in it. `folder` is the folder that the plan was made
/// in; `name` is shown in errors; `options` say how the sources are read, and the plan's variables
/// are added to them.
///
/// Starts `terraform`, or `tofu` where that is missing or cannot read the plan.
pub fn read_saved_plan(
    path: &Path,
    folder: &Path,
    name: &str,
    options: &Options,
) -> Result<Reading, InputError> {
    let bytes = std::fs::read(path)
        .map_err(|error| InputError::new(format!("could not read plan {name}: {error}")))?;
    let tree = saved_sources(&bytes, name)?;
    let json = show(path, folder, name)?;
    let plan = read_plan(&json, name)?;
    let mut options = options.clone();
    drop(json);
    if let Some(outline) = &plan.outline {
        options
            .environment
            .extend(outline.variables.iter().cloned());
    }
    Ok(match hcl::read(&tree, Path::new(""), &options) {
        Ok(sources) => merge(plan, sources),
        // Plans of old versions have no sources that can be read; the plan is there all the same.
        Err(_) => plan,
    })
}

/// The configuration in a saved plan, laid out as in the folder that it was made in, with the modules
/// that `terraform init` downloaded.
pub fn saved_sources(bytes: &[u8], name: &str) -> Result<Memory, InputError> {
    let broken = |message: &str| InputError::new(format!("could not read plan {name}: {message}"));
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| broken(&format!("it is no whole zip archive ({error})")))?;
    if archive.len() > MOST_FILES {
        return Err(broken(&format!("it has more than {MOST_FILES} files")));
    }
    let mut files = BTreeMap::new();
    let mut rest = MOST;
    for at in 0..archive.len() {
        let file = archive
            .by_index(at)
            .map_err(|error| broken(&error.to_string()))?;
        let entry = file.name().map_err(|error| broken(&error.to_string()))?;
        let Some(inside) = entry.strip_prefix("tfconfig/").map(str::to_owned) else {
            continue;
        };
        let mut content = Vec::new();
        file.take(LONGEST_FILE.min(rest) + 1)
            .read_to_end(&mut content)
            .map_err(|error| broken(&format!("tfconfig/{inside}: {error}")))?;
        let length = content.len() as u64;
        if length > LONGEST_FILE || length > rest {
            return Err(broken(&format!("tfconfig/{inside} is too large")));
        }
        rest -= length;
        files.insert(inside, content);
    }
    Ok(lay_out(&files))
}

/// An entry of `tfconfig/modules.json`.
#[derive(Deserialize)]
struct Module {
    /// The path of the module, without `module`: `a.b`; empty for the root module.
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Dir", default)]
    folder: String,
}

/// Files of the module `a.b` lie in `m-a.b/`; `modules.json` tells their folders.
fn lay_out(files: &BTreeMap<String, Vec<u8>>) -> Memory {
    let modules: Vec<Module> = files
        .get("modules.json")
        .and_then(|json| serde_json::from_slice(json).ok())
        .unwrap_or_default();
    let folders: BTreeMap<String, PathBuf> = modules
        .into_iter()
        .map(|module| (module.key, module.folder.replace('\\', "/").into()))
        .collect();
    let mut tree = Memory::default();
    for (path, content) in files {
        let Some((key, file)) = path
            .strip_prefix("m-")
            .and_then(|path| path.split_once('/'))
        else {
            continue;
        };
        match folders.get(key) {
            // The root module is the folder that everything else is relative to.
            Some(folder) if !key.is_empty() => tree.add(folder.join(file), content.clone()),
            _ if key.is_empty() => tree.add(file, content.clone()),
            _ => {}
        }
    }
    if let Some(json) = files.get("modules.json") {
        let manifest = [b"{\"Modules\":", json.as_slice(), b"}"].concat();
        tree.add(".terraform/modules/modules.json", manifest);
    }
    tree
}

/// What `terraform show -json` prints of the plan.
fn show(path: &Path, folder: &Path, name: &str) -> Result<Vec<u8>, InputError> {
    let absolute = std::path::absolute(path)
        .map_err(|error| InputError::new(format!("could not read plan {name}: {error}")))?;
    let mut first_fault = None;
    for program in PROGRAMS {
        match run(program, &absolute, folder) {
            Ok(output) if output.status.success() => return Ok(output.stdout),
            Ok(output) => _ = first_fault.get_or_insert(failed(program, &output, name)),
            Err(error) if error.kind() == ErrorKind::NotFound && folder.is_dir() => {}
            Err(error) => {
                let message =
                    format!("could not read plan {name}: could not run {program}: {error}");
                first_fault.get_or_insert(InputError::new(message));
            }
        }
    }
    Err(first_fault.unwrap_or_else(|| {
        InputError::new(format!(
            "could not read plan {name}: it is a saved plan, and neither terraform nor tofu is there to show it"
        ))
        .help("install terraform, or write the plan as JSON where it is: `terraform show -json tfplan > tfplan.json`")
    }))
}

fn run(program: &str, plan: &Path, folder: &Path) -> std::io::Result<Output> {
    Command::new(program)
        .args(["show", "-json", "-no-color"])
        .arg(plan)
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .stdin(Stdio::null())
        .output()
}

/// The error of a program that was started, in its own words.
fn failed(program: &str, output: &Output, name: &str) -> InputError {
    let said = String::from_utf8_lossy(&output.stderr);
    let words: Vec<&str> = said
        .lines()
        .map(|line| line.trim_matches(['│', '╷', '╵', ' ']))
        .filter(|line| !line.is_empty())
        .collect();
    let said: String = words.join(" ").chars().take(600).collect();
    let message = format!("could not read plan {name}: `{program} show -json` failed: {said}");
    InputError::new(message).help(
        "run this where the plan was made and `terraform init` was run, or write the plan as JSON there: `terraform show -json tfplan > tfplan.json`",
    )
}

#[cfg(test)]
mod tests {
    use crate::source::FileTree;

    use super::*;

    fn fixture() -> Vec<u8> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
        std::fs::read(folder.join("create.tfplan")).unwrap()
    }

    #[test]
    fn sources_are_laid_out_as_they_were() {
        let tree = saved_sources(&fixture(), "create.tfplan").unwrap();
        let main = String::from_utf8(tree.read(Path::new("main.tf")).unwrap()).unwrap();
        assert!(main.contains("module \"cmk\""));
        assert!(tree.read(Path::new("policy/main.tf")).is_ok());
        let read = hcl::read(&tree, Path::new(""), &Options::default()).unwrap();
        assert!(read.unseen.is_empty() && read.problems.is_empty());
        let policy = r#"module.cmk["eu"].ppcmk_enterprise_policy.this"#;
        assert!(read.instances.iter().any(|one| &*one.address == policy));
    }

    #[test]
    fn downloaded_modules_are_found() {
        let files = [
            (
                "m-/main.tf",
                "module \"a\" {\n  source = \"registry/a/b\"\n}\n",
            ),
            ("m-a/main.tf", "module \"b\" {\n  source = \"./x\"\n}\n"),
            ("m-a.b/main.tf", "resource \"azapi_resource\" \"p\" {}\n"),
            (
                "modules.json",
                r#"[{"Key":"","Dir":"."},{"Key":"a","Source":"registry/a/b","Dir":".terraform/modules/a"},
                    {"Key":"a.b","Source":"./x","Dir":".terraform/modules/a/x"}]"#,
            ),
        ];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        let tree = lay_out(&files.into());
        let read = hcl::read(&tree, Path::new(""), &Options::default()).unwrap();
        assert_eq!(
            &*read.instances[0].address,
            "module.a.module.b.azapi_resource.p"
        );
        assert!(read.unseen.is_empty(), "{:?}", read.unseen);
    }

    #[test]
    fn a_broken_archive_is_an_error() {
        let bytes = fixture();
        for length in 0..bytes.len() {
            let error = saved_sources(&bytes[..length], "p").unwrap_err();
            assert!(
                error.message.starts_with("could not read plan p: "),
                "{error}"
            );
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0xff;
            let _ = saved_sources(&changed, "p");
        }
    }

    #[test]
    fn the_words_of_a_program_that_fails_are_kept() {
        let folder = std::env::temp_dir();
        let error = show(Path::new("nowhere.tfplan"), &folder, "p").unwrap_err();
        assert!(
            error.message.starts_with("could not read plan p: "),
            "{error}"
        );
        assert!(error.help.is_some());
        let gone = show(Path::new("p"), Path::new("/nowhere/at/all"), "p").unwrap_err();
        assert!(gone.message.contains("could not run terraform"), "{gone}");
    }
}
