//! Data sources and ephemeral resources.

use std::time::{SystemTime, UNIX_EPOCH};

use super::bounds::bounded;
use super::{Core, values};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::AttributePath;
use crate::plan::check;
use crate::provider::Provider;
use crate::schema::Schema;
use crate::timeouts::{self, DefaultTimeouts, TimedOperation};
use crate::value::Value;
use crate::wire::{Timestamp, tfplugin6 as pb};

impl<P: Provider> Core<P> {
    pub(super) async fn read_data_source(
        &self,
        request: pb::read_data_source::Request,
    ) -> pb::read_data_source::Response {
        values::or_report(self.data_source_read(request).await)
    }

    async fn data_source_read(
        &self,
        request: pb::read_data_source::Request,
    ) -> Result<pb::read_data_source::Response, Diagnostics> {
        let Some(data_source) = self.data_sources.get(&request.type_name) else {
            return Err(Self::unknown_type("data source", &request.type_name));
        };
        let schema = data_source.schema();
        let ty = schema.ty();
        let config = values::decode(request.config.as_ref(), &ty, "configuration")?;
        let bound = timeouts::bound(&config, &DefaultTimeouts::default(), TimedOperation::Read);
        let cx = self.cx(&[]).with_time(bound);
        let work = data_source.read(cx.clone(), with_defaults(schema, config.clone()));
        let state = bounded("read", &cx, async {
            let state = work.await?;
            whole(schema, &config, &state)?;
            values::encode(&state, &ty)
        });
        Ok(pb::read_data_source::Response {
            state: Some(state.await?),
            diagnostics: cx.take_diagnostics().into_wire(),
            deferred: None,
        })
    }

    pub(super) async fn open_ephemeral(
        &self,
        request: pb::open_ephemeral_resource::Request,
    ) -> pb::open_ephemeral_resource::Response {
        values::or_report(self.ephemeral_opened(request).await)
    }

    async fn ephemeral_opened(
        &self,
        request: pb::open_ephemeral_resource::Request,
    ) -> Result<pb::open_ephemeral_resource::Response, Diagnostics> {
        let Some(resource) = self.ephemeral_resources.get(&request.type_name) else {
            return Err(Self::unknown_type("ephemeral resource", &request.type_name));
        };
        let schema = resource.schema();
        let ty = schema.ty();
        let config = values::decode(request.config.as_ref(), &ty, "configuration")?;
        let cx = self.cx(&[]);
        let work = resource.open(cx.clone(), with_defaults(schema, config.clone()));
        let opened = bounded("open", &cx, async {
            let (result, renew_at) = work.await?;
            whole(schema, &config, &result)?;
            Ok((values::encode(&result, &ty)?, renew_at))
        });
        let (result, renew_at) = opened.await?;
        Ok(pb::open_ephemeral_resource::Response {
            result: Some(result),
            renew_at: renew_at.map(timestamp),
            private: Some(cx.private_bytes()),
            diagnostics: cx.take_diagnostics().into_wire(),
            deferred: None,
        })
    }

    pub(super) async fn renew_ephemeral(
        &self,
        request: pb::renew_ephemeral_resource::Request,
    ) -> pb::renew_ephemeral_resource::Response {
        let private = request.private.clone().unwrap_or_default();
        let cx = self.cx(&private);
        let outcome = match self.ephemeral_resources.get(&request.type_name) {
            Some(resource) => bounded("renewal", &cx, resource.renew(cx.clone())).await,
            None => Err(Self::unknown_type("ephemeral resource", &request.type_name)),
        };
        let mut diagnostics = cx.take_diagnostics();
        let renew_at = outcome.unwrap_or_else(|problems| {
            diagnostics.extend(problems);
            None
        });
        pb::renew_ephemeral_resource::Response {
            diagnostics: diagnostics.into_wire(),
            renew_at: renew_at.map(timestamp),
            private: Some(cx.private_bytes()),
        }
    }

    pub(super) async fn close_ephemeral(
        &self,
        request: pb::close_ephemeral_resource::Request,
    ) -> pb::close_ephemeral_resource::Response {
        let cx = self.cx(&request.private.clone().unwrap_or_default());
        let outcome = match self.ephemeral_resources.get(&request.type_name) {
            Some(resource) => bounded("close", &cx, resource.close(cx.clone())).await,
            None => Err(Self::unknown_type("ephemeral resource", &request.type_name)),
        };
        let mut diagnostics = cx.take_diagnostics();
        if let Err(problems) = outcome {
            diagnostics.extend(problems);
        }
        pb::close_ephemeral_resource::Response {
            diagnostics: diagnostics.into_wire(),
        }
    }
}

/// The configuration with the defaults of the schema.
fn with_defaults(schema: &Schema, config: Value) -> Value {
    let Value::Object(mut members) = config else {
        return config;
    };
    for attribute in &schema.attributes {
        if let (Some(default), Some(member)) =
            (&attribute.default, members.get_mut(&attribute.name))
            && member.is_null()
        {
            *member = default.clone();
        }
    }
    Value::Object(members)
}

/// A result has to be wholly known, and what was configured in it as it was.
fn whole(schema: &Schema, config: &Value, result: &Value) -> Result<(), Diagnostics> {
    let unknown = result.first_unknown().map(|path| (path, "it is unknown"));
    let broken = check::plan(schema, config, &Value::Null, result)
        .err()
        .map(|violation| (violation.path, violation.reason));
    match unknown.or(broken) {
        None => Ok(()),
        Some((path, reason)) => {
            let place = if path == AttributePath::root() {
                "the top".to_owned()
            } else {
                path.to_string()
            };
            Err(
                Diagnostic::bug(format!("The result cannot be used at {place}: {reason}."))
                    .at(path)
                    .into(),
            )
        }
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(since.subsec_nanos()).unwrap_or(0),
    }
}
