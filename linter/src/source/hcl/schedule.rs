//! In which order definitions are evaluated: what a definition refers to comes first.
//!
//! The order is made with a stack of our own, so a chain of ten thousand locals needs no deep
//! recursion, and who needs itself is noticed.

use std::rc::Rc;
use std::sync::Arc;

use super::content::Key;
use super::eval::Scope;
use super::module::{Called, Expanded, Instance, Progress};
use super::refs::Reference;
use super::world::World;
use crate::value::Value;

/// A definition of an instance of a module.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) module: Rc<Instance>,
    pub(super) what: What,
}

/// What is evaluated, by its number in the module's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Local(usize),
    Variable(usize),
    Output(usize),
    /// The keys of a resource.
    Expansion(usize),
    /// The values of a resource.
    Resource(usize),
    /// The instances of a module call.
    Call(usize),
}

/// How deep tasks may be nested that references did not foretell.
const MOST_UNFORESEEN: u32 = 30;

impl World<'_> {
    /// Evaluates a definition, and before it what it needs.
    pub(super) fn ensure(&self, task: Task) {
        if task.progress() != Progress::New || self.unforeseen.get() > MOST_UNFORESEEN {
            return;
        }
        self.unforeseen.set(self.unforeseen.get() + 1);
        let mut waiting = vec![task];
        while let Some(task) = waiting.last().cloned() {
            if task.progress() == Progress::Done {
                waiting.pop();
                continue;
            }
            task.start();
            let before = waiting.len();
            self.add_needs(&task, &mut waiting);
            if waiting.len() == before {
                self.run(&task);
                waiting.pop();
            }
        }
        self.unforeseen.set(self.unforeseen.get() - 1);
    }

    /// Adds what a task needs and what nobody has started.
    fn add_needs(&self, task: &Task, waiting: &mut Vec<Task>) {
        let content = &task.module.content;
        match task.what {
            What::Local(at) => self.add_references(&task.module, &content.locals[at].refs, waiting),
            What::Output(at) => {
                self.add_references(&task.module, &content.outputs[at].refs, waiting);
            }
            What::Expansion(at) => {
                let refs = &content.resources[at].repetition.refs;
                self.add_references(&task.module, refs, waiting);
            }
            What::Call(at) => {
                let refs = &content.calls[at].repetition.refs;
                self.add_references(&task.module, refs, waiting);
            }
            What::Resource(at) => {
                let expansion = task.beside(What::Expansion(at));
                if expansion.progress() == Progress::New {
                    waiting.push(expansion);
                }
                self.add_references(&task.module, &content.resources[at].refs, waiting);
            }
            What::Variable(at) => {
                let Some(caller) = &task.module.caller else {
                    return;
                };
                let calling = self.module(caller.instance);
                let call = &calling.content.calls[caller.call];
                if let Some(refs) = call.arguments.get(&content.variables[at].name) {
                    self.add_references(&calling, refs, waiting);
                }
            }
        }
    }

    fn add_references(&self, module: &Rc<Instance>, refs: &[Reference], waiting: &mut Vec<Task>) {
        let mut add = |what| {
            let task = Task {
                module: module.clone(),
                what,
            };
            if task.progress() == Progress::New {
                waiting.push(task);
            }
        };
        let mut calls = Vec::new();
        for reference in refs {
            let content = &module.content;
            match reference {
                Reference::Variable(name) => {
                    let found = content.find(&Key::Variable(name.clone()));
                    found.map(What::Variable).into_iter().for_each(&mut add);
                }
                Reference::Local(name) => {
                    let found = content.find(&Key::Local(name.clone()));
                    found.map(What::Local).into_iter().for_each(&mut add);
                }
                Reference::Resource(is_data, type_name, name) => {
                    let found = content.resource(*is_data, type_name, name);
                    found.map(What::Resource).into_iter().for_each(&mut add);
                }
                Reference::Module(name, output) => {
                    if let Some(call) = content.find(&Key::Call(name.clone())) {
                        add(What::Call(call));
                        calls.push((call, output));
                    }
                }
            }
        }
        for (call, output) in calls {
            if let Some(called) = module.modules[call].get() {
                self.add_outputs(&called, output.as_ref(), waiting);
            }
        }
    }

    fn add_outputs(&self, called: &Called, output: Option<&Arc<str>>, waiting: &mut Vec<Task>) {
        for &number in &called.instances {
            let module = self.module(number);
            let wanted = match output {
                Some(name) => match module.content.find(&Key::Output(name.clone())) {
                    Some(at) => at..at + 1,
                    None => 0..0,
                },
                None => 0..module.content.outputs.len(),
            };
            for at in wanted {
                let task = Task {
                    module: module.clone(),
                    what: What::Output(at),
                };
                if task.progress() == Progress::New {
                    waiting.push(task);
                }
            }
        }
    }

    fn run(&self, task: &Task) {
        let module = &task.module;
        match task.what {
            What::Local(at) => {
                let attribute = &module.content.locals[at].attribute;
                let value = self.eval(&attribute.expr, Scope::of(module));
                let value = self.bounded(value, attribute.span);
                module.locals[at].finish(value);
            }
            What::Variable(at) => {
                let span = module.content.variables[at].block.header;
                let value = self.bounded(self.variable(module, at), span);
                module.variables[at].finish(value);
            }
            What::Output(at) => {
                let block = &module.content.outputs[at].block;
                let value = match block.body.expr("value") {
                    Some(expr) => self.eval(expr, Scope::of(module)),
                    None => Value::null(),
                };
                module.outputs[at].finish(self.bounded(value, block.header));
            }
            What::Expansion(at) => {
                let expansion = self.expansion(&module.content.resources[at].block, module);
                module.expansions[at].finish(Rc::new(expansion));
            }
            What::Resource(at) => {
                let expanded: Expanded = self.expand(module, at);
                module.resources[at].finish(Rc::new(expanded));
            }
            What::Call(at) => {
                let called: Called = self.called(module, at);
                module.modules[at].finish(Rc::new(called));
            }
        }
    }
}

impl Task {
    fn beside(&self, what: What) -> Self {
        Self {
            module: self.module.clone(),
            what,
        }
    }

    fn progress(&self) -> Progress {
        match self.what {
            What::Local(at) => self.module.locals[at].progress(),
            What::Variable(at) => self.module.variables[at].progress(),
            What::Output(at) => self.module.outputs[at].progress(),
            What::Expansion(at) => self.module.expansions[at].progress(),
            What::Resource(at) => self.module.resources[at].progress(),
            What::Call(at) => self.module.modules[at].progress(),
        }
    }

    fn start(&self) {
        match self.what {
            What::Local(at) => self.module.locals[at].start(),
            What::Variable(at) => self.module.variables[at].start(),
            What::Output(at) => self.module.outputs[at].start(),
            What::Expansion(at) => self.module.expansions[at].start(),
            What::Resource(at) => self.module.resources[at].start(),
            What::Call(at) => self.module.modules[at].start(),
        }
    }
}
