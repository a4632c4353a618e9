//! A long-running operation on an environment.

use time::OffsetDateTime;

/// Defines an enumeration of words that stays open.
macro_rules! open_words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)*
            /// Another word, as the service wrote it.
            Other(String),
        }

        impl $name {
            /// Takes any word.
            pub fn new(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case(stringify!($variant)) {
                    return Self::$variant;
                })*
                Self::Other(word.to_owned())
            }

            /// The service's word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => stringify!($variant),)*
                    Self::Other(word) => word,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

open_words! {
    /// What an operation does (API facts 4.4, 4.5).
    OperationType {
        /// Links an encryption policy to an environment without one.
        NewCustomerManagedKey,
        /// Swaps the encryption policy.
        RotateCustomerManagedKey,
        /// Unlinks the encryption policy.
        RevertToMicrosoftKey,
    }
}

impl OperationType {
    /// Whether it is about customer-managed keys.
    pub fn is_of_key(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

open_words! {
    /// How far an operation is (API facts 4.5).
    OperationState {
        /// Waiting.
        NotStarted,
        /// Running.
        Running,
        /// Done.
        Succeeded,
        /// Failed.
        Failed,
        /// Canceled, by one report.
        Canceled,
    }
}

impl OperationState {
    /// Whether it ended. An unknown word is taken for running, until a deadline.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

/// A long-running operation on an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its id, normally a GUID.
    pub id: String,
    /// What it does.
    pub kind: OperationType,
    /// The service's name of it for people ("Update Customer Managed Key").
    pub display_name: Option<String>,
    /// How far it is.
    pub state: OperationState,
    /// When it was asked for.
    pub created: Option<OffsetDateTime>,
    /// When it last moved.
    pub last_action: Option<OffsetDateTime>,
    /// Who asked for it.
    pub requested_by: Option<Requester>,
    /// Its steps, as far as the service shows them.
    pub stages: Vec<OperationStage>,
    /// Why it failed, when the service says so.
    pub error: Option<String>,
}

impl Operation {
    /// Whether it still runs.
    pub fn is_active(&self) -> bool {
        !self.state.is_final()
    }

    /// The stage that it is in or failed at.
    pub fn current_stage(&self) -> Option<&OperationStage> {
        self.stages
            .iter()
            .find(|stage| stage.state != OperationState::Succeeded)
    }
}

/// One step of an operation.
/// Who requested an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requester {
    /// The object id, as far as it is known what the service puts here.
    pub id: Option<String>,
    /// The name for display.
    pub name: Option<String>,
    /// `User` or `ServicePrincipal`.
    pub kind: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationStage {
    /// `Validate`, `Prepare`, `Run`, `Finalize`.
    pub name: String,
    /// How far it is.
    pub state: OperationState,
}

/// The newest operation that still runs, of operations sorted newest first.
pub fn newest_active(operations: &[Operation]) -> Option<&Operation> {
    operations.iter().find(|operation| operation.is_active())
}

/// The newest operation about customer-managed keys, of operations sorted newest first.
pub fn newest_of_key(operations: &[Operation]) -> Option<&Operation> {
    operations
        .iter()
        .find(|operation| operation.kind.is_of_key())
}
