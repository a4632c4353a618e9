//! Schemas as the wire has them: the rules that core holds against them, and values that fit.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6::{
    AttributePath, Schema,
    attribute_path::step::Selector,
    schema::{self, nested_block, object},
};

use super::value::Val;

/// A Terraform type.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// `string`, `number` or `bool`
    Primitive(String),
    /// `any`
    Dynamic,
    /// `list`, `set` or `map`
    Collection(Nest, Box<Ty>),
    /// `tuple`
    Tuple(Vec<Ty>),
    /// `object`
    Object(BTreeMap<String, Ty>),
}

/// How often something nested stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nest {
    /// once
    Single,
    /// in order
    List,
    /// without order
    Set,
    /// by name
    Map,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Kind {
    /// a value of a type
    Leaf(Ty),
    /// objects with a schema of their own
    Nested(Nest, Shape),
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attr {
    /// its name
    pub name: String,
    /// what it holds
    pub kind: Kind,
    /// the user has to set it
    pub required: bool,
    /// the user may set it
    pub optional: bool,
    /// the provider may set it
    pub computed: bool,
    /// it is not stored
    pub write_only: bool,
}

/// A nested block.
#[derive(Clone, Debug)]
pub struct Block {
    /// its name
    pub name: String,
    /// how often it stands
    pub nest: Nest,
    /// what is in it
    pub shape: Shape,
}

/// The inside of a block or of a nested attribute.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// its attributes
    pub attributes: Vec<Attr>,
    /// its blocks
    pub blocks: Vec<Block>,
}

impl Ty {
    /// Parses the JSON of a type.
    pub fn parse(json: &Json) -> Result<Self, String> {
        let refuse = || format!("{json} is no type");
        match json {
            Json::String(name) => match name.as_str() {
                "dynamic" => Ok(Self::Dynamic),
                "string" | "number" | "bool" => Ok(Self::Primitive(name.clone())),
                _ => Err(refuse()),
            },
            Json::Array(parts) if parts.len() == 2 => match (parts[0].as_str(), &parts[1]) {
                (Some("list"), part) => Ok(Self::Collection(Nest::List, Self::parse(part)?.into())),
                (Some("set"), part) => Ok(Self::Collection(Nest::Set, Self::parse(part)?.into())),
                (Some("map"), part) => Ok(Self::Collection(Nest::Map, Self::parse(part)?.into())),
                (Some("tuple"), Json::Array(parts)) => parts
                    .iter()
                    .map(Self::parse)
                    .collect::<Result<_, _>>()
                    .map(Self::Tuple),
                (Some("object"), Json::Object(members)) => members
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Self::parse(ty)?)))
                    .collect::<Result<_, String>>()
                    .map(Self::Object),
                _ => Err(refuse()),
            },
            _ => Err(refuse()),
        }
    }

    fn has_dynamic(&self) -> bool {
        match self {
            Self::Primitive(_) => false,
            Self::Dynamic => true,
            Self::Collection(_, ty) => ty.has_dynamic(),
            Self::Tuple(parts) => parts.iter().any(Self::has_dynamic),
            Self::Object(parts) => parts.values().any(Self::has_dynamic),
        }
    }

    /// Whether it is this primitive type.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Primitive(this) if this == name)
    }
}

/// A schema that core takes, as a [`Shape`], or everything that is wrong with it.
pub fn check(place: &str, schema: &Schema, reserved: &[&str]) -> Result<Shape, Vec<String>> {
    let mut problems = Vec::new();
    let shape = match &schema.block {
        None => {
            problems.push(format!("{place}: core crashes on a schema without a block"));
            Shape::default()
        }
        Some(block) => block_shape(place, block, reserved, false, &mut problems),
    };
    if schema.version < 0 {
        problems.push(format!("{place}: negative version"));
    }
    if problems.is_empty() {
        Ok(shape)
    } else {
        Err(problems)
    }
}

