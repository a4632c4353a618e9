//! From what the client reads and what a configuration says to an estate, which the rules and the
//! assessment of `ppcmk-coverage` understand.
//!
//! Adapters only: one file per kind of object, and nothing here decides what is good or bad. What a
//! read did not show is unknown, with a reason that says so; nothing is guessed.
//!
//! - [`environment`]: an environment with the policy that it is under.
//! - [`policy`], [`vault`], [`grant`]: policies, vaults with their keys, and rights on them.
//! - [`finance`]: what a tenant shows of finance and operations, next to what is declared.
//! - [`fact`]: arguments of a configuration as facts.

pub(crate) mod environment;
pub(crate) mod fact;
pub(crate) mod finance;
pub(crate) mod grant;
pub(crate) mod policy;
pub(crate) mod vault;
