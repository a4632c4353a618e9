//! Entra: tokens for applications.
//!
//! Tokens are opaque, but bound to an audience, a client and a lifetime in virtual time. Client
//! secrets and client assertions are accepted. Bodies after `entra-token-*` (errors [D], the rest
//! constructed).

use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::faults::Plane;
use crate::http::{Reply, Request};
use crate::state::application::Application;
use crate::world::World;

/// A token that was issued.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) audience: String,
    pub(crate) client: String,
    pub(crate) expires: Timestamp,
    /// Planes that take it.
    planes: Vec<Plane>,
}

/// The caller of an API.
pub(crate) struct Caller {
    pub(crate) client: String,
}

/// Audiences and the planes that take them, for all clouds. [M] The Power Platform API is not
/// served, but tokens for it are.
const AUDIENCES: [(&str, Plane); 22] = [
    ("https://management.azure.com", Plane::ResourceManager),
    (
        "https://management.core.windows.net",
        Plane::ResourceManager,
    ),
    (
        "https://management.usgovcloudapi.net",
        Plane::ResourceManager,
    ),
    (
        "https://management.chinacloudapi.cn",
        Plane::ResourceManager,
    ),
    ("https://service.powerapps.com", Plane::Bap),
    ("https://service.powerapps.us", Plane::Bap),
    ("https://high.service.apps.appsplatform.us", Plane::Bap),
    ("https://high.service.powerapps.us", Plane::Bap),
    ("https://service.apps.appsplatform.us", Plane::Bap),
    ("https://service.powerapps.cn", Plane::Bap),
    ("https://service.powerapps.eaglex.ic.gov", Plane::Bap),
    ("https://service.powerapps.microsoft.scloud", Plane::Bap),
    ("https://vault.azure.net", Plane::KeyVault),
    ("https://vault.usgovcloudapi.net", Plane::KeyVault),
    ("https://vault.azure.cn", Plane::KeyVault),
    ("https://managedhsm.azure.net", Plane::ManagedHsm),
    ("https://managedhsm.usgovcloudapi.net", Plane::ManagedHsm),
    ("https://managedhsm.azure.cn", Plane::ManagedHsm),
    ("https://lcsapi.lcs.dynamics.com", Plane::Lcs),
    ("https://api.powerplatform.com", Plane::Unknown),
    ("https://api.gov.powerplatform.microsoft.us", Plane::Unknown),
    (
        "https://api.high.powerplatform.microsoft.us",
        Plane::Unknown,
    ),
];

/// Which planes a resource stands for; its own base URL stands for all of them, because the
/// emulator serves all of them there.
fn planes_of(world: &World, resource: &str) -> Option<Vec<Plane>> {
    let resource = resource.trim_end_matches('/').to_lowercase();
    let port = world.base_url.rsplit(':').next().unwrap_or_default();
    let host = resource.strip_prefix("https://").unwrap_or_default();
    let host_is_own = host
        .strip_suffix(port)
        .and_then(|host| host.strip_suffix(':'))
        .is_some_and(|host| {
            host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost")
        });
    if host_is_own {
        return Some(vec![
            Plane::ResourceManager,
            Plane::Bap,
            Plane::KeyVault,
            Plane::ManagedHsm,
            Plane::Lcs,
        ]);
    }
    let found = AUDIENCES
        .iter()
        .find(|(audience, _)| *audience == resource)?;
    Some(vec![found.1])
}

/// `POST /{tenant}/oauth2/v2.0/token`
pub(crate) fn token(world: &mut World, request: &Request, tenant: &str) -> Reply {
    if request.method != "POST" {
        return Reply::method_not_allowed(request);
    }
    if !tenant.eq_ignore_ascii_case(&world.tenant.tenant_id) {
        let message = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
        );
        return oauth_error(world, 400, "invalid_request", 90002, &message);
    }
    let form = request.form();
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    if field("grant_type") != "client_credentials" {
        let message = "The provided grant type is not supported.";
        return oauth_error(world, 400, "unsupported_grant_type", 70003, message);
    }
    let client = field("client_id").to_owned();
    let Some(application) = world.tenant.application(&client) else {
        let message = format!(
            "Application with identifier '{client}' was not found in the directory '{tenant}'."
        );
        return oauth_error(world, 400, "unauthorized_client", 700_016, &message);
    };
    let assertion = field("client_assertion");
    if assertion.is_empty() {
        if !application
            .secrets
            .iter()
            .any(|secret| secret == field("client_secret"))
        {
            return oauth_error(
                world,
                401,
                "invalid_client",
                7_000_215,
                "Invalid client secret provided.",
            );
        }
    } else if !accepts(application, assertion) {
        let message = "No matching federated identity record found for presented assertion.";
        return oauth_error(world, 400, "invalid_client", 70021, message);
    }
    let scope = field("scope").to_owned();
    let planes = scope
        .strip_suffix("/.default")
        .and_then(|resource| planes_of(world, resource));
    let Some(planes) = planes else {
        let message = format!(
            "The provided value for the input parameter 'scope' isn't valid. The scope {scope} isn't valid."
        );
        return oauth_error(world, 400, "invalid_scope", 70011, &message);
    };
    let audience = scope
        .trim_end_matches("/.default")
        .trim_end_matches('/')
        .to_owned();
    let (token, seconds) = issue(world, audience, client, planes);
    Reply::json(
        200,
        &json!({
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": token,
        }),
    )
    .with_header("cache-control", "no-store, no-cache")
}

