//! `data.example_thing`: finds a thing by its id.

use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Model, Schema};

use crate::remote::Remote;

pub(crate) struct Lookup;

#[derive(Model)]
pub(crate) struct Found {
    id: Attr<String>,
    name: Attr<String>,
    zone: Attr<String>,
}

impl DataSource for Lookup {
    type Client = Remote;
    type Model = Found;

    fn type_name(&self) -> &'static str {
        "example_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new("Finds a thing.").attributes([
            Attribute::string("id").required().describe("The id."),
            Attribute::string("name").computed().describe("The name."),
            Attribute::string("zone").computed().describe("The zone."),
        ])
    }

    async fn read(&self, cx: Cx<Remote>, config: Found) -> Result<Found, Diagnostics> {
        let id = config.id.as_str().unwrap_or_default();
        let stored = cx.client()?.get(id).map_err(|error| {
            Diagnostic::error(
                "Directory not usable",
                format!("{id} cannot be read: {error}."),
            )
        })?;
        let Some(stored) = stored else {
            return Err(
                Diagnostic::error("Thing not found", format!("There is no thing {id:?}."))
                    .at("id")
                    .into(),
            );
        };
        Ok(Found {
            name: Attr::Known(stored.name),
            zone: Attr::Known(stored.zone),
            ..config
        })
    }
}
