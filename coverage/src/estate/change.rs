//! What a plan does with an object.

use std::sync::Arc;

/// What a plan does with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The action.
    pub action: Action,
    /// Why, in the plan's word (`replace_because_cannot_update`, `delete_because_no_resource_config`).
    pub reason: Option<Arc<str>>,
    /// The attributes that force a replacement, as Terraform prints paths.
    pub replace_paths: Vec<Arc<str>>,
    /// The object existed before: it is read, updated, replaced or removed.
    pub existed: bool,
    /// Where it was before a `moved` block.
    pub previous_address: Option<Arc<str>>,
    /// It is imported by this plan.
    pub is_import: bool,
}

/// The action of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// A data source is read.
    Read,
    /// It is created.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// It is destroyed, then created.
    DeleteThenCreate,
    /// It is created, then the old one is destroyed.
    CreateThenDelete,
    /// It leaves the state, and nothing happens to the object.
    Forget,
    /// A new one is created, and the old one leaves the state and lives on (OpenTofu).
    ForgetThenCreate,
}

impl Change {
    /// A change without further facts.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            reason: None,
            replace_paths: Vec::new(),
            existed: action != Action::Create,
            previous_address: None,
            is_import: false,
        }
    }

    /// Whether the object is gone from the state afterwards: destroyed or forgotten.
    pub fn removes(&self) -> bool {
        matches!(self.action, Action::Delete | Action::Forget)
    }

    /// Whether the remote object is destroyed, for good or to be created again.
    pub fn destroys(&self) -> bool {
        matches!(
            self.action,
            Action::Delete | Action::DeleteThenCreate | Action::CreateThenDelete
        )
    }

    /// Whether a new object takes the place of the one that was there, destroyed or not.
    pub fn makes_anew(&self) -> bool {
        self.replaces() || self.action == Action::ForgetThenCreate
    }

    /// Whether the remote object is destroyed and a new one created.
    pub fn replaces(&self) -> bool {
        matches!(
            self.action,
            Action::DeleteThenCreate | Action::CreateThenDelete
        )
    }
}
