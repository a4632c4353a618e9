//! The `configuration` of a plan: blocks, calls of modules, and what their expressions refer to.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::document::Text;
use super::references::innermost;
use super::variables::Declared;

/// The `configuration` of a plan.
#[derive(Default, Deserialize)]
pub(super) struct ConfigurationDocument<'a> {
    #[serde(borrow)]
    pub(super) root_module: Option<Module<'a>>,
}

/// A module.
#[derive(Default, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the format's")]
pub(super) struct Module<'a> {
    #[serde(borrow)]
    pub(super) resources: Option<Vec<Block<'a>>>,
    #[serde(borrow)]
    pub(super) module_calls: Option<BTreeMap<Text<'a>, Call<'a>>>,
    #[serde(borrow)]
    pub(super) outputs: Option<BTreeMap<Text<'a>, Output<'a>>>,
    #[serde(borrow)]
    pub(super) variables: Option<BTreeMap<Text<'a>, Declared<'a>>>,
}

/// A block `resource` or `data`.
#[derive(Deserialize)]
pub(super) struct Block<'a> {
    #[serde(borrow)]
    pub(super) mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) type_name: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) expressions: Expression<'a>,
    #[serde(borrow)]
    pub(super) count_expression: Option<Expression<'a>>,
    #[serde(borrow)]
    pub(super) for_each_expression: Option<Expression<'a>>,
    #[serde(borrow)]
    pub(super) depends_on: Option<Vec<Text<'a>>>,
}

/// A block `module`, and the module.
#[derive(Default, Deserialize)]
pub(super) struct Call<'a> {
    #[serde(borrow, default)]
    pub(super) expressions: Expression<'a>,
    #[serde(borrow)]
    pub(super) count_expression: Option<Expression<'a>>,
    #[serde(borrow)]
    pub(super) for_each_expression: Option<Expression<'a>>,
    #[serde(borrow)]
    pub(super) depends_on: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    pub(super) module: Module<'a>,
}

/// A block `output`.
#[derive(Deserialize)]
pub(super) struct Output<'a> {
    #[serde(borrow, default)]
    pub(super) expression: Expression<'a>,
    #[serde(borrow)]
    pub(super) depends_on: Option<Vec<Text<'a>>>,
}

/// What an attribute, or all attributes of a block, are set to.
#[derive(Debug)]
pub(super) enum Expression<'a> {
    /// A constant.
    Constant(&'a RawValue),
    /// What the expression refers to: longest references and, behind them, their shorter forms.
    References(Vec<Text<'a>>),
    /// The attributes of a block.
    Block(Vec<(Text<'a>, Expression<'a>)>),
    /// Repeated blocks.
    Blocks(Vec<Expression<'a>>),
}

impl Default for Expression<'_> {
    fn default() -> Self {
        Self::Block(Vec::new())
    }
}

impl<'a> Block<'a> {
    /// Whether it has `count` or `for_each`, as far as the plan says.
    pub(super) fn is_repeated(&self) -> bool {
        self.count_expression.is_some() || self.for_each_expression.is_some()
    }

    /// The name inside its module: `data.azurerm_client_config.current`.
    pub(super) fn local_address(&self) -> String {
        let (kind, name) = (&*self.type_name, &*self.name);
        match self.mode.as_deref() {
            None | Some("managed") => format!("{kind}.{name}"),
            Some(mode) => format!("{mode}.{kind}.{name}"),
        }
    }

    /// All that its expressions refer to.
    pub(super) fn references(&self) -> impl Iterator<Item = &Text<'a>> {
        let repeats = [&self.count_expression, &self.for_each_expression];
        let mut all = self.expressions.references();
        for expression in repeats.into_iter().flatten() {
            all.extend(expression.references());
        }
        all.into_iter()
    }
}

impl Call<'_> {
    /// Whether it has `count` or `for_each`, as far as the plan says.
    pub(super) fn is_repeated(&self) -> bool {
        self.count_expression.is_some() || self.for_each_expression.is_some()
    }
}

