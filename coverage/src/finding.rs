//! What rules answer: findings, and what they could not decide.

use std::sync::Arc;

use crate::estate::{Existence, Header, Location, Origin, Step, Unknown};
use crate::rule::Rule;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Good to know.
    Note,
    /// Data may stay outside of the key, or the set-up is fragile.
    Warning,
    /// Data stays outside of the key, or the apply fails.
    Error,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It would happen, but nobody knows whether the object will exist.
    Possible,
    /// It is so.
    Definite,
}

/// What a rule has to say at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The rule's level; the configuration may change it.
    pub level: Level,
    /// How sure it is.
    pub certainty: Certainty,
    /// What is wrong here: one line, lowercase, no full stop.
    pub message: String,
    /// What to do, in the imperative; the rule's own help unless the place knows better.
    pub help: String,
    /// The instance.
    pub address: Arc<str>,
    /// All instances with the same cause and text, `address` first.
    pub instances: Vec<Arc<str>>,
    /// The scale unit or component inside the instance.
    pub instance: Option<String>,
    /// The environment that it is about, as it is addressed.
    pub environment: Option<Arc<str>>,
    /// The attribute inside the instance.
    pub attribute: Option<Arc<str>>,
    /// The place to edit.
    pub location: Option<Location>,
    /// The block that the finding is about, for ignores and for the first line of context.
    pub block: Option<Location>,
    /// The calls of the modules around it, outermost first.
    pub calls: Vec<Step>,
    /// How the value came to the attribute.
    pub chain: Arc<[Step]>,
    /// The other side: what it does not fit to.
    pub related: Vec<Related>,
}

/// Another place that a finding is about.
#[derive(Clone, Debug)]
pub struct Related {
    /// The instance.
    pub address: Arc<str>,
    /// What there is to see: "location `europe`".
    pub label: String,
    /// Where.
    pub location: Option<Location>,
}

/// What a rule could not decide.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The rule.
    pub rule: &'static Rule,
    /// The instance.
    pub address: Arc<str>,
    /// The scale unit or component inside the instance.
    pub instance: Option<String>,
    /// Why.
    pub unknown: Unknown,
    /// The attribute inside the instance.
    pub attribute: Option<Arc<str>>,
    /// The place of the value.
    pub location: Option<Location>,
    /// The block.
    pub block: Option<Location>,
    /// The calls of the modules around it, outermost first.
    pub calls: Vec<Step>,
}

/// Where rules put their answers.
#[derive(Debug)]
pub struct Findings {
    rule: &'static Rule,
    /// What they found.
    pub findings: Vec<Finding>,
    /// What they could not decide.
    pub undecided: Vec<Undecided>,
}

impl Findings {
    /// No answers yet.
    pub fn new(rule: &'static Rule) -> Self {
        Self {
            rule,
            findings: Vec::new(),
            undecided: Vec::new(),
        }
    }

    /// The rule whose answers come next.
    pub(crate) fn set_rule(&mut self, rule: &'static Rule) {
        self.rule = rule;
    }

    /// Reports something about an object; the place is its block until [`Finding::at`] says better.
    pub fn report(&mut self, subject: &Header, message: impl Into<String>) -> &mut Finding {
        self.findings.push(Finding {
            rule: self.rule,
            level: self.rule.level,
            certainty: match subject.existence {
                Existence::Certain => Certainty::Definite,
                Existence::Possible(_) => Certainty::Possible,
            },
            message: message.into(),
            help: self.rule.fix.to_owned(),
            address: subject.address.clone(),
            instances: vec![subject.address.clone()],
            instance: None,
            environment: None,
            attribute: None,
            location: subject.location.clone(),
            block: subject.location.clone(),
            calls: subject.calls.clone(),
            chain: Arc::default(),
            related: Vec::new(),
        });
        self.findings.last_mut().expect("it was just added")
    }

    /// Says that the rule cannot decide about an object, because of this value.
    pub fn undecided(&mut self, subject: &Header, unknown: &Unknown) -> &mut Undecided {
        self.undecided.push(Undecided {
            rule: self.rule,
            address: subject.address.clone(),
            instance: None,
            unknown: unknown.clone(),
            attribute: None,
            location: subject.location.clone(),
            block: subject.location.clone(),
            calls: subject.calls.clone(),
        });
        self.undecided.last_mut().expect("it was just added")
    }
}

impl Finding {
    /// The attribute and the place that the value came from.
    pub fn at(&mut self, origin: &Origin) -> &mut Self {
        self.attribute.clone_from(&origin.path);
        self.chain = origin.chain.clone();
        if origin.location.is_some() {
            self.location.clone_from(&origin.location);
        }
        self
    }

    /// What to do here, instead of what the rule says in general.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = help.into();
        self
    }

    /// The scale unit or component.
    pub fn instance(&mut self, name: impl Into<String>) -> &mut Self {
        self.instance = Some(name.into());
        self
    }

    /// The environment that it is about.
    pub fn environment(&mut self, address: &Arc<str>) -> &mut Self {
        self.environment = Some(address.clone());
        self
    }

    /// Less than the rule's level, here.
    pub fn level(&mut self, level: Level) -> &mut Self {
        self.level = level;
        self
    }

    /// It depends on something that nobody knows.
    pub fn possible(&mut self) -> &mut Self {
        self.certainty = Certainty::Possible;
        self
    }

    /// The other side, at the place of a value or, without one, at its block.
    pub fn related(
        &mut self,
        object: &Header,
        origin: &Origin,
        label: impl Into<String>,
    ) -> &mut Self {
        self.related.push(Related {
            address: object.address.clone(),
            label: label.into(),
            location: origin.location.clone().or_else(|| object.location.clone()),
        });
        self
    }
}

impl Undecided {
    /// The attribute and the place of the value.
    pub fn at(&mut self, origin: &Origin) -> &mut Self {
        self.attribute.clone_from(&origin.path);
        if origin.location.is_some() {
            self.location.clone_from(&origin.location);
        }
        self
    }

    /// The scale unit or component.
    pub fn instance(&mut self, name: impl Into<String>) -> &mut Self {
        self.instance = Some(name.into());
        self
    }
}

impl Level {
    /// `error`, `warning`, `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Certainty {
    /// `definite`, `possible`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Definite => "definite",
        }
    }
}
