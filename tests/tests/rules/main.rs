//! The linter's rules on plans of a real `terraform`: the same answers as on the sources, and
//! those that only a plan can give.
//!
//! Terraform needs a second or two per run, so the configurations of all rules are modules of one
//! root module, planned together. Then each gets the part of the plan that is about it, as if it
//! had been planned alone ([`slice`]). Stand-ins take the place of the providers.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod answers;
mod batch;
mod changes;
mod slice;

use answers::Answers;
use batch::{Batch, Case};
use ppcmk_tests::Workspace;

/// What only sources say: `prevent_destroy`.
const NOT_IN_PLANS: [&str; 1] = ["CMK211"];

/// Where a plan says less than its sources, and what it gives instead.
const LESS_IN_PLANS: [(&str, &str); 2] = [
    // Which element of `for_each` a value is. Nothing is found for that, it only stays open.
    ("traps_assigned_by_one_of_two_instances", "undecided"),
    // An unknown version is one, but for a condition that turns out to be `null`.
    ("CMK207_unknown", "findings"),
];

#[test]
fn plans_give_the_answers_that_sources_give() {
    let batch = Batch::of_rules();
    assert!(batch.cases.len() > 100, "{}", batch.cases.len());
    let plan = batch.plan();
    let mut wrong = Vec::new();
    for case in &batch.cases {
        let slice = slice::of(&plan, &case.module);
        let sources = Answers::of_sources(&case.tree(), &case.code);
        let planned = Answers::of_plan(&slice, &case.code);
        let both = Answers::of_both(&slice, &case.tree(), &case.code);
        if !fits_plan(case, &sources, &planned) || !fits_both(case, &sources, &both) {
            let module = &case.module;
            wrong.push(format!(
                "{module}\nsources: {sources}\nplan: {planned}\nboth: {both} {:?}",
                both.places
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

/// Rules about what an assignment needs before it is made. Once it is there, it had all of it.
const BEFORE_ASSIGNMENTS: [&str; 3] = ["CMK103", "CMK106", "CMK119"];

/// What is known after the apply is followed by its ids.
#[test]
fn plans_without_changes_give_them_too() {
    let mut batch = Batch::of_rules();
    // Other addresses and silence are tried above, and unknown values would be known.
    batch.cases.retain(|case| {
        let is_one = case.module.ends_with("_fires") || case.code == "traps";
        is_one && case.variables().is_empty()
    });
    let workspace = Workspace::with_stand_ins();
    batch.write(&workspace);
    workspace.apply().succeeds();
    let _ = workspace.plan_with(&["-refresh=false"]).is_empty();
    let plan = workspace.show_plan("test.tfplan");
    let mut wrong = Vec::new();
    for case in &batch.cases {
        let sources = Answers::of_sources(&case.tree(), &case.code);
        let planned = Answers::of_plan(&slice::of(&plan, &case.module), &case.code);
        let fits = if [&BEFORE_ASSIGNMENTS[..], &NOT_IN_PLANS]
            .concat()
            .contains(&&*case.code)
        {
            planned.findings.is_empty() && planned.undecided.is_empty()
        } else {
            planned.findings == sources.findings && planned.undecided.is_subset(&sources.undecided)
        };
        if !fits {
            let module = &case.module;
            wrong.push(format!("{module}\nsources: {sources}\nplan: {planned}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

fn less_in_plans(case: &Case) -> Option<&'static str> {
    let mut all = LESS_IN_PLANS.iter();
    all.find(|(name, _)| *name == case.module)
        .map(|(_, instead)| *instead)
}

fn fits_plan(case: &Case, sources: &Answers, planned: &Answers) -> bool {
    if NOT_IN_PLANS.contains(&&*case.code) {
        return planned.findings.is_empty();
    }
    match less_in_plans(case) {
        Some("findings") => sources.findings.is_empty() && !planned.findings.is_empty(),
        Some(_) => sources.findings == planned.findings && !planned.undecided.is_empty(),
        None => sources.findings == planned.findings && decides(planned, sources, case),
    }
}

/// With both, facts come from the plan, and places from the sources.
fn fits_both(case: &Case, sources: &Answers, both: &Answers) -> bool {
    match less_in_plans(case) {
        Some("findings") => sources.findings.is_empty() && !both.findings.is_empty(),
        _ => sources.places == both.places && decides(both, sources, case),
    }
}

/// A plan leaves open what its sources leave open, or less: it has read data sources. An unknown
/// value of the matrix stays unknown in the plan, too.
fn decides(planned: &Answers, sources: &Answers, case: &Case) -> bool {
    if case.code == "traps" {
        planned.undecided.is_subset(&sources.undecided)
    } else {
        planned.undecided == sources.undecided
    }
}
