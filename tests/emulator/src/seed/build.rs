//! From a seed to a tenant.

use std::collections::BTreeMap;

use serde_json::Value;

use super::keys::{grant, new_key, policy_key};
use super::{Seed, SeedEnvironment, SeedError, SeedPolicy, SeedVault};
use crate::clock::Timestamp;
use crate::geo;
use crate::state::environment::{Environment, NewEnvironment, Slot};
use crate::state::policy::{Policy, PolicyKind};
use crate::state::vault::{Vault, VaultKind};
use crate::state::{ResourceGroup, Subscription, Tenant};

/// When everything in a seed was created: long before any clock starts.
pub(super) const CREATED: Timestamp = Timestamp::from_unix_seconds(1_735_787_045);

impl Seed {
    /// Builds the tenant and checks that all references fit.
    pub(crate) fn tenant(&self) -> Result<Tenant, SeedError> {
        let mut tenant = Tenant {
            tenant_id: self.tenant_id.clone(),
            applications: self.applications.clone(),
            subscriptions: BTreeMap::new(),
            resource_groups: BTreeMap::new(),
            vaults: BTreeMap::new(),
            policies: BTreeMap::new(),
            role_assignments: BTreeMap::new(),
            environments: BTreeMap::new(),
            operations: Vec::new(),
            running: Vec::new(),
            principals: BTreeMap::new(),
            platform_apps: None,
            graph: Vec::new(),
            ids_given: 0,
        };
        self.add_applications(&mut tenant);
        self.add_subscriptions(&mut tenant)?;
        for (index, vault) in self.vaults.iter().enumerate() {
            self.add_vault(&mut tenant, vault, &format!("vaults[{index}]"))?;
        }
        let generated = self.generated_policies();
        for (index, policy) in self.policies.iter().chain(&generated).enumerate() {
            self.add_policy(&mut tenant, policy, &format!("policies[{index}]"))?;
        }
        for (index, environment) in self.environments.iter().enumerate() {
            add_environment(&mut tenant, environment, &format!("environments[{index}]"))?;
        }
        for environment in self.generated_environments(&generated) {
            add_environment(&mut tenant, &environment, "generate")?;
        }
        Ok(tenant)
    }

    fn add_applications(&self, tenant: &mut Tenant) {
        for index in 0..tenant.applications.len() {
            if tenant.applications[index].object_id.is_empty() {
                tenant.applications[index].object_id = tenant.new_guid();
            }
            let object_id = tenant.applications[index].object_id.to_lowercase();
            tenant.principals.insert(object_id, CREATED);
        }
        debug_assert_eq!(self.applications.len(), tenant.applications.len());
    }

