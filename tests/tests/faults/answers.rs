//! Answers that are no answers: throttling, failing gateways, broken connections, garbage.

use std::time::{Duration, Instant};

use ppcmk_emulator::{Body, Effect, Fault, RequestMatch, Response, RetryAfter};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::RETAIL;

#[test]
fn waits_as_long_as_a_throttling_service_asks() {
    for retry_after in [RetryAfter::Seconds(2), RetryAfter::Date(3)] {
        let scene = Scene::new();
        for on in [RequestMatch::link(), RequestMatch::environment(RETAIL)] {
            scene.emulator.fault(Fault::throttle(on, retry_after));
        }
        let started = Instant::now();
        scene.workspace.apply().succeeds();
        assert!(
            started.elapsed() > Duration::from_secs(4),
            "{retry_after:?}"
        );
        assert_eq!(scene.links(), 2, "one was turned away");
        assert_eq!(scene.emulator.operations(RETAIL).len(), 1);
        scene.has_nothing_to_do();
    }
}

#[test]
fn backs_off_on_its_own_where_the_service_does_not_ask() {
    let scene = Scene::new();
    let reads = RequestMatch::environment(RETAIL);
    scene
        .emulator
        .fault(Fault::throttle(RequestMatch::link(), RetryAfter::Absent));
    scene
        .emulator
        .fault(Fault::throttle(reads.clone(), RetryAfter::Absent));
    scene.emulator.fault(Fault::status(reads, 503).after(1));
    scene.workspace.apply().succeeds();
    assert_eq!(scene.links(), 2);
    scene.has_nothing_to_do();
}

#[test]
fn throttling_that_does_not_end_is_named() {
    let scene = Scene::new();
    scene.attempts(2);
    scene
        .emulator
        .fault(Fault::throttle(RequestMatch::link(), RetryAfter::Seconds(1)).forever());
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Too many requests")
        .says("429 TooManyRequests")
        .says("Rate limit is exceeded")
        .says("correlation id")
        .says("lower max_concurrency");
    assert_eq!(scene.links(), 2);
    scene.is_not_recorded();
    scene.emulator.clear_faults();
    scene.converges();
    assert_eq!(scene.links(), 3);
}

#[test]
fn a_wait_that_is_longer_than_the_timeout_ends_at_once() {
    let scene = Scene::with("timeouts {\n    create = \"20s\"\n  }");
    scene
        .emulator
        .fault(Fault::throttle(RequestMatch::link(), RetryAfter::Seconds(3600)).forever());
    let started = Instant::now();
    scene
        .workspace
        .apply()
        .fails()
        .says("429 TooManyRequests")
        .says("Rate limit is exceeded");
    assert!(started.elapsed() < Duration::from_secs(15));
    assert_eq!(scene.links(), 1);
    scene.is_not_recorded();
}

#[test]
fn a_read_is_tried_again() {
    for (status, body) in [
        (500, Body::Usual),
        (502, Body::Html),
        (503, Body::Empty),
        (504, Body::Garbage),
    ] {
        let scene = Scene::new();
        let fault = Response::status(status).body(body);
        for on in [
            RequestMatch::environment(RETAIL),
            RequestMatch::policy("GET", "ep-1"),
        ] {
            scene
                .emulator
                .fault(Fault::new(on, Effect::Respond(fault.clone())));
        }
        scene.workspace.apply().succeeds();
        assert_eq!(scene.links(), 1, "{status}");
        scene.has_nothing_to_do();
    }
}

#[test]
fn a_read_is_tried_three_times_again() {
    let scene = Scene::new();
    let reads = RequestMatch::environment(RETAIL);
    scene.emulator.fault(Fault::status(reads, 503).times(3));
    scene.workspace.apply().succeeds();
    assert_eq!(scene.links(), 1);
    scene.has_nothing_to_do();
}

