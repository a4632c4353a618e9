//! One provider that is stood in for.

use tfplugin::{
    Configure, Configured, Diagnostics, DynDataSource, DynResource, Provider, Schema, data_source,
    resource,
};

use crate::anything::Anything;
use crate::kind::Kind;
use crate::source::Source;

/// A provider: its block, its resources and its data sources.
#[derive(Clone)]
pub(crate) struct Family {
    pub(crate) address: &'static str,
    pub(crate) block: Schema,
    pub(crate) resources: Vec<Kind>,
    pub(crate) sources: Vec<Source>,
}

impl Family {
    /// What an executable of another name is.
    pub(crate) fn nobody() -> Self {
        Self {
            address: "registry.terraform.io/ppcmk/standin",
            block: Schema::new("Stands in for nobody: the executable has none of the names."),
            resources: Vec::new(),
            sources: Vec::new(),
        }
    }
}

impl Provider for Family {
    type Config = Anything;
    type Client = ();

    fn schema(&self) -> Schema {
        self.block.clone()
    }

    async fn configure(&self, _: Configure, _: Anything) -> Result<Configured<()>, Diagnostics> {
        Ok(Configured::Ready(()))
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<()>>> {
        self.resources.iter().cloned().map(resource).collect()
    }

    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<()>>> {
        self.sources.iter().cloned().map(data_source).collect()
    }
}
