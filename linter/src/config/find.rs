//! Where the configuration is looked for.

use std::path::{Path, PathBuf};

/// The name of the file.
pub const FILE_NAME: &str = ".ppcmk-lint.toml";

/// The configuration of a folder: in the folder itself or the nearest one above it. The search ends
/// at the root of a repository (where `.git` is), so that a file in somebody's home does not decide
/// about every checkout below it; outside of any repository only the folder itself counts.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let direct = folder.join(FILE_NAME);
    if direct.is_file() {
        return Some(direct);
    }
    let start = std::fs::canonicalize(folder).ok()?;
    let root = start
        .ancestors()
        .find(|above| above.join(".git").exists())?;
    start
        .ancestors()
        .enumerate()
        .skip(1)
        .take_while(|(_, above)| above.starts_with(root))
        .find(|(_, above)| above.join(FILE_NAME).is_file())
        .map(|(levels, above)| {
            relative(folder, levels)
                .unwrap_or_else(|| above.to_owned())
                .join(FILE_NAME)
        })
}

/// The folder so many levels up, in the user's terms, as long as that is the same folder: no output
/// shall name where a checkout lies.
fn relative(folder: &Path, levels: usize) -> Option<PathBuf> {
    let up: PathBuf = std::iter::repeat_n("..", levels).collect();
    let path = if folder == Path::new(".") || folder.as_os_str().is_empty() {
        up
    } else if folder.is_relative() && folder.components().count() >= levels {
        let mut path = folder.to_owned();
        (0..levels).for_each(|_| {
            path.pop();
        });
        path
    } else {
        folder.join(up)
    };
    let same = std::fs::canonicalize(if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &path
    })
    .ok()?;
    let wanted = std::fs::canonicalize(folder).ok()?;
    (wanted.ancestors().nth(levels) == Some(&same)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn looks_upwards_within_a_repository() {
        let temporary = tempfile::tempdir().unwrap();
        let outside = temporary.path();
        let repository = outside.join("repository");
        let folder = repository.join("infra/retail");
        fs::create_dir_all(&folder).unwrap();
        fs::write(outside.join(FILE_NAME), "").unwrap();
        assert_eq!(find(&folder), None, "no repository");
        fs::create_dir(repository.join(".git")).unwrap();
        assert_eq!(find(&folder), None, "beyond the repository");
        let path_of = |found: Option<PathBuf>| fs::canonicalize(found.unwrap()).unwrap();
        let root = fs::canonicalize(&repository).unwrap();
        fs::write(root.join(FILE_NAME), "").unwrap();
        assert_eq!(path_of(find(&folder)), root.join(FILE_NAME));
        fs::write(folder.join(FILE_NAME), "").unwrap();
        assert_eq!(find(&folder), Some(folder.join(FILE_NAME)));
    }
}
