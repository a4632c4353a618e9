//! ApplyResourceChange: whatever happens in here, what exists remotely is in the answer.

use std::sync::{Arc, Mutex, PoisonError};

use super::bounds::{Work, bounded, panicked};
use super::{Core, managed, values};
use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::plan::check::Violation;
use crate::plan::{self, check};
use crate::provider::Provider;
use crate::resource::DynResource;
use crate::sink::Kept;
use crate::timeouts::{self, TimedOperation};
use crate::value::Value;
use crate::wire::tfplugin6 as pb;

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
        let work = Work::start(guarded(async move {
            let resource = core.resource(&type_name)?;
            resource.apply(work_cx, prior, planned, config, kept).await
        }));
        bounded(operation.name(), &cx, work).await
    }

    async fn run_delete(
        self: &Arc<Self>,
        type_name: &str,
        cx: Cx<P::Client>,
        prior: Value,
    ) -> Result<(), Diagnostics> {
        let (core, type_name) = (self.clone(), type_name.to_owned());
        let work_cx = cx.clone();
        let work = Work::start(guarded(async move {
            let resource = core.resource(&type_name)?;
            resource.delete(work_cx, prior).await
        }));
        bounded(TimedOperation::Delete.name(), &cx, work).await
    }
}

/// A panic has to be caught inside of the task: only there the hook knows that somebody does.
async fn guarded<T>(work: impl Future<Output = Result<T, Diagnostics>>) -> Result<T, Diagnostics> {
    crate::host::panic::catch(work)
        .await
        .unwrap_or_else(|panic| Err(panicked(&panic)))
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
        plan::tidy(self.resource.schema(), &mut object);
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
            }
        }
        let new_identity = managed::existing_identity(
            self.resource,
            &object,
            self.planned_identity.clone(),
            &mut diagnostics,
        );
        self.answered(object, new_identity, diagnostics, committed)
    }

    fn failed(
        self,
        prior: &Value,
        planned: &Value,
        kept: Kept,
        problems: Diagnostics,
    ) -> Result<Response, Diagnostics> {
        let Some(object) = kept.value else {
            // Nothing is known to have changed: a create stores nothing, an update what was.
            return self.stored(prior.clone(), problems, false);
        };
        let mut object = object.unknowns_to_null();
        plan::spelling::keep(self.resource.schema(), planned, &mut object);
        if kept.committed {
            object = check::forced(planned, object);
        }
        self.stored(object, problems, kept.committed)
    }

    fn deleted(
        self,
        prior: &Value,
        outcome: Result<(), Diagnostics>,
    ) -> Result<Response, Diagnostics> {
        match outcome {
            Ok(()) => Ok(Response {
                new_state: Some(values::null()),
                diagnostics: self.cx.take_diagnostics().into_wire(),
                ..Response::default()
            }),
            Err(problems) => self.stored(prior.clone(), problems, false),
        }
    }

    /// The answer to an operation that failed, with what exists in spite of it.
    fn stored(
        self,
        mut object: Value,
        diagnostics: Diagnostics,
        committed: bool,
    ) -> Result<Response, Diagnostics> {
        let mut identity = None;
        if !object.is_null() {
            plan::tidy(self.resource.schema(), &mut object);
            // An identity with unknown parts would be one more error for the user to read.
            identity = managed::identity_of(self.resource, &object).unwrap_or_default();
        }
        self.answered(object, identity, diagnostics, committed)
    }

    fn answered(
        self,
        object: Value,
        new_identity: Option<pb::ResourceIdentityData>,
        mut diagnostics: Diagnostics,
        committed: bool,
    ) -> Result<Response, Diagnostics> {
        let ty = self.resource.schema().ty();
        let new_state = values::encode_existing(object, &ty, &mut diagnostics)?;
        if committed {
            // An error would taint the object, and the next run replace it.
            diagnostics = diagnostics.into_warnings();
        }
        Ok(Response {
            new_state: Some(new_state),
            private: self.cx.private_bytes(),
            diagnostics: diagnostics.into_wire(),
            new_identity,
            ..Response::default()
        })
    }
}
