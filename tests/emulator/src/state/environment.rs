//! Environments, and what of them is visible when.
//!
//! Reads lag behind writes, so an environment keeps its past views until they are outdated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::policy::{Policy, PolicyKind};
use crate::clock::Timestamp;

/// A link to a finance and operations application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FinOps {
    /// `Internal` (admin center) or `Linked` (Lifecycle Services).
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of the application; for `Linked` the environment id of Lifecycle Services.
    pub id: String,
    /// Where the application answers.
    pub url: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) location: String,
    pub(crate) azure_region: String,
    pub(crate) sku: String,
    /// The organisation's id, when there is a Dataverse database.
    pub(crate) dataverse: Option<String>,
    pub(crate) finops: Option<FinOps>,
    pub(crate) group: Option<String>,
    pub(crate) created: Timestamp,
    /// Oldest first; the last one is the truth.
    views: Vec<View>,
    views_made: u64,
    #[serde(skip)]
    rendered: Option<Rendered>,
}

/// A rendering and what it depends on.
#[derive(Clone, Debug)]
struct Rendered {
    key: (u64, u64, u8),
    text: String,
}

/// The part of an environment that changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct View {
    revision: u64,
    visible: Option<Timestamp>,
    pub(crate) managed: bool,
    pub(crate) extended_settings: BTreeMap<String, String>,
    pub(crate) slots: BTreeMap<PolicyKind, Slot>,
    /// `properties.states.management.id`
    pub(crate) management: String,
    /// `properties.states.runtime.id`
    pub(crate) runtime: String,
    pub(crate) modified: Option<Timestamp>,
}

/// Which policy is linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slot {
    pub(crate) policy_id: String,
    pub(crate) location: String,
    pub(crate) id: String,
    pub(crate) system_id: String,
    pub(crate) link_status: String,
}

impl Slot {
    pub(crate) fn of(policy: &Policy, link_status: &str) -> Self {
        Self {
            policy_id: policy.guid.clone(),
            location: policy.location.clone(),
            id: policy.id(),
            system_id: policy.system_id(),
            link_status: link_status.into(),
        }
    }
}

/// What an environment is created from.
pub(crate) struct NewEnvironment {
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) location: String,
    pub(crate) azure_region: String,
    pub(crate) sku: String,
    pub(crate) dataverse: Option<String>,
    pub(crate) finops: Option<FinOps>,
    pub(crate) group: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) managed: bool,
}

impl Environment {
    pub(crate) fn new(new: NewEnvironment) -> Self {
        let view = View {
            managed: new.managed,
            management: "Ready".into(),
            runtime: "Enabled".into(),
            modified: Some(new.created),
            ..View::default()
        };
        Self {
            id: new.id,
            display_name: new.display_name,
            description: new.description,
            location: new.location,
            azure_region: new.azure_region,
            sku: new.sku,
            dataverse: new.dataverse,
            finops: new.finops,
            group: new.group,
            created: new.created,
            views: vec![view],
            views_made: 0,
            rendered: None,
        }
    }

    /// The truth, which decides what is allowed.
    pub(crate) fn live(&self) -> &View {
        self.views
            .last()
            .expect("an environment has at least one view")
    }

    /// What a read shows.
    pub(crate) fn visible(&self, now: Timestamp) -> &View {
        self.views
            .iter()
            .rev()
            .find(|view| view.visible.is_none_or(|visible| visible <= now))
            .unwrap_or(&self.views[0])
    }

    /// Changes the truth at a point in time; reads show it from `visible` on.
    pub(crate) fn change(
        &mut self,
        at: Timestamp,
        visible: Timestamp,
        change: impl FnOnce(&mut View),
    ) {
        let mut next = self.live().clone();
        change(&mut next);
        self.views_made += 1;
        next.revision = self.views_made;
        next.modified = Some(at);
        // A later change never becomes visible before an earlier one.
        next.visible = self.live().visible.max(Some(visible));
        let outdated = self
            .views
            .iter()
            .rposition(|view| view.visible.is_none_or(|time| time <= at));
        self.views.drain(..outdated.unwrap_or(0));
        self.views.push(next);
    }

    /// A cached rendering: most environments of a big tenant never change.
    pub(crate) fn rendered(
        &mut self,
        now: Timestamp,
        epoch: u64,
        variant: u8,
        render: impl FnOnce(&Self, &View) -> String,
    ) -> &str {
        let key = (epoch, self.visible(now).revision, variant);
        if self
            .rendered
            .as_ref()
            .is_none_or(|rendered| rendered.key != key)
        {
            let text = render(self, self.visible(now));
            self.rendered = Some(Rendered { key, text });
        }
        self.rendered.as_ref().map_or("", |rendered| &rendered.text)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn environment() -> Environment {
        Environment::new(NewEnvironment {
            id: "e".into(),
            display_name: "e".into(),
            description: None,
            location: "europe".into(),
            azure_region: "westeurope".into(),
            sku: "Production".into(),
            dataverse: None,
            finops: None,
            group: None,
            created: Timestamp::START,
            managed: false,
        })
    }

    #[test]
    fn a_change_shows_after_its_delay() {
        let mut environment = environment();
        let later = Timestamp::START + Duration::from_secs(5);
        environment.change(Timestamp::START, later, |view| view.managed = true);
        assert!(environment.live().managed);
        assert!(!environment.visible(Timestamp::START).managed);
        assert!(environment.visible(later).managed);
    }

    #[test]
    fn changes_show_in_their_order() {
        let mut environment = environment();
        let later = Timestamp::START + Duration::from_secs(5);
        environment.change(Timestamp::START, later, |view| {
            view.runtime = "Disabled".into();
        });
        environment.change(Timestamp::START, Timestamp::START, |view| {
            view.managed = true;
        });
        assert!(!environment.visible(Timestamp::START).managed);
        assert_eq!(environment.visible(later).runtime, "Disabled");
    }
}
