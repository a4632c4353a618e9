//! Attributes in the few forms that schemas are full of.

use tfplugin::{Attribute, Type};

/// Text that the user has to set, and whose change replaces the object.
pub(crate) fn fixed(name: &str) -> Attribute {
    Attribute::string(name).required().requires_replace()
}

/// Text that the user has to set.
pub(crate) fn needed(name: &str) -> Attribute {
    Attribute::string(name).required()
}

/// Text that the user may set.
pub(crate) fn optional(name: &str) -> Attribute {
    Attribute::string(name)
}

/// Text that the service chooses once.
pub(crate) fn computed(name: &str) -> Attribute {
    Attribute::string(name).computed().use_prior()
}

/// Text that the user may set, or else the service chooses.
pub(crate) fn either(name: &str) -> Attribute {
    Attribute::string(name).optional_computed().use_prior()
}

/// The same for any attribute.
pub(crate) fn or_computed(attribute: Attribute) -> Attribute {
    attribute.optional_computed().use_prior()
}

/// `true` or `false` that the user may set.
pub(crate) fn flag(name: &str) -> Attribute {
    Attribute::bool(name)
}

/// Texts that the user may set.
pub(crate) fn texts(name: &str) -> Attribute {
    Attribute::new(name, Type::list(Type::String))
}

/// Tags of Azure.
pub(crate) fn tags() -> Attribute {
    Attribute::new("tags", Type::map(Type::String))
}

/// Blocks that may be computed, and blocks inside of blocks, as attributes: Terraform takes the
/// syntax of blocks for lists of objects, and plans show the same values.
pub(crate) fn blocks<const N: usize>(name: &str, members: [(&str, Type); N]) -> Attribute {
    Attribute::new(name, Type::list(Type::object(members)))
}
