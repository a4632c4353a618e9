//! Stored objects, of this version and others, through their life.

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6 as pb;

use crate::suite::client::{Answer, value};
use crate::suite::core;
use crate::suite::shape::{Kind, Ty};
use crate::suite::value::Val;
use crate::suite::{Session, Subject};

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
