//! `ppcmk_coverage`: who holds the key to what, in one environment.
//!
//! What is declared and what the tenant shows become an estate, and `ppcmk-coverage` assesses it;
//! nothing is decided here. Without an environment, or with `live = false`, nothing is asked.

mod declared;
mod model;
mod result;
mod schema;

use std::sync::Arc;

use ppcmk_coverage::assessment::assess;
use ppcmk_coverage::estate::{Declaration, Estate, Identity, Link};
use ppcmk_coverage::{EnvironmentId, LinkStatus, ParseError};
use tfplugin::schema::validator::sentence;
use tfplugin::{AttributePath, Cx, DataSource, Diagnostic, Diagnostics, Schema};

use self::model::Coverage;
use crate::client::{Environment, Operation, newest_of_key};
use crate::estate::environment::add_environment;
use crate::estate::finance::{Contradiction, complete};
use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct CoverageSource;

const TYPE_NAME: &str = "ppcmk_coverage";

impl DataSource for CoverageSource {
    type Client = Services;
    type Model = Coverage;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn read(&self, cx: Cx<Services>, mut config: Coverage) -> Result<Coverage, Diagnostics> {
        let mut declaration = declared::declaration(TYPE_NAME, &config);
        let mut estate = Estate::default();
        if let Some(id) = environment_id(&config)? {
            if config.is_live() {
                let seen = Seen::read(&cx, &id).await?;
                seen.complete(&cx, &mut estate, &mut declaration);
            } else {
                let name: Arc<str> = id.to_string().to_ascii_lowercase().into();
                declaration.environment = Identity::Elsewhere(name).into();
            }
        }
        estate.add_declaration(declaration);
        // There is one declaration, so there is one environment.
        for coverage in assess(&estate) {
            config.set_result(&coverage);
        }
        Ok(config)
    }
}

fn environment_id(config: &Coverage) -> Result<Option<EnvironmentId>, Diagnostics> {
    let Some(text) = config.environment_id.as_str() else {
        return Ok(None);
    };
    let id = text.parse().map_err(|error: ParseError| {
        Diagnostic::error("Invalid environment id", sentence(&error.to_string()))
            .at("environment_id")
    })?;
    Ok(Some(id))
}

/// What the tenant shows.
struct Seen {
    environment: Arc<Environment>,
    /// The newest operation about its key, if it was looked up.
    newest: Option<Operation>,
}

impl Seen {
    async fn read(cx: &Cx<Services>, id: &EnvironmentId) -> Result<Self, Diagnostics> {
        let services = cx.client()?;
        let environment = services
            .environments()
            .environment(&call(cx), id)
            .await
            .map_err(|error| explain(&format!("read the environment {id}"), &error))?;
        let Some(environment) = environment else {
            return Err(not_found(id).into());
        };
        let newest = newest(cx, services, &environment).await;
        Ok(Self {
            environment,
            newest,
        })
    }

    /// Adds what was seen to the estate and to the declaration, and says what contradicts it.
    fn complete(&self, cx: &Cx<Services>, estate: &mut Estate, declaration: &mut Declaration) {
        let handle = add_environment(estate, &self.environment, self.newest.as_ref());
        declaration.environment = Link::to(handle);
        let declared = std::mem::take(&mut declaration.finance_and_operations);
        let (finance, contradictions) = complete(declared, &self.environment);
        declaration.finance_and_operations = finance;
        if let Some(warning) = warning(&contradictions, &self.environment) {
            cx.report(warning);
        }
    }
}

/// A finished link may have stores behind it that still change keys. Looked up for a few
/// environments of a run only, and an answer that is refused is none: the link is the fact.
async fn newest(
    cx: &Cx<Services>,
    services: &Services,
    environment: &Environment,
) -> Option<Operation> {
    let link = environment.encryption.as_ref()?;
    if link.status != LinkStatus::Linked || !services.may_verify() {
        return None;
    }
    let operations = services
        .bap()
        .operations(&call(cx), &environment.id)
        .await
        .ok()?;
    newest_of_key(&operations).cloned()
}

fn not_found(id: &EnvironmentId) -> Diagnostic {
    Diagnostic::error(
        "Environment not found",
        format!(
            "There is no environment {id} in the tenant, or the application is not registered as a \
             Power Platform administrator: the service answers the same to both.\n\nTo compute from \
             what is declared alone, set live = false."
        ),
    )
    .at("environment_id")
}

/// One warning for all of them: Terraform shows only the first of several with one summary.
fn warning(contradictions: &[Contradiction], environment: &Environment) -> Option<Diagnostic> {
    let path = AttributePath::from("finance_and_operations");
    let path = match contradictions {
        [] => return None,
        [one] => one
            .argument
            .map_or_else(|| path.clone(), |name| path.attribute(name)),
        _ => path,
    };
    let lines: Vec<String> = contradictions
        .iter()
        .map(|it| {
            format!(
                "- declared: {}; the tenant shows: {}",
                it.declared, it.observed
            )
        })
        .collect();
    let detail = format!(
        "What the configuration says does not fit to what the tenant shows for the environment \
         {}.\n\n{}\n\nCorrect whichever is wrong. Until then, what depends on it counts as unknown, \
         or as what is worse.",
        environment.id,
        lines.join("\n")
    );
    Some(Diagnostic::warning("Declaration contradicts tenant", detail).at(path))
}
