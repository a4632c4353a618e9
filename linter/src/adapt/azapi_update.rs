//! `azapi_update_resource`: changes to a vault or a policy that another resource makes.
//!
//! The provider reads the object, puts the body over it and writes it back, so that what the body
//! says is what holds after the apply. What it updates may be in another state; then it says too
//! little to judge.

use ppcmk_coverage::estate::{Existence, Fact, Policy, Vault};

use crate::source::{Instance, Mode};

use super::azapi;
use super::builder::{Builder, Reference};
use super::fields::{Fields, Nested, text};
use super::header::{fields, header};

/// Puts an update over its object. All objects have to be there already.
pub(super) fn apply(builder: &mut Builder<'_>, instance: &Instance) {
    if instance.mode != Mode::Managed || &*instance.type_name != "azapi_update_resource" {
        return;
    }
    let header = header(instance);
    if header.is_removed() {
        return;
    }
    let fields = fields(instance);
    let Some(kind) = azapi::kind(&fields) else {
        return;
    };
    let kind = kind.split('@').next().unwrap_or_default();
    let update = Update {
        properties: fields.nested("body").nested("properties"),
        existence: &header.existence,
    };
    match kind.to_ascii_lowercase().as_str() {
        "microsoft.keyvault/vaults" | "microsoft.keyvault/managedhsms" => {
            let link = builder.vault(&target(&fields));
            if let Some(handle) = link.target() {
                update.vault(&mut builder.estate[handle]);
            }
        }
        "microsoft.powerplatform/enterprisepolicies" => {
            let link = builder.policy(&target(&fields));
            if let Some(handle) = link.target() {
                update.policy(&mut builder.estate[handle]);
            }
        }
        _ => {}
    }
}

/// What it updates: an id, or a parent and a name, of which the id is made.
fn target(fields: &Fields) -> Reference {
    let by_id = fields.reference("resource_id");
    if by_id.value.is_some() {
        return by_id;
    }
    let (parent, name) = (fields.text("parent_id"), fields.text("name"));
    let kind = fields.text("type");
    let id = parent
        .value()
        .zip(name.value())
        .zip(kind.value())
        .map(|((parent, name), kind)| {
            let kind = kind.split('@').next().unwrap_or_default();
            format!("{parent}/providers/{kind}/{name}")
        });
    Reference {
        value: id.map(crate::value::Value::string),
        origin: fields.origin_of("name"),
    }
}

struct Update<'a> {
    properties: Nested,
    existence: &'a Existence,
}

impl Update<'_> {
    fn vault(&self, vault: &mut Vault) {
        let properties = &self.properties;
        self.put(
            &mut vault.purge_protection,
            properties.fact(|it| it.flag("enablePurgeProtection")),
        );
        self.put(
            &mut vault.rbac,
            properties.fact(|it| it.flag("enableRbacAuthorization")),
        );
        self.put(
            &mut vault.retention_days,
            properties.fact(|it| it.number("softDeleteRetentionInDays")),
        );
        self.put(
            &mut vault.public_network_access,
            azapi::public_network_access(properties),
        );
        let (default, bypass) = azapi::network_rules(properties);
        self.put(&mut vault.network_default, default);
        self.put(&mut vault.trusted_services_bypass, bypass);
    }

    fn policy(&self, policy: &mut Policy) {
        let encryption = self.properties.nested("encryption");
        let key = encryption.nested("keyVault").nested("key");
        self.put(
            &mut policy.encryption_enabled,
            azapi::encryption_enabled(&encryption),
        );
        let version = key.fact(|key| key.text("version"));
        self.put(&mut policy.key_version, version.without(String::is_empty));
        self.put(&mut policy.key_name, key.fact(|key| key.fact("name", text)));
    }

    /// What the body does not mention stays as it is; what may not be done is not known.
    fn put<T>(&self, fact: &mut Fact<T>, said: Fact<T>) {
        if said.is_absent() {
            return;
        }
        *fact = match self.existence {
            Existence::Certain => said,
            Existence::Possible(unknown) => Fact::unknown_at(unknown.clone(), said.origin),
        };
    }
}
