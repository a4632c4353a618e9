//! The files of a reading, and the way from bytes to text.

use std::cell::RefCell;
use std::sync::Arc;

use ppcmk_coverage::estate::Location;

use super::ast::Span;
use crate::source::{Problem, SourceFile, Sources};

/// The files that were read, by number and by name.
#[derive(Debug, Default)]
pub(super) struct Texts {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    files: Vec<Arc<SourceFile>>,
    sources: Sources,
}

impl Texts {
    /// Adds a text, and gives its number.
    pub(super) fn add(&self, name: &str, text: impl Into<Arc<str>>) -> (u32, Arc<SourceFile>) {
        let mut inner = self.inner.borrow_mut();
        let file = inner.sources.add(name, text);
        inner.files.push(file.clone());
        let number = u32::try_from(inner.files.len() - 1).unwrap_or(u32::MAX);
        (number, file)
    }

    /// Adds a text that nobody is shown, such as a value of the command line.
    pub(super) fn add_unnamed(&self, text: &str) -> (u32, Arc<SourceFile>) {
        let mut inner = self.inner.borrow_mut();
        let file = Arc::new(SourceFile::new("", text));
        inner.files.push(file.clone());
        let number = u32::try_from(inner.files.len() - 1).unwrap_or(u32::MAX);
        (number, file)
    }

    /// The number of a file.
    pub(super) fn number(&self, file: &Arc<SourceFile>) -> u32 {
        let inner = self.inner.borrow();
        let at = inner
            .files
            .iter()
            .rposition(|other| Arc::ptr_eq(other, file));
        at.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)
    }

    /// The file of this name.
    pub(super) fn by_name(&self, name: &str) -> Option<Arc<SourceFile>> {
        self.inner.borrow().sources.get(name).cloned()
    }

    /// The place of a span.
    pub(super) fn location(&self, span: Span) -> Location {
        let inner = self.inner.borrow();
        match inner.files.get(span.file as usize) {
            Some(file) => file.location(span.start as usize..span.end as usize),
            None => Location {
                file: "".into(),
                start: ppcmk_coverage::estate::Position::default(),
                end: ppcmk_coverage::estate::Position::default(),
            },
        }
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        let inner = self.inner.borrow();
        inner.files.iter().map(|file| file.text.len() as u64).sum()
    }

    /// All texts.
    pub(super) fn into_sources(self) -> Sources {
        self.inner.into_inner().sources
    }
}

/// The text of a file: UTF-8, with or without a byte-order mark. What is not UTF-8 is replaced, so
/// that the place of the problem can be shown.
pub(super) fn decode(name: &str, bytes: Vec<u8>) -> Result<String, (Problem, String)> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(undecodable(name, "it is UTF-16", &bytes, 0));
    }
    let bytes = match bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = "it has bytes that are not UTF-8";
            Err(undecodable(name, message, error.as_bytes(), at))
        }
    }
}

fn undecodable(name: &str, what: &str, bytes: &[u8], at: usize) -> (Problem, String) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let location = SourceFile::new(name, text.clone()).location(at..at + 1);
    let problem = Problem {
        message: format!("`{name}` cannot be read: {what}"),
        help: Some("save the file as UTF-8".into()),
        location: Some(location),
    };
    (problem, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_dropped_and_other_encodings_are_a_problem_with_a_place() {
        assert_eq!(decode("a", b"\xEF\xBB\xBFx".to_vec()).unwrap(), "x");
        let (problem, _) = decode("a", b"\xFF\xFEx\0".to_vec()).unwrap_err();
        assert!(problem.message.contains("UTF-16"));
        let (problem, text) = decode("a", b"x\ny\xFFz".to_vec()).unwrap_err();
        let start = problem.location.unwrap().start;
        assert_eq!((start.line, start.column), (2, 2));
        assert_eq!(text, "x\ny\u{FFFD}z");
    }
}
