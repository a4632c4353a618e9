//! Tokens: one for many, renewed early, replaced when refused, and never shown.

use std::sync::Arc;
use std::time::Duration;

use super::support::*;
use crate::client::{CredentialProblem, HttpOptions, OperationUrl, Secret};
use crate::credentials::ClientSecretSource;

const OK: &str = payload!("bap-environment-get-response-200-linked-encryption");

async fn read(fixture: &Fixture) -> Result<bool, crate::client::ClientError> {
    let id = ENVIRONMENT.parse().unwrap();
    fixture
        .client
        .bap()
        .environment(&fixture.call, &id)
        .await
        .map(|found| found.is_some())
}

#[tokio::test(start_paused = true)]
async fn one_fetch_serves_all_who_wait() {
    let fixture = Fixture::new([json(200, OK)]);
    let results = tokio::join!(
        read(&fixture),
        read(&fixture),
        read(&fixture),
        read(&fixture)
    );
    assert!(results.0.unwrap() && results.3.unwrap());
    assert_eq!(fixture.tokens_given(), 1);
    assert_eq!(
        *fixture.credential.given.lock().unwrap(),
        ["https://service.powerapps.com/.default"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_five_minutes_before_it_expires() {
    let fixture = Fixture::new([json(200, OK)]);
    read(&fixture).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3290)).await;
    read(&fixture).await.unwrap();
    assert_eq!(fixture.tokens_given(), 1);
    tokio::time::sleep(Duration::from_secs(15)).await;
    read(&fixture).await.unwrap();
    assert_eq!(fixture.tokens_given(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once() {
    let fixture = Fixture::new([json(200, OK), status(401), json(200, OK)]);
    read(&fixture).await.unwrap();
    read(&fixture).await.unwrap();
    let tokens: Vec<_> = fixture
        .script
        .seen()
        .into_iter()
        .map(|seen| seen.authorization.unwrap())
        .collect();
    assert_eq!(
        tokens,
        ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_is_final() {
    let fixture = Fixture::new([status(401)]);
    assert_eq!(read(&fixture).await.unwrap_err().status(), Some(401));
    assert_eq!((fixture.script.count(), fixture.tokens_given()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn no_token_goes_to_a_foreign_host() {
    let fixture = Fixture::new([json(200, OK)]);
    for url in [
        "https://evil.example/operation",
        "http://europe.api.bap.microsoft.com/operation",
        "https://api.bap.microsoft.com.evil.example/operation",
        "https://management.azure.com/operation",
    ] {
        let url: OperationUrl = url.parse().unwrap();
        let error = fixture
            .client
            .bap()
            .operation(&fixture.call, &url)
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("no credentials were sent to `"),
            "{error}"
        );
    }
    assert_eq!((fixture.script.count(), fixture.tokens_given()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_regional_host_gets_the_token() {
    let fixture = Fixture::new([json(200, payload!("bap-lifecycle-operation-link-running"))]);
    let url = "https://europe.api.bap.microsoft.com/x?api-version=2023-06-01"
        .parse()
        .unwrap();
    fixture
        .client
        .bap()
        .operation(&fixture.call, &url)
        .await
        .unwrap();
    assert_eq!(
        fixture.script.seen()[0].authorization.as_deref(),
        Some("Bearer token-1")
    );
}

fn with_secret(replies: impl IntoIterator<Item = Reply>) -> (crate::client::Client, Script) {
    let source = ClientSecretSource {
        tenant_id: "11111111-1111-1111-1111-111111111111".into(),
        client_id: "55555555-5555-5555-5555-555555555555".into(),
        client_secret: Secret::new("hunter2~secret"),
    };
    let script = Script::new(replies);
    let client = client(&script, Arc::new(source), HttpOptions::default(), clock());
    (client, script)
}

#[tokio::test(start_paused = true)]
async fn a_client_secret_is_exchanged_for_a_token() {
    let token = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"abc"}"#;
    let (client, script) = with_secret([status(503), json(200, token), json(200, OK)]);
    let id = ENVIRONMENT.parse().unwrap();
    assert!(
        client
            .bap()
            .environment(&call(60), &id)
            .await
            .unwrap()
            .is_some()
    );
    let seen = script.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(
        seen[0].url,
        "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token"
    );
    assert!(
        seen[0].body.contains("client_secret=hunter2%7Esecret"),
        "{}",
        seen[0].body
    );
    assert!(
        seen[0]
            .body
            .contains("scope=https%3A%2F%2Fservice.powerapps.com%2F.default")
    );
    assert_eq!(
        seen[0].headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(seen[2].authorization.as_deref(), Some("Bearer abc"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_secret_is_explained_and_not_tried_again() {
    let (client, script) =
        with_secret([json(401, payload!("entra-token-error-401-invalid-client"))]);
    let id = ENVIRONMENT.parse().unwrap();
    let error = client.bap().environment(&call(60), &id).await.unwrap_err();
    let credential = error.credential().unwrap();
    let CredentialProblem::Refused(refusal) = &credential.problem else {
        panic!("{credential:?}")
    };
    assert_eq!(refusal.number, Some(7_000_215));
    assert_eq!(refusal.error.as_deref(), Some("invalid_client"));
    assert!(
        error.to_string().contains("the client secret is wrong"),
        "{error}"
    );
    assert_eq!(script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_authority_is_tried_within_bounds() {
    let (client, script) = with_secret([Reply::NoConnection]);
    let id = ENVIRONMENT.parse().unwrap();
    let error = client
        .bap()
        .environment(&call(3600), &id)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("could not connect to login.microsoftonline.com"),
        "{text}"
    );
    assert!(text.contains("5 attempts"), "{text}");
    assert_eq!(script.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_and_the_stop_reach_the_authority() {
    let id = ENVIRONMENT.parse().unwrap();
    let (client, _) = with_secret([with_header(status(429), "retry-after", "600")]);
    let start = tokio::time::Instant::now();
    let error = client.bap().environment(&call(60), &id).await.unwrap_err();
    assert!(error.to_string().contains("429"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(1));

    let (client, _) = with_secret([Reply::Silence]);
    let call = call(3600);
    let stop = call.stop_token().clone();
    let (result, ()) = tokio::join!(client.bap().environment(&call, &id), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        stop.cancel();
    });
    assert!(result.is_err());
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_debug_and_no_error_shows_a_secret() {
    let (client, script) = with_secret([
        json(
            200,
            r#"{"token_type":"Bearer","expires_in":3599,"access_token":"abc-token"}"#,
        ),
        json(
            400,
            r#"{"error":{"code":"X","message":"sent Bearer abc-token"}}"#,
        ),
    ]);
    let id = ENVIRONMENT.parse().unwrap();
    let error = client.bap().environment(&call(60), &id).await.unwrap_err();
    assert_eq!(script.count(), 2);
    for text in [
        format!("{error:?}"),
        error.to_string(),
        error.report(),
        format!("{client:?}"),
    ] {
        assert!(
            !text.contains("hunter2") && !text.contains("abc-token"),
            "{text}"
        );
    }
}
