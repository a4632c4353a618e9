//! Which credential is meant, and whether it is complete.

use std::sync::Arc;

use super::azure_cli::AzureCliSource;
use super::client_certificate::{self, ClientCertificateSource};
use super::client_secret::ClientSecretSource;
use super::developer_cli::DeveloperCliSource;
use super::federated::{FederatedSource, Issued, TokenOrigin};
use super::managed_identity::{self, ManagedIdentitySource};
use super::places::{Found, Place, Places};
use super::table::{Name, TENANT_VARIABLES};
use super::{Context, Credential, Method, PlaneBlock, Problem};
use crate::client::CredentialSource;

pub(super) const AMBIGUOUS: &str = "Ambiguous credentials";
const MISSING: &str = "Missing credentials";
const INVALID: &str = "Invalid credentials";

/// What the places ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Somebody asks for it.
    For(Method),
    /// Nobody asks for anything, and nothing else was found.
    Default,
}

/// The method that is meant.
pub(super) fn method(
    places: &Places,
    block: Option<PlaneBlock>,
    tenant: Option<(&str, &str)>,
) -> Result<Asked, Problem> {
    for place in &places.0 {
        let asks = asks(places, place, block)?;
        match asks.as_slice() {
            [] => {}
            [(method, _)] => return Ok(Asked::For(*method)),
            several => return Err(ambiguous(several, block)),
        }
    }
    if let Some(method) = offered(places) {
        return Ok(Asked::For(method));
    }
    if places.find(Name::ClientId).is_none() && places.flag(Name::UseCli) != Some(false) {
        return Ok(Asked::Default);
    }
    Err(nothing_asked(places, block, tenant))
}

/// The methods that a place asks for, each with the value that does.
fn asks<'a>(
    places: &Places,
    place: &'a Place,
    block: Option<PlaneBlock>,
) -> Result<Vec<(Method, &'a Found)>, Problem> {
    if let Some(found) = place.get(Name::AuthMethod) {
        return match Method::parse(found.text()) {
            Some(method) => Ok(vec![(method, found)]),
            None => Err(Problem::new(
                INVALID,
                (block.map(PlaneBlock::word), "auth_method"),
                format!(
                    "{} is no method to sign in. The methods are: {}.",
                    found.origin,
                    Method::WORDS.join(", ")
                ),
            )),
        };
    }
    let mut asks: Vec<(Method, &Found)> = Vec::new();
    let mut ask = |method, found: Option<&'a Found>| {
        if let Some(found) = found
            && !asks.iter().any(|(asked, _)| *asked == method)
        {
            asks.push((method, found));
        }
    };
    if places.is_of_client(place) {
        ask(Method::ClientSecret, place.get(Name::ClientSecret));
        for name in [Name::ClientCertificate, Name::ClientCertificatePath] {
            ask(Method::ClientCertificate, place.get(name));
        }
    }
    for (name, method) in [
        (Name::UseOidc, Method::Oidc),
        (Name::UseAks, Method::AksWorkloadIdentity),
        (Name::UseMsi, Method::ManagedIdentity),
        (Name::UseCli, Method::AzureCli),
        (Name::UseDevCli, Method::AzureDeveloperCli),
    ] {
        // A nearer `false` takes the question back.
        if places.flag(name) == Some(true) {
            ask(method, place.get(name).filter(|flag| flag.text() == "true"));
        }
    }
    // In a block, a token is an intention; in the environment it may be there for others.
    if place.is_block && places.flag(Name::UseOidc) != Some(false) {
        for name in [
            Name::OidcToken,
            Name::OidcTokenFilePath,
            Name::OidcRequestUrl,
            Name::AdoConnection,
        ] {
            ask(Method::Oidc, place.get(name));
        }
    }
    Ok(asks)
}

/// A federated token that is there without being asked for; it needs an application.
fn offered(places: &Places) -> Option<Method> {
    places.find(Name::ClientId)?;
    let oidc = [
        Name::OidcToken,
        Name::OidcTokenFilePath,
        Name::OidcRequestUrl,
        Name::HcpToken,
    ];
    if places.flag(Name::UseOidc) != Some(false)
        && oidc.into_iter().any(|name| places.find(name).is_some())
    {
        return Some(Method::Oidc);
    }
    (places.flag(Name::UseAks) != Some(false) && places.find(Name::KubernetesFile).is_some())
        .then_some(Method::AksWorkloadIdentity)
}