impl<'a> Expression<'a> {
    /// What it, or any part of it, refers to, without the shorter forms.
    pub(super) fn references(&self) -> Vec<&Text<'a>> {
        let mut all = Vec::new();
        self.collect(&mut all);
        all
    }

    fn collect<'e>(&'e self, all: &mut Vec<&'e Text<'a>>) {
        match self {
            Self::Constant(_) => {}
            Self::References(references) => all.extend(innermost(references)),
            Self::Block(entries) => entries.iter().for_each(|(_, part)| part.collect(all)),
            Self::Blocks(parts) => parts.iter().for_each(|part| part.collect(all)),
        }
    }

    /// The expression of an attribute of a block.
    pub(super) fn attribute(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Block(entries) => {
                let entry = entries.iter().find(|(key, _)| &**key == name);
                entry.map(|(_, expression)| expression)
            }
            _ => None,
        }
    }

    /// One of repeated blocks; a block that cannot be repeated is its own first one.
    pub(super) fn element(&self, index: usize) -> Option<&Self> {
        match self {
            Self::Blocks(parts) => parts.get(index),
            Self::Block(_) if index == 0 => Some(self),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Expression<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpressionVisitor)
    }
}

struct ExpressionVisitor;

impl<'de> Visitor<'de> for ExpressionVisitor {
    type Value = Expression<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an expression")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Expression::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Expression::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Expression::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Expression::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Expression::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = sequence.next_element()? {
            parts.push(part);
        }
        Ok(Expression::Blocks(parts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut entries, mut whole) = (Vec::new(), None);
        while let Some(name) = map.next_key::<Text<'de>>()? {
            match &*name {
                "references" => match map.next_value::<References<'de>>()? {
                    References::Are(references) => whole = Some(Expression::References(references)),
                    References::Attribute(expression) => entries.push((name, expression)),
                },
                "constant_value" if whole.is_none() => {
                    whole = Some(Expression::Constant(map.next_value()?));
                }
                _ => entries.push((name, map.next_value()?)),
            }
        }
        Ok(whole.unwrap_or(Expression::Block(entries)))
    }
}

/// The list `references`, or an attribute that happens to have this name.
enum References<'a> {
    Are(Vec<Text<'a>>),
    Attribute(Expression<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for References<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        let first = raw.strip_prefix('[').map(str::trim_ascii_start);
        let parsed = if first.is_some_and(|first| first.starts_with(['"', ']'])) {
            serde_json::from_str(raw).map(Self::Are)
        } else {
            serde_json::from_str(raw).map(Self::Attribute)
        };
        parsed.map_err(serde::de::Error::custom)
    }
}

/// The configuration, by address.
#[derive(Default)]
pub(super) struct Configuration<'c, 'a> {
    /// Blocks, by [`crate::source::Instance::block`].
    pub(super) blocks: HashMap<String, &'c Block<'a>>,
    /// Calls of modules, by their address without keys: `module.a.module.b`.
    pub(super) calls: HashMap<String, &'c Call<'a>>,
}

impl<'c, 'a> Configuration<'c, 'a> {
    pub(super) fn new(root: &'c Module<'a>) -> Self {
        let mut configuration = Self::default();
        configuration.add(root, "");
        configuration
    }

    fn add(&mut self, module: &'c Module<'a>, prefix: &str) {
        for block in module.resources.iter().flatten() {
            let address = format!("{prefix}{}", block.local_address());
            self.blocks.insert(address, block);
        }
        for (name, call) in module.module_calls.iter().flatten() {
            let address = format!("{prefix}module.{}", &**name);
            self.add(&call.module, &format!("{address}."));
            self.calls.insert(address, call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_blocks_from_expressions() {
        let text = r#"{
            "name": {"constant_value": "cmk"},
            "scope": {"references": ["azurerm_key_vault.cmk.id", "azurerm_key_vault.cmk"]},
            "references": {"constant_value": 1},
            "acls": [{"bypass": {"references": [
                "var.bypass"
            ]}}],
            "odd": [1, true, null, "x"],
            "empty": {}
        }"#;
        let text = text.replace('\n', "\r\n");
        let expression: Expression<'_> = serde_json::from_str(&text).unwrap();
        let references: Vec<&str> = expression
            .references()
            .iter()
            .map(|text| &***text)
            .collect();
        assert_eq!(references, ["azurerm_key_vault.cmk.id", "var.bypass"]);
        let acls = expression.attribute("acls").unwrap();
        assert!(acls.element(0).unwrap().attribute("bypass").is_some());
        assert!(matches!(
            expression.attribute("references"),
            Some(Expression::Constant(_))
        ));
    }
}
