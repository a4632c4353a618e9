//! Finance and operations: whether it is under the key (CMK facts 2.5, `FO_BASE`), and where it and
//! its components are.

use super::geo::Whereabouts;
use super::preconditions::Preconditions;
use super::subject::{Place as Environment, Subject, why_unseen};
use super::verdict::{Verdict, all};
use crate::Geo;
use crate::estate::{Declaration, Fact, FinanceAndOperations, Hosting, Known, Unknown};

const INTEGRATION: &str = "whether Power Platform integration is enabled";

/// What one declaration says about finance and operations.
pub(super) struct Finance<'e> {
    /// The declaration.
    pub(super) declaration: &'e Declaration,
    /// Power Platform integration is enabled.
    pub(super) integrated: Verdict,
    /// It is under the key.
    pub(super) base: Verdict,
    /// Where it is.
    pub(super) place: Whereabouts,
}

impl<'e> Finance<'e> {
    pub(super) fn of(
        declaration: &'e Declaration,
        subject: &Subject<'e>,
        preconditions: &Preconditions,
    ) -> Self {
        // Another declaration of the same environment helps out.
        let facts = std::iter::once(&declaration)
            .chain(&subject.declarations)
            .map(|declaration| &declaration.finance_and_operations)
            .find(|fact| !fact.is_absent())
            .map_or(Known::Absent, as_ref);
        let integrated = integrated(&facts);
        Self {
            declaration,
            base: all([&hosted(&facts), &integrated, &preconditions.base]),
            integrated,
            place: place(&facts, subject, preconditions.geo),
        }
    }

    /// What this declaration itself says.
    pub(super) fn declared(&self) -> Option<&'e FinanceAndOperations> {
        self.declaration.finance_and_operations.value()
    }

    /// Why it is not known whether there is finance and operations.
    pub(super) fn undeclared(&self) -> Option<&'e Unknown> {
        self.declaration.finance_and_operations.unknown()
    }
}

fn as_ref(fact: &Fact<FinanceAndOperations>) -> Known<&FinanceAndOperations> {
    match &fact.known {
        Known::Value(value) => Known::Value(value),
        Known::Absent => Known::Absent,
        Known::Unknown(unknown) => Known::Unknown(unknown.clone()),
    }
}

/// It is hosted where the policy reaches.
fn hosted(facts: &Known<&FinanceAndOperations>) -> Verdict {
    const HOSTING: &str = "how finance and operations is hosted";
    let Known::Value(finance) = facts else {
        // The answer to whether it is integrated says why.
        return Verdict::Yes;
    };
    match &finance.hosting.known {
        Known::Value(Hosting::Unified | Hosting::LifecycleServices) => Verdict::Yes,
        Known::Value(Hosting::CloudHosted) => Verdict::no(
            "CMK307",
            "cloud-hosted environments are outside of the policy",
        ),
        Known::Value(Hosting::Other(word)) => {
            Verdict::unknown(HOSTING, format!("`{word}` is not a kind of hosting"))
        }
        Known::Unknown(unknown) => Verdict::unknown(HOSTING, &unknown.reason),
        Known::Absent => Verdict::unknown(HOSTING, "it is not declared"),
    }
}

/// Power Platform integration is enabled; unified hosting always has it.
fn integrated(facts: &Known<&FinanceAndOperations>) -> Verdict {
    let finance = match facts {
        Known::Value(finance) => finance,
        Known::Unknown(unknown) => return Verdict::unknown(INTEGRATION, &unknown.reason),
        Known::Absent => {
            return Verdict::unknown(INTEGRATION, "finance and operations is not declared");
        }
    };
    match (&finance.integration.known, finance.hosting.value()) {
        (Known::Value(true), _) | (_, Some(Hosting::Unified)) => Verdict::Yes,
        (Known::Value(false), _) => {
            Verdict::no("CMK305", "Power Platform integration is not enabled")
        }
        // Integrated or not, the hosting decides.
        (_, Some(Hosting::CloudHosted)) => Verdict::Yes,
        (Known::Unknown(unknown), _) => Verdict::unknown(INTEGRATION, &unknown.reason),
        (Known::Absent, _) => Verdict::unknown(INTEGRATION, "it is not declared"),
    }
}

/// Where finance and operations is. Without a region it is in the environment's own geo: the two
/// have to share it (CMK facts 3, `pre-fo-geo`).
fn place(
    facts: &Known<&FinanceAndOperations>,
    subject: &Subject<'_>,
    geo: Option<Geo>,
) -> Whereabouts {
    let region = match facts {
        Known::Value(finance) => finance.region.known.clone(),
        Known::Absent => Known::Absent,
        Known::Unknown(unknown) => Known::Unknown(unknown.clone()),
    };
    match region {
        Known::Value(place) => {
            let geo = place.finance_and_operations_geo(geo);
            Whereabouts::At(place.text, geo)
        }
        Known::Unknown(unknown) => Whereabouts::Unknown(unknown.reason.to_string()),
        Known::Absent => match subject.environment {
            Environment::Here(_, environment) => Whereabouts::of_environment(environment),
            Environment::Unseen(link) => Whereabouts::Unknown(why_unseen(link)),
        },
    }
}
