//! Data sources: read only, always with a wholly known configuration.

use std::future::Future;
use std::pin::Pin;

use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Field, Model};
use crate::schema::Schema;
use crate::value::Value;

/// A data source with a typed model.
pub trait DataSource: Send + Sync + 'static {
    /// What the provider's `configure` makes.
    type Client: Send + Sync + 'static;
    /// The attributes.
    type Model: Model + Send;

    /// The full name, such as `ppcmk_environment`.
    fn type_name(&self) -> &'static str;

    /// The shape.
    fn schema(&self) -> Schema;

    /// Checks across attributes; no network, and unknown values are no opinion.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Reads. What the user configured has to come back as it was.
    fn read(
        &self,
        cx: Cx<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A data source without its model, for tables of them. Made with [`data_source`].
pub trait DynDataSource<C>: Send + Sync {
    /// The full name.
    fn type_name(&self) -> &str;
    /// The shape.
    fn schema(&self) -> &Schema;
    /// See [`DataSource::validate`].
    fn validate(&self, config: Value, diagnostics: &mut Diagnostics);
    /// See [`DataSource::read`].
    fn read(&self, cx: Cx<C>, config: Value) -> BoxFuture<'_, Result<Value, Diagnostics>>;
}

/// Hides the model of a data source.
pub fn data_source<D: DataSource>(data_source: D) -> Box<dyn DynDataSource<D::Client>> {
    let schema = data_source.schema();
    Box::new(Erased {
        inner: data_source,
        schema,
    })
}

struct Erased<D> {
    inner: D,
    schema: Schema,
}

impl<D: DataSource> DynDataSource<D::Client> for Erased<D> {
    fn type_name(&self) -> &str {
        self.inner.type_name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: Value, diagnostics: &mut Diagnostics) {
        match D::Model::from_value(config) {
            Ok(config) => self.inner.validate(&config, diagnostics),
            Err(error) => diagnostics.push(Diagnostic::bug(&error).at(&error.path)),
        }
    }

    fn read(&self, cx: Cx<D::Client>, config: Value) -> BoxFuture<'_, Result<Value, Diagnostics>> {
        Box::pin(async move {
            let config = D::Model::from_value(config)
                .map_err(|error| Diagnostic::bug(&error).at(&error.path))?;
            Ok(self.inner.read(cx, config).await?.into_value())
        })
    }
}
