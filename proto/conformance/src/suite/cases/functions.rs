//! Functions, which need no configuration.

use tfplugin::wire::tfplugin6::{self as pb, DynamicValue};

use crate::suite::Subject;
use crate::suite::client::wire;
use crate::suite::value::Val;

/// Case 75, for OpenTofu: it asks a configured provider for its functions as well, calls them
/// before and after the configuration, and sends a null argument as a value without bytes.
pub async fn functions_answer_as_opentofu_calls_them(subject: &Subject) {
    let unconfigured = Subject {
        provider: None,
        ..subject.clone()
    };
    let before = unconfigured.session().await;
    let after = subject.session().await;
    let functions = after
        .client
        .get_functions(pb::get_functions::Request {})
        .await
        .functions;
    for (name, function) in &functions {
        let count = function.parameters.len();
        let calls = [
            vec![DynamicValue::default(); count],
            vec![wire(&Val::Null); count],
            vec![wire(&Val::Unknown); count],
            vec![wire(&Val::text("")); count],
            vec![wire(&Val::text("text")); count],
        ];
        let mut answers = Vec::new();
        for arguments in calls {
            let answer = before.client.call(name, arguments.clone()).await;
            let configured = after.client.call(name, arguments).await;
            assert_eq!(answer, configured, "{name} needs no configuration");
            answers.push(answer);
        }
        assert_eq!(answers[0], answers[1], "{name}: no bytes are null");
        let takes_unknown = function
            .parameters
            .iter()
            .any(|one| one.allow_unknown_values);
        if count > 0 && !takes_unknown {
            assert_eq!(
                answers[2],
                Ok(Val::Unknown),
                "{name}: unknown in, unknown out"
            );
        }
        let is_typed = function.parameters.iter().any(|one| !one.allow_null_value);
        if is_typed {
            let error = answers[0].as_ref().expect_err("null is not allowed");
            assert!(error.function_argument.is_some(), "{name}: {error:?}");
        }
    }
}
