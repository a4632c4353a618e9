//! Types, functions and calls that there are not.

use tfplugin::wire::tfplugin6 as pb;
use tonic::Code;

use crate::suite::Subject;
use crate::suite::client::Answer;

/// Case 46.
#[expect(
    clippy::too_many_lines,
    reason = "one call after the other, each RPC once"
)]
pub async fn an_unknown_type_is_a_diagnostic_that_names_it(subject: &Subject) {
    let session = subject.session().await;
    let client = &session.client;
    let type_name = || "no_such_type".to_owned();
    let state = || {
        Some(pb::RawState {
            json: b"{}".to_vec(),
            ..Default::default()
        })
    };
    let answers: Vec<Box<dyn Answer>> = vec![
        Box::new(
            client
                .validate_resource_config(pb::validate_resource_config::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .validate_data_resource_config(pb::validate_data_resource_config::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .validate_ephemeral_resource_config(
                    pb::validate_ephemeral_resource_config::Request {
                        type_name: type_name(),
                        ..Default::default()
                    },
                )
                .await,
        ),
        Box::new(
            client
                .upgrade_resource_state(pb::upgrade_resource_state::Request {
                    type_name: type_name(),
                    raw_state: state(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .upgrade_resource_identity(pb::upgrade_resource_identity::Request {
                    type_name: type_name(),
                    raw_identity: state(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .read_resource(pb::read_resource::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .plan_resource_change(pb::plan_resource_change::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .apply_resource_change(pb::apply_resource_change::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .import_resource_state(pb::import_resource_state::Request {
                    type_name: type_name(),
                    id: "1".to_owned(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .move_resource_state(pb::move_resource_state::Request {
                    target_type_name: type_name(),
                    source_state: state(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .read_data_source(pb::read_data_source::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .open_ephemeral_resource(pb::open_ephemeral_resource::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .renew_ephemeral_resource(pb::renew_ephemeral_resource::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
        Box::new(
            client
                .close_ephemeral_resource(pb::close_ephemeral_resource::Request {
                    type_name: type_name(),
                    ..Default::default()
                })
                .await,
        ),
    ];
    for (index, answer) in answers.iter().enumerate() {
        let errors = answer.errors();
        assert!(
            errors.iter().any(|error| error.contains("no_such_type")),
            "{index}: {errors:?}"
        );
    }
    let error = client
        .call_function("no_such_function", &[])
        .await
        .expect_err("there is none");
    assert!(error.text.contains("no_such_function"), "{}", error.text);
}

/// Case 47. OpenTofu does not look at the capability before it moves.
pub async fn what_is_not_implemented_says_so(subject: &Subject) {
    let session = subject.session().await;
    let mut client = session.client.unchecked();
    let unimplemented = |code: Code| assert_eq!(code, Code::Unimplemented);
    let request = pb::list_resource::Request::default();
    unimplemented(
        client
            .list_resource(request)
            .await
            .expect_err("no lists")
            .code(),
    );
    let request = pb::plan_action::Request::default();
    unimplemented(
        client
            .plan_action(request)
            .await
            .expect_err("no actions")
            .code(),
    );
    let request = pb::generate_resource_config::Request::default();
    unimplemented(
        client
            .generate_resource_config(request)
            .await
            .expect_err("no generator")
            .code(),
    );
    for state in [
        None,
        Some(pb::RawState::default()),
        Some(pb::RawState {
            json: b"{}".to_vec(),
            ..Default::default()
        }),
        Some(pb::RawState {
            flatmap: [("a".to_owned(), "b".to_owned())].into(),
            ..Default::default()
        }),
    ] {
        let answer = session
            .client
            .move_resource_state(pb::move_resource_state::Request {
                source_provider_address: "example.com/other/other".to_owned(),
                source_type_name: "other_type".to_owned(),
                target_type_name: session.type_name.clone(),
                source_state: state,
                ..Default::default()
            })
            .await;
        assert_ne!(answer.errors(), [""; 0]);
        assert!(answer.target_state.is_none());
    }
}
