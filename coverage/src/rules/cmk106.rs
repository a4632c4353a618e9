//! Reports an assignment that may be made before the policy's identity may use the key.
//!
//! The grant is there, and nothing orders the assignment after it. CMK107 is about policies whose
//! identity gets no right at all.

use super::assigned::{encryption_assignments, undecided};
use super::ordering::{Waiting, depends_on};
use super::rights::{Verdict, judge};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Answer, Assignment, Estate, Grant, Ordered, Policy, Reason, Unknown};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK106",
    name: "assignment-before-key-grant",
    level: Level::Error,
    summary: "nothing orders an assignment after the grant of its policy's identity",
    explanation: "\
A link needs the policy's identity to have its right on the key already. Assignment and grant both \
refer to the policy, so without more Terraform makes them at the same time, and the link fails with \
a 403 that speaks of the key vault; a new role assignment may need minutes to reach the vault, too. \
What counts is the dependency, direct or through other resources and modules: a wait \
(`time_sleep`) orders nothing unless the assignment depends on it.\n\n\
With several grants it is enough to wait for one that gives the right. A grant that exists before \
the plan needs no order.",
    fix: "let the assignment depend on the grant of the policy's identity",
    example: Example {
        before: "\
resource \"ppcmk_enterprise_policy\" \"europe\" {
  name                = \"ep-cmk-europe\"
  resource_group_name = \"rg-cmk\"
  location            = \"europe\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
}

resource \"ppcmk_key_access\" \"europe\" {
  policy_id    = ppcmk_enterprise_policy.europe.id
  key_vault_id = azurerm_key_vault.cmk.id
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}",
        after: "\
resource \"ppcmk_enterprise_policy\" \"europe\" {
  name                = \"ep-cmk-europe\"
  resource_group_name = \"rg-cmk\"
  location            = \"europe\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
}

