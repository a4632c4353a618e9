//! Files, and templates in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ppcmk_coverage::estate::{Location, Reason, Unknown};

use super::super::config::{normalise, shown};
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::{Names, Scope};
use super::super::parse::{parse_as_template, whole};
use super::super::texts::decode;
use super::super::world::World;
use super::collection::bound;
use super::{Arguments, derived, glob, hash, truth};
use crate::source::SourceFile;
use crate::value::{Kind, Trail, Value};

/// How deep folders are searched by `fileset`.
const DEEPEST: usize = 32;

impl World<'_> {
    /// The value of a function that reads files, or deals with their names.
    pub(super) fn file_function(
        &self,
        name: &str,
        args: &Arguments,
        scope: Scope<'_>,
    ) -> Option<Outcome<Value>> {
        Some(match name {
            "file" => self.text_file(args).map(|(value, _)| value),
            "fileexists" => self.file_exists(args),
            "fileset" => self.file_set(args),
            "filebase64" => self
                .bytes(args)
                .map(|bytes| Value::string(STANDARD.encode(bytes))),
            "filemd5" | "filesha1" | "filesha256" | "filesha512" | "filebase64sha256"
            | "filebase64sha512" => self.file_hash(name, args),
            "templatefile" if scope.is_template() => {
                Err(Fault::error("a template cannot use `templatefile`"))
            }
            "templatefile" => self.template_file(args),
            "basename" => args
                .get(0)
                .and_then(|value| derived(value, |path| parts(path).1)),
            "dirname" => args
                .get(0)
                .and_then(|value| derived(value, |path| parts(path).0)),
            _ => return None,
        })
    }

    fn bytes(&self, args: &Arguments) -> Outcome<Vec<u8>> {
        let text = args.text(0)?;
        let path = self.directory.join(path_of(&text)?);
        self.tree.read(&path).map_err(|_| unread(&text))
    }

    /// The text of a file, with the whole file as its place.
    fn text_file(&self, args: &Arguments) -> Outcome<(Value, Arc<SourceFile>)> {
        let text = args.text(0)?;
        let path = path_of(&text)?;
        let shown = shown(&self.options.shown_directory, &path);
        let file = if let Some(file) = self.texts.by_name(&shown) {
            file
        } else {
            let bytes = self.bytes(args)?;
            self.spend(bytes.len() as u64 / 64)?;
            match decode(&shown, bytes) {
                Ok(text) => self.texts.add(&shown, text).1,
                Err((problem, _)) => return Err(Fault::error(problem.message)),
            }
        };
        let trail = Trail::literal(file.location(0..file.text.len()));
        Ok((Value::string(file.text.clone()).with_trail(trail), file))
    }

    fn file_exists(&self, args: &Arguments) -> Outcome<Value> {
        let text = args.text(0)?;
        let path = self.directory.join(path_of(&text)?);
        Ok(truth(self.tree.read(&path).is_ok()))
    }

    fn file_hash(&self, name: &str, args: &Arguments) -> Outcome<Value> {
        let (value, _) = self.text_file(args)?;
        let name = name.strip_prefix("file").unwrap_or(name);
        match hash::find(name) {
            Some(function) => function(&Arguments(vec![value])),
            None => Err(Fault::error("there is no such hash")),
        }
    }

    fn file_set(&self, args: &Arguments) -> Outcome<Value> {
        let (folder, pattern) = (args.text(0)?, args.text(1)?);
        let patterns =
            glob::alternatives(&pattern).ok_or_else(|| Fault::error("the pattern is too large"))?;
        let root = self.directory.join(path_of(&folder)?);
        let mut found = Vec::new();
        let mut folders = vec![(String::new(), 0)];
        while let Some((prefix, depth)) = folders.pop() {
            let Ok(entries) = self.tree.list(&root.join(&prefix)) else {
                continue;
            };
            self.spend(1 + entries.len() as u64)?;
            for entry in entries {
                let path = match prefix.as_str() {
                    "" => entry.name,
                    prefix => format!("{prefix}/{}", entry.name),
                };
                if !entry.is_folder {
                    if patterns.iter().any(|pattern| glob::matches(pattern, &path)) {
                        found.push(Value::string(path));
                        bound(found.len())?;
                    }
                } else if depth < DEEPEST {
                    folders.push((path, depth + 1));
                }
            }
        }
        Ok(super::sets::set(&found))
    }

    fn template_file(&self, args: &Arguments) -> Outcome<Value> {
        args.exactly(2)?;
        let (value, file) = self.text_file(args)?;
        let rendered = self.render_template(&file, args.get(1)?)?;
        let place = value.trail.location().cloned();
        Ok(at_file(rendered, place))
    }

    /// `templatestring(text, variables)`
    pub(super) fn template_string(&self, args: &Arguments) -> Outcome<Value> {
        args.exactly(2)?;
        let (_, file) = self.texts.add_unnamed(&args.text(0)?);
        let rendered = self.render_template(&file, args.get(1)?)?;
        Ok(rendered.with_trail(Trail::default()))
    }

    fn render_template(&self, file: &Arc<SourceFile>, variables: &Value) -> Outcome<Value> {
        let number = self.texts.number(file);
        let text = &file.text;
        let template = parse_as_template(number, text, whole(number, text), 0);
        let Kind::Object(variables) = &variables.kind else {
            return Err(super::convert::no(variables, "an object"));
        };
        let entries: Vec<_> = variables.entries.iter().collect();
        Ok(self.with_names(&entries, Scope::template(), &template))
    }

    /// Binds one name after the other: scopes are lists on the stack.
    fn with_names(
        &self,
        entries: &[(&Arc<str>, &Value)],
        scope: Scope<'_>,
        template: &super::super::ast::Expr,
    ) -> Value {
        let all: Vec<Names<'_>> = entries
            .iter()
            .map(|(name, value)| Names {
                name,
                value: Value::clone(value),
                outer: None,
            })
            .collect();
        self.eval(template, scope.with_all(&all))
    }
}

/// Where Terraform would look, in the tree.
fn path_of(text: &str) -> Outcome<PathBuf> {
    if text.starts_with('~') {
        return Err(unread(text));
    }
    Ok(normalise(Path::new(text)))
}

fn unread(path: &str) -> Fault {
    Fault::Unknown(Arc::new(Unknown::new(Reason::File(path.into()))))
}

/// A rendered text belongs to its file.
fn at_file(value: Value, place: Option<Location>) -> Value {
    match place {
        Some(place) => value.with_trail(Trail::literal(place)),
        None => value,
    }
}

/// The folder and the name of a path.
fn parts(path: &str) -> (String, String) {
    let trimmed = path.trim_end_matches('/');
    match (trimmed, trimmed.rsplit_once('/')) {
        ("", _) if path.is_empty() => (".".into(), ".".into()),
        ("", _) => ("/".into(), "/".into()),
        (name, None) => (".".into(), name.into()),
        (_, Some(("", name))) => ("/".into(), name.into()),
        (_, Some((folder, name))) => {
            let folder = normalise(Path::new(folder));
            (folder.to_string_lossy().into_owned(), name.into())
        }
    }
}
