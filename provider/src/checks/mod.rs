//! Checks of plans: the rules of `ppcmk-coverage` over what is planned and what the tenant shows.
//!
//! ```text
//! a resource's plan ─► live (cached reads) ─► estate/ (adapters) ─► rules ─► report ─► diagnostics
//! ```
//!
//! What is good or bad is decided by the rules alone; here is no rule. A plan that makes no link
//! and changes no key looks at nothing. What the plan itself does not know yet is looked at when
//! Terraform plans the object again, right before it applies it; what the tenant does not show is
//! undecided, and said in one warning per object.

mod live;
mod material;
mod mode;
mod report;

pub(crate) use live::{Live, Presence, Seen, why_unread};
pub(crate) use material::{Material, add_material};
pub(crate) use mode::{Mode, rule};
pub(crate) use report::{Answers, Place, Report};

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use ppcmk_coverage::estate::{Date, Estate};
use ppcmk_coverage::rules::{self, Rule};

/// The checks of one configured provider.
#[derive(Debug)]
pub(crate) struct Checks {
    mode: Mode,
    skipped: Vec<&'static Rule>,
    /// What was read for them, shared by all plans of the process.
    pub(crate) live: Live,
    quota_was_said: AtomicBool,
}

impl Checks {
    pub(crate) fn new(mode: Mode, skipped: Vec<&'static Rule>) -> Self {
        Self {
            mode,
            skipped,
            live: Live::default(),
            quota_was_said: AtomicBool::new(false),
        }
    }

    /// Whether plans are checked at all.
    pub(crate) fn are_on(&self) -> bool {
        self.mode != Mode::Off
    }

    /// Whether a rule is used, so that it pays to read what it needs.
    pub(crate) fn uses(&self, code: &str) -> bool {
        !self.skipped.iter().any(|rule| rule.code == code)
    }

    /// Asks these rules, but for those that are skipped.
    pub(crate) fn ask(&self, estate: &mut Estate, codes: &[&str]) -> Answers {
        let (skipped, used): (Vec<_>, Vec<_>) = codes
            .iter()
            .filter_map(|code| rules::find(code))
            .partition(|rule| self.skipped.contains(rule));
        Answers {
            skipped,
            ..ask(estate, used)
        }
    }

    /// An empty report in the mode of the provider.
    pub(crate) fn report(&self) -> Report {
        Report::new(self.mode)
    }

    /// Whether the tenant's quota still has to be spoken of: once per run is enough.
    pub(crate) fn may_say_quota(&self) -> bool {
        !self.quota_was_said.swap(true, Ordering::Relaxed)
    }

    /// Whether anybody has spoken of the quota.
    pub(crate) fn has_said_quota(&self) -> bool {
        self.quota_was_said.load(Ordering::Relaxed)
    }
}

/// Asks rules about an estate as of today.
pub(crate) fn ask(estate: &mut Estate, rules: impl IntoIterator<Item = &'static Rule>) -> Answers {
    estate.scope.today = Some(today());
    let (findings, undecided) = rules::check(estate, rules);
    Answers {
        findings,
        undecided,
        skipped: Vec::new(),
    }
}

fn today() -> Date {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Date::from_unix_days(i64::try_from(since.as_secs() / 86_400).unwrap_or(i64::MAX))
}
