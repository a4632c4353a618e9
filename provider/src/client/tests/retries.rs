//! How often, how long, and what is said at the end.

use std::time::Duration;

use super::support::*;
use crate::client::{ClientError, HttpOptions};

const OK: &str = payload!("bap-environment-get-response-200-linked-encryption");

async fn read(fixture: &Fixture) -> Result<bool, ClientError> {
    let id = ENVIRONMENT.parse().unwrap();
    fixture
        .client
        .bap()
        .environment(&fixture.call, &id)
        .await
        .map(|found| found.is_some())
}

/// Seconds between the attempts.
fn waits(fixture: &Fixture) -> Vec<u64> {
    fixture
        .script
        .seen()
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_transient_answer_is_tried_again() {
    for code in [408, 425, 429, 500, 502, 503, 504] {
        let fixture = Fixture::new([status(code), json(200, OK)]);
        assert!(read(&fixture).await.unwrap(), "{code}");
        assert_eq!(fixture.script.count(), 2, "{code}");
    }
    for fault in [Reply::NoConnection, Reply::Reset, Reply::Silence] {
        let fixture = Fixture::new([fault, json(200, OK)]);
        assert!(read(&fixture).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn a_final_answer_is_not_tried_again() {
    for code in [400, 403, 405, 409, 412, 415, 301] {
        let fixture = Fixture::new([json(code, r#"{"error":{"code":"X","message":"no"}}"#)]);
        let error = read(&fixture).await.unwrap_err();
        assert_eq!((error.status(), fixture.script.count()), (Some(code), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn both_forms_of_retry_after_are_honoured() {
    let in_a_minute = "Fri, 02 Jan 2026 03:05:05 GMT";
    let fixture = Fixture::new([
        with_header(status(429), "retry-after", "7"),
        with_header(status(503), "retry-after", in_a_minute),
        json(200, OK),
    ]);
    assert!(read(&fixture).await.unwrap());
    // The second wait is what is left of the minute.
    assert_eq!(waits(&fixture), [7, 52]);
}

#[tokio::test(start_paused = true)]
async fn waits_grow_and_end_with_the_last_real_error() {
    let fixture = Fixture::new([
        status(500),
        json(
            503,
            r#"{"error":{"code":"ServiceUnavailable","message":"try later"}}"#,
        ),
    ]);
    let error = read(&fixture).await.unwrap_err();
    assert_eq!(waits(&fixture), [1, 2, 4, 8]);
    let text = error.to_string();
    assert!(text.contains("503 ServiceUnavailable"), "{text}");
    assert!(text.ends_with("try later (5 attempts in 15.1 s)"), "{text}");
    assert!(error.has_code("serviceunavailable"));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_miss_the_deadline_is_not_begun() {
    let mut fixture = Fixture::new([with_header(status(429), "retry-after", "3600")]);
    fixture.call = call(600);
    let start = tokio::time::Instant::now();
    let error = read(&fixture).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert!(error.is_out_of_time());
    assert_eq!(error.status(), Some(429));
    assert!(
        error
            .to_string()
            .ends_with("(1 attempt in 0.0 s, then the deadline passed)")
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_wait_and_keeps_the_error() {
    let fixture = Fixture::new([with_header(status(503), "retry-after", "60")]);
    let stop = fixture.call.stop_token().clone();
    let start = tokio::time::Instant::now();
    let (result, ()) = tokio::join!(read(&fixture), async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        stop.cancel();
    });
    let error = result.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 5);
    assert!(error.is_stopped());
    assert_eq!(error.status(), Some(503));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_request_on_its_way() {
    let fixture = Fixture::new([Reply::Silence]);
    let stop = fixture.call.stop_token().clone();
    let (result, ()) = tokio::join!(read(&fixture), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.cancel();
    });
    assert!(matches!(result, Err(ClientError::StoppedInFlight { .. })));
    assert_eq!(fixture.script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_its_own_limit() {
    let options = HttpOptions {
        request_timeout: Duration::from_secs(5),
        max_attempts: 2,
        ..HttpOptions::default()
    };
    let fixture = Fixture::with([Reply::Silence], options);
    let error = read(&fixture).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("api.bap.microsoft.com did not answer within 5 s")
    );
    assert_eq!(waits(&fixture), [6]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_stop() {
    let fixture = Fixture::new([json(200, OK)]);
    fixture.call.stop_token().cancel();
    let error = read(&fixture).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "stopped before the Power Platform admin API was asked"
    );
    assert_eq!(fixture.script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_requests_run_at_a_time() {
    let options = HttpOptions {
        max_concurrency: 2,
        ..HttpOptions::default()
    };
    let fixture = Fixture::with([json(200, OK)], options);
    let id = ENVIRONMENT.parse().unwrap();
    let start = tokio::time::Instant::now();
    let bap = fixture.client.bap();
    let read = || bap.environment(&fixture.call, &id);
    let results = tokio::join!(read(), read(), read(), read(), read(), read());
    assert!(results.0.is_ok() && results.5.is_ok());
    // 10 ms for the token, then three rounds of two.
    assert_eq!(start.elapsed().as_millis(), 40);
}

#[tokio::test(start_paused = true)]
async fn every_request_has_a_fresh_id() {
    let fixture = Fixture::new([status(500), json(200, OK)]);
    read(&fixture).await.unwrap();
    let ids: Vec<_> = fixture
        .script
        .seen()
        .iter()
        .map(|seen| seen.headers["x-ms-correlation-id"].clone())
        .collect();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn an_error_carries_the_ids_of_the_answer() {
    let reply = json(403, payload!("bap-error-403-application-not-registered"));
    let reply = with_header(
        reply,
        "x-ms-correlation-id",
        "99999999-9999-9999-9999-999999999999",
    );
    let reply = with_header(reply, "x-ms-request-id", "westeurope:8");
    let error = read(&Fixture::new([reply])).await.unwrap_err();
    let service = error.service().unwrap();
    assert_eq!(
        service.correlation_id.as_deref(),
        Some("99999999-9999-9999-9999-999999999999")
    );
    assert_eq!(service.request_id.as_deref(), Some("westeurope:8"));
    assert!(service.client_request_id.is_some());
    assert!(
        error
            .to_string()
            .ends_with("[correlation id 99999999-9999-9999-9999-999999999999]")
    );
}

#[tokio::test(start_paused = true)]
async fn bodies_that_cannot_be_read_say_why() {
    for (body, expected) in [
        ("", "the body is empty"),
        (
            "<html>Sign in</html>",
            "is a web page, not JSON; is there a proxy in between?: `<html>Sign in</html>`",
        ),
        (r#"{"name": "#, "the body is cut off: `{\"name\":`"),
        ("hello", "the body is not JSON: `hello`"),
        (r#"{"name":7}"#, "unexpected shape"),
        (
            r#"{"name":"retail"}"#,
            "`retail` is not a valid environment id",
        ),
    ] {
        let fixture = Fixture::new([json(200, body)]);
        let error = read(&fixture).await.unwrap_err().to_string();
        assert!(
            error.contains(expected),
            "`{error}` does not contain `{expected}`"
        );
        assert_eq!(fixture.script.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_404_of_a_gateway_is_not_believed() {
    let gone = Fixture::new([json(404, payload!("bap-environment-get-error-404"))]);
    assert!(!read(&gone).await.unwrap());
    let empty = Fixture::new([status(404)]);
    assert!(!read(&empty).await.unwrap());
    let gateway = Fixture::new([json(404, "<html>no such page</html>")]);
    assert_eq!(read(&gateway).await.unwrap_err().status(), Some(404));
}
