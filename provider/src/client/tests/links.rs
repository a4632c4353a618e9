//! A link is posted once, and its outcome has the right name.

use super::support::*;
use crate::client::{HttpOptions, LinkOutcome, Poll};

const OPERATION: &str = "https://europe.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/b03e1e6d-73db-4367-90e1-2e378bf7e2fc?api-version=2023-06-01";

async fn link(fixture: &Fixture) -> LinkOutcome {
    let environment = ENVIRONMENT.parse().unwrap();
    let policy = SYSTEM_ID.parse().unwrap();
    fixture
        .client
        .bap()
        .link(&fixture.call, &environment, &policy)
        .await
}

#[tokio::test(start_paused = true)]
async fn the_request_is_the_documented_one() {
    let fixture = Fixture::new([with_header(status(202), "location", OPERATION)]);
    link(&fixture).await;
    let seen = fixture.script.seen().remove(0);
    assert_eq!(
        seen.url,
        "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/environments/\
         00000000-0000-0000-0000-000000000001/enterprisePolicies/Encryption/link\
         ?api-version=2019-10-01"
    );
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.headers["content-type"], "application/json");
    let expected: serde_json::Value = serde_json::from_str(payload!("bap-link-request")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&seen.body).unwrap(),
        expected
    );
}

#[tokio::test(start_paused = true)]
async fn either_header_names_the_operation() {
    let accepted = |outcome| match outcome {
        LinkOutcome::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    };
    for name in ["location", "operation-location"] {
        let reply = with_header(
            with_header(status(202), name, OPERATION),
            "retry-after",
            "5",
        );
        let accepted = accepted(link(&Fixture::new([reply])).await);
        assert_eq!(accepted.operation.unwrap().as_str(), OPERATION);
        assert_eq!(accepted.retry_after.unwrap().as_secs(), 5);
    }
    assert_eq!(
        accepted(link(&Fixture::new([status(202)])).await).operation,
        None
    );
    let both = with_header(status(202), "location", "https://evil.example/x");
    let both = with_header(both, "operation-location", OPERATION);
    assert_eq!(
        accepted(link(&Fixture::new([both])).await)
            .operation
            .unwrap()
            .as_str(),
        OPERATION
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_is_never_posted_again() {
    for reply in [
        Reply::Reset,
        Reply::Silence,
        status(500),
        status(502),
        with_header(status(503), "retry-after", "1"),
        status(504),
        status(408),
        status(302),
    ] {
        let fixture = Fixture::new([reply.clone(), status(202)]);
        let outcome = link(&fixture).await;
        assert!(
            matches!(outcome, LinkOutcome::Ambiguous(_)),
            "{reply:?}: {outcome:?}"
        );
        assert_eq!(fixture.script.count(), 1, "{reply:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_its_own_outcome() {
    let body = payload!("bap-error-409-operation-not-startable");
    let fixture = Fixture::new([json(409, body), status(202)]);
    let LinkOutcome::Conflict(error) = link(&fixture).await else {
        panic!()
    };
    assert!(error.has_code("OperationNotStartable"));
    assert_eq!(fixture.script.count(), 1);
    // Also without a body.
    let outcome = link(&Fixture::new([status(409)])).await;
    assert!(matches!(outcome, LinkOutcome::Conflict(_)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    for code in [400, 403, 404, 415] {
        let fixture = Fixture::new([status(code), status(202)]);
        let LinkOutcome::Refused(error) = link(&fixture).await else {
            panic!("{code}")
        };
        assert_eq!((error.status(), fixture.script.count()), (Some(code), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_certainly_not_executed_is_tried_again() {
    for reply in [
        Reply::NoConnection,
        with_header(status(429), "retry-after", "9"),
        status(425),
        status(401),
    ] {
        let fixture = Fixture::new([reply, status(202)]);
        assert!(matches!(link(&fixture).await, LinkOutcome::Accepted(_)));
        assert_eq!(fixture.script.count(), 2);
    }
    let options = HttpOptions {
        max_attempts: 3,
        ..HttpOptions::default()
    };
    for reply in [Reply::NoConnection, status(429)] {
        let fixture = Fixture::with([reply], options.clone());
        let LinkOutcome::Refused(error) = link(&fixture).await else {
            panic!()
        };
        assert!(error.to_string().contains("3 attempts"), "{error}");
        assert_eq!(fixture.script.count(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_after_a_safe_repeat_is_still_ambiguous() {
    let fixture = Fixture::new([status(429), Reply::Reset, status(202)]);
    assert!(matches!(link(&fixture).await, LinkOutcome::Ambiguous(_)));
    assert_eq!(fixture.script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_post_is_a_refusal_and_during_it_is_not() {
    let fixture = Fixture::new([status(202)]);
    fixture.call.stop_token().cancel();
    assert!(matches!(link(&fixture).await, LinkOutcome::Refused(error) if error.is_stopped()));
    assert_eq!(fixture.script.count(), 0);

    let fixture = Fixture::new([Reply::Silence]);
    let stop = fixture.call.stop_token().clone();
    let (outcome, ()) = tokio::join!(link(&fixture), async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        stop.cancel();
    });
    assert!(matches!(outcome, LinkOutcome::Ambiguous(error) if error.is_stopped()));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_during_the_post_is_ambiguous() {
    let mut fixture = Fixture::new([Reply::Silence]);
    fixture.call = call(3);
    assert!(matches!(link(&fixture).await, LinkOutcome::Ambiguous(_)));
}

#[tokio::test(start_paused = true)]
async fn polling_names_every_answer() {
    let url = OPERATION.parse().unwrap();
    let poll = async |reply| {
        let fixture = Fixture::new([reply]);
        fixture
            .client
            .bap()
            .operation(&fixture.call, &url)
            .await
            .unwrap()
    };
    let running = payload!("bap-lifecycle-operation-link-running");
    let Poll::Is { operation, .. } = poll(json(200, running)).await else {
        panic!()
    };
    assert!(operation.is_active());
    let Poll::Is {
        operation,
        retry_after,
    } = poll(with_header(json(202, running), "retry-after", "15")).await
    else {
        panic!()
    };
    assert!(operation.is_active());
    assert_eq!(retry_after.unwrap().as_secs(), 15);
    assert!(matches!(poll(status(202)).await, Poll::Working { .. }));
    assert!(matches!(poll(json(202, "{}")).await, Poll::Working { .. }));
    assert!(matches!(poll(status(409)).await, Poll::Working { .. }));
    assert!(matches!(poll(status(404)).await, Poll::Gone(_)));
}
