//! Comments for this program, and what they cover.
//!
//! A comment on a line of its own covers what starts below it, one at the end of a line covers what
//! stands before it. What can be covered: attributes, blocks, elements of lists and of objects.

use std::sync::Arc;

use super::ast::{Block, Body, Expr, ExprKind, Span};
use super::config::{Config, join};
use super::lexer::{Token, scan};
use super::texts::Texts;
use crate::source::documents::{Node, NodeKind, yaml_node};
use crate::source::{Comment, SourceFile};

/// What a comment for this program starts with.
const MARK: &str = "ppcmk-lint:";

/// Collects the comments of configurations.
#[derive(Default)]
pub(super) struct Comments {
    pub(super) found: Vec<Comment>,
}

/// A part of a file that a comment can cover.
#[derive(Clone, Debug)]
struct Part {
    start: usize,
    end: usize,
    /// The name of the module that it calls.
    call: Option<Arc<str>>,
}

impl Comments {
    /// Adds the comments of a file of blocks and attributes, by its name.
    pub(super) fn add_file(&mut self, texts: &Texts, name: &str, body: &Body) {
        if let Some(file) = texts.by_name(name)
            && !super::parse::is_json(name)
            && may_have(&file.text)
        {
            self.add_body(&file, body);
        }
    }

    /// Adds the comments of a document that was decoded.
    pub(super) fn add_document(&mut self, file: &SourceFile) {
        // JSON has no comments.
        if may_have(&file.text) && !super::parse::is_json(&file.name) {
            self.add_yaml(file);
        }
    }

    fn add_body(&mut self, file: &SourceFile, body: &Body) {
        let mut parts = Vec::new();
        of_body(body, true, &mut parts);
        let comments = scan(&file.text)
            .into_iter()
            .filter_map(|token| match token {
                Token::Comment(range) => Some(range),
                Token::TopLevelLineEnd(_) | Token::OpenText(_) => None,
            });
        self.add(file, comments.collect(), parts);
    }

    fn add_yaml(&mut self, file: &SourceFile) {
        let Ok(node) = yaml_node(file) else {
            return;
        };
        let mut parts = Vec::new();
        let mut texts = Vec::new();
        of_node(&node, &mut parts, &mut texts);
        texts.sort_by_key(|range| range.start);
        self.add(file, yaml_comments(&file.text, &texts), parts);
    }

    fn add(
        &mut self,
        file: &SourceFile,
        comments: Vec<std::ops::Range<usize>>,
        mut parts: Vec<Part>,
    ) {
        // The outermost part comes first.
        parts.sort_by_key(|part| (part.start, std::cmp::Reverse(part.end)));
        let skip: Vec<_> = comments.clone();
        for range in comments {
            let comment = &file.text[range.clone()];
            let Some(at) = comment.find(MARK) else {
                continue;
            };
            let text = comment[at + MARK.len()..].trim_end_matches("*/");
            let text = text.lines().next().unwrap_or_default().trim();
            let covered = covered(&file.text, &range, &parts, &skip);
            self.found.push(Comment {
                text: text.into(),
                location: file.location(range),
                covers: covered.map(|part| file.location(part.start..part.end)),
                module: covered.and_then(|part| part.call.clone()),
            });
        }
    }
}

/// Whether a file may have comments for this program: a look that costs little.
fn may_have(text: &str) -> bool {
    text.contains(MARK)
}

fn covered<'p>(
    text: &str,
    comment: &std::ops::Range<usize>,
    parts: &'p [Part],
    comments: &[std::ops::Range<usize>],
) -> Option<&'p Part> {
    let line = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    if text[line..comment.start].trim().is_empty() {
        let next = next_start(text, comment.end, comments);
        // An element of a YAML list starts behind its dash.
        let behind_dash = || {
            let after = text[next..].strip_prefix('-')?.trim_start_matches(' ');
            first_at(parts, text.len() - after.len())
        };
        return first_at(parts, next).or_else(behind_dash);
    }
    let before = || parts.iter().filter(|part| part.start < comment.start);
    let ends = |part: &&Part| part.end > line && part.end <= comment.start;
    before()
        .find(|part| part.start >= line && ends(part))
        .or_else(|| before().find(ends))
        .or_else(|| before().find(|part| part.start >= line && part.end > comment.end))
}

