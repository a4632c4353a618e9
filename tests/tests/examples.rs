//! What users copy works: the examples, and the configurations in the guides.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hcl_edit::structure::{Block, Body};
use ppcmk_tests::{Workspace, assert_nothing_written, estate, start};
use serde_json::Value;

/// The first block of a configuration that does not say where the provider comes from.
const REQUIRED: &str = "terraform {\n  required_providers {\n    ppcmk = { source = \"ppcmk/ppcmk\" }\n  \
                        }\n}\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn examples() -> PathBuf {
    root().join("examples")
}

/// Files of a folder and below, but nothing that Terraform has left there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is in the repository") {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(".terraform") || name.contains(".tfstate") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The example in a workspace, with its modules installed.
fn open(example: &str, workspace: &Workspace) {
    let folder = examples().join(example);
    let mut texts = String::new();
    for file in files(&folder) {
        let relative = file.strip_prefix(&folder).expect("it was found below");
        let target = workspace.directory().join(relative);
        std::fs::create_dir_all(target.parent().expect("a file is in a folder"))
            .expect("the workspace is ours");
        std::fs::copy(&file, &target).expect("the workspace is ours");
        if file.extension().is_some_and(|extension| extension == "tf") {
            texts.push_str(&read(&file));
        }
    }
    if texts.contains("required_providers") {
        // The example has its own; the workspace's would be a second one.
        if !folder.join("provider.tf").exists() {
            workspace.remove("provider.tf");
        }
    }
    // Identities in import blocks need Terraform 1.12.
    if folder.join("import-by-identity.tf").exists() {
        workspace.remove("import-by-identity.tf");
    }
    if texts.contains("module \"") {
        workspace.terraform(&["get"]).succeeds();
    }
}

fn validate_examples_of(kind: &str) {
    let folders: BTreeSet<PathBuf> = files(&examples().join(kind))
        .iter()
        .filter_map(|file| Some(file.parent()?.to_owned()))
        .collect();
    assert!(!folders.is_empty());
    for folder in folders {
        let example = folder.strip_prefix(examples()).expect("it is an example");
        let workspace = Workspace::offline();
        open(&example.display().to_string(), &workspace);
        workspace.validate().succeeds();
    }
}

#[test]
fn everything_is_formatted() {
    let workspace = Workspace::offline();
    let folder = examples().display().to_string();
    workspace
        .terraform(&["fmt", "-check", "-diff", "-recursive", &folder])
        .succeeds();
}

#[test]
fn examples_of_resources_are_valid() {
    validate_examples_of("resources");
}

#[test]
fn examples_of_data_sources_are_valid() {
    validate_examples_of("data-sources");
}

#[test]
fn examples_of_functions_are_valid() {
    validate_examples_of("functions");
}

#[test]
fn the_example_of_the_provider_is_valid() {
    validate_examples_of("provider");
}

/// Data sources are only asked, so their examples can be tried on any tenant.
#[test]
fn examples_of_data_sources_read_a_tenant() {
    for (example, output) in [
        ("ppcmk_client_config", ""),
        ("ppcmk_enterprise_policies", "policies_by_key"),
        ("ppcmk_environments", "Contoso ERP"),
        ("ppcmk_locations", "europe"),
    ] {
        let (emulator, workspace) = start();
        open(&format!("data-sources/{example}"), &workspace);
        workspace
            .apply()
            .succeeds()
            .does_not_say("Check block assertion failed")
            .says(output);
        assert_nothing_written(&emulator);
    }
}

#[test]
fn examples_of_functions_give_what_their_comments_say() {
    for (example, output) in [
        ("geo_of_region", "geo = \"europe\""),
        ("parse_key_id", "key = \"cmk\""),
        ("parse_policy_id", "resource_group_name = \"rg-cmk\""),
        ("parse_system_id", "location = \"europe\""),
        ("policy_location", "location = \"uk\""),
        ("same_geo", "same = true"),
        (
            "versionless_key_id",
            "key = \"https://kv-cmk-eu.vault.azure.net/keys/cmk\"",
        ),
    ] {
        let workspace = Workspace::offline();
        open(&format!("functions/{example}"), &workspace);
        workspace.apply().succeeds().says(output);
    }
}

