//! Managed resources: a struct, a schema and the operations on remote objects.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::identity::IdentitySchema;
use crate::model::{Field, Model};
use crate::path::AttributePath;
use crate::schema::Schema;
use crate::sink::{Kept, Sink};
use crate::timeouts::DefaultTimeouts;
use crate::value::{Value, ValueError};

/// A managed resource with a typed model.
///
/// Operations report the truth: `read` answers `None` only for an object that is gone, `create`
/// and `update` put into the sink what exists as soon as they know it.
pub trait Resource: Send + Sync + 'static {
    /// What the provider's `configure` makes.
    type Client: Send + Sync + 'static;
    /// The attributes.
    type Model: Model + Clone + Send + Sync;

    /// The full name, such as `ppcmk_enterprise_policy`.
    fn type_name(&self) -> &'static str;

    /// The shape.
    fn schema(&self) -> Schema;

    /// How long operations may take without a `timeouts` block.
    fn default_timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts::default()
    }

    /// The attributes that name an object for good.
    fn identity_schema(&self) -> Option<IdentitySchema> {
        None
    }

    /// The identity of an object; `None` while it is not known.
    fn identity(&self, model: &Self::Model) -> Option<Value> {
        let _ = model;
        None
    }

    /// Checks across attributes; no network, and unknown values are no opinion.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// The resource's own step of the plan. There may be no client.
    fn plan(
        &self,
        cx: Cx<Self::Client>,
        plan: &mut Plan<Self::Model>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (cx, plan);
        async {}
    }

    /// Says before an object is destroyed what will happen, or why it must not.
    fn plan_delete(
        &self,
        cx: Cx<Self::Client>,
        prior: Self::Model,
    ) -> impl Future<Output = Diagnostics> + Send {
        let _ = (cx, prior);
        async { Diagnostics::new() }
    }

    /// Creates the object.
    fn create(
        &self,
        cx: Cx<Self::Client>,
        change: Change<Self::Model>,
        sink: Sink<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;

    /// Reads the object as it is now; `None` when it is gone.
    fn read(
        &self,
        cx: Cx<Self::Client>,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>, Diagnostics>> + Send;

    /// Changes the object in place.
    fn update(
        &self,
        cx: Cx<Self::Client>,
        prior: Self::Model,
        change: Change<Self::Model>,
        sink: Sink<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send;

    /// Removes the object. That it is gone already is a success.
    fn delete(
        &self,
        cx: Cx<Self::Client>,
        prior: Self::Model,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send;

    /// Finds an existing object. A read follows, so the parts that name it are enough; an object
    /// that does not exist is an error.
    fn import(
        &self,
        cx: Cx<Self::Client>,
        key: ImportKey,
    ) -> impl Future<Output = Result<Self::Model, Diagnostics>> + Send {
        let _ = (cx, key);
        async {
            Err(Diagnostic::error(
                "Import not supported",
                format!("{} cannot be imported.", self.type_name()),
            )
            .into())
        }
    }

    /// Turns stored state of an older schema version into today's.
    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics> {
        let _ = state;
        Err(Diagnostic::error(
            "Unsupported state version",
            format!(
                "The state holds a {} of version {version}, which this version of the provider \
                 does not know. Use a version of the provider in between to upgrade the state \
                 first.",
                self.type_name()
            ),
        )
        .into())
    }

    /// Takes over an object of another resource type; `None` when the source is not supported.
    fn take_over(&self, source: &MoveSource) -> Result<Option<Self::Model>, Diagnostics> {
        let _ = source;
        Ok(None)
    }
}

/// A plan while it is made.
#[derive(Debug)]
pub struct Plan<M> {
    /// What the user wrote.
    pub config: M,
    /// The object as it is, or `None` when it will be created.
    pub prior: Option<M>,
    /// The object as it will be. Only computed attributes may be changed.
    pub planned: M,
    /// Attributes whose change replaces the object.
    pub requires_replace: Vec<AttributePath>,
    /// Messages.
    pub diagnostics: Diagnostics,
    pub(crate) changes: bool,
}

impl<M> Plan<M> {
    /// Whether anything will be done, as far as the schema can tell.
    pub fn changes(&self) -> bool {
        self.changes
    }

    /// Whether the object will be destroyed and created anew.
    pub fn replaces(&self) -> bool {
        self.prior.is_some() && !self.requires_replace.is_empty()
    }
}

/// What an apply has to reach.
#[derive(Clone, Debug)]
pub struct Change<M> {
    /// The planned object, unknown where the provider decides.
    pub planned: M,
    /// The configuration; write-only values are only here.
    pub config: M,
}

/// How the user names an object to import.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportKey {
    /// The text of the command or of `id` in the block.
    Id(String),
    /// The `identity` of the block, an object of strings.
    Identity(Value),
}

/// An object of another resource type, perhaps of another provider.
#[derive(Clone, Debug)]
pub struct MoveSource {
    /// The provider's address, such as `registry.terraform.io/azure/azapi`.
    pub provider: String,
    /// The type's name.
    pub type_name: String,
    /// The version of its schema.
    pub schema_version: i64,
    /// The stored state.
    pub state: Json,
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A plan of values.
#[derive(Debug)]
pub struct ValuePlan {
    pub(crate) config: Value,
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) requires_replace: Vec<AttributePath>,
    pub(crate) diagnostics: Diagnostics,
}

/// A resource without its model, for tables of them. Made with [`resource`].
pub trait DynResource<C>: Send + Sync {
    /// The full name.
    fn type_name(&self) -> &str;
    /// The shape.
    fn schema(&self) -> &Schema;
    /// See [`Resource::default_timeouts`].
    fn default_timeouts(&self) -> DefaultTimeouts;
    /// See [`Resource::identity_schema`].
    fn identity_schema(&self) -> Option<&IdentitySchema>;
    /// See [`Resource::identity`].
    fn identity(&self, value: &Value) -> Option<Value>;
    /// See [`Resource::validate`].
    fn validate(&self, config: Value, diagnostics: &mut Diagnostics);
    /// See [`Resource::plan`].
    fn plan(&self, cx: Cx<C>, plan: ValuePlan) -> BoxFuture<'_, ValuePlan>;
    /// See [`Resource::plan_delete`].
    fn plan_delete(&self, cx: Cx<C>, prior: Value) -> BoxFuture<'_, Diagnostics>;
    /// See [`Resource::create`]; with a prior value [`Resource::update`].
    #[doc(hidden)]
    fn apply(
        &self,
        cx: Cx<C>,
        prior: Value,
        planned: Value,
        config: Value,
        kept: Arc<Mutex<Kept>>,
    ) -> BoxFuture<'_, Result<Value, Diagnostics>>;
    /// See [`Resource::read`].
    fn read(&self, cx: Cx<C>, state: Value) -> BoxFuture<'_, Result<Option<Value>, Diagnostics>>;
    /// See [`Resource::delete`].
    fn delete(&self, cx: Cx<C>, prior: Value) -> BoxFuture<'_, Result<(), Diagnostics>>;
    /// See [`Resource::import`].
    fn import(&self, cx: Cx<C>, key: ImportKey) -> BoxFuture<'_, Result<Value, Diagnostics>>;
    /// See [`Resource::upgrade`].
    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics>;
    /// See [`Resource::take_over`].
    fn take_over(&self, source: &MoveSource) -> Result<Option<Value>, Diagnostics>;
}

/// Hides the model of a resource.
pub fn resource<R: Resource>(resource: R) -> Box<dyn DynResource<R::Client>> {
    let schema = resource.schema();
    let identity = resource.identity_schema();
    Box::new(Erased {
        inner: resource,
        schema,
        identity,
    })
}

struct Erased<R> {
    inner: R,
    schema: Schema,
    identity: Option<IdentitySchema>,
}

fn bug(error: ValueError) -> Diagnostics {
    Diagnostic::bug(format!("The value does not fit the resource: {error}."))
        .at(error.path)
        .into()
}

impl<R: Resource> DynResource<R::Client> for Erased<R> {
    fn type_name(&self) -> &str {
        self.inner.type_name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn default_timeouts(&self) -> DefaultTimeouts {
        self.inner.default_timeouts()
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        self.identity.as_ref()
    }

    fn identity(&self, value: &Value) -> Option<Value> {
        let model = Field::from_value(value.clone()).ok()?;
        self.inner.identity(&model)
    }

    fn validate(&self, config: Value, diagnostics: &mut Diagnostics) {
        match Field::from_value(config) {
            Ok(config) => self.inner.validate(&config, diagnostics),
            Err(error) => diagnostics.extend(bug(error)),
        }
    }

    fn plan(&self, cx: Cx<R::Client>, plan: ValuePlan) -> BoxFuture<'_, ValuePlan> {
        Box::pin(async move {
            let ValuePlan {
                config,
                prior,
                planned,
                requires_replace,
                diagnostics,
            } = plan;
            let typed = (|| {
                Ok(Plan {
                    changes: planned != prior,
                    config: Field::from_value(config.clone())?,
                    prior: Field::from_value(prior.clone())?,
                    planned: Field::from_value(planned.clone())?,
                    requires_replace: requires_replace.clone(),
                    diagnostics: diagnostics.clone(),
                })
            })();
            match typed {
                Ok(mut typed) => {
                    self.inner.plan(cx, &mut typed).await;
                    ValuePlan {
                        config,
                        prior,
                        planned: Field::into_value(typed.planned),
                        requires_replace: typed.requires_replace,
                        diagnostics: typed.diagnostics,
                    }
                }
                Err(error) => {
                    let mut diagnostics = diagnostics;
                    diagnostics.extend(bug(error));
                    ValuePlan {
                        config,
                        prior,
                        planned,
                        requires_replace,
                        diagnostics,
                    }
                }
            }
        })
    }

    fn plan_delete(&self, cx: Cx<R::Client>, prior: Value) -> BoxFuture<'_, Diagnostics> {
        Box::pin(async move {
            match Field::from_value(prior) {
                Ok(prior) => self.inner.plan_delete(cx, prior).await,
                Err(error) => bug(error),
            }
        })
    }

    fn apply(
        &self,
        cx: Cx<R::Client>,
        prior: Value,
        planned: Value,
        config: Value,
        kept: Arc<Mutex<Kept>>,
    ) -> BoxFuture<'_, Result<Value, Diagnostics>> {
        Box::pin(async move {
            let prior: Option<R::Model> = Field::from_value(prior).map_err(bug)?;
            let change = Change {
                planned: Field::from_value(planned).map_err(bug)?,
                config: Field::from_value(config).map_err(bug)?,
            };
            let sink = Sink::new(kept);
            let model = match prior {
                None => self.inner.create(cx, change, sink).await?,
                Some(prior) => self.inner.update(cx, prior, change, sink).await?,
            };
            Ok(Field::into_value(model))
        })
    }

    fn read(
        &self,
        cx: Cx<R::Client>,
        state: Value,
    ) -> BoxFuture<'_, Result<Option<Value>, Diagnostics>> {
        Box::pin(async move {
            let state = Field::from_value(state).map_err(bug)?;
            let model = self.inner.read(cx, state).await?;
            Ok(model.map(Field::into_value))
        })
    }

    fn delete(&self, cx: Cx<R::Client>, prior: Value) -> BoxFuture<'_, Result<(), Diagnostics>> {
        Box::pin(async move {
            let prior = Field::from_value(prior).map_err(bug)?;
            self.inner.delete(cx, prior).await
        })
    }

    fn import(
        &self,
        cx: Cx<R::Client>,
        key: ImportKey,
    ) -> BoxFuture<'_, Result<Value, Diagnostics>> {
        Box::pin(async move {
            let model = self.inner.import(cx, key).await?;
            Ok(Field::into_value(model))
        })
    }

    fn upgrade(&self, version: i64, state: Json) -> Result<Json, Diagnostics> {
        self.inner.upgrade(version, state)
    }

    fn take_over(&self, source: &MoveSource) -> Result<Option<Value>, Diagnostics> {
        Ok(self.inner.take_over(source)?.map(Field::into_value))
    }
}
