//! Which files of a folder make a module.

use std::io;
use std::path::Path;

use crate::source::FileTree;

/// The files of a module, by name, in the order in which Terraform reads them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ModuleFiles {
    pub(super) primary: Vec<String>,
    /// They change what the others define.
    pub(super) overrides: Vec<String>,
    /// `terraform.tfvars`, then `*.auto.tfvars`: later ones win.
    pub(super) variables: Vec<String>,
}

/// The endings of configuration files: OpenTofu's, and what they replace.
const ENDINGS: [(&str, &str); 2] = [(".tofu", ".tf"), (".tofu.json", ".tf.json")];

impl ModuleFiles {
    /// Lists a folder.
    pub(super) fn list(tree: &dyn FileTree, folder: &Path) -> io::Result<Self> {
        let names: Vec<String> = tree
            .list(folder)?
            .into_iter()
            .filter(|entry| !entry.is_folder && !is_ignored(&entry.name))
            .map(|entry| entry.name)
            .collect();
        Ok(Self::of_names(names))
    }

    fn of_names(mut names: Vec<String>) -> Self {
        names.sort();
        let mut files = Self::default();
        for name in &names {
            if let Some(stem) = configuration_stem(name, &names) {
                if stem == "override" || stem.ends_with("_override") {
                    files.overrides.push(name.clone());
                } else {
                    files.primary.push(name.clone());
                }
            }
        }
        let fixed = ["terraform.tfvars", "terraform.tfvars.json"];
        let is_auto =
            |name: &str| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
        files.variables.extend(
            fixed
                .iter()
                .filter(|fixed| names.iter().any(|name| name == *fixed))
                .map(ToString::to_string),
        );
        files
            .variables
            .extend(names.into_iter().filter(|name| is_auto(name)));
        files
    }
}

/// Whether a name is a hidden file, or one of an editor.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

/// The name without its ending, if it is a configuration file that counts: `a.tofu` replaces
/// `a.tf`.
fn configuration_stem<'n>(name: &'n str, names: &[String]) -> Option<&'n str> {
    // Test files are read by `terraform test` only.
    for (tofu, terraform) in ENDINGS {
        if let Some(stem) = name.strip_suffix(tofu) {
            return Some(stem);
        }
        if let Some(stem) = name.strip_suffix(terraform) {
            let replaced = names.binary_search(&format!("{stem}{tofu}")).is_ok();
            return (!replaced).then_some(stem);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> ModuleFiles {
        let kept = names.iter().filter(|name| !is_ignored(name));
        ModuleFiles::of_names(kept.map(ToString::to_string).collect())
    }

    #[test]
    fn overrides_and_variable_files_are_told_apart() {
        let files = files(&[
            "b.tf",
            "a.tf.json",
            "override.tf",
            "x_override.tf.json",
            "z.auto.tfvars",
            "a.auto.tfvars.json",
            "terraform.tfvars.json",
            "terraform.tfvars",
            "other.tfvars",
            "a.tftest.hcl",
            ".hidden.tf",
            "c.tf~",
            "#d.tf#",
        ]);
        assert_eq!(files.primary, ["a.tf.json", "b.tf"]);
        assert_eq!(files.overrides, ["override.tf", "x_override.tf.json"]);
        assert_eq!(
            files.variables,
            [
                "terraform.tfvars",
                "terraform.tfvars.json",
                "a.auto.tfvars.json",
                "z.auto.tfvars"
            ]
        );
    }

    #[test]
    fn opentofu_files_replace_terraform_files() {
        let files = files(&["a.tf", "a.tofu", "b.tf", "c.tf.json", "c.tofu.json"]);
        assert_eq!(files.primary, ["a.tofu", "b.tf", "c.tofu.json"]);
    }
}
