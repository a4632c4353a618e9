//! Values of three states: known, absent, unknown.

use std::fmt;
use std::sync::Arc;

use super::Origin;

/// A value that may be absent, or unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// The value.
    Value(T),
    /// Nothing is written, or `null`.
    Absent,
    /// It will have a value, or may have one, and nobody can say which.
    Unknown(Unknown),
}

/// A value together with the place that it came from.
#[derive(Clone, Debug)]
pub struct Fact<T> {
    /// The value.
    pub known: Known<T>,
    /// The place. For an absent value, the place where one would be written.
    pub origin: Origin,
}

/// Why a value is not known, and what it will be, where it has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why.
    pub reason: Reason,
    /// The name of the value: two unknown values with one symbol are the same value
    /// (`module.a.var.environment_id`, `azapi_resource.policy.id`).
    pub symbol: Option<Arc<str>>,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A variable of the root module without default and without value.
    VariableWithoutValue(Arc<str>),
    /// An attribute (`azapi_resource.policy.id`) that the provider computes at apply, read from
    /// sources.
    Computed(Arc<str>),
    /// The plan itself does not know the attribute.
    KnownAfterApply(Arc<str>),
    /// A data source, read from sources.
    DataSource(Arc<str>),
    /// A module (its call's address) whose source is not a local folder.
    RemoteModule(Arc<str>),
    /// A function that is not evaluated, such as `timestamp`.
    Function(Arc<str>),
    /// A file that the configuration reads and that could not be read.
    File(Arc<str>),
    /// A reference to something that is not there, or an expression that cannot be evaluated. The
    /// text says what.
    Expression(Arc<str>),
    /// A name (of a geo, of a region) that the table does not know.
    Name(Arc<str>),
    /// Something that no declaration mentions, such as "the Power Platform integration".
    NotDeclared(Arc<str>),
    /// It is decided outside of what was read, such as a policy in another state. The text says
    /// what ("the policy is not part of this configuration").
    Elsewhere(Arc<str>),
}

// A derived implementation would ask for a default of `T`.
impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self::absent_at(Origin::default())
    }
}

impl<T> Known<T> {
    /// The value, if it is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Converts a known value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Known<U> {
        match self {
            Self::Value(value) => Known::Value(convert(value)),
            Self::Absent => Known::Absent,
            Self::Unknown(unknown) => Known::Unknown(unknown),
        }
    }
}

impl<T> Fact<T> {
    /// A known value.
    pub fn value_at(value: T, origin: Origin) -> Self {
        Self {
            known: Known::Value(value),
            origin,
        }
    }

    /// A value that is not written; `origin` is where it would be.
    pub fn absent_at(origin: Origin) -> Self {
        Self {
            known: Known::Absent,
            origin,
        }
    }

    /// A value that nobody can say.
    pub fn unknown_at(unknown: Unknown, origin: Origin) -> Self {
        Self {
            known: Known::Unknown(unknown),
            origin,
        }
    }

    /// The value, if it is known.
    pub fn value(&self) -> Option<&T> {
        self.known.value()
    }

    /// Why the value is not known.
    pub fn unknown(&self) -> Option<&Unknown> {
        match &self.known {
            Known::Unknown(unknown) => Some(unknown),
            Known::Value(_) | Known::Absent => None,
        }
    }

    /// Whether nothing is written.
    pub fn is_absent(&self) -> bool {
        matches!(self.known, Known::Absent)
    }

    /// A known value of this kind counts as absent.
    #[must_use]
    pub fn without(self, is_nothing: impl FnOnce(&T) -> bool) -> Self {
        if self.value().is_some_and(is_nothing) {
            return Self::absent_at(self.origin);
        }
        self
    }

    /// Converts a known value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Fact<U> {
        Fact {
            known: self.known.map(convert),
            origin: self.origin,
        }
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Self::value_at(value, Origin::default())
    }
}

impl Unknown {
    /// An unknown value without a name of its own.
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            symbol: None,
        }
    }

    /// What would decide it, in the linter's spelling: options of the command line, files.
    pub fn decided_by(&self) -> Vec<String> {
        match &self.reason {
            Reason::VariableWithoutValue(name) => vec![
                format!("--var {name}=..."),
                "--var-file FILE".into(),
                "--plan FILE".into(),
            ],
            Reason::Computed(_) | Reason::DataSource(_) | Reason::RemoteModule(_) => {
                vec!["--plan FILE".into()]
            }
            Reason::Function(_) | Reason::Expression(_) => vec!["--plan FILE".into()],
            Reason::File(path) => vec![format!("the file {path}"), "--plan FILE".into()],
            Reason::KnownAfterApply(_) => vec!["terraform apply".into()],
            Reason::Name(_) => vec!["ppcmk_locations".into()],
            Reason::NotDeclared(_) => {
                vec!["data \"ppcmk_coverage\"".into(), "--inventory FILE".into()]
            }
            Reason::Elsewhere(_) => vec!["--inventory FILE".into(), "--state FILE".into()],
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VariableWithoutValue(name) => {
                write!(formatter, "variable `{name}` has no value")
            }
            Self::Computed(name) => write!(formatter, "`{name}` is computed at apply"),
            Self::KnownAfterApply(name) => write!(formatter, "`{name}` is known after apply"),
            Self::DataSource(name) => write!(formatter, "`{name}` is read when Terraform plans"),
            Self::RemoteModule(name) => write!(formatter, "the source of `{name}` is not local"),
            Self::Function(name) => write!(formatter, "`{name}` is not evaluated"),
            Self::File(path) => write!(formatter, "file `{path}` was not read"),
            Self::Expression(text) | Self::Elsewhere(text) => formatter.write_str(text),
            Self::Name(name) => write!(formatter, "`{name}` is not in the table of locations"),
            Self::NotDeclared(what) => write!(formatter, "{what} is not declared"),
        }
    }
}
