//! A plain HTTP client for the tests, with tokens.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "a helper of tests, of which each file uses its part"
)]

use ppcmk_emulator::{Emulator, EmulatorBuilder};
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const CLIENT: &str = "55555555-5555-5555-5555-555555555555";
pub(crate) const GROUP: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk";
pub(crate) const RETAIL: &str = "00000000-0000-0000-0000-000000000001";
pub(crate) const UAT: &str = "00000000-0000-0000-0000-000000000002";
pub(crate) const UNMANAGED: &str = "00000000-0000-0000-0000-000000000003";
pub(crate) const TRIAL: &str = "00000000-0000-0000-0000-000000000004";
pub(crate) const UK: &str = "00000000-0000-0000-0000-000000000005";
pub(crate) const ENCRYPTION_USER: &str = "e147488a-f6f5-4113-8e2d-b22465e65bf6";

pub(crate) struct Cloud {
    pub(crate) emulator: Emulator,
    pub(crate) http: Client,
    arm: String,
    bap: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().unwrap(),
        }
    }
}

impl Cloud {
    pub(crate) fn start() -> Self {
        Self::with(Emulator::builder())
    }

    pub(crate) fn with(builder: EmulatorBuilder) -> Self {
        let emulator = builder.start().unwrap();
        let http = client(&emulator);
        let mut cloud = Self {
            emulator,
            http,
            arm: String::new(),
            bap: String::new(),
        };
        cloud.arm = cloud.token("https://management.azure.com/.default");
        cloud.bap = cloud.token("https://service.powerapps.com/.default");
        cloud.emulator.clear_requests();
        cloud
    }

    pub(crate) fn token(&self, scope: &str) -> String {
        let answer = self.ask_token("emulator-secret", scope);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn ask_token(&self, secret: &str, scope: &str) -> Answer {
        let url = format!("{}/{TENANT}/oauth2/v2.0/token", self.emulator.base_url());
        let body = format!(
            "grant_type=client_credentials&client_id={CLIENT}&client_secret={secret}&scope={scope}"
        );
        let request = self
            .http
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        request.send().unwrap().into()
    }

    pub(crate) fn send(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        let url = if path.starts_with("https:") {
            path.into()
        } else {
            format!("{}{path}", self.emulator.base_url())
        };
        let mut request = self
            .http
            .request(method.parse().unwrap(), url)
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send()?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text()?,
        })
    }

    pub(crate) fn arm(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.arm, method, path, body).unwrap()
    }

    pub(crate) fn bap(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.bap, method, &bap_path(path), body).unwrap()
    }

    pub(crate) fn try_bap(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        self.send(&self.bap, method, &bap_path(path), body)
    }

    pub(crate) fn put_policy(&self, name: &str, body: Value) -> Answer {
        self.arm("PUT", &policy_path(name), Some(body))
    }

    /// Creates a policy over `kv-cmk-eu`, grants its identity the key, and gives its system id.
    pub(crate) fn policy(&self, name: &str) -> String {
        let answer = self.put_policy(name, policy_body("kv-cmk-eu", "cmk"));
        assert_eq!(answer.status, 201, "{}", answer.text);
        let body = answer.json();
        let principal = body["identity"]["principalId"].as_str().unwrap();
        let granted = self.grant("kv-cmk-eu", principal);
        assert_eq!(granted.status, 201, "{}", granted.text);
        self.emulator.advance(std::time::Duration::from_secs(60));
        body["properties"]["systemId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn grant(&self, vault: &str, principal: &str) -> Answer {
        let name = format!("77777777-7777-7777-7777-{}", &principal[24..]);
        let path = format!(
            "{GROUP}/providers/Microsoft.KeyVault/vaults/{vault}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01"
        );
        let role = format!(
            "/subscriptions/22222222-2222-2222-2222-222222222222/providers/Microsoft.Authorization/roleDefinitions/{ENCRYPTION_USER}"
        );
        let body = json!({"properties": {"roleDefinitionId": role, "principalId": principal, "principalType": "ServicePrincipal"}});
        self.arm("PUT", &path, Some(body))
    }

    pub(crate) fn link(&self, environment: &str, system_id: &str) -> Answer {
        let path = format!(
            "environments/{environment}/enterprisePolicies/Encryption/link?api-version=2019-10-01"
        );
        self.bap("POST", &path, Some(json!({"SystemId": system_id})))
    }

    pub(crate) fn unlink(&self, environment: &str, system_id: &str) -> Answer {
        let path = format!(
            "environments/{environment}/enterprisePolicies/Encryption/unlink?api-version=2019-10-01"
        );
        self.bap("POST", &path, Some(json!({"SystemId": system_id})))
    }

    pub(crate) fn environment(&self, id: &str) -> Answer {
        self.bap(
            "GET",
            &format!("scopes/admin/environments/{id}?api-version=2023-06-01&$expand=permissions"),
            None,
        )
    }

    /// `linkStatus` of the encryption slot, if there is one.
    pub(crate) fn link_status(&self, id: &str) -> Option<String> {
        let body = self.environment(id).json();
        let slot = &body["properties"]["enterprisePolicies"]["customerManagedKeys"];
        slot["linkStatus"].as_str().map(str::to_owned)
    }

    /// Polls until the operation behind an answer ends, and gives its last body.
    pub(crate) fn finish(&self, accepted: &Answer) -> Value {
        assert_eq!(accepted.status, 202, "{}", accepted.text);
        let url = accepted.header("location").unwrap().to_owned();
        for _ in 0..50 {
            let body = self.send(&self.bap, "GET", &url, None).unwrap().json();
            let state = body["state"]["id"].as_str().unwrap();
            if state == "Succeeded" || state == "Failed" {
                self.emulator.advance(std::time::Duration::from_secs(60));
                return body;
            }
        }
        panic!("the operation does not end")
    }
}

pub(crate) fn bap_path(path: &str) -> String {
    if path.starts_with("https:") {
        path.into()
    } else {
        format!("/providers/Microsoft.BusinessAppPlatform/{path}")
    }
}

pub(crate) fn policy_path(name: &str) -> String {
    format!(
        "{GROUP}/providers/Microsoft.PowerPlatform/enterprisePolicies/{name}?api-version=2020-10-30-preview"
    )
}

pub(crate) fn vault_id(vault: &str) -> String {
    format!("{GROUP}/providers/Microsoft.KeyVault/vaults/{vault}")
}

pub(crate) fn policy_body(vault: &str, key: &str) -> Value {
    json!({
        "location": "europe",
        "kind": "Encryption",
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "lockbox": null,
            "encryption": {"state": "Enabled", "keyVault": {"id": vault_id(vault), "key": {"name": key}}},
            "networkInjection": null,
        },
    })
}

pub(crate) fn client(emulator: &Emulator) -> Client {
    // The tests of one file share the process; whoever comes first installs the provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = std::fs::read(emulator.ca_certificate_file()).unwrap();
    Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()])
        .no_proxy()
        .build()
        .unwrap()
}
