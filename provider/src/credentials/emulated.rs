//! Each kind of credential against the emulator: from the configuration to an answer of both
//! planes. Nothing here sleeps.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, PolicyId};
use ppcmk_emulator::{Effect, Emulator, Fault, Plane, RequestMatch, Response, RetryAfter, Seed};
use tfplugin::{Field, Value};
use tokio_util::sync::CancellationToken;

use super::azure_cli::AzureCliSource;
use super::developer_cli::DeveloperCliSource;
use super::process::Bounded;
use super::*;
use crate::client::{
    Call, Client, ClientConfig, ClientError, CloudName, CustomEndpoints, HttpOptions, Secret,
};
use crate::config::{self, Config, Settings};

const PFX: &[u8] = include_bytes!("../../testdata/client-certificate.pfx");
const PEM: &str = include_str!("../../testdata/client-certificate.pem");
const CLIENT: &str = "55555555-5555-5555-5555-555555555555";
const SECOND: &str = "66666666-6666-6666-6666-666666666666";
const ENVIRONMENT: &str = "00000000-0000-0000-0000-000000000001";
const POLICY: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep";

/// A tenant with two applications, the first of which accepts two federated tokens and every
/// assertion that it signs.
fn emulator() -> Emulator {
    let mut seed = Seed::default();
    let first = &mut seed.applications[0];
    first.assertions = ["token-1", "token-2", CLIENT].map(str::to_owned).to_vec();
    let mut second = first.clone();
    second.client_id = SECOND.to_owned();
    second.object_id = String::new();
    second.secrets = vec!["second-secret".to_owned()];
    seed.applications.push(second);
    Emulator::builder().seed(seed).start().unwrap()
}

type Variables = HashMap<String, String>;

/// The variables of the emulator without its secret, and others.
fn variables<const N: usize>(emulator: &Emulator, more: [(&str, &str); N]) -> Variables {
    let mut variables: Variables = emulator.environment_variables().into_iter().collect();
    variables.remove("ARM_CLIENT_SECRET");
    variables.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}

fn settings(config: &Config, variables: &Variables) -> Settings {
    config::resolve(config, &|name| variables.get(name).cloned()).unwrap()
}

fn client(settings: Settings) -> Client {
    Client::new(ClientConfig {
        cloud: settings.cloud,
        http: HttpOptions {
            ca_certificates_pem: settings.ca_certificate_pem,
            ..HttpOptions::default()
        },
        azure: settings.azure.source,
        power_platform: settings.power_platform.source,
        allowed: settings.allowed,
    })
    .unwrap()
}

fn configured(variables: &Variables) -> Client {
    client(settings(&Config::default(), variables))
}

