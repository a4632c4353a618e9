//! What a plan says about the configuration that it was made of: enough to tell whether sources are
//! that configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::{Configuration, Expression};
use super::document::is_name;
use super::mask::NONE;
use super::values::{Interner, Path, build_plain};
use crate::adapt::is_understood;
use crate::source::InputError;
use crate::source::encoded::Document;
use crate::value::Value;

/// The outline of the configuration of a plan.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The plan is about the whole configuration: what is not in it, will not be there.
    pub is_complete: bool,
    /// The blocks `resource` and `data` of all modules, as [`crate::source::Instance::block`] names
    /// them. Of types that are understood, with the attributes that are simple constants.
    pub blocks: BTreeMap<Arc<str>, Vec<Constant>>,
    /// The values of the root module's variables, as the environment would give them:
    /// `TF_VAR_location` and `europe`. Without defaults and sensitive variables.
    pub variables: Vec<(String, String)>,
}

/// An attribute that the configuration sets to a simple constant.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Names of attributes and numbers of blocks, from the outside in.
    pub path: Box<[PathStep]>,
    /// The constant.
    pub value: Value,
}

/// A step into a value.
#[derive(Clone, Debug)]
pub enum PathStep {
    /// An attribute.
    Attribute(Arc<str>),
    /// An element, from 0.
    Element(usize),
}

impl Constant {
    /// The path as Terraform prints it.
    pub fn shown(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            text = match step {
                PathStep::Attribute(name) if text.is_empty() => name.to_string(),
                PathStep::Attribute(name) if is_name(name) => format!("{text}.{name}"),
                PathStep::Attribute(name) => format!("{text}[{name:?}]"),
                PathStep::Element(index) => format!("{text}[{index}]"),
            };
        }
        text
    }
}

/// Makes the outline of a configuration.
pub(super) fn outline(
    document: Document<'_>,
    interner: &Interner,
    configuration: &Configuration<'_, '_>,
    is_complete: bool,
) -> Result<Outline, InputError> {
    let mut blocks = BTreeMap::new();
    for (address, block) in &configuration.blocks {
        let mut constants = Vec::new();
        if is_understood(&block.type_name) {
            let reader = Reader { document, interner };
            reader.add(&block.expressions, &mut Vec::new(), &mut constants)?;
        }
        constants.shrink_to_fit();
        blocks.insert(address.as_str().into(), constants);
    }
    Ok(Outline {
        is_complete,
        blocks,
        variables: Vec::new(),
    })
}

struct Reader<'o> {
    document: Document<'o>,
    interner: &'o Interner,
}

impl Reader<'_> {
    fn add(
        &self,
        expression: &Expression<'_>,
        path: &mut Vec<PathStep>,
        constants: &mut Vec<Constant>,
    ) -> Result<(), InputError> {
        match expression {
            Expression::References(_) => {}
            // Lists and objects may be written in more than one way.
            Expression::Constant(raw) if raw.get().starts_with(['[', '{', 'n']) => {}
            Expression::Constant(raw) => {
                let build = build_plain(self.interner, &Path::Root(""), NONE, None);
                constants.push(Constant {
                    path: path.as_slice().into(),
                    value: self.document.build(raw, build)?,
                });
            }
            Expression::Block(entries) => {
                for (name, part) in entries {
                    path.push(PathStep::Attribute(self.interner.text(name)));
                    self.add(part, path, constants)?;
                    path.pop();
                }
            }
            Expression::Blocks(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    path.push(PathStep::Element(index));
                    self.add(part, path, constants)?;
                    path.pop();
                }
            }
        }
        Ok(())
    }
}
