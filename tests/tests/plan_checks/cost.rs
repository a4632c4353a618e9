//! What the checks cost.

use ppcmk_emulator::{Plane, RequestMatch};
use ppcmk_tests::Fleet;

#[test]
fn a_thousand_new_assignments_cost_a_handful_of_requests() {
    const MANY: usize = 1_000;
    let fleet = Fleet::to_link(MANY);
    fleet.emulator.clear_requests();
    let run = fleet.workspace.plan().has_changes().run.clone();
    run.says(&format!("Plan: {MANY} to add"));
    let requests = fleet.emulator.requests();
    let to = |plane| requests.on(&RequestMatch::plane(plane)).count();
    // A policy, its vault, the roles there; some environments alone and then all of them.
    assert_eq!(to(Plane::ResourceManager), 3, "{requests:#?}");
    assert!(to(Plane::Bap) <= 12, "{requests:#?}");
    assert!(requests.count() <= 20, "{requests:#?}");
}

#[test]
fn a_plan_without_changes_asks_for_nothing() {
    let fleet = Fleet::new(3);
    let plan = fleet.workspace.plan_with(&["-refresh=false"]);
    plan.is_empty();
    let requests = fleet.emulator.requests();
    assert!(requests.is_empty(), "{requests:#?}");
}

#[test]
fn validation_asks_for_nothing() {
    let fleet = Fleet::to_link(3);
    fleet.emulator.clear_requests();
    fleet.workspace.validate().succeeds();
    assert!(fleet.emulator.requests().is_empty());
}