fn config(members: impl IntoIterator<Item = (&'static str, Value)>) -> Config {
    let Value::Object(mut all) = Config::default().into_value() else {
        panic!("a model is an object")
    };
    all.extend(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    Config::from_value(Value::Object(all)).unwrap()
}

fn call() -> Call {
    Call::new(CancellationToken::new(), Duration::from_secs(60))
}

async fn read(client: &Client) -> Result<bool, ClientError> {
    let id: EnvironmentId = ENVIRONMENT.parse().unwrap();
    let found = client.bap().environment(&call(), &id).await?;
    Ok(found.is_some())
}

/// Asks both planes.
async fn ask(client: &Client) {
    let id: PolicyId = POLICY.parse().unwrap();
    assert!(client.arm().policy(&call(), &id).await.unwrap().is_none());
    assert!(read(client).await.unwrap());
}

/// The client that asked each plane.
fn clients(emulator: &Emulator) -> (Option<String>, Option<String>) {
    let of = |plane| {
        let requests = emulator.requests();
        let found = requests.all().iter().find(|entry| entry.plane == plane);
        found.and_then(|entry| entry.client.clone())
    };
    (of(Plane::ResourceManager), of(Plane::Bap))
}

/// How many tokens were exchanged for something.
fn exchanges(emulator: &Emulator) -> usize {
    emulator
        .requests()
        .matching("POST", "*/oauth2/v2.0/token")
        .count()
}

async fn check<const N: usize>(emulator: &Emulator, more: [(&str, &str); N]) {
    emulator.clear_requests();
    ask(&configured(&variables(emulator, more))).await;
    let expected = Some(CLIENT.to_owned());
    assert_eq!(clients(emulator), (expected.clone(), expected));
}

#[tokio::test]
async fn a_client_secret() {
    let emulator = emulator();
    check(&emulator, [("ARM_CLIENT_SECRET", "emulator-secret")]).await;
    assert_eq!(exchanges(&emulator), 2);
}

#[tokio::test]
async fn a_client_certificate() {
    let emulator = emulator();
    check(&emulator, [("ARM_CLIENT_CERTIFICATE", PEM)]).await;
    let path = emulator.directory().join("cert.pem");
    std::fs::write(&path, PEM).unwrap();
    let path = path.display().to_string();
    check(&emulator, [("ARM_CLIENT_CERTIFICATE_PATH", &path)]).await;
    assert_eq!(exchanges(&emulator), 2);
    let path = emulator.directory().join("cert.pfx");
    std::fs::write(&path, PFX).unwrap();
    let path = path.display().to_string();
    let variables = [
        ("ARM_CLIENT_CERTIFICATE_PATH", path.as_str()),
        ("ARM_CLIENT_CERTIFICATE_PASSWORD", "password"),
    ];
    check(&emulator, variables).await;
    assert_eq!(exchanges(&emulator), 2);
}

#[tokio::test]
async fn a_federated_token_from_everywhere() {
    let emulator = emulator();
    let base = emulator.base_url();
    let file = emulator.directory().join("token");
    std::fs::write(&file, "token-1\n").unwrap();
    let file = file.display().to_string();
    check(
        &emulator,
        [("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", "token-1")],
    )
    .await;
    check(&emulator, [("ARM_OIDC_TOKEN_FILE_PATH", &file)]).await;
    check(&emulator, [("AZURE_FEDERATED_TOKEN_FILE", &file)]).await;
    check(&emulator, [("TFC_WORKLOAD_IDENTITY_TOKEN", "token-2")]).await;
    let github = format!("{base}/oidc/github?api-version=2.0");
    check(
        &emulator,
        [
            ("ARM_USE_OIDC", "true"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &github),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner"),
        ],
    )
    .await;
    let requests = emulator.requests().matching("GET", "/oidc/github");
    assert_eq!(
        requests.all()[0].query,
        "api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"
    );
    let azure_devops = format!("{base}/oidc/ado");
    check(
        &emulator,
        [
            ("ARM_USE_OIDC", "true"),
            ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "connection"),
            ("SYSTEM_OIDCREQUESTURI", &azure_devops),
            ("SYSTEM_ACCESSTOKEN", "pipeline"),
        ],
    )
    .await;
    let requests = emulator.requests().matching("POST", "/oidc/ado");
    assert_eq!(
        requests.all()[0].query,
        "api-version=7.1&serviceConnectionId=connection"
    );
}

#[tokio::test]
async fn a_managed_identity() {
    let emulator = emulator();
    let endpoint = format!("{}/metadata/identity/oauth2/token", emulator.base_url());
    let updating = Response::status(410).retry_after(RetryAfter::Seconds(0));
    emulator.fault(Fault::new(
        RequestMatch::new("GET", "/metadata/*"),
        Effect::Respond(updating),
    ));
    check(
        &emulator,
        [("ARM_USE_MSI", "true"), ("ARM_MSI_ENDPOINT", &endpoint)],
    )
    .await;
    let requests = emulator.requests().matching("GET", "/metadata/*");
    assert_eq!(
        requests.count(),
        3,
        "one of them is answered with 410 and repeated"
    );
    let entry = &requests.all()[0];
    assert_eq!(entry.headers["metadata"], "true");
    assert!(
        entry.query.contains(&format!("client_id={CLIENT}")),
        "{}",
        entry.query
    );
    assert_eq!(exchanges(&emulator), 0);
}

/// `azure_identity` reads App Service's variables from the process, so this test runs its other
/// half in one of its own.
#[tokio::test]
async fn a_managed_identity_of_app_service() {
    const CHILD: &str = "PPCMK_TEST_APP_SERVICE";
    if std::env::var_os(CHILD).is_some() {
        let variables: Variables = std::env::vars().collect();
        return ask(&configured(&variables)).await;
    }
    let emulator = emulator();
    let endpoint = format!("{}/metadata/identity/oauth2/token", emulator.base_url());
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "credentials::emulated::a_managed_identity_of_app_service",
        ])
        .envs(variables(
            &emulator,
            [
                (CHILD, "1"),
                ("ARM_USE_MSI", "true"),
                ("IDENTITY_ENDPOINT", &endpoint),
                ("IDENTITY_HEADER", "header"),
            ],
        ))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let expected = Some(CLIENT.to_owned());
    assert_eq!(clients(&emulator), (expected.clone(), expected));
}