#[test]
fn a_service_that_stays_down_is_quoted() {
    for (status, body, quote) in [
        (500, Body::Usual, "An unexpected error occurred"),
        (502, Body::Html, "502 Gateway"),
        (503, Body::Empty, "the service has a problem"),
    ] {
        let scene = Scene::new();
        scene.attempts(2);
        let fault = Response::status(status).body(body);
        let on = RequestMatch::environment(RETAIL);
        scene
            .emulator
            .fault(Fault::new(on, Effect::Respond(fault)).forever());
        let run = scene.workspace.apply();
        run.fails()
            .says("Error: Service failed")
            .says(&format!("answered {status}"))
            .says(quote)
            .says("correlation id")
            .says("Run the command again");
        assert_eq!(scene.links(), 0);
        scene.is_not_recorded();
        scene.emulator.clear_faults();
        scene.converges();
        assert_eq!(scene.links(), 1);
    }
}

#[test]
fn a_refresh_that_fails_loses_nothing() {
    let scene = Scene::new();
    scene.attempts(1);
    scene.workspace.apply().succeeds();
    let reads = RequestMatch::environment(RETAIL);
    for body in [Body::Usual, Body::Html, Body::Empty] {
        let fault = Response::status(503).body(body);
        scene
            .emulator
            .fault(Fault::new(reads.clone(), Effect::Respond(fault)));
        scene
            .workspace
            .plan()
            .run
            .fails()
            .says("Error: Service failed");
        scene.is_recorded();
    }
    for effect in [Effect::TruncateBody, Effect::ResetBefore] {
        scene.emulator.fault(Fault::new(reads.clone(), effect));
        scene.workspace.plan().run.fails();
        scene.is_recorded();
    }
    let garbage = Response::status(200).body(Body::Garbage);
    scene
        .emulator
        .fault(Fault::new(reads.clone(), Effect::Respond(garbage)));
    scene.workspace.plan().run.fails().says("200");
    // A gateway's 404 is not the service's.
    let page = Response::status(404).body(Body::Html);
    scene
        .emulator
        .fault(Fault::new(reads, Effect::Respond(page)));
    scene.workspace.plan().run.fails().says("404");
    scene.is_recorded();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

/// The service has the link, and the answer that says so is lost in some way.
#[test]
fn a_link_whose_answer_is_lost_is_found_by_reading() {
    let answers = [
        Effect::ResetAfterProcessing,
        Effect::RespondAfterProcessing(Response::status(500)),
        Effect::RespondAfterProcessing(Response::status(502).body(Body::Html)),
        Effect::RespondAfterProcessing(Response::status(503).body(Body::Empty)),
        Effect::RespondAfterProcessing(Response::status(504).retry_after(RetryAfter::Seconds(1))),
    ];
    for effect in answers {
        let scene = Scene::new();
        scene
            .emulator
            .fault(Fault::new(RequestMatch::link(), effect.clone()));
        scene.workspace.apply().succeeds();
        scene.is_recorded();
        assert_eq!(scene.links(), 1, "{effect:?}");
        scene.has_nothing_to_do();
    }
}

/// Nothing shows that the request had an effect, so it is made again, after looking for a while.
#[test]
fn a_link_without_effect_is_requested_again() {
    let answers = [
        Effect::ResetBefore,
        Effect::Respond(Response::status(500)),
        Effect::Respond(Response::status(502).body(Body::Html)),
        Effect::Respond(Response::status(503).body(Body::Empty)),
    ];
    std::thread::scope(|threads| {
        for effect in answers {
            threads.spawn(move || {
                let scene = Scene::new();
                scene
                    .emulator
                    .fault(Fault::new(RequestMatch::link(), effect));
                scene.workspace.apply().succeeds();
                scene.is_recorded();
                assert_eq!(scene.links(), 2);
                assert_eq!(scene.emulator.operations(RETAIL).len(), 1);
                scene.has_nothing_to_do();
            });
        }
    });
}

#[test]
fn a_link_that_never_has_an_effect_ends_with_the_last_answer() {
    let scene = Scene::with("timeouts {\n    create = \"15s\"\n  }");
    scene
        .emulator
        .fault(Fault::status(RequestMatch::link(), 503).forever());
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Outcome not known")
        .says("503 ServiceUnavailable")
        .says("correlation id")
        .says("Run the command again");
    assert_eq!(scene.links(), 1);
    scene.is_not_recorded();
    scene.emulator.clear_faults();
    scene.converges();
    assert_eq!(scene.links(), 2);
}
