//! Which credential a configuration means.

use super::table::Name::{self, *};
use super::*;

const TENANT: (&str, &str) = (
    "11111111-1111-1111-1111-111111111111",
    "tenant_id in the provider block",
);
const PEM: &str = include_str!("../../testdata/client-certificate.pem");
const PFX: &[u8] = include_bytes!("../../testdata/client-certificate.pfx");
const PFX_LEGACY: &[u8] = include_bytes!("../../testdata/client-certificate-legacy.pfx");
const PFX_OPEN: &[u8] = include_bytes!("../../testdata/client-certificate-open.pfx");
const ENCRYPTED: &str = include_str!("../../testdata/client-certificate-encrypted.pem");

type Values<'a> = &'a [(Name, &'a str)];

fn arguments(values: Values<'_>) -> CredentialArguments {
    values
        .iter()
        .fold(CredentialArguments::default(), |all, (name, value)| {
            all.with(*name, value)
        })
}

/// What is configured.
#[derive(Clone, Copy, Default)]
struct Given<'a> {
    provider: Values<'a>,
    azure: Option<Values<'a>>,
    power_platform: Option<Values<'a>>,
    variables: &'a [(&'a str, &'a str)],
    no_tenant: bool,
}

fn resolved(given: Given<'_>) -> Result<(Credential, Credential), Diagnostics> {
    let lookup = |name: &str| {
        let found = given.variables.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    resolve(
        &arguments(given.provider),
        given.azure.map(arguments).as_ref(),
        given.power_platform.map(arguments).as_ref(),
        Context {
            tenant: (!given.no_tenant).then_some(TENANT),
            cloud: &Cloud::public(),
            environment: &lookup,
        },
    )
}

/// The method of both planes.
fn method(given: Given<'_>) -> Method {
    let (azure, power_platform) = resolved(given).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(azure.method, power_platform.method);
    azure.method
}

fn block(provider: Values<'_>) -> Given<'_> {
    Given {
        provider,
        ..Given::default()
    }
}

fn variables<'a>(variables: &'a [(&'a str, &'a str)]) -> Given<'a> {
    Given {
        variables,
        ..Given::default()
    }
}

/// The one problem: summary, path, detail.
fn problem(given: Given<'_>) -> (String, String, String) {
    let problems = resolved(given).unwrap_err();
    assert_eq!(problems.iter().count(), 1, "{problems:?}");
    let first = problems.iter().next().unwrap().clone();
    (first.summary, first.path.unwrap().to_string(), first.detail)
}

#[test]
fn each_kind_can_be_asked_for_in_the_block() {
    for (values, expected) in [
        (
            &[(ClientId, "a"), (ClientSecret, "s")][..],
            Method::ClientSecret,
        ),
        (
            &[(ClientId, "a"), (ClientCertificate, PEM)],
            Method::ClientCertificate,
        ),
        (&[(ClientId, "a"), (OidcToken, "t")], Method::Oidc),
        (
            &[
                (ClientId, "a"),
                (UseOidc, "true"),
                (OidcTokenFilePath, "/t"),
            ],
            Method::Oidc,
        ),
        (&[(UseMsi, "true")], Method::ManagedIdentity),
        (
            &[(UseMsi, "true"), (ClientId, "a")],
            Method::ManagedIdentity,
        ),
        (&[(UseCli, "true")], Method::AzureCli),
        (&[(UseDevCli, "true")], Method::AzureDeveloperCli),
        (
            &[
                (AuthMethod, "azure_cli"),
                (ClientId, "a"),
                (ClientSecret, "s"),
            ],
            Method::AzureCli,
        ),
    ] {
        assert_eq!(method(block(values)), expected, "{values:?}");
    }
}

#[test]
fn each_kind_can_be_asked_for_by_variables() {
    let id = ("ARM_CLIENT_ID", "a");
    for (values, expected) in [
        (&[id, ("ARM_CLIENT_SECRET", "s")][..], Method::ClientSecret),
        (
            &[
                ("POWER_PLATFORM_CLIENT_ID", "a"),
                ("POWER_PLATFORM_CLIENT_SECRET", "s"),
            ],
            Method::ClientSecret,
        ),
        (
            &[("AZURE_CLIENT_ID", "a"), ("AZURE_CLIENT_SECRET", "s")],
            Method::ClientSecret,
        ),
        (
            &[id, ("ARM_CLIENT_CERTIFICATE", PEM)],
            Method::ClientCertificate,
        ),
        (
            &[id, ("ARM_USE_OIDC", "true"), ("ARM_OIDC_TOKEN", "t")],
            Method::Oidc,
        ),
        (&[id, ("ARM_OIDC_TOKEN", "t")], Method::Oidc),
        (&[id, ("TFC_WORKLOAD_IDENTITY_TOKEN", "t")], Method::Oidc),
        (
            &[
                id,
                ("ARM_USE_OIDC", "1"),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://g/t?a=b"),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "r"),
            ],
            Method::Oidc,
        ),
        (
            &[id, ("AZURE_FEDERATED_TOKEN_FILE", "/t")],
            Method::AksWorkloadIdentity,
        ),
        (&[("ARM_USE_MSI", "True")], Method::ManagedIdentity),
        (&[("ARM_USE_CLI", "true"), id], Method::AzureCli),
        (
            &[("POWER_PLATFORM_USE_DEV_CLI", "true")],
            Method::AzureDeveloperCli,
        ),
        (
            &[
                id,
                ("ARM_CLIENT_SECRET", "s"),
                ("PPCMK_AUTH_METHOD", "managed_identity"),
            ],
            Method::ManagedIdentity,
        ),
        (&[], Method::AzureCli),
    ] {
        assert_eq!(method(variables(values)), expected, "{values:?}");
    }
}

#[test]
fn the_nearest_place_that_asks_decides() {
    let environment = &[("ARM_CLIENT_ID", "a"), ("ARM_CLIENT_SECRET", "s")][..];
    for (provider, expected) in [
        (&[(UseMsi, "true")][..], Method::ManagedIdentity),
        (&[(OidcToken, "t")], Method::Oidc),
        (&[(UseOidc, "false")], Method::ClientSecret),
        (&[(ClientId, "a")], Method::ClientSecret),
    ] {
        let given = Given {
            provider,
            variables: environment,
            ..Given::default()
        };
        assert_eq!(method(given), expected, "{provider:?}");
    }
    // A `false` in the block takes back the question of the environment.
    let given = Given {
        provider: &[(UseMsi, "false")],
        variables: &[("ARM_USE_MSI", "true")],
        ..Given::default()
    };
    assert_eq!(method(given), Method::AzureCli);
}

#[test]
fn what_the_machine_has_is_not_a_wish() {
    let given = variables(&[
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://g/t"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "r"),
        ("SYSTEM_ACCESSTOKEN", "r"),
        ("IDENTITY_ENDPOINT", "http://127.0.0.1/"),
        ("IDENTITY_HEADER", "h"),
    ]);
    assert_eq!(method(given), Method::AzureCli);
}

#[test]
fn two_methods_in_one_place_are_ambiguous() {
    let (summary, path, detail) = problem(variables(&[
        ("ARM_CLIENT_ID", "a"),
        ("ARM_CLIENT_SECRET", "hunter2"),
        ("ARM_USE_OIDC", "true"),
    ]));
    assert_eq!(
        (summary.as_str(), path.as_str()),
        ("Ambiguous credentials", "auth_method")
    );
    for part in [
        "- client_secret: the environment variable ARM_CLIENT_SECRET",
        "- oidc: the environment variable ARM_USE_OIDC",
        "PPCMK_AUTH_METHOD",
    ] {
        assert!(detail.contains(part), "{detail}");
    }
    assert!(!detail.contains("hunter2"));
    let (summary, path, _) = problem(block(&[
        (ClientId, "a"),
        (UseOidc, "true"),
        (OidcToken, "t"),
        (OidcTokenFilePath, "/t"),
    ]));
    assert_eq!(
        (summary.as_str(), path.as_str()),
        ("Ambiguous credentials", "oidc_token")
    );
}

#[test]
fn an_application_without_proof_is_one_error_that_lists_everything() {
    let (summary, path, detail) = problem(variables(&[("ARM_CLIENT_ID", "a")]));
    assert_eq!(
        (summary.as_str(), path.as_str()),
        ("Missing credentials", "client_secret")
    );
    for part in [
        "- tenant_id in the provider block",
        "- the environment variable ARM_CLIENT_ID",
        "- client_secret: client_secret (ARM_CLIENT_SECRET, POWER_PLATFORM_CLIENT_SECRET, \
         AZURE_CLIENT_SECRET)",
        "- client_certificate: client_certificate_path",
        "- oidc: use_oidc = true (ARM_USE_OIDC",
        "- managed_identity: use_msi = true (ARM_USE_MSI",
        "- azure_cli: use_cli = true (ARM_USE_CLI",
    ] {
        assert!(detail.contains(part), "{part} in {detail}");
    }
}

#[test]
fn what_a_method_misses_is_named_at_once() {
    let given = Given {
        provider: &[(ClientSecret, "s")],
        no_tenant: true,
        ..Given::default()
    };
    let (summary, path, detail) = problem(given);
    assert_eq!(
        (summary.as_str(), path.as_str()),
        ("Missing credentials", "tenant_id")
    );
    assert!(detail.contains("- tenant_id (ARM_TENANT_ID"), "{detail}");
    assert!(detail.contains("- client_id (ARM_CLIENT_ID"), "{detail}");
    assert!(
        detail.contains("- client_secret in the provider block"),
        "{detail}"
    );
    let (_, path, detail) = problem(block(&[(ClientId, "a"), (UseOidc, "true")]));
    assert_eq!(path, "oidc_token");
    assert!(detail.contains("id-token: write"), "{detail}");
    assert!(
        detail.contains("- use_oidc in the provider block = true"),
        "{detail}"
    );
}

#[test]
fn without_the_cli_nothing_is_missing_credentials() {
    let (summary, path, _) = problem(block(&[(UseCli, "false")]));
    assert_eq!(
        (summary.as_str(), path.as_str()),
        ("Missing credentials", "client_id")
    );
}

#[test]
fn a_plane_has_credentials_of_its_own() {
    let given = Given {
        provider: &[(ClientId, "both"), (UseOidc, "true"), (OidcToken, "t")],
        azure: Some(&[(ClientId, "vaults"), (ClientSecret, "s")]),
        power_platform: Some(&[(ClientId, "environments")]),
        ..Given::default()
    };
    let (azure, power_platform) = resolved(given).unwrap();
    assert_eq!(
        (azure.method, power_platform.method),
        (Method::ClientSecret, Method::Oidc)
    );
    assert!(format!("{azure:?}").contains("vaults"));
    assert!(format!("{power_platform:?}").contains("environments"));
}

#[test]
fn a_secret_stays_with_its_application() {
    let given = Given {
        provider: &[(ClientId, "a"), (ClientSecret, "s")],
        power_platform: Some(&[(ClientId, "b")]),
        ..Given::default()
    };
    let (summary, path, detail) = problem(given);
    assert_eq!(summary, "Missing credentials");
    assert_eq!(path, "power_platform.client_secret");
    assert!(
        detail.contains("client_secret in the provider block, which belongs to another client_id"),
        "{detail}"
    );
    let (_, _, detail) = problem(Given {
        provider: &[(ClientId, "b")],
        variables: &[("ARM_CLIENT_ID", "a"), ("ARM_CLIENT_SECRET", "s")],
        ..Given::default()
    });
    assert!(detail.contains("belongs to another client_id"), "{detail}");
}

#[test]
fn each_plane_prefers_the_variables_of_its_own_provider() {
    let given = variables(&[
        ("ARM_CLIENT_ID", "vaults"),
        ("ARM_CLIENT_SECRET", "s"),
        ("POWER_PLATFORM_CLIENT_ID", "environments"),
        ("POWER_PLATFORM_CLIENT_SECRET", "s"),
    ]);
    let (azure, power_platform) = resolved(given).unwrap();
    assert!(format!("{azure:?}").contains("vaults"));
    assert!(format!("{power_platform:?}").contains("environments"));
}

#[test]
fn a_flag_is_true_or_false() {
    for (variable, argument) in [("ARM_USE_OIDC", "use_oidc"), ("ARM_USE_CLI", "use_cli")] {
        let (summary, path, detail) = problem(variables(&[(variable, "yes")]));
        assert_eq!(
            (summary.as_str(), path.as_str()),
            ("Invalid credentials", argument)
        );
        assert!(detail.contains(variable), "{detail}");
    }
}

#[test]
fn values_may_stand_in_files() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (id, secret, empty) = (file("id", "app\n"), file("s", "hidden\n"), file("e", " \n"));
    let both = [
        ("ARM_CLIENT_ID_FILE_PATH", id.as_str()),
        ("ARM_CLIENT_SECRET_FILE_PATH", secret.as_str()),
    ];
    assert_eq!(method(variables(&both)), Method::ClientSecret);
    let (credential, _) = resolved(variables(&both)).unwrap();
    let shown = format!("{credential:?}");
    assert!(
        shown.contains("app") && !shown.contains("hidden"),
        "{shown}"
    );
    let in_block = [
        (Name::ClientId, "app"),
        (Name::ClientSecretFilePath, secret.as_str()),
    ];
    assert_eq!(method(block(&in_block)), Method::ClientSecret);
    for bad in ["/nowhere/secret", &empty] {
        let set = [
            ("ARM_CLIENT_ID", "app"),
            ("ARM_CLIENT_SECRET_FILE_PATH", bad),
        ];
        let problems = resolved(variables(&set)).unwrap_err();
        let first = problems.iter().next().unwrap();
        assert_eq!(first.summary, "Invalid credentials");
        let path = first.path.as_ref().unwrap().to_string();
        assert_eq!(path, "client_secret_file_path");
        assert!(
            first.detail.contains("ARM_CLIENT_SECRET_FILE_PATH"),
            "{}",
            first.detail
        );
    }
}