/// Writes a tool that does something, and gives the `PATH` that has it first.
fn tool(directory: &Path, name: &str, script: &str) -> Bounded {
    use std::os::unix::fs::PermissionsExt;
    let path = directory.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Bounded {
        path: Some(format!("{}:/usr/bin:/bin", directory.display()).into()),
    }
}

struct Tools {
    emulator: Emulator,
    cloud: Cloud,
    http: HttpOptions,
    token: String,
}

impl Tools {
    /// A token that is good for both planes, which the tool then prints.
    async fn new() -> Self {
        let emulator = emulator();
        let base = Some(emulator.base_url());
        let endpoints = CustomEndpoints {
            authority_host: base.clone(),
            resource_manager: base.clone(),
            bap: base,
            ..CustomEndpoints::default()
        };
        let cloud = Cloud::new(CloudName::Custom, &endpoints).unwrap();
        let http = HttpOptions {
            ca_certificates_pem: Some(std::fs::read(emulator.ca_certificate_file()).unwrap()),
            ..HttpOptions::default()
        };
        let transport = Client::transport(&cloud, &http).unwrap();
        let source = ClientSecretSource {
            tenant_id: "11111111-1111-1111-1111-111111111111".into(),
            client_id: CLIENT.into(),
            client_secret: Secret::new("emulator-secret"),
        };
        let scope = format!("{}/.default", emulator.base_url());
        let credential = source.credential(&transport).unwrap();
        let token = credential.get_token(&[&scope], None).await.unwrap();
        let token = token.token.secret().to_owned();
        Self {
            emulator,
            cloud,
            http,
            token,
        }
    }

    fn client(&self, source: impl CredentialSource + 'static) -> Client {
        let source = Arc::new(source);
        Client::new(ClientConfig {
            cloud: self.cloud.clone(),
            http: self.http.clone(),
            azure: source.clone(),
            power_platform: source,
            allowed: crate::client::Allowed::default(),
        })
        .unwrap()
    }

