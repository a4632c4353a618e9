//! The modules of a configuration: the root module, and those that it calls.
//!
//! A module is read once per folder and stands in the tree once per call, without regard to `count`
//! and `for_each`.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::Options;
use super::ast::{Block, Span};
use super::comments::Comments;
use super::content::Content;
use super::files::ModuleFiles;
use super::merge::merge;
use super::parse::{Role, parse_file};
use super::texts::Texts;
use crate::source::{FileTree, InputError, Problem};

/// How many modules a configuration may have. Modules that call each other twice double with each
/// level.
const MOST_MODULES: usize = 10_000;

/// How deep modules may be nested.
const DEEPEST: usize = 64;

/// All modules.
#[derive(Default)]
pub(super) struct Config {
    pub(super) nodes: Vec<Node>,
    pub(super) problems: Vec<Problem>,
    pub(super) unseen: Vec<Unknown>,
    /// The files with values of variables, in the root module.
    pub(super) variable_files: Vec<String>,
    pub(super) comments: Comments,
}

/// A module where it is called.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) content: Rc<Content>,
    /// `module.a.module.b`; empty for the root module.
    pub(super) path: Arc<str>,
    /// By call, in the order of [`Content::calls`].
    pub(super) children: Vec<Child>,
    canonical: PathBuf,
    parent: Option<usize>,
}

/// What a call leads to.
#[derive(Debug)]
pub(super) enum Child {
    /// A module, by its number.
    Module(usize),
    /// A module that cannot be seen.
    Unseen(Arc<Unknown>),
}

/// Reads the modules.
pub(super) fn load(
    tree: &dyn FileTree,
    directory: &Path,
    options: &Options,
    texts: &Texts,
) -> Result<Config, InputError> {
    let mut loader = Loader {
        tree,
        directory,
        options,
        texts,
        config: Config::default(),
        contents: HashMap::new(),
        downloaded: None,
    };
    loader.root()?;
    Ok(loader.config)
}

struct Loader<'l> {
    tree: &'l dyn FileTree,
    directory: &'l Path,
    options: &'l Options,
    texts: &'l Texts,
    config: Config,
    contents: HashMap<PathBuf, Rc<Content>>,
    /// `.terraform/modules/modules.json`: folders, by the call's path (`a.b`).
    downloaded: Option<HashMap<String, String>>,
}

