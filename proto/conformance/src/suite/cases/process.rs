//! Many calls at a time, clients that leave, logs.

use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6 as pb;

use super::values::leaves;
use super::{PATIENCE, state_of};
use crate::suite::Subject;
use crate::suite::client::Answer;
use crate::suite::value::Val;

/// Case 29, for plans. Core runs ten at a time, and up to what the user says.
pub async fn parallel_calls_do_not_mix(subject: &Subject) {
    let session = subject.session().await;
    let session = &session;
    let expected = session.plan(&session.config, &Val::Null).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = session.client.clone();
        let request = session.plan_request(&session.config, &Val::Null);
        tasks.spawn(async move { client.plan_resource_change(request).await });
    }
    for answer in tasks.join_all().await {
        assert_eq!(answer, expected);
    }
}

/// Case 31, for calls without effect: the process goes on, and ends when it is asked to.
pub async fn a_client_that_leaves_does_no_harm(subject: &Subject) {
    let mut session = subject.session().await;
    for _ in 0..20 {
        let channel = session.plugin.connector().channel();
        let mut client = pb::provider_client::ProviderClient::new(channel);
        let call = client.plan_resource_change(session.plan_request(&session.config, &Val::Null));
        // Long enough to be on its way, or not.
        let _ = tokio::time::timeout(Duration::from_millis(1), call).await;
    }
    assert_eq!(
        session.plan(&session.config, &Val::Null).await.errors(),
        [""; 0]
    );
    session
        .plugin
        .shutdown()
        .await
        .expect("Shutdown is answered");
    let status = session
        .plugin
        .ended(PATIENCE)
        .await
        .expect("the process ends");
    assert!(status.success());
}

/// Case 33.
pub async fn a_stop_with_nothing_running_is_empty_and_quick(subject: &Subject) {
    let session = subject.session().await;
    let began = Instant::now();
    session.client.stop().await;
    session.client.stop().await;
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(
        session.plan(&session.config, &Val::Null).await.errors(),
        [""; 0]
    );
}

/// Case 81, and for the secrets of the configuration case 24.
pub async fn logs_are_objects(subject: &Subject) {
    let command = subject.command.clone().env("TF_LOG", "TRACE");
    let mut session = subject.session_with(&command).await;
    let odd = Val::text("quote \" newline \n and \u{1}".repeat(10_000));
    for attribute in leaves(&session.shape, "string") {
        let config = session.config.with(attribute, odd.clone());
        session.validate(&config).await;
        session.plan(&config, &Val::Null).await;
    }
    session.read(&state_of(&session), b"").await;
    session.client.stop().await;
    session
        .plugin
        .shutdown()
        .await
        .expect("Shutdown is answered");
    session
        .plugin
        .ended(PATIENCE)
        .await
        .expect("the process ends");
    for line in session.plugin.stderr.end().await {
        assert!(line.len() < 64 * 1024, "{} bytes", line.len());
        let json: Json =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(json[key].is_string(), "{line}");
        }
    }
    assert_eq!(session.plugin.stdout.end().await.len(), 1);
}
