//! Checks an inventory against its shape, with the place of every mistake.

use std::collections::HashMap;
use std::ops::Range;

use super::Environment;
use super::shape::{ENVIRONMENT, Schema, Shape};
use crate::source::documents::{Entry, Node, NodeKind};
use crate::source::nearest::nearest;
use crate::source::{InputError, SourceFile};

/// The file that is checked.
pub(super) struct Reader<'f> {
    pub(super) file: &'f SourceFile,
}

impl Reader<'_> {
    /// The environments of a document, checked.
    pub(super) fn environments<'d>(
        &self,
        document: &'d Node,
    ) -> Result<Vec<Environment<'d>>, InputError> {
        let top = self.object(document, "an inventory")?;
        for entry in top.iter().filter(|entry| !is_free(&entry.name)) {
            if &*entry.name != "environments" {
                let known = ["environments"];
                return Err(self.unknown_key(entry, "an inventory", &known));
            }
        }
        let Some(list) = top.iter().find(|entry| &*entry.name == "environments") else {
            let fault = self.fault(0..0, "it has no `environments`");
            return Err(fault.help("list the environments under `environments`"));
        };
        let environments = self.each(&list.value)?;
        for environment in &environments {
            self.check_keys(environment.entries, &ENVIRONMENT)?;
        }
        Ok(environments)
    }

    fn each<'d>(&self, node: &'d Node) -> Result<Vec<Environment<'d>>, InputError> {
        match &node.kind {
            NodeKind::Null => Ok(Vec::new()),
            NodeKind::List(nodes) => nodes
                .iter()
                .map(|node| self.environment(None, node))
                .collect(),
            NodeKind::Object(entries) => {
                self.no_duplicates(entries)?;
                entries
                    .iter()
                    .map(|entry| self.environment(Some(entry), &entry.value))
                    .collect()
            }
            _ => Err(self.wrong(node, "`environments`", "a list or map of environments")),
        }
    }

    fn environment<'d>(
        &self,
        key: Option<&'d Entry>,
        node: &'d Node,
    ) -> Result<Environment<'d>, InputError> {
        let entries = self.object(node, ENVIRONMENT.what)?;
        Ok(Environment { key, node, entries })
    }

    fn object<'d>(&self, node: &'d Node, what: &str) -> Result<&'d [Entry], InputError> {
        match &node.kind {
            NodeKind::Object(entries) => {
                self.no_duplicates(entries)?;
                Ok(entries)
            }
            _ => Err(self.wrong(node, what, "an object")),
        }
    }

    fn check_keys(&self, entries: &[Entry], schema: &Schema) -> Result<(), InputError> {
        for entry in entries {
            let Some((name, shape)) = schema.keys.iter().find(|(name, _)| *name == &*entry.name)
            else {
                let known: Vec<&str> = schema.keys.iter().map(|(name, _)| *name).collect();
                return Err(self.unknown_key(entry, schema.what, &known));
            };
            if !matches!(entry.value.kind, NodeKind::Null) {
                self.check(&entry.value, &format!("`{name}`"), shape)?;
            }
        }
        Ok(())
    }

    fn check(&self, node: &Node, what: &str, shape: &Shape) -> Result<(), InputError> {
        match (shape, &node.kind) {
            (Shape::Text, NodeKind::String(_)) | (Shape::Flag, NodeKind::Bool(_)) => Ok(()),
            (Shape::Text, NodeKind::Number(_) | NodeKind::Bool(_)) => {
                let fault = self.wrong(node, what, "a text");
                Err(fault.help("put it in quotes"))
            }
            (Shape::Flag, NodeKind::String(_)) => {
                let fault = self.wrong(node, what, "true or false");
                Err(fault.help("write `true` or `false`, without quotes"))
            }
            (Shape::Text, _) => Err(self.wrong(node, what, "a text")),
            (Shape::Flag, _) => Err(self.wrong(node, what, "true or false")),
            (Shape::Word(words), _) => self.word(node, what, words),
            (Shape::Words(words), NodeKind::List(nodes)) => nodes
                .iter()
                .try_for_each(|node| self.word(node, what, words)),
            (Shape::Words(_), _) => Err(self.wrong(node, what, "a list of texts")),
            (Shape::Object(schema), _) => self.check_keys(self.object(node, what)?, schema),
            (Shape::Objects(schema), NodeKind::List(nodes)) => nodes
                .iter()
                .try_for_each(|node| self.check_keys(self.object(node, schema.what)?, schema)),
            (Shape::Objects(_), _) => Err(self.wrong(node, what, "a list of objects")),
        }
    }

    fn word(&self, node: &Node, what: &str, words: &[&str]) -> Result<(), InputError> {
        let NodeKind::String(text) = &node.kind else {
            return Err(self.wrong(node, what, "a text"));
        };
        if words.contains(&&**text) {
            return Ok(());
        }
        let message = format!("{what} cannot be `{text}`");
        Err(self
            .fault(node.range.clone(), &message)
            .help(suggestion(text, words)))
    }

    fn no_duplicates(&self, entries: &[Entry]) -> Result<(), InputError> {
        let mut seen = HashMap::new();
        for entry in entries {
            let line = self.file.position(entry.range.start).line;
            if let Some(first) = seen.insert(&entry.name, line) {
                let message = format!("`{}` is there twice, also in line {first}", entry.name);
                return Err(self.fault(entry.range.clone(), &message));
            }
        }
        Ok(())
    }

    fn unknown_key(&self, entry: &Entry, what: &str, known: &[&str]) -> InputError {
        let message = format!("{what} has no `{}`", entry.name);
        self.fault(entry.range.clone(), &message)
            .help(suggestion(&entry.name, known))
    }

    fn wrong(&self, node: &Node, what: &str, expected: &str) -> InputError {
        let message = format!("{what} is {}, not {expected}", node.describe());
        self.fault(node.range.clone(), &message)
    }

    pub(super) fn fault(&self, range: Range<usize>, message: &str) -> InputError {
        let message = format!("could not read inventory {}: {message}", self.file.name);
        InputError::new(message).at(self.file.location(range))
    }
}

/// Keys at the top that are there for other readers: a schema for editors, anchors of YAML.
fn is_free(name: &str) -> bool {
    name == "$schema" || name.starts_with("x-")
}

fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are `{}`", known.join("`, `")),
    }
}
