//! What the provider costs: size, start, memory, whole commands of a real Terraform, and a refresh
//! of a thousand assignments. `cargo bench-provider` prints a table; nothing fails for being slow.
//!
//! What is measured is the program as it is released, and the emulator stands for the cloud. Run by
//! `cargo test`, it goes once around with the debug build, to see that it still works.

#![expect(clippy::print_stdout, reason = "a benchmark speaks to its user")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

mod commands;
mod machine;
mod refresh;
mod start;

use std::time::{Duration, Instant};

use ppcmk_tests::figures::Table;
use ppcmk_tests::provider_binary;

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Starts of the provider alone.
    pub(crate) starts: usize,
    /// Runs of Terraform.
    pub(crate) runs: usize,
    /// Assignments that are refreshed.
    pub(crate) assignments: usize,
    /// Runs of Terraform over all of them.
    pub(crate) refreshes: usize,
    /// Environments of a large tenant, which has that many assignments too.
    pub(crate) tenant: usize,
}

const MEASURE: Effort = Effort {
    starts: 60,
    runs: 20,
    assignments: 1000,
    refreshes: 5,
    tenant: 10_000,
};

const TRY: Effort = Effort {
    starts: 1,
    runs: 1,
    assignments: 20,
    refreshes: 1,
    tenant: 40,
};

fn main() {
    // Cargo says so to what it runs as a benchmark.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let effort = if is_bench { MEASURE } else { TRY };
    println!("{}", machine::describe());
    println!("{}\n", provider_binary().display());
    let mut figures = start::figures(effort);
    figures.extend(commands::figures(effort));
    figures.extend(refresh::figures(effort));
    println!("{}", Table(figures));
}

/// How long each of these takes.
pub(crate) fn times(count: usize, mut run: impl FnMut()) -> Vec<Duration> {
    let one = |_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    };
    (0..count).map(one).collect()
}
