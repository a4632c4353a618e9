//! Many configurations in one root module.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hcl_edit::structure::{Block, Body};
use ppcmk_lint::source::Memory;
use ppcmk_tests::Workspace;
use serde_json::Value;

const REQUIRED: &str = r#"terraform {
  required_providers {
    azapi         = { source = "azure/azapi" }
    azurerm       = { source = "hashicorp/azurerm" }
    powerplatform = { source = "microsoft/power-platform" }
    ppcmk         = { source = "ppcmk/ppcmk" }
  }
}
"#;

/// What the variables of the configurations get: something that is known only after apply.
const UNKNOWN: &str = r#"
resource "terraform_data" "text" {
  input = "x"
}

resource "terraform_data" "list" {
  input = ["x"]
}

resource "terraform_data" "object" {
  input = { language_code = 1033, currency_code = "EUR", security_group_id = "x" }
}
"#;

/// The file of a configuration whose blocks stand in the root module.
pub(crate) const IMPORTS: &str = "imports.tf";

/// A configuration.
pub(crate) struct Case {
    /// The code of the rule that counts; anything else for all rules.
    pub(crate) code: String,
    /// The name of its module in the batch.
    pub(crate) module: String,
    pub(crate) files: BTreeMap<PathBuf, String>,
}

/// Configurations that are planned together.
pub(crate) struct Batch {
    pub(crate) cases: Vec<Case>,
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

impl Batch {
    /// The configurations that the linter's own tests read as sources.
    pub(crate) fn of_rules() -> Self {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../linter/tests/rules/cases");
        Self::of_folders(&cases)
    }

    /// The configurations in the folders of a folder: files, or folders of files.
    pub(crate) fn of_folders(root: &Path) -> Self {
        let folders = entries(root);
        let cases = folders.iter().flat_map(|folder| {
            entries(folder).into_iter().map(|path| Case {
                code: name(folder),
                module: format!("{}_{}", name(folder), name(&path)),
                files: files(&path),
            })
        });
        // For instance because of a module from a registry.
        let is_planned = |case: &Case| {
            let main = case.files.get(Path::new("main.tf"));
            !main.is_some_and(|text| text.starts_with("# not planned"))
        };
        Self {
            cases: cases.filter(is_planned).collect(),
        }
    }

    /// The plan of all of them, from an empty state.
    pub(crate) fn plan(&self) -> Value {
        let workspace = Workspace::with_stand_ins();
        self.write(&workspace);
        plan(&workspace)
    }

    /// Writes the configurations and the root module around them.
    pub(crate) fn write(&self, workspace: &Workspace) {
        let mut root = format!("{REQUIRED}{UNKNOWN}");
        for case in &self.cases {
            root += &case.call();
            case.write(&workspace.directory());
        }
        workspace.write("main.tf", root);
        workspace.terraform(&["get"]).succeeds();
    }
}

/// Plans what a workspace has.
pub(crate) fn plan(workspace: &Workspace) -> Value {
    let plan = workspace.plan_with(&["-refresh=false"]);
    plan.has_changes();
    plan.json
}

fn files(path: &Path) -> BTreeMap<PathBuf, String> {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    if path.is_file() {
        return [("main.tf".into(), read(path))].into();
    }
    let mut files = BTreeMap::new();
    for entry in entries(path) {
        let name = PathBuf::from(entry.file_name().unwrap());
        if entry.is_dir() {
            let inside = self::files(&entry).into_iter();
            files.extend(inside.map(|(path, text)| (name.join(path), text)));
        } else {
            files.insert(name, read(&entry));
        }
    }
    files
}

impl Case {
    /// The configuration without the rest of the batch.
    pub(crate) fn tree(&self) -> Memory {
        let files = self.files.iter();
        files.fold(Memory::default(), |tree, (path, text)| {
            tree.with(path, text.as_str())
        })
    }

    fn call(&self) -> String {
        let module = &self.module;
        let arguments = self.variables().into_iter();
        let arguments: Vec<String> = arguments
            .map(|(name, kind)| format!("  {name} = terraform_data.{kind}.output\n"))
            .collect();
        let arguments = arguments.concat();
        let imports = self.imports();
        format!("\nmodule {module:?} {{\n  source = \"./{module}\"\n{arguments}}}\n{imports}")
    }

    /// Blocks `import`, which only a root module may have.
    fn imports(&self) -> String {
        let text = self.files.get(Path::new(IMPORTS));
        let inside = format!("  to = module.{}.", self.module);
        text.map_or(String::new(), |text| text.replace("  to = ", &inside))
    }

    /// The variables without a default, and which unknown value fits them.
    pub(crate) fn variables(&self) -> Vec<(String, &'static str)> {
        let text = &self.files[Path::new("main.tf")];
        let body: Body = text.parse().unwrap();
        let variables = body.blocks().filter(|block| &**block.ident == "variable");
        variables
            .filter(|block| block.body.get_attribute("default").is_none())
            .map(|block| (label(block), kind(block)))
            .collect()
    }

    fn write(&self, root: &Path) {
        let mut folders = std::collections::BTreeSet::new();
        for (path, text) in &self.files {
            if path == Path::new(IMPORTS) {
                continue;
            }
            let path = root.join(&self.module).join(path);
            let folder = path.parent().unwrap();
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(&path, text).unwrap();
            folders.insert(folder.to_owned());
        }
        for folder in folders {
            std::fs::write(folder.join("versions.tf"), REQUIRED).unwrap();
        }
    }
}

fn label(block: &Block) -> String {
    block.labels[0].as_str().to_owned()
}

fn kind(block: &Block) -> &'static str {
    let kind = block.body.get_attribute("type");
    let kind = kind.map(|attribute| attribute.value.to_string());
    match kind.unwrap_or_default().trim() {
        kind if kind.starts_with("list") => "list",
        kind if kind.starts_with("object") => "object",
        _ => "text",
    }
}
