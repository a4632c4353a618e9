//! Ctrl-C and kills at every stage: Terraform ends soon, nothing is lost, nothing is done twice,
//! and the next apply goes on.

mod kills;
mod stops;

use std::time::Duration;

use ppcmk_emulator::{Emulator, RequestMatch};
use ppcmk_tests::{Running, wait_until};

/// Waits until so many of these requests have arrived.
#[track_caller]
fn wait_for_requests(emulator: &Emulator, on: &RequestMatch, count: usize) {
    let what = format!("{count} requests {on:?} have arrived");
    wait_until(&what, || emulator.requests().on(on).count() >= count);
}

/// Whether a process exists and is more than a zombie.
fn is_alive(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// The providers of a running Terraform, of which there has to be one.
#[track_caller]
fn providers(apply: &Running) -> Vec<u32> {
    let ids = apply.provider_ids();
    assert!(
        !ids.is_empty(),
        "no provider is running: {}",
        apply.so_far().transcript()
    );
    ids
}

/// Panics if one of these processes outlives the test's patience.
#[track_caller]
fn all_end(ids: &[u32], within: Duration) {
    let started = std::time::Instant::now();
    wait_until("the providers have ended", || {
        !ids.iter().any(|id| is_alive(*id))
    });
    assert!(
        started.elapsed() < within,
        "it took {:?}",
        started.elapsed()
    );
}