#[test]
fn conflicts_in_a_block_show_before_anything_is_resolved() {
    let mut diagnostics = Diagnostics::new();
    let provider = arguments(&[(ClientSecret, "s"), (UseMsi, "true")]);
    let azure = arguments(&[(UseCli, "true"), (OidcToken, "t")]);
    validate(&provider, Some(&azure), None, &mut diagnostics);
    let paths: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.path.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(paths, ["client_secret", "azure.use_cli"]);
    let mut diagnostics = Diagnostics::new();
    // Incomplete blocks are completed by the environment; unknown values say nothing yet.
    let provider = arguments(&[(ClientId, "a"), (UseMsi, "true")]).with_unknown(ClientSecret);
    validate(&provider, None, None, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
}

#[test]
fn the_hcp_token_of_a_tag_is_used() {
    let given = Given {
        provider: &[(HcpTag, "PROD")],
        variables: &[
            ("ARM_CLIENT_ID", "a"),
            ("TFC_WORKLOAD_IDENTITY_TOKEN_PROD", "t"),
        ],
        ..Given::default()
    };
    assert_eq!(method(given), Method::Oidc);
    let given = Given {
        variables: &[("ARM_CLIENT_ID", "a"), ("TFC_WORKLOAD_IDENTITY_TOKEN", "t")],
        ..given
    };
    assert_eq!(problem(given).0, "Missing credentials");
}

#[test]
fn an_issuer_has_to_be_https() {
    let (summary, path, _) = problem(block(&[
        (ClientId, "a"),
        (OidcRequestUrl, "http://issuer"),
        (OidcRequestToken, "t"),
    ]));
    assert_eq!(
        (summary.as_str(), path.as_str()),
        ("Invalid credentials", "oidc_request_url")
    );
    let (_, path, _) = problem(block(&[
        (UseMsi, "true"),
        (MsiEndpoint, "http://example.org/"),
    ]));
    assert_eq!(path, "msi_endpoint");
}

#[test]
fn a_certificate_is_checked_when_the_provider_starts() {
    let (key, certificate) = PEM
        .split_once("-----BEGIN PRIVATE")
        .map(|(certificate, key)| (format!("-----BEGIN PRIVATE{key}"), certificate.to_owned()))
        .unwrap();
    let packed = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(PEM)
    };
    let check = |text: &str, password: Option<&str>, expected: Option<&str>| {
        let mut values = vec![(ClientId, "a"), (ClientCertificate, text)];
        values.extend(password.map(|password| (ClientCertificatePassword, password)));
        match expected {
            None => assert_eq!(method(block(&values)), Method::ClientCertificate),
            Some(expected) => {
                let (summary, path, detail) = problem(block(&values));
                assert_eq!(
                    (summary.as_str(), path.as_str()),
                    ("Invalid credentials", "client_certificate")
                );
                assert!(detail.contains(expected), "{detail}");
                assert!(!detail.contains("hunter2"));
            }
        }
    };
    check(PEM, None, None);
    check(&packed, None, None);
    check(ENCRYPTED, Some("password"), None);
    check(ENCRYPTED, None, Some("its key is encrypted"));
    check(ENCRYPTED, Some("hunter2"), Some("cannot be decrypted"));
    check(&key, None, Some("holds no certificate"));
    check(&certificate, None, Some("holds no private key"));
    check("not!base64", None, Some("neither PEM nor base64"));
}

