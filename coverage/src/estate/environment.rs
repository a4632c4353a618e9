//! Environments, and what makes them managed ones.

use std::sync::Arc;

use crate::{EnvironmentLocation, EnvironmentSku};

use super::{Fact, Header, Link};

/// A Power Platform environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// What all objects have.
    pub header: Header,
    /// The name for people.
    pub display_name: Fact<String>,
    /// The environment id, in lower case.
    pub id: Fact<String>,
    /// Where it is.
    pub location: Fact<EnvironmentLocation>,
    /// Its type.
    pub sku: Fact<EnvironmentSku>,
    /// Whether it has a Dataverse database.
    pub dataverse: Fact<bool>,
    /// Whether it is managed, where the object itself says so: an inventory, a live read, a data
    /// source. For a resource that leaves it to another one it is absent, see
    /// [`ManagedEnvironment`].
    pub managed: Fact<bool>,
    /// The environment group, whose rules can make it managed. Absent: in none.
    pub group: Fact<String>,
    /// Whether an encryption policy is linked, where the object itself says so (inventory, live).
    pub assigned: Fact<bool>,
    /// Whether it must be under customer-managed keys.
    pub requirement: Requirement,
}

/// Whether an environment must be under customer-managed keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Requirement {
    /// Nobody said.
    #[default]
    Unstated,
    /// It must: `because` says who asks for it (`[coverage] require`, `data.ppcmk_coverage.retail`).
    Required {
        /// Who asks for it.
        because: Arc<str>,
    },
    /// It need not: the configuration exempts it.
    Exempt,
}

/// A resource that makes an environment a managed one.
#[derive(Clone, Debug)]
pub struct ManagedEnvironment {
    /// What all objects have.
    pub header: Header,
    /// The environment.
    pub environment: Link<Environment>,
}

impl Environment {
    /// An environment of which nothing is known.
    pub fn new(header: Header) -> Self {
        Self {
            header,
            display_name: Fact::default(),
            id: Fact::default(),
            location: Fact::default(),
            sku: Fact::default(),
            dataverse: Fact::default(),
            managed: Fact::default(),
            group: Fact::default(),
            assigned: Fact::default(),
            requirement: Requirement::default(),
        }
    }
}