    fn add_subscriptions(&self, tenant: &mut Tenant) -> Result<(), SeedError> {
        for (index, subscription) in self.subscriptions.iter().enumerate() {
            let registered = subscription.registered.then_some(CREATED);
            let new = Subscription {
                id: subscription.id.clone(),
                registered_at: registered,
                feature_registered_at: registered,
            };
            if tenant
                .subscriptions
                .insert(new.id.to_lowercase(), new)
                .is_some()
            {
                return Err(SeedError::Repeated {
                    place: format!("subscriptions[{index}]"),
                    name: subscription.id.clone(),
                });
            }
        }
        for (index, group) in self.resource_groups.iter().enumerate() {
            let place = format!("resourceGroups[{index}]");
            let first = self.subscriptions.first().map(|first| &first.id);
            let subscription = group.subscription.as_ref().or(first);
            let id = subscription.cloned().unwrap_or_default();
            if !tenant.subscriptions.contains_key(&id.to_lowercase()) {
                return Err(SeedError::Unknown {
                    place,
                    what: "subscription",
                    name: id,
                });
            }
            let key = format!("/subscriptions/{id}/resourceGroups/{}", group.name).to_lowercase();
            let new = ResourceGroup {
                subscription: id,
                name: group.name.clone(),
                location: group.location.clone(),
            };
            if tenant.resource_groups.insert(key, new).is_some() {
                return Err(SeedError::Repeated {
                    place,
                    name: group.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// A resource group by name, or the first one.
    fn group<'a>(
        &self,
        tenant: &'a Tenant,
        name: Option<&str>,
        place: &str,
    ) -> Result<&'a ResourceGroup, SeedError> {
        let first = self
            .resource_groups
            .first()
            .map(|first| first.name.as_str());
        let wanted = name.or(first).unwrap_or_default();
        tenant
            .resource_groups
            .values()
            .find(|group| group.name.eq_ignore_ascii_case(wanted))
            .ok_or_else(|| SeedError::Unknown {
                place: place.into(),
                what: "resource group",
                name: wanted.into(),
            })
    }

    fn add_vault(
        &self,
        tenant: &mut Tenant,
        vault: &SeedVault,
        place: &str,
    ) -> Result<(), SeedError> {
        let group = self.group(tenant, vault.resource_group.as_deref(), place)?;
        let kind = if vault.kind == VaultKind::ManagedHsm {
            "managedHSMs"
        } else {
            "vaults"
        };
        let id = format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.KeyVault/{kind}/{}",
            group.subscription, group.name, vault.name
        );
        let mut keys = BTreeMap::new();
        for key in &vault.keys {
            keys.insert(key.name.to_lowercase(), new_key(tenant, vault.kind, key));
        }
        let new = Vault {
            id: id.clone(),
            name: vault.name.clone(),
            location: vault.location.clone(),
            kind: vault.kind,
            purge_protection: vault.purge_protection,
            soft_delete: vault.soft_delete,
            network: vault.network.clone(),
            tags: vault.tags.clone(),
            access_policies: Vec::new(),
            keys,
            local_assignments: Vec::new(),
        };
        match tenant.vaults.insert(id.to_lowercase(), new) {
            None => Ok(()),
            Some(_) => Err(SeedError::Repeated {
                place: place.into(),
                name: vault.name.clone(),
            }),
        }
    }

    fn add_policy(
        &self,
        tenant: &mut Tenant,
        policy: &SeedPolicy,
        place: &str,
    ) -> Result<(), SeedError> {
        if !geo::is_policy_location(&policy.location) {
            return Err(SeedError::Word {
                place: format!("{place}.location"),
                word: policy.location.clone(),
                expected: geo::POLICY_LOCATIONS.join(", "),
            });
        }
        let group = self
            .group(tenant, policy.resource_group.as_deref(), place)?
            .clone();
        let key = policy_key(tenant, policy, place)?;
        let (principal_id, guid) = (tenant.new_guid(), tenant.new_guid());
        let new = Policy {
            subscription: group.subscription,
            resource_group: group.name,
            name: policy.name.clone(),
            location: policy.location.clone(),
            kind: policy.kind.word().into(),
            tags: policy.tags.clone(),
            principal_id: principal_id.clone(),
            guid,
            key,
            lockbox: Value::Null,
            network_injection: Value::Null,
            created: CREATED,
            modified: CREATED,
            created_by: "seed".into(),
            modified_by: "seed".into(),
            linkable: CREATED,
            key_usable: policy.granted,
            unhealthy: false,
            was_linked: false,
        };
        tenant
            .principals
            .insert(principal_id.to_lowercase(), CREATED);
        if policy.granted
            && let Some(key) = &new.key
        {
            grant(tenant, &key.vault_id.clone(), &principal_id);
        }
        match tenant.policies.insert(new.id().to_lowercase(), new) {
            None => Ok(()),
            Some(_) => Err(SeedError::Repeated {
                place: place.into(),
                name: policy.name.clone(),
            }),
        }
    }

    fn generated_policies(&self) -> Vec<SeedPolicy> {
        let vault = self.vaults.first();
        let key = vault.and_then(|vault| vault.keys.first());
        (1..=self.generate.policies)
            .map(|number| SeedPolicy {
                name: format!("ep-{number:05}"),
                resource_group: None,
                location: "europe".into(),
                kind: PolicyKind::Encryption,
                vault: vault.map(|vault| vault.name.clone()),
                key: key.map(|key| key.name.clone()).unwrap_or_default(),
                key_version: None,
                tags: BTreeMap::new(),
                granted: true,
            })
            .collect()
    }

    fn generated_environments<'a>(
        &'a self,
        policies: &'a [SeedPolicy],
    ) -> impl Iterator<Item = SeedEnvironment> + 'a {
        let mut in_turn = policies.iter().cycle();
        (1..=self.generate.environments).map(move |number| SeedEnvironment {
            id: format!("10000000-0000-0000-0000-{number:012}"),
            display_name: format!("Generated {number:05}"),
            description: None,
            location: "europe".into(),
            azure_region: "westeurope".into(),
            sku: "Production".into(),
            managed: true,
            dataverse: true,
            finops: None,
            policies: (number <= self.generate.linked)
                .then(|| in_turn.next().map(|policy| policy.name.clone()))
                .flatten()
                .into_iter()
                .collect(),
            group: None,
        })
    }
}