fn block_shape(
    place: &str,
    block: &schema::Block,
    reserved: &[&str],
    in_set: bool,
    problems: &mut Vec<String>,
) -> Shape {
    let attributes = attributes(place, &block.attributes, reserved, in_set, problems);
    let mut names: BTreeSet<&str> = block
        .attributes
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    if block.deprecation_message.is_empty() && block.deprecated {
        problems.push(format!("{place}: deprecated without a message"));
    }
    let mut blocks = Vec::new();
    for nested in &block.block_types {
        let place = format!("{place}.{}", nested.type_name);
        if !names.insert(&nested.type_name) || reserved.contains(&nested.type_name.as_str()) {
            problems.push(format!("{place}: the name is taken"));
        }
        name(&place, &nested.type_name, problems);
        let (low, high) = (nested.min_items, nested.max_items);
        let nest = match nested.nesting() {
            nested_block::NestingMode::Single if low == high && low <= 1 => Nest::Single,
            nested_block::NestingMode::List if low <= high || high == 0 => Nest::List,
            nested_block::NestingMode::Set if low <= high || high == 0 => Nest::Set,
            nested_block::NestingMode::Map if low == 0 && high == 0 => Nest::Map,
            other => {
                problems.push(format!("{place}: {other:?} with {low} to {high} items"));
                continue;
            }
        };
        let Some(inner) = &nested.block else {
            problems.push(format!("{place}: no block in the block"));
            continue;
        };
        if inner.description.is_empty() {
            problems.push(format!("{place}: no description"));
        }
        let shape = block_shape(&place, inner, &[], in_set || nest == Nest::Set, problems);
        blocks.push(Block {
            name: nested.type_name.clone(),
            nest,
            shape,
        });
    }
    Shape { attributes, blocks }
}

fn attributes(
    place: &str,
    attributes: &[schema::Attribute],
    reserved: &[&str],
    in_set: bool,
    problems: &mut Vec<String>,
) -> Vec<Attr> {
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for attribute in attributes {
        let place = format!("{place}.{}", attribute.name);
        let mut report = |text: &str| problems.push(format!("{place}: {text}"));
        if !names.insert(&attribute.name) || reserved.contains(&attribute.name.as_str()) {
            report("the name is taken");
        }
        if attribute.description.is_empty() {
            report("no description");
        }
        match (attribute.required, attribute.optional, attribute.computed) {
            (true, false, false) | (false, true, _) | (false, false, true) => (),
            (required, optional, computed) => report(&format!(
                "required {required}, optional {optional}, computed {computed}"
            )),
        }
        if attribute.write_only && (attribute.computed || in_set) {
            report("write-only, and computed or in a set");
        }
        if attribute.deprecated == attribute.deprecation_message.is_empty() {
            report("deprecated and message do not agree");
        }
        let kind = match (&attribute.nested_type, &attribute.r#type[..]) {
            (None, bytes) => {
                let json = serde_json::from_slice(bytes).unwrap_or(Json::Null);
                match Ty::parse(&json) {
                    Ok(ty) => {
                        if in_set && ty.has_dynamic() {
                            report("a dynamic value in a set");
                        }
                        Kind::Leaf(ty)
                    }
                    Err(error) => {
                        report(&format!("core crashes on it: {error}"));
                        continue;
                    }
                }
            }
            (Some(nested), []) => {
                let nest = match nested.nesting() {
                    object::NestingMode::Single => Nest::Single,
                    object::NestingMode::List => Nest::List,
                    object::NestingMode::Set => Nest::Set,
                    object::NestingMode::Map => Nest::Map,
                    object::NestingMode::Invalid => {
                        report("invalid nesting");
                        continue;
                    }
                };
                let in_set = in_set || nest == Nest::Set;
                let attributes =
                    self::attributes(&place, &nested.attributes, &[], in_set, problems);
                Kind::Nested(
                    nest,
                    Shape {
                        attributes,
                        blocks: Vec::new(),
                    },
                )
            }
            (Some(_), _) => {
                report("both type and nested type");
                continue;
            }
        };
        name(&place, &attribute.name, problems);
        found.push(Attr {
            name: attribute.name.clone(),
            kind,
            required: attribute.required,
            optional: attribute.optional,
            computed: attribute.computed,
            write_only: attribute.write_only,
        });
    }
    found
}

