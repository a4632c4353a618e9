//! One type of data sources.

use tfplugin::{Cx, DataSource, Diagnostics, Mode, Schema, Value};

use crate::anything::Anything;
use crate::invent::{Answers, Inventor};

/// A type of data sources that answers without asking.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) schema: Schema,
    /// What the service would answer, by attribute.
    pub(crate) answers: Answers,
}

impl DataSource for Source {
    type Client = ();
    type Model = Anything;

    fn type_name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn read(&self, _: Cx<()>, config: Anything) -> Result<Anything, Diagnostics> {
        let Value::Object(mut members) = config.0 else {
            return Ok(config);
        };
        for attribute in &self.schema.attributes {
            let member = members.entry(attribute.name.clone()).or_default();
            let is_computed = matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed);
            if is_computed && member.is_null() {
                *member = Value::Unknown;
            }
        }
        let asked = Value::Object(members);
        let inventor = Inventor::new(self.name, &asked, self.answers);
        Ok(Anything(inventor.settle(&self.schema.ty())))
    }
}
