//! Instances of modules, with what was already evaluated of them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Existence, Step, Unknown};

use super::ast::Span;
use super::content::Content;
use crate::source::InstanceKey;
use crate::value::Value;

/// A module as often as its call says.
#[derive(Debug)]
pub(super) struct Instance {
    /// Its number in [`super::world::World`].
    pub(super) id: usize,
    /// Its number in [`super::config::Config`].
    pub(super) node: usize,
    pub(super) content: Rc<Content>,
    /// `module.a["x"]`; empty for the root module.
    pub(super) address: Arc<str>,
    /// The same without keys.
    pub(super) path: Arc<str>,
    /// The instance that calls it.
    pub(super) caller: Option<Caller>,
    pub(super) existence: Existence,
    /// The calls around it, outermost first.
    pub(super) calls: Vec<Step>,
    pub(super) locals: Vec<Memo<Value>>,
    pub(super) variables: Vec<Memo<Value>>,
    pub(super) outputs: Vec<Memo<Value>>,
    pub(super) expansions: Vec<Memo<Rc<Expansion>>>,
    pub(super) resources: Vec<Memo<Rc<Expanded>>>,
    pub(super) modules: Vec<Memo<Rc<Called>>>,
}

/// The instance and the call that a module instance comes from.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// By number.
    pub(super) instance: usize,
    pub(super) call: usize,
    pub(super) expansion: Rc<Expansion>,
    pub(super) slot: usize,
}

/// A result that is made once.
#[derive(Debug)]
pub(super) struct Memo<T>(RefCell<State<T>>);

#[derive(Debug)]
enum State<T> {
    New,
    /// Somebody waits for it: who needs it now needs itself.
    Started,
    Done(T),
}

/// How far a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    New,
    Started,
    Done,
}

/// The instances of a block, as far as they are known.
#[derive(Debug)]
pub(super) struct Expansion {
    pub(super) shape: Shape,
    pub(super) slots: Vec<Slot>,
    /// Why the keys are not known; what is in `slots` then may be there.
    pub(super) open: Option<Arc<Unknown>>,
    /// `count` or `for_each`.
    pub(super) span: Option<Span>,
}

/// What repeats a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Single,
    Count,
    ForEach,
}

/// One instance of a block.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) key: Option<InstanceKey>,
    /// `each.value`
    pub(super) value: Option<Value>,
    pub(super) existence: Existence,
}

/// The instances of a resource, with their values.
#[derive(Debug)]
pub(super) struct Expanded {
    /// By slot.
    pub(super) values: Vec<Value>,
    /// What a reference to the block gives.
    pub(super) reference: Value,
}

/// The instances of a module call.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) expansion: Rc<Expansion>,
    /// Numbers, by slot. None for a module that cannot be seen.
    pub(super) instances: Vec<usize>,
    pub(super) unseen: Option<Arc<Unknown>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(RefCell::new(State::New))
    }
}

impl<T: Clone> Memo<T> {
    /// As many as there are definitions.
    pub(super) fn many(count: usize) -> Vec<Self> {
        std::iter::repeat_with(Self::default).take(count).collect()
    }

    /// The result, if it is there.
    pub(super) fn get(&self) -> Option<T> {
        match &*self.0.borrow() {
            State::Done(result) => Some(result.clone()),
            State::New | State::Started => None,
        }
    }

    /// How far it is.
    pub(super) fn progress(&self) -> Progress {
        match &*self.0.borrow() {
            State::New => Progress::New,
            State::Started => Progress::Started,
            State::Done(_) => Progress::Done,
        }
    }

    /// Somebody waits for it.
    pub(super) fn start(&self) {
        let mut state = self.0.borrow_mut();
        if matches!(*state, State::New) {
            *state = State::Started;
        }
    }

    /// It is made.
    pub(super) fn finish(&self, result: T) {
        *self.0.borrow_mut() = State::Done(result);
    }
}

impl Instance {
    /// An instance of which nothing is evaluated yet.
    pub(super) fn new(
        id: usize,
        node: usize,
        content: Rc<Content>,
        address: Arc<str>,
        path: Arc<str>,
    ) -> Self {
        Self {
            id,
            node,
            address,
            path,
            caller: None,
            existence: Existence::Certain,
            calls: Vec::new(),
            locals: Memo::many(content.locals.len()),
            variables: Memo::many(content.variables.len()),
            outputs: Memo::many(content.outputs.len()),
            expansions: Memo::many(content.resources.len()),
            resources: Memo::many(content.resources.len()),
            modules: Memo::many(content.calls.len()),
            content,
        }
    }
}
