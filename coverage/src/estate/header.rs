//! What all objects of an estate have in common.

use std::sync::Arc;

use super::{Change, Fact, Location, Unknown};

/// What all objects of an estate have in common.
#[derive(Clone, Debug)]
pub struct Header {
    /// The instance, as Terraform prints it: `module.retail["emea"].azurerm_key_vault.cmk[0]`. For
    /// an entry of an inventory its name, for a live object its id.
    pub address: Arc<str>,
    /// The block without any instance keys, `module.retail.azurerm_key_vault.cmk`: the name in
    /// [`super::Order`]. The address itself where there is no block.
    pub block: Arc<str>,
    /// The block's header, or the entry of the inventory.
    pub location: Option<Location>,
    /// The calls of the modules around it, outermost first.
    pub calls: Vec<super::Step>,
    /// Who manages the object.
    pub management: Management,
    /// Whether it is certain that there is such an instance.
    pub existence: Existence,
    /// What the plan does with it; `None` without a plan.
    pub change: Option<Change>,
    /// `lifecycle.prevent_destroy`. Absent without sources as well as when it is not written: see
    /// [`super::EstateScope::has_sources`].
    pub prevent_destroy: Fact<bool>,
}

/// Who manages an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Management {
    /// A resource of the configuration or plan that was read.
    Here,
    /// A data source: it exists, and is managed by somebody else.
    DataSource,
    /// An entry of an inventory.
    Inventory,
    /// Read from the tenant.
    Live,
}

/// Whether there is such an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Existence {
    /// There is.
    Certain,
    /// `count` or `for_each` is not known. Findings about it are [`crate::Certainty::Possible`].
    Possible(Unknown),
}

impl Header {
    /// An object that certainly is there, managed here, without further facts.
    pub fn new(address: impl Into<Arc<str>>) -> Self {
        let address = address.into();
        Self {
            block: address.clone(),
            address,
            location: None,
            calls: Vec::new(),
            management: Management::Here,
            existence: Existence::Certain,
            change: None,
            prevent_destroy: Fact::absent_at(super::Origin::default()),
        }
    }

    /// Whether the plan takes the object away for good. A replaced object stays.
    pub fn is_removed(&self) -> bool {
        self.change.as_ref().is_some_and(Change::removes)
    }

    /// Whether a resource of the configuration manages it.
    pub fn is_managed_here(&self) -> bool {
        self.management == Management::Here
    }
}
