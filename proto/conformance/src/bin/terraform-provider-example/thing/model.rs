//! `example_thing` as Rust structs. The fields' names are the attributes' names.

use std::collections::BTreeMap;

use tfplugin::timeouts::Timeouts;
use tfplugin::{Attr, Diagnostic, Diagnostics, Model, Number, SetOf, Value};

use crate::remote::{Remote, Stored};

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Thing {
    pub(super) id: Attr<String>,
    pub(super) name: Attr<String>,
    pub(super) kind: Attr<String>,
    pub(super) note: Attr<String>,
    pub(super) size: Attr<i64>,
    pub(super) weight: Attr<Number>,
    pub(super) zone: Attr<String>,
    pub(super) etag: Attr<String>,
    pub(super) updates: Attr<i64>,
    pub(super) token: Attr<String>,
    pub(super) password: Attr<String>,
    pub(super) password_version: Attr<i64>,
    pub(super) old_note: Attr<String>,
    pub(super) misbehave: Attr<String>,
    pub(super) tags: Attr<BTreeMap<String, Attr<String>>>,
    pub(super) settings: Value,
    pub(super) owner: Attr<Owner>,
    pub(super) disks: Attr<Vec<Attr<Disk>>>,
    pub(super) ports: Attr<SetOf<Attr<Port>>>,
    pub(super) labels: Attr<BTreeMap<String, Attr<Label>>>,
    pub(super) rule: Attr<Vec<Attr<Rule>>>,
    pub(super) member: Attr<SetOf<Attr<Member>>>,
    pub(super) limits: Attr<Limits>,
    pub(super) timeouts: Attr<Timeouts>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Owner {
    pub(super) name: Attr<String>,
    pub(super) email: Attr<String>,
    pub(super) id: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Disk {
    pub(super) size: Attr<i64>,
    pub(super) key: Attr<String>,
    pub(super) id: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Port {
    pub(super) number: Attr<i64>,
    pub(super) protocol: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Label {
    pub(super) value: Attr<String>,
    pub(super) stamp: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Rule {
    pub(super) port: Attr<i64>,
    pub(super) note: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Member {
    pub(super) name: Attr<String>,
    pub(super) role: Attr<String>,
}

#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Limits {
    pub(super) most: Attr<i64>,
}

impl Thing {
    /// What the cloud has to store.
    pub(super) fn to_remote(&self, remote: &Remote, revision: u64) -> Result<Stored, Diagnostics> {
        let Some(name) = self.name.as_str() else {
            return Err(Diagnostic::error("Missing name", "A thing has a name.").into());
        };
        Ok(Stored {
            name: name.to_owned(),
            kind: self.kind.clone().known(),
            note: self.note.clone().known(),
            size: self.size.known().unwrap_or(1),
            zone: self
                .zone
                .clone()
                .known()
                .unwrap_or_else(|| remote.default_zone.clone()),
            tags: self.tags.clone().known().map(|tags| {
                tags.into_iter()
                    .filter_map(|(key, tag)| Some((key, tag.known()?)))
                    .collect()
            }),
            revision,
        })
    }

    /// Takes over what the cloud says. What it does not store stays as it was.
    pub(super) fn take_in(&mut self, stored: &Stored) {
        self.name = Attr::Known(stored.name.clone());
        self.kind = stored.kind.clone().into();
        self.note = stored.note.clone().into();
        self.size = Attr::Known(stored.size);
        self.tags = match (stored.tags.clone(), &self.tags) {
            // The cloud does not tell an empty map from none, so the state decides.
            (Some(tags), Attr::Null) if tags.is_empty() => Attr::Null,
            (tags, _) => tags
                .map(|tags| {
                    tags.into_iter()
                        .map(|(key, tag)| (key, tag.into()))
                        .collect()
                })
                .into(),
        };
        self.zone = Attr::Known(stored.zone.clone());
        self.etag = Attr::Known(format!("revision-{}", stored.revision));
        self.fill_in(stored);
    }

    /// Gives every unknown attribute its value.
    pub(super) fn fill_in(&mut self, stored: &Stored) {
        let id = self.id.clone().known().unwrap_or_default();
        let set = |attribute: &mut Attr<String>, value: String| {
            if attribute.is_unknown() {
                *attribute = Attr::Known(value);
            }
        };
        set(&mut self.zone, stored.zone.clone());
        set(&mut self.etag, format!("revision-{}", stored.revision));
        if self.token.is_unknown() || self.token.is_null() {
            self.token = Attr::Known(format!("token-of-{id}"));
        }
        if self.updates.is_unknown() || self.updates.is_null() {
            self.updates = Attr::Known(0);
        }
        if self.size.is_unknown() {
            self.size = Attr::Known(stored.size);
        }
        if let Attr::Known(owner) = &mut self.owner {
            set(&mut owner.id, format!("owner-of-{id}"));
        }
        if let Attr::Known(disks) = &mut self.disks {
            for (index, disk) in disks.iter_mut().enumerate() {
                if let Attr::Known(disk) = disk {
                    set(&mut disk.id, format!("disk-{index}"));
                }
            }
        }
        if let Attr::Known(labels) = &mut self.labels {
            for (key, label) in labels.iter_mut() {
                if let Attr::Known(label) = label {
                    set(&mut label.stamp, format!("stamp-{key}"));
                }
            }
        }
        if let Attr::Known(SetOf(members)) = &mut self.member {
            for member in members {
                if let Attr::Known(member) = member {
                    let name = member.name.clone().known().unwrap_or_default();
                    set(&mut member.role, format!("role-of-{name}"));
                }
            }
        }
    }
}
