//! Lifecycle operations and how they move through their stages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::environment::Slot;
use super::policy::PolicyKind;
use crate::clock::Timestamp;
use crate::timings::Progress;

/// A stage of an operation. [F]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Checks before anything is changed.
    Validate,
    /// Preparation.
    Prepare,
    /// The change itself.
    Run,
    /// Cleaning up.
    Finalize,
}

impl Stage {
    /// All of them in order.
    pub const ALL: [Self; 4] = [Self::Validate, Self::Prepare, Self::Run, Self::Finalize];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Validate => "Validate",
            Self::Prepare => "Prepare",
            Self::Run => "Run",
            Self::Finalize => "Finalize",
        }
    }
}

/// How an operation ends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Outcome {
    /// All stages succeed.
    #[default]
    Succeed,
    /// A stage fails.
    Fail {
        /// Which one.
        stage: Stage,
        /// `error.code`
        code: String,
        /// `error.message`; absent leaves the `error` member out, as in the capture [F].
        message: Option<String>,
    },
    /// It reaches this stage and stays there until told to go on.
    Hold {
        /// Where it stays.
        stage: Stage,
    },
    /// It stays running until it has been seen that often.
    AfterPolls {
        /// How often.
        polls: u32,
    },
}

/// What an operation changes when it succeeds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Target {
    /// Nothing: an operation of somebody else.
    Nothing,
    Link {
        kind: PolicyKind,
        slot: Slot,
        before: Option<Slot>,
    },
    Unlink {
        kind: PolicyKind,
        before: Option<Slot>,
    },
    Governance {
        managed: bool,
        settings: std::collections::BTreeMap<String, String>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) environment: String,
    pub(crate) kind: String,
    pub(crate) created: Timestamp,
    pub(crate) requested_by: String,
    /// Durations of `NotStarted` and the four stages.
    pub(crate) durations: [Duration; 5],
    pub(crate) progress: Progress,
    pub(crate) polls: u32,
    pub(crate) outcome: Outcome,
    pub(crate) target: Target,
    /// Deviations that a test asked for.
    pub(crate) script: crate::faults::OperationScript,
    pub(crate) ended: Option<Timestamp>,
}

/// Where an operation stands: 0 is not started, 1 to 4 the stages, 5 the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) step: usize,
    /// Since when.
    pub(crate) since: Timestamp,
}

impl Operation {
    pub(crate) fn failed_stage(&self) -> Option<Stage> {
        match self.outcome {
            Outcome::Fail { stage, .. } => Some(stage),
            _ => None,
        }
    }

    /// Where it stands now.
    pub(crate) fn position(&self, now: Timestamp) -> Position {
        if let Some(ended) = self.ended {
            return Position {
                step: 5,
                since: ended,
            };
        }
        let reached = match (&self.outcome, self.progress) {
            (Outcome::AfterPolls { polls }, _) => {
                let step = if self.polls >= *polls { 5 } else { 3 };
                Position { step, since: now }
            }
            (_, Progress::Polls) => {
                let step = usize::try_from(self.polls).unwrap_or(5).min(5);
                Position { step, since: now }
            }
            (_, Progress::Clock) => self.position_by_clock(now),
        };
        self.held(reached)
    }

    fn position_by_clock(&self, now: Timestamp) -> Position {
        let mut since = self.created;
        for (step, duration) in self.durations.into_iter().enumerate() {
            let end = since + duration;
            if now < end {
                return Position { step, since };
            }
            since = end;
        }
        Position { step: 5, since }
    }

    /// A stage that fails or holds is the last one reached.
    fn held(&self, reached: Position) -> Position {
        match self.outcome {
            Outcome::Hold { stage } => Position {
                step: reached.step.min(stage as usize + 1),
                ..reached
            },
            Outcome::Fail { stage, .. } if reached.step > stage as usize + 1 => {
                let ended = self.durations[..=stage as usize + 1]
                    .iter()
                    .fold(self.created, |time, duration| time + *duration);
                Position {
                    step: 5,
                    since: ended.min(reached.since),
                }
            }
            _ => reached,
        }
    }

    /// When it ended, if it has by now.
    pub(crate) fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let position = self.position(now);
        (position.step == 5).then_some(position.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(outcome: Outcome) -> Operation {
        Operation {
            id: "o".into(),
            environment: "e".into(),
            kind: "NewCustomerManagedKey".into(),
            created: Timestamp::START,
            requested_by: "a".into(),
            durations: [1, 1, 1, 5, 1].map(Duration::from_secs),
            progress: Progress::Clock,
            polls: 0,
            outcome,
            target: Target::Nothing,
            script: crate::faults::OperationScript::default(),
            ended: None,
        }
    }

    fn after(seconds: u64) -> Timestamp {
        Timestamp::START + Duration::from_secs(seconds)
    }

    #[test]
    fn moves_with_the_clock() {
        let operation = operation(Outcome::Succeed);
        let steps = [0, 1, 2, 3, 8, 9].map(|seconds| operation.position(after(seconds)).step);
        assert_eq!(steps, [0, 1, 2, 3, 4, 5]);
        assert_eq!(operation.end(after(100)), Some(after(9)));
    }

    #[test]
    fn a_failure_ends_it_with_its_stage() {
        let fail = Outcome::Fail {
            stage: Stage::Validate,
            code: "c".into(),
            message: None,
        };
        assert_eq!(operation(fail).end(after(100)), Some(after(2)));
    }

    #[test]
    fn a_held_operation_never_ends() {
        let operation = operation(Outcome::Hold { stage: Stage::Run });
        assert_eq!(operation.position(after(1_000_000)).step, 3);
    }

    #[test]
    fn polls_can_move_it_instead() {
        let mut operation = operation(Outcome::Succeed);
        operation.progress = Progress::Polls;
        operation.polls = 4;
        assert_eq!(operation.position(after(1_000)).step, 4);
        operation.polls = 5;
        assert!(operation.end(after(0)).is_some());
    }
}
