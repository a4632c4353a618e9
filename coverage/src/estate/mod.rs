//! What a configuration, a plan or a tenant says about keys: environments, policies, assignments,
//! vaults, keys, grants and workloads, each value with three states and the place it came from.
//!
//! Adapters fill an [`Estate`]; rules and the assessment read it. Nothing in it is guessed: what an
//! adapter cannot know is [`Known::Unknown`] with a reason, and what is not written is
//! [`Known::Absent`]. Defaults of the services are applied by the rules, not by the adapters,
//! because they differ by resource and are part of a rule's story; where an adapter knows the
//! default of its resource type (azurerm's `purge_protection_enabled = false`), it gives the value
//! with [`Origin::is_default`].

mod answer;
mod assignment;
mod change;
mod declaration;
mod environment;
mod fact;
mod grant;
mod header;
mod index;
mod key;
mod link;
mod lookup;
mod managed;
mod order;
mod origin;
mod policy;
mod vault;

pub use answer::Answer;
pub use assignment::{Assignment, OnDestroy};
pub use change::{Action, Change};
pub use declaration::{
    App, Declaration, Ecommerce, FinanceAndOperations, Hosting, Place, RatingsAndReviews, ScaleUnit,
};
pub use environment::{Environment, ManagedEnvironment, Requirement};
pub use fact::{Fact, Known, Reason, Unknown};
pub use grant::{Grant, Right, Scope};
pub use header::{Existence, Header, Management};
pub use key::{Key, KeyType, Rotation};
pub use link::{Handle, Identity, Link};
pub use order::{Order, Ordered};
pub use origin::{Location, Origin, Position, Step};
pub use policy::{IdentityKind, Policy, PolicyForm};
pub use vault::{NetworkDefault, Vault, VaultKind};

/// Everything that is known about the keys of a configuration, a plan or a tenant.
///
/// The plain iterators give what exists once the plan is applied; what the plan takes away is only
/// in the `removed_` ones, and `all_` has both.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    environments: Vec<Environment>,
    managed_environments: Vec<ManagedEnvironment>,
    policies: Vec<Policy>,
    assignments: Vec<Assignment>,
    vaults: Vec<Vault>,
    keys: Vec<Key>,
    grants: Vec<Grant>,
    declarations: Vec<Declaration>,
    index: index::Cache,
    /// What is created after what.
    pub order: Order,
    /// Where the facts come from, as far as it decides what can be said about them.
    pub scope: EstateScope,
}

/// What kind of input the estate was made from.
#[derive(Clone, Debug, Default)]
pub struct EstateScope {
    /// The estate has what a plan says about changes ([`Header::change`]).
    pub has_changes: bool,
    /// The estate has what only sources say, such as `lifecycle`.
    pub has_sources: bool,
    /// Parts that could not be seen, such as modules whose source is not local and files that do not
    /// parse. What is missing may be there, so that a rule about something missing is undecided.
    pub unseen: Vec<Unknown>,
    /// Geos in which data may live (CMK401). Empty: not configured.
    pub allowed_geos: Vec<crate::Geo>,
    /// The day that counts as today, for expiry dates.
    pub today: Option<Date>,
}

/// A day, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, such as 2026.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Date {
    /// The day this many days after 1970-01-01, by the Gregorian calendar.
    pub fn from_unix_days(days: i64) -> Self {
        // Days from 0000-03-01, so that a leap day is the last of its year; eras of 400 years.
        let days = days.clamp(-700_000_000, 700_000_000) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = (month_from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or(i32::MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day_of_year - (153 * month_from_march + 2) / 5 + 1).unwrap_or(1),
        }
    }
}

impl std::fmt::Display for Date {
    /// As ISO 8601 writes it: `2026-01-31`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        )
    }
}

macro_rules! kinds {
    ($($kind:ident, $field:ident, $add:ident, $all:ident, $removed:ident;)*) => {
        impl Estate {
            $(
                #[doc = concat!("Adds one of the ", stringify!($field), ".")]
                pub fn $add(&mut self, object: $kind) -> Handle<$kind> {
                    self.index.clear();
                    self.$field.push(object);
                    Handle::new(self.$field.len() - 1)
                }

                #[doc = concat!("The ", stringify!($field), " that exist once the plan is applied.")]
                pub fn $field(&self) -> impl Iterator<Item = (Handle<$kind>, &$kind)> {
                    self.$all().filter(|(_, object)| !object.header.is_removed())
                }

                #[doc = concat!("The ", stringify!($field), " that the plan takes away, replaced ones not among them.")]
                pub fn $removed(&self) -> impl Iterator<Item = (Handle<$kind>, &$kind)> {
                    self.$all().filter(|(_, object)| object.header.is_removed())
                }

                #[doc = concat!("All ", stringify!($field), ", those that the plan takes away too.")]
                pub fn $all(&self) -> impl Iterator<Item = (Handle<$kind>, &$kind)> {
                    self.$field.iter().enumerate().map(|(index, object)| (Handle::new(index), object))
                }
            )*
        }

        $(
            impl std::ops::Index<Handle<$kind>> for Estate {
                type Output = $kind;

                fn index(&self, handle: Handle<$kind>) -> &$kind {
                    &self.$field[handle.index()]
                }
            }

            impl std::ops::IndexMut<Handle<$kind>> for Estate {
                fn index_mut(&mut self, handle: Handle<$kind>) -> &mut $kind {
                    self.index.clear();
                    &mut self.$field[handle.index()]
                }
            }
        )*
    };
}

kinds! {
    Environment, environments, add_environment, all_environments, removed_environments;
    ManagedEnvironment, managed_environments, add_managed_environment, all_managed_environments, removed_managed_environments;
    Policy, policies, add_policy, all_policies, removed_policies;
    Assignment, assignments, add_assignment, all_assignments, removed_assignments;
    Vault, vaults, add_vault, all_vaults, removed_vaults;
    Key, keys, add_key, all_keys, removed_keys;
    Grant, grants, add_grant, all_grants, removed_grants;
    Declaration, declarations, add_declaration, all_declarations, removed_declarations;
}

impl Estate {
    /// Whether anything here has to do with customer-managed keys. A repository that has not stays
    /// silent.
    pub fn concerns_cmk(&self) -> bool {
        !self.policies.is_empty()
            || !self.assignments.is_empty()
            || !self.declarations.is_empty()
            || self
                .environments
                .iter()
                .any(|environment| matches!(environment.requirement, Requirement::Required { .. }))
    }

    fn index(&self) -> &index::Index {
        self.index.get(self)
    }
}