/// As it is checked in, it has a gap on purpose: `cargo quickstart` tells that story.
#[test]
fn the_retail_example_is_refused_until_its_scale_unit_is_in_the_geo() {
    let (emulator, workspace) = start();
    open("retail", &workspace);
    let arguments = ["plan", "-input=false"];
    workspace
        .terraform(&arguments)
        .fails()
        .says("Resource precondition failed")
        .says("- CMK301 Commerce Scale Unit csu-apac");
    assert_nothing_written(&emulator);

    let file = "terraform.tfvars";
    let units = read(&examples().join("retail").join(file));
    workspace.write(file, units.replace("southeastasia", "northeurope"));
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    workspace.destroy().succeeds();
    assert!(emulator.policy("ep-cmk-europe").is_none());
}

#[test]
fn the_policy_lives() {
    let (emulator, workspace) = start();
    open("policy", &workspace);
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    workspace.destroy().succeeds();
    assert!(emulator.policy("ep-cmk-europe").is_none());
}

#[test]
fn the_tenant_lives() {
    let (emulator, workspace) = start();
    open("tenant", &workspace);
    workspace
        .apply()
        .succeeds()
        .does_not_say("Check block assertion failed");
    for environment in [estate::RETAIL, estate::UAT, estate::UK] {
        assert_eq!(emulator.requests().count_links(environment), 1);
    }
    workspace.plan().is_empty();

    workspace.destroy().fails().says("Deletion prevented");
    let unlink = ["-var", "deletion_policy=UNLINK"];
    workspace.apply_with(&unlink).succeeds();
    workspace.plan_with(&unlink).is_empty();
    workspace
        .terraform(&[
            "destroy",
            "-input=false",
            "-auto-approve",
            unlink[0],
            unlink[1],
        ])
        .succeeds();
    assert!(emulator.policy("ep-cmk-europe").is_none());
    assert!(emulator.policy("ep-cmk-uk").is_none());
}

#[test]
fn the_tenant_warns_when_the_inventory_contradicts_the_service() {
    let (_emulator, workspace) = start();
    open("tenant", &workspace);
    let inventory = read(&examples().join("tenant/inventory.yaml"));
    workspace.write(
        "inventory.yaml",
        inventory.replace("location: unitedkingdom", "location: europe"),
    );
    workspace
        .plan()
        .run
        .fails()
        .says("CMK102 (policy-in-other-geo)")
        .says("An environment is in another geo than the inventory says.");
}

#[test]
fn the_import_lives() {
    let (emulator, before) = start();
    open("policy", &before);
    before.apply().succeeds();
    let grant = before
        .state()
        .text("ppcmk_key_access.europe", "id")
        .to_owned();
    emulator.clear_requests();

    let workspace = Workspace::new(&emulator);
    open("import", &workspace);
    workspace.set("TF_VAR_key_access_id", &grant);
    workspace
        .apply()
        .succeeds()
        .says("4 imported, 0 added, 0 changed, 0 destroyed");
    assert_nothing_written(&emulator);
    workspace.plan().is_empty();

    workspace.set("TF_VAR_deletion_policy", "UNLINK");
    workspace.apply().succeeds();
    workspace.destroy().succeeds();
    assert!(emulator.policy("ep-cmk-europe").is_none());
}

/// Nobody can apply it here, but it parses, and its blocks of our types fit their schemas.
#[test]
fn the_example_with_azurerm_fits_our_schema() {
    let workspace = Workspace::offline();
    let schemas = workspace
        .terraform(&["providers", "schema", "-json"])
        .succeeds()
        .json();
    let schemas =
        &schemas["provider_schemas"]["registry.terraform.io/ppcmk/ppcmk"]["resource_schemas"];
    let mut seen = BTreeSet::new();
    for file in files(&examples().join("with-azurerm")) {
        if file.extension().is_none_or(|extension| extension != "tf") {
            continue;
        }
        let body: Body = read(&file)
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for block in body.get_blocks("resource") {
            let kind = block.labels[0].as_str();
            if kind.starts_with("ppcmk_") {
                fits(block, &schemas[kind]["block"]["attributes"]);
                seen.insert(kind.to_owned());
            }
        }
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        ["ppcmk_enterprise_policy", "ppcmk_environment_assignment"]
    );
}

