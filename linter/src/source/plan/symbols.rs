//! Which attribute of which instance an unknown value will be.
//!
//! A plan says `"key_vault_id": unknown`, and its configuration says what the expression refers to,
//! though not how. A value is named after another attribute only where exactly one attribute is
//! referred to and that one is unknown, too.
//!
//! Of `azurerm_key_vault.all[each.key].id` Terraform lists `azurerm_key_vault.all` and `each.key`:
//! the attribute is lost. Then it is taken from the attribute that refers, by what it means: a
//! `principal_id` is a principal id there, too, a `key_vault_id` is the `id`.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::address::{ModulePath, Step, module_prefix, without_keys};
use super::configuration::{Configuration, Expression};
use super::document::Text;
use super::mask::Mask;
use super::references::{Referred, innermost};
use super::values::Names;
use crate::source::InstanceKey;

/// How many variables, outputs and maps a reference may lead through.
const FARTHEST: usize = 32;

/// Blocks that no provider makes by itself: a key's `rotation_policy` with its `automatic`, and azapi's
/// `identity`. Where nobody knows one of them, it is `dynamic`, which a plan's configuration leaves
/// out, with a `for_each` that is not known. Of `network_acls`, which azurerm computes, a plan alone
/// does not tell; `access_policy` has an element then, of which nothing is known.
const ONLY_CONFIGURED: [&str; 3] = ["rotation_policy", "automatic", "identity"];

fn is_only_configured(name: &str) -> bool {
    ONLY_CONFIGURED.contains(&name)
}

/// What is needed to follow references.
pub(super) struct Resolver<'r> {
    pub(super) configuration: &'r Configuration<'r, 'r>,
    /// What is unknown and what is sensitive of an instance, by address.
    pub(super) marks: HashMap<&'r str, [&'r Mask<'r>; 2], RandomState>,
    pub(super) keys: Keys,
}

/// The keys of the instances of a block or module that are in the plan, by the address without the
/// last key. The configuration does not always say that there is `for_each`.
#[derive(Default)]
pub(super) struct Keys(HashMap<Box<str>, HashSet<InstanceKey, RandomState>, RandomState>);

impl Keys {
    pub(super) fn add(&mut self, address: &str, key: InstanceKey) {
        match self.0.get_mut(address) {
            Some(known) => _ = known.insert(key),
            None => _ = self.0.entry(address.into()).or_default().insert(key),
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'r> {
    pub(super) module: &'r [(Arc<str>, Option<InstanceKey>)],
    /// The key of the instance (for an argument of a module, of the module).
    pub(super) key: Option<&'r InstanceKey>,
    /// The `for_each` of the block around it.
    pub(super) for_each: Option<&'r Expression<'r>>,
}

/// What a reference leads to: an instance and a path in it, which is empty for the whole.
struct Target {
    address: String,
    path: Vec<Step>,
}

/// What an unknown value may be.
struct Candidate {
    type_name: Box<str>,
    symbol: Arc<str>,
}

/// The names of the values of one instance.
#[derive(Clone)]
pub(super) struct References<'r> {
    resolver: &'r Resolver<'r>,
    place: Place<'r>,
    state: State<'r>,
}

#[derive(Clone)]
enum State<'r> {
    /// Nothing is known.
    Nothing,
    /// At an unknown attribute that the configuration does not mention.
    LeftToProvider,
    /// In a block, or at an attribute that is not looked into yet.
    In(&'r Expression<'r>),
    /// Inside of an attribute that refers to this.
    Symbol(Arc<str>),
    /// Inside of an object that is composed of several references: which unknown attribute of it
    /// is which of them.
    Among(Rc<[(Box<str>, Arc<str>)]>),
}

impl<'r> References<'r> {
    pub(super) fn new(
        resolver: &'r Resolver<'r>,
        place: Place<'r>,
        expression: Option<&'r Expression<'r>>,
    ) -> Self {
        Self {
            resolver,
            place,
            state: expression.map_or(State::Nothing, State::In),
        }
    }

    fn at(&self, state: State<'r>) -> Self {
        Self {
            resolver: self.resolver,
            place: self.place,
            state,
        }
    }

