//! What is assessed: environments, and declarations and assignments of environments that are not in
//! the estate.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::estate::{
    Assignment, Declaration, Environment, Estate, Handle, Header, Identity, Known, Link,
    ManagedEnvironment, Management, Requirement, Unknown,
};

/// What is assessed.
pub(super) struct Subject<'e> {
    /// What the result is called.
    pub(super) address: Arc<str>,
    /// The environment, if it is in the estate.
    pub(super) environment: Option<&'e Environment>,
    /// What assignments and managed environments refer to it by.
    pub(super) key: Option<Key>,
    /// Why nothing is known about an environment that is not in the estate.
    pub(super) unseen: Arc<str>,
    /// What is declared about it.
    pub(super) declarations: Vec<&'e Declaration>,
}

/// An environment as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// In the estate.
    Here(Handle<Environment>),
    /// By its id.
    Elsewhere(Arc<str>),
    /// By an expression whose value is not known, such as `var.environment_id`.
    Symbol(Arc<str>),
}

/// Who refers to which environment, found once for all.
pub(super) struct Index<'e> {
    pub(super) estate: &'e Estate,
    assignments: References<'e, Assignment>,
    removed: References<'e, Assignment>,
    managed: References<'e, ManagedEnvironment>,
    declarations: HashMap<Key, Vec<&'e Declaration>>,
}

/// Objects by the environment that they refer to.
pub(super) struct References<'e, T> {
    by_key: HashMap<Key, Vec<&'e T>>,
    /// Why it is not known which environment one of them is about.
    stray: Option<&'e Unknown>,
}

impl<'e, T> References<'e, T> {
    fn new(
        objects: impl Iterator<Item = &'e T>,
        link: impl Fn(&'e T) -> &'e Link<Environment>,
    ) -> Self {
        let mut by_key: HashMap<Key, Vec<&'e T>> = HashMap::new();
        let mut stray = None;
        for object in objects {
            let link = link(object);
            stray = stray.or(link.unknown());
            if let Some(key) = Key::of(link) {
                by_key.entry(key).or_default().push(object);
            }
        }
        Self { by_key, stray }
    }

    /// Those that are about this environment for certain.
    pub(super) fn of(&self, subject: &Subject<'_>) -> &[&'e T] {
        subject
            .key
            .as_ref()
            .and_then(|key| self.by_key.get(key))
            .map_or(&[], Vec::as_slice)
    }

    /// Why one of them may be about any environment.
    pub(super) fn stray(&self) -> Option<&'e Unknown> {
        self.stray
    }
}

impl Key {
    fn of(link: &Link<Environment>) -> Option<Self> {
        match &link.identity {
            Identity::Here(handle) => Some(Self::Here(*handle)),
            Identity::Elsewhere(id) => Some(Self::Elsewhere(id.clone())),
            Identity::Unknown(unknown) => unknown.symbol.clone().map(Self::Symbol),
            Identity::Absent => None,
        }
    }
}

impl<'e> Index<'e> {
    pub(super) fn new(estate: &'e Estate) -> Self {
        let mut declarations: HashMap<Key, Vec<&'e Declaration>> = HashMap::new();
        for (_, declaration) in estate.declarations() {
            if let Some(key) = Key::of(&declaration.environment) {
                declarations.entry(key).or_default().push(declaration);
            }
        }
        Self {
            estate,
            assignments: References::new(
                encrypting(estate.assignments()),
                |assignment: &Assignment| &assignment.environment,
            ),
            removed: References::new(
                encrypting(estate.removed_assignments()),
                |assignment: &Assignment| &assignment.environment,
            ),
            managed: References::new(
                estate.managed_environments().map(|(_, managed)| managed),
                |managed: &ManagedEnvironment| &managed.environment,
            ),
            declarations,
        }
    }