/// The credential with everything it needs.
pub(super) fn credential(
    places: &Places,
    block: Option<PlaneBlock>,
    context: Context<'_>,
) -> Result<Credential, Problem> {
    if let Some((name, flag)) = places.unreadable_flags().next() {
        return Err(Problem::new(
            INVALID,
            (None, name.label()),
            format!("{} is neither true nor false.", flag.origin),
        ));
    }
    if let Some((name, origin, problem)) = places.unreadable_files().next() {
        return Err(Problem::new(
            INVALID,
            (origin.block(), name.label()),
            format!("The file of {origin}: {problem}."),
        ));
    }
    let asked = method(places, block, context.tenant)?;
    let tenant = context.tenant.map(|(tenant, _)| tenant.to_owned());
    let (method, is_default) = match asked {
        Asked::For(method) => (method, false),
        Asked::Default => (Method::AzureCli, true),
    };
    if is_default {
        tracing::debug!("no credentials were found, so the Azure CLI is used");
    }
    let needs = Needs {
        places,
        block,
        context,
        method,
    };
    let source: Arc<dyn CredentialSource> = match method {
        Method::ClientSecret => {
            let (tenant_id, client_id) = needs.application(&[Name::ClientSecret])?;
            Arc::new(ClientSecretSource {
                tenant_id,
                client_id,
                client_secret: needs.bound(Name::ClientSecret)?.value.clone(),
            })
        }
        Method::ClientCertificate => Arc::new(certificate(&needs)?),
        Method::Oidc => Arc::new(federated(&needs)?),
        Method::AksWorkloadIdentity => {
            let (tenant_id, client_id) = needs.application(&[Name::KubernetesFile])?;
            let file = needs.value(Name::KubernetesFile)?;
            Arc::new(FederatedSource {
                tenant_id,
                client_id,
                token: TokenOrigin::File(file.text().into()),
            })
        }
        Method::ManagedIdentity => Arc::new(managed_identity(&needs)?),
        Method::AzureCli => Arc::new(AzureCliSource::new(tenant, is_default)),
        Method::AzureDeveloperCli => Arc::new(DeveloperCliSource::new(tenant)),
    };
    Ok(Credential { method, source })
}

/// A method that looks for its parts.
struct Needs<'a> {
    places: &'a Places,
    block: Option<PlaneBlock>,
    context: Context<'a>,
    method: Method,
}

impl<'a> Needs<'a> {
    /// Tenant and client id; everything else that is missing is named along with them.
    fn application(&self, others: &[Name]) -> Result<(String, String), Problem> {
        let client_id = self.places.find(Name::ClientId);
        match (self.context.tenant, client_id) {
            (Some((tenant, _)), Some(client)) => Ok((tenant.to_owned(), client.text().to_owned())),
            _ => Err(self.incomplete(others)),
        }
    }

    fn value(&self, name: Name) -> Result<&'a Found, Problem> {
        self.places
            .find(name)
            .ok_or_else(|| self.incomplete(&[name]))
    }

    fn bound(&self, name: Name) -> Result<&'a Found, Problem> {
        self.places
            .find_of_client(name)
            .ok_or_else(|| self.incomplete(&[name]))
    }

    fn word(&self) -> Option<&'static str> {
        self.block.map(PlaneBlock::word)
    }

    /// Says what is missing, of tenant, client id and the given others.
    fn incomplete(&self, others: &[Name]) -> Problem {
        let missing = missing(self.places, self.context.tenant, others);
        let first = missing
            .first()
            .map_or("client_id", |(argument, _)| *argument);
        let place = match first {
            "tenant_id" => (None, first),
            other => (self.word(), other),
        };
        let detail = format!(
            "To sign in with the method {}, the provider misses:\n{}\n\nFound:\n{}",
            self.method,
            lines(missing.iter().map(|(_, text)| format!("- {text}"))),
            found(self.places, self.context.tenant),
        );
        Problem::new(MISSING, place, detail)
    }

    fn invalid(&self, name: Name, problem: &str) -> Problem {
        Problem::new(
            INVALID,
            (self.word(), name.row().argument.unwrap_or("client_id")),
            format!("{problem}."),
        )
    }
}

/// What a method misses: the argument to point at, and how a message calls it.
fn missing(
    places: &Places,
    tenant: Option<(&str, &str)>,
    others: &[Name],
) -> Vec<(&'static str, String)> {
    let mut missing = Vec::new();
    if tenant.is_none() {
        let text = format!("tenant_id ({})", TENANT_VARIABLES.join(", "));
        missing.push(("tenant_id", text));
    }
    for name in [Name::ClientId].iter().chain(others) {
        if places.find_of_client(*name).is_none() {
            let argument = name.row().argument.unwrap_or("auth_method");
            missing.push((argument, name.with_variables()));
        }
    }
    missing
}

