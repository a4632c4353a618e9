//! Types in the words of the registry.

use tfplugin::{Attribute, Block, Nesting, Type, schema::Shape};

/// The words for a type, such as `List of String`.
pub(crate) fn of_type(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", of_type(element)),
        Type::Set(element) => format!("Set of {}", of_type(element)),
        Type::Map(element) => format!("Map of {}", of_type(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// What stands in parentheses behind an attribute.
pub(crate) fn of_attribute(attribute: &Attribute) -> String {
    let mut words = match &attribute.shape {
        Shape::Leaf(ty) => of_type(ty),
        Shape::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        Shape::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Shape::Nested(Nesting::Set, _) => "Attributes Set".to_owned(),
        Shape::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    };
    let marks = [
        (attribute.sensitive, ", Sensitive"),
        (attribute.write_only, ", Write-only"),
        (attribute.deprecated.is_some(), ", Deprecated"),
    ];
    words.extend(
        marks
            .into_iter()
            .filter_map(|(holds, mark)| holds.then_some(mark)),
    );
    words
}

/// What stands in parentheses behind a block.
pub(crate) fn of_block(block: &Block) -> String {
    let words = match block.nesting {
        Nesting::Single => "Block, Optional",
        Nesting::List => "Block List",
        Nesting::Set => "Block Set",
        Nesting::Map => "Block Map",
    };
    match &block.deprecated {
        Some(_) => format!("{words}, Deprecated"),
        None => words.to_owned(),
    }
}

/// A type as configurations write it, such as `list(string)`.
pub(crate) fn in_code(ty: &Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Dynamic => "dynamic".to_owned(),
        Type::List(element) => format!("list of {}", in_code(element)),
        Type::Set(element) => format!("set of {}", in_code(element)),
        Type::Map(element) => format!("map of {}", in_code(element)),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::Object(_) => "object".to_owned(),
    }
}
