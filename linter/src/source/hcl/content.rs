//! What the files of one folder define, override files merged.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::ast::{Attribute, Block, Expr, Span};
use super::refs::{self, Reference};
use super::types::Type;
use crate::source::Mode;

/// A module's definitions.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The folder, relative to the root module.
    pub(super) folder: PathBuf,
    pub(super) variables: Vec<Variable>,
    pub(super) locals: Vec<Local>,
    pub(super) outputs: Vec<Output>,
    pub(super) resources: Vec<Resource>,
    pub(super) calls: Vec<ModuleCall>,
    /// `import` blocks.
    pub(super) imports: Vec<Block>,
    index: HashMap<Key, usize>,
}

/// The name of a definition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Resource(Mode, Arc<str>, Arc<str>),
    Call(Arc<str>),
}

/// A `variable` block.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: Arc<str>,
    pub(super) block: Block,
    pub(super) type_: Type,
    pub(super) nullable: bool,
}

/// An attribute of a `locals` block.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) attribute: Attribute,
    pub(super) refs: Vec<Reference>,
}

/// An `output` block.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) name: Arc<str>,
    pub(super) block: Block,
    /// Of the value.
    pub(super) refs: Vec<Reference>,
}

/// A `resource` or `data` block.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) mode: Mode,
    pub(super) type_name: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) block: Block,
    pub(super) repetition: Repetition,
    /// What its arguments refer to.
    pub(super) refs: Vec<Reference>,
}

/// A `module` block.
#[derive(Debug)]
pub(super) struct ModuleCall {
    pub(super) name: Arc<str>,
    pub(super) block: Block,
    pub(super) repetition: Repetition,
    /// What each argument refers to.
    pub(super) arguments: HashMap<Arc<str>, Vec<Reference>>,
}

/// How often something is there.
#[derive(Debug, Default)]
pub(super) struct Repetition {
    /// What `count`, `for_each` and `enabled` refer to.
    pub(super) refs: Vec<Reference>,
}

/// Arguments that are Terraform's, not the resource type's or the module's.
pub(super) fn is_meta(name: &str, of_module: bool) -> bool {
    match name {
        "count" | "for_each" | "depends_on" | "lifecycle" => true,
        "provider" | "provisioner" | "connection" => !of_module,
        "source" | "version" | "providers" => of_module,
        _ => false,
    }
}

/// The place of an attribute that says how often, or of the `enabled` in `lifecycle`.
pub(super) fn repetition_exprs(block: &Block) -> impl Iterator<Item = &Expr> {
    let enabled = block.body.block("lifecycle");
    let enabled = enabled.and_then(|lifecycle| lifecycle.body.expr("enabled"));
    [
        block.body.expr("count"),
        block.body.expr("for_each"),
        enabled,
    ]
    .into_iter()
    .flatten()
}

impl Content {
    /// Sorts the blocks of a folder. A second definition of a name is given back as a problem: the
    /// block's place, and what it is.
    pub(super) fn new(folder: PathBuf, blocks: Vec<Block>) -> (Self, Vec<(Span, String)>) {
        let mut content = Self {
            folder,
            ..Self::default()
        };
        let mut problems = Vec::new();
        for block in blocks {
            let span = block.header;
            if let Err(text) = content.add(block) {
                problems.push((span, text));
            }
        }
        (content, problems)
    }

    /// The definition of a name.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// The resource or data source of a type and a name.
    pub(super) fn resource(
        &self,
        is_data: bool,
        type_name: &Arc<str>,
        name: &Arc<str>,
    ) -> Option<usize> {
        let mode = if is_data { Mode::Data } else { Mode::Managed };
        self.find(&Key::Resource(mode, type_name.clone(), name.clone()))
    }

    fn add(&mut self, block: Block) -> Result<(), String> {
        match (&*block.kind, block.labels.len()) {
            ("variable", 1) => self.add_variable(block),
            ("output", 1) => self.add_output(block),
            ("resource", 2) => self.add_resource(Mode::Managed, block),
            ("data" | "ephemeral", 2) => self.add_resource(Mode::Data, block),
            ("module", 1) => self.add_call(block),
            ("locals", 0) => self.add_locals(block),
            ("import", 0) => {
                self.imports.push(block);
                Ok(())
            }
            ("check", 1) => self.add_check(block),
            ("variable" | "output" | "module", _) => {
                Err(format!("`{}` needs one label", block.kind))
            }
            ("resource" | "data" | "ephemeral", _) => {
                Err(format!("`{}` needs a type and a name", block.kind))
            }
            _ => Ok(()),
        }
    }