/// `GET /metadata/identity/oauth2/token` of the instance metadata service. All values are text.
pub(crate) fn instance_metadata(world: &mut World, request: &Request) -> Reply {
    if request.header("metadata") != Some("true") {
        return Reply::json(
            400,
            &json!({"error": "invalid_request", "error_description": "Required metadata header not specified"}),
        );
    }
    let resource = request.query("resource").unwrap_or_default().to_owned();
    let Some(planes) = planes_of(world, &resource) else {
        return Reply::json(
            400,
            &json!({"error": "invalid_resource", "error_description": "AADSTS500011: The resource principal was not found."}),
        );
    };
    let wanted = request.query("client_id").map(str::to_owned);
    let first = world
        .tenant
        .applications
        .first()
        .map(|first| first.client_id.clone());
    let Some(client) = wanted.or(first) else {
        return Reply::empty(400);
    };
    let now = world.now();
    let (token, seconds) = issue(
        world,
        resource.trim_end_matches('/').into(),
        client.clone(),
        planes,
    );
    let expires = now.unix_seconds().saturating_add_unsigned(seconds);
    Reply::json(
        200,
        &json!({
            "access_token": token,
            "client_id": client,
            "expires_in": seconds.to_string(),
            "expires_on": expires.to_string(),
            "ext_expires_in": seconds.to_string(),
            "not_before": now.unix_seconds().to_string(),
            "resource": resource,
            "token_type": "Bearer",
        }),
    )
}

/// The token issuers of GitHub and Azure DevOps. Their assertion is the first one that the first
/// application accepts; any bearer token is good for asking.
pub(crate) fn issuer(world: &World, request: &Request, system: &str) -> Reply {
    if request.header("authorization").is_none() {
        return Reply::empty(401);
    }
    let assertion = world
        .tenant
        .applications
        .first()
        .and_then(|application| application.assertions.first().cloned())
        .unwrap_or_else(|| "<jwt>".into());
    match (system, request.method.as_str()) {
        ("github", "GET") => Reply::json(200, &json!({"count": 1234, "value": assertion})),
        ("ado", "POST") => Reply::json(200, &json!({"oidcToken": assertion})),
        ("github" | "ado", _) => Reply::method_not_allowed(request),
        _ => Reply::unknown_route(request),
    }
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`, as far as clients look at it.
pub(crate) fn openid_configuration(world: &World, tenant: &str) -> Reply {
    let base = &world.base_url;
    Reply::json(
        200,
        &json!({
            "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
            "issuer": format!("{base}/{tenant}/v2.0"),
            "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        }),
    )
}

fn issue(world: &mut World, audience: String, client: String, planes: Vec<Plane>) -> (String, u64) {
    let token = format!("emulated.{}", uuid::Uuid::new_v4().simple());
    let lifetime = world.timings.token_lifetime;
    let expires = world.now() + lifetime;
    world.tokens.insert(
        token.clone(),
        Token {
            audience,
            client,
            expires,
            planes,
        },
    );
    (token, lifetime.as_secs())
}

/// Whether an application takes an assertion: literally, or by the subject of a JWT. Signatures
/// are not checked.
fn accepts(application: &Application, assertion: &str) -> bool {
    let subject = subject_of(assertion);
    application
        .assertions
        .iter()
        .any(|accepted| accepted == assertion || Some(accepted) == subject.as_ref())
}

fn subject_of(assertion: &str) -> Option<String> {
    use base64::Engine;
    let payload = assertion.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .ok()?;
    let claims: Value = serde_json::from_slice(&bytes).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

fn oauth_error(world: &World, status: u16, error: &str, code: u32, message: &str) -> Reply {
    let time = world.now().entra();
    let trace = "0000aaaa-11bb-cccc-dd22-eeeeee333333";
    let correlation = "aaaa0000-bb11-2222-33cc-444444dddddd";
    let description = format!(
        "AADSTS{code}: {message}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}"
    );
    Reply::json(
        status,
        &json!({
            "error": error,
            "error_description": description,
            "error_codes": [code],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        }),
    )
}

/// The token a request carries, if it is one of ours.
pub(crate) fn token_of<'a>(world: &'a World, request: &Request) -> Option<&'a Token> {
    let token = request.header("authorization")?.strip_prefix("Bearer ")?;
    world.tokens.get(token)
}

/// Lets a request in, or answers 401.
pub(crate) fn authenticate(
    world: &World,
    request: &Request,
    plane: Plane,
) -> Result<Caller, Reply> {
    let refused = |code: &str, message: &str| {
        Err(Reply::error(401, code, message)
            .with_header("www-authenticate", challenge(world, plane)))
    };
    if request.header("authorization").is_none() {
        return match plane {
            Plane::KeyVault | Plane::ManagedHsm => refused(
                "Unauthorized",
                "AKV10000: Request is missing a Bearer or PoP token.",
            ),
            _ => refused(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            ),
        };
    }
    match token_of(world, request) {
        None => refused("InvalidAuthenticationToken", "The access token is invalid."),
        Some(token) if token.expires <= world.now() => refused(
            "ExpiredAuthenticationToken",
            "The access token has expired.",
        ),
        Some(token) if !token.planes.contains(&plane) => refused(
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource.",
        ),
        Some(token) => Ok(Caller {
            client: token.client.clone(),
        }),
    }
}

fn challenge(world: &World, plane: Plane) -> String {
    let authority = format!("{}/{}", world.base_url, world.tenant.tenant_id);
    let resource = match plane {
        Plane::KeyVault => "https://vault.azure.net",
        Plane::ManagedHsm => "https://managedhsm.azure.net",
        Plane::Bap => "https://service.powerapps.com",
        _ => "https://management.azure.com",
    };
    format!("Bearer authorization=\"{authority}\", resource=\"{resource}\"")
}