impl Loader<'_> {
    fn root(&mut self) -> Result<(), InputError> {
        let files = ModuleFiles::list(self.tree, self.directory).map_err(|error| {
            let shown = self.directory.display();
            InputError::new(format!("could not read folder {shown}: {error}"))
                .help("name the folder of the root module")
        })?;
        if files.primary.is_empty() && files.overrides.is_empty() {
            let shown = self.directory.display();
            return Err(
                InputError::new(format!("folder {shown} has no Terraform configuration"))
                    .help("name the folder of the root module, the one with the `.tf` files"),
            );
        }
        self.config.variable_files.clone_from(&files.variables);
        let content = self.content(PathBuf::new(), &files);
        let canonical = self.canonical(Path::new(""));
        self.contents.insert(canonical.clone(), content.clone());
        self.config.nodes.push(Node {
            content,
            path: "".into(),
            children: Vec::new(),
            canonical,
            parent: None,
        });
        let mut next = 0;
        while next < self.config.nodes.len() {
            self.children(next);
            next += 1;
        }
        Ok(())
    }

    fn children(&mut self, node: usize) {
        let content = self.config.nodes[node].content.clone();
        for call in &content.calls {
            let child = self.child(node, &content, &call.name, &call.block);
            if let Child::Unseen(unknown) = &child {
                self.config.unseen.push(Unknown::clone(unknown));
            }
            self.config.nodes[node].children.push(child);
        }
    }

    fn child(&mut self, parent: usize, content: &Content, name: &str, block: &Block) -> Child {
        let path = join(&self.config.nodes[parent].path, &format!("module.{name}"));
        let unseen = |reason| Child::Unseen(Arc::new(Unknown::new(reason)));
        let remote = unseen(Reason::RemoteModule(path.clone()));
        let source = block.body.expr("source");
        let Some(written) = source.and_then(super::ast::Expr::as_str) else {
            return remote;
        };
        let is_local = written.starts_with("./")
            || written.starts_with("../")
            || matches!(written, "." | "..");
        let folder = if is_local {
            Some(normalise(&content.folder.join(written)))
        } else {
            self.downloaded(&path)
        };
        let Some(folder) = folder else {
            return remote;
        };
        let place = source.map_or(block.header, |source| source.span);
        match self.node(parent, path.clone(), &folder) {
            Ok(node) => Child::Module(node),
            Err(text) => {
                if is_local {
                    self.problem(text.clone(), place);
                }
                unseen(if is_local {
                    Reason::Expression(text.into())
                } else {
                    Reason::RemoteModule(path)
                })
            }
        }
    }

    fn node(&mut self, parent: usize, path: Arc<str>, folder: &Path) -> Result<usize, String> {
        let canonical = self.canonical(folder);
        let mut around = Some(parent);
        let mut depth = 0;
        while let Some(node) = around {
            depth += 1;
            if depth > DEEPEST {
                return Err("modules are nested too deeply".into());
            }
            if self.config.nodes[node].canonical == canonical {
                return Err(format!("`{path}` calls a module that it is a part of"));
            }
            around = self.config.nodes[node].parent;
        }
        if self.config.nodes.len() >= MOST_MODULES {
            return Err(format!(
                "`{path}` is not read: there are more than {MOST_MODULES} modules"
            ));
        }
        let content = if let Some(content) = self.contents.get(&canonical) {
            content.clone()
        } else {
            let content = self.read_folder(&path, folder)?;
            self.contents.insert(canonical.clone(), content.clone());
            content
        };
        self.config.nodes.push(Node {
            content,
            path,
            children: Vec::new(),
            canonical,
            parent: Some(parent),
        });
        Ok(self.config.nodes.len() - 1)
    }

    fn read_folder(&mut self, path: &str, folder: &Path) -> Result<Rc<Content>, String> {
        let shown = self.shown(folder, "");
        let files = ModuleFiles::list(self.tree, &self.directory.join(folder))
            .map_err(|error| format!("the folder of `{path}`, {shown}, cannot be read: {error}"))?;
        if files.primary.is_empty() && files.overrides.is_empty() {
            return Err(format!(
                "the folder of `{path}`, {shown}, has no configuration"
            ));
        }
        Ok(self.content(folder.to_owned(), &files))
    }

    fn content(&mut self, folder: PathBuf, files: &ModuleFiles) -> Rc<Content> {
        let mut blocks = Vec::new();
        for name in &files.primary {
            blocks.append(&mut self.blocks(&folder, name));
        }
        for name in &files.overrides {
            for change in self.blocks(&folder, name) {
                if let Err(change) = merge(&mut blocks, change) {
                    let text = format!("override of a `{}` block that does not exist", change.kind);
                    self.problem(text, change.header);
                }
            }
        }
        let (content, problems) = Content::new(folder, blocks);
        for (span, text) in problems {
            self.problem(text, span);
        }
        Rc::new(content)
    }

    fn blocks(&mut self, folder: &Path, name: &str) -> Vec<Block> {
        let shown = self.shown(folder, name);
        let bytes = match self.tree.read(&self.directory.join(folder).join(name)) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.config.problems.push(Problem {
                    message: format!("`{shown}` cannot be read: {error}"),
                    help: None,
                    location: None,
                });
                return Vec::new();
            }
        };
        let parsed = parse_file(self.texts, &shown, bytes, Role::Configuration);
        self.config.problems.extend(parsed.problem);
        self.config
            .comments
            .add_file(self.texts, &shown, &parsed.body);
        parsed.body.blocks
    }

    fn problem(&mut self, message: String, span: Span) {
        self.config.problems.push(Problem {
            message,
            help: None,
            location: Some(self.texts.location(span)),
        });
    }

    fn canonical(&self, folder: &Path) -> PathBuf {
        let path = self.directory.join(folder);
        self.tree
            .canonical(&path)
            .unwrap_or_else(|_| normalise(&path))
    }

    fn shown(&self, folder: &Path, name: &str) -> String {
        shown(&self.options.shown_directory, &folder.join(name))
    }

    /// The folder of a module that `terraform init` downloaded.
    fn downloaded(&mut self, path: &str) -> Option<PathBuf> {
        // Every second part: `a.b` of `module.a.module.b`.
        let names: Vec<&str> = path.split('.').skip(1).step_by(2).collect();
        let key = names.join(".");
        if self.downloaded.is_none() {
            self.downloaded = Some(self.manifest().unwrap_or_default());
        }
        let folder = self.downloaded.as_ref()?.get(&key)?;
        Some(normalise(Path::new(folder)))
    }

    fn manifest(&self) -> Option<HashMap<String, String>> {
        let path = self.directory.join(".terraform/modules/modules.json");
        let manifest: serde_json::Value =
            serde_json::from_slice(&self.tree.read(&path).ok()?).ok()?;
        let modules = manifest.get("Modules")?.as_array()?;
        let entry = |module: &serde_json::Value| {
            let text = |name| Some(module.get(name)?.as_str()?.to_owned());
            Some((text("Key")?, text("Dir")?))
        };
        Some(modules.iter().filter_map(entry).collect())
    }
}

/// A module's path, or an address in it.
pub(super) fn join(path: &str, name: &str) -> Arc<str> {
    if path.is_empty() {
        name.into()
    } else {
        format!("{path}.{name}").into()
    }
}

/// How a file is shown: relative to where the program was started, with forward slashes.
pub(super) fn shown(directory: &Path, file: &Path) -> String {
    let path = normalise(&directory.join(file));
    let shown = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' {
        shown.replace('\\', "/")
    } else {
        shown.into_owned()
    }
}

/// Without `.` and `..` where the text decides it, as Terraform cleans paths.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match parts.components().next_back() {
                Some(Component::Normal(_)) => {
                    parts.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    parts
}
