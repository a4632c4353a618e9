//! Schemas in the wire's form.

use super::{Attribute, Block, Mode, Nesting, Schema, Shape};
use crate::wire::tfplugin6::schema::{self, nested_block, object};
use crate::wire::tfplugin6::{self, StringKind};

impl Schema {
    pub(crate) fn to_wire(&self) -> tfplugin6::Schema {
        tfplugin6::Schema {
            version: self.version,
            block: Some(schema::Block {
                version: self.version,
                attributes: self.attributes.iter().map(Attribute::to_wire).collect(),
                block_types: self.blocks.iter().map(Block::to_wire).collect(),
                description: self.description.clone(),
                description_kind: StringKind::Markdown.into(),
                deprecated: self.deprecated.is_some(),
                deprecation_message: self.deprecated.clone().unwrap_or_default(),
                ..schema::Block::default()
            }),
        }
    }
}

impl Attribute {
    fn to_wire(&self) -> schema::Attribute {
        let (ty, nested_type) = match &self.shape {
            Shape::Leaf(ty) => (ty.to_bytes(), None),
            Shape::Nested(nesting, attributes) => {
                let nesting = match nesting {
                    Nesting::Single => object::NestingMode::Single,
                    Nesting::List => object::NestingMode::List,
                    Nesting::Set => object::NestingMode::Set,
                    Nesting::Map => object::NestingMode::Map,
                };
                let object = schema::Object {
                    attributes: attributes.iter().map(Self::to_wire).collect(),
                    nesting: nesting.into(),
                    ..schema::Object::default()
                };
                (Vec::new(), Some(object))
            }
        };
        schema::Attribute {
            name: self.name.clone(),
            r#type: ty,
            nested_type,
            description: self.description.clone(),
            required: self.mode == Mode::Required,
            optional: matches!(self.mode, Mode::Optional | Mode::OptionalComputed),
            computed: self.is_computed(),
            sensitive: self.sensitive,
            description_kind: StringKind::Markdown.into(),
            deprecated: self.deprecated.is_some(),
            write_only: self.write_only,
            deprecation_message: self.deprecated.clone().unwrap_or_default(),
        }
    }
}

impl Block {
    fn to_wire(&self) -> schema::NestedBlock {
        let nesting = match self.nesting {
            Nesting::Single => nested_block::NestingMode::Single,
            Nesting::List => nested_block::NestingMode::List,
            Nesting::Set => nested_block::NestingMode::Set,
            Nesting::Map => nested_block::NestingMode::Map,
        };
        schema::NestedBlock {
            type_name: self.name.clone(),
            block: Some(schema::Block {
                attributes: self.attributes.iter().map(Attribute::to_wire).collect(),
                description: self.description.clone(),
                description_kind: StringKind::Markdown.into(),
                deprecated: self.deprecated.is_some(),
                deprecation_message: self.deprecated.clone().unwrap_or_default(),
                ..schema::Block::default()
            }),
            nesting: nesting.into(),
            ..schema::NestedBlock::default()
        }
    }
}
