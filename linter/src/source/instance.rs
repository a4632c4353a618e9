//! Instances of resources and data sources.

use std::fmt;
use std::sync::Arc;

use ppcmk_coverage::estate::{Change, Existence, Fact, Location, Step};

use crate::value::Value;

/// One instance of a resource or of a data source, as sources or a plan have it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The address, as Terraform prints it: `module.retail["emea"].azurerm_key_vault.cmk[0]`. With
    /// `[*]` for the key where `count` or `for_each` is not known.
    pub address: Arc<str>,
    /// The address without any keys: the node of the dependency graph.
    pub block: Arc<str>,
    /// Resource or data source.
    pub mode: Mode,
    /// The type, such as `azurerm_key_vault`.
    pub type_name: Arc<str>,
    /// The key, where the block has `count` or `for_each`.
    pub key: Option<InstanceKey>,
    /// The arguments and attributes: an object. Nested blocks are lists of objects, also where only
    /// one is allowed. Of sources it is open (`rest`), because a provider computes more; defaults of
    /// providers are not filled in.
    pub values: Value,
    /// What the plan says it was before, if it existed.
    pub before: Option<Value>,
    /// The block's header.
    pub location: Option<Location>,
    /// The whole block, for ignores.
    pub extent: Option<Location>,
    /// The calls of the modules around it, outermost first: label `module.retail`, the call's place.
    pub calls: Vec<Step>,
    /// Whether it is certain that there is such an instance.
    pub existence: Existence,
    /// What the plan does with it.
    pub change: Option<Change>,
    /// `lifecycle.prevent_destroy`; only sources say it.
    pub prevent_destroy: Fact<bool>,
    /// The id that an `import` block gives; only sources say it.
    pub import_id: Option<Value>,
}

/// Resource or data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A resource.
    Managed,
    /// A data source.
    Data,
}

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// Of `count`.
    Index(u64),
    /// Of `for_each`.
    Name(Arc<str>),
    /// `count` or `for_each` is not known.
    Unknown,
}

impl fmt::Display for InstanceKey {
    /// As in an address, brackets included.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(formatter, "[{index}]"),
            Self::Name(name) => {
                formatter.write_str("[\"")?;
                for (position, part) in name.split(['"', '\\', '\n']).enumerate() {
                    if position > 0 {
                        let at = part.as_ptr() as usize - name.as_ptr() as usize - 1;
                        formatter.write_str(match name.as_bytes()[at] {
                            b'"' => "\\\"",
                            b'\\' => "\\\\",
                            _ => "\\n",
                        })?;
                    }
                    formatter.write_str(part)?;
                }
                formatter.write_str("\"]")
            }
            Self::Unknown => formatter.write_str("[*]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_quoted_as_in_addresses() {
        assert_eq!(InstanceKey::Index(3).to_string(), "[3]");
        assert_eq!(
            InstanceKey::Name(r#"a"b\c"#.into()).to_string(),
            r#"["a\"b\\c"]"#
        );
        assert_eq!(InstanceKey::Name("".into()).to_string(), "[\"\"]");
    }
}
