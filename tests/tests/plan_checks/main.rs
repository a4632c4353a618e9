//! The checks of plans: the rules' answers about what the tenant shows, with the real `terraform`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

mod assignments;
mod cost;
mod modes;
mod policies;
mod readiness;
mod tenant;