/// The first character behind blanks and other comments.
fn next_start(text: &str, from: usize, comments: &[std::ops::Range<usize>]) -> usize {
    let mut at = from;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        match comments.binary_search_by_key(&at, |comment| comment.start) {
            Ok(found) if comments[found].end > at => at = comments[found].end,
            _ => return at,
        }
    }
}

/// The outermost part that starts at a place.
fn first_at(parts: &[Part], at: usize) -> Option<&Part> {
    let first = parts.partition_point(|part| part.start < at);
    parts.get(first).filter(|part| part.start == at)
}

fn part(span: Span) -> Part {
    Part {
        start: span.start as usize,
        end: span.end as usize,
        call: None,
    }
}

fn of_body(body: &Body, is_file: bool, parts: &mut Vec<Part>) {
    for attribute in &body.attributes {
        parts.push(part(attribute.span));
        of_expr(&attribute.expr, parts);
    }
    for block in &body.blocks {
        of_block(block, is_file, parts);
    }
}

fn of_block(block: &Block, is_top: bool, parts: &mut Vec<Part>) {
    let is_call = is_top && &*block.kind == "module";
    parts.push(Part {
        call: block.label(0).filter(|_| is_call).cloned(),
        ..part(block.span)
    });
    of_body(&block.body, false, parts);
}

fn of_expr(expr: &Expr, parts: &mut Vec<Part>) {
    match &expr.kind {
        ExprKind::Tuple(items) => {
            for item in items {
                parts.push(part(item.span));
                of_expr(item, parts);
            }
        }
        ExprKind::Object(items) => {
            for item in items {
                parts.push(part(item.key.span.to(item.value.span)));
                of_expr(&item.value, parts);
            }
        }
        ExprKind::Call(call) => call
            .arguments
            .iter()
            .for_each(|argument| of_expr(argument, parts)),
        ExprKind::Conditional(inner) => inner.iter().for_each(|inner| of_expr(inner, parts)),
        ExprKind::For(inner) => of_expr(&inner.result, parts),
        _ => {}
    }
}

fn of_node(node: &Node, parts: &mut Vec<Part>, texts: &mut Vec<std::ops::Range<usize>>) {
    match &node.kind {
        NodeKind::List(nodes) => {
            for node in nodes.iter() {
                parts.push(node_part(&node.range));
                of_node(node, parts, texts);
            }
        }
        NodeKind::Object(entries) => {
            for entry in entries.iter() {
                // An alias stands before its key.
                let end = entry.value.range.end.max(entry.range.end);
                parts.push(node_part(&(entry.range.start..end)));
                texts.push(entry.range.clone());
                of_node(&entry.value, parts, texts);
            }
        }
        NodeKind::String(_) => texts.push(node.range.clone()),
        _ => {}
    }
}

fn node_part(range: &std::ops::Range<usize>) -> Part {
    Part {
        start: range.start,
        end: range.end,
        call: None,
    }
}

/// The comments of a YAML document: from a `#` behind a blank, outside of texts, to the line's end.
fn yaml_comments(text: &str, texts: &[std::ops::Range<usize>]) -> Vec<std::ops::Range<usize>> {
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let found = text[start..end]
            .match_indices('#')
            .map(|(at, _)| start + at);
        let comment = found.filter(|&at| {
            let after_blank = at == start || matches!(text.as_bytes()[at - 1], b' ' | b'\t');
            let next = texts.partition_point(|range| range.start <= at);
            let inside = next > 0 && texts[next - 1].end > at;
            after_blank && !inside
        });
        if let Some(at) = comment.min() {
            comments.push(at..end);
        }
        start += line.len();
    }
    comments
}

/// Comments on module calls, once per module that has the call. `folder_file` says in which modules
/// a file is.
pub(super) fn with_modules(comments: Vec<Comment>, config: &Config, texts: &Texts) -> Vec<Comment> {
    let mut result = Vec::new();
    for comment in comments {
        let Some(call) = &comment.module else {
            result.push(comment);
            continue;
        };
        for node in &config.nodes {
            let is_here = node.content.calls.iter().any(|definition| {
                definition.name == *call
                    && comment.covers.as_ref() == Some(&texts.location(definition.block.span))
            });
            if is_here {
                result.push(Comment {
                    module: Some(join(&node.path, &format!("module.{call}"))),
                    ..comment.clone()
                });
            }
        }
    }
    result
}
