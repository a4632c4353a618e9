//! Everything that evaluation shares.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Location, Unknown};

use super::Options;
use super::ast::Span;
use super::bounds::Sizes;
use super::comments::Comments;
use super::config::Config;
use super::eval::fault::{Fault, Outcome};
use super::module::{Expansion, Instance, Shape};
use super::texts::Texts;
use crate::source::{FileTree, InstanceKey, Problem};
use crate::value::{Kind, Value};

/// How many steps an evaluation may take, whatever the input.
const STEPS: u64 = 4_000_000;

/// How many instances a configuration may have.
const MOST_INSTANCES: usize = 1_000_000;

/// Everything that evaluation shares.
pub(super) struct World<'c> {
    pub(super) tree: &'c dyn FileTree,
    pub(super) directory: &'c Path,
    pub(super) options: &'c Options,
    pub(super) texts: &'c Texts,
    pub(super) config: &'c Config,
    /// The values that variables of the root module are given.
    pub(super) given: HashMap<Arc<str>, Value>,
    /// Instances of modules, by number.
    pub(super) modules: RefCell<Vec<Rc<Instance>>>,
    pub(super) problems: RefCell<Vec<Problem>>,
    /// The elements of blocks whose keys are not known, by the block's symbol.
    blocks: RefCell<HashMap<Arc<str>, Elements>>,
    /// Documents that were decoded with places.
    pub(super) documents: RefCell<Vec<Arc<crate::source::SourceFile>>>,
    /// The comments of variable files.
    pub(super) comments: RefCell<Comments>,
    left: Cell<u64>,
    /// Tasks that wait for tasks which nobody foresaw.
    pub(super) unforeseen: Cell<u32>,
    instances_left: Cell<usize>,
    sizes: RefCell<Sizes>,
}

/// The elements of a block whose keys are not known.
pub(super) struct Elements {
    pub(super) shape: Shape,
    pub(super) values: Vec<(Option<InstanceKey>, Value)>,
}

impl<'c> World<'c> {
    /// A world in which nothing is evaluated.
    pub(super) fn new(
        tree: &'c dyn FileTree,
        directory: &'c Path,
        options: &'c Options,
        texts: &'c Texts,
        config: &'c Config,
    ) -> Self {
        Self {
            tree,
            directory,
            options,
            texts,
            config,
            given: HashMap::new(),
            modules: RefCell::default(),
            problems: RefCell::default(),
            blocks: RefCell::default(),
            comments: RefCell::default(),
            documents: RefCell::default(),
            left: Cell::new(STEPS),
            unforeseen: Cell::new(0),
            instances_left: Cell::new(MOST_INSTANCES),
            sizes: RefCell::default(),
        }
    }

    /// An instance of a module, by its number.
    pub(super) fn module(&self, number: usize) -> Rc<Instance> {
        self.modules.borrow()[number].clone()
    }

    /// Allows for the size of the configuration.
    pub(super) fn allow(&self, bytes: u64) {
        self.left
            .set(self.left.get().saturating_add(bytes.saturating_mul(50)));
    }

    /// Takes steps from what is allowed.
    pub(super) fn spend(&self, steps: u64) -> Outcome<()> {
        let left = self.left.get();
        if left < steps {
            if left > 0 {
                self.left.set(0);
                self.problem("the configuration is too expensive to evaluate", None);
            }
            return Err(Fault::error(
                "the configuration is too expensive to evaluate",
            ));
        }
        self.left.set(left - steps);
        Ok(())
    }

    /// Takes instances from what is allowed; `false` if there are too many.
    pub(super) fn take_instances(&self, count: usize) -> bool {
        let left = self.instances_left.get();
        let enough = count <= left;
        if enough {
            self.instances_left.set(left - count);
        }
        enough
    }

    /// Something that is wrong with the sources.
    pub(super) fn problem(&self, message: impl Into<String>, location: Option<Location>) {
        self.problems.borrow_mut().push(Problem {
            message: message.into(),
            help: None,
            location,
        });
    }

    /// The same, unless it was said already.
    pub(super) fn problem_once(&self, message: &str, location: Option<&Location>) {
        let known = self
            .problems
            .borrow()
            .iter()
            .any(|problem| problem.location.as_ref() == location && problem.message == message);
        if !known {
            self.problem(message, location.cloned());
        }
    }

    /// A document was decoded: its comments may address this program.
    pub(super) fn note_document(&self, file: &std::sync::Arc<crate::source::SourceFile>) {
        let mut documents = self.documents.borrow_mut();
        if !documents.iter().any(|known| known.name == file.name) {
            documents.push(file.clone());
        }
    }

    /// The value if it is small enough to be used.
    pub(super) fn bounded(&self, value: Value, span: Span) -> Value {
        let is_scalar = !matches!(value.kind, Kind::List(_) | Kind::Object(_) | Kind::Json(_));
        if is_scalar || self.sizes.borrow_mut().fits(&value) {
            return value;
        }
        let place = self.texts.location(span);
        self.problem("the value is too large to be evaluated", Some(place));
        self.invalid("the value is too large to be evaluated", span)
    }

    /// Remembers the elements of a block whose keys are not known.
    pub(super) fn remember(&self, symbol: Arc<str>, expansion: &Expansion, values: &[Value]) {
        let keys = expansion.slots.iter().map(|slot| slot.key.clone());
        let elements = Elements {
            shape: expansion.shape,
            values: keys.zip(values.iter().cloned()).collect(),
        };
        self.blocks.borrow_mut().insert(symbol, elements);
    }

    /// The element of a block whose keys are not known: the one of this key, or the one that stands
    /// for all.
    pub(super) fn element_of_block(&self, unknown: &Unknown, index: &Value) -> Option<Value> {
        let blocks = self.blocks.borrow();
        let symbol = unknown.symbol.as_ref()?;
        let elements = blocks.get(symbol)?;
        let key = match &index.kind {
            Kind::String(name) => Some(InstanceKey::Name(name.clone())),
            Kind::Number(number) => {
                let index = number.as_i64().and_then(|index| u64::try_from(index).ok());
                index.map(InstanceKey::Index)
            }
            _ => None,
        };
        let found = elements
            .values
            .iter()
            .find(|(existing, _)| key.is_some() && *existing == key);
        if let Some((_, value)) = found {
            return Some(value.clone());
        }
        // `count` without a known number is mostly 0 or 1.
        let stands_for_all = match &key {
            None => true,
            Some(InstanceKey::Index(0)) => elements.shape == Shape::Count,
            Some(_) => false,
        };
        let any = elements
            .values
            .iter()
            .find(|(key, _)| matches!(key, Some(InstanceKey::Unknown)));
        match (stands_for_all, any, key) {
            (true, Some((_, value)), _) => Some(value.clone()),
            (_, _, Some(key)) => Some(Value::symbol(
                unknown.reason.clone(),
                format!("{symbol}{key}"),
            )),
            _ => None,
        }
    }
}
