//! `SHA256SUMS`: a line per file, hash, two spaces, name; what `sha256sum --check` reads.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ring::digest::{Context, SHA256};

use crate::ReleaseError;

/// Writes the sums of these files of a directory, by name, into a file beside them.
pub(crate) fn write(
    directory: &Path,
    name: &str,
    mut files: Vec<String>,
) -> Result<(), ReleaseError> {
    files.sort();
    let mut text = String::new();
    for file in &files {
        let sum = of(&directory.join(file))?;
        // Writing to a string does not fail.
        let _ = writeln!(text, "{sum}  {file}");
    }
    let path = directory.join(name);
    std::fs::write(&path, text).map_err(ReleaseError::file("write", &path))
}

/// The SHA-256 of a file, in lower-case hexadecimal.
fn of(path: &Path) -> Result<String, ReleaseError> {
    let mut file = File::open(path).map_err(ReleaseError::file("read", path))?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(ReleaseError::file("read", path))?;
        if read == 0 {
            break;
        }
        context.update(&buffer[..read]);
    }
    let mut text = String::with_capacity(64);
    for byte in context.finish().as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "abc" and the empty message, from FIPS 180-2 and the NIST's examples.
    #[test]
    fn a_line_has_hash_two_spaces_and_name_and_lines_are_in_order() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("b.zip"), "abc").unwrap();
        std::fs::write(directory.path().join("a.zip"), "").unwrap();
        write(
            directory.path(),
            "SUMS",
            vec!["b.zip".to_owned(), "a.zip".to_owned()],
        )
        .unwrap();
        assert_eq!(
            std::fs::read_to_string(directory.path().join("SUMS")).unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.zip\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.zip\n"
        );
    }
}
