//! What a provider, resource or data source looks like in the user's configuration.
//!
//! A schema is built once with the functions here, and everything else follows from it: the wire
//! form, the type of the value, the checks that core leaves to the provider, the plan.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

mod check;
pub mod modifier;
pub mod validator;
mod wire;

pub use self::check::SchemaProblem;
use self::modifier::PlanModifier;
use self::validator::Validator;
use crate::value::{Type, Value};

/// The shape of a configuration block.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Version of the stored state, from 0; counts up when old state needs an upgrade.
    pub version: i64,
    /// Markdown for the documentation.
    pub description: String,
    /// The attributes in the order of the documentation.
    pub attributes: Vec<Attribute>,
    /// The nested blocks.
    pub blocks: Vec<Block>,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The user has to.
    Required,
    /// The user may.
    Optional,
    /// The provider does.
    Computed,
    /// The user may, otherwise the provider does.
    OptionalComputed,
}

/// How many values of a nested shape there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object or none.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// Objects by name.
    Map,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A value of a plain type.
    Leaf(Type),
    /// Objects whose attributes have schemas of their own.
    Nested(Nesting, Vec<Attribute>),
}

/// Decides whether two known values mean the same, such as ids that differ in case.
pub type SemanticEquality = Arc<dyn Fn(&Value, &Value) -> bool + Send + Sync>;

/// One argument or attribute.
#[derive(Clone)]
pub struct Attribute {
    /// The name in the configuration.
    pub name: String,
    /// What it holds.
    pub shape: Shape,
    /// Who sets it.
    pub mode: Mode,
    /// Hidden in the output of Terraform.
    pub sensitive: bool,
    /// Never stored, only in the configuration.
    pub write_only: bool,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
    /// Markdown for the documentation.
    pub description: String,
    /// The value when the configuration has none.
    pub default: Option<Value>,
    pub(crate) validators: Vec<Arc<dyn Validator>>,
    pub(crate) modifiers: Vec<Arc<dyn PlanModifier>>,
    pub(crate) semantic_equality: Option<SemanticEquality>,
}

/// One kind of nested block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The name of the block in the configuration.
    pub name: String,
    /// How many there may be.
    pub nesting: Nesting,
    /// What is inside.
    pub attributes: Vec<Attribute>,
    /// Markdown for the documentation.
    pub description: String,
    /// Why it should no longer be used.
    pub deprecated: Option<String>,
}

impl Schema {
    /// A schema of version 0.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..Self::default()
        }
    }

    /// The version of the stored state.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Adds several attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    /// Adds a kind of nested block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The type of a value of this shape.
    pub fn ty(&self) -> Type {
        let mut members = attribute_types(&self.attributes);
        members.extend(
            self.blocks
                .iter()
                .map(|block| (block.name.clone(), block.ty())),
        );
        Type::Object(members)
    }
}