fn fits(block: &Block, attributes: &Value) {
    const META: [&str; 4] = ["depends_on", "for_each", "count", "provider"];
    let kind = block.labels[0].as_str();
    for name in block
        .body
        .attributes()
        .map(|attribute| attribute.key.as_str())
    {
        let known = attributes[name]["required"] == true || attributes[name]["optional"] == true;
        assert!(known || META.contains(&name), "{kind} has no {name}");
    }
    for (name, attribute) in attributes.as_object().expect("the type has a schema") {
        assert!(
            attribute["required"] != true || block.body.has_attribute(name),
            "{kind} needs {name}"
        );
    }
}

/// Blocks fenced as `terraform` in the guides are valid on their own, but for variables and for
/// what they refer to; those fenced as `hcl` are excerpts.
#[test]
fn configurations_in_guides_are_valid() {
    let mut blocks = 0;
    for file in files(&root().join("docs/guides")) {
        for (language, text) in fenced(&read(&file)) {
            let place = file.file_name().unwrap_or_default().to_string_lossy();
            if !["terraform", "hcl"].contains(&language.as_str()) {
                continue;
            }
            let workspace = Workspace::offline();
            workspace.write("main.tf", &text);
            let formatted = workspace.terraform(&["fmt", "-check", "-diff", "main.tf"]);
            assert_eq!(formatted.code, Some(0), "{place}: {formatted:#?}");
            if language == "terraform" {
                if text.contains("required_providers") {
                    workspace.remove("provider.tf");
                } else if text.contains("provider \"ppcmk\"") {
                    workspace.write("provider.tf", REQUIRED);
                }
                workspace.write("referred-to.tf", referred_to(&text));
                let run = workspace.validate();
                assert_eq!(run.code, Some(0), "{place}: {run:#?}\n{text}");
            }
            blocks += 1;
        }
    }
    assert!(blocks > 10, "only {blocks} were found");
}

/// Fenced blocks with their language.
fn fenced(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Declarations of the variables and resources that a text names and does not declare.
fn referred_to(text: &str) -> String {
    let words: BTreeSet<&str> = text
        .split(|char: char| !char.is_alphanumeric() && !matches!(char, '_' | '.'))
        .collect();
    let mut declarations = String::new();
    for word in words {
        let parts: Vec<&str> = word.split('.').collect();
        let declaration = match parts.as_slice() {
            ["var", name, ..] if !text.contains(&format!("variable \"{name}\"")) => {
                format!("variable \"{name}\" {{}}\n")
            }
            [kind @ "ppcmk_enterprise_policy", name, ..] if is_missing(text, kind, name) => {
                estate::POLICY
                    .split("\nresource")
                    .find(|block| block.contains(kind))
                    .map(|block| {
                        format!(
                            "resource{}\n",
                            block.replace("\"eu\"", &format!("\"{name}\""))
                        )
                    })
                    .expect("the estate has a policy")
            }
            [kind @ "ppcmk_key_access", name, ..] if is_missing(text, kind, name) => format!(
                "resource \"{kind}\" \"{name}\" {{\n  principal_id = \"{}\"\n  key_vault_id = \
                 \"{}\"\n}}\n",
                estate::TENANT,
                estate::VAULT
            ),
            _ => continue,
        };
        if !declarations.contains(&declaration) {
            declarations.push_str(&declaration);
        }
    }
    declarations
}

fn is_missing(text: &str, kind: &str, name: &str) -> bool {
    !text.contains(&format!("resource \"{kind}\" \"{name}\""))
}

#[test]
fn every_example_says_how_to_run_it() {
    for example in ["retail", "tenant", "import", "with-azurerm"] {
        let text = read(&examples().join(example).join("README.md"));
        assert!(text.contains("## In a tenant"), "{example}");
    }
}