    /// Encryption assignments that exist once the plan is applied.
    pub(super) fn assignments(&self) -> &References<'e, Assignment> {
        &self.assignments
    }

    /// Encryption assignments that the plan takes away.
    pub(super) fn removed(&self) -> &References<'e, Assignment> {
        &self.removed
    }

    /// Resources that make environments managed ones.
    pub(super) fn managed(&self) -> &References<'e, ManagedEnvironment> {
        &self.managed
    }

    /// Everything to assess: environments in the estate's order, then declarations, then
    /// assignments of environments that neither has.
    pub(super) fn subjects(&self) -> Vec<Subject<'e>> {
        let mut subjects: Vec<_> = self
            .estate
            .environments()
            .filter_map(|(handle, environment)| self.environment(handle, environment))
            .collect();
        let mut seen = HashSet::new();
        for (_, declaration) in self.estate.declarations() {
            if declaration.environment.target().is_none() {
                seen.extend(Key::of(&declaration.environment));
                subjects.push(unseen(
                    declaration.header.address.clone(),
                    &declaration.environment,
                    vec![declaration],
                ));
            }
        }
        for (_, assignment) in self.estate.assignments() {
            if assignment.environment.target().is_none() && assignment.may_encrypt() {
                subjects.extend(assigned_only(assignment, &mut seen));
            }
        }
        subjects
    }

    fn environment(
        &self,
        handle: Handle<Environment>,
        environment: &'e Environment,
    ) -> Option<Subject<'e>> {
        let subject = Subject {
            address: environment.header.address.clone(),
            environment: Some(environment),
            key: Some(Key::Here(handle)),
            unseen: "".into(),
            declarations: self
                .declarations
                .get(&Key::Here(handle))
                .cloned()
                .unwrap_or_default(),
        };
        let concerns_keys = !subject.declarations.is_empty()
            || !self.assignments.of(&subject).is_empty()
            || !self.removed.of(&subject).is_empty()
            || matches!(environment.requirement, Requirement::Required { .. })
            || says_who_holds_the_key(environment);
        concerns_keys.then_some(subject)
    }
}

/// Whether the environment itself says something about its key. That a data source lists an
/// environment without a policy does not make it ours.
fn says_who_holds_the_key(environment: &Environment) -> bool {
    match environment.assigned.known {
        Known::Value(true) => true,
        Known::Value(false) | Known::Unknown(_) => matches!(
            environment.header.management,
            Management::Inventory | Management::Live
        ),
        Known::Absent => false,
    }
}

/// An environment that only an assignment speaks about; `None` when it was there before.
fn assigned_only<'e>(assignment: &'e Assignment, seen: &mut HashSet<Key>) -> Option<Subject<'e>> {
    let address = match Key::of(&assignment.environment) {
        Some(key) if !seen.insert(key.clone()) => return None,
        Some(Key::Elsewhere(name) | Key::Symbol(name)) => name,
        Some(Key::Here(_)) | None => assignment.header.address.clone(),
    };
    Some(unseen(address, &assignment.environment, Vec::new()))
}

fn unseen<'e>(
    address: Arc<str>,
    link: &'e Link<Environment>,
    declarations: Vec<&'e Declaration>,
) -> Subject<'e> {
    Subject {
        address,
        environment: None,
        key: Key::of(link),
        unseen: match &link.identity {
            Identity::Here(_) | Identity::Absent => "no environment is named".into(),
            Identity::Elsewhere(_) => "the environment is not part of what was read".into(),
            Identity::Unknown(unknown) => unknown.reason.to_string().into(),
        },
        declarations,
    }
}

fn encrypting<'e>(
    assignments: impl Iterator<Item = (Handle<Assignment>, &'e Assignment)>,
) -> impl Iterator<Item = &'e Assignment> {
    assignments
        .map(|(_, assignment)| assignment)
        .filter(|assignment| assignment.may_encrypt())
}

/// Why it is not certain that there is such an object.
pub(super) fn doubt(header: &Header) -> Option<&Unknown> {
    match &header.existence {
        crate::estate::Existence::Certain => None,
        crate::estate::Existence::Possible(unknown) => Some(unknown),
    }
}
