//! Where the program was started, and what paths look like from there.

use std::path::{Component, Path, PathBuf};

/// The variables in which pipelines name the folder of their checkout: GitHub Actions, GitLab, Azure
/// DevOps.
const CHECKOUTS: [&str; 3] = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "BUILD_SOURCESDIRECTORY",
];

/// A path as it is shown: an absolute one below the current folder is relative to it, so that
/// reports of two machines are the same.
pub(super) fn from_here(path: PathBuf) -> PathBuf {
    match std::env::current_dir() {
        Ok(here) => relative_to(&here, path),
        Err(_) => path,
    }
}

fn relative_to(here: &Path, path: PathBuf) -> PathBuf {
    match path.strip_prefix(here) {
        Ok(rest) if rest.as_os_str().is_empty() => ".".into(),
        Ok(rest) => rest.to_owned(),
        Err(_) => path,
    }
}

/// The current folder from the root of the checkout that a pipeline works in, with forward slashes;
/// empty where no pipeline says so.
pub(super) fn started_in() -> String {
    let Ok(here) = std::env::current_dir() else {
        return String::new();
    };
    CHECKOUTS
        .iter()
        .filter_map(std::env::var_os)
        .find_map(|root| below(&here, Path::new(&root)))
        .unwrap_or_default()
}

fn below(here: &Path, root: &Path) -> Option<String> {
    // A temporary folder may be a link, as on macOS.
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let here = std::fs::canonicalize(here).unwrap_or_else(|_| here.to_owned());
    let names = here.strip_prefix(root).ok()?.components();
    let names: Vec<_> = names
        .filter_map(|name| match name {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_the_current_folder_is_relative_to_it() {
        let shown = |path: &str| relative_to(Path::new("/a/b"), path.into());
        assert_eq!(shown("/a/b/infra"), Path::new("infra"));
        assert_eq!(shown("/a/b"), Path::new("."));
        assert_eq!(shown("/a/bc"), Path::new("/a/bc"));
        assert_eq!(shown("../c"), Path::new("../c"));
    }

    #[test]
    fn the_current_folder_is_named_from_the_root_of_the_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().join("infra/prod");
        std::fs::create_dir_all(&here).unwrap();
        let from = |root: &Path| below(&here, root);
        assert_eq!(from(folder.path()).as_deref(), Some("infra/prod"));
        assert_eq!(from(&here).as_deref(), Some(""));
        assert_eq!(from(Path::new("/nowhere")), None);
    }
}
