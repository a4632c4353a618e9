//! The cases. The number is that of the conformance checklist, see `CASES.md`.

use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6::{self as pb, DynamicValue};
use tonic::Code;

use super::client::{Answer, value, wire};
use super::core;
use super::shape::{Kind, Shape, Ty};
use super::value::Val;
use super::{Session, Subject};
use crate::Plugin;

/// How long something may take that normally takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every case as a test of its own. The argument is a function that gives the [`Subject`].
#[macro_export]
macro_rules! conformance_suite {
    ($subject:path) => {
        $crate::conformance_suite!($subject:
            the_schema_breaks_no_rule
            the_schema_is_the_same_every_time
            metadata_and_functions_are_those_of_the_schema
            functions_answer_as_opentofu_calls_them
            an_unknown_type_is_a_diagnostic_that_names_it
            what_is_not_implemented_says_so
            calls_work_without_the_schema
            without_configuration_plans_work_and_the_rest_explains
            the_provider_can_be_configured_twice
            damaged_values_are_diagnostics
            missing_messages_are_no_status
            every_form_of_unknown_is_unknown
            a_plan_is_well_formed
            a_second_plan_keeps_what_the_first_one_knew
            write_only_values_need_the_capability_and_never_come_back
            an_upgrade_of_the_same_version_keeps_the_state
            state_that_cannot_be_upgraded_is_a_diagnostic
            parallel_calls_do_not_mix
            a_client_that_leaves_does_no_harm
            a_stop_with_nothing_running_is_empty_and_quick
            strings_survive_or_are_refused
            numbers_are_exact
            dynamic_values_keep_their_types
            logs_are_objects
            private_bytes_of_any_kind_are_tolerated
            provider_meta_may_be_null
            nothing_is_ever_deferred
            an_object_lives_through_create_read_plan_and_delete
        );
    };
    ($subject:path: $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                $crate::suite::cases::$case(&$subject()).await;
            }
        )*
    };
}

fn state_of(session: &Session) -> Val {
    session.shape.storable(&session.config)
}

