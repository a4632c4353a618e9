//! Steps of the plan that belong to one attribute.

use crate::diagnostic::Diagnostics;
use crate::path::AttributePath;
use crate::value::Value;

/// What a step sees.
pub struct ModifyRequest<'a> {
    /// The attribute.
    pub path: &'a AttributePath,
    /// Its value in the configuration.
    pub config: &'a Value,
    /// Its value in the state; null when the object is created.
    pub prior: &'a Value,
    /// Whether the object is created.
    pub creating: bool,
    /// Whether the two values mean the same for this attribute.
    pub same: &'a dyn Fn(&Value, &Value) -> bool,
}

/// What a step may change.
pub struct ModifyResponse<'a> {
    /// The planned value.
    pub planned: &'a mut Value,
    /// Whether the change replaces the object.
    pub requires_replace: &'a mut bool,
    /// Messages.
    pub diagnostics: &'a mut Diagnostics,
}

/// A step of the plan of one attribute.
pub trait PlanModifier: Send + Sync {
    /// Changes the planned value.
    fn modify(&self, request: &ModifyRequest<'_>, response: &mut ModifyResponse<'_>);

    /// Whether every change replaces the object, for the documentation.
    fn always_replaces(&self) -> bool {
        false
    }
}

impl<F> PlanModifier for F
where
    F: Fn(&ModifyRequest<'_>, &mut ModifyResponse<'_>) + Send + Sync,
{
    fn modify(&self, request: &ModifyRequest<'_>, response: &mut ModifyResponse<'_>) {
        self(request, response);
    }
}

/// Keeps the prior value where the plan would say "known after apply".
pub(crate) struct UsePrior;

impl PlanModifier for UsePrior {
    fn modify(&self, request: &ModifyRequest<'_>, response: &mut ModifyResponse<'_>) {
        // A null prior would promise null for good, although a newer provider might know better.
        if response.planned.is_unknown() && request.config.is_null() && !request.prior.is_null() {
            *response.planned = request.prior.clone();
        }
    }
}

/// Replaces the object when the attribute changes. An unknown value counts as a change, because
/// the decision must not flip between plan and apply.
pub(crate) struct RequiresReplace;

impl PlanModifier for RequiresReplace {
    fn modify(&self, request: &ModifyRequest<'_>, response: &mut ModifyResponse<'_>) {
        // The provider's own values decide nothing as long as the user does not set them.
        let own = request.config.is_null() && response.planned.is_unknown();
        if !request.creating && !own && !(request.same)(request.prior, response.planned) {
            *response.requires_replace = true;
        }
    }

    fn always_replaces(&self) -> bool {
        true
    }
}
