//! The harness of the acceptance tests: a real `terraform`, the freshly built provider, and the
//! emulator in place of the cloud.
//!
//! A test starts an [`Emulator`] of its own and makes a [`Workspace`]
//! for it: a private directory in which `terraform` runs with nothing of the machine's
//! configuration. Then it looks at both sides, at what Terraform says and keeps ([`Run`],
//! [`Workspace::state`]) and at what was asked of the cloud (`emulator.requests()`).
//!
//! ```no_run
//! use ppcmk_emulator::Emulator;
//! use ppcmk_tests::{Workspace, estate};
//!
//! let emulator = Emulator::start().unwrap();
//! let workspace = Workspace::new(&emulator);
//! workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
//! workspace.apply().succeeds();
//! workspace.plan().is_empty();
//! assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
//! ```
//!
//! The harness leaves out how the cloud behaves: that is the emulator's.

#[cfg(not(unix))]
compile_error!("the acceptance tests send signals and read /proc: run them on Linux");

mod binaries;
pub mod estate;
pub mod figures;
mod fleet;
mod process;
mod run;
pub mod scene;
mod state;
mod wait;
mod workspace;

pub use binaries::{emulator_binary, linter_binary, provider_binary, stand_in_binary};
pub use fleet::Fleet;
pub use process::Running;
pub use run::{Plan, Run};
pub use scene::Scene;
pub use state::State;
pub use wait::{PATIENCE, wait_until};
pub use workspace::Workspace;

use ppcmk_emulator::{Emulator, Plane, Requests};

/// An emulator with the built-in tenant, and a workspace for it.
pub fn start() -> (Emulator, Workspace) {
    let emulator = Emulator::start().expect("the emulator needs a free port only");
    let workspace = Workspace::new(&emulator);
    (emulator, workspace)
}

/// The requests that change something in the cloud, or try to.
#[must_use]
pub fn writes(emulator: &Emulator) -> Requests {
    emulator.requests().filter(|entry| {
        entry.method != "GET"
            && entry.plane != Plane::Authority
            && !entry.path.contains("Microsoft.ResourceGraph")
    })
}

/// Panics if something was changed in the cloud since its log was cleared.
#[track_caller]
pub fn assert_nothing_written(emulator: &Emulator) {
    let writes = writes(emulator);
    assert!(writes.is_empty(), "nothing should be written: {writes:#?}");
}
