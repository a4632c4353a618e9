//! The identity of a resource: the few attributes that name an object for good, kept by Terraform
//! from 1.12 on next to the state.

use crate::value::{Type, Value};
use crate::wire::tfplugin6::{self, resource_identity_schema};

/// The attributes that identify an object of one type.
#[derive(Clone, Debug, Default)]
pub struct IdentitySchema {
    /// Version of the identity, from 0.
    pub version: i64,
    /// The attributes.
    pub attributes: Vec<IdentityAttribute>,
}

/// One attribute of an identity: text, which is all that ids need.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// The name.
    pub name: String,
    /// What it is, in Markdown.
    pub description: String,
    /// Whether an import by identity has to give it.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// An identity without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute that an import has to give.
    #[must_use]
    pub fn required(self, name: &str, description: &str) -> Self {
        self.with(name, description, true)
    }

    /// Adds an attribute that an import may give.
    #[must_use]
    pub fn optional(self, name: &str, description: &str) -> Self {
        self.with(name, description, false)
    }

    fn with(mut self, name: &str, description: &str, required_for_import: bool) -> Self {
        self.attributes.push(IdentityAttribute {
            name: name.to_owned(),
            description: description.to_owned(),
            required_for_import,
        });
        self
    }

    /// The type of an identity.
    pub fn ty(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name.clone(), Type::String)),
        )
    }

    /// An identity of which nothing is known yet.
    pub(crate) fn unknown(&self) -> Value {
        Value::object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name.clone(), Value::Unknown)),
        )
    }

    pub(crate) fn to_wire(&self) -> tfplugin6::ResourceIdentitySchema {
        tfplugin6::ResourceIdentitySchema {
            version: self.version,
            identity_attributes: self
                .attributes
                .iter()
                .map(|attribute| resource_identity_schema::IdentityAttribute {
                    name: attribute.name.clone(),
                    r#type: Type::String.to_bytes(),
                    required_for_import: attribute.required_for_import,
                    optional_for_import: !attribute.required_for_import,
                    description: attribute.description.clone(),
                })
                .collect(),
        }
    }
}
