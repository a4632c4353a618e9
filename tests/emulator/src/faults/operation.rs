//! Scripts for operations that will be started.

use serde::{Deserialize, Serialize};

use super::{Fault, Times};
use crate::state::operation::{Outcome, Stage};

/// What the slot shows after an operation, against the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SlotAfter {
    /// What the rules say.
    #[default]
    Usual,
    /// Nothing.
    Absent,
    /// The new policy with `Failed`.
    Failed,
    /// The new policy with another status word.
    Word(String),
    /// Another policy, by ARM id or system id: somebody else was faster.
    Other(String),
}

/// How one operation deviates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OperationScript {
    /// How it ends.
    pub outcome: Outcome,
    /// What it leaves in the slot.
    pub slot: SlotAfter,
    /// Word shown as `state.id` while it has not ended.
    pub state_word: Option<String>,
    /// Whether polls answer 404.
    pub lost: bool,
    /// Whether the environment is deleted when the operation is accepted.
    pub delete_environment: bool,
}

/// A scripted deviation for operations that will be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationFault {
    /// Only operations on this environment.
    #[serde(default)]
    pub environment: Option<String>,
    /// Only operations of this type, for example `NewCustomerManagedKey`.
    #[serde(default)]
    pub kind: Option<String>,
    /// How many matching operations go as usual first.
    #[serde(default)]
    pub skip: u32,
    /// How many deviate then.
    #[serde(default = "Fault::once")]
    pub times: Times,
    /// How.
    pub script: OperationScript,
}

impl OperationFault {
    /// The next operation goes like this.
    pub fn new(script: OperationScript) -> Self {
        Self {
            environment: None,
            kind: None,
            skip: 0,
            times: Fault::once(),
            script,
        }
    }

    /// The next operation fails.
    pub fn fail(stage: Stage, message: &str) -> Self {
        Self::new(OperationScript {
            outcome: Outcome::Fail {
                stage,
                code: "CustomerManagedKeyOperationFailed".into(),
                message: Some(message.into()),
            },
            ..OperationScript::default()
        })
    }

    /// The next operation stays in this stage until told to go on.
    pub fn hold(stage: Stage) -> Self {
        Self::new(OperationScript {
            outcome: Outcome::Hold { stage },
            ..OperationScript::default()
        })
    }

    /// The next operation succeeds and leaves this in the slot.
    pub fn slot(slot: SlotAfter) -> Self {
        Self::new(OperationScript {
            slot,
            ..OperationScript::default()
        })
    }

    /// Polls of the next operation answer 404.
    pub fn lost() -> Self {
        Self::new(OperationScript {
            lost: true,
            ..OperationScript::default()
        })
    }

    /// The next operation shows an unknown word as its state until it ends.
    pub fn state_word(word: &str) -> Self {
        Self::new(OperationScript {
            state_word: Some(word.into()),
            ..OperationScript::default()
        })
    }

    /// The environment is deleted as soon as the next operation is accepted.
    pub fn delete_environment() -> Self {
        Self::new(OperationScript {
            delete_environment: true,
            ..OperationScript::default()
        })
    }

    /// Only on this environment.
    #[must_use]
    pub fn on_environment(mut self, id: &str) -> Self {
        self.environment = Some(id.into());
        self
    }

    /// Only for this type of operation.
    #[must_use]
    pub fn of_kind(mut self, kind: &str) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Every operation that follows.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = Times::Forever;
        self
    }

    /// That many operations.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.times = Times::Count(count);
        self
    }
}
