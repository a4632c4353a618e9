//! Functions: pure, called on a provider that is not configured.

use crate::value::{Type, Value};
use crate::wire::tfplugin6;

/// A provider-defined function.
pub trait Function: Send + Sync {
    /// The name after `provider::<provider>::`.
    fn name(&self) -> &str;

    /// What it takes, gives and is for.
    fn signature(&self) -> Signature;

    /// Computes the result. The same arguments have to give the same result. Arguments are known
    /// and not null unless the parameter says otherwise.
    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// The outside of a function.
#[derive(Clone, Debug)]
pub struct Signature {
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// What every further argument is.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name, for messages and documentation.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// Whether null is passed on instead of refused.
    pub allow_null: bool,
    /// Whether unknown values are passed on instead of making the result unknown.
    pub allow_unknown: bool,
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong.
    pub text: String,
    /// Which argument is to blame, from zero.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of one argument.
    pub fn at(argument: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(argument),
        }
    }
}

impl Parameter {
    /// A parameter that is neither null nor unknown when the function is called.
    pub fn new(name: &str, ty: Type, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            ty,
            description: description.to_owned(),
            allow_null: false,
            allow_unknown: false,
        }
    }

    fn to_wire(&self) -> tfplugin6::function::Parameter {
        tfplugin6::function::Parameter {
            name: self.name.clone(),
            r#type: self.ty.to_bytes(),
            allow_null_value: self.allow_null,
            allow_unknown_values: self.allow_unknown,
            description: self.description.clone(),
            description_kind: tfplugin6::StringKind::Markdown.into(),
        }
    }
}

impl Signature {
    pub(crate) fn to_wire(&self) -> tfplugin6::Function {
        tfplugin6::Function {
            parameters: self.parameters.iter().map(Parameter::to_wire).collect(),
            variadic_parameter: self.variadic.as_ref().map(Parameter::to_wire),
            r#return: Some(tfplugin6::function::Return {
                r#type: self.returns.to_bytes(),
            }),
            summary: self.summary.clone(),
            description: self.description.clone(),
            description_kind: tfplugin6::StringKind::Markdown.into(),
            deprecation_message: String::new(),
        }
    }

    /// The parameter of an argument.
    pub(crate) fn parameter(&self, argument: usize) -> Option<&Parameter> {
        self.parameters.get(argument).or(self.variadic.as_ref())
    }
}
