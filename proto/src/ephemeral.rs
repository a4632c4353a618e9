//! Ephemeral resources: values that exist only while Terraform runs.

use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Field, Model};
use crate::schema::Schema;
use crate::value::Value;

/// An ephemeral resource with a typed model.
pub trait EphemeralResource: Send + Sync + 'static {
    /// What the provider's `configure` makes.
    type Client: Send + Sync + 'static;
    /// The attributes.
    type Model: Model + Send;

    /// The full name.
    fn type_name(&self) -> &'static str;

    /// The shape.
    fn schema(&self) -> Schema;

    /// Checks across attributes; no network, and unknown values are no opinion.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Opens it. Notes in `cx.private` reach [`EphemeralResource::renew`] and
    /// [`EphemeralResource::close`]; the time, where there is one, is when it has to be renewed.
    fn open(
        &self,
        cx: Cx<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<(Self::Model, Option<SystemTime>), Diagnostics>> + Send;

    /// Renews it and says when to renew again.
    fn renew(
        &self,
        cx: Cx<Self::Client>,
    ) -> impl Future<Output = Result<Option<SystemTime>, Diagnostics>> + Send {
        let _ = cx;
        async { Ok(None) }
    }

    /// Closes it. The notes are those of `open`, also after a renewal (observed, 1.11.4).
    fn close(&self, cx: Cx<Self::Client>) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        let _ = cx;
        async { Ok(()) }
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An ephemeral resource without its model. Made with [`ephemeral_resource`].
pub trait DynEphemeralResource<C>: Send + Sync {
    /// The full name.
    fn type_name(&self) -> &str;
    /// The shape.
    fn schema(&self) -> &Schema;
    /// See [`EphemeralResource::validate`].
    fn validate(&self, config: Value, diagnostics: &mut Diagnostics);
    /// See [`EphemeralResource::open`].
    fn open(
        &self,
        cx: Cx<C>,
        config: Value,
    ) -> BoxFuture<'_, Result<(Value, Option<SystemTime>), Diagnostics>>;
    /// See [`EphemeralResource::renew`].
    fn renew(&self, cx: Cx<C>) -> BoxFuture<'_, Result<Option<SystemTime>, Diagnostics>>;
    /// See [`EphemeralResource::close`].
    fn close(&self, cx: Cx<C>) -> BoxFuture<'_, Result<(), Diagnostics>>;
}

/// Hides the model of an ephemeral resource.
pub fn ephemeral_resource<E: EphemeralResource>(
    resource: E,
) -> Box<dyn DynEphemeralResource<E::Client>> {
    let schema = resource.schema();
    Box::new(Erased {
        inner: resource,
        schema,
    })
}

struct Erased<E> {
    inner: E,
    schema: Schema,
}

impl<E: EphemeralResource> DynEphemeralResource<E::Client> for Erased<E> {
    fn type_name(&self) -> &str {
        self.inner.type_name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: Value, diagnostics: &mut Diagnostics) {
        match E::Model::from_value(config) {
            Ok(config) => self.inner.validate(&config, diagnostics),
            Err(error) => diagnostics.push(Diagnostic::bug(&error).at(&error.path)),
        }
    }

    fn open(
        &self,
        cx: Cx<E::Client>,
        config: Value,
    ) -> BoxFuture<'_, Result<(Value, Option<SystemTime>), Diagnostics>> {
        Box::pin(async move {
            let config = E::Model::from_value(config)
                .map_err(|error| Diagnostic::bug(&error).at(&error.path))?;
            let (result, renew_at) = self.inner.open(cx, config).await?;
            Ok((result.into_value(), renew_at))
        })
    }

    fn renew(&self, cx: Cx<E::Client>) -> BoxFuture<'_, Result<Option<SystemTime>, Diagnostics>> {
        Box::pin(self.inner.renew(cx))
    }

    fn close(&self, cx: Cx<E::Client>) -> BoxFuture<'_, Result<(), Diagnostics>> {
        Box::pin(self.inner.close(cx))
    }
}
