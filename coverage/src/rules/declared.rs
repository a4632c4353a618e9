//! What the rules about declared workloads share: whom a finding names, and what a declaration of
//! finance and operations says.

use std::sync::Arc;

use crate::estate::{
    Declaration, Estate, Fact, FinanceAndOperations, Hosting, Identity, Known, Origin, Reason,
    Unknown,
};
use crate::finding::{Finding, Findings};

/// The instance of findings about finance and operations as a whole.
pub(super) const FINANCE_AND_OPERATIONS: &str = "finance_and_operations";

/// Reports something about one workload of a declaration.
pub(super) fn report<'f>(
    estate: &Estate,
    declaration: &Declaration,
    instance: &str,
    message: impl Into<String>,
    out: &'f mut Findings,
) -> &'f mut Finding {
    let finding = out.report(&declaration.header, message).instance(instance);
    if let Some(environment) = environment_name(estate, declaration) {
        finding.environment(&environment);
    }
    finding
}

/// Says that nobody can decide about one workload of a declaration.
pub(super) fn undecided(
    declaration: &Declaration,
    instance: &str,
    unknown: &Unknown,
    origin: &Origin,
    out: &mut Findings,
) {
    out.undecided(&declaration.header, unknown)
        .instance(instance)
        .at(origin);
}

/// The environment of a declaration, as it is addressed.
fn environment_name(estate: &Estate, declaration: &Declaration) -> Option<Arc<str>> {
    match (
        estate.environment(&declaration.environment),
        &declaration.environment.identity,
    ) {
        (Some((_, environment)), _) => Some(environment.header.address.clone()),
        (None, Identity::Elsewhere(id)) => Some(id.clone()),
        (None, _) => None,
    }
}

/// All declarations of finance and operations; those that cannot be read are undecided.
pub(super) fn finance_and_operations<'a>(
    estate: &'a Estate,
    out: &mut Findings,
) -> Vec<(&'a Declaration, &'a FinanceAndOperations)> {
    let mut all = Vec::new();
    for (_, declaration) in estate.declarations() {
        let fact = &declaration.finance_and_operations;
        if let Some(finance) = known(declaration, FINANCE_AND_OPERATIONS, fact, out) {
            all.push((declaration, finance));
        }
    }
    all
}

/// The value of a fact, if there is one; an unknown one is undecided.
pub(super) fn known<'a, T>(
    declaration: &Declaration,
    instance: &str,
    fact: &'a Fact<T>,
    out: &mut Findings,
) -> Option<&'a T> {
    if let Some(unknown) = fact.unknown() {
        undecided(declaration, instance, unknown, &fact.origin, out);
    }
    fact.value()
}

/// Whether finance and operations is integrated with the Power Platform.
pub(super) enum Integration<'a> {
    /// It is, or that does not apply.
    Present,
    /// It is declared to be missing.
    Missing(&'a Origin),
    /// Nobody can say.
    Unknown(Unknown, &'a Origin),
}

impl<'a> Integration<'a> {
    pub(super) fn of(finance: &'a FinanceAndOperations) -> Self {
        let integration = &finance.integration;
        match (&integration.known, &finance.hosting.known) {
            // It is part of unified hosting.
            (Known::Value(true), _) | (_, Known::Value(Hosting::Unified)) => Self::Present,
            (Known::Value(false), _) => Self::Missing(&integration.origin),
            // Cloud-hosted machines are never covered, integrated or not; CMK307 says so.
            (_, Known::Value(Hosting::CloudHosted)) => Self::Present,
            (Known::Unknown(unknown), _) => Self::Unknown(unknown.clone(), &integration.origin),
            // It may be unified.
            (Known::Absent, Known::Unknown(unknown)) => {
                Self::Unknown(unknown.clone(), &finance.hosting.origin)
            }
            (Known::Absent, _) => Self::Unknown(
                not_declared("the Power Platform integration"),
                &integration.origin,
            ),
        }
    }
}

/// Something that a declaration could say and does not.
pub(super) fn not_declared(what: &str) -> Unknown {
    Unknown::new(Reason::NotDeclared(what.into()))
}

/// Declarations for the tests of the rules about them.
#[cfg(test)]
pub(super) mod fixtures {
    use crate::EnvironmentLocation;
    use crate::estate::{
        Declaration, Ecommerce, Environment, Estate, FinanceAndOperations, Handle, Header, Hosting,
        Link, Place,
    };

    /// An environment in a geo, with a declaration that a test fills.
    pub(in crate::rules) fn declared(
        location: &str,
        fill: impl FnOnce(&mut Declaration),
    ) -> (Estate, Handle<Environment>) {
        let mut estate = Estate::default();
        let mut environment = Environment::new(Header::new("powerplatform_environment.retail"));
        environment.location = EnvironmentLocation::new(location).into();
        let environment = estate.add_environment(environment);
        let mut declaration = Declaration::new(Header::new("data.ppcmk_coverage.retail"));
        declaration.environment = Link::to(environment);
        fill(&mut declaration);
        estate.add_declaration(declaration);
        (estate, environment)
    }

    /// Finance and operations in Lifecycle Services, as a test fills it.
    pub(in crate::rules) fn finance(fill: impl FnOnce(&mut FinanceAndOperations)) -> Estate {
        let mut finance = FinanceAndOperations {
            hosting: Hosting::LifecycleServices.into(),
            ..FinanceAndOperations::default()
        };
        fill(&mut finance);
        declared("europe", |declaration| {
            declaration.finance_and_operations = finance.into();
        })
        .0
    }

    /// E-commerce for an environment in Europe, as a test fills it.
    pub(in crate::rules) fn ecommerce(fill: impl FnOnce(&mut Ecommerce)) -> Estate {
        let mut ecommerce = Ecommerce {
            region: Place::new("westeurope").into(),
            ..Ecommerce::default()
        };
        fill(&mut ecommerce);
        declared("europe", |declaration| {
            declaration.ecommerce = ecommerce.into();
        })
        .0
    }
}
