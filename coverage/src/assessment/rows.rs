//! From the catalogue to an environment's list: one answer per workload and instance.

use super::finance::Finance;
use super::preconditions::Preconditions;
use super::subject::Subject;
use super::verdict::Verdict;
use super::{KeyControl, Part, WorkloadCoverage, finance_rows};
use crate::Geo;
use crate::catalogue::{Decided, Lives, Workload, catalogue};

/// What is known about one environment, and the list that is made from it.
pub(super) struct Rows<'e> {
    pub(super) preconditions: Preconditions,
    pub(super) finances: Vec<Finance<'e>>,
    list: Vec<WorkloadCoverage>,
}

/// An answer about a workload.
pub(super) struct Answer {
    key_control: KeyControl,
    reason: String,
    code: Option<&'static str>,
}

impl Answer {
    /// Covered, with this reason, if the verdict is yes.
    pub(super) fn of(verdict: &Verdict, covered: impl Into<String>) -> Self {
        Self::by(verdict, KeyControl::Covered, covered)
    }

    /// This answer and reason if the verdict is yes; otherwise the verdict decides.
    pub(super) fn by(verdict: &Verdict, yes: KeyControl, reason: impl Into<String>) -> Self {
        let (key_control, why) = match verdict {
            Verdict::Yes => {
                return Self {
                    key_control: yes,
                    reason: reason.into(),
                    code: None,
                };
            }
            Verdict::No(why) => (KeyControl::NotCovered, why),
            Verdict::Unknown(why) => (KeyControl::Unknown, why),
        };
        Self {
            key_control,
            reason: why.reason.to_string(),
            code: why.code,
        }
    }

    /// Names the rule that reports it, unless another one does.
    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = self.code.or(Some(code));
        self
    }

    /// Not covered, because of this.
    pub(super) fn no(code: Option<&'static str>, reason: impl Into<String>) -> Self {
        Self {
            key_control: KeyControl::NotCovered,
            reason: reason.into(),
            code,
        }
    }
}

impl<'e> Rows<'e> {
    /// The list of an environment, in the order of the catalogue.
    pub(super) fn list(
        preconditions: Preconditions,
        subject: &Subject<'e>,
    ) -> Vec<WorkloadCoverage> {
        let finances = subject
            .declarations
            .iter()
            .map(|declaration| Finance::of(declaration, subject, &preconditions))
            .collect();
        let mut rows = Self {
            preconditions,
            finances,
            list: Vec::new(),
        };
        for workload in catalogue() {
            let start = rows.list.len();
            rows.add(workload);
            if rows.finances.len() > 1 {
                rows.keep_the_worst(start);
            }
        }
        rows.list
    }

    fn add(&mut self, workload: Workload) {
        let geo = self.preconditions.geo;
        let base = &self.preconditions.base;
        let lives = |lives: &Lives| match lives {
            Lives::Inside => geo,
            Lives::Outside => None,
        };
        let (part, geo, answer) = match workload.decided() {
            Decided::WithEnvironment => (Part::Core, geo, Answer::of(base, UNDER_KEY)),
            Decided::WithEnvironmentIfUsed => (Part::Conditional, geo, Answer::of(base, UNDER_KEY)),
            Decided::If(condition) => {
                let reason = format!("if {condition}");
                let answer = Answer::by(base, KeyControl::Conditional, reason);
                (Part::Conditional, geo, answer)
            }
            Decided::Unsettled(place, why) => {
                let answer = Answer::by(base, KeyControl::Unknown, *why);
                (Part::Conditional, lives(place), answer)
            }
            Decided::Never(place, why) => {
                let answer = Answer::no(None, format!("in every environment: {why}"));
                (Part::Residual, lives(place), answer)
            }
            Decided::NeverIfUsed(place, why) => {
                (Part::Conditional, lives(place), Answer::no(None, *why))
            }
            Decided::OfTypeTeams if self.preconditions.is_teams => {
                (Part::Core, geo, Answer::of(base, UNDER_KEY))
            }
            Decided::WithoutDataverse if matches!(self.preconditions.dataverse, Verdict::No(_)) => {
                let answer = Answer::of(&self.preconditions.dataverse, UNDER_KEY);
                (Part::Core, geo, answer)
            }
            Decided::FinanceAndOperations(part) => {
                return finance_rows::add(self, workload, part);
            }
            Decided::OfTypeTeams | Decided::WithoutDataverse | Decided::NotListed => return,
        };
        self.push(workload, None, part, geo, answer);
    }

    pub(super) fn push(
        &mut self,
        workload: Workload,
        instance: Option<String>,
        part: Part,
        geo: Option<Geo>,
        answer: Answer,
    ) {
        self.list.push(WorkloadCoverage {
            id: workload.id(),
            title: workload.title(),
            instance,
            part,
            key_control: answer.key_control,
            geo,
            reason: answer.reason,
            code: answer.code,
            source: workload.sources().first(),
        });
    }

    /// Several declarations may speak about one thing; the worst answer stays.
    fn keep_the_worst(&mut self, start: usize) {
        let mut kept: Vec<WorkloadCoverage> = Vec::new();
        for row in self.list.drain(start..) {
            match kept.iter_mut().find(|other| other.instance == row.instance) {
                Some(other) if row.key_control.badness() > other.key_control.badness() => {
                    *other = row;
                }
                Some(_) => {}
                None => kept.push(row),
            }
        }
        self.list.append(&mut kept);
    }
}

/// Why something that needs no more is covered.
pub(super) const UNDER_KEY: &str = "the environment is under the key";
