//! What is assessed: environments, and declarations and assignments of environments that are not in
//! the estate.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::estate::{
    Assignment, Declaration, Environment, Estate, Handle, Header, Identity, Known, Link,
    ManagedEnvironment, Management, Requirement,
};

/// What is assessed.
pub(super) struct Subject<'e> {
    /// What the result is called.
    pub(super) address: Arc<str>,
    /// The environment.
    pub(super) environment: Place<'e>,
    /// What is declared about it.
    pub(super) declarations: Vec<&'e Declaration>,
}

/// Where the environment is found.
pub(super) enum Place<'e> {
    /// In the estate.
    Here(Handle<Environment>, &'e Environment),
    /// Not in the estate; this refers to it.
    Unseen(&'e Link<Environment>),
}

/// The estate, and who refers to environments that are not in it.
pub(super) struct Index<'e> {
    pub(super) estate: &'e Estate,
    assignments: HashMap<&'e str, Vec<&'e Assignment>>,
    managed: HashMap<&'e str, Vec<&'e ManagedEnvironment>>,
    /// The first resource that makes an environment managed of which nobody knows which it is.
    stray: Option<&'e ManagedEnvironment>,
}

impl<'e> Index<'e> {
    pub(super) fn new(estate: &'e Estate) -> Self {
        let mut index = Self {
            estate,
            assignments: HashMap::new(),
            managed: HashMap::new(),
            stray: None,
        };
        for (_, assignment) in estate.assignments() {
            if let Some(name) = index.unseen(&assignment.environment)
                && assignment.may_encrypt()
            {
                index.assignments.entry(name).or_default().push(assignment);
            }
        }
        for (_, managed) in estate.managed_environments() {
            if let Some(name) = index.unseen(&managed.environment) {
                index.managed.entry(name).or_default().push(managed);
            }
            let unknown = managed.environment.unknown();
            if unknown.is_some() && estate.environment(&managed.environment).is_none() {
                index.stray.get_or_insert(managed);
            }
        }
        index
    }

    /// The name of an environment that is not in the estate.
    fn unseen(&self, link: &'e Link<Environment>) -> Option<&'e str> {
        match self.estate.environment(link) {
            Some(_) => None,
            None => link.name(),
        }
    }

    /// The encryption assignments of an environment that is not in the estate.
    pub(super) fn assignments_of(&self, link: &Link<Environment>) -> &[&'e Assignment] {
        list(&self.assignments, link)
    }

    /// What makes an environment managed that is not in the estate.
    pub(super) fn managed_environments_of(
        &self,
        link: &Link<Environment>,
    ) -> &[&'e ManagedEnvironment] {
        list(&self.managed, link)
    }

    /// Why something may make this environment a managed one without being seen.
    pub(super) fn unseen_manager(&self, environment: &Environment) -> Option<String> {
        if let Some(unknown) = self.stray.and_then(|managed| managed.environment.unknown()) {
            return Some(unknown.reason.to_string());
        }
        // One that names an environment by an id may mean this one, whose id is not known.
        let id_is_open = environment.id.value().is_none() && !environment.header.is_new();
        let by_id = self.managed.values().flatten().find(|managed| {
            id_is_open && matches!(managed.environment.identity, Identity::Elsewhere(_))
        });
        if let Some(managed) = by_id {
            let address = &managed.header.address;
            return Some(format!(
                "`{address}` names an environment by an id that may be this one's"
            ));
        }
        let unseen = self.estate.scope.unseen.first()?;
        Some(unseen.reason.to_string())
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
            let link = &declaration.environment;
            if self.estate.environment(link).is_none() {
                seen.extend(link.name());
                subjects.push(Subject {
                    address: declaration.header.address.clone(),
                    environment: Place::Unseen(link),
                    declarations: vec![declaration],
                });
            }
        }
        for (_, assignment) in self.estate.assignments() {
            let is_unseen = self.estate.environment(&assignment.environment).is_none();
            if is_unseen && assignment.may_encrypt() {
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
        let declarations: Vec<_> = self
            .estate
            .declarations_of(handle)
            .map(|(_, declaration)| declaration)
            .collect();
        let concerns_keys = !declarations.is_empty()
            || self.estate.all_assignments_of(handle).next().is_some()
            || matches!(environment.requirement, Requirement::Required { .. })
            || says_who_holds_the_key(environment);
        concerns_keys.then(|| Subject {
            address: environment.header.address.clone(),
            environment: Place::Here(handle, environment),
            declarations,
        })
    }
}

fn list<'m, T>(by_name: &'m HashMap<&str, Vec<T>>, link: &Link<Environment>) -> &'m [T] {
    link.name()
        .and_then(|name| by_name.get(name))
        .map_or(&[], Vec::as_slice)
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
fn assigned_only<'e>(
    assignment: &'e Assignment,
    seen: &mut HashSet<&'e str>,
) -> Option<Subject<'e>> {
    let link = &assignment.environment;
    let address = match link.name() {
        Some(name) => seen.insert(name).then(|| name.into())?,
        None => assignment.header.address.clone(),
    };
    Some(Subject {
        address,
        environment: Place::Unseen(link),
        declarations: Vec::new(),
    })
}

/// Why nothing is known about an environment that is not in the estate.
pub(super) fn why_unseen(link: &Link<Environment>) -> String {
    match &link.identity {
        Identity::Here(_) | Identity::Absent => "no environment is named".into(),
        Identity::Elsewhere(_) => "the environment is not part of what was read".into(),
        Identity::Unknown(unknown) => unknown.reason.to_string(),
    }
}

/// Why it is not certain that there is such an object.
pub(super) fn doubt(header: &Header) -> Option<&crate::estate::Unknown> {
    match &header.existence {
        crate::estate::Existence::Certain => None,
        crate::estate::Existence::Possible(unknown) => Some(unknown),
    }
}