    /// At the attribute `name` with this expression.
    fn enter(
        &self,
        name: &str,
        expression: &'r Expression<'r>,
        unknown: &Mask<'_>,
        sensitive: &Mask<'_>,
    ) -> State<'r> {
        let Expression::References(references) = expression else {
            return State::In(expression);
        };
        // The body of a request is composed, whatever single thing it refers to.
        let is_composed = unknown.is_all() && matches!(name, "body" | "sensitive_body");
        if !unknown.is_none() && !unknown.is_all() && sensitive.is_none() {
            return self.resolver.among(references, self.place, unknown);
        }
        let marked = if unknown.is_none() {
            sensitive
        } else {
            unknown
        };
        let is_one = marked.count() == 1 && (unknown.is_none() || sensitive.count() <= 1);
        if is_composed || !is_one {
            return State::Nothing;
        }
        let name = marked.last_name().unwrap_or(name);
        self.resolver
            .symbol(references, self.place, name)
            .map_or(State::Nothing, State::Symbol)
    }
}

impl Names for References<'_> {
    fn attribute(&self, name: &str, unknown: &Mask<'_>, sensitive: &Mask<'_>) -> Self {
        let state = match &self.state {
            State::In(expression) => match expression.attribute(name) {
                Some(expression) => self.enter(name, expression, unknown, sensitive),
                // Blocks that are written for an attribute, and dynamic ones, are not mentioned
                // either; of those, some parts are known.
                None if unknown.is_all() && !is_only_configured(name) => State::LeftToProvider,
                None => State::Nothing,
            },
            State::Among(names) if unknown.is_all() => names
                .iter()
                .find(|(attribute, _)| **attribute == *name)
                .map_or(State::Nothing, |(_, symbol)| State::Symbol(symbol.clone())),
            state => state.clone(),
        };
        self.at(state)
    }

    fn element(&self, index: usize, _: &Mask<'_>, _: &Mask<'_>) -> Self {
        let state = match &self.state {
            State::In(expression) => expression.element(index).map_or(State::Nothing, State::In),
            state => state.clone(),
        };
        self.at(state)
    }

    fn symbol(&self) -> Option<Arc<str>> {
        match &self.state {
            State::Symbol(symbol) => Some(symbol.clone()),
            State::Nothing | State::LeftToProvider | State::In(_) | State::Among(_) => None,
        }
    }

    fn is_left_to_provider(&self) -> bool {
        matches!(self.state, State::LeftToProvider)
    }
}

