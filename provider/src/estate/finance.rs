//! What a tenant shows of finance and operations, next to what is declared.
//!
//! The admin API shows whether there is finance and operations, and `Internal` (unified) or
//! `Linked` (Lifecycle Services, with integration) as its kind (API facts 5.2). What both sides say
//! about one fact and does not agree is unknown, and a [`Contradiction`].

use ppcmk_coverage::SameGeo;
use ppcmk_coverage::estate::{Fact, FinanceAndOperations, Hosting, Known, Reason, Unknown};

use crate::client;

/// One fact about which declaration and tenant disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// The argument, below `finance_and_operations`; none for the whole.
    pub(crate) argument: Option<&'static str>,
    /// What the configuration says.
    pub(crate) declared: String,
    /// What the tenant shows.
    pub(crate) observed: String,
}

/// Completes what is declared with what the tenant shows.
pub(crate) fn complete(
    declared: Fact<FinanceAndOperations>,
    environment: &client::Environment,
) -> (Fact<FinanceAndOperations>, Vec<Contradiction>) {
    let Fact { known, origin } = declared;
    let (known, contradictions) = match (known, observed(environment)) {
        (Known::Value(mut finance), shown) => {
            let mut contradictions = contradictions(&mut finance, shown);
            contradictions.extend(other_geo(&finance, environment));
            (Known::Value(finance), contradictions)
        }
        (Known::Absent, Some(shown)) => {
            let contradiction = Contradiction {
                argument: None,
                declared: "no finance and operations".to_owned(),
                observed: format!("finance and operations, {}", shown.kind),
            };
            (Known::Value(shown.into_facts()), vec![contradiction])
        }
        (known, _) => (known, Vec::new()),
    };
    (Fact { known, origin }, contradictions)
}

/// What the tenant shows.
struct Observed {
    /// In the words of a declaration; none for a kind that nobody knows.
    hosting: Option<Hosting>,
    /// In words for people.
    kind: String,
}

impl Observed {
    /// `Linked` means integrated; unified hosting always is.
    fn into_facts(self) -> FinanceAndOperations {
        let integration = match &self.hosting {
            Some(_) => true.into(),
            None => Fact::default(),
        };
        FinanceAndOperations {
            hosting: self.hosting.map_or_else(Fact::default, Fact::from),
            integration,
            ..FinanceAndOperations::default()
        }
    }
}

fn observed(environment: &client::Environment) -> Option<Observed> {
    let finance = environment.finance_and_operations.as_ref()?;
    let is_linked = finance
        .kind
        .as_deref()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("Linked"));
    Some(match &finance.kind {
        Some(kind) if finance.is_unified() => Observed {
            hosting: Some(Hosting::Unified),
            kind: format!("`unified` (its kind is {kind:?})"),
        },
        Some(kind) if is_linked => Observed {
            hosting: Some(Hosting::LifecycleServices),
            kind: format!("`lifecycle_services`, integrated (its kind is {kind:?})"),
        },
        Some(kind) => Observed {
            hosting: None,
            kind: format!("of a kind that nobody knows here ({kind:?})"),
        },
        None => Observed {
            hosting: None,
            kind: "without a kind".to_owned(),
        },
    })
}

/// Fills in what is not declared, and makes unknown what both sides see differently.
fn contradictions(
    finance: &mut FinanceAndOperations,
    shown: Option<Observed>,
) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let Some(shown) = shown else {
        found.extend(nothing_shown(finance));
        return found;
    };
    let Some(hosting) = &shown.hosting else {
        return found;
    };
    match finance.hosting.value() {
        None if finance.hosting.is_absent() => finance.hosting = hosting.clone().into(),
        Some(declared) if !agree(declared, hosting) => {
            let contradiction = Contradiction {
                argument: Some("hosting"),
                declared: word(declared),
                observed: shown.kind.clone(),
            };
            disagree(&mut finance.hosting, &contradiction);
            found.push(contradiction);
        }
        Some(_) | None => {}
    }
    match finance.integration.value() {
        None if finance.integration.is_absent() => finance.integration = true.into(),
        Some(false) => {
            let contradiction = Contradiction {
                argument: Some("power_platform_integration"),
                declared: "`false`".to_owned(),
                observed: shown.kind,
            };
            disagree(&mut finance.integration, &contradiction);
            found.push(contradiction);
        }
        Some(true) | None => {}
    }
    found
}

/// Cloud-hosted environments are environments of Lifecycle Services, too.
fn agree(declared: &Hosting, shown: &Hosting) -> bool {
    declared == shown || (*declared == Hosting::CloudHosted && *shown == Hosting::LifecycleServices)
}