#[test]
fn a_pfx_file_is_opened_when_the_provider_starts() {
    use base64::Engine;
    let check = |bytes: &[u8], password: Option<&str>, expected: Option<&str>| {
        let packed = base64::engine::general_purpose::STANDARD.encode(bytes);
        let mut values = vec![(ClientId, "a"), (ClientCertificate, packed.as_str())];
        values.extend(password.map(|password| (ClientCertificatePassword, password)));
        match expected {
            None => assert_eq!(method(block(&values)), Method::ClientCertificate),
            Some(expected) => {
                let (_, path, detail) = problem(block(&values));
                assert_eq!(path, "client_certificate");
                assert!(detail.contains(expected), "{detail}");
                assert!(!detail.contains("hunter2"));
            }
        }
    };
    check(PFX, Some("password"), None);
    check(PFX_LEGACY, Some("password"), None);
    check(PFX_OPEN, None, None);
    check(PFX, None, Some("set client_certificate_password"));
    check(PFX, Some("hunter2"), Some("the password does not open it"));
    check(&PFX[..99], Some("hunter2"), Some("not a valid PFX"));
}

#[test]
fn a_pfx_file_is_the_same_identity_as_the_pem_file() {
    let now = std::time::SystemTime::UNIX_EPOCH;
    let header = |bytes: &[u8], password| {
        let identity = client_certificate::Identity::read(bytes, password).unwrap();
        let assertion = identity.assertion("app", "https://login", now).unwrap();
        assertion.split('.').next().unwrap().to_owned()
    };
    let pem = header(PEM.as_bytes(), None);
    assert_eq!(header(PFX, Some("password")), pem);
    assert_eq!(header(PFX_LEGACY, Some("password")), pem);
}

#[test]
fn an_assertion_is_signed_with_the_key_of_the_certificate() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let identity = client_certificate::Identity::read(PEM.as_bytes(), None).unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    let assertion = identity
        .assertion("app", "https://login/token", now)
        .unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    identity
        .public_key()
        .verify(signed.as_bytes(), &decode(signature))
        .unwrap();
    let parts: Vec<serde_json::Value> = signed
        .split('.')
        .map(|part| serde_json::from_slice(&decode(part)).unwrap())
        .collect();
    let [header, claims] = parts.as_slice() else {
        panic!("{signed}")
    };
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&"RS256".into(), &"JWT".into())
    );
    assert_eq!(header["x5t#S256"].as_str().unwrap().len(), 43);
    assert_eq!(header["x5t"].as_str().unwrap().len(), 27);
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&"app".into(), &"app".into())
    );
    assert_eq!(claims["aud"], "https://login/token");
    assert_eq!(
        (&claims["nbf"], &claims["exp"]),
        (&999_940.into(), &1_000_600.into())
    );
    assert!(!format!("{identity:?}").contains("PRIVATE"));
}
