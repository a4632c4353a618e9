//! The cloud APIs behind customer-managed keys, on loopback, for tests and first steps.
//!
//! `README.md` in the folder has the command line, seeds, modes and the control API.
//!
//! [`Emulator`] serves Entra tokens, Azure Resource Manager, Key Vault, Managed HSM, the
//! environment API of Power Platform and a little of Lifecycle Services over TLS, from one port.
//! It follows what is known of the real services; where that is not known, [`Modes`] has the
//! variants. [`Fault`] and [`OperationFault`] script what goes wrong.
//!
//! ```
//! use ppcmk_emulator::{Emulator, Fault, RequestMatch, RetryAfter};
//!
//! let emulator = Emulator::start().expect("a free port");
//! emulator.fault(Fault::throttle(RequestMatch::link(), RetryAfter::Seconds(1)));
//! assert_eq!(emulator.requests().count_links("00000000-0000-0000-0000-000000000001"), 0);
//! ```
//!
//! Evidence tags in the modules say how sure a rule is: [S] specification, [D] documentation,
//! [M] Microsoft's source code, [F] captured response, [I] issue, [C] field note of third
//! parties, [X] assumption.
//!
//! Invariant: nothing here is shared with the client under test, so that one mistake cannot hide
//! in both. Only `main.rs` prints.

#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the evidence tags look like links"
)]

mod arm;
mod bap;
mod changes;
mod clock;
mod control;
mod emulator;
mod entra;
mod faults;
mod geo;
mod hsm_data;
mod http;
mod inspect;
mod key_access;
mod lcs;
pub mod modes;
mod request_log;
mod router;
mod saved;
pub mod seed;
mod server;
mod state;
mod timings;
mod tls;
mod vault_data;
mod world;

pub use changes::{Change, ChangeError};
pub use clock::{Clock, Timestamp};
pub use emulator::{Emulator, EmulatorBuilder, Speed, StartError};
pub use faults::{
    Body, Effect, Fault, OperationFault, OperationScript, Plane, RequestMatch, Response,
    RetryAfter, SlotAfter, Times,
};
pub use inspect::{EnvironmentState, OperationState, PolicyState};
pub use modes::Modes;
pub use request_log::{LogEntry, Requests};
pub use saved::StateError;
pub use seed::{Seed, SeedError};
pub use state::operation::{Outcome, Stage};
pub use state::policy::PolicyKind;
pub use timings::{Progress, Timings};
pub use tls::TlsError;

/// Compiles the example in the folder's `README.md`.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
