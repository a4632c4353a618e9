//! Random sequences of faults, always the same ones: whatever comes together, a success means a
//! link, nothing is linked twice, nothing is unlinked, and the last apply ends well.

use ppcmk_emulator::modes::{AcceptedHeaders, RunningPollStatus, SlotWhileLinking};
use ppcmk_emulator::{
    Body, Effect, Fault, OperationFault, OperationScript, Outcome, RequestMatch, Response,
    RetryAfter, SlotAfter, Stage,
};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::RETAIL;

use crate::{side_by_side, within};

const SEQUENCES: u64 = 12;
/// Runs with faults, before the one without.
const RUNS: usize = 2;

/// Numbers that look random, from a seed (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

#[test]
fn end_with_one_link() {
    side_by_side(1..=SEQUENCES, |seed| {
        let mut random = Random(seed);
        let wait_for = random.pick(&["accepted", "linked", "encrypted"]);
        let arguments = format!("wait_for = \"{wait_for}\"\n  {}", within("create", "8s"));
        let scene = Scene::with(&arguments);
        scene.attempts(2);
        let mut story = vec![format!("sequence {seed}: wait_for {wait_for}")];
        for _ in 0..RUNS {
            story.extend(spoil(&scene, &mut random));
            let run = scene.workspace.apply();
            story.push(format!("exit code {:?}, slot {:?}", run.code, scene.slot()));
            if run.code == Some(0) {
                scene.is_recorded();
                let is_linked = scene.slot().is_some_and(|slot| slot.starts_with("ep-1"));
                let is_linking = scene
                    .emulator
                    .operations(RETAIL)
                    .iter()
                    .any(|one| !one.ended);
                // What nobody waited for may have failed since.
                let was_not_awaited = wait_for == "accepted";
                assert!(is_linked || is_linking || was_not_awaited, "{story:#?}");
            }
        }
        scene.emulator.clear_faults();
        if scene
            .emulator
            .operations(RETAIL)
            .iter()
            .any(|one| !one.ended)
        {
            scene.emulator.complete_operation(RETAIL);
        }
        let run = scene.workspace.apply();
        assert_eq!(run.code, Some(0), "{story:#?}\n{}", run.transcript());
        scene.is_recorded();
        scene.has_nothing_to_do();
        assert_eq!(scene.unlinks(), 0, "{story:#?}");
        let linked = scene
            .emulator
            .operations(RETAIL)
            .iter()
            .filter(|one| !one.fails)
            .count();
        assert_eq!(
            linked,
            1,
            "{story:#?}\n{:#?}",
            scene.emulator.operations(RETAIL)
        );
    });
}

fn half_converted() -> OperationFault {
    OperationFault::new(OperationScript {
        outcome: Outcome::Fail {
            stage: Stage::Run,
            code: "CustomerManagedKeyOperationFailed".into(),
            message: None,
        },
        slot: SlotAfter::Failed,
        ..OperationScript::default()
    })
}

/// Scripts a few faults, and says which.
fn spoil(scene: &Scene, random: &mut Random) -> Vec<String> {
    let mut story = Vec::new();
    for _ in 0..=random.below(3) {
        let on = random.pick(&[
            RequestMatch::link(),
            RequestMatch::link(),
            RequestMatch::poll(),
            RequestMatch::environment(RETAIL),
            RequestMatch::new("GET", "*/lifecycleOperations"),
            RequestMatch::policy("GET", "ep-1"),
            RequestMatch::token(),
        ]);
        let effect = random.pick(&[
            Effect::ResetBefore,
            Effect::ResetAfterProcessing,
            Effect::TruncateBody,
            Effect::Respond(Response::status(500)),
            Effect::Respond(Response::status(429).retry_after(RetryAfter::Seconds(1))),
            Effect::Respond(Response::status(401)),
            Effect::RespondAfterProcessing(Response::status(503).body(Body::Html)),
            Effect::RespondAfterProcessing(Response::status(409).body(Body::Empty)),
        ]);
        let passed = u32::try_from(random.below(3)).unwrap_or_default();
        story.push(format!("{effect:?} on {on:?} after {passed}"));
        scene.emulator.fault(Fault::new(on, effect).after(passed));
    }
    let operation = random.pick(&[
        None,
        None,
        Some(OperationFault::fail(
            Stage::Validate,
            "No right on the key.",
        )),
        Some(OperationFault::hold(Stage::Run)),
        Some(OperationFault::lost()),
        Some(half_converted()),
    ]);
    story.push(format!("{operation:?}"));
    if let Some(fault) = operation {
        scene.emulator.operation_fault(fault);
    }
    let headers = random.pick(&[AcceptedHeaders::Both, AcceptedHeaders::Neither]);
    let slot = random.pick(&[SlotWhileLinking::Shown, SlotWhileLinking::Absent]);
    let polls = random.pick(&[RunningPollStatus::Ok, RunningPollStatus::Accepted]);
    story.push(format!("{headers:?} {slot:?} {polls:?}"));
    scene.emulator.set_modes(|modes| {
        modes.accepted_headers = headers;
        modes.slot_while_linking = slot;
        modes.running_poll_status = polls;
    });
    story
}
