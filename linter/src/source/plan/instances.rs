//! Instances from the changes of a plan.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;
use ppcmk_coverage::estate::{Change, Existence, Fact, Reason, Step, Unknown};
use serde::de::DeserializeSeed;
use serde_json::value::RawValue;

use super::address::{ModulePath, module_prefix, split_modules, steps, without_keys};
use super::change;
use super::configuration::Configuration;
use super::document::{DeferredChange, ResourceChange, is_kept};
use super::mask::{Mask, Masks};
use super::symbols::{Keys, Place, References, Resolver};
use super::values::{Build, Interner, Names, OwnNames, Path};
use crate::adapt::is_understood;
use crate::source::encoded::Document;
use crate::source::{InputError, Instance, InstanceKey, Mode};
use crate::value::Value;

/// What the instances of a plan are made of.
pub(super) struct Plan<'p, 'a> {
    pub(super) document: Document<'a>,
    pub(super) interner: &'p Interner,
    pub(super) configuration: &'p Configuration<'p, 'a>,
    pub(super) masks: Masks<'a>,
}

/// A change, parsed but for its values.
struct Parsed<'a> {
    resource: ResourceChange<'a>,
    unknown: Rc<Mask<'a>>,
    sensitive: Rc<Mask<'a>>,
    /// Why it is not certain that there will be such an instance.
    deferred: Option<Unknown>,
}

/// Values of the document, and what is unknown and what is sensitive of them.
#[derive(Clone, Copy)]
struct Marked<'m> {
    /// The type of the instance.
    kind: &'m str,
    raw: Option<&'m RawValue>,
    unknown: &'m Mask<'m>,
    sensitive: &'m Mask<'m>,
}

impl<'a> Plan<'_, 'a> {
    /// The instances of all changes.
    pub(super) fn instances(
        &self,
        changes: Vec<ResourceChange<'a>>,
        deferred: Vec<DeferredChange<'a>>,
    ) -> Result<Vec<Instance>, InputError> {
        let mut parsed = Vec::with_capacity(changes.len());
        for resource in changes {
            parsed.push(self.parse(resource, None)?);
        }
        for change in deferred {
            let why = deferral(change.reason.as_deref());
            let resource = change.resource_change;
            let is_kept = |one: &ResourceChange<'_>| {
                is_understood(&one.type_name) && is_kept(one.mode.as_deref())
            };
            if let Some(resource) = resource.filter(is_kept) {
                parsed.push(self.parse(resource, Some(why))?);
            }
        }
        let resolver = self.resolver(&parsed);
        let mut instances = Vec::with_capacity(parsed.len());
        for change in &parsed {
            instances.push(self.instance(change, &resolver)?);
        }
        Ok(instances)
    }

    fn parse(
        &self,
        resource: ResourceChange<'a>,
        deferred: Option<Unknown>,
    ) -> Result<Parsed<'a>, InputError> {
        let mut unknown = self.mask(resource.change.after_unknown)?;
        if deferred.is_some() && resource.change.after.is_none() && unknown.is_none() {
            // Nothing is said about what it will be.
            unknown = Rc::new(Mask::All);
        }
        Ok(Parsed {
            unknown,
            sensitive: self.mask(resource.change.after_sensitive)?,
            resource,
            deferred,
        })
    }

    fn mask(&self, raw: Option<&'a RawValue>) -> Result<Rc<Mask<'a>>, InputError> {
        self.masks.read(raw).map_err(|error| {
            let text = raw.map_or("", RawValue::get);
            self.document.broken(text, &error)
        })
    }

    fn resolver<'r>(&'r self, parsed: &'r [Parsed<'a>]) -> Resolver<'r> {
        let mut resolver = Resolver {
            configuration: self.configuration,
            marks: HashMap::with_capacity_and_hasher(parsed.len(), RandomState::default()),
            keys: Keys::default(),
        };
        for one in parsed.iter().filter(|one| one.resource.deposed.is_none()) {
            let marks = [&*one.unknown, &*one.sensitive];
            resolver.marks.insert(&one.resource.address, marks);
            add_keys(&mut resolver.keys, &one.resource);
        }
        resolver
    }

    fn instance(
        &self,
        parsed: &Parsed<'a>,
        resolver: &Resolver<'_>,
    ) -> Result<Instance, InputError> {
        let resource = &parsed.resource;
        let modules = modules(&resource.address);
        let key = key(resource);
        let address = address(resource);
        let block = block(&address, resource);
        let planned = change::change(self.document, resource)?;
        let (values, before) = self.values(
            &address,
            parsed,
            planned.as_ref(),
            &names(resolver, &block, &modules, key.as_ref()),
        )?;
        Ok(Instance {
            existence: existence(parsed, planned.is_some()),
            calls: calls(&modules),
            mode: mode(resource.mode.as_deref()),
            type_name: self.interner.text(&resource.type_name),
            change: planned,
            prevent_destroy: Fact::default(),
            import_id: None,
            location: None,
            extent: None,
            address,
            block,
            key,
            values,
            before,
        })
    }

    /// The values after the change, and before it. Of what is removed, those before are all there is.
    fn values(
        &self,
        address: &str,
        parsed: &Parsed<'a>,
        planned: Option<&Change>,
        names: &References<'_>,
    ) -> Result<(Value, Option<Value>), InputError> {
        let change = &parsed.resource.change;
        let kind = &*parsed.resource.type_name;
        let before_sensitive = self.mask(change.before_sensitive)?;
        let before = Marked {
            kind,
            raw: change.before,
            unknown: &Mask::None,
            sensitive: &before_sensitive,
        };
        let after = Marked {
            kind,
            raw: change.after,
            unknown: &parsed.unknown,
            sensitive: &parsed.sensitive,
        };
        let before_value = match before.raw {
            Some(_) => Some(self.value(address, before, &OwnNames)?),
            None => None,
        };
        let stays =
            before.is_same(after) || (after.raw.is_none() && planned.is_some_and(Change::removes));
        let values = match &before_value {
            Some(before) if stays => before.clone(),
            _ => self.value(address, after, names)?,
        };
        Ok((values, before_value))
    }

    fn value(
        &self,
        address: &str,
        marked: Marked<'_>,
        names: &impl Names,
    ) -> Result<Value, InputError> {
        let build = Build {
            interner: self.interner,
            path: &Path::Root(address),
            unknown: marked.unknown,
            sensitive: marked.sensitive,
            names,
            kind: Some(marked.kind),
        };
        match marked.raw {
            Some(raw) => self.document.build(raw, build),
            None => Ok(build.without_values()),
        }
    }
}

