//! Archives whose bytes depend on the files in them and on nothing else.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::ReleaseError;

/// A file that goes into an archive.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its name in the archive.
    pub(crate) name: String,
    /// Whether it can be run.
    pub(crate) executable: bool,
}

/// Writes the entries in this order. Every file is of the first day that a zip can name, and its
/// mode is what matters of it: whether it can be run.
pub(crate) fn write(path: &Path, entries: &[Entry]) -> Result<(), ReleaseError> {
    let file = File::create(path).map_err(ReleaseError::file("create", path))?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    for entry in entries {
        let mut content =
            File::open(&entry.path).map_err(ReleaseError::file("read", &entry.path))?;
        add(&mut zip, entry, &mut content).map_err(|source| ReleaseError::Archive {
            path: path.to_owned(),
            source,
        })?;
    }
    let finished = zip.finish().map_err(|source| ReleaseError::Archive {
        path: path.to_owned(),
        source,
    });
    finished?.flush().map_err(ReleaseError::file("write", path))
}

fn add(
    zip: &mut ZipWriter<BufWriter<File>>,
    entry: &Entry,
    content: &mut File,
) -> zip::result::ZipResult<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(if entry.executable { 0o755 } else { 0o644 });
    zip.start_file(entry.name.as_str(), options)?;
    io::copy(content, zip)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn entry(directory: &Path, name: &str, text: &str, executable: bool) -> Entry {
        let path = directory.join(name);
        std::fs::write(&path, text).unwrap();
        Entry {
            path,
            name: name.to_owned(),
            executable,
        }
    }

    #[test]
    fn an_archive_does_not_depend_on_when_its_files_were_made() {
        let directory = tempfile::tempdir().unwrap();
        let entries = [
            entry(directory.path(), "program", &"binary ".repeat(1000), true),
            entry(directory.path(), "README.md", "Read me.", false),
        ];
        let first = directory.path().join("first.zip");
        write(&first, &entries).unwrap();

        let earlier = SystemTime::now() - Duration::from_secs(1_000_000);
        for entry in &entries {
            let file = File::options().append(true).open(&entry.path).unwrap();
            file.set_modified(earlier).unwrap();
        }
        let second = directory.path().join("second.zip");
        write(&second, &entries).unwrap();
        assert_eq!(
            std::fs::read(&first).unwrap(),
            std::fs::read(&second).unwrap()
        );
    }

    #[test]
    fn only_the_program_can_be_run_and_all_is_readable() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.zip");
        let entries = [
            entry(directory.path(), "program", "binary", true),
            entry(directory.path(), "README.md", "Read me.", false),
        ];
        write(&path, &entries).unwrap();

        let mut zip = zip::ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let mode = |zip: &mut zip::ZipArchive<File>, name: &str| {
            zip.by_name(name).unwrap().unix_mode().unwrap() & 0o777
        };
        assert_eq!(mode(&mut zip, "program"), 0o755);
        assert_eq!(mode(&mut zip, "README.md"), 0o644);
        let mut text = String::new();
        zip.by_name("README.md")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "Read me.");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let missing = Entry {
            path: directory.path().join("nowhere"),
            name: "nowhere".to_owned(),
            executable: false,
        };
        let error = write(&directory.path().join("a.zip"), &[missing]).unwrap_err();
        assert!(error.to_string().starts_with("could not read "), "{error}");
    }
}
