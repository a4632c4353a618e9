//! With and without a configuration of the provider.

use tfplugin::wire::tfplugin6::{self as pb, DynamicValue};

use super::state_of;
use crate::suite::Subject;
use crate::suite::client::{Answer, value, wire};
use crate::suite::value::Val;

/// Case 49.
pub async fn without_configuration_plans_work_and_the_rest_explains(subject: &Subject) {
    let subject = Subject {
        provider: None,
        ..subject.clone()
    };
    let session = subject.session().await;
    let plan = session.plan(&session.config, &Val::Null).await;
    assert_eq!(plan.errors(), [""; 0]);
    let applied = session.apply(&session.config, &Val::Null, &plan).await;
    let errors = applied.errors();
    assert!(
        errors.iter().any(|error| error.contains("not configured")),
        "{errors:?}"
    );
    assert_eq!(value(applied.new_state.as_ref()), Val::Null);
    let state = state_of(&session);
    let read = session.read(&state, b"").await;
    // A provider that sees without the network that nothing is there may say so, but not here.
    assert_ne!(read.errors(), [""; 0]);
    assert_eq!(value(read.new_state.as_ref()), state);
}

/// Case 50, for the part of the protocol.
pub async fn the_provider_can_be_configured_twice(subject: &Subject) {
    let session = subject.session().await;
    if let Some(provider) = &subject.provider {
        for _again in 0..2 {
            assert_eq!(session.configure(provider).await.errors(), [""; 0]);
        }
    }
    assert_eq!(
        session.plan(&session.config, &Val::Null).await.errors(),
        [""; 0]
    );
}

/// Cases 83 and 84: the metadata and the capabilities of the client may be anything or absent.
pub async fn provider_meta_may_be_null(subject: &Subject) {
    let session = subject.session().await;
    let null = || Some(wire(&Val::Null));
    let mut answers = Vec::new();
    for meta in [None, null(), Some(DynamicValue::default())] {
        for capabilities in [None, Some(pb::ClientCapabilities::default())] {
            let mut request = session.plan_request(&session.config, &Val::Null);
            request.provider_meta.clone_from(&meta);
            request.client_capabilities = capabilities;
            answers.push(session.client.plan_resource_change(request).await);
        }
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert_eq!(answer.errors(), [""; 0]);
    }
}
