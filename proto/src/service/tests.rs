//! The service with a provider inside of the test, where time can be paused.

use std::time::Duration;

use super::*;
use crate::Model;
use crate::model::Attr;
use crate::resource::{Change, Resource, resource};
use crate::schema::Attribute;
use crate::service::provider_server::Provider as _;
use crate::sink::Sink;
use crate::value::{self, Type, Value};

struct Stubborn;

#[derive(Clone, Debug, Model)]
struct Thing {
    id: Attr<String>,
    how: Attr<String>,
    any: Value,
}

#[derive(Model)]
struct NoConfig {}

impl Provider for Stubborn {
    type Config = NoConfig;
    type Client = ();

    fn schema(&self) -> Schema {
        Schema::new("")
    }

    async fn configure(&self, cx: Configure, _: NoConfig) -> Result<Configured<()>, Diagnostics> {
        cx.report(Diagnostic::warning("Seen before", ""));
        Err(Diagnostic::error("Not today", "").into())
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<()>>> {
        vec![resource(Things)]
    }
}

struct Things;

impl Resource for Things {
    type Client = ();
    type Model = Thing;

    fn type_name(&self) -> &'static str {
        "stubborn_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new("").attributes([
            Attribute::string("id").computed(),
            Attribute::string("how"),
            Attribute::new("any", Type::String).optional_computed(),
        ])
    }

    async fn create(
        &self,
        cx: Cx<()>,
        change: Change<Thing>,
        sink: Sink<Thing>,
    ) -> Result<Thing, Diagnostics> {
        let mut thing = change.planned;
        thing.id = Attr::Known("1".to_owned());
        sink.save(thing.clone());
        cx.private(|notes| notes.set("operation", &"o-1"));
        match thing.how.as_str() {
            // A value that the schema does not allow.
            Some("misfit") => thing.any = Value::Bool(true),
            _ => std::future::pending().await,
        }
        Ok(thing)
    }

    async fn read(&self, _: Cx<()>, thing: Thing) -> Result<Option<Thing>, Diagnostics> {
        Ok(Some(thing))
    }

    async fn update(
        &self,
        _: Cx<()>,
        _: Thing,
        change: Change<Thing>,
        _: Sink<Thing>,
    ) -> Result<Thing, Diagnostics> {
        Ok(change.planned)
    }

    async fn delete(&self, _: Cx<()>, _: Thing) -> Result<(), Diagnostics> {
        std::future::pending().await
    }
}

fn ty() -> Type {
    Things.schema().ty()
}

fn thing(id: Value, how: &str) -> Value {
    Value::object([("id", id), ("how", how.into()), ("any", Value::Unknown)])
}

fn request(prior: &Value, planned: &Value) -> Request<pb::apply_resource_change::Request> {
    let wire = |value: &Value| Some(values::encode(value, &ty()).unwrap());
    Request::new(pb::apply_resource_change::Request {
        type_name: "stubborn_thing".to_owned(),
        prior_state: wire(prior),
        planned_state: wire(planned),
        config: wire(&planned.clone().unknowns_to_null()),
        planned_private: br#"{"a":1}"#.to_vec(),
        ..Default::default()
    })
}

fn state(response: &pb::apply_resource_change::Response) -> Value {
    let state = response.new_state.as_ref().unwrap();
    value::decode(&state.msgpack, &ty()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_create_that_ignores_a_stop_is_answered_with_what_it_saved() {
    let stop = StopSource::new();
    let service = ProviderService::new(Stubborn, stop.clone());
    let request = request(&Value::Null, &thing(Value::Unknown, "wait"));
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.stop();
    };
    let began = tokio::time::Instant::now();
    let (answer, ()) = tokio::join!(service.apply_resource_change(request), stopping);
    assert_eq!(began.elapsed(), Duration::from_secs(21));
    let answer = answer.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].summary, "Operation stopped");
    assert_eq!(state(&answer).attribute("id").as_str(), Some("1"));
    assert_eq!(answer.private, br#"{"a":1,"operation":"o-1"}"#);
    // Nothing is left in flight that would hold up the end of the process.
    stop.idle().await;
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_never_ends_keeps_the_object() {
    let service = ProviderService::new(Stubborn, StopSource::new());
    let prior = thing("1".into(), "x").unknowns_to_null();
    let answer = service
        .apply_resource_change(request(&prior, &Value::Null))
        .await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].summary, "Operation timed out");
    assert_eq!(state(&answer), prior);
    assert_eq!(answer.private, br#"{"a":1}"#);
}

#[tokio::test]
async fn a_result_that_does_not_fit_the_schema_keeps_the_rest_of_the_object() {
    let service = ProviderService::new(Stubborn, StopSource::new());
    let request = request(&Value::Null, &thing(Value::Unknown, "misfit"));
    let answer = service
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner();
    assert!(
        answer.diagnostics[0]
            .detail
            .contains("a string is required")
    );
    assert_eq!(
        state(&answer),
        thing("1".into(), "misfit").unknowns_to_null()
    );
}

#[tokio::test]
async fn a_failed_configuration_keeps_its_warnings() {
    let service = ProviderService::new(Stubborn, StopSource::new());
    let request = Request::new(pb::configure_provider::Request::default());
    let answer = service
        .configure_provider(request)
        .await
        .unwrap()
        .into_inner();
    let summaries: Vec<_> = answer
        .diagnostics
        .iter()
        .map(|one| one.summary.as_str())
        .collect();
    assert_eq!(summaries, ["Seen before", "Not today"]);
}
