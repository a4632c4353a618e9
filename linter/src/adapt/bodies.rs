//! Rules on the spellings of a body, and on what an update puts over it.

use std::path::Path;

use ppcmk_coverage::rules;

use super::{Settings, estate};
use crate::source::Memory;
use crate::source::hcl;

/// Findings as `code line: message`, undecided ones as `code?: reason`.
fn answers(files: &[(&str, &str)], codes: &[&str]) -> Vec<String> {
    let tree = files.iter().fold(Memory::default(), |tree, (path, text)| {
        tree.with(path, *text)
    });
    let reading = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
    assert_eq!(reading.problems, []);
    let rules: Vec<_> = codes.iter().filter_map(|code| rules::find(code)).collect();
    let (findings, undecided) = rules::check(&estate(&reading, &Settings::default()), rules);
    let findings = findings.iter().map(|finding| {
        let line = finding.location.as_ref().map_or(0, |at| at.start.line);
        format!("{} {line}: {}", finding.rule.code, finding.message)
    });
    let undecided = undecided
        .iter()
        .map(|one| format!("{}?: {}", one.rule.code, one.unknown.reason));
    findings.chain(undecided).collect()
}

const VAULT: &str = r#"
resource "azurerm_key_vault" "cmk" {
  for_each                   = toset(["eu"])
  name                       = "kv-cmk"
  location                   = "westeurope"
  rbac_authorization_enabled = true
  purge_protection_enabled   = false
}
"#;

const GRANT: &str = r#"
resource "azurerm_role_assignment" "cmk" {
  scope                = azurerm_key_vault.cmk["eu"].id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = azapi_resource.policy.identity[0].principal_id
}
"#;

/// Vault, grant and a policy with this body.
fn with_body(body: &str) -> String {
    format!(
        "{VAULT}{GRANT}
resource \"azapi_resource\" \"policy\" {{
  type      = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  name      = \"ep-cmk-europe\"
  location  = \"europe\"
  identity {{
    type = \"SystemAssigned\"
  }}
  body = {body}
}}
"
    )
}

const HEREDOC: &str = r#"<<-JSON
    {
      "kind": "Encryption",
      "properties": { "encryption": { "state": "Enabled", "keyVault": {
        "id": "${azurerm_key_vault.cmk["eu"].id}", "key": { "name": "cmk" } } } }
    }
  JSON"#;

const POLICY_RULES: [&str; 4] = ["CMK107", "CMK109", "CMK201", "CMK207"];

#[test]
fn a_heredoc_with_references_is_read_like_an_object() {
    let purge = "CMK201 7: purge protection is off";
    let heredoc = with_body(HEREDOC);
    assert_eq!(answers(&[("main.tf", &heredoc)], &POLICY_RULES), [purge]);
    let lockbox = heredoc.replace("\"Encryption\"", "\"Lockbox\"");
    assert_eq!(
        answers(&[("main.tf", &lockbox)], &POLICY_RULES),
        ["CMK109 23: the policy's kind is `Lockbox`, which encrypts nothing"]
    );
    let pinned = heredoc.replace(
        "\"name\": \"cmk\"",
        "\"name\": \"cmk\", \"version\": \"${var.pin}\"",
    );
    let pinned = format!("{pinned}\nvariable \"pin\" {{}}\n");
    assert_eq!(
        answers(&[("main.tf", &pinned)], &POLICY_RULES),
        [purge, "CMK207?: variable `pin` has no value"]
    );
}

#[test]
fn a_template_file_is_read_like_an_object() {
    let source = with_body(
        "templatefile(\"${path.module}/body.tftpl\", { vault = azurerm_key_vault.cmk[\"eu\"].id })",
    );
    let template = r#"{"kind": "Encryption", "properties": {"encryption": {"keyVault":
        {"id": "${vault}", "key": {"name": "cmk"}}}}}"#;
    assert_eq!(
        answers(
            &[("main.tf", &source), ("body.tftpl", template)],
            &POLICY_RULES
        ),
        ["CMK201 7: purge protection is off"],
    );
}

/// The configuration with an update of the vault.
fn updated(meta: &str, properties: &str) -> String {
    format!(
        "{}
resource \"azapi_update_resource\" \"vault\" {{
  type        = \"Microsoft.KeyVault/vaults@2023-07-01\"
  resource_id = azurerm_key_vault.cmk[\"eu\"].id
  {meta}
  body = {{ properties = {{ {properties} }} }}
}}
",
        with_body(HEREDOC)
    )
}

const VAULT_RULES: [&str; 2] = ["CMK201", "CMK206"];