/// The tenant shows no finance and operations, although what is declared would be visible there.
fn nothing_shown(finance: &mut FinanceAndOperations) -> Option<Contradiction> {
    let (argument, declared) = match (finance.hosting.value(), finance.integration.value()) {
        (Some(hosting @ Hosting::Unified), _) => ("hosting", word(hosting)),
        (_, Some(true)) => ("power_platform_integration", "`true`".to_owned()),
        _ => return None,
    };
    let contradiction = Contradiction {
        argument: Some(argument),
        declared,
        observed: "no finance and operations".to_owned(),
    };
    if argument == "hosting" {
        disagree(&mut finance.hosting, &contradiction);
    } else {
        disagree(&mut finance.integration, &contradiction);
    }
    Some(contradiction)
}

/// Finance and operations and its environment have to be in one geography.
fn other_geo(
    finance: &FinanceAndOperations,
    environment: &client::Environment,
) -> Option<Contradiction> {
    let place = finance.region.value()?;
    let geo = environment.location.geo()?;
    (place.geo().is(geo) == SameGeo::Different).then(|| Contradiction {
        argument: Some("region"),
        declared: format!("`{}`", place.text),
        observed: format!(
            "the environment in `{}`, and both have to be in one geo",
            environment.location
        ),
    })
}

fn disagree<T>(fact: &mut Fact<T>, contradiction: &Contradiction) {
    let text = format!(
        "the declaration says {}, the tenant shows {}",
        contradiction.declared, contradiction.observed
    );
    fact.known = Known::Unknown(Unknown::new(Reason::Elsewhere(text.into())));
}

fn word(hosting: &Hosting) -> String {
    let word = match hosting {
        Hosting::Unified => "unified",
        Hosting::LifecycleServices => "lifecycle_services",
        Hosting::CloudHosted => "cloud_hosted",
        Hosting::Other(word) => word,
    };
    format!("`{word}`")
}

#[cfg(test)]
mod tests {
    use ppcmk_coverage::estate::Place;

    use super::*;
    use crate::client::testing::environment;

    fn declared(hosting: Hosting, integration: Option<bool>) -> Fact<FinanceAndOperations> {
        FinanceAndOperations {
            hosting: hosting.into(),
            integration: integration.map_or_else(Fact::default, Fact::from),
            ..FinanceAndOperations::default()
        }
        .into()
    }

    /// The arguments that contradict the tenant, and what is known in the end.
    fn check(
        declared: Fact<FinanceAndOperations>,
        payload: &str,
        expected: &[Option<&str>],
    ) -> Option<FinanceAndOperations> {
        let (finance, contradictions) = complete(declared, &environment(payload));
        let arguments: Vec<_> = contradictions.iter().map(|one| one.argument).collect();
        assert_eq!(arguments, expected, "{contradictions:?}");
        finance.value().cloned()
    }

    #[test]
    fn agrees_without_a_word() {
        for (hosting, payload) in [
            (Hosting::Unified, "finops-unified"),
            (Hosting::LifecycleServices, "finops-lcs"),
            (Hosting::CloudHosted, "finops-lcs"),
        ] {
            let finance = check(declared(hosting.clone(), None), payload, &[]).unwrap();
            assert_eq!(finance.hosting.value(), Some(&hosting));
            assert_eq!(finance.integration.value(), Some(&true));
        }
        check(Fact::default(), "linked-encryption", &[]);
        // Nothing of it would be visible, so nothing contradicts it.
        check(
            declared(Hosting::LifecycleServices, None),
            "linked-encryption",
            &[],
        );
    }

    #[test]
    fn a_contradiction_leaves_nothing_known() {
        let finance = check(
            declared(Hosting::Unified, None),
            "finops-lcs",
            &[Some("hosting")],
        );
        assert!(finance.unwrap().hosting.unknown().is_some());
        let finance = check(
            declared(Hosting::LifecycleServices, Some(false)),
            "finops-lcs",
            &[Some("power_platform_integration")],
        );
        assert!(finance.unwrap().integration.unknown().is_some());
        check(
            declared(Hosting::Unified, None),
            "linked-encryption",
            &[Some("hosting")],
        );
        check(
            declared(Hosting::LifecycleServices, Some(true)),
            "linked-encryption",
            &[Some("power_platform_integration")],
        );
    }

    #[test]
    fn what_the_tenant_alone_knows_counts() {
        let finance = check(Fact::default(), "finops-unified", &[None]).unwrap();
        assert_eq!(finance.hosting.value(), Some(&Hosting::Unified));
    }

    #[test]
    fn finance_and_operations_in_another_geo_is_a_contradiction() {
        let mut fact = declared(Hosting::Unified, None);
        if let Known::Value(finance) = &mut fact.known {
            finance.region = Place::new("eastus").into();
        }
        check(fact, "finops-unified", &[Some("region")]);
    }
}
