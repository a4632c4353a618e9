//! Where a value came from.

use std::sync::Arc;

/// Where a value came from, down to the place that a person can edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The place to edit: the literal itself, wherever it stands (a default, a variable file).
    pub location: Option<Location>,
    /// The attribute inside its object, as Terraform prints it:
    /// `network_acls[0].bypass`, `body.properties.encryption.keyVault.id`.
    pub path: Option<Arc<str>>,
    /// How the value came here, from the attribute towards the literal. Empty when the literal
    /// stands in the attribute itself.
    pub chain: Arc<[Step]>,
    /// Nothing is written, and this is the resource type's documented default.
    pub is_default: bool,
}

/// One step of the way that a value took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was passed: `local.region`, `var.region`, `prod.tfvars`.
    pub label: Arc<str>,
    /// Where.
    pub location: Option<Location>,
}

/// A range of a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path as it is shown, with forward slashes.
    pub file: Arc<str>,
    /// The first character.
    pub start: Position,
    /// Just behind the last character.
    pub end: Position,
}

/// A place in a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters (Unicode scalar values).
    pub column: u32,
    /// From 0, in bytes from the start of the file.
    pub offset: u32,
}

impl Origin {
    /// An attribute, by its path.
    pub fn at_path(path: impl Into<Arc<str>>) -> Self {
        Self {
            path: Some(path.into()),
            ..Self::default()
        }
    }

    /// A place in a file.
    pub fn at_location(location: Location) -> Self {
        Self {
            location: Some(location),
            ..Self::default()
        }
    }
}
