//! References between the objects of an estate.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use super::{Origin, Unknown};

/// The place of an object in its estate.
pub struct Handle<T> {
    index: u32,
    kind: PhantomData<fn() -> T>,
}

/// A reference to an object that may be in the estate, outside of it, or nobody knows.
#[derive(Clone, Debug)]
pub struct Link<T> {
    /// What it leads to.
    pub identity: Identity<T>,
    /// The place of the reference.
    pub origin: Origin,
}

/// What a reference leads to.
#[derive(Clone, Debug)]
pub enum Identity<T> {
    /// An object of the estate.
    Here(Handle<T>),
    /// An object that is not in the estate: its id, in lower case.
    Elsewhere(Arc<str>),
    /// Nobody knows. Two references with one symbol lead to the same object.
    Unknown(Unknown),
    /// There is no reference.
    Absent,
}

impl<T> Handle<T> {
    pub(super) fn new(index: usize) -> Self {
        Self {
            index: u32::try_from(index).expect("an estate has fewer than 2^32 objects"),
            kind: PhantomData,
        }
    }

    pub(super) fn index(self) -> usize {
        self.index as usize
    }
}

impl<T> Link<T> {
    /// To an object of the estate.
    pub fn to(handle: Handle<T>) -> Self {
        Identity::Here(handle).into()
    }

    /// The object, if it is in the estate.
    pub fn target(&self) -> Option<Handle<T>> {
        match &self.identity {
            Identity::Here(handle) => Some(*handle),
            Identity::Elsewhere(_) | Identity::Unknown(_) | Identity::Absent => None,
        }
    }

    /// Why it is not known where it leads.
    pub fn unknown(&self) -> Option<&Unknown> {
        match &self.identity {
            Identity::Unknown(unknown) => Some(unknown),
            Identity::Here(_) | Identity::Elsewhere(_) | Identity::Absent => None,
        }
    }

    /// What an object outside of the estate is known by: its id, or the symbol of an id that is not
    /// known.
    pub fn name(&self) -> Option<&str> {
        match &self.identity {
            Identity::Elsewhere(id) => Some(id),
            Identity::Unknown(unknown) => unknown.symbol.as_deref(),
            Identity::Here(_) | Identity::Absent => None,
        }
    }

    /// Whether both lead to one object: `None` when nobody knows.
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (&self.identity, &other.identity) {
            (Identity::Here(one), Identity::Here(other)) => Some(one == other),
            (Identity::Elsewhere(one), Identity::Elsewhere(other)) => Some(one == other),
            (Identity::Unknown(one), Identity::Unknown(other)) => {
                match (&one.symbol, &other.symbol) {
                    (Some(one), Some(other)) if one == other => Some(true),
                    _ => None,
                }
            }
            // An object of the estate may have an id that is not known yet, so a text that does
            // not match says nothing.
            _ => None,
        }
    }
}

impl<T> Default for Link<T> {
    fn default() -> Self {
        Identity::Absent.into()
    }
}

impl<T> From<Identity<T>> for Link<T> {
    fn from(identity: Identity<T>) -> Self {
        Self {
            identity,
            origin: Origin::default(),
        }
    }
}

// Derived implementations would ask for them on `T`.
impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Handle<T> {}

impl<T> Hash for Handle<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{}", self.index)
    }
}
