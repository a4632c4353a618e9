//! Names: what they stand for, and the step that they add to a value's trail.

use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Location, Reason, Unknown};

use super::super::ast::{Span, Step};
use super::super::config::{Child, normalise};
use super::super::content::Key;
use super::super::module::{Called, Instance, Memo, Shape};
use super::super::schedule::{Task, What};
use super::super::world::World;
use super::Scope;
use super::fault::{Fault, Outcome};
use crate::source::InstanceKey;
use crate::value::{Object, Value};

/// What a name stands for.
struct Found {
    value: Value,
    /// How many steps behind the name were needed to find it.
    used: usize,
    /// `local.region`, and where that is defined.
    label: Option<(String, Option<Location>)>,
}

impl World<'_> {
    /// The value of a name with the steps behind it.
    pub(super) fn reference(
        &self,
        name: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        let found = match self.find(name, steps, span, scope) {
            Ok(found) => found,
            Err(fault) => return self.at(fault.into_value(), span),
        };
        let value = self.steps(found.value, &steps[found.used..], span, scope);
        if value.is_unknown() && value.trail.location().is_none() {
            return self.at(value, span);
        }
        match found.label {
            Some((label, location)) => {
                let trail = value.trail.through(label, location);
                value.with_trail(trail)
            }
            None => value,
        }
    }

    fn find(
        &self,
        name: &Arc<str>,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Outcome<Found> {
        if let Some(value) = scope.bound(name) {
            return Ok(bound(name, value, steps));
        }
        let attribute = |at: usize| match steps.get(at) {
            Some(Step::Attribute(name)) => Ok(name),
            _ => Err(Fault::error(format!("`{name}` needs a name behind it"))),
        };
        let Some(module) = scope.module else {
            return Err(Fault::error(format!("`{name}` cannot be used here")));
        };
        match &**name {
            "var" => self.find_variable(module, attribute(0)?),
            "local" => self.find_local(module, attribute(0)?),
            "module" => self.find_module(module, attribute(0)?, steps, scope),
            "data" => self.find_resource(module, true, attribute(0)?, attribute(1)?, 2),
            "resource" => self.find_resource(module, false, attribute(0)?, attribute(1)?, 2),
            "path" => find_path(module, attribute(0)?),
            "terraform" | "tofu" => match &**attribute(0)? {
                "workspace" => Ok(Found {
                    value: self.at(Value::string(self.options.workspace.as_str()), span),
                    used: 1,
                    label: None,
                }),
                other => Err(Fault::error(format!("there is no `{name}.{other}`"))),
            },
            "each" | "count" | "self" => Err(Fault::error(format!("`{name}` cannot be used here"))),
            _ => self.find_resource(module, false, name, attribute(0)?, 1),
        }
    }

    fn find_variable(&self, module: &Instance, name: &Arc<str>) -> Outcome<Found> {
        let at = module
            .content
            .find(&Key::Variable(name.clone()))
            .ok_or_else(|| Fault::error(format!("variable `{name}` is not declared")))?;
        let header = module.content.variables[at].block.header;
        let label = format!("var.{name}");
        let value = self.result(
            &module.variables[at],
            module,
            What::Variable(at),
            &label,
            header,
        )?;
        Ok(Found {
            value,
            used: 1,
            label: Some((label, Some(self.texts.location(header)))),
        })
    }

    fn find_local(&self, module: &Instance, name: &Arc<str>) -> Outcome<Found> {
        let at = module
            .content
            .find(&Key::Local(name.clone()))
            .ok_or_else(|| Fault::error(format!("local `{name}` is not declared")))?;
        let span = module.content.locals[at].attribute.span;
        let label = format!("local.{name}");
        let value = self.result(&module.locals[at], module, What::Local(at), &label, span)?;
        Ok(Found {
            value,
            used: 1,
            label: Some((label, Some(self.texts.location(span)))),
        })
    }

    fn find_resource(
        &self,
        module: &Instance,
        is_data: bool,
        type_name: &Arc<str>,
        name: &Arc<str>,
        used: usize,
    ) -> Outcome<Found> {
        let prefix = if is_data { "data." } else { "" };
        let label = format!("{prefix}{type_name}.{name}");
        let Some(at) = module.content.resource(is_data, type_name, name) else {
            // A part of a configuration is still worth a check: two references to what is not here
            // lead to the same thing.
            let reason = Reason::Expression(format!("`{label}` is not declared").into());
            let dot = if module.address.is_empty() { "" } else { "." };
            let symbol = format!("{}{dot}{label}", module.address);
            return Ok(Found {
                value: Value::symbol(reason, symbol),
                used,
                label: None,
            });
        };
        let header = module.content.resources[at].block.header;
        let memo = &module.resources[at];
        let expanded = self.result(memo, module, What::Resource(at), &label, header)?;
        Ok(Found {
            value: expanded.reference.clone(),
            used,
            label: Some((label, Some(self.texts.location(header)))),
        })
    }

    fn find_module(
        &self,
        module: &Instance,
        name: &Arc<str>,
        steps: &[Step],
        scope: Scope<'_>,
    ) -> Outcome<Found> {
        let at = module
            .content
            .find(&Key::Call(name.clone()))
            .ok_or_else(|| Fault::error(format!("module `{name}` is not declared")))?;
        let header = module.content.calls[at].block.header;
        let mut label = format!("module.{name}");
        let called = self.result(&module.modules[at], module, What::Call(at), &label, header)?;
        let output = steps.iter().skip(1).take(2).find_map(|step| match step {
            Step::Attribute(name) => Some(name),
            _ => None,
        });
        let symbol = address_of(module, &label);
        let value = self.module_value(&called, symbol, output);
        let mut location = self.texts.location(header);
        let mut used = 1;
        let mut value = value;
        // The output's own place says more than that of the call.
        if let (Some(Step::Attribute(output)), Shape::Single) =
            (steps.get(1), called.expansion.shape)
        {
            if let Some(place) = self.output_place(&called, output) {
                location = place;
            }
            let _ = write!(label, ".{output}");
            value = self.steps(value, &steps[1..2], header, scope);
            used = 2;
        }
        Ok(Found {
            value,
            used,
            label: Some((label, Some(location))),
        })
    }

    fn output_place(&self, called: &Called, output: &Arc<str>) -> Option<Location> {
        let instance = self.module(*called.instances.first()?);
        let at = instance.content.find(&Key::Output(output.clone()))?;
        Some(
            self.texts
                .location(instance.content.outputs[at].block.header),
        )
    }

    /// What a reference to a module call gives: objects with the wanted output, or with all.
    fn module_value(&self, called: &Called, symbol: Arc<str>, output: Option<&Arc<str>>) -> Value {
        if let Some(unseen) = &called.unseen {
            return Value::symbol(unseen.reason.clone(), symbol);
        }
        let objects: Vec<Value> = called
            .instances
            .iter()
            .map(|&number| self.outputs(&self.module(number), output))
            .collect();
        self.collect(symbol, &called.expansion, &objects)
    }

    fn outputs(&self, instance: &Rc<Instance>, output: Option<&Arc<str>>) -> Value {
        let value = |at: usize| {
            let definition = &instance.content.outputs[at];
            let label = format!("output.{}", definition.name);
            let memo = &instance.outputs[at];
            let header = definition.block.header;
            let value = self.result(memo, instance, What::Output(at), &label, header);
            (
                definition.name.clone(),
                value.unwrap_or_else(Fault::into_value),
            )
        };
        let found = |name: &Arc<str>| instance.content.find(&Key::Output(name.clone()));
        let object: Object = match output {
            Some(name) => found(name).into_iter().map(value).collect(),
            None => (0..instance.content.outputs.len()).map(value).collect(),
        };
        Value::object(object)
    }

    /// The instances of a block as one value: itself, a list, an object, or unknown with the block's
    /// symbol.
    pub(in super::super) fn collect(
        &self,
        symbol: Arc<str>,
        expansion: &super::super::module::Expansion,
        values: &[Value],
    ) -> Value {
        if let Some(unknown) = &expansion.open {
            self.remember(symbol.clone(), expansion, values);
            return Value::symbol(unknown.reason.clone(), symbol);
        }
        match expansion.shape {
            Shape::Single => values.first().cloned().unwrap_or_else(Value::null),
            Shape::Count => Value::list(values.iter().cloned()),
            Shape::ForEach => {
                let keys = expansion.slots.iter().map(|slot| match &slot.key {
                    Some(InstanceKey::Name(name)) => name.clone(),
                    _ => "".into(),
                });
                Value::object(keys.zip(values.iter().cloned()).collect::<Object>())
            }
        }
    }

    /// The result of a definition. Who needs itself gets a fault, and the place is a problem.
    fn result<T: Clone>(
        &self,
        memo: &Memo<T>,
        module: &Instance,
        what: What,
        label: &str,
        span: Span,
    ) -> Outcome<T> {
        if memo.progress() == super::super::module::Progress::New {
            self.ensure(Task {
                module: self.module(module.id),
                what,
            });
        }
        memo.get().ok_or_else(|| {
            let text = format!("`{}` refers to itself", address_of(module, label));
            self.problem_once(&text, Some(&self.texts.location(span)));
            Fault::error(text)
        })
    }

    /// Whether the module of a call can be seen.
    pub(in super::super) fn child(&self, module: &Instance, call: usize) -> Option<&Child> {
        self.config.nodes.get(module.node)?.children.get(call)
    }
}