/// Cases 44 and 45: the rules of core. Reading the schema checks all of them.
pub async fn the_schema_breaks_no_rule(subject: &Subject) {
    let session = subject.session().await;
    let identities = session
        .client
        .get_resource_identity_schemas(pb::get_resource_identity_schemas::Request {})
        .await;
    for (name, schema) in &identities.identity_schemas {
        assert!(
            session.client.shapes.resources.contains_key(name),
            "{name} is no resource"
        );
        assert!(
            schema.version >= 0 && !schema.identity_attributes.is_empty(),
            "{name}"
        );
        for attribute in &schema.identity_attributes {
            let json: Json = serde_json::from_slice(&attribute.r#type).expect("a type");
            let simple = match Ty::parse(&json).expect("a type") {
                Ty::Primitive(_) => true,
                Ty::Collection(nest, ty) => {
                    nest == super::shape::Nest::List && matches!(*ty, Ty::Primitive(_))
                }
                _ => false,
            };
            assert!(simple, "{name}.{} has type {json}", attribute.name);
            assert_ne!(attribute.required_for_import, attribute.optional_for_import);
        }
    }
}

/// Case 45.
pub async fn the_schema_is_the_same_every_time(subject: &Subject) {
    let mut answers = Vec::new();
    for _start in 0..2 {
        let plugin = Plugin::start(&subject.command)
            .await
            .expect("the provider starts");
        for _call in 0..2 {
            let request = pb::get_provider_schema::Request {};
            let answer = plugin.provider().get_provider_schema(request).await;
            answers.push(answer.expect("GetProviderSchema is answered").into_inner());
        }
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert!(
            format!("{answer:?}").len() < 64 << 20,
            "core takes at most 64 MiB"
        );
        assert!(answer.diagnostics.is_empty());
        let capabilities = answer.server_capabilities.expect("capabilities");
        assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    }
}

/// GetMetadata and GetFunctions say what GetProviderSchema says. OpenTofu calls the second.
pub async fn metadata_and_functions_are_those_of_the_schema(subject: &Subject) {
    let session = subject.session().await;
    let schema = session
        .client
        .unchecked()
        .get_provider_schema(pb::get_provider_schema::Request {})
        .await
        .expect("GetProviderSchema is answered")
        .into_inner();
    let metadata = session
        .client
        .get_metadata(pb::get_metadata::Request {})
        .await;
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let resources = metadata
        .resources
        .into_iter()
        .map(|one| one.type_name)
        .collect();
    let sources = metadata
        .data_sources
        .into_iter()
        .map(|one| one.type_name)
        .collect();
    let ephemeral = metadata
        .ephemeral_resources
        .into_iter()
        .map(|one| one.type_name)
        .collect();
    let functions = metadata.functions.into_iter().map(|one| one.name).collect();
    assert!(sorted(resources).iter().eq(schema.resource_schemas.keys()));
    assert!(sorted(sources).iter().eq(schema.data_source_schemas.keys()));
    assert!(
        sorted(ephemeral)
            .iter()
            .eq(schema.ephemeral_resource_schemas.keys())
    );
    assert!(sorted(functions).iter().eq(schema.functions.keys()));
    assert_eq!(metadata.server_capabilities, schema.server_capabilities);
    let functions = session
        .client
        .get_functions(pb::get_functions::Request {})
        .await;
    assert_eq!(functions.functions, schema.functions);
}

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

/// Case 48: core asks one process for the schema and uses others.
pub async fn calls_work_without_the_schema(subject: &Subject) {
    let asked = subject.session().await;
    let plugin = Plugin::start(&subject.command)
        .await
        .expect("the provider starts");
    let request = asked.plan_request(&asked.config, &Val::Null);
    let answer = plugin.provider().plan_resource_change(request).await;
    let answer = answer.expect("the plan is answered").into_inner();
    assert_eq!(answer.errors(), [""; 0]);
}

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

/// Case 19.
pub async fn damaged_values_are_diagnostics(subject: &Subject) {
    let session = subject.session().await;
    let whole = session.config.encode();
    let mut damaged: Vec<Vec<u8>> = (1..whole.len()).map(|end| whole[..end].to_vec()).collect();
    let mut extra = whole.clone();
    extra.push(0xc0);
    damaged.extend([
        vec![0xc1],
        extra,
        Val::text("text").encode(),
        Val::Int(7).encode(),
        Val::List(Vec::new()).encode(),
        Val::Map([].into()).encode(),
        session.config.with("no_such_attribute", Val::Null).encode(),
        vec![0xdd, 0xff, 0xff, 0xff, 0xff],
        vec![0xdf, 0xff, 0xff, 0xff, 0xff],
        [0x91].repeat(10_000),
    ]);
    for attribute in &session.shape.attributes {
        let name = &attribute.name;
        let mut without = session.config.clone();
        if let Val::Map(members) = &mut without {
            members.remove(name);
        }
        damaged.push(without.encode());
        for wrong in wrong_values(&attribute.kind) {
            // The bytes of a member take the place of a text that stands nowhere else.
            damaged.push(spliced(&session.config, name, &wrong));
        }
    }
    let state = state_of(&session);
    for bytes in &damaged {
        for place in 0..7 {
            check_damaged(&session, bytes, place, &state).await;
        }
    }
    assert_eq!(
        session.plan(&session.config, &Val::Null).await.errors(),
        [""; 0]
    );
}

fn wrong_values(kind: &Kind) -> Vec<Vec<u8>> {
    let array = vec![0xdd, 0xff, 0xff, 0xff, 0xff];
    let deep = [0x91].repeat(10_000);
    match kind {
        Kind::Leaf(Ty::Dynamic) => vec![
            array,
            deep,
            Val::text("x").encode(),
            Val::typed("\"no type\"", Val::Null).encode(),
            // 10,000 dynamic values in one another.
            [0x92, 0xc4, 9]
                .iter()
                .chain(b"\"dynamic\"")
                .copied()
                .collect::<Vec<_>>()
                .repeat(10_000),
        ],
        Kind::Leaf(ty) if ty.is("string") => {
            vec![array, deep, vec![0xc3], vec![7], vec![0xa2, 0xff, 0xfe]]
        }
        Kind::Leaf(ty) if ty.is("number") => vec![
            array,
            vec![0xc3],
            Val::text("1e999999999").encode(),
            Val::text("seven").encode(),
            Val::Float(f64::NAN).encode(),
            Val::Float(f64::INFINITY).encode(),
        ],
        Kind::Leaf(_) | Kind::Nested(..) => vec![array, deep, vec![7]],
    }
}

/// The encoded object with other bytes for one member.
pub(crate) fn spliced(object: &Val, name: &str, bytes: &[u8]) -> Vec<u8> {
    let marker = "the member that is replaced";
    let whole = object.with(name, Val::text(marker)).encode();
    let encoded = Val::text(marker).encode();
    let at = whole
        .windows(encoded.len())
        .position(|window| window == encoded)
        .expect("the marker is there");
    [&whole[..at], bytes, &whole[at + encoded.len()..]].concat()
}

async fn check_damaged(session: &Session, bytes: &[u8], place: usize, state: &Val) {
    let damaged = || {
        Some(DynamicValue {
            msgpack: bytes.to_vec(),
            json: Vec::new(),
        })
    };
    let type_name = session.type_name.clone();
    let client = &session.client;
    let errors = match place {
        0 => client
            .validate_resource_config(pb::validate_resource_config::Request {
                type_name,
                config: damaged(),
                ..Default::default()
            })
            .await
            .errors(),
        1 => {
            let request = pb::read_resource::Request {
                type_name,
                current_state: damaged(),
                private: b"p".to_vec(),
                ..Default::default()
            };
            let answer = client.read_resource(request).await;
            assert_eq!(answer.private, b"p");
            assert_eq!(
                answer.new_state,
                damaged(),
                "an error never removes the object"
            );
            answer.errors()
        }
        2..=4 => {
            let mut request = session.plan_request(&session.config, state);
            match place {
                2 => request.config = damaged(),
                3 => request.prior_state = damaged(),
                _ => request.proposed_new_state = damaged(),
            }
            client.plan_resource_change(request).await.errors()
        }
        _ => {
            let answer = client
                .apply_resource_change(pb::apply_resource_change::Request {
                    type_name,
                    prior_state: Some(wire(state)),
                    planned_state: if place == 5 {
                        damaged()
                    } else {
                        Some(wire(state))
                    },
                    config: if place == 6 {
                        damaged()
                    } else {
                        Some(wire(&session.config))
                    },
                    ..Default::default()
                })
                .await;
            assert_eq!(
                value(answer.new_state.as_ref()),
                *state,
                "the object is as it was"
            );
            answer.errors()
        }
    };
    assert_ne!(
        errors,
        [""; 0],
        "place {place} takes {:02x?}",
        &bytes[..bytes.len().min(80)]
    );
}

/// Case 19: protobuf leaves out what is default, so every message may be absent. The client checks
/// that none of it is a status.
#[expect(
    clippy::too_many_lines,
    reason = "one call after the other, each RPC once"
)]
pub async fn missing_messages_are_no_status(subject: &Subject) {
    let session = subject.session().await;
    let client = &session.client;
    let types = || [session.type_name.clone(), String::new()];
    client
        .validate_provider_config(pb::validate_provider_config::Request::default())
        .await;
    for type_name in types() {
        assert_ne!(
            client
                .upgrade_resource_state(pb::upgrade_resource_state::Request {
                    type_name: type_name.clone(),
                    ..Default::default()
                })
                .await
                .errors(),
            [""; 0]
        );
        assert_ne!(
            client
                .upgrade_resource_identity(pb::upgrade_resource_identity::Request {
                    type_name: type_name.clone(),
                    ..Default::default()
                })
                .await
                .errors(),
            [""; 0]
        );
        assert_ne!(
            client
                .import_resource_state(pb::import_resource_state::Request {
                    type_name: type_name.clone(),
                    ..Default::default()
                })
                .await
                .errors(),
            [""; 0]
        );
        assert_ne!(
            client
                .move_resource_state(pb::move_resource_state::Request {
                    target_type_name: type_name.clone(),
                    ..Default::default()
                })
                .await
                .errors(),
            [""; 0]
        );
        client
            .validate_resource_config(pb::validate_resource_config::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .read_resource(pb::read_resource::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .plan_resource_change(pb::plan_resource_change::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .apply_resource_change(pb::apply_resource_change::Request {
                type_name,
                ..Default::default()
            })
            .await;
    }
    for type_name in client.shapes.data_sources.keys() {
        client
            .validate_data_resource_config(pb::validate_data_resource_config::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .read_data_source(pb::read_data_source::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
    }
    for type_name in client.shapes.ephemeral.keys() {
        client
            .validate_ephemeral_resource_config(pb::validate_ephemeral_resource_config::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .open_ephemeral_resource(pb::open_ephemeral_resource::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .renew_ephemeral_resource(pb::renew_ephemeral_resource::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
        client
            .close_ephemeral_resource(pb::close_ephemeral_resource::Request {
                type_name: type_name.clone(),
                ..Default::default()
            })
            .await;
    }
    // One field at a time.
    let full = session.plan_request(&session.config, &state_of(&session));
    for missing in 0..3 {
        let mut request = full.clone();
        match missing {
            0 => request.prior_state = None,
            1 => request.proposed_new_state = None,
            _ => request.config = None,
        }
        client.plan_resource_change(request).await;
    }
    client
        .configure_provider(pb::configure_provider::Request::default())
        .await;
}

/// Case 20.
pub async fn every_form_of_unknown_is_unknown(subject: &Subject) {
    let session = subject.session().await;
    let settable = session.shape.attributes.iter().filter(|one| {
        (one.required || one.optional) && !one.write_only && matches!(one.kind, Kind::Leaf(_))
    });
    let refinements = [
        0x86, 1, 0xc2, 2, 0xa1, b'p', 3, 0x92, 1, 0xc3, 4, 0x92, 9, 0xc3, 5, 1, 6, 9,
    ];
    let mut refined = vec![0xc7, u8::try_from(refinements.len()).expect("few"), 12];
    refined.extend(refinements);
    for attribute in settable {
        let name = &attribute.name;
        for unknown in [&[0xd4, 0, 0][..], &[0xc7, 0, 0], &[0xd4, 99, 7], &refined] {
            let config = spliced(&session.config, name, unknown);
            let config = Some(DynamicValue {
                msgpack: config,
                json: Vec::new(),
            });
            let answer = session
                .client
                .validate_resource_config(pb::validate_resource_config::Request {
                    type_name: session.type_name.clone(),
                    config: config.clone(),
                    client_capabilities: Some(pb::ClientCapabilities {
                        write_only_attributes_allowed: true,
                        ..Default::default()
                    }),
                })
                .await;
            assert_eq!(answer.errors(), [""; 0], "{name} unknown");
            let mut request = session.plan_request(&session.config, &Val::Null);
            request.config.clone_from(&config);
            request.proposed_new_state = config;
            let answer = session.client.plan_resource_change(request).await;
            assert_eq!(answer.errors(), [""; 0], "{name} unknown");
            let planned = value(answer.planned_state.as_ref());
            assert_eq!(planned.get(name), Val::Unknown, "{name}");
        }
    }
}

/// Case 21.
pub async fn a_plan_is_well_formed(subject: &Subject) {
    let session = subject.session().await;
    assert_eq!(session.validate(&session.config).await.errors(), [""; 0]);
    let plan = session.plan(&session.config, &Val::Null).await;
    assert_eq!(plan.errors(), [""; 0]);
    assert!(
        plan.requires_replace.is_empty(),
        "a create replaces nothing"
    );
    assert!(!plan.legacy_type_system);
    let planned = value(plan.planned_state.as_ref());
    core::check_plan(&session.shape, &session.config, &Val::Null, &planned).expect("rules of core");
    let destroy = session.plan(&Val::Null, &state_of(&session)).await;
    assert_eq!(value(destroy.planned_state.as_ref()), Val::Null);
}

/// Case 13, for the one configuration: known planned values must not change before the apply.
pub async fn a_second_plan_keeps_what_the_first_one_knew(subject: &Subject) {
    let session = subject.session().await;
    let leaves = session.shape.attributes.iter().filter(|attribute| {
        (attribute.required || attribute.optional) && matches!(attribute.kind, Kind::Leaf(_))
    });
    for attribute in leaves {
        let first_config = session.config.with(&attribute.name, Val::Unknown);
        let first = session.plan(&first_config, &Val::Null).await;
        let second = session.plan(&session.config, &Val::Null).await;
        assert_eq!(first.errors(), [""; 0]);
        let (first, second) = (
            value(first.planned_state.as_ref()),
            value(second.planned_state.as_ref()),
        );
        core::check_kept(&session.shape, &first, &second).expect("known values stay");
    }
}

/// Case 22.
pub async fn write_only_values_need_the_capability_and_never_come_back(subject: &Subject) {
    let session = subject.session().await;
    for attribute in session.shape.attributes.iter().filter(|one| one.write_only) {
        let secret = match &attribute.kind {
            Kind::Leaf(ty) if ty.is("string") => Val::text("write-only-secret"),
            Kind::Leaf(ty) if ty.is("number") => Val::Int(424_242),
            _ => continue,
        };
        let config = session.config.with(&attribute.name, secret);
        let old = session
            .client
            .validate_resource_config(pb::validate_resource_config::Request {
                type_name: session.type_name.clone(),
                config: Some(wire(&config)),
                client_capabilities: None,
            })
            .await;
        let at = old
            .diagnostics
            .iter()
            .filter_map(|one| one.attribute.as_ref())
            .any(|path| path.steps.len() == 1 && format!("{path:?}").contains(&attribute.name));
        assert!(at && !old.errors().is_empty(), "{:?}", old.errors());
        let plan = session.plan(&config, &Val::Null).await;
        assert_eq!(
            value(plan.planned_state.as_ref()).get(&attribute.name),
            Val::Null
        );
        if !subject.applies {
            continue;
        }
        let applied = session.apply(&config, &Val::Null, &plan).await;
        let state = value(applied.new_state.as_ref());
        assert_eq!(state.get(&attribute.name), Val::Null);
        let read = session.read(&config, &applied.private).await;
        if read.errors().is_empty() {
            assert_eq!(
                value(read.new_state.as_ref()).get(&attribute.name),
                Val::Null
            );
        }
        if state != Val::Null {
            session.delete(&state, &applied.private).await;
        }
    }
}

/// Case 25: attributes that the state lacks are null, others keep every digit.
pub async fn an_upgrade_of_the_same_version_keeps_the_state(subject: &Subject) {
    let session = subject.session().await;
    let large = "123456789012345678901234567890.5";
    let mut json = subject.config.clone();
    let number = session
        .shape
        .attributes
        .iter()
        .find(|one| !one.write_only && matches!(&one.kind, Kind::Leaf(ty) if ty.is("number")));
    if let Some(number) = number {
        json[&number.name] = serde_json::from_str(large).expect("a number");
    }
    json["an_attribute_of_former_times"] = Json::Null;
    // State has another form for them, and case 61 looks at them.
    for attribute in &session.shape.attributes {
        if matches!(attribute.kind, Kind::Leaf(Ty::Dynamic)) {
            json[&attribute.name] = Json::Null;
        }
    }
    let answer = session
        .upgrade(session.version, json.to_string().as_bytes())
        .await;
    assert_eq!(answer.errors(), [""; 0]);
    let upgraded = value(answer.upgraded_state.as_ref());
    assert!(!upgraded.has_unknown());
    let mut expected = session.shape.storable(&session.shape.fill(&json));
    if let Some(number) = number {
        expected = expected.with(&number.name, Val::text(large));
    }
    core::check_kept(&session.shape, &expected, &upgraded).expect("the state is kept");
    core::check_kept(&session.shape, &upgraded, &expected).expect("nothing is added");
}

/// Case 27: an empty success would mean that the object is gone, and a duplicate be created.
pub async fn state_that_cannot_be_upgraded_is_a_diagnostic(subject: &Subject) {
    let session = subject.session().await;
    let good = subject.config.to_string();
    let deep = "[".repeat(10_000);
    for (version, json) in [
        (session.version, ""),
        (session.version, "{"),
        (session.version, "null"),
        (session.version, "[]"),
        (session.version, "\"text\""),
        (session.version, &deep),
        (session.version + 1, &good),
        (i64::MAX, &good),
        (-1, &good),
    ] {
        let answer = session.upgrade(version, json.as_bytes()).await;
        assert_ne!(answer.errors(), [""; 0], "version {version} of {json:.40}");
        assert!(answer.upgraded_state.is_none());
    }
    let answer = session
        .client
        .upgrade_resource_state(pb::upgrade_resource_state::Request {
            type_name: session.type_name.clone(),
            version: session.version,
            raw_state: Some(pb::RawState {
                json: Vec::new(),
                flatmap: [("id".to_owned(), "1".to_owned())].into(),
            }),
        })
        .await;
    assert_ne!(answer.errors(), [""; 0]);
}

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

/// Case 59. A value that the provider's own checks refuse is a diagnostic; otherwise it is kept.
pub async fn strings_survive_or_are_refused(subject: &Subject) {
    let session = subject.session().await;
    let long = "x".repeat(1 << 20);
    let composed = "caf\u{e9}";
    for (sent, kept) in [
        ("", ""),
        (&long[..], &long[..]),
        ("cafe\u{301}", composed),
        ("\u{0}\u{1}\u{7f}\n\t\"\\", "\u{0}\u{1}\u{7f}\n\t\"\\"),
        ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
    ] {
        for attribute in leaves(&session.shape, "string") {
            let config = session.config.with(attribute, Val::text(sent));
            if !session.validate(&config).await.errors().is_empty() {
                continue;
            }
            let plan = session.plan(&config, &Val::Null).await;
            assert_eq!(plan.errors(), [""; 0], "{attribute}");
            let planned = value(plan.planned_state.as_ref()).get(attribute);
            assert!(
                planned == Val::text(kept),
                "{attribute}: {sent:.20?} became another text"
            );
        }
    }
}

fn leaves<'a>(shape: &'a Shape, ty: &str) -> Vec<&'a str> {
    let settable = shape
        .attributes
        .iter()
        .filter(|one| one.required || one.optional);
    settable
        .filter(|one| !one.write_only && matches!(&one.kind, Kind::Leaf(leaf) if leaf.is(ty)))
        .map(|one| one.name.as_str())
        .collect()
}

/// Case 60.
pub async fn numbers_are_exact(subject: &Subject) {
    let session = subject.session().await;
    let text = Val::text;
    let large = format!("1{}", "0".repeat(300));
    for (sent, kept) in [
        (Val::Int(0), Val::Int(0)),
        (Val::Int(-1), Val::Int(-1)),
        (Val::Int((1 << 53) + 1), Val::Int((1 << 53) + 1)),
        (text("9223372036854775808"), text("9223372036854775808")),
        (Val::Float(3.0), Val::Int(3)),
        (Val::Float(0.5), Val::Float(0.5)),
        (text("0.1"), text("0.1")),
        (text("1e300"), text(&large)),
        (
            text("123456789012345678901234567890"),
            text("123456789012345678901234567890"),
        ),
        (text("12"), Val::Int(12)),
    ] {
        for attribute in leaves(&session.shape, "number") {
            let config = session.config.with(attribute, sent.clone());
            if !session.validate(&config).await.errors().is_empty() {
                continue;
            }
            let plan = session.plan(&config, &Val::Null).await;
            assert_eq!(plan.errors(), [""; 0], "{attribute}: {sent:?}");
            assert_eq!(
                value(plan.planned_state.as_ref()).get(attribute),
                kept,
                "{attribute}"
            );
        }
    }
}

/// Case 61.
pub async fn dynamic_values_keep_their_types(subject: &Subject) {
    let session = subject.session().await;
    let dynamic = session.shape.attributes.iter().filter(|one| {
        (one.required || one.optional) && matches!(one.kind, Kind::Leaf(Ty::Dynamic))
    });
    let tuple = Val::List(vec![Val::text("a"), Val::Int(1), Val::Null]);
    for attribute in dynamic {
        for given in [
            Val::Null,
            Val::Unknown,
            Val::typed("\"string\"", Val::Null),
            Val::typed("\"string\"", Val::Unknown),
            Val::typed("\"number\"", Val::Int(7)),
            Val::typed(
                r#"["object",{"a":"bool"}]"#,
                Val::Map([("a".to_owned(), Val::Bool(true))].into()),
            ),
            Val::typed(r#"["tuple",["string","number","bool"]]"#, tuple.clone()),
            Val::typed(
                r#"["list","string"]"#,
                Val::List(vec![Val::text("a"), Val::Unknown]),
            ),
            Val::typed(
                r#"["list",["tuple",["string","bool"]]]"#,
                Val::List(Vec::new()),
            ),
        ] {
            let config = session.config.with(&attribute.name, given.clone());
            let plan = session.plan(&config, &Val::Null).await;
            assert_eq!(plan.errors(), [""; 0], "{given:?}");
            assert_eq!(
                value(plan.planned_state.as_ref()).get(&attribute.name),
                given
            );
        }
    }
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

/// Case 82.
pub async fn private_bytes_of_any_kind_are_tolerated(subject: &Subject) {
    let session = subject.session().await;
    let large = format!("{{\"note\":\"{}\"}}", "x".repeat(1 << 20));
    let foreign = br#"{"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0":{"create":1200}}"#;
    let state = state_of(&session);
    for private in [
        &b""[..],
        b"{",
        b"\xff\x00",
        b"[]",
        foreign,
        large.as_bytes(),
    ] {
        let mut request = session.plan_request(&session.config, &state);
        request.prior_private = private.to_vec();
        let plan = session.client.plan_resource_change(request).await;
        assert_eq!(plan.errors(), [""; 0]);
        if serde_json::from_slice::<Json>(private).is_ok_and(|json| json.is_object()) {
            assert_eq!(
                plan.planned_private, private,
                "what is not returned is erased"
            );
        }
        let read = session.read(&state, private).await;
        if !read.errors().is_empty() {
            assert_eq!(value(read.new_state.as_ref()), state);
        }
    }
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

/// Case 85. Core says in an apply that deferrals are allowed, although they are not.
pub async fn nothing_is_ever_deferred(subject: &Subject) {
    let session = subject.session().await;
    for deferral_allowed in [false, true] {
        let client_capabilities = Some(pb::ClientCapabilities {
            deferral_allowed,
            ..Default::default()
        });
        let mut request = session.plan_request(&session.config, &Val::Null);
        request.client_capabilities = client_capabilities;
        assert!(
            session
                .client
                .plan_resource_change(request)
                .await
                .deferred
                .is_none()
        );
        let answer = session
            .client
            .read_resource(pb::read_resource::Request {
                type_name: session.type_name.clone(),
                current_state: Some(wire(&state_of(&session))),
                client_capabilities,
                ..Default::default()
            })
            .await;
        assert!(answer.deferred.is_none());
    }
}

/// Cases 4, 10, 77 and 82 for the part of the protocol, where the subject may be applied.
pub async fn an_object_lives_through_create_read_plan_and_delete(subject: &Subject) {
    if !subject.applies {
        return;
    }
    let session = subject.session().await;
    let plan = session.plan(&session.config, &Val::Null).await;
    let planned = value(plan.planned_state.as_ref());
    let created = session.apply(&session.config, &Val::Null, &plan).await;
    assert_eq!(created.errors(), [""; 0]);
    let state = value(created.new_state.as_ref());
    assert!(!state.has_unknown());
    core::check_kept(&session.shape, &planned, &state).expect("the plan is kept");
    check_identity(&session, created.new_identity.as_ref()).await;

    let read = session.read(&state, &created.private).await;
    assert_eq!(read.errors(), [""; 0]);
    assert_eq!(
        value(read.new_state.as_ref()),
        state,
        "a read finds what was created"
    );
    assert_eq!(read.private, created.private);
    assert_eq!(read.new_identity, created.new_identity);

    let again = session.plan(&session.config, &state).await;
    assert_eq!(
        value(again.planned_state.as_ref()),
        state,
        "the second plan is empty"
    );
    assert!(again.requires_replace.is_empty());

    for _again in 0..2 {
        let deleted = session.delete(&state, &created.private).await;
        assert_eq!(
            deleted.errors(),
            [""; 0],
            "that it is gone already is a success"
        );
        assert_eq!(value(deleted.new_state.as_ref()), Val::Null);
        assert!(deleted.private.is_empty());
    }
    let read = session.read(&state, &created.private).await;
    assert_eq!(read.errors(), [""; 0]);
    assert_eq!(value(read.new_state.as_ref()), Val::Null);
}

async fn check_identity(session: &Session, identity: Option<&pb::ResourceIdentityData>) {
    let schemas = session
        .client
        .get_resource_identity_schemas(pb::get_resource_identity_schemas::Request {})
        .await;
    let Some(schema) = schemas.identity_schemas.get(&session.type_name) else {
        assert!(
            identity.is_none(),
            "core refuses an identity without a schema"
        );
        return;
    };
    let identity = identity.expect("an object that exists has an identity");
    let identity = value(identity.identity_data.as_ref());
    assert!(!identity.has_unknown());
    let Val::Map(members) = identity else {
        panic!("{identity:?} is no object")
    };
    let mut names: Vec<_> = schema
        .identity_attributes
        .iter()
        .map(|one| &one.name)
        .collect();
    names.sort();
    assert!(names.into_iter().eq(members.keys()));
}
