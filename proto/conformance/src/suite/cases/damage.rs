//! Requests that nobody should send.

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6::{self as pb, DynamicValue};

use super::state_of;
use crate::suite::client::{Answer, value, wire};
use crate::suite::shape::{Kind, Ty};
use crate::suite::value::Val;
use crate::suite::{Session, Subject};

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
