//! One type of resources.

use serde_json::Value as Json;
use tfplugin::{Change, Cx, Diagnostic, Diagnostics, ImportKey, Resource, Schema, Sink, Value};

use crate::anything::Anything;
use crate::invent::{Answers, Inventor, from_json};

/// A type of resources whose objects exist in the state only.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) schema: Schema,
    /// What the service would answer, by attribute.
    pub(crate) answers: Answers,
}

impl Kind {
    fn made(&self, planned: &Value) -> Anything {
        Anything(Inventor::new(self.name, planned, self.answers).settle(&self.schema.ty()))
    }
}

impl Resource for Kind {
    type Client = ();
    type Model = Anything;

    fn type_name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn create(
        &self,
        _: Cx<()>,
        change: Change<Anything>,
        _: Sink<Anything>,
    ) -> Result<Anything, Diagnostics> {
        Ok(self.made(&change.planned.0))
    }

    async fn read(&self, _: Cx<()>, state: Anything) -> Result<Option<Anything>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        _: Cx<()>,
        _: Anything,
        change: Change<Anything>,
        _: Sink<Anything>,
    ) -> Result<Anything, Diagnostics> {
        Ok(self.made(&change.planned.0))
    }

    async fn delete(&self, _: Cx<()>, _: Anything) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// There is nobody to ask, so the id of an import is the JSON text of the object.
    async fn import(&self, _: Cx<()>, key: ImportKey) -> Result<Anything, Diagnostics> {
        let object = match key {
            ImportKey::Id(text) => serde_json::from_str(&text).unwrap_or(Json::Null),
            ImportKey::Identity(_) => Json::Null,
        };
        if !object.is_object() {
            return Err(Diagnostic::error(
                "Import of a stand-in",
                "A stand-in asks nobody. Use the JSON text of the object as its id.",
            )
            .into());
        }
        let ty = self.schema.ty();
        let value = from_json(&object, &ty);
        let Value::Object(mut members) = value else {
            return Ok(Anything(value));
        };
        // What the text leaves out, the service knows.
        for name in self.answers.iter().map(|(name, _)| *name) {
            let member = members.entry(name.to_owned()).or_default();
            if member.is_null() {
                *member = Value::Unknown;
            }
        }
        Ok(self.made(&Value::Object(members)))
    }
}
