//! Where a create or update says what exists remotely, so that no failure can lose it.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Model;
use crate::value::Value;

/// Takes the object as it is known so far. Whatever ends the operation, an error, a panic, a stop
/// or the deadline, the last object that was put here is what Terraform stores.
pub struct Sink<M> {
    kept: Arc<Mutex<Kept>>,
    model: PhantomData<fn(M)>,
}

/// What a sink holds.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub(crate) value: Option<Value>,
    pub(crate) committed: bool,
}

impl<M: Model> Sink<M> {
    /// Keeps the object. A create that fails afterwards leaves it in the state, marked as tainted:
    /// the next run replaces it.
    pub fn save(&self, model: M) {
        self.put(model, false);
    }

    /// Keeps the object for good: a failure afterwards is reported as a warning, so the object is
    /// never tainted. For objects whose replacement would do harm.
    pub fn commit(&self, model: M) {
        self.put(model, true);
    }

    fn put(&self, model: M, commit: bool) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.value = Some(model.into_value());
        kept.committed |= commit;
    }

    /// Forgets the object: it does not exist after all, and a failure may say so.
    pub fn withdraw(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }
}

impl<M> Sink<M> {
    pub(crate) fn new(kept: Arc<Mutex<Kept>>) -> Self {
        Self {
            kept,
            model: PhantomData,
        }
    }
}

impl<M> Clone for Sink<M> {
    fn clone(&self) -> Self {
        Self::new(self.kept.clone())
    }
}