    fn register(&mut self, key: Key, at: usize, what: &str) -> Result<(), String> {
        if self.index.contains_key(&key) {
            return Err(format!("{what} is defined twice"));
        }
        self.index.insert(key, at);
        Ok(())
    }

    fn add_variable(&mut self, block: Block) -> Result<(), String> {
        let name = block.labels[0].clone();
        let what = format!("variable `{name}`");
        self.register(Key::Variable(name.clone()), self.variables.len(), &what)?;
        let type_ = block.body.expr("type").map_or(Type::Any, Type::parse);
        let nullable = block.body.expr("nullable").and_then(Expr::as_bool);
        self.variables.push(Variable {
            name,
            type_,
            nullable: nullable.unwrap_or(true),
            block,
        });
        Ok(())
    }

    fn add_output(&mut self, block: Block) -> Result<(), String> {
        let name = block.labels[0].clone();
        let what = format!("output `{name}`");
        self.register(Key::Output(name.clone()), self.outputs.len(), &what)?;
        let mut refs = Vec::new();
        if let Some(value) = block.body.expr("value") {
            refs::of_expr(value, &mut refs);
        }
        self.outputs.push(Output { name, block, refs });
        Ok(())
    }

    fn add_resource(&mut self, mode: Mode, block: Block) -> Result<(), String> {
        let (type_name, name) = (block.labels[0].clone(), block.labels[1].clone());
        let what = format!("`{type_name}.{name}`");
        let key = Key::Resource(mode, type_name.clone(), name.clone());
        self.register(key, self.resources.len(), &what)?;
        self.resources.push(Resource {
            mode,
            type_name,
            name,
            repetition: Repetition::of(&block),
            refs: refs_of_arguments(&block),
            block,
        });
        Ok(())
    }

    fn add_call(&mut self, block: Block) -> Result<(), String> {
        let name = block.labels[0].clone();
        let what = format!("module `{name}`");
        self.register(Key::Call(name.clone()), self.calls.len(), &what)?;
        let mut arguments = HashMap::new();
        for attribute in &block.body.attributes {
            let mut found = Vec::new();
            refs::of_expr(&attribute.expr, &mut found);
            arguments.insert(attribute.name.clone(), found);
        }
        self.calls.push(ModuleCall {
            name,
            repetition: Repetition::of(&block),
            arguments,
            block,
        });
        Ok(())
    }

    fn add_locals(&mut self, block: Block) -> Result<(), String> {
        let mut result = Ok(());
        for attribute in block.body.attributes {
            let what = format!("local `{}`", attribute.name);
            let key = Key::Local(attribute.name.clone());
            if let Err(text) = self.register(key, self.locals.len(), &what) {
                result = Err(text);
                continue;
            }
            let mut refs = Vec::new();
            refs::of_expr(&attribute.expr, &mut refs);
            self.locals.push(Local { attribute, refs });
        }
        result
    }

    /// A `check` may have a data source of its own.
    fn add_check(&mut self, block: Block) -> Result<(), String> {
        for inner in block.body.blocks {
            if &*inner.kind == "data" && inner.labels.len() == 2 {
                self.add_resource(Mode::Data, inner)?;
            }
        }
        Ok(())
    }
}

impl Resource {
    /// The address inside of its module, without a key.
    pub(super) fn local_address(&self) -> String {
        let prefix = match self.mode {
            Mode::Managed => "",
            Mode::Data => "data.",
        };
        format!("{prefix}{}.{}", self.type_name, self.name)
    }
}

impl Repetition {
    fn of(block: &Block) -> Self {
        let mut refs = Vec::new();
        for expr in repetition_exprs(block) {
            refs::of_expr(expr, &mut refs);
        }
        Self { refs }
    }
}

fn refs_of_arguments(block: &Block) -> Vec<Reference> {
    let mut found = Vec::new();
    for attribute in &block.body.attributes {
        if !is_meta(&attribute.name, false) {
            refs::of_expr(&attribute.expr, &mut found);
        }
    }
    for inner in &block.body.blocks {
        if !is_meta(&inner.kind, false) {
            refs::of_block(inner, &mut found);
        }
    }
    found
}
