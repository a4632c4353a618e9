//! The folder `docs/`: generated pages next to guides.

use std::io;
use std::path::{Path, PathBuf};

use crate::Pages;

/// The folder of hand-written pages, which is left alone.
const GUIDES: &str = "guides";
/// Folders of pages that are not made from schemas: the guides, and those of another program.
const LEFT_ALONE: [&str; 2] = [GUIDES, "rules"];

/// Pages that differ from what was rendered, are missing, or should not be there.
pub fn stale(docs: &Path, rendered: &Pages) -> io::Result<Vec<PathBuf>> {
    let present = read(docs)?;
    let generated = |path: &Path| !LEFT_ALONE.iter().any(|folder| path.starts_with(folder));
    let mut stale: Vec<PathBuf> = rendered
        .iter()
        .filter(|(path, text)| present.get(*path) != Some(text))
        .map(|(path, _)| path.clone())
        .collect();
    stale.extend(
        present
            .into_keys()
            .filter(|path| generated(path) && !rendered.contains_key(path)),
    );
    stale.sort();
    Ok(stale)
}

/// Makes the folder say what was rendered.
pub fn update(docs: &Path, rendered: &Pages) -> io::Result<()> {
    for path in stale(docs, rendered)? {
        let file = docs.join(&path);
        match rendered.get(&path) {
            Some(text) => {
                std::fs::create_dir_all(file.parent().unwrap_or(docs))?;
                std::fs::write(file, text)?;
            }
            None => std::fs::remove_file(file)?,
        }
    }
    Ok(())
}

/// All pages of the folder, guides included. A folder that is not there has none.
pub fn read(docs: &Path) -> io::Result<Pages> {
    let mut pages = Pages::new();
    let mut folders = vec![docs.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = std::fs::read_to_string(&path)?;
                let relative = path.strip_prefix(docs).unwrap_or(&path).to_owned();
                pages.insert(relative, text);
            }
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_removes_what_is_gone_and_keeps_guides() {
        let docs = tempfile::tempdir().unwrap();
        for folder in ["resources", GUIDES, "rules"] {
            std::fs::create_dir(docs.path().join(folder)).unwrap();
            std::fs::write(docs.path().join(folder).join("old.md"), "old").unwrap();
        }
        let rendered = Pages::from([(PathBuf::from("index.md"), "new".to_owned())]);
        let expected = ["index.md", "resources/old.md"].map(PathBuf::from);
        assert_eq!(stale(docs.path(), &rendered).unwrap(), expected);
        update(docs.path(), &rendered).unwrap();
        assert_eq!(stale(docs.path(), &rendered).unwrap(), [] as [PathBuf; 0]);
        let left: Vec<PathBuf> = read(docs.path()).unwrap().into_keys().collect();
        assert_eq!(
            left,
            ["guides/old.md", "index.md", "rules/old.md"].map(PathBuf::from)
        );
    }
}
