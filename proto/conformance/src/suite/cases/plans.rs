//! Plans, and what may be known in them.

use tfplugin::wire::tfplugin6::{self as pb, DynamicValue};

use super::damage::spliced;
use super::state_of;
use crate::suite::Subject;
use crate::suite::client::{Answer, value, wire};
use crate::suite::core;
use crate::suite::shape::Kind;
use crate::suite::value::Val;

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
