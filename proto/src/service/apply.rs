//! ApplyResourceChange: whatever happens in here, what exists remotely is in the answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Core, detached, managed, values};
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::plan::check::Violation;
use crate::plan::{self, check};
use crate::provider::Provider;
use crate::resource::DynResource;
use crate::sink::Kept;
use crate::timeouts::{self, TimedOperation, format_duration};
use crate::value::Value;
use crate::wire::tfplugin6 as pb;

/// How long after its deadline an operation may take to notice it, before it is cut off.
const GRACE: Duration = Duration::from_secs(15);

impl<P: Provider> Core<P> {
    pub(super) async fn apply(
        self: Arc<Self>,
        request: pb::apply_resource_change::Request,
    ) -> Result<pb::apply_resource_change::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let ty = resource.schema().ty();
        let prior = values::decode(request.prior_state.as_ref(), &ty, "prior state")?;
        let planned = values::decode(request.planned_state.as_ref(), &ty, "planned state")?;
        let config = values::decode(request.config.as_ref(), &ty, "configuration")?;
        let (operation, bounded) = match (&prior, &planned) {
            (_, Value::Null) => (TimedOperation::Delete, &prior),
            (Value::Null, _) => (TimedOperation::Create, &planned),
            _ => (TimedOperation::Update, &planned),
        };
        let allowed = timeouts::bound(bounded, &resource.default_timeouts(), operation);
        let cx = self.cx(&request.planned_private).with_time(allowed);
        let answer = Answer {
            cx: cx.clone(),
            resource,
            planned_identity: request.planned_identity,
        };
        if operation == TimedOperation::Delete {
            let outcome = self.run_delete(&request.type_name, cx, prior.clone()).await;
            return answer.deleted(&prior, outcome);
        }
        let kept = Arc::new(Mutex::new(Kept::default()));
        let outcome = self
            .run_apply(
                &request.type_name,
                operation,
                cx,
                (&prior, &planned, config),
                kept.clone(),
            )
            .await;
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match outcome {
            Ok(object) => answer.succeeded(&planned, object, kept.committed),
            Err(problems) => answer.failed(&prior, &planned, kept, problems),
        }
    }

    async fn run_apply(
        self: &Arc<Self>,
        type_name: &str,
        operation: TimedOperation,
        cx: Cx<P::Client>,
        (prior, planned, config): (&Value, &Value, Value),
        kept: Arc<Mutex<Kept>>,
    ) -> Result<Value, Diagnostics> {
        let (core, type_name) = (self.clone(), type_name.to_owned());
        let (prior, planned) = (prior.clone(), planned.clone());
        let work_cx = cx.clone();
        detached(&self.stop, async move {
            let resource = core.resource(&type_name)?;
            let work = resource.apply(work_cx, prior, planned, config, kept);
            in_time(operation, &cx, work).await
        })
        .await?
    }

    async fn run_delete(
        self: &Arc<Self>,
        type_name: &str,
        cx: Cx<P::Client>,
        prior: Value,
    ) -> Result<(), Diagnostics> {
        let (core, type_name) = (self.clone(), type_name.to_owned());
        let work_cx = cx.clone();
        detached(&self.stop, async move {
            let resource = core.resource(&type_name)?;
            in_time(TimedOperation::Delete, &cx, resource.delete(work_cx, prior)).await
        })
        .await?
    }
}

/// Cuts off an operation that does not notice its own deadline.
async fn in_time<C, T>(
    operation: TimedOperation,
    cx: &Cx<C>,
    work: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let Some(deadline) = cx.deadline() else {
        return work.await;
    };
    let Ok(outcome) = tokio::time::timeout_at(deadline.at + GRACE, work).await else {
        let waiting = cx
            .last_wait()
            .map_or(String::new(), |what| format!(" It was waiting for {what}."));
        return Err(Diagnostic::error(
            "Operation timed out",
            format!(
                "The {name} did not end within {allowed}.{waiting}\n\nThe bound comes from the \
                 timeouts block: set `{name}` there to wait longer.",
                name = operation.name(),
                allowed = format_duration(deadline.allowed),
            ),
        )
        .into());
    };
    outcome
}

/// Builds the answers.
struct Answer<'a, C> {
    cx: Cx<C>,
    resource: &'a dyn DynResource<C>,
    planned_identity: Option<pb::ResourceIdentityData>,
}

type Response = pb::apply_resource_change::Response;

impl<C> Answer<'_, C> {
    fn succeeded(
        self,
        planned: &Value,
        mut object: Value,
        committed: bool,
    ) -> Result<Response, Diagnostics> {
        let mut diagnostics = self.cx.take_diagnostics();
        plan::spelling::keep(self.resource.schema(), planned, &mut object);
        let mut problem = None;
        if object.is_null() {
            problem = Some(Diagnostic::bug(
                "The operation succeeded without an object.",
            ));
        } else if let Some(path) = object.first_unknown() {
            problem = Some(Diagnostic::bug(format!("The operation left {path} unknown.")).at(path));
        } else if let Err(Violation { path, reason }) = check::applied(planned, &object) {
            problem = Some(
                Diagnostic::bug(format!(
                    "The result differs from the plan at {path}: {reason}."
                ))
                .at(path),
            );
        }
        if let Some(problem) = problem {
            diagnostics.push(problem);
            object = object.unknowns_to_null();
            if committed {
                object = check::forced(planned, object);
                diagnostics = diagnostics.into_warnings();
            }
        }
        self.stored(object, diagnostics)
    }

    fn failed(
        self,
        prior: &Value,
        planned: &Value,
        kept: Kept,
        problems: Diagnostics,
    ) -> Result<Response, Diagnostics> {
        let mut diagnostics = self.cx.take_diagnostics();
        diagnostics.extend(problems);
        let Some(object) = kept.value else {
            // Nothing is known to have changed: a create stores nothing, an update what was.
            return self.stored(prior.clone(), diagnostics);
        };
        let mut object = object.unknowns_to_null();
        plan::spelling::keep(self.resource.schema(), planned, &mut object);
        if kept.committed {
            object = check::forced(planned, object);
            diagnostics = diagnostics.into_warnings();
        }
        self.stored(object, diagnostics)
    }

    fn deleted(
        self,
        prior: &Value,
        outcome: Result<(), Diagnostics>,
    ) -> Result<Response, Diagnostics> {
        let mut diagnostics = self.cx.take_diagnostics();
        match outcome {
            Ok(()) => Ok(Response {
                new_state: Some(values::null()),
                diagnostics: diagnostics.into_wire(),
                ..Response::default()
            }),
            Err(problems) => {
                diagnostics.extend(problems);
                self.stored(prior.clone(), diagnostics)
            }
        }
    }

    fn stored(self, mut object: Value, diagnostics: Diagnostics) -> Result<Response, Diagnostics> {
        let schema = self.resource.schema();
        if !object.is_null() {
            let config = object.clone();
            plan::null_write_only(schema, &config, &mut object);
        }
        let new_identity = if object.is_null() {
            self.planned_identity
        } else {
            managed::identity_of(self.resource, &object)?
        };
        Ok(Response {
            new_state: Some(values::encode(&object, &schema.ty())?),
            private: self.cx.private_bytes(),
            diagnostics: diagnostics.into_wire(),
            new_identity,
            ..Response::default()
        })
    }
}
