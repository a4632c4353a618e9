//! What reading an input gave.

use std::sync::Arc;

use ppcmk_coverage::estate::{Location, Order, Unknown};

use super::plan::Outline;
use super::{Instance, Sources};

/// What reading one input gave: what was understood, and the problems.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Instances of resources and data sources, sorted by address.
    pub instances: Vec<Instance>,
    /// What is created after what, by [`Instance::block`].
    pub order: Order,
    /// Files that could not be read, and what else is wrong with the sources (CMK901).
    pub problems: Vec<Problem>,
    /// The comments `# ppcmk-lint: ...`, as they stand.
    pub comments: Vec<Comment>,
    /// The texts that were read.
    pub sources: Sources,
    /// Parts that could not be seen, such as modules whose source is not local: what is missing may
    /// be there.
    pub unseen: Vec<Unknown>,
    /// It has what a plan says about changes.
    pub has_changes: bool,
    /// It has what only sources say, such as `lifecycle` and comments.
    pub has_sources: bool,
    /// What a plan says about the configuration that it was made of.
    pub outline: Option<Arc<Outline>>,
    /// Sources were given that do not belong to the plan, and what does not fit (CMK904): one line,
    /// lowercase, no full stop. Nothing of them was used.
    pub foreign_sources: Option<String>,
}

/// Something in a source that could not be understood. The rest is still checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: one line, lowercase, no full stop.
    pub message: String,
    /// What to do: one line, in the imperative.
    pub help: Option<String>,
    /// Where.
    pub location: Option<Location>,
}

/// A comment that addresses this program: from `ppcmk-lint:` to the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// What stands behind `ppcmk-lint:`, trimmed.
    pub text: Arc<str>,
    /// The comment's place.
    pub location: Location,
    /// What it covers: the attribute, object element or block that it stands above or behind, from
    /// the first character to the last. `None` where it stands above nothing.
    pub covers: Option<Location>,
    /// It covers the call of this module (`module.retail`, without keys), so everything that the
    /// call creates.
    pub module: Option<Arc<str>>,
}

/// An input that was named and cannot be used: exit code 2.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    /// What is wrong, naming the input: `could not read plan tfplan.json: ...`.
    pub message: String,
    /// Where in the input, if that is known.
    pub location: Option<Location>,
    /// What to do.
    pub help: Option<String>,
}

impl InputError {
    /// An error without a place and without advice.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            location: None,
            help: None,
        }
    }

    /// With a place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
