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
//! - `config`, `report`, `cli`: settings, one file per format, the program.
//!
//! No rule logic lives here: rules are in `ppcmk-coverage`. Only `report` and `main.rs` print.

pub mod adapt;
pub mod analysis;
pub mod source;
pub mod value;
