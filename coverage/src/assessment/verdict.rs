//! Three-valued answers with a reason.

use std::fmt::Display;
use std::sync::Arc;

/// Whether something holds.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// It does.
    Yes,
    /// It does not.
    No(Why),
    /// Nobody can say.
    Unknown(Why),
}

/// Why not, or why nobody can say.
#[derive(Clone, Debug)]
pub(super) struct Why {
    /// One sentence, lowercase, no full stop.
    pub(super) reason: Arc<str>,
    /// The rule that reports it.
    pub(super) code: Option<&'static str>,
}

impl Verdict {
    /// It does not hold, and this rule reports it.
    pub(super) fn no(code: &'static str, reason: impl Into<Arc<str>>) -> Self {
        Self::No(Why {
            reason: reason.into(),
            code: Some(code),
        })
    }

    /// Nobody can say whether `what`, because of `why`.
    pub(super) fn unknown(what: &str, why: impl Display) -> Self {
        Self::Unknown(Why {
            reason: format!("{what} is not known: {why}").into(),
            code: None,
        })
    }

    /// It holds if nobody can say and the service has accepted it already.
    pub(super) fn accepted_if(self, linked: bool) -> Self {
        match self {
            Self::Unknown(_) if linked => Self::Yes,
            verdict => verdict,
        }
    }

    /// The same, reported by no rule.
    pub(super) fn without_code(self) -> Self {
        match self {
            Self::No(Why { reason, .. }) => Self::No(Why { reason, code: None }),
            verdict => verdict,
        }
    }

    pub(super) fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// Whether all hold. The first that does not decides, then the first that nobody can say.
pub(super) fn all<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Verdict {
    let mut unknown = None;
    for verdict in verdicts {
        match verdict {
            Verdict::Yes => {}
            Verdict::No(_) => return verdict.clone(),
            Verdict::Unknown(_) => {
                unknown.get_or_insert(verdict);
            }
        }
    }
    unknown.cloned().unwrap_or(Verdict::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(verdict: &Verdict) -> &str {
        match verdict {
            Verdict::Yes => "yes",
            Verdict::No(why) | Verdict::Unknown(why) => &why.reason,
        }
    }

    #[test]
    fn a_no_wins_over_what_is_unknown() {
        let (yes, no) = (Verdict::Yes, Verdict::no("CMK103", "no"));
        let unknown = Verdict::unknown("it", "x");
        assert_eq!(reason(&all([&yes, &yes])), "yes");
        assert_eq!(reason(&all([&yes, &unknown])), "it is not known: x");
        assert_eq!(reason(&all([&unknown, &no, &yes])), "no");
        assert_eq!(reason(&all([])), "yes");
    }
}
