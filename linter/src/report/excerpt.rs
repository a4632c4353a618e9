//! Excerpts of sources, as `miette` draws them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
};
use ppcmk_coverage::estate::Location;

use super::Style;
use super::text::{visible, visible_in_place};
use crate::source::{SourceFile, Sources};

/// Longer lines are machine-made, and showing one would bury everything else.
const LONGEST_LINE: usize = 400;
/// Places that span more lines are shown by their first one.
const MOST_LINES: u32 = 8;

/// A place to draw, with a few words.
pub(super) struct Mark {
    pub(super) location: Location,
    pub(super) label: Option<String>,
}

/// The texts that excerpts are cut from, without what a screen must not see.
pub(super) struct Texts(HashMap<Arc<str>, Arc<SourceFile>>);

impl Texts {
    /// Goes once through all texts: doing that for each finding would be quadratic.
    pub(super) fn of(sources: &Sources) -> Self {
        let clean =
            |file: &Arc<SourceFile>| match (visible(&file.name), visible_in_place(&file.text)) {
                (Cow::Borrowed(_), Cow::Borrowed(_)) => file.clone(),
                (name, text) => Arc::new(SourceFile::new(&*name, &*text)),
            };
        Self(
            sources
                .iter()
                .map(|file| (file.name.clone(), clean(file)))
                .collect(),
        )
    }

    /// Draws the first mark, and those of the others that are in the same file. `None` where that
    /// would not be readable.
    pub(super) fn draw(&self, marks: &[Mark], style: Style) -> Option<String> {
        let file = self.0.get(&marks.first()?.location.file)?;
        let excerpt = Excerpt::new(file, marks)?;
        let theme = match (style.ascii, style.color) {
            (true, true) => GraphicalTheme::ascii(),
            (true, false) => GraphicalTheme::none(),
            (false, true) => GraphicalTheme::unicode(),
            (false, false) => GraphicalTheme::unicode_nocolor(),
        };
        let mut text = String::new();
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_wrap_lines(false)
            .tab_width(2)
            .render_report(&mut text, &excerpt)
            .ok()?;
        // The handler starts with the message, which stands above the excerpt already.
        let (_, drawing) = text.split_once('\n')?;
        (!drawing.trim().is_empty()).then(|| drawing.trim_end().to_owned())
    }
}

#[derive(Debug)]
struct Excerpt {
    text: Lines,
    labels: Vec<LabeledSpan>,
}

impl Excerpt {
    fn new(file: &Arc<SourceFile>, marks: &[Mark]) -> Option<Self> {
        let mut labels = Vec::new();
        for (index, mark) in marks.iter().enumerate() {
            let Some(span) = span(file, &mark.location) else {
                continue;
            };
            let label = mark.label.as_ref().map(|label| visible(label).into_owned());
            labels.push(if index == 0 {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            });
        }
        labels.first()?.primary().then_some(())?;
        Some(Self {
            text: Lines { file: file.clone() },
            labels,
        })
    }
}

/// The bytes to underline; `None` for lines that are too long and places that are not in the text.
fn span(file: &SourceFile, location: &Location) -> Option<SourceSpan> {
    let (start, mut end) = (location.start, location.end.offset as usize);
    if start.offset as usize > file.text.len() {
        return None;
    }
    if location.end.line.saturating_sub(start.line) >= MOST_LINES {
        end = file.lines(start.line, start.line).end;
    }
    let shown =
        start.line.saturating_sub(1).max(1)..=location.end.line.min(start.line + MOST_LINES) + 1;
    let is_readable = shown
        .filter_map(|line| file.line(line))
        .all(|line| line.len() <= LONGEST_LINE);
    let start = start.offset as usize;
    is_readable.then(|| (start, end.clamp(start, file.text.len().max(start)) - start).into())
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The text of a file, found by line. `miette`'s own reading starts at the beginning of the file for
/// every place, which is quadratic in a file with many findings.
#[derive(Debug)]
struct Lines {
    file: Arc<SourceFile>,
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let lines = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let start = self.file.position(span.offset());
        let last = self
            .file
            .position(span.offset() + span.len().saturating_sub(1))
            .line;
        let first = start.line.saturating_sub(lines(before)).max(1);
        let mut range = self.file.lines(first, last.saturating_add(lines(after)));
        let mut column = 0;
        if before == 0 {
            range.start = start.offset as usize;
            column = start.column as usize - 1;
        }
        range.end = range.end.max(range.start);
        let data = self
            .file
            .text
            .as_bytes()
            .get(range.clone())
            .ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.name.to_string(),
            data,
            (range.start, range.len()).into(),
            first as usize - 1,
            column,
            data.split(|&byte| byte == b'\n').count(),
        )))
    }
}