fn name(place: &str, name: &str, problems: &mut Vec<String>) {
    let legal = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    if name.is_empty() || !name.chars().all(legal) {
        problems.push(format!("{place}: the name is not [a-z0-9_]+"));
    }
}

impl Shape {
    /// An attribute by its name.
    pub fn attribute(&self, name: &str) -> Option<&Attr> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// The object that core makes of a configuration: every attribute and block is there.
    pub fn fill(&self, json: &Json) -> Val {
        let mut members = BTreeMap::new();
        for attribute in &self.attributes {
            let json = json.get(&attribute.name).unwrap_or(&Json::Null);
            let value = match &attribute.kind {
                Kind::Leaf(ty) => leaf(ty, json),
                Kind::Nested(nest, shape) if !json.is_null() => shape.fill_all(*nest, json),
                Kind::Nested(..) => Val::Null,
            };
            members.insert(attribute.name.clone(), value);
        }
        for block in &self.blocks {
            let json = json.get(&block.name).unwrap_or(&Json::Null);
            let value = match (block.nest, json) {
                (Nest::Single, Json::Null) => Val::Null,
                (Nest::Map, Json::Null) => Val::Map(BTreeMap::new()),
                (_, Json::Null) => Val::List(Vec::new()),
                (nest, json) => block.shape.fill_all(nest, json),
            };
            members.insert(block.name.clone(), value);
        }
        Val::Map(members)
    }

    fn fill_all(&self, nest: Nest, json: &Json) -> Val {
        match (nest, json) {
            (Nest::Single, json) => self.fill(json),
            (Nest::Map, Json::Object(members)) => Val::Map(
                members
                    .iter()
                    .map(|(name, json)| (name.clone(), self.fill(json)))
                    .collect(),
            ),
            (_, Json::Array(elements)) => {
                Val::List(elements.iter().map(|json| self.fill(json)).collect())
            }
            (nest, json) => panic!("{json} is no {nest:?} of objects"),
        }
    }

    /// The value without what is not stored.
    #[must_use]
    pub fn storable(&self, value: &Val) -> Val {
        let Val::Map(members) = value else {
            return value.clone();
        };
        let mut members = members.clone();
        for attribute in &self.attributes {
            let Some(member) = members.get_mut(&attribute.name) else {
                continue;
            };
            if attribute.write_only {
                *member = Val::Null;
            } else if let Kind::Nested(nest, shape) = &attribute.kind {
                *member = shape.storable_all(*nest, member);
            }
        }
        for block in &self.blocks {
            if let Some(member) = members.get_mut(&block.name) {
                *member = block.shape.storable_all(block.nest, member);
            }
        }
        Val::Map(members)
    }

    fn storable_all(&self, nest: Nest, value: &Val) -> Val {
        match (nest, value) {
            (Nest::Single, value) => self.storable(value),
            (_, Val::List(parts)) => {
                Val::List(parts.iter().map(|part| self.storable(part)).collect())
            }
            (_, Val::Map(parts)) => Val::Map(
                parts
                    .iter()
                    .map(|(name, part)| (name.clone(), self.storable(part)))
                    .collect(),
            ),
            (_, other) => other.clone(),
        }
    }

    /// Whether a diagnostic's path leads somewhere, and not into a set.
    pub fn resolve(&self, path: &AttributePath) -> Result<(), String> {
        let mut place = Place::Shape(self);
        for step in &path.steps {
            let selector = step.selector.as_ref().ok_or("a step without a selector")?;
            place = place
                .step(selector)
                .ok_or_else(|| format!("{selector:?} leads nowhere"))?;
        }
        Ok(())
    }
}