impl Resolver<'_> {
    /// The symbol of an unknown attribute `name` with these references.
    fn symbol(&self, references: &[Text<'_>], place: Place<'_>, name: &str) -> Option<Arc<str>> {
        let mut target = self.follow(references, place, name, FARTHEST)?;
        if target.path.is_empty() {
            target.path.push(Step::Name(meant_by(name).into()));
        } else if let Some(marks) = self.marks.get(target.address.as_str())
            && !marks.iter().any(|mask| mask.touches(&target.path))
        {
            // What it refers to is known, so something else makes it unknown.
            return None;
        }
        let path: String = target.path.iter().map(Step::to_string).collect();
        Some(format!("{}{path}", target.address).into())
    }

    /// The names of the unknown attributes inside of an object with these references.
    fn among<'r>(&self, references: &[Text<'_>], place: Place<'_>, unknown: &Mask) -> State<'r> {
        let attributes = unknown.names();
        if let [[_, name]] = attributes.as_slice()
            && let Some(symbol) = self.symbol(references, place, name)
        {
            return State::Symbol(symbol);
        }
        let Some(candidates) = self.candidates(references, place, &attributes) else {
            return State::Nothing;
        };
        if let [[around, _]] = attributes.as_slice() {
            return only(&candidates, around).map_or(State::Nothing, State::Symbol);
        }
        // Of several ones, `version` is the only `version`.
        let pairs = attributes.iter().filter_map(|[_, name]| {
            let is_one = attributes.iter().filter(|[_, other]| other == name).count() == 1;
            let mut fitting = candidates
                .iter()
                .filter(|candidate| candidate.symbol.rsplit('.').next() == Some(*name));
            match (fitting.next(), fitting.next()) {
                (Some(candidate), None) if is_one => {
                    Some(((*name).into(), candidate.symbol.clone()))
                }
                _ => None,
            }
        });
        State::Among(pairs.collect())
    }

    /// Which references may be what makes a value unknown: not those whose value the plan knows.
    /// `None` where that cannot be told of all of them.
    fn candidates(
        &self,
        references: &[Text<'_>],
        place: Place<'_>,
        attributes: &[[&str; 2]],
    ) -> Option<Vec<Candidate>> {
        let referred = Referred::new(references);
        if referred.each_value.is_some() {
            return None;
        }
        let mut candidates = Vec::new();
        for reference in innermost(references) {
            let one = [Text((&**reference).into()), Text("each.key".into())];
            let one = if referred.has_key {
                &one[..]
            } else {
                &one[..1]
            };
            if Referred::new(one).others.is_empty() {
                continue;
            }
            // The name counts where the attribute is lost, and that can be told of one only.
            let name = attributes.first().map_or("", |[_, name]| *name);
            let target = self.follow(one, place, name, FARTHEST)?;
            if target.path.is_empty() && attributes.len() > 1 {
                return None;
            }
            let is_known = !target.path.is_empty()
                && self
                    .marks
                    .get(target.address.as_str())
                    .is_some_and(|marks| !marks.iter().any(|mask| mask.touches(&target.path)));
            if !is_known {
                let block = without_keys(&target.address);
                candidates.push(Candidate {
                    type_name: block.rsplit('.').nth(1).unwrap_or_default().into(),
                    symbol: self.symbol(one, place, name)?,
                });
            }
        }
        Some(candidates)
    }

    fn follow(
        &self,
        references: &[Text<'_>],
        place: Place<'_>,
        name: &str,
        farthest: usize,
    ) -> Option<Target> {
        let farther = farthest.checked_sub(1)?;
        let referred = Referred::new(references);
        match (referred.others.as_slice(), &referred.each_value) {
            // Which one `all[each.value.geo].id` is, only is clear where there is one.
            ([reference], Some(_)) => self
                .resource(place, None, reference)
                .filter(|target| target.path.is_empty() && target.address.ends_with(']')),
            ([], Some(path)) => self.each_value(place, path, name, farther),
            ([reference], None) => {
                let names: Vec<&str> = reference
                    .iter()
                    .map_while(|step| step.name().map(|name| &**name))
                    .take(2)
                    .collect();
                let key = place.key.filter(|_| referred.has_key);
                match names.as_slice() {
                    ["local", ..] => None,
                    ["var", variable] => {
                        self.variable(place, variable, &reference[2..], name, farther)
                    }
                    ["module", call] => {
                        self.output(place, call, key, &reference[2..], name, farther)
                    }
                    _ => self.resource(place, key, reference),
                }
            }
            _ => None,
        }
    }

    /// `each.value.id` where `for_each` is all instances of a block.
    fn each_value(
        &self,
        place: Place<'_>,
        path: &[Step],
        name: &str,
        farther: usize,
    ) -> Option<Target> {
        let Expression::References(references) = place.for_each? else {
            return None;
        };
        // The instance has the key of the one that it is made for.
        let mut keyed = references.clone();
        keyed.push(Text("each.key".into()));
        let mut target = self.follow(&keyed, place, name, farther)?;
        let is_instance = target.path.is_empty() && target.address.ends_with(']');
        target.path.extend_from_slice(path);
        is_instance.then_some(target)
    }

    /// An argument of the call of the module.
    fn variable(
        &self,
        place: Place<'_>,
        variable: &str,
        path: &[Step],
        name: &str,
        farther: usize,
    ) -> Option<Target> {
        let ((_, key), outside) = place.module.split_last()?;
        let call = self.configuration.calls.get(&call_address(place.module))?;
        let outside = Place {
            module: outside,
            key: key.as_ref(),
            for_each: call.for_each_expression.as_ref(),
        };
        match call.expressions.attribute(variable)? {
            Expression::References(references) => {
                let target = self.follow(references, outside, name, farther)?;
                extend(target, path)
            }
            _ => None,
        }
    }

    /// An output of a module.
    fn output(
        &self,
        place: Place<'_>,
        call: &str,
        key: Option<&InstanceKey>,
        rest: &[Step],
        name: &str,
        farther: usize,
    ) -> Option<Target> {
        let (written, rest) = split_key(rest);
        let mut inside: ModulePath = place.module.to_vec();
        inside.push((call.into(), None));
        let call = self.configuration.calls.get(&call_address(&inside))?;
        let address = format!("{}module.{}", module_prefix(place.module), inside.last()?.0);
        inside.last_mut()?.1 = self.key_of(&address, written, key, call.is_repeated())?;
        let outputs = call.module.outputs.as_ref()?;
        let (output, path) = match rest.split_first() {
            Some((Step::Name(output), path)) => (outputs.get(&Text((&**output).into()))?, path),
            Some(_) => return None,
            // The name is lost, as with resources.
            None if outputs.len() == 1 => (outputs.values().next()?, rest),
            None => (outputs.get(&Text(name.into()))?, rest),
        };
        let Expression::References(references) = &output.expression else {
            return None;
        };
        let place = Place {
            module: &inside,
            key: None,
            for_each: None,
        };
        let target = self.follow(references, place, name, farther)?;
        extend(target, path)
    }

    fn resource(
        &self,
        place: Place<'_>,
        key: Option<&InstanceKey>,
        reference: &[Step],
    ) -> Option<Target> {
        let is_data = matches!(reference.first(), Some(Step::Name(word)) if &**word == "data");
        let length = if is_data { 3 } else { 2 };
        let (block, rest) = reference.split_at_checked(length)?;
        let block: Vec<&str> = block
            .iter()
            .map(|step| step.name().map(|name| &**name))
            .collect::<Option<_>>()?;
        let block = block.join(".");
        let (written, path) = split_key(rest);
        let address = format!("{}{block}", module_prefix(place.module));
        let configured = self.configuration.blocks.get(&*without_keys(&address))?;
        let key = self.key_of(&address, written, key, configured.is_repeated())?;
        Some(Target {
            address: key.map_or(address.clone(), |key| format!("{address}{key}")),
            path: path.to_vec(),
        })
    }

    /// The key that a reference to a block or module means: the one that is written, the one of the
    /// instance that refers (`[each.key]`), or that of the only instance, as in
    /// `one(azurerm_key_vault.all[*].id)`. `None` where that is not clear.
    #[expect(clippy::option_option, reason = "no key is an answer, too")]
    fn key_of(
        &self,
        address: &str,
        written: Option<&InstanceKey>,
        own: Option<&InstanceKey>,
        is_repeated: bool,
    ) -> Option<Option<InstanceKey>> {
        if written.is_some() {
            return Some(written.cloned());
        }
        match self.keys.0.get(address) {
            Some(keys) if own.is_none() && keys.len() == 1 => Some(keys.iter().next().cloned()),
            Some(keys) => own
                .filter(|own| keys.contains(own))
                .map(|own| Some(own.clone())),
            None if is_repeated => own.map(|own| Some(own.clone())),
            None => Some(None),
        }
    }
}

/// The only candidate, or the only one whose type is what the attribute around the value is called:
/// `keyVault.id` is of an `azurerm_key_vault`, and not of an `azurerm_key_vault_key`.
fn only(candidates: &[Candidate], around: &str) -> Option<Arc<str>> {
    if let [candidate] = candidates {
        return Some(candidate.symbol.clone());
    }
    let mut ending = String::from("_");
    for letter in around.chars() {
        if letter.is_ascii_uppercase() {
            ending.push('_');
        }
        ending.push(letter.to_ascii_lowercase());
    }
    let mut fitting = candidates
        .iter()
        .filter(|candidate| candidate.type_name.ends_with(&ending));
    match (fitting.next(), fitting.next()) {
        (Some(candidate), None) if ending.len() > 1 => Some(candidate.symbol.clone()),
        _ => None,
    }
}

fn split_key(steps: &[Step]) -> (Option<&InstanceKey>, &[Step]) {
    match steps {
        [Step::Key(key), rest @ ..] => (Some(key), rest),
        _ => (None, steps),
    }
}

/// The address of a call without keys: `module.a.module.b`.
fn call_address(module: &[(Arc<str>, Option<InstanceKey>)]) -> String {
    let names: Vec<String> = module
        .iter()
        .map(|(name, _)| format!("module.{name}"))
        .collect();
    names.join(".")
}

/// A path inside of what a variable, an output or `each.value` is.
fn extend(mut target: Target, path: &[Step]) -> Option<Target> {
    let is_open = target.path.is_empty()
        || matches!(target.path.first(), Some(Step::Name(name)) if &**name == "output");
    if is_open {
        target.path.extend_from_slice(path);
        return Some(target);
    }
    // An object that was composed of the attribute: `{ id = azurerm_key_vault.cmk.id }`.
    (path.is_empty() || path.last() == target.path.last()).then_some(target)
}

/// The attribute that `name` most likely takes from another instance.
fn meant_by(name: &str) -> &str {
    match name {
        _ if name.ends_with("principal_id") || name.ends_with("object_id") => "principal_id",
        _ if name.ends_with("system_id") => "system_id",
        "tenant_id" | "client_id" | "subscription_id" => name,
        "scope" => "id",
        _ if name.ends_with("_id") => "id",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use crate::source::plan::read_plan;

    /// Resources of a plan: address, index, what refers, and to what.
    fn plan(configuration: &str, instances: &[(&str, &str)]) -> Vec<(String, String)> {
        let changes: Vec<String> = instances
            .iter()
            .map(|(address, index)| {
                let address = serde_json::Value::from(*address);
                format!(
                    r#"{{"address": {address}, "mode": "managed", "type": "azapi_x", "index": {index},
                        "change": {{"actions": ["create"], "before": null, "after": {{}},
                                    "after_unknown": {{"id": true, "output": true, "vault_id": true}}}}}}"#
                )
            })
            .collect();
        let text = format!(
            r#"{{"format_version": "1.2", "resource_changes": [{}],
                "configuration": {{"root_module": {configuration}}}}}"#,
            changes.join(",")
        );
        let reading = read_plan(text.as_bytes(), "p").unwrap();
        let symbols = reading.instances.iter().map(|instance| {
            let value = instance.values.get("vault_id").unwrap();
            let symbol = value.as_unknown().unwrap().symbol.as_deref().unwrap();
            (instance.address.to_string(), symbol.to_owned())
        });
        symbols.collect()
    }

    fn block(name: &str, references: &str, more: &str) -> String {
        format!(
            r#"{{"mode": "managed", "type": "azapi_x", "name": "{name}",
                "expressions": {{"vault_id": {{"references": {references}}}}}{more}}}"#
        )
    }

    /// The symbol of the last of two blocks in the root module.
    fn symbol(references: &str, more: &str, instances: &[(&str, &str)]) -> String {
        let for_each = r#", "for_each_expression": {"references": ["var.x"]}"#;
        let configuration = format!(
            r#"{{"resources": [{}, {}]}}"#,
            block("a", "[]", for_each),
            block("b", references, more)
        );
        plan(&configuration, instances).pop().unwrap().1
    }

    const A: [(&str, &str); 2] = [("azapi_x.a[\"k\"]", "\"k\""), ("azapi_x.a[\"l\"]", "\"l\"")];

    #[test]
    fn keys_correlate() {
        let all = |last| [A[0], A[1], last];
        let keyed = all(("azapi_x.b[\"k\"]", "\"k\""));
        let own = "azapi_x.b[\"k\"].vault_id";
        for (references, expected) in [
            (r#"["azapi_x.a", "each.key"]"#, r#"azapi_x.a["k"].id"#),
            (
                r#"["azapi_x.a[\"l\"].output.x", "azapi_x.a[\"l\"].output", "azapi_x.a[\"l\"]", "azapi_x.a"]"#,
                r#"azapi_x.a["l"].output.x"#,
            ),
            // One of two, and nobody says which.
            (r#"["azapi_x.a"]"#, own),
            (r#"["azapi_x.a", "each.value.key", "each.value"]"#, own),
            // Two references, a local, a variable of the root module.
            (
                r#"["azapi_x.a[\"k\"].id", "azapi_x.a[\"k\"]", "azapi_x.a", "var.x"]"#,
                own,
            ),
            (r#"["local.x"]"#, own),
            (r#"["var.x"]"#, own),
            (r#"["azapi_x.nowhere.id", "azapi_x.nowhere"]"#, own),
            // What it refers to is known.
            (
                r#"["azapi_x.a[\"k\"].name", "azapi_x.a[\"k\"]", "azapi_x.a"]"#,
                own,
            ),
        ] {
            assert_eq!(symbol(references, "", &keyed), expected, "{references}");
        }
        let other_key = all(("azapi_x.b[\"m\"]", "\"m\""));
        let lost = symbol(r#"["azapi_x.a", "each.key"]"#, "", &other_key);
        assert_eq!(lost, "azapi_x.b[\"m\"].vault_id");
    }

    #[test]
    fn instances_of_instances_correlate() {
        let for_each = r#", "for_each_expression": {"references": ["azapi_x.a"]}"#;
        let instances = [A[0], A[1], ("azapi_x.b[\"l\"]", "\"l\"")];
        let references = r#"["each.value.id", "each.value"]"#;
        assert_eq!(
            symbol(references, for_each, &instances),
            r#"azapi_x.a["l"].id"#
        );
    }

    #[test]
    fn the_only_instance_is_meant() {
        let instances = [A[0], ("azapi_x.b", "null")];
        assert_eq!(
            symbol(r#"["azapi_x.a"]"#, "", &instances),
            r#"azapi_x.a["k"].id"#
        );
    }

    #[test]
    fn variables_and_outputs_are_followed() {
        let configuration = format!(
            r#"{{"resources": [{root}], "module_calls": {{
                "vaults": {{"module": {{"resources": [{a}],
                    "outputs": {{"out": {{"expression": {{"references": ["azapi_x.a.id", "azapi_x.a"]}}}}}}}}}},
                "policies": {{
                    "expressions": {{"in": {{"references": ["module.vaults", "each.key"]}}}},
                    "module": {{"resources": [{b}]}}}}}}}}"#,
            root = block(
                "c",
                r#"["module.vaults[\"k\"].out", "module.vaults[\"k\"]"]"#,
                ""
            ),
            a = block("a", "[]", ""),
            b = block("b", r#"["var.in"]"#, ""),
        );
        let symbols = plan(
            &configuration,
            &[
                ("module.vaults[\"k\"].azapi_x.a", "null"),
                ("module.vaults[\"l\"].azapi_x.a", "null"),
                ("module.policies[\"l\"].azapi_x.b", "null"),
                ("azapi_x.c", "null"),
            ],
        );
        let of = |address: &str| {
            let mut all = symbols.iter();
            &all.find(|(one, _)| one == address).unwrap().1
        };
        assert_eq!(of("azapi_x.c"), r#"module.vaults["k"].azapi_x.a.id"#);
        let policy = of(r#"module.policies["l"].azapi_x.b"#);
        assert_eq!(policy, r#"module.vaults["l"].azapi_x.a.id"#);
    }

    #[test]
    fn circles_have_an_end() {
        let configuration = r#"{"resources": [RESOURCE], "module_calls": {"m": {
            "expressions": {"in": {"references": ["module.m.out", "module.m"]}},
            "module": {"outputs": {"out": {"expression": {"references": ["var.in"]}}}}}}}"#;
        let block = block("c", r#"["module.m.out", "module.m"]"#, "");
        let configuration = configuration.replace("RESOURCE", &block);
        let symbols = plan(&configuration, &[("azapi_x.c", "null")]);
        assert_eq!(symbols[0].1, "azapi_x.c.vault_id");
    }
}
