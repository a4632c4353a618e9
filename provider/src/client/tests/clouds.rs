//! Each cloud and each API: where requests go, and which token they carry.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::support::*;
use crate::client::http::Http;
use crate::client::time::Jitter;
use crate::client::{
    Allowed, Client, ClientConfig, Cloud, CloudName, CustomEndpoints, GivenCredential, HttpOptions,
    Secret,
};
use crate::credentials::ClientSecretSource;

const ENVIRONMENT_BODY: &str = payload!("bap-environment-get-response-200-linked-encryption");

fn over(
    script: &Script,
    name: CloudName,
    source: Arc<dyn crate::client::CredentialSource>,
) -> Client {
    let options = HttpOptions::default();
    let http = Http::over(Box::new(script.clone()), &options, clock(), Jitter::None);
    let config = ClientConfig {
        cloud: Cloud::new(name, &CustomEndpoints::default()).unwrap(),
        http: options,
        azure: source.clone(),
        power_platform: source,
        allowed: Allowed::default(),
    };
    Client::over(&http, config).unwrap()
}

fn fixed() -> (Arc<CountingCredential>, Arc<GivenCredential>) {
    let credential = Arc::new(CountingCredential {
        given: Mutex::default(),
        life: Duration::from_secs(3600),
        clock: clock(),
    });
    let source = GivenCredential {
        method: "test",
        credential: credential.clone(),
    };
    (credential, Arc::new(source))
}

async fn resource_manager(name: CloudName, url: &str, scope: &str) {
    let (credential, source) = fixed();
    let script = Script::new([json(
        404,
        r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#,
    )]);
    let client = over(&script, name, source);
    let id = POLICY_ID.parse().unwrap();
    assert!(client.arm().policy(&call(60), &id).await.unwrap().is_none());
    let expected = format!("{url}{POLICY_ID}");
    assert!(
        script.seen()[0].url.starts_with(&expected),
        "{}",
        script.seen()[0].url
    );
    assert_eq!(*credential.given.lock().unwrap(), [scope]);
}

async fn power_platform(name: CloudName, url: &str, scope: &str) {
    let (credential, source) = fixed();
    let script = Script::new([json(200, ENVIRONMENT_BODY)]);
    let client = over(&script, name, source);
    let id = ENVIRONMENT.parse().unwrap();
    assert!(
        client
            .bap()
            .environment(&call(60), &id)
            .await
            .unwrap()
            .is_some()
    );
    let expected = format!("{url}/providers/Microsoft.BusinessAppPlatform/");
    assert!(
        script.seen()[0].url.starts_with(&expected),
        "{}",
        script.seen()[0].url
    );
    assert_eq!(*credential.given.lock().unwrap(), [scope]);
}

async fn authority(name: CloudName, url: &str) {
    let token = r#"{"token_type":"Bearer","expires_in":3599,"access_token":"abc"}"#;
    let script = Script::new([json(200, token), json(200, ENVIRONMENT_BODY)]);
    let source = ClientSecretSource {
        tenant_id: "tenant".into(),
        client_id: "client".into(),
        client_secret: Secret::new("secret"),
    };
    let client = over(&script, name, Arc::new(source));
    let id = ENVIRONMENT.parse().unwrap();
    client.bap().environment(&call(60), &id).await.unwrap();
    assert_eq!(
        script.seen()[0].url,
        format!("{url}/tenant/oauth2/v2.0/token")
    );
}

/// The expectations are those of the facts (1.5), spelled out once more.
macro_rules! clouds {
    ($($cloud:ident $name:ident $authority:literal $arm:literal $bap:literal $scope:literal $suffix:literal $audience:literal;)*) => {$(
        mod $cloud {
            use super::*;

            #[tokio::test(start_paused = true)]
            async fn resource_manager() {
                super::resource_manager(CloudName::$name, $arm, concat!($arm, "/.default")).await;
            }

            #[tokio::test(start_paused = true)]
            async fn power_platform() {
                super::power_platform(CloudName::$name, $bap, $scope).await;
            }

            #[tokio::test(start_paused = true)]
            async fn authority() {
                super::authority(CloudName::$name, $authority).await;
            }

            #[test]
            fn vaults_and_federation() {
                let cloud = Cloud::new(CloudName::$name, &CustomEndpoints::default()).unwrap();
                assert_eq!(cloud.key_vault_suffix(), $suffix);
                assert_eq!(cloud.federation_audience(), $audience);
            }
        }
    )*};
}

clouds! {
    public Public "https://login.microsoftonline.com" "https://management.azure.com" "https://api.bap.microsoft.com" "https://service.powerapps.com/.default" "vault.azure.net" "api://AzureADTokenExchange";
    gcc Gcc "https://login.microsoftonline.com" "https://management.azure.com" "https://gov.api.bap.microsoft.us" "https://service.powerapps.us/.default" "vault.azure.net" "api://AzureADTokenExchange";
    gcc_high GccHigh "https://login.microsoftonline.us" "https://management.usgovcloudapi.net" "https://high.api.bap.microsoft.us" "https://high.service.apps.appsplatform.us/.default" "vault.usgovcloudapi.net" "api://AzureADTokenExchangeUSGov";
    dod Dod "https://login.microsoftonline.us" "https://management.usgovcloudapi.net" "https://api.bap.appsplatform.us" "https://service.apps.appsplatform.us/.default" "vault.usgovcloudapi.net" "api://AzureADTokenExchangeUSGov";
    china China "https://login.chinacloudapi.cn" "https://management.chinacloudapi.cn" "https://api.bap.partner.microsoftonline.cn" "https://service.powerapps.cn/.default" "vault.azure.cn" "api://AzureADTokenExchangeChina";
}
