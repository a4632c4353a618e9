//! One engine behind both doors: for each rule that linter and provider can both see, the same
//! configuration goes through HCL, through the JSON of a plan, and through the provider's plan, and
//! gives the same code at the same address with the same level.
//!
//! What the tenant shows to the provider, an inventory tells the linter. [`register`] says of every
//! other rule which door cannot see it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

mod assignments;
mod crates;
mod declarations;
mod doors;
mod register;

use std::collections::BTreeSet;

use ppcmk_coverage::rules;
use register::LEFT_OUT;

/// Configurations in which both doors find these rules, and nothing else that both can see.
struct Case {
    codes: &'static [&'static str],
    check: fn(),
}

const CASES: &[Case] = &[
    Case {
        codes: &["CMK102"],
        check: assignments::an_environment_in_another_geo,
    },
    Case {
        codes: &["CMK103"],
        check: assignments::an_environment_that_is_not_managed,
    },
    Case {
        codes: &["CMK104"],
        check: assignments::an_environment_of_a_type_that_takes_no_key,
    },
    Case {
        codes: &["CMK105"],
        check: assignments::an_environment_without_dataverse,
    },
    Case {
        codes: &["CMK207"],
        check: assignments::a_policy_that_pins_its_key,
    },
    Case {
        codes: &[],
        check: assignments::a_good_environment,
    },
    Case {
        codes: &["CMK101"],
        check: declarations::an_environment_without_a_policy,
    },
    Case {
        codes: &["CMK306"],
        check: declarations::an_environment_under_a_policy_before_its_integration,
    },
    Case {
        codes: &["CMK301", "CMK302", "CMK303"],
        check: declarations::workloads_in_other_geos,
    },
    Case {
        codes: &["CMK304", "CMK305", "CMK307", "CMK308", "CMK309"],
        check: declarations::workloads_that_no_key_reaches,
    },
];

/// Each in a thread: most of the time goes by in `terraform`.
#[test]
fn both_doors_find_the_same() {
    std::thread::scope(|scope| {
        let runs: Vec<_> = CASES
            .iter()
            .map(|case| (case, scope.spawn(case.check)))
            .collect();
        let failed: Vec<_> = runs
            .into_iter()
            .filter_map(|(case, run)| run.join().err().map(|_| case.codes))
            .collect();
        assert!(failed.is_empty(), "{failed:?} differ, see above");
    });
}

#[test]
fn every_rule_is_compared_or_it_is_said_why_not() {
    let compared = CASES.iter().flat_map(|case| case.codes);
    let left_out = LEFT_OUT.iter().flat_map(|left_out| left_out.codes);
    let mut decided = BTreeSet::new();
    for code in compared.chain(left_out) {
        assert!(decided.insert(*code), "{code} is there twice");
    }
    let all: BTreeSet<_> = rules::all().iter().map(|rule| rule.code).collect();
    assert_eq!(decided, all, "left: decided here, right: the register");
    assert!(LEFT_OUT.iter().all(|left_out| !left_out.why.is_empty()));
}
