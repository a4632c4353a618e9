//! Values of variables: of the root module from variable files, options and the environment, of
//! other modules from their calls.

use std::path::Path;
use std::sync::Arc;

use ppcmk_coverage::estate::Reason;

use super::config::shown;
use super::content::{Key, Variable};
use super::eval::Scope;
use super::eval::fault::Fault;
use super::module::Instance;
use super::parse::{Role, parse_file, parse_value};
use super::world::World;
use super::{Assignment, Options};
use crate::source::InputError;
use crate::value::{Trail, Value};

impl World<'_> {
    /// Collects the values that variables of the root module are given. Later ones win.
    pub(super) fn read_given(&mut self) -> Result<(), InputError> {
        let options: &Options = self.options;
        for (name, text) in &options.environment {
            if let Some(name) = name.strip_prefix("TF_VAR_") {
                self.give_text(name, text, &format!("TF_VAR_{name}"));
            }
        }
        for name in &self.config.variable_files {
            let shown = shown(&options.shown_directory, Path::new(name));
            match self.tree.read(&self.directory.join(name)) {
                Ok(bytes) => self.give_file(&shown, bytes),
                Err(error) => self.problem(format!("`{shown}` cannot be read: {error}"), None),
            }
        }
        for assignment in &options.assignments {
            match assignment {
                Assignment::Variable(name, text) => {
                    self.give_text(name, text, &format!("-var {name}"));
                }
                Assignment::File(path) => {
                    let shown = shown(Path::new(""), path);
                    let bytes = self.tree.read(path).map_err(|error| {
                        InputError::new(format!("could not read variable file {shown}: {error}"))
                            .help("name a file of variables, such as `prod.tfvars`")
                    })?;
                    self.give_file(&shown, bytes);
                }
            }
        }
        Ok(())
    }

    fn give_file(&mut self, shown: &str, bytes: Vec<u8>) {
        let parsed = parse_file(self.texts, shown, bytes, Role::Variables);
        self.problems.borrow_mut().extend(parsed.problem);
        self.comments
            .borrow_mut()
            .add_file(self.texts, shown, &parsed.body);
        for attribute in &parsed.body.attributes {
            let value = self.eval(&attribute.expr, Scope::empty());
            let value = self.bounded(value, attribute.span);
            let place = self.texts.location(attribute.span);
            let trail = value.trail.through(shown, Some(place));
            self.given
                .insert(attribute.name.clone(), value.with_trail(trail));
        }
    }

    fn give_text(&mut self, name: &str, text: &str, label: &str) {
        let root = &self.config.nodes[0].content;
        let variable = root
            .find(&Key::Variable(name.into()))
            .map(|at| &root.variables[at]);
        let is_declared =
            variable.is_some_and(|variable| variable.block.body.expr("type").is_some());
        let plain = variable.is_none_or(|variable| variable.type_.is_plain(is_declared));
        let value = if plain {
            Value::string(text)
        } else {
            let (file, _) = self.texts.add_unnamed(text);
            match parse_value(file, text) {
                Ok(expr) => without_places(&self.eval(&expr, Scope::empty())),
                Err(message) => {
                    let text = format!("the value of `{label}` does not parse: {message}");
                    Fault::error(text).into_value()
                }
            }
        };
        let value = value.with_trail(Trail::default().through(label, None));
        self.given.insert(name.into(), value);
    }

    /// The value of a variable in an instance of a module.
    pub(super) fn variable(&self, module: &Instance, at: usize) -> Value {
        let variable = &module.content.variables[at];
        let given = match &module.caller {
            None => self.given.get(&variable.name).cloned(),
            Some(_) => self.argument(module, variable),
        };
        let value = match given {
            Some(value) if !value.is_null() || variable.nullable => value,
            _ => match variable.block.body.expr("default") {
                Some(default) => self.eval(default, Scope::empty()),
                None => self.without_value(module, variable),
            },
        };
        let trail = value.trail.clone();
        match variable.type_.convert(value) {
            Ok(value) => value,
            Err(fault) => {
                let text = match fault {
                    Fault::Error(text) => format!("variable `{}`: {text}", variable.name),
                    Fault::Unknown(_) => return fault.into_value().with_trail(trail),
                };
                Fault::error(text).into_value().with_trail(trail)
            }
        }
    }

    fn argument(&self, module: &Instance, variable: &Variable) -> Option<Value> {
        let caller = module.caller.as_ref()?;
        let calling = self.module(caller.instance);
        let call = &calling.content.calls[caller.call];
        let attribute = call.block.body.attribute(&variable.name)?;
        let scope = Scope::of(&calling);
        let value = self.with_slot(&caller.expansion, caller.slot, scope, |scope| {
            self.eval(&attribute.expr, scope)
        });
        let place = self.texts.location(attribute.span);
        let trail = value.trail.through(module.path.clone(), Some(place));
        Some(value.with_trail(trail))
    }

    fn without_value(&self, module: &Instance, variable: &Variable) -> Value {
        let value = if module.caller.is_none() {
            let symbol: Arc<str> = format!("var.{}", variable.name).into();
            Value::symbol(Reason::VariableWithoutValue(variable.name.clone()), symbol)
        } else {
            let text = format!("`{}` is not given `{}`", module.path, variable.name);
            Fault::error(text).into_value()
        };
        self.at(value, variable.block.header)
    }
}

/// A value of the command line has no place in a file.
fn without_places(value: &Value) -> Value {
    use crate::value::{Kind, Object};
    match &value.kind {
        Kind::List(values) => Value::list(values.iter().map(without_places)),
        Kind::Object(object) => {
            let entries = object.entries.iter();
            let entries = entries.map(|(name, value)| (name.clone(), without_places(value)));
            Value::object(entries.collect::<Object>())
        }
        kind => Value::new(kind.clone()),
    }
}