    fn azure_cli(&self, script: &str, is_default: bool) -> Client {
        let tenant = "11111111-1111-1111-1111-111111111111".to_owned();
        let mut source = AzureCliSource::new(Some(tenant), is_default);
        source.executor = tool(self.emulator.directory(), "az", script);
        self.client(source)
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_azure_cli() {
    let tools = Tools::new().await;
    let log = tools.emulator.directory().join("arguments");
    let script = format!(
        r#"echo "$@" >> '{}'
echo '{{"accessToken":"{}","expires_on":4000000000,"tokenType":"Bearer"}}'"#,
        log.display(),
        tools.token
    );
    ask(&tools.azure_cli(&script, false)).await;
    let arguments = std::fs::read_to_string(log).unwrap();
    let expected = "account get-access-token -o json --scope \
                    https://management.azure.com/.default --tenant \
                    11111111-1111-1111-1111-111111111111";
    assert_eq!(arguments.lines().next(), Some(expected));
    assert_eq!(arguments.lines().count(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn the_azure_developer_cli() {
    let tools = Tools::new().await;
    let mut source = DeveloperCliSource::new(None);
    let script = format!(
        r#"echo '{{"token":"{}","expiresOn":"2096-01-01T00:00:00Z"}}'"#,
        tools.token
    );
    source.executor = tool(tools.emulator.directory(), "azd", &script);
    ask(&tools.client(source)).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_cli_that_fails_says_why_and_shows_no_token() {
    let tools = Tools::new().await;
    let script = "echo \"Please run 'az login' to setup account.\" >&2; exit 1";
    let error = read(&tools.azure_cli(script, true)).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("the provider found no other credentials"),
        "{text}"
    );
    assert!(text.contains("Please run 'az login'"), "{text}");
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl";
    let script = format!("echo '\"{jwt}\"'");
    let error = read(&tools.azure_cli(&script, false)).await.unwrap_err();
    assert!(!error.report().contains("eyJ"), "{}", error.report());
    let script = "exit 127";
    let error = read(&tools.azure_cli(script, false)).await.unwrap_err();
    assert!(
        error.to_string().contains("az not found on PATH"),
        "{error}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_cli_that_hangs_is_ended() {
    let tools = Tools::new().await;
    let client = tools.azure_cli("exec sleep 3600", false);
    // Only the executor waits here, so its limit is what the paused clock runs to.
    tokio::time::pause();
    let id: EnvironmentId = ENVIRONMENT.parse().unwrap();
    let call = Call::new(CancellationToken::new(), Duration::from_secs(3600));
    let error = client.bap().environment(&call, &id).await.unwrap_err();
    assert!(
        error.to_string().contains("did not answer within 60 s"),
        "{error}"
    );
}

#[tokio::test]
async fn each_plane_is_asked_by_its_own_application() {
    let emulator = emulator();
    let config = config([
        (
            "azure",
            Value::object([
                ("client_id", SECOND.into()),
                ("client_secret", "second-secret".into()),
            ]),
        ),
        (
            "power_platform",
            Value::object([
                ("client_id", CLIENT.into()),
                ("oidc_token", "token-1".into()),
            ]),
        ),
    ]);
    ask(&client(settings(&config, &variables(&emulator, [])))).await;
    assert_eq!(
        clients(&emulator),
        (Some(SECOND.to_owned()), Some(CLIENT.to_owned()))
    );
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_not_allowed() {
    let emulator = emulator();
    let list = |id: &str| Value::Set(vec![id.into()]);
    let other = "99999999-9999-9999-9999-999999999999";
    let config = config([
        ("allowed_subscription_ids", list(other)),
        ("allowed_environment_ids", list(other)),
    ]);
    let variables = variables(&emulator, [("ARM_CLIENT_SECRET", "emulator-secret")]);
    let client = client(settings(&config, &variables));
    let error = read(&client).await.unwrap_err();
    assert!(matches!(error, ClientError::NotAllowed(_)), "{error:?}");
    let id: PolicyId = POLICY.parse().unwrap();
    let error = client.arm().policy(&call(), &id).await.unwrap_err();
    assert!(
        error.to_string().contains("allowed_subscription_ids"),
        "{error}"
    );
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn a_long_wait_renews_its_token_and_reads_the_file_again() {
    let emulator = emulator();
    // Time moves two seconds with each request, so a token is good for about fifteen of them.
    emulator.set_timings(|timings| timings.token_lifetime = Duration::from_secs(30));
    let file = emulator.directory().join("token");
    std::fs::write(&file, "token-1").unwrap();
    let path = file.display().to_string();
    let client = configured(&variables(&emulator, [("ARM_OIDC_TOKEN_FILE_PATH", &path)]));
    for _ in 0..40 {
        assert!(read(&client).await.unwrap());
    }
    assert!(exchanges(&emulator) >= 3, "{}", exchanges(&emulator));
    // What is in the file now is what counts at the next exchange.
    std::fs::write(&file, "expired").unwrap();
    emulator.revoke_tokens();
    let error = read(&client).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("no token with the federated token file"),
        "{text}"
    );
    std::fs::write(&file, "token-2\n").unwrap();
    assert!(read(&client).await.unwrap());
}

#[tokio::test]
async fn a_refusal_of_the_issuer_is_named() {
    let emulator = emulator();
    emulator.fault(Fault::status(RequestMatch::new("GET", "/oidc/*"), 403));
    let github = format!("{}/oidc/github?x=1", emulator.base_url());
    let client = configured(&variables(
        &emulator,
        [
            ("ARM_USE_OIDC", "true"),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &github),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner"),
        ],
    ));
    let text = read(&client).await.unwrap_err().report();
    assert!(
        text.contains(
            "federated token of GitHub Actions: the issuer of federated tokens answered 403"
        ),
        "{text}"
    );
    assert!(!text.contains("runner"), "{text}");
}
