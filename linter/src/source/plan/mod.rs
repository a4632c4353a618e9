//! Plans and states: `terraform show -json` of either, `.tfstate` files, and saved plans.
//!
//! A plan is parsed once from end to end, and then only those parts again that are about types that
//! this program understands. Values that a plan marks as sensitive are not kept.

pub(in crate::source) mod address;
mod change;
mod configuration;
mod document;
mod instances;
mod mask;
mod order;
mod outline;
mod recognise;
mod references;
mod saved;
mod state;
mod symbols;
mod tfstate;
mod values;
mod variables;

use std::collections::HashSet;
use std::sync::Arc;

use ppcmk_coverage::estate::{Action, Change, Reason, Unknown};

use crate::source::encoded::Document;
use crate::source::{InputError, Instance, Mode, Reading};

pub use outline::{Constant, Outline, PathStep};
pub use recognise::{PlanInput, recognise};
pub use saved::{read_saved_plan, saved_sources};

use configuration::Configuration;
use document::{PlanDocument, StateDocument};
use instances::Plan;
use mask::Masks;
use values::Interner;

/// Reads a plan: `terraform show -json` or `tofu show -json` of a saved plan, format 0 or 1. `name`
/// is shown in errors.
///
/// The order has what the plan's configuration tells; a plan has no places in files. Instances that
/// a plan leaves alone because it is about a part of the configuration (`-target`) or refreshes only
/// are there as the state has them.
pub fn read_plan(bytes: &[u8], name: &str) -> Result<Reading, InputError> {
    let text = recognise::text(bytes, "plan", name)?;
    let document = Document {
        kind: "plan",
        name,
        text: &text,
    };
    let plan: PlanDocument<'_> = match serde_json::from_str(&text) {
        Ok(plan) => plan,
        Err(error) if error.is_eof() => return Err(recognise::explain(document, &error)),
        Err(error) => return Err(recognise::not_a_plan(document, Some(&error))),
    };
    let is_known = plan
        .format_version
        .as_deref()
        .is_some_and(recognise::is_understood);
    let has_plan = plan.planned_values.is_some()
        || plan.resource_changes.is_some()
        || plan.configuration.is_some();
    if !is_known || !has_plan {
        return Err(recognise::not_a_plan(document, None));
    }
    read_document(document, plan)
}

fn read_document<'a>(
    document: Document<'a>,
    plan: PlanDocument<'a>,
) -> Result<Reading, InputError> {
    let interner = Interner::default();
    let has_configuration = plan.configuration.is_some();
    let configuration = plan.configuration.unwrap_or_default();
    let root = configuration.root_module.unwrap_or_default();
    let is_errored = plan.errored == Some(true);
    let is_complete = !is_errored && plan.complete != Some(false);
    let blocks = Configuration::new(&root);
    let mut outline = outline::outline(document, &interner, &blocks, is_complete)?;
    if let (Some(given), Some(declared)) = (&plan.variables, &root.variables) {
        outline.variables = variables::environment(given, declared);
    }
    let mut order = order::order(&root);
    let changes = Plan {
        document,
        interner: &interner,
        configuration: &blocks,
        masks: Masks::default(),
    };
    let deferred = plan.deferred_changes.unwrap_or_default();
    let has_deferred = !deferred.is_empty();
    let mut instances = changes.instances(plan.resource_changes.unwrap_or_default().0, deferred)?;
    if let Some(part) = plan.prior_state {
        let state: StateDocument<'_> = document.parse(part.get())?;
        let mentioned = mentioned(&instances);
        let unchanged = state::read(document, &interner, state, &mut order, &|address| {
            !mentioned.contains(address)
        })?;
        if is_errored {
            instances.extend(unchanged);
        } else {
            instances.extend(unchanged.into_iter().map(state::unchanged));
        }
    }
    sort(&mut instances);
    Ok(Reading {
        instances,
        order,
        unseen: unseen(is_errored, has_deferred, plan.complete)
            .into_iter()
            .collect(),
        has_changes: true,
        outline: has_configuration.then(|| Arc::new(outline)),
        ..Reading::default()
    })
}

/// What is missing in such a plan may be there all the same.
fn unseen(is_errored: bool, has_deferred: bool, complete: Option<bool>) -> Option<Unknown> {
    let text = match complete {
        _ if is_errored => "the plan has errors and is not whole",
        _ if has_deferred => "the plan leaves a part to another apply",
        Some(false) => "the plan is only about a part of the configuration",
        _ => return None,
    };
    Some(Unknown::new(Reason::Expression(text.into())))
}

/// The addresses of what the plan mentions. What else is in the state are data sources, and what a
/// partial plan leaves alone.
fn mentioned(instances: &[Instance]) -> HashSet<Arc<str>> {
    let mut mentioned: HashSet<_> = instances.iter().map(|one| one.address.clone()).collect();
    mentioned.extend(
        instances
            .iter()
            .filter_map(|one| one.change.as_ref()?.previous_address.clone()),
    );
    mentioned
}

fn sort(instances: &mut [Instance]) {
    // Instances are large, and each is moved once.
    instances.sort_by_cached_key(|one| one.address.clone());
}

/// Reads a state: `terraform show -json` without a plan, or a state file (`terraform.tfstate`,
/// version 4). `name` is shown in errors.
pub fn read_state(bytes: &[u8], name: &str) -> Result<Reading, InputError> {
    let text = recognise::text(bytes, "state", name)?;
    let document = Document {
        kind: "state",
        name,
        text: &text,
    };
    let interner = Interner::default();
    let mut reading = Reading::default();
    let signs = recognise::signs(document);
    if tfstate::is_one(&signs) {
        reading.instances = tfstate::read(document, &interner, &mut reading.order)?;
    } else {
        let state: StateDocument<'_> = match serde_json::from_str(&text) {
            Ok(state) => state,
            Err(error) if error.is_eof() => return Err(recognise::explain(document, &error)),
            Err(error) => return Err(recognise::not_a_state(document, Some(&error))),
        };
        let is_known = state
            .format_version
            .as_deref()
            .is_some_and(recognise::is_understood);
        let is_state = state.values.is_some() || recognise::is_empty_state(document, &signs);
        if !is_known || !is_state {
            return Err(recognise::not_a_state(document, None));
        }
        reading.instances = state::read(document, &interner, state, &mut reading.order, &|_| true)?;
    }
    // What a state has is there, and nothing says that it changes.
    for instance in &mut reading.instances {
        if instance.mode == Mode::Managed {
            instance.change = Some(Change::new(Action::NoOp));
        }
    }
    sort(&mut reading.instances);
    Ok(reading)
}
