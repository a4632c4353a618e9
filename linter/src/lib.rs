//! `ppcmk-lint`: which Power Platform data would not be under the customer's key, before the merge.
//!
//! ```text
//! source/hcl ──┐
//! source/plan ─┼─► Reading (instances of values) ─► adapt/ ─► Estate ─► coverage::rules ─► Analysis ─► report/
//! source/inventory ───────────────────────────────────────────┘
//! ```
//!
//! - [`value`]: values in three states that remember where they came from.
//! - [`source`]: what is read: configurations, plans, states, inventories. Reading never stops at the
//!   first problem; it gives what was understood and the problems found.
//! - [`adapt`]: from instances of resource types to the estate; one file per family of types.
//! - [`analysis`]: what a run found, before anybody prints it.
//! - [`config`], [`ignore`](judge), [`baseline`]: what counts, and what is accepted.
//! - [`judge`]: from what the rules answered to an [`analysis`].
//! - [`report`]: one file per format.
//! - [`run`], [`cli`]: a run from its inputs to an analysis; the program.
//!
//! No rule logic lives here: rules are in `ppcmk-coverage`. Only `report` and `main.rs` print.

pub mod adapt;
pub mod analysis;
pub mod baseline;
pub mod cli;
pub mod config;
pub mod date;
#[cfg(test)]
mod docs;
mod ignore;
pub mod judge;
pub mod report;
pub mod run;
pub mod source;
#[cfg(test)]
mod testing;
pub mod value;
mod words;