fn add_environment(
    tenant: &mut Tenant,
    environment: &SeedEnvironment,
    place: &str,
) -> Result<(), SeedError> {
    let mut slots = BTreeMap::new();
    for name in &environment.policies {
        let policy = tenant
            .policies
            .values_mut()
            .find(|policy| policy.name.eq_ignore_ascii_case(name))
            .ok_or_else(|| SeedError::Unknown {
                place: place.into(),
                what: "policy",
                name: name.clone(),
            })?;
        policy.was_linked = true;
        let kind = policy.known_kind().unwrap_or(PolicyKind::Encryption);
        if slots.insert(kind, Slot::of(policy, "Linked")).is_some() {
            return Err(SeedError::Repeated {
                place: place.into(),
                name: kind.word().into(),
            });
        }
    }
    let mut new = Environment::new(NewEnvironment {
        id: environment.id.clone(),
        display_name: environment.display_name.clone(),
        description: environment.description.clone(),
        location: environment.location.clone(),
        azure_region: environment.azure_region.clone(),
        sku: environment.sku.clone(),
        dataverse: environment.dataverse.then(|| tenant.new_guid()),
        finops: environment.finops.clone(),
        group: environment.group.clone(),
        created: CREATED,
        managed: environment.managed,
    });
    if !slots.is_empty() {
        new.change(CREATED, CREATED, |view| view.slots = slots);
    }
    match tenant
        .environments
        .insert(environment.id.to_lowercase(), new)
    {
        None => Ok(()),
        Some(_) => Err(SeedError::Repeated {
            place: place.into(),
            name: environment.id.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        match Seed::parse(text).and_then(|seed| seed.tenant()) {
            Ok(_) => panic!("the seed is valid"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_built_in_seed_is_valid() {
        let tenant = Seed::default().tenant().unwrap();
        assert_eq!(tenant.environments.len(), 9);
    }

    #[test]
    fn points_at_an_unknown_member() {
        let error = error_of("{\n  \"tenantId\": \"t\",\n  \"enviroments\": []\n}");
        assert!(
            error.contains("enviroments") && error.contains("line 3"),
            "{error}"
        );
    }

    #[test]
    fn names_a_reference_that_leads_nowhere() {
        let error = error_of(
            r#"{"tenantId": "t", "environments": [{"id": "e", "displayName": "E", "policies": ["p"]}]}"#,
        );
        assert!(
            error.contains("environments[0] names policy `p`"),
            "{error}"
        );
    }

    #[test]
    fn generates_a_big_tenant() {
        let mut seed = Seed::default();
        seed.generate.environments = 2_000;
        seed.generate.policies = 3;
        seed.generate.linked = 10;
        let tenant = seed.tenant().unwrap();
        assert_eq!(tenant.environments.len(), 2_009);
        assert_eq!(tenant.policies.len(), 3);
        let first = tenant.policies.values().next().unwrap();
        assert_eq!(tenant.links_of(&first.system_id()), 4);
    }
}
