//! Cases that need a provider with knobs.

use std::time::{Duration, Instant};

use tfplugin::wire::tfplugin6 as pb;
use tfplugin_conformance::suite::{
    client::{Answer, value, wire},
    core,
    value::Val,
};

use super::*;

/// How long something may take that normally takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

fn misbehaving(how: &str) -> Json {
    json!({ "name": "thing", "misbehave": how })
}

// Cases 1 and 12 for the part of the protocol.
#[tokio::test]
async fn a_failure_after_the_id_is_known_keeps_object_notes_and_warnings() {
    let cloud = Cloud::new();
    let session = cloud.session(misbehaving("fail")).await;
    let answer = session.change(&session.config, &Val::Null).await;
    assert_eq!(answer.errors(), ["Second step failed: The first was done."]);
    assert_eq!(answer.warnings(), ["Slow cloud: It took a while."]);
    let state = value(answer.new_state.as_ref());
    assert_eq!(state.get("id"), Val::text("thing-1"));
    assert!(!state.has_unknown());
    assert_eq!(answer.private, br#"{"updates":0}"#);
    assert!(answer.new_identity.is_some());

    let config = session.config.with("note", Val::text("new"));
    let answer = session.change(&config, &state).await;
    assert_ne!(answer.errors(), [""; 0]);
    assert_eq!(
        value(answer.new_state.as_ref()).get("note"),
        Val::text("new")
    );
}

// Case 3.
#[tokio::test]
async fn a_panic_after_the_id_is_known_is_a_diagnostic_and_keeps_the_object() {
    let cloud = Cloud::new();
    let session = cloud.session(misbehaving("panic")).await;
    let answer = session.change(&session.config, &Val::Null).await;
    let errors = answer.errors();
    assert!(errors[0].starts_with("Internal error: The operation panicked: as it was told to"));
    assert_eq!(
        value(answer.new_state.as_ref()).get("id"),
        Val::text("thing-1")
    );
    session.read(&value(answer.new_state.as_ref()), b"").await;
}

// Case 6: what cannot be read is not gone.
#[tokio::test]
async fn a_read_that_fails_keeps_state_and_private_bytes() {
    let cloud = Cloud::new();
    let session = cloud.session(json!({ "name": "thing" })).await;
    let created = session.change(&session.config, &Val::Null).await;
    std::fs::write(cloud.0.path().join("thing-1.json"), "garbage").unwrap();
    let state = value(created.new_state.as_ref());
    let read = session.read(&state, b"{\"a\":1}").await;
    assert_ne!(read.errors(), [""; 0]);
    assert_eq!(value(read.new_state.as_ref()), state);
    assert_eq!(read.private, b"{\"a\":1}");
}

// Cases 7 and 5: drift is an update of exactly that attribute, and a missing object is null.
#[tokio::test]
async fn drift_is_seen_and_a_missing_object_is_gone() {
    let cloud = Cloud::new();
    let session = cloud
        .session(json!({ "name": "thing", "note": "mine" }))
        .await;
    let created = session.change(&session.config, &Val::Null).await;
    let state = value(created.new_state.as_ref());
    let file = cloud.0.path().join("thing-1.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("mine", "theirs")).unwrap();
    let read = session.read(&state, &created.private).await;
    let drifted = value(read.new_state.as_ref());
    assert_eq!(drifted, state.with("note", Val::text("theirs")));
    std::fs::remove_file(file).unwrap();
    let read = session.read(&state, &created.private).await;
    assert_eq!(value(read.new_state.as_ref()), Val::Null);
}

// Cases 8, 9 and 77.
#[tokio::test]
async fn an_import_finds_what_was_created_or_says_what_an_id_looks_like() {
    let cloud = Cloud::new();
    let session = cloud.session(json!({ "name": "thing" })).await;
    let created = session.change(&session.config, &Val::Null).await;
    let state = value(created.new_state.as_ref());
    let import = async |id: &str, identity: Option<pb::ResourceIdentityData>| {
        let request = pb::import_resource_state::Request {
            type_name: session.type_name.clone(),
            id: id.to_owned(),
            identity,
            ..Default::default()
        };
        session.client.import_resource_state(request).await
    };
    for (id, identity) in [("thing-1", None), ("", created.new_identity.clone())] {
        let answer = import(id, identity).await;
        let [found] = &answer.imported_resources[..] else {
            panic!("{answer:?}")
        };
        assert_eq!(found.type_name, "example_thing");
        assert_eq!(found.identity, created.new_identity);
        let stub = value(found.state.as_ref());
        assert_eq!(
            stub.get("rule"),
            Val::List(Vec::new()),
            "blocks are not null"
        );
        let read = session.read(&stub, &found.private).await;
        assert_eq!(value(read.new_state.as_ref()), state);
    }
    for id in ["thing-2", "thing", "", "other-1"] {
        let answer = import(id, None).await;
        assert!(answer.imported_resources.is_empty());
        assert!(
            answer.errors()[0].contains("thing-7"),
            "{:?}",
            answer.errors()
        );
    }
    let null = pb::ResourceIdentityData {
        identity_data: Some(wire(&Val::Map([("id".to_owned(), Val::Null)].into()))),
    };
    assert_eq!(import("", Some(null)).await.errors().len(), 1);
}

// Case 77.
#[tokio::test]
async fn an_identity_does_not_change() {
    let cloud = Cloud::new();
    let session = cloud.session(json!({ "name": "thing" })).await;
    let created = session.change(&session.config, &Val::Null).await;
    let state = value(created.new_state.as_ref());
    let config = session
        .config
        .with("misbehave", Val::text("change_identity"));
    let mut request = session.plan_request(&config, &state);
    request.prior_identity.clone_from(&created.new_identity);
    let plan = session.client.plan_resource_change(request).await;
    assert_eq!(plan.planned_identity, created.new_identity);
    let applied = session.apply(&config, &state, &plan).await;
    let errors = applied.errors();
    assert!(
        errors.iter().any(|error| error.contains("identity")),
        "{errors:?}"
    );
    assert_eq!(applied.new_identity, created.new_identity);
}

// Case 11.
#[tokio::test]
async fn a_refused_delete_keeps_object_and_notes() {
    let cloud = Cloud::new();
    let session = cloud.session(misbehaving("refuse_delete")).await;
    let created = session.change(&session.config, &Val::Null).await;
    let state = value(created.new_state.as_ref());
    let answer = session.delete(&state, &created.private).await;
    assert_eq!(answer.errors(), ["Thing in use: It cannot be deleted now."]);
    assert_eq!(answer.new_state, created.new_state);
    assert_eq!(answer.private, created.private);
}

// Case 28, and 2.7: the plan holds, and what is stored is wholly known.
#[tokio::test]
async fn a_result_that_breaks_the_plan_is_a_diagnostic_with_the_object() {
    for how in ["change_name", "leave_unknown"] {
        let cloud = Cloud::new();
        let session = cloud.session(misbehaving(how)).await;
        let answer = session.change(&session.config, &Val::Null).await;
        assert!(
            answer.errors()[0].starts_with("Internal error"),
            "{:?}",
            answer.errors()
        );
        let state = value(answer.new_state.as_ref());
        assert_eq!(state.get("id"), Val::text("thing-1"));
        assert!(!state.has_unknown());
    }
}

// Cases 32 and 2: three applies end with what exists, and the next call works.
#[tokio::test]
async fn a_stop_ends_what_runs_and_spares_what_comes() {
    let cloud = Cloud::new();
    let command = command().env("TF_LOG", "info");
    let subject = subject(misbehaving("wait")).configured(cloud.provider());
    let session = subject.session_with(&command).await;
    let session = &session;
    let change = || session.change(&session.config, &Val::Null);
    let stop = async {
        let waiting = |line: &str| line.contains("the end of the world");
        let all_wait = async {
            session
                .plugin
                .stderr
                .line(waiting)
                .await
                .expect("one waits");
            while session
                .plugin
                .stderr
                .lines()
                .iter()
                .filter(|line| waiting(line))
                .count()
                < 3
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, all_wait)
            .await
            .expect("all wait");
        let began = Instant::now();
        session.client.stop().await;
        began
    };
    let (one, two, three, stopped) = tokio::join!(change(), change(), change(), stop);
    assert!(
        stopped.elapsed() < Duration::from_secs(5),
        "{:?}",
        stopped.elapsed()
    );
    for answer in [&one, &two, &three] {
        assert_eq!(answer.errors(), ["Stopped: The thing is not complete."]);
        assert!(matches!(
            value(answer.new_state.as_ref()).get("id"),
            Val::Text(_)
        ));
    }
    let read = session
        .read(&value(one.new_state.as_ref()), &one.private)
        .await;
    assert_eq!(read.errors(), [""; 0]);
}

// Case 65.
#[tokio::test]
async fn an_operation_that_exceeds_its_timeout_keeps_what_exists() {
    let cloud = Cloud::new();
    let config = json!({ "name": "thing", "misbehave": "wait", "timeouts": { "create": "10ms" } });
    let session = cloud.session(config).await;
    let answer = session.change(&session.config, &Val::Null).await;
    assert!(
        answer.errors()[0].contains("`timeouts.create`"),
        "{:?}",
        answer.errors()
    );
    assert_eq!(
        value(answer.new_state.as_ref()).get("id"),
        Val::text("thing-1")
    );
}

// Case 31.
#[tokio::test]
async fn a_create_goes_on_when_its_client_leaves() {
    let cloud = Cloud::new();
    let mut session = cloud.session(misbehaving("sleep")).await;
    let plan = session.plan(&session.config, &Val::Null).await;
    let call = session.apply(&session.config, &Val::Null, &plan);
    // The create takes longer than this, so the call is cut in the middle.
    let cut = tokio::time::timeout(Duration::from_millis(100), call).await;
    assert!(cut.is_err());
    // The process ends after its operations, so afterwards everything has happened.
    session.plugin.shutdown().await.unwrap();
    assert!(session.plugin.ended(PATIENCE).await.unwrap().success());
    assert_eq!(cloud.journal(), ["create thing-1"]);
}

// Case 29: the time of forty creates is that of one.
#[tokio::test]
async fn parallel_creates_do_not_wait_for_each_other() {
    let cloud = Cloud::new();
    let session = cloud.session(misbehaving("sleep")).await;
    let began = Instant::now();
    let creates = (0..40).map(|index| {
        let config = session
            .config
            .with("note", Val::text(format!("note {index}")));
        let session = &session;
        async move { (session.change(&config, &Val::Null).await, index) }
    });
    let answers = futures::future::join_all(creates).await;
    // One takes 0.3 s, so one after the other they take 12.
    assert!(
        began.elapsed() < Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
    for (answer, index) in answers {
        let state = value(answer.new_state.as_ref());
        assert_eq!(state.get("note"), Val::text(format!("note {index}")));
    }
}

// Case 50.
#[tokio::test]
async fn the_second_configuration_wins() {
    let (first, second) = (Cloud::new(), Cloud::new());
    let session = first.session(json!({ "name": "thing" })).await;
    let mut provider = second.provider();
    provider["zone"] = json!("zone-2");
    assert_eq!(session.configure(&provider).await.errors(), [""; 0]);
    let created = session.change(&session.config, &Val::Null).await;
    assert_eq!(
        value(created.new_state.as_ref()).get("zone"),
        Val::text("zone-2")
    );
    assert_eq!((first.journal().len(), second.journal().len()), (0, 1));
}

// Case 85 and 17: an unknown provider configuration plans, and nothing else.
#[tokio::test]
async fn an_unknown_provider_configuration_plans_without_the_cloud() {
    let session = subject(json!({ "name": "thing" })).session().await;
    let provider = session
        .client
        .shapes
        .provider
        .fill(&json!({}))
        .with("directory", Val::Unknown);
    let request = pb::configure_provider::Request {
        config: Some(wire(&provider)),
        ..Default::default()
    };
    assert_eq!(
        session.client.configure_provider(request).await.errors(),
        [""; 0]
    );
    let plan = session.plan(&session.config, &Val::Null).await;
    assert_eq!(plan.errors(), [""; 0]);
    assert_eq!(value(plan.planned_state.as_ref()).get("zone"), Val::Unknown);
    let applied = session.apply(&session.config, &Val::Null, &plan).await;
    assert!(
        applied.errors()[0].contains("`directory` is unknown"),
        "{:?}",
        applied.errors()
    );
}

// Case 23.
#[tokio::test]
async fn a_write_only_value_is_an_update_only_with_its_version() {
    let cloud = Cloud::new();
    let session = cloud
        .session(json!({ "name": "thing", "password_version": 1 }))
        .await;
    let created = session.change(&session.config, &Val::Null).await;
    let state = value(created.new_state.as_ref());
    let config = session.config.with("password", Val::text("another"));
    let plan = session.plan(&config, &state).await;
    assert_eq!(value(plan.planned_state.as_ref()), state);
    let config = config.with("password_version", Val::Int(2));
    let plan = session.plan(&config, &state).await;
    assert_ne!(value(plan.planned_state.as_ref()), state);
}

// Case 24.
#[tokio::test]
async fn secrets_are_in_no_answer_and_no_log() {
    let cloud = Cloud::new();
    let command = command().env("TF_LOG", "TRACE");
    let mut provider = cloud.provider();
    provider["secret_key"] = json!("hunter2");
    let config = json!({ "name": "thing", "password": "hunter2", "password_version": 1,
        "disks": [{ "size": 1, "key": "hunter2" }] });
    let mut session = subject(config)
        .configured(provider)
        .session_with(&command)
        .await;
    session.validate(&session.config).await;
    let plan = session.plan(&session.config, &Val::Null).await;
    let created = session.apply(&session.config, &Val::Null, &plan).await;
    let read = session
        .read(&value(created.new_state.as_ref()), &created.private)
        .await;
    let answers = [
        plan.planned_state.unwrap().msgpack,
        plan.planned_private,
        created.new_state.unwrap().msgpack,
        created.private,
        read.new_state.unwrap().msgpack,
    ];
    for answer in answers {
        assert!(!answer.windows(7).any(|window| window == b"hunter2"));
    }
    session.plugin.shutdown().await.unwrap();
    session.plugin.ended(PATIENCE).await.unwrap();
    let log = session.plugin.stderr.end().await.join("\n");
    assert!(!log.is_empty() && !log.contains("hunter2"));
}

// Cases 25 and 26.
#[tokio::test]
async fn state_of_version_0_is_upgraded() {
    let session = subject(json!({ "name": "thing" })).session().await;
    let old = br#"{"id":"thing-1","title":"Old","size":"9007199254740993","legacy":[1]}"#;
    let answer = session.upgrade(0, old).await;
    assert_eq!(answer.errors(), [""; 0]);
    let expected = session
        .shape
        .fill(&json!({ "id": "thing-1", "name": "Old" }));
    let expected = expected.with("size", Val::Int(9_007_199_254_740_993));
    assert_eq!(value(answer.upgraded_state.as_ref()), expected);
}

// Case 73 for the part of the protocol.
#[tokio::test]
async fn an_object_of_another_type_is_taken_over() {
    let session = subject(json!({ "name": "thing" })).session().await;
    let answer = session
        .client
        .move_resource_state(pb::move_resource_state::Request {
            source_provider_address: "terraform.io/builtin/terraform".to_owned(),
            source_type_name: "terraform_data".to_owned(),
            target_type_name: session.type_name.clone(),
            source_state: Some(pb::RawState {
                json: br#"{"id":"x","input":{"type":"string","value":"thing-1"}}"#.to_vec(),
                ..Default::default()
            }),
            source_private: b"foreign".to_vec(),
            ..Default::default()
        })
        .await;
    assert_eq!(answer.errors(), [""; 0]);
    let expected = session.shape.fill(&json!({ "id": "thing-1" }));
    assert_eq!(value(answer.target_state.as_ref()), expected);
    assert!(answer.target_private.is_empty() && answer.target_identity.is_some());
}

// Cases 51 to 54 for the part of the protocol.
#[tokio::test]
async fn what_is_removed_from_the_configuration_goes_back_to_its_default() {
    let cloud = Cloud::new();
    let session = cloud
        .session(json!({ "name": "Thing", "note": "n", "size": 7, "zone": "z" }))
        .await;
    let created = session.change(&session.config, &Val::Null).await;
    let state = value(created.new_state.as_ref());
    assert_eq!(
        state.get("name"),
        Val::text("Thing"),
        "the spelling of the user is kept"
    );
    let config = session.shape.fill(&json!({ "name": "THING" }));
    let plan = session.plan(&config, &state).await;
    let planned = value(plan.planned_state.as_ref());
    assert_eq!(planned.get("name"), Val::text("Thing"));
    assert_eq!(planned.get("note"), Val::Null);
    assert_eq!(planned.get("size"), Val::Int(1));
    assert_eq!(planned.get("zone"), Val::text("z"));
    assert_eq!(planned.get("etag"), Val::Unknown);
    let updated = session.apply(&config, &state, &plan).await;
    let state = value(updated.new_state.as_ref());
    let again = session.plan(&config, &state).await;
    assert_eq!(value(again.planned_state.as_ref()), state);
    let config = session.shape.fill(&json!({ "name": "thing", "kind": "k" }));
    let plan = session.plan(&config, &state).await;
    assert_eq!(plan.requires_replace.len(), 1);
    assert_eq!(plan.warnings().len(), 1);
}

// Case 55.
#[tokio::test]
async fn wrong_configuration_is_named_at_its_place() {
    let session = subject(json!({ "name": "thing" })).session().await;
    let check = async |json: Json, summaries: &[&str]| {
        let mut config = session.shape.fill(&json);
        if json["name"].is_null() {
            config = config.with("name", Val::Null);
        }
        let answer = session.validate(&config).await;
        let found: Vec<_> = answer
            .diagnostics
            .iter()
            .map(|one| one.summary.as_str())
            .collect();
        assert_eq!(found, summaries, "{json}");
        assert!(answer.diagnostics.iter().all(|one| one.attribute.is_some()));
    };
    check(json!({}), &["Missing required argument"]).await;
    check(json!({ "name": "x", "id": "1" }), &["Read-only attribute"]).await;
    check(json!({ "name": "" }), &["Empty name"]).await;
    check(json!({ "name": "x", "size": -1 }), &["Invalid value"]).await;
    check(
        json!({ "name": "x", "size": 0, "kind": "solid" }),
        &["Contradicting arguments"],
    )
    .await;
    check(
        json!({ "name": "x", "old_note": "x" }),
        &["Deprecated argument"],
    )
    .await;
    check(
        json!({ "name": "x", "owner": {} }),
        &["Missing required argument"],
    )
    .await;
    check(
        json!({ "name": "x", "ports": [{ "number": 1, "protocol": "x" }] }),
        &["Invalid value"],
    )
    .await;
    check(
        json!({ "name": "x", "timeouts": { "create": "0s", "read": "soon" } }),
        &["Invalid duration", "Invalid duration"],
    )
    .await;
    check(
        json!({ "name": "x", "password": "p" }),
        &["Password without version"],
    )
    .await;
}

// Case 74 for the part of the protocol.
#[tokio::test]
async fn a_data_source_finds_or_says_what_it_did_not() {
    let cloud = Cloud::new();
    let session = cloud.session(json!({ "name": "Thing" })).await;
    session.change(&session.config, &Val::Null).await;
    let shape = &session.client.shapes.data_sources["example_thing"];
    let read = async |id: &str| {
        let config = Some(wire(&shape.fill(&json!({ "id": id }))));
        let request = pb::read_data_source::Request {
            type_name: "example_thing".to_owned(),
            config,
            ..Default::default()
        };
        session.client.read_data_source(request).await
    };
    let found = read("thing-1").await;
    let expected = shape.fill(&json!({ "id": "thing-1", "name": "thing", "zone": "zone-1" }));
    assert_eq!(value(found.state.as_ref()), expected);
    let missing = read("thing-9").await;
    assert_eq!(
        missing.errors(),
        ["Thing not found: There is no thing \"thing-9\"."]
    );
    assert!(missing.diagnostics[0].attribute.is_some() && missing.state.is_none());
}

// Case 75 for the part of the protocol.
#[tokio::test]
async fn functions_answer_with_results_unknowns_and_errors() {
    let session = subject(json!({ "name": "thing" })).session().await;
    let call = async |name: &str, arguments: &[Val]| {
        let result = session.client.call_function(name, arguments).await;
        result.map_err(|error| error.function_argument)
    };
    let text = Val::text;
    assert_eq!(call("port", &[text("https")]).await, Ok(Val::Int(443)));
    assert_eq!(call("port", &[text("gopher")]).await, Err(Some(0)));
    assert_eq!(call("port", &[text("panic")]).await, Err(None));
    assert_eq!(call("port", &[]).await, Err(None));
    assert_eq!(call("port", &[Val::Bool(true)]).await, Err(Some(0)));
    assert_eq!(call("shout", &[text("a")]).await, Ok(text("A")));
    assert_eq!(call("shout", &[Val::Unknown]).await, Ok(Val::Unknown));
    assert_eq!(call("shout", &[Val::Null]).await, Err(Some(0)));
    assert_eq!(call("coalesce", &[]).await, Ok(Val::Null));
    assert_eq!(
        call("coalesce", &[Val::Null, Val::Unknown, text("b")]).await,
        Ok(Val::Unknown)
    );
    assert_eq!(
        call("coalesce", &[Val::Null, text("b")]).await,
        Ok(text("b"))
    );
}

// Case 76 for the part of the protocol.
#[tokio::test]
async fn an_ephemeral_resource_is_opened_renewed_and_closed() {
    let cloud = Cloud::new();
    let session = cloud.session(json!({ "name": "thing" })).await;
    let client = &session.client;
    let type_name = || "example_token".to_owned();
    let config = client.shapes.ephemeral["example_token"]
        .fill(&json!({ "name": "n", "lifetime": 60, "fail_close": true }));
    let opened = client
        .open_ephemeral_resource(pb::open_ephemeral_resource::Request {
            type_name: type_name(),
            config: Some(wire(&config)),
            ..Default::default()
        })
        .await;
    assert_eq!(opened.errors(), [""; 0]);
    assert_eq!(
        value(opened.result.as_ref()),
        config.with("value", Val::text("secret-of-n"))
    );
    assert!(opened.renew_at.is_some());
    let renewed = client
        .renew_ephemeral_resource(pb::renew_ephemeral_resource::Request {
            type_name: type_name(),
            private: opened.private.clone(),
        })
        .await;
    assert_eq!(renewed.private, opened.private);
    assert!(renewed.renew_at.is_some());
    let closed = client
        .close_ephemeral_resource(pb::close_ephemeral_resource::Request {
            type_name: type_name(),
            private: opened.private,
        })
        .await;
    assert_eq!(closed.errors(), ["Token not closed: As it was told to."]);
    assert_eq!(cloud.journal(), ["open n", "renew n", "close n"]);
}

/// Xorshift: the same sequence in every run, so that a failure can be looked at.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn text(&mut self) -> Json {
        match self.below(4) {
            0 => "a".into(),
            1 => "B".into(),
            2 => "\u{e9}".into(),
            _ => "x y".into(),
        }
    }

    fn maybe(&mut self, value: Json) -> Json {
        if self.below(2) == 0 {
            Json::Null
        } else {
            value
        }
    }

    fn many(&mut self, mut one: impl FnMut(&mut Self) -> Json) -> Json {
        (0..self.below(4)).map(|_| one(self)).collect()
    }

    fn config(&mut self) -> Json {
        let number = self.below(3);
        let mut config = json!({
            "name": self.text(),
            "kind": self.text(),
            "note": self.text(),
            "size": number,
            "zone": self.text(),
            "password_version": number,
            "settings": [number, self.text()],
            "tags": { "a": self.text(), "b": self.text() },
            "owner": { "name": self.text(), "email": self.text() },
            "disks": self.many(|this| json!({ "size": this.below(9) })),
            "ports": self.many(|this| json!({ "number": this.below(99) + 100 * this.below(99) })),
            "labels": { "k": { "value": self.text() }, "l": { "value": self.text() } },
            "rule": self.many(|this| json!({ "port": this.below(9), "note": this.text() })),
            "member": self.many(|this| json!({ "name": format!("{}", this.below(99_999)) })),
            "limits": { "most": number },
        });
        for name in [
            "kind", "note", "size", "zone", "settings", "tags", "owner", "disks", "ports",
            "labels", "limits",
        ] {
            config[name] = self.maybe(config[name].clone());
        }
        config
    }
}

// Case 13.
#[tokio::test]
async fn random_changes_break_no_rule_of_core() {
    let cloud = Cloud::new();
    let session = cloud.session(json!({ "name": "thing" })).await;
    let shape = &session.shape;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut prior, mut private) = (Val::Null, Vec::new());
    for round in 0..150 {
        let config = shape.fill(&random.config());
        let attribute = &shape.attributes[usize::try_from(random.below(4)).unwrap() + 1];
        let vague = config.with(&attribute.name, Val::Unknown);
        let mut request = session.plan_request(&vague, &prior);
        request.prior_private.clone_from(&private);
        let first = session.client.plan_resource_change(request).await;
        assert_eq!(first.errors(), [""; 0], "round {round}");
        let planned = value(first.planned_state.as_ref());
        core::check_plan(shape, &vague, &prior, &planned)
            .unwrap_or_else(|error| panic!("{round}: {error}"));

        let mut request = session.plan_request(&config, &prior);
        request.prior_private.clone_from(&private);
        let second = session.client.plan_resource_change(request).await;
        let final_plan = value(second.planned_state.as_ref());
        core::check_plan(shape, &config, &prior, &final_plan)
            .unwrap_or_else(|error| panic!("{round}: {error}"));
        // A second plan may find that nothing changes after all, which is the only exception.
        if final_plan != prior {
            core::check_kept(shape, &planned, &final_plan)
                .unwrap_or_else(|error| panic!("{round}: {error}"));
        }
        let applied = session.apply(&config, &prior, &second).await;
        assert_eq!(applied.errors(), [""; 0], "round {round}");
        let state = value(applied.new_state.as_ref());
        assert!(!state.has_unknown());
        core::check_kept(shape, &final_plan, &state)
            .unwrap_or_else(|error| panic!("{round}: {error}"));
        let read = session.read(&state, &applied.private).await;
        assert_eq!(value(read.new_state.as_ref()), state, "round {round}");
        let again = session.plan(&config, &state).await;
        assert_eq!(
            value(again.planned_state.as_ref()),
            state,
            "round {round}: the plan is empty"
        );
        private = applied.private;
        prior = state;
        if random.below(10) == 0 {
            session.delete(&prior, &private).await;
            (prior, private) = (Val::Null, Vec::new());
        }
    }
}