impl Attribute {
    /// An optional attribute of a type; see [`Attribute::required`] and [`Attribute::computed`].
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self::of_shape(name, Shape::Leaf(ty))
    }

    /// Text.
    pub fn string(name: impl Into<String>) -> Self {
        Self::new(name, Type::String)
    }

    /// A number.
    pub fn number(name: impl Into<String>) -> Self {
        Self::new(name, Type::Number)
    }

    /// `true` or `false`.
    pub fn bool(name: impl Into<String>) -> Self {
        Self::new(name, Type::Bool)
    }

    /// Objects whose attributes have schemas of their own.
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::of_shape(
            name,
            Shape::Nested(nesting, attributes.into_iter().collect()),
        )
    }

    fn of_shape(name: impl Into<String>, shape: Shape) -> Self {
        Self {
            name: name.into(),
            shape,
            mode: Mode::Optional,
            sensitive: false,
            write_only: false,
            deprecated: None,
            description: String::new(),
            default: None,
            validators: Vec::new(),
            modifiers: Vec::new(),
            semantic_equality: None,
        }
    }

    /// The user has to set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.mode = Mode::Required;
        self
    }

    /// The provider sets it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.mode = Mode::Computed;
        self
    }

    /// The user may set it, otherwise the provider does.
    #[must_use]
    pub fn optional_computed(mut self) -> Self {
        self.mode = Mode::OptionalComputed;
        self
    }

    /// The value when the configuration has none. The attribute becomes optional and computed,
    /// because the planned value then differs from the configured null.
    #[must_use]
    pub fn default_value(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.optional_computed()
    }

    /// Hides the value in Terraform's output.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Keeps the value out of plan and state.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Marks it as not to be used any more.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecated = Some(message.into());
        self
    }

    /// Markdown for the documentation.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds a check of configured values.
    #[must_use]
    pub fn validate(mut self, validator: impl Validator + 'static) -> Self {
        self.validators.push(Arc::new(validator));
        self
    }

    /// Adds a step of the plan.
    #[must_use]
    pub fn modify(mut self, modifier: impl PlanModifier + 'static) -> Self {
        self.modifiers.push(Arc::new(modifier));
        self
    }

    /// A change replaces the object. Values that mean the same do not count as a change.
    #[must_use]
    pub fn requires_replace(self) -> Self {
        self.modify(modifier::RequiresReplace)
    }

    /// The provider's value stays as it was unless the provider says otherwise, instead of being
    /// unknown in every plan that changes something.
    #[must_use]
    pub fn use_prior(self) -> Self {
        self.modify(modifier::UsePrior)
    }

    /// Values that mean the same although they are spelled differently: the spelling of the
    /// configuration, then of the state, is kept.
    #[must_use]
    pub fn same_when(
        mut self,
        equal: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.semantic_equality = Some(Arc::new(equal));
        self
    }

    /// The type of the value.
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Leaf(ty) => ty.clone(),
            Shape::Nested(nesting, attributes) => nesting.ty(attribute_types(attributes)),
        }
    }

    /// Whether the provider may choose the value when the configuration has none.
    pub fn is_computed(&self) -> bool {
        matches!(self.mode, Mode::Computed | Mode::OptionalComputed)
    }

    /// Whether a change replaces the object; see [`Attribute::requires_replace`].
    pub fn replaces_when_changed(&self) -> bool {
        self.modifiers
            .iter()
            .any(|modifier| modifier.always_replaces())
    }

    /// Whether two known values mean the same here.
    pub(crate) fn means_the_same(&self, left: &Value, right: &Value) -> bool {
        if left == right {
            return true;
        }
        let comparable = |value: &Value| !value.is_null() && value.is_wholly_known();
        match &self.semantic_equality {
            Some(equal) => comparable(left) && comparable(right) && equal(left, right),
            None => false,
        }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attribute")
            .field("name", &self.name)
            .field("shape", &self.shape)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl Block {
    /// A block that may stand once. Absent means null.
    pub fn single(
        name: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::of_nesting(name, Nesting::Single, attributes)
    }

    /// A block that may stand any number of times, in order.
    pub fn list(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::of_nesting(name, Nesting::List, attributes)
    }

    /// A block that may stand any number of times, without order.
    pub fn set(name: impl Into<String>, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        Self::of_nesting(name, Nesting::Set, attributes)
    }

    fn of_nesting(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self {
            name: name.into(),
            nesting,
            attributes: attributes.into_iter().collect(),
            description: String::new(),
            deprecated: None,
        }
    }

    /// Markdown for the documentation.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The type of the value.
    pub fn ty(&self) -> Type {
        self.nesting.ty(attribute_types(&self.attributes))
    }
}

impl Nesting {
    fn ty(self, members: BTreeMap<String, Type>) -> Type {
        let object = Type::Object(members);
        match self {
            Self::Single => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

fn attribute_types(attributes: &[Attribute]) -> BTreeMap<String, Type> {
    attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), attribute.ty()))
        .collect()
}
