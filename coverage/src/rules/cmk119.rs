//! Reports an assignment that may be made before its environment is a managed one.
//!
//! The managed environment is there, and Terraform does both at once because nothing orders them.
//! CMK103 is about environments that nothing manages.

use super::assigned::{encryption_assignments, undecided};
use super::ordering::{Waiting, depends_on};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Answer, Assignment, Estate, Known, ManagedEnvironment, Ordered, Reason, Unknown,
};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK119",
    name: "assignment-before-managed-environment",
    level: Level::Error,
    summary: "nothing orders an assignment after the managed environment",
    explanation: "\
Only a managed environment can be linked. Where assignment and managed environment both only refer \
to the environment, Terraform makes them at the same time, and the link is refused when it comes \
first: it fails on the first apply and works on the second.",
    fix: "let the assignment depend on the managed environment",
    example: Example {
        before: "\
resource \"powerplatform_managed_environment\" \"retail\" {
  environment_id             = powerplatform_environment.retail.id
  is_usage_insights_disabled = true
  is_group_sharing_disabled  = true
  limit_sharing_mode         = \"ExcludeSharingToSecurityGroups\"
  max_limit_user_sharing     = 10
  solution_checker_mode      = \"Warn\"
  suppress_validation_emails = true
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
        after: "\
resource \"powerplatform_managed_environment\" \"retail\" {
  environment_id             = powerplatform_environment.retail.id
  is_usage_insights_disabled = true
  is_group_sharing_disabled  = true
  limit_sharing_mode         = \"ExcludeSharingToSecurityGroups\"
  max_limit_user_sharing     = 10
  solution_checker_mode      = \"Warn\"
  suppress_validation_emails = true
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [powerplatform_managed_environment.retail]
}",
    },
    sources: &[Source {
        url: pages::CMK,
        says: "only managed environments can be added to the policy",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    let mut waiting = Waiting::of(estate);
    for assignment in encryption_assignments(estate, out) {
        // What is linked was managed before, and a swap finds it so.
        if !assignment.makes_link() || assignment.swapped {
            continue;
        }
        let managed: Vec<&ManagedEnvironment> = match estate.environment(&assignment.environment) {
            // It is one already, or from its creation on.
            Some((_, environment)) if environment.says_managed() == Known::Value(true) => continue,
            Some((handle, _)) => estate
                .managed_environments_of(handle)
                .map(|it| it.1)
                .collect(),
            None => estate
                .managed_environments_of_unseen(&assignment.environment)
                .map(|it| it.1)
                .collect(),
        };
        check_order(&mut waiting, assignment, &managed, out);
    }
}

/// One of them has to come first, or to be there already.
fn check_order(
    waiting: &mut Waiting<'_>,
    assignment: &Assignment,
    managed: &[&ManagedEnvironment],
    out: &mut Findings,
) {
    let Some(first) = managed.first() else {
        return;
    };
    if managed.iter().any(|it| it.header.is_already_there()) {
        return;
    }
    match waiting.for_any(&assignment.header, managed.iter().map(|it| &it.header)) {
        Ordered::Yes => {}
        Ordered::Unknown => undecided(assignment, &hidden(first), &first.environment.origin, out),
        Ordered::No => {
            let finding = out
                .report(
                    &assignment.header,
                    format!(
                        "nothing makes the link wait for `{}`, which makes the environment a \
                         managed one",
                        first.header.block
                    ),
                )
                .help(depends_on(&assignment.header, &first.header))
                .related(
                    &first.header,
                    &first.environment.origin,
                    "makes the environment a managed one",
                );
            if first.header.is_there_for(&assignment.header) != Answer::Yes {
                finding.possible();
            }
        }
    }
}

fn hidden(managed: &ManagedEnvironment) -> Unknown {
    Unknown::new(Reason::Expression(
        format!(
            "whether it waits for `{}` cannot be seen",
            managed.header.block
        )
        .into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Change, Identity, Link};
    use crate::rules::fixture::{
        ASSIGNMENT, Chain, ENVIRONMENT, GRANT, MANAGED, POLICY, if_variable, variable,
    };
    use crate::rules::testing::{Answers, answers};

    /// The chain without an order between assignment and managed environment.
    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        chain.order(&[
            (MANAGED, ENVIRONMENT),
            (ASSIGNMENT, ENVIRONMENT),
            (ASSIGNMENT, POLICY),
            (ASSIGNMENT, GRANT),
        ]);
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    const FOUND: &str = "powerplatform_enterprise_policy.link: nothing makes the link wait for \
                         `powerplatform_managed_environment.retail`, which makes the environment a \
                         managed one";

    #[test]
    fn points_at_the_assignment() {
        check(|_| {}).finds(&[FOUND]);
        for identity in [
            Identity::Elsewhere("1a".into()),
            Identity::Unknown(variable("environment_id")),
        ] {
            check(|chain| {
                chain.assignment().environment = identity.clone().into();
                chain.managed().environment = identity.into();
            })
            .finds(&[FOUND]);
        }
    }

    #[test]
    fn is_silent_when_it_waits_directly_or_not() {
        check(|chain| chain.order(&[(ASSIGNMENT, MANAGED)])).is_silent();
        check(|chain| chain.order(&[(ASSIGNMENT, "local.id"), ("local.id", MANAGED)])).is_silent();
    }

    #[test]
    fn is_silent_when_the_environment_is_managed_already() {
        check(|chain| chain.environment().managed = true.into()).is_silent();
        check(|chain| chain.environment().group = "g".to_owned().into()).is_silent();
        check(|chain| chain.managed().header.change = Some(Change::new(Action::NoOp))).is_silent();
        check(Chain::assignment_exists).is_silent();
        check(|chain| {
            chain.assignment_exists();
            chain.assignment().swapped = true;
        })
        .is_silent();
    }

    #[test]
    fn leaves_environments_that_nothing_manages_to_another_rule() {
        check(|chain| chain.managed().environment = Link::default()).is_silent();
        check(|chain| chain.managed().header.change = Some(Change::new(Action::Delete)))
            .is_silent();
    }

    #[test]
    fn cannot_decide_when_the_way_cannot_be_seen() {
        check(|chain| {
            let module = chain.estate.order.node("module.remote");
            let assignment = chain.estate.order.node(ASSIGNMENT);
            chain.estate.order.after(assignment, module);
            chain.estate.order.open(module);
        })
        .is_undecided(&[
            "powerplatform_enterprise_policy.link: whether it waits for \
             `powerplatform_managed_environment.retail` cannot be seen",
        ]);
    }

    #[test]
    fn says_possible_when_the_managed_environment_is() {
        let mut chain = Chain::new();
        chain.order(&[]);
        chain.managed().header.existence = if_variable("x");
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert_eq!(findings[0].certainty, crate::Certainty::Possible);
        assert_eq!(
            findings[0].help,
            "add `depends_on = [powerplatform_managed_environment.retail]`"
        );
    }
}