enum Place<'a> {
    Shape(&'a Shape),
    Elements(Nest, &'a Shape),
    Ty(&'a Ty),
    Anywhere,
}

impl Place<'_> {
    fn step(self, selector: &Selector) -> Option<Self> {
        let nested = |nest, shape| match nest {
            Nest::Single => Place::Shape(shape),
            nest => Place::Elements(nest, shape),
        };
        match (self, selector) {
            (Place::Shape(shape), Selector::AttributeName(name)) => {
                if let Some(block) = shape.blocks.iter().find(|block| block.name == *name) {
                    return Some(nested(block.nest, &block.shape));
                }
                Some(match &shape.attribute(name)?.kind {
                    Kind::Leaf(ty) => Place::Ty(ty),
                    Kind::Nested(nest, shape) => nested(*nest, shape),
                })
            }
            (Place::Elements(Nest::List, shape), Selector::ElementKeyInt(0..))
            | (Place::Elements(Nest::Map, shape), Selector::ElementKeyString(_)) => {
                Some(Place::Shape(shape))
            }
            (Place::Ty(Ty::Collection(Nest::List, ty)), Selector::ElementKeyInt(0..))
            | (Place::Ty(Ty::Collection(Nest::Map, ty)), Selector::ElementKeyString(_)) => {
                Some(Place::Ty(ty))
            }
            (Place::Ty(Ty::Tuple(types)), Selector::ElementKeyInt(index)) => {
                types.get(usize::try_from(*index).ok()?).map(Place::Ty)
            }
            (Place::Ty(Ty::Object(members)), Selector::AttributeName(name)) => {
                members.get(name).map(Place::Ty)
            }
            (Place::Ty(Ty::Dynamic) | Place::Anywhere, _) => Some(Place::Anywhere),
            _ => None,
        }
    }
}

fn leaf(ty: &Ty, json: &Json) -> Val {
    match (ty, json) {
        (_, Json::Null) => Val::Null,
        (Ty::Dynamic, json) => Val::typed(&type_of(json).to_string(), untyped(json)),
        (Ty::Collection(Nest::Map, ty), Json::Object(members)) => Val::Map(
            members
                .iter()
                .map(|(name, json)| (name.clone(), leaf(ty, json)))
                .collect(),
        ),
        (Ty::Collection(_, ty), Json::Array(elements)) => {
            Val::List(elements.iter().map(|json| leaf(ty, json)).collect())
        }
        (Ty::Object(types), json) => Val::Map(
            types
                .iter()
                .map(|(name, ty)| {
                    (
                        name.clone(),
                        leaf(ty, json.get(name).unwrap_or(&Json::Null)),
                    )
                })
                .collect(),
        ),
        (_, json) => untyped(json),
    }
}

/// A value of the type that [`type_of`] says.
fn untyped(json: &Json) -> Val {
    match json {
        Json::Null => Val::Null,
        Json::Bool(value) => Val::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Val::Int(number),
            // Core writes a fraction as binary only where that is exact.
            (None, Some(number)) if (number * 1024.0).fract() == 0.0 && number.abs() < 1e9 => {
                Val::Float(number)
            }
            _ => Val::text(json.to_string()),
        },
        Json::String(text) => Val::text(text),
        Json::Array(parts) => Val::List(parts.iter().map(untyped).collect()),
        Json::Object(members) => Val::Map(
            members
                .iter()
                .map(|(name, json)| (name.clone(), untyped(json)))
                .collect(),
        ),
    }
}

/// The type that core gives to a literal.
fn type_of(json: &Json) -> Json {
    match json {
        Json::Null => "dynamic".into(),
        Json::Bool(_) => "bool".into(),
        Json::Number(_) => "number".into(),
        Json::String(_) => "string".into(),
        Json::Array(parts) => {
            serde_json::json!(["tuple", parts.iter().map(type_of).collect::<Vec<_>>()])
        }
        Json::Object(members) => {
            let members: serde_json::Map<_, _> = members
                .iter()
                .map(|(name, json)| (name.clone(), type_of(json)))
                .collect();
            serde_json::json!(["object", members])
        }
    }
}