resource \"ppcmk_key_access\" \"europe\" {
  policy_id    = ppcmk_enterprise_policy.europe.id
  key_vault_id = azurerm_key_vault.cmk.id
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [ppcmk_key_access.europe]
}",
    },
    sources: &[
        Source {
            url: pages::SCRIPTS,
            says: "the policy's identity must be able to wrap and unwrap before the link, which gets a 403 otherwise; role assignments may need up to five minutes",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
        Source {
            url: pages::PROVIDER,
            says: "Microsoft's own example orders nothing and sleeps 90 seconds",
            date: "2026-08-21",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    let mut waiting = Waiting::of(estate);
    for assignment in encryption_assignments(estate, out) {
        if !assignment.makes_link() {
            continue;
        }
        // The grant of a policy that is not here is not here either.
        let Some((handle, policy)) = estate.policy(&assignment.policy) else {
            continue;
        };
        let grants = Grants::of(
            estate,
            policy,
            estate.grants_of_policy(handle).map(|(_, grant)| grant),
        );
        check_order(&mut waiting, assignment, &grants, out);
    }
}

/// The grants of one policy's identity that give the right on its key, or may.
#[derive(Default)]
struct Grants<'a> {
    right: Vec<&'a Grant>,
    open: Vec<(&'a Grant, Unknown)>,
}

impl<'a> Grants<'a> {
    fn of(estate: &Estate, policy: &Policy, grants: impl Iterator<Item = &'a Grant>) -> Self {
        let mut sorted = Self::default();
        for grant in grants {
            match judge(estate, grant, policy) {
                Verdict::Enough => sorted.right.push(grant),
                Verdict::Unknown(unknown) => sorted.open.push((grant, unknown)),
                Verdict::TooLittle(_) | Verdict::Unrelated => {}
            }
        }
        sorted
    }

    fn all(&self) -> impl Iterator<Item = &'a Grant> {
        let open = self.open.iter().map(|(grant, _)| *grant);
        self.right.iter().copied().chain(open)
    }
}

fn check_order(
    waiting: &mut Waiting<'_>,
    assignment: &Assignment,
    grants: &Grants<'_>,
    out: &mut Findings,
) {
    if grants.all().any(|grant| grant.header.is_already_there()) {
        return;
    }
    let headers = grants.all().map(|grant| &grant.header);
    match waiting.for_any(&assignment.header, headers) {
        Ordered::Yes => {}
        Ordered::Unknown => {
            if let Some(grant) = grants.all().next() {
                undecided(assignment, &hidden(grant), &assignment.policy.origin, out);
            }
        }
        Ordered::No => match (grants.right.first(), grants.open.first()) {
            // Another one may give the right, and this one may be for something else.
            (_, Some((grant, unknown))) => {
                undecided(assignment, unknown, &grant.right.origin, out);
            }
            (Some(grant), None) => report(assignment, grant, out),
            (None, None) => {}
        },
    }
}

fn report(assignment: &Assignment, grant: &Grant, out: &mut Findings) {
    let finding = out
        .report(
            &assignment.header,
            format!(
                "nothing makes the link wait for `{}`, which gives the policy's identity its right \
                 on the key",
                grant.header.block
            ),
        )
        .help(depends_on(&assignment.header, &grant.header))
        .related(
            &grant.header,
            &grant.principal.origin,
            "gives the policy's identity its right on the key",
        );
    if grant.header.is_there_for(&assignment.header) != Answer::Yes {
        finding.possible();
    }
}

fn hidden(grant: &Grant) -> Unknown {
    Unknown::new(Reason::Expression(
        format!(
            "whether it waits for `{}` cannot be seen",
            grant.header.block
        )
        .into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Change, Header, Identity, Link, Scope};
    use crate::rules::fixture::{
        ASSIGNMENT, Chain, GRANT, POLICY, from_variable, if_variable, role, variable,
    };
    use crate::rules::testing::{Answers, answers};

    /// The chain without an order between assignment and grant.
    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        chain.order(&[(GRANT, POLICY), (ASSIGNMENT, POLICY)]);
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    fn second_grant(chain: &mut Chain, address: &str) {
        let mut second = chain.grant().clone();
        second.header = Header::new(address);
        chain.estate.add_grant(second);
        chain.estate.order.node(address);
    }

    const FOUND: &str = "powerplatform_enterprise_policy.link: nothing makes the link wait for \
                         `azurerm_role_assignment.cmk`, which gives the policy's identity its \
                         right on the key";

    #[test]
    fn points_at_the_assignment() {
        check(|_| {}).finds(&[FOUND]);
        check(|chain| second_grant(chain, "other.grant")).finds(&[FOUND]);
        check(|chain| {
            chain.assignment_exists();
            chain.assignment().swapped = true;
        })
        .finds(&[FOUND]);
    }

    #[test]
    fn says_how_to_wait() {
        let mut chain = Chain::new();
        chain.order(&[]);
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert_eq!(
            findings[0].help,
            "add `depends_on = [azurerm_role_assignment.cmk]`"
        );
    }

    #[test]
    fn is_silent_when_it_waits_for_one_that_gives_the_right() {
        check(|chain| chain.order(&[(ASSIGNMENT, GRANT)])).is_silent();
        check(|chain| chain.order(&[(ASSIGNMENT, "time_sleep.w"), ("time_sleep.w", GRANT)]))
            .is_silent();
        check(|chain| {
            chain.order(&[(ASSIGNMENT, "other.grant")]);
            second_grant(chain, "other.grant");
        })
        .is_silent();
    }

    #[test]
    fn waiting_for_a_grant_of_something_else_is_not_enough() {
        check(|chain| {
            chain.order(&[(ASSIGNMENT, "other.grant")]);
            let mut reader = chain.grant().clone();
            reader.header = Header::new("other.grant");
            reader.right = role("reader");
            reader.scope = Scope::Other;
            chain.estate.add_grant(reader);
        })
        .finds(&[FOUND]);
    }

    #[test]
    fn is_silent_when_grant_or_link_exist() {
        check(Chain::assignment_exists).is_silent();
        check(|chain| chain.grant().header.change = Some(Change::new(Action::NoOp))).is_silent();
    }

    #[test]
    fn a_grant_that_is_made_anew_is_waited_for() {
        check(|chain| {
            chain.grant().header.change = Some(Change::new(Action::DeleteThenCreate));
        })
        .finds(&[FOUND]);
    }

    #[test]
    fn leaves_policies_without_a_grant_to_another_rule() {
        check(|chain| chain.grant().principal = Link::default()).is_silent();
        check(|chain| chain.assignment().policy = Identity::Elsewhere("/p".into()).into())
            .is_silent();
        check(|chain| chain.assignment().policy = Identity::Unknown(variable("x")).into())
            .is_silent();
    }

    #[test]
    fn cannot_decide_about_a_right_or_an_order_that_is_not_known() {
        check(|chain| chain.grant().right = from_variable("x"))
            .is_undecided(&["powerplatform_enterprise_policy.link: variable `x` has no value"]);
        check(|chain| {
            let assignment = chain.estate.order.node(ASSIGNMENT);
            chain.estate.order.open(assignment);
        })
        .is_undecided(&[
            "powerplatform_enterprise_policy.link: whether it waits for \
             `azurerm_role_assignment.cmk` cannot be seen",
        ]);
    }

    #[test]
    fn says_possible_when_the_grant_is() {
        let mut chain = Chain::new();
        chain.order(&[]);
        chain.grant().header.existence = if_variable("x");
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert_eq!(findings[0].certainty, crate::Certainty::Possible);
    }
}
