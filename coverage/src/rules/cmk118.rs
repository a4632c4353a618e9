//! Notes one policy for production and other stages.

use super::example::{key, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::EnvironmentSku;
use crate::estate::{Environment, Estate, Handle, Known, Policy, Unknown};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK118",
    name: "shared-policy-across-stages",
    level: Level::Note,
    summary: "one encryption policy for production and sandbox environments",
    explanation: "\
Environments of one policy share its key, and with it their fate: whoever locks, rotates or loses \
the key of a sandbox does so to production. Different keys also keep the people apart who may do \
that.\n\
\n\
One reason speaks for a shared policy: copies and restores work only between environments with \
the same key, so a sandbox that is refreshed from production belongs under production's policy. \
Ignore this note there, with that reason.",
    fix: "give other stages a policy and a key of their own, unless they are copies of production",
    example: Example {
        before: concat!(
            vault!(),
            key!(),
            r#"resource "ppcmk_enterprise_policy" "europe" {
  name                = "ep-cmk-europe"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = azurerm_key_vault_key.cmk.name
}

locals {
  environments = { retail = "Production", test = "Sandbox" }
}

resource "powerplatform_environment" "all" {
  for_each         = local.environments
  display_name     = each.key
  location         = "europe"
  environment_type = each.value
}

resource "ppcmk_environment_assignment" "all" {
  for_each       = powerplatform_environment.all
  environment_id = each.value.id
  policy_id      = ppcmk_enterprise_policy.europe.id
}"#
        ),
        after: concat!(
            vault!(),
            key!(),
            r#"resource "azurerm_key_vault_key" "test" {
  name         = "cmk-test"
  key_vault_id = azurerm_key_vault.cmk.id
  key_type     = "RSA-HSM"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]
}

locals {
  environments = { retail = "Production", test = "Sandbox" }
  keys = {
    retail = azurerm_key_vault_key.cmk.name
    test   = azurerm_key_vault_key.test.name
  }
}

resource "ppcmk_enterprise_policy" "europe" {
  for_each            = local.environments
  name                = "ep-cmk-${each.key}"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = local.keys[each.key]
}

resource "powerplatform_environment" "all" {
  for_each         = local.environments
  display_name     = each.key
  location         = "europe"
  environment_type = each.value
}

resource "ppcmk_environment_assignment" "all" {
  for_each       = powerplatform_environment.all
  environment_id = each.value.id
  policy_id      = ppcmk_enterprise_policy.europe[each.key].id
}"#
        ),
    },
    sources: &[
        Source {
            url: pages::LOCK,
            says: "a lock takes all environments of a policy offline; deadlines differ for sandbox and production",
            date: "2025-07-14",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::CMK,
            says: "copy and restore need the same key on both sides",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

/// Examples of what a policy serves.
#[derive(Default)]
struct Stages<'a> {
    production: Option<&'a Environment>,
    other: Option<&'a Environment>,
    unknown: Option<&'a Unknown>,
}

fn check(estate: &Estate, out: &mut Findings) {
    for (handle, policy) in estate.policies() {
        if policy.may_encrypt() {
            judge(policy, &stages(estate, handle), out);
        }
    }
}

fn stages(estate: &Estate, policy: Handle<Policy>) -> Stages<'_> {
    let mut stages = Stages::default();
    for (_, assignment) in estate.assignments_of_policy(policy) {
        if !assignment.may_encrypt() {
            continue;
        }
        let Some((_, environment)) = estate.environment(&assignment.environment) else {
            continue;
        };
        match &environment.sku.known {
            Known::Value(EnvironmentSku::Production) => {
                stages.production.get_or_insert(environment);
            }
            Known::Value(EnvironmentSku::Sandbox | EnvironmentSku::Developer) => {
                stages.other.get_or_insert(environment);
            }
            Known::Value(_) | Known::Absent => {}
            Known::Unknown(unknown) => {
                stages.unknown.get_or_insert(unknown);
            }
        }
    }
    stages
}

fn judge(policy: &Policy, stages: &Stages<'_>, out: &mut Findings) {
    match (stages.production, stages.other, stages.unknown) {
        (Some(production), Some(other), _) => {
            let message = format!(
                "production (`{}`) shares its key with another stage (`{}`)",
                production.header.address, other.header.address
            );
            out.report(&policy.header, message)
                .related(&production.header, &production.sku.origin, "production")
                .related(&other.header, &other.sku.origin, "another stage");
        }
        (Some(_), None, Some(unknown)) | (None, Some(_), Some(unknown)) => {
            out.undecided(&policy.header, unknown);
        }
        // One kind of stage, or nothing that would make a pair.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::policy;
    use crate::EnvironmentSku;
    use crate::estate::{Assignment, Environment, Estate, Fact, Header, Link};
    use crate::rules::testing::{Answers, answers, unknown};

    fn check(skus: Vec<Fact<EnvironmentSku>>) -> Answers {
        let mut estate = Estate::default();
        let policy = estate.add_policy(policy());
        for (number, sku) in skus.into_iter().enumerate() {
            let mut environment = Environment::new(Header::new(format!("environment[{number}]")));
            environment.sku = sku;
            let mut assignment = Assignment::new(Header::new(format!("assignment[{number}]")));
            assignment.environment = Link::to(estate.add_environment(environment));
            assignment.policy = Link::to(policy);
            estate.add_assignment(assignment);
        }
        answers(&super::RULE, &estate)
    }

    #[test]
    fn points_at_the_policy() {
        check(vec![
            EnvironmentSku::Sandbox.into(),
            EnvironmentSku::Production.into(),
            unknown(),
        ])
        .finds(&[
            "ppcmk_enterprise_policy.eu: production (`environment[1]`) shares its key with another stage (`environment[0]`)",
        ]);
    }

    #[test]
    fn is_silent_about_one_stage() {
        check(vec![
            EnvironmentSku::Production.into(),
            EnvironmentSku::Production.into(),
            Fact::default(),
        ])
        .is_silent();
        check(vec![unknown(), unknown()]).is_silent();
        check(vec![]).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_type() {
        check(vec![EnvironmentSku::Production.into(), unknown()])
            .is_undecided(&["ppcmk_enterprise_policy.eu: variable `x` has no value"]);
    }
}
