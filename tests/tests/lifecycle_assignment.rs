//! The life of a `ppcmk_environment_assignment`.

use ppcmk_emulator::Emulator;
use ppcmk_tests::{Workspace, estate};

#[test]
fn brings_an_environment_under_a_policy_with_one_link() {
    let emulator = Emulator::start().unwrap();
    let workspace = Workspace::new(&emulator);
    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
}
