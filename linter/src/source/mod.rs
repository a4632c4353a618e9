//! What is read: configurations (`hcl`), plans and states (`plan`), inventories (`inventory`), and
//! a plan together with its sources (`merge`).
//!
//! Reading never stops at the first problem: a [`Reading`] has what was understood, and the problems.

pub mod documents;
mod encoded;
mod files;
pub mod hcl;
mod instance;
pub mod inventory;
mod merge;
mod nearest;
pub mod plan;
mod reading;
mod state;
mod text;

pub use files::{Disk, Entry, FileTree, Memory};
pub use instance::{Instance, InstanceKey, Mode};
pub use merge::merge;
pub use reading::{Comment, InputError, Problem, Reading};
pub use state::with_state;
pub use text::{SourceFile, Sources};