impl Document<'_> {
    /// Builds a value of a part of the text.
    pub(super) fn build<N: Names>(
        &self,
        raw: &RawValue,
        build: Build<'_, N>,
    ) -> Result<Value, InputError> {
        let mut reader = serde_json::Deserializer::from_str(raw.get());
        build
            .deserialize(&mut reader)
            .map_err(|error| self.broken(raw.get(), &error))
    }
}

impl Marked<'_> {
    /// Whether the text and the marks are the same, and everything is known.
    fn is_same(&self, other: Self) -> bool {
        other.unknown.is_none()
            && self.sensitive == other.sensitive
            && self.raw.map(RawValue::get) == other.raw.map(RawValue::get)
    }
}

/// The modules around an instance.
fn modules(address: &str) -> ModulePath {
    if !address.starts_with("module.") {
        return ModulePath::new();
    }
    split_modules(&steps(address)).0
}

/// Notes the keys of an instance, and of the modules around it.
fn add_keys(keys: &mut Keys, resource: &ResourceChange<'_>) {
    if let Some(own) = key(resource) {
        let length = own.to_string().len();
        let end = resource.address.len().saturating_sub(length);
        keys.add(resource.address.get(..end).unwrap_or_default(), own);
    }
    let modules = modules(&resource.address);
    for (at, (name, key)) in modules.iter().enumerate() {
        if let Some(key) = key {
            let outside = module_prefix(&modules[..at]);
            keys.add(&format!("{outside}module.{name}"), key.clone());
        }
    }
}

fn names<'r>(
    resolver: &'r Resolver<'r>,
    block: &str,
    modules: &'r ModulePath,
    key: Option<&'r InstanceKey>,
) -> References<'r> {
    let configured = resolver.configuration.blocks.get(block);
    let place = Place {
        module: modules,
        key,
        for_each: configured.and_then(|block| block.for_each_expression.as_ref()),
    };
    References::new(resolver, place, configured.map(|block| &block.expressions))
}

/// The address; an old object that is still to be destroyed has one of its own.
fn address(resource: &ResourceChange<'_>) -> Arc<str> {
    match &resource.deposed {
        Some(key) => format!("{} (deposed object {})", &*resource.address, &**key).into(),
        None => (*resource.address).into(),
    }
}

/// The address without keys.
fn block(address: &Arc<str>, resource: &ResourceChange<'_>) -> Arc<str> {
    if resource.deposed.is_none() && !address.contains('[') {
        return address.clone();
    }
    without_keys(&resource.address)
}

fn key(resource: &ResourceChange<'_>) -> Option<InstanceKey> {
    if resource.index_unknown {
        return Some(InstanceKey::Unknown);
    }
    resource.index.as_ref().map(|index| index.0.clone())
}

/// The mode, which old formats leave out.
pub(super) fn mode(word: Option<&str>) -> Mode {
    match word {
        Some("data") => Mode::Data,
        _ => Mode::Managed,
    }
}

/// The calls around an instance, outermost first. A plan does not say where they stand.
pub(super) fn calls(modules: &ModulePath) -> Vec<Step> {
    (1..=modules.len())
        .map(|length| {
            let prefix = module_prefix(&modules[..length]);
            Step {
                label: prefix.trim_end_matches('.').into(),
                location: None,
            }
        })
        .collect()
}

fn existence(parsed: &Parsed<'_>, is_action_known: bool) -> Existence {
    match &parsed.deferred {
        Some(why) => Existence::Possible(why.clone()),
        None if is_action_known => Existence::Certain,
        None => Existence::Possible(Unknown::new(Reason::Expression(
            "what the plan does with it is not known to this program".into(),
        ))),
    }
}

/// Why a plan defers a change.
fn deferral(reason: Option<&str>) -> Unknown {
    let text = match reason {
        Some("instance_count_unknown") => "`count` or `for_each` is not known before another apply",
        Some("resource_config_unknown") => "its arguments are not known before another apply",
        Some("provider_config_unknown") => "its provider is not known before another apply",
        _ => "the plan defers it to another apply",
    };
    Unknown::new(Reason::Expression(text.into()))
}
