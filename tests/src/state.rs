//! Terraform's state file, as tests ask about it.

use serde_json::Value;

/// A copy of the state.
#[derive(Clone, Debug)]
pub struct State(pub(crate) Value);

impl State {
    /// The whole file.
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// The resource instances, as addresses such as `ppcmk_enterprise_policy.eu` or
    /// `ppcmk_environment_assignment.all["uat"]`, sorted.
    pub fn addresses(&self) -> Vec<String> {
        let mut addresses: Vec<String> = self
            .instances()
            .map(|(address, _)| address)
            .filter(|address| !address.starts_with("data."))
            .collect();
        addresses.sort();
        addresses
    }

    /// The attributes of an instance. Panics if there is no such instance.
    #[track_caller]
    pub fn of(&self, address: &str) -> &Value {
        match self.find(address) {
            Some(instance) => &instance["attributes"],
            None => panic!(
                "no {address} in the state, which has {:?}",
                self.addresses()
            ),
        }
    }

    /// An attribute that is text. Panics if it is not there, or not text.
    #[track_caller]
    pub fn text(&self, address: &str, attribute: &str) -> &str {
        match &self.of(address)[attribute] {
            Value::String(text) => text,
            other => panic!("{address} has {attribute} = {other}, which is not text"),
        }
    }

    /// Whether the next apply replaces the instance because its creation failed.
    #[track_caller]
    pub fn is_tainted(&self, address: &str) -> bool {
        let instance = self.find(address);
        instance.unwrap_or_else(|| panic!("no {address} in the state"))["status"] == "tainted"
    }

    /// What the provider keeps about an instance and does not show, as Terraform stores it.
    pub fn private(&self, address: &str) -> Option<&str> {
        self.find(address)?["private"].as_str()
    }

    fn find(&self, address: &str) -> Option<&Value> {
        self.instances()
            .find_map(|(name, instance)| (name == address).then_some(instance))
    }

    fn instances(&self) -> impl Iterator<Item = (String, &Value)> {
        let resources = self.0["resources"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        resources.iter().flat_map(|resource| {
            let part = |name: &str| resource[name].as_str().unwrap_or_default();
            let data = if part("mode") == "data" { "data." } else { "" };
            let module = match part("module") {
                "" => String::new(),
                module => format!("{module}."),
            };
            let address = format!("{module}{data}{}.{}", part("type"), part("name"));
            let instances = resource["instances"].as_array();
            instances.into_iter().flatten().map(move |instance| {
                let key = match &instance["index_key"] {
                    Value::Null => String::new(),
                    key => format!("[{key}]"),
                };
                (format!("{address}{key}"), instance)
            })
        })
    }
}
