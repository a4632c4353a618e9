//! `example_thing`: a managed resource with one attribute of every kind.

use std::io;

use serde_json::{Value as Json, json};
use tfplugin::timeouts::DefaultTimeouts;
use tfplugin::{
    Attr, Change, Cx, Diagnostic, Diagnostics, IdentitySchema, ImportKey, MoveSource, Plan,
    Resource, Schema, Sink, Value,
};

mod misbehave;
mod model;
mod schema;

use self::model::Thing;
use crate::remote::Remote;

pub(crate) struct Things;

impl Resource for Things {
    type Client = Remote;
    type Model = Thing;

    fn type_name(&self) -> &'static str {
        "example_thing"
    }

    fn schema(&self) -> Schema {
        schema::schema().block(self.default_timeouts().block())
    }

    fn default_timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts::all(std::time::Duration::from_secs(600))
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", "The id that the cloud gave it."))
    }

    fn identity(&self, thing: &Thing) -> Option<Value> {
        let id = thing.id.as_str()?;
        Some(Value::object([("id", id.into())]))
    }

    fn validate(&self, config: &Thing, diagnostics: &mut Diagnostics) {
        // Unknown values are no opinion: only what is known to be wrong is wrong.
        if config.password.is_known() && config.password_version.is_null() {
            diagnostics.push(
                Diagnostic::warning(
                    "Password without version",
                    "Terraform does not store the password, so it cannot see that it changes. \
                     Count up `password_version` with every new password.",
                )
                .at("password_version"),
            );
        }
        if config.size == Attr::Known(0) && config.kind.as_str() == Some("solid") {
            diagnostics.error(
                "size",
                "Contradicting arguments",
                "A solid thing has a size. Set `size` to more than 0, or another `kind`.",
            );
        }
    }

    async fn plan(&self, cx: Cx<Remote>, plan: &mut Plan<Thing>) {
        // There is no client while the provider's configuration is not known. A plan that needs
        // it leaves the value unknown.
        if plan.prior.is_none()
            && plan.planned.zone.is_unknown()
            && plan.config.zone.is_null()
            && let Some(remote) = cx.try_client()
        {
            plan.planned.zone = Attr::Known(remote.default_zone.clone());
        }
        if plan.replaces() {
            plan.diagnostics.push(Diagnostic::warning(
                "Thing will be replaced",
                "Its content is lost.",
            ));
        }
    }

    async fn plan_delete(&self, _cx: Cx<Remote>, prior: Thing) -> Diagnostics {
        if prior.misbehave.as_str() == Some("warn_on_delete") {
            return Diagnostic::warning("Thing will be deleted", "It does not come back.").into();
        }
        Diagnostics::new()
    }

    async fn create(
        &self,
        cx: Cx<Remote>,
        change: Change<Thing>,
        sink: Sink<Thing>,
    ) -> Result<Thing, Diagnostics> {
        let remote = cx.client()?.clone();
        let wanted = change.planned.to_remote(&remote, 1)?;
        let (id, stored) = remote.create(wanted).map_err(failed)?;
        let mut thing = change.planned;
        thing.id = Attr::Known(id);
        // From here on the object exists. Whatever happens below, Terraform will know of it.
        sink.save(thing.clone());
        cx.private(|notes| notes.set("updates", &0));
        thing.fill_in(&stored);
        thing.updates = Attr::Known(0);
        misbehave::after_write(&cx, &mut thing).await?;
        Ok(thing)
    }

    async fn read(&self, cx: Cx<Remote>, state: Thing) -> Result<Option<Thing>, Diagnostics> {
        let remote = cx.client()?;
        let Some(id) = state.id.as_str() else {
            return Ok(None);
        };
        // `None` means gone. An error is an error: Terraform would create the thing again.
        let Some(stored) = remote.get(id).map_err(failed)? else {
            return Ok(None);
        };
        let mut thing = state;
        thing.take_in(&stored);
        Ok(Some(thing))
    }

    async fn update(
        &self,
        cx: Cx<Remote>,
        prior: Thing,
        change: Change<Thing>,
        sink: Sink<Thing>,
    ) -> Result<Thing, Diagnostics> {
        let remote = cx.client()?.clone();
        let id = prior.id.as_str().unwrap_or_default().to_owned();
        let revision = remote
            .get(&id)
            .map_err(failed)?
            .map_or(1, |stored| stored.revision + 1);
        let wanted = change.planned.to_remote(&remote, revision)?;
        let stored = remote.put(&id, wanted).map_err(failed)?;
        let mut thing = change.planned;
        sink.save(thing.clone());
        let updates = cx.private(|notes| {
            let updates = notes.get::<i64>("updates").unwrap_or(0) + 1;
            notes.set("updates", &updates);
            updates
        });
        thing.fill_in(&stored);
        thing.updates = Attr::Known(updates);
        misbehave::after_write(&cx, &mut thing).await?;
        Ok(thing)
    }

    async fn delete(&self, cx: Cx<Remote>, prior: Thing) -> Result<(), Diagnostics> {
        if prior.misbehave.as_str() == Some("refuse_delete") {
            return Err(Diagnostic::error("Thing in use", "It cannot be deleted now.").into());
        }
        // That it is gone already is what the user wants.
        let id = prior.id.as_str().unwrap_or_default();
        cx.client()?.delete(id).map_err(failed)?;
        Ok(())
    }

    async fn import(&self, cx: Cx<Remote>, key: ImportKey) -> Result<Thing, Diagnostics> {
        let id = match &key {
            ImportKey::Id(id) => id.clone(),
            ImportKey::Identity(identity) => identity
                .attribute("id")
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        if !id.strip_prefix("thing-").is_some_and(is_number) {
            return Err(Diagnostic::error(
                "Invalid id",
                format!("{id:?} is not the id of a thing, such as `thing-7`."),
            )
            .into());
        }
        let Some(stored) = cx.client()?.get(&id).map_err(failed)? else {
            return Err(Diagnostic::error(
                "Thing not found",
                format!("There is no thing {id:?}. An id looks like `thing-7`."),
            )
            .into());
        };
        let mut thing = Thing {
            id: Attr::Known(id),
            ..Thing::default()
        };
        thing.take_in(&stored);
        Ok(thing)
    }

    /// Version 0 called the name `title`, and wrote sizes as text.
    fn upgrade(&self, version: i64, mut state: Json) -> Result<Json, Diagnostics> {
        let Some(members) = state.as_object_mut().filter(|_| version == 0) else {
            return Err(Diagnostic::error(
                "Unsupported state version",
                format!("The state holds a thing of version {version}."),
            )
            .into());
        };
        let title = members.remove("title").unwrap_or_default();
        members.insert("name".to_owned(), title);
        if let Some(size) = members.get("size").and_then(Json::as_str) {
            // Through text, so that no digit is lost.
            let number = serde_json::from_str(size).unwrap_or(json!(1));
            members.insert("size".to_owned(), number);
        }
        Ok(state)
    }

    /// `terraform_data` whose `input` is the id of a thing.
    fn take_over(&self, source: &MoveSource) -> Result<Option<Thing>, Diagnostics> {
        if source.type_name != "terraform_data" {
            return Ok(None);
        }
        let Some(id) = source.state["input"]["value"].as_str() else {
            return Err(Diagnostic::error(
                "Unusable source",
                "The `input` of the terraform_data has to be the id of a thing.",
            )
            .into());
        };
        Ok(Some(Thing {
            id: Attr::Known(id.to_owned()),
            ..Thing::default()
        }))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn failed(error: io::Error) -> Diagnostics {
    Diagnostic::error(
        "Directory not usable",
        format!("The directory of the things could not be used: {error}."),
    )
    .into()
}