#[test]
fn an_update_says_what_holds_in_the_end() {
    let on = updated("", "enablePurgeProtection = true");
    assert_eq!(answers(&[("main.tf", &on)], &VAULT_RULES), [""; 0]);
    let closed = updated(
        "",
        "enablePurgeProtection = true, publicNetworkAccess = \"Disabled\"",
    );
    let found = answers(&[("main.tf", &closed)], &VAULT_RULES);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("CMK206 36: "), "{found:?}");
    let off = updated("count = 0", "enablePurgeProtection = true");
    assert_eq!(
        answers(&[("main.tf", &off)], &VAULT_RULES),
        ["CMK201 7: purge protection is off"]
    );
    let perhaps = updated("count = var.on ? 1 : 0", "enablePurgeProtection = true");
    let perhaps = format!("{perhaps}\nvariable \"on\" {{}}\n");
    assert_eq!(
        answers(&[("main.tf", &perhaps)], &VAULT_RULES),
        ["CMK201?: variable `on` has no value"]
    );
}

#[test]
fn an_update_of_a_policy_may_pin_the_key() {
    let source = format!(
        "{}
resource \"azapi_update_resource\" \"policy\" {{
  type        = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  resource_id = azapi_resource.policy.id
  body = {{
    properties = {{ encryption = {{ keyVault = {{ key = {{ version = \"0123\" }} }} }} }}
  }}
}}
",
        with_body(HEREDOC)
    );
    let found = answers(&[("main.tf", &source)], &["CMK207"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("CMK207 36: "), "{found:?}");
}

/// Microsoft's example reads the identity's object id from Resource Graph.
#[test]
fn a_query_for_the_identity_of_a_policy_gives_that_identity() {
    let source = |query: &str| {
        let policy = with_body(HEREDOC).replace(
            "azapi_resource.policy.identity[0].principal_id",
            "data.azapi_resource_action.it.output.data[0].identity.principalId",
        );
        format!(
            "{policy}
data \"azapi_resource_action\" \"it\" {{
  type        = \"Microsoft.ResourceGraph@2021-03-01\"
  resource_id = \"/providers/Microsoft.ResourceGraph\"
  action      = \"resources\"
  body        = {{ query = \"resources | where id == '{query}' | take 1\" }}
}}
resource \"powerplatform_enterprise_policy\" \"retail\" {{
  environment_id = \"00000000-0000-0000-0000-00000000000a\"
  policy_type    = \"Encryption\"
  system_id      = azapi_resource.policy.output.properties.systemId
}}
"
        )
    };
    let rules = ["CMK106", "CMK107"];
    let one = source("${azapi_resource.policy.output.id}");
    assert_eq!(
        answers(&[("main.tf", &one)], &rules),
        [
            "CMK106 38: nothing makes the link wait for `azurerm_role_assignment.cmk`, which \
          gives the policy's identity its right on the key"
        ]
    );
    let none = source("somebody");
    let open = answers(&[("main.tf", &none)], &rules);
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].starts_with("CMK107?: "), "{open:?}");
}

#[test]
fn a_data_source_with_the_name_of_a_policy_is_that_policy() {
    let source = with_body(HEREDOC).replace(
        "azapi_resource.policy.identity[0].principal_id",
        "data.azapi_resource.policy.identity[0].principal_id",
    );
    let source = source.replace(
        "  location  = \"europe\"\n",
        "  location  = \"europe\"\n  parent_id = azurerm_resource_group.cmk.id\n",
    );
    let read = |name: &str| {
        format!(
            "{source}
data \"azapi_resource\" \"policy\" {{
  type      = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  name      = {name}
  parent_id = azurerm_resource_group.cmk.id
}}
"
        )
    };
    let own = read("azapi_resource.policy.name");
    assert_eq!(answers(&[("main.tf", &own)], &["CMK107"]), [""; 0]);
    let other = read("\"ep-other\"");
    assert_eq!(
        answers(&[("main.tf", &other)], &["CMK107"]),
        ["CMK107?: `data.azapi_resource.policy` may be this policy, read from the tenant"]
    );
}

#[test]
fn the_end_of_a_role_definitions_id_tells_the_role() {
    let grant = |role: &str| {
        let source = with_body(HEREDOC).replace(
            "role_definition_name = \"Key Vault Crypto Service Encryption User\"",
            &format!("role_definition_id = \"${{data.azurerm_subscription.this.id}}{role}\""),
        );
        let more = "
data \"azurerm_subscription\" \"this\" {}
data \"azurerm_role_definition\" \"reader\" {
  name = \"Key Vault Reader\"
}
data \"azurerm_role_definition\" \"user\" {
  name = \"Key Vault Crypto Service Encryption User\"
}
";
        answers(&[("main.tf", &format!("{source}{more}"))], &["CMK107"])
    };
    let guid = "/providers/Microsoft.Authorization/roleDefinitions/\
                E147488A-F6F5-4113-8E2D-B22465E65BF6";
    assert_eq!(grant(guid), [""; 0]);
    assert_eq!(grant("${data.azurerm_role_definition.user.id}"), [""; 0]);
    assert_eq!(
        grant("${data.azurerm_role_definition.reader.id}"),
        [
            "CMK107 16: the policy's identity gets no right on the key, only the role `key vault reader`"
        ]
    );
}