/// A name of a `for`, a template, `each` or `count`. `each.value` is worth a step.
fn bound(name: &str, value: &Value, steps: &[Step]) -> Found {
    let part = match steps.first() {
        Some(Step::Attribute(part)) if matches!(name, "each") && &**part == "value" => part,
        _ => {
            return Found {
                value: value.clone(),
                used: 0,
                label: None,
            };
        }
    };
    Found {
        value: value.get(part).unwrap_or_else(Value::null),
        used: 1,
        label: Some((format!("{name}.{part}"), value.trail.location().cloned())),
    }
}

fn find_path(module: &Instance, name: &str) -> Outcome<Found> {
    let value = match name {
        "module" => path_text(&module.content.folder),
        "root" => ".".to_owned(),
        "cwd" => {
            return Err(Fault::Unknown(Arc::new(Unknown::new(Reason::Elsewhere(
                "where Terraform will be started".into(),
            )))));
        }
        _ => return Err(Fault::error(format!("there is no `path.{name}`"))),
    };
    Ok(Found {
        value: Value::string(value),
        used: 1,
        label: None,
    })
}

/// The address of something in an instance of a module.
pub(in super::super) fn address_of(module: &Instance, name: &str) -> Arc<str> {
    super::super::config::join(&module.address, name)
}

fn path_text(folder: &std::path::Path) -> String {
    let folder = normalise(folder);
    if folder.as_os_str().is_empty() {
        ".".to_owned()
    } else {
        folder.to_string_lossy().replace('\\', "/")
    }
}
