//! Which format goes where.

use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ValueEnum};

use super::{Failure, print};
use crate::source::InputError;

/// `FORMAT[=FILE]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Formatted<F> {
    pub(super) format: F,
    pub(super) file: Option<PathBuf>,
}

/// Where a format goes: a file, or standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination<F> {
    pub(super) format: F,
    pub(super) file: Option<PathBuf>,
}

/// Pairs formats and files: each `--output` belongs to the next `--format` without a file of its own.
/// Without any format, `default` is meant.
pub(super) fn pair<F: Copy + ValueEnum>(
    formats: &[Formatted<F>],
    outputs: &[PathBuf],
    default: F,
) -> Result<Vec<Destination<F>>, InputError> {
    let mut outputs = outputs.iter();
    let implied = [Formatted {
        format: default,
        file: None,
    }];
    let formats = if formats.is_empty() {
        &implied
    } else {
        formats
    };
    let destinations: Vec<_> = formats
        .iter()
        .map(|one| Destination {
            format: one.format,
            file: one
                .file
                .clone()
                .or_else(|| outputs.next().cloned())
                .filter(|file| file != Path::new("-")),
        })
        .collect();
    if let Some(left) = outputs.next() {
        let message = format!("`--output {}` has no format", left.display());
        return Err(InputError::new(message).help("give one `--format` for each `--output`"));
    }
    if destinations.iter().filter(|one| one.file.is_none()).count() > 1 {
        return Err(
            InputError::new("two formats would be mixed on standard output")
                .help("name a file, as in `--format sarif=ppcmk.sarif`"),
        );
    }
    Ok(destinations)
}

/// Writes to where it goes: a file appears as a whole or not at all.
pub(super) fn write_to(
    file: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    match file {
        None => print(write),
        Some(path) => write_file(path, write).map_err(|error| {
            InputError::new(format!("could not write {}: {error}", path.display())).into()
        }),
    }
}

fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link stays a link, and a device or a pipe is written to as it is.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if path.exists() && !path.is_file() {
        let mut out = io::BufWriter::new(fs::OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return out.flush();
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ppcmk-lint-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other file: less what the user's mask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let mut out = io::BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Parses `FORMAT[=FILE]`.
#[derive(Debug)]
pub(super) struct FormatParser<F>(PhantomData<F>);

impl<F> Default for FormatParser<F> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<F> Clone for FormatParser<F> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<F: ValueEnum + Clone + Debug + Send + Sync + 'static> TypedValueParser for FormatParser<F> {
    type Value = Formatted<F>;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let text = value.to_string_lossy();
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (&*text, None),
        };
        match F::from_str(name, false) {
            Ok(format)
                if file
                    .as_ref()
                    .is_none_or(|file| !file.as_os_str().is_empty()) =>
            {
                Ok(Formatted { format, file })
            }
            _ => Err(self.unknown(command, argument, name)),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            F::value_variants()
                .iter()
                .filter_map(ValueEnum::to_possible_value),
        ))
    }
}

impl<F: ValueEnum + Clone + Debug + Send + Sync + 'static> FormatParser<F> {
    fn unknown(&self, command: &clap::Command, argument: Option<&Arg>, name: &str) -> clap::Error {
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
        if let Some(argument) = argument {
            error.insert(
                ContextKind::InvalidArg,
                ContextValue::String(argument.to_string()),
            );
        }
        error.insert(
            ContextKind::InvalidValue,
            ContextValue::String(name.to_owned()),
        );
        let known = self.possible_values().into_iter().flatten();
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        if let Some(word) = crate::words::meant(name, known.iter().map(String::as_str)) {
            let word = ContextValue::String(word.to_owned());
            error.insert(ContextKind::SuggestedValue, word);
        }
        error.insert(ContextKind::ValidValue, ContextValue::Strings(known));
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;

    fn given(format: Format, file: Option<&str>) -> Formatted<Format> {
        Formatted {
            format,
            file: file.map(PathBuf::from),
        }
    }

    fn paired(
        formats: &[Formatted<Format>],
        outputs: &[&str],
    ) -> Result<Vec<Option<PathBuf>>, String> {
        let outputs: Vec<PathBuf> = outputs.iter().map(PathBuf::from).collect();
        pair(formats, &outputs, Format::Human)
            .map(|all| all.into_iter().map(|one| one.file).collect())
            .map_err(|error| error.message)
    }

    #[test]
    fn outputs_belong_to_formats_without_a_file_in_order() {
        let formats = [
            given(Format::Json, None),
            given(Format::Human, Some("h")),
            given(Format::Json, None),
        ];
        let file = |name: &str| Some(PathBuf::from(name));
        assert_eq!(
            paired(&formats, &["a", "b"]),
            Ok(vec![file("a"), file("h"), file("b")])
        );
        assert_eq!(
            paired(&formats, &["a"]),
            Ok(vec![file("a"), file("h"), None])
        );
        assert_eq!(paired(&[], &["a"]), Ok(vec![file("a")]));
        assert_eq!(paired(&[], &["-"]), Ok(vec![None]));
        assert!(
            paired(&formats, &[])
                .unwrap_err()
                .contains("standard output")
        );
        assert!(paired(&[], &["a", "b"]).unwrap_err().contains("--output b"));
    }

    #[test]
    fn a_file_appears_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        fs::write(&path, "old").unwrap();
        let failed = write_to(Some(&path), |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write_to(Some(&path), |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }
}