fn certificate(needs: &Needs<'_>) -> Result<ClientCertificateSource, Problem> {
    let places = needs.places;
    // The nearest place decides; both in one place are one too many.
    let nearest = places
        .0
        .iter()
        .filter(|place| places.is_of_client(place))
        .find_map(|place| {
            let pair = (
                place.get(Name::ClientCertificate),
                place.get(Name::ClientCertificatePath),
            );
            (pair.0.is_some() || pair.1.is_some()).then_some(pair)
        });
    let (tenant_id, client_id) = needs.application(&[])?;
    let (name, found, bytes) = match nearest {
        None => {
            return Err(needs.incomplete(&[Name::ClientCertificate, Name::ClientCertificatePath]));
        }
        Some((Some(text), Some(path))) => {
            return Err(ambiguous(
                &[(needs.method, text), (needs.method, path)],
                needs.block,
            ));
        }
        Some((Some(text), None)) => (
            Name::ClientCertificate,
            text,
            client_certificate::decode(text.text()),
        ),
        Some((None, Some(path))) => (
            Name::ClientCertificatePath,
            path,
            std::fs::read(path.text()).map_err(|error| format!("it cannot be read: {error}")),
        ),
        Some((None, None)) => unreachable!("pairs of nothing are filtered out"),
    };
    let password = places.find_of_client(Name::ClientCertificatePassword);
    bytes
        .and_then(|bytes| client_certificate::Identity::read(&bytes, password.map(Found::text)))
        .map(|identity| ClientCertificateSource {
            tenant_id,
            client_id,
            identity: Arc::new(identity),
        })
        .map_err(|problem| {
            let text = format!("The certificate of {}: {problem}", found.origin);
            needs.invalid(name, &text)
        })
}

fn federated(needs: &Needs<'_>) -> Result<FederatedSource, Problem> {
    let (tenant_id, client_id) = needs.application(&[])?;
    let token = token_origin(needs)?;
    Ok(FederatedSource {
        tenant_id,
        client_id,
        token,
    })
}

/// Where the federated token comes from: the nearest place that has any.
fn token_origin(needs: &Needs<'_>) -> Result<TokenOrigin, Problem> {
    let places = needs.places;
    let connection = places.find(Name::AdoConnection);
    for place in &places.0 {
        let sources: Vec<(Method, &Found)> = [
            Name::OidcToken,
            Name::OidcTokenFilePath,
            Name::OidcRequestUrl,
        ]
        .into_iter()
        .filter_map(|name| Some((needs.method, place.get(name)?)))
        .collect();
        match sources.as_slice() {
            [] => {}
            [(_, found)] => {
                if let Some(token) = place.get(Name::OidcToken) {
                    return Ok(TokenOrigin::Given(token.value.clone()));
                }
                if let Some(path) = place.get(Name::OidcTokenFilePath) {
                    return Ok(TokenOrigin::File(path.text().into()));
                }
                let token = place
                    .get(Name::OidcRequestToken)
                    .or_else(|| places.find(Name::OidcRequestToken))
                    .or_else(|| connection.and_then(|_| places.find(Name::AdoToken)))
                    .ok_or_else(|| needs.incomplete(&[Name::OidcRequestToken]))?;
                return issued(needs, Name::OidcRequestUrl, found, token);
            }
            several => return Err(ambiguous(several, needs.block)),
        }
    }
    if connection.is_some() {
        let url = needs.value(Name::AdoUrl)?;
        let token = places
            .find(Name::OidcRequestToken)
            .map_or_else(|| needs.value(Name::AdoToken), Ok)?;
        return issued(needs, Name::AdoUrl, url, token);
    }
    if let Some(url) = places.find(Name::GitHubUrl) {
        let token = needs.value(Name::GitHubToken)?;
        return issued(needs, Name::GitHubUrl, url, token);
    }
    if let Some(token) = places.find(Name::HcpToken) {
        return Ok(TokenOrigin::Hcp(token.value.clone()));
    }
    if let Some(file) = places.find(Name::KubernetesFile) {
        return Ok(TokenOrigin::File(file.text().into()));
    }
    Err(no_federated_token(needs))
}

fn issued(
    needs: &Needs<'_>,
    name: Name,
    url: &Found,
    token: &Found,
) -> Result<TokenOrigin, Problem> {
    let parsed = url::Url::parse(url.text())
        .ok()
        .filter(|url| url.scheme() == "https" && url.host().is_some());
    let Some(parsed) = parsed else {
        let text = format!("{} is not an https URL", url.origin);
        return Err(needs.invalid(name, &text));
    };
    let issued = Issued {
        url: parsed,
        token: token.value.clone(),
    };
    Ok(match needs.places.find(Name::AdoConnection) {
        Some(connection) => TokenOrigin::AzureDevOps {
            issued,
            service_connection: connection.text().to_owned(),
        },
        None => TokenOrigin::GitHub {
            issued,
            audience: needs.context.cloud.federation_audience(),
        },
    })
}

