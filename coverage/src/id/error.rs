//! Why a text is not the id or name it should be.

use super::guid::GuidProblem;

/// A text that is not the id or name it was given as.
///
/// ```
/// use ppcmk_coverage::PolicyId;
///
/// let error = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333"
///     .parse::<PolicyId>()
///     .unwrap_err();
/// assert_eq!(error.what(), "policy id");
/// assert!(error.to_string().ends_with("this is a system id, and the policy's ARM id is meant"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a valid {what}: {problem}")]
pub struct ParseError {
    what: &'static str,
    input: String,
    problem: Problem,
}

impl ParseError {
    pub(crate) fn new(what: &'static str, input: &str, problem: Problem) -> Self {
        Self {
            what,
            input: shorten(input),
            problem,
        }
    }

    /// What the text should have been, in prose ("policy id").
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// The text as it was given, shortened when it is very long.
    pub fn input(&self) -> &str {
        &self.input
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It begins or ends with white space.
    #[error("it begins or ends with white space")]
    Whitespace,
    /// A GUID in it has a typo.
    #[error("{part} `{seen}` is not a GUID: {problem}")]
    Guid {
        /// Which part of the text ("the subscription id").
        part: &'static str,
        /// The part as it stands there.
        seen: String,
        /// What is wrong with it.
        #[source]
        problem: GuidProblem,
    },
    /// It should be an id of Resource Manager and does not begin like one.
    #[error("it does not begin with `{expected}`")]
    Beginning {
        /// How such an id begins.
        expected: &'static str,
    },
    /// A segment has another name than expected at its place.
    #[error("segment {position} is `{seen}` where `{expected}` is expected")]
    Segment {
        /// Counted from 1.
        position: usize,
        /// What stands there.
        seen: String,
        /// What should stand there.
        expected: String,
    },
    /// It ends before everything was said.
    #[error("it ends where {expected} is expected")]
    TooShort {
        /// What should come next.
        expected: String,
    },
    /// Something follows after the end.
    #[error("nothing may follow after segment {position}, and `{seen}` does")]
    TooLong {
        /// The last segment of a complete id, counted from 1.
        position: usize,
        /// What follows.
        seen: String,
    },
    /// A resource of another type.
    #[error("it is the id of a `{seen}`, and a `{expected}` is meant")]
    ResourceType {
        /// The type the id has.
        seen: String,
        /// The type it should have.
        expected: &'static str,
    },
    /// A value that is often confused with the one that is meant.
    #[error("this is {seen}, and {expected} is meant")]
    Confused {
        /// What the text is, with article.
        seen: &'static str,
        /// What is meant, with article.
        expected: &'static str,
    },
    /// It is too short or too long.
    #[error("{part} has {seen} characters, {min} to {max} are allowed")]
    Length {
        /// Which part of the text.
        part: &'static str,
        /// How many characters it has.
        seen: usize,
        /// The least number.
        min: usize,
        /// The greatest number.
        max: usize,
    },
    /// A character that may not stand there.
    #[error("character {character:?} at position {position} of {part} is not allowed ({allowed})")]
    Character {
        /// Which part of the text.
        part: &'static str,
        /// The character.
        character: char,
        /// Its position, counted from 1.
        position: usize,
        /// What is allowed.
        allowed: &'static str,
    },
}

/// Enough of a text to recognise it.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 300;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}