fn no_federated_token(needs: &Needs<'_>) -> Problem {
    let mut problem = needs.incomplete(&[Name::OidcToken]);
    problem.detail = format!(
        "To sign in with the method oidc, the provider misses a federated token. It takes one of:\n\
         - {}\n- {}\n- {}, with the token of the pipeline in SYSTEM_ACCESSTOKEN\n\
         - GitHub Actions, whose job needs the permission id-token: write \
         (ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN)\n\
         - HCP Terraform, whose workspace needs TFC_WORKLOAD_IDENTITY_AUDIENCE \
         (TFC_WORKLOAD_IDENTITY_TOKEN)\n\nFound:\n{}",
        Name::OidcToken.with_variables(),
        Name::OidcTokenFilePath.with_variables(),
        Name::AdoConnection.with_variables(),
        found(needs.places, needs.context.tenant),
    );
    problem
}

fn managed_identity(needs: &Needs<'_>) -> Result<ManagedIdentitySource, Problem> {
    let endpoint = |name: Name, found: &Found| {
        managed_identity::endpoint(found.text())
            .map_err(|problem| needs.invalid(name, &format!("{} {problem}", found.origin)))
    };
    let places = needs.places;
    let overridden = match places.find(Name::MsiEndpoint) {
        Some(found) => Some(endpoint(Name::MsiEndpoint, found)?),
        None => None,
    };
    let app_service = match (
        places.find(Name::AppServiceEndpoint),
        places.find(Name::AppServiceHeader),
    ) {
        (Some(found), Some(_)) if overridden.is_none() => {
            Some(endpoint(Name::AppServiceEndpoint, found)?)
        }
        _ => None,
    };
    Ok(ManagedIdentitySource {
        client_id: places.find(Name::ClientId).map(|id| id.text().to_owned()),
        overridden,
        app_service,
    })
}

fn ambiguous(asks: &[(Method, &Found)], block: Option<PlaneBlock>) -> Problem {
    let mut methods: Vec<Method> = asks.iter().map(|(method, _)| *method).collect();
    methods.dedup();
    let argument = match asks[0].1.origin {
        super::places::Origin::Argument { argument, .. } => argument,
        super::places::Origin::Variable(_) => "auth_method",
    };
    let way_out = match methods.as_slice() {
        [_] => "Remove all but one of them.".to_owned(),
        _ => format!(
            "Remove all but one of them, or say which one is meant: auth_method = \"{}\" in the \
             provider block, or the environment variable PPCMK_AUTH_METHOD.",
            methods[0]
        ),
    };
    let detail = format!(
        "The provider can sign in in more than one way, and the wrong one could act on the wrong \
         tenant or with too many rights. Found:\n{}\n\n{way_out}",
        lines(
            asks.iter()
                .map(|(method, found)| format!("- {method}: {}", found.origin))
        ),
    );
    Problem::new(AMBIGUOUS, (block.map(PlaneBlock::word), argument), detail)
}

/// There is an application, and nothing that proves to be it.
fn nothing_asked(
    places: &Places,
    block: Option<PlaneBlock>,
    tenant: Option<(&str, &str)>,
) -> Problem {
    let needs = [
        (
            Method::ClientSecret,
            &[Name::ClientId, Name::ClientSecret][..],
        ),
        (
            Method::ClientCertificate,
            &[Name::ClientId, Name::ClientCertificatePath],
        ),
        (Method::Oidc, &[Name::ClientId, Name::UseOidc]),
        (Method::ManagedIdentity, &[Name::UseMsi]),
        (Method::AzureCli, &[Name::UseCli]),
    ];
    let by_method = needs.into_iter().map(|(method, names)| {
        let missing: Vec<String> = names
            .iter()
            .filter(|name| {
                let is_flag = name.row().shape == super::table::Shape::Flag;
                is_flag || places.find_of_client(**name).is_none()
            })
            .map(|name| {
                let is_flag = name.row().shape == super::table::Shape::Flag;
                let value = if is_flag { " = true" } else { "" };
                name.with_variables()
                    .replacen(" (", &format!("{value} ("), 1)
            })
            .collect();
        format!("- {method}: {}", missing.join(" and "))
    });
    let argument = if places.find(Name::ClientId).is_none() {
        "client_id"
    } else {
        "client_secret"
    };
    let detail = format!(
        "The provider cannot sign in: nothing proves who it is.\n\nFound:\n{}\n\nWhat is missing, by \
         method, next to tenant_id ({}):\n{}",
        found(places, tenant),
        TENANT_VARIABLES.join(", "),
        lines(by_method),
    );
    Problem::new(MISSING, (block.map(PlaneBlock::word), argument), detail)
}

fn found(places: &Places, tenant: Option<(&str, &str)>) -> String {
    let tenant = tenant.map(|(_, origin)| format!("- {origin}"));
    let all: Vec<String> = tenant.into_iter().chain(places.lines()).collect();
    if all.is_empty() {
        "- nothing".to_owned()
    } else {
        lines(all)
    }
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().collect::<Vec<_>>().join("\n")
}
