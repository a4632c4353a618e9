//! What is created after what, from the configuration of a plan.
//!
//! Nodes are blocks (`module.a.azurerm_key_vault.cmk`), variables (`module.a.var.x`), outputs
//! (`module.a.output.y`), locals (`module.a.local.z`, open: a plan does not tell what is in them) and
//! calls of modules (`module.a`: everything in it). What everything in a module waits for, hangs on
//! one more node per call, `module.a (expand)`. The names are those of sources, so that both graphs
//! can be joined.

use ppcmk_coverage::estate::Order;

use super::configuration::{Call, Expression, Module};
use super::document::Text;

/// The graph of a whole configuration.
pub(super) fn order(root: &Module<'_>) -> Order {
    let mut order = Order::default();
    add_module(&mut order, root, "", None);
    order
}

fn add_module(order: &mut Order, module: &Module<'_>, prefix: &str, start: Option<usize>) {
    let mut parts = Vec::new();
    for block in module.resources.iter().flatten() {
        let node = order.node(&format!("{prefix}{}", block.local_address()));
        parts.push(node);
        for reference in block.references() {
            after(order, node, prefix, module, reference);
        }
        depends_on(order, node, prefix, module, block.depends_on.as_deref());
        if let Some(start) = start {
            order.after(node, start);
        }
    }
    for (name, output) in module.outputs.iter().flatten() {
        let node = order.node(&format!("{prefix}output.{}", &**name));
        parts.push(node);
        for reference in output.expression.references() {
            after(order, node, prefix, module, reference);
        }
        depends_on(order, node, prefix, module, output.depends_on.as_deref());
    }
    for (name, call) in module.module_calls.iter().flatten() {
        let address = format!("{prefix}module.{}", &**name);
        parts.push(order.node(&address));
        add_call(order, call, (prefix, module), &address, start);
    }
    if let Some(whole) = prefix.strip_suffix('.') {
        let whole = order.node(whole);
        for part in parts {
            order.after(whole, part);
        }
    }
}

fn add_call(
    order: &mut Order,
    call: &Call<'_>,
    (prefix, outside): (&str, &Module<'_>),
    address: &str,
    start_outside: Option<usize>,
) {
    let start = order.node(&format!("{address} (expand)"));
    if let Some(start_outside) = start_outside {
        order.after(start, start_outside);
    }
    depends_on(order, start, prefix, outside, call.depends_on.as_deref());
    let repeats = [&call.count_expression, &call.for_each_expression];
    for reference in repeats
        .into_iter()
        .flatten()
        .flat_map(Expression::references)
    {
        after(order, start, prefix, outside, reference);
    }
    if let Expression::Block(arguments) = &call.expressions {
        for (name, expression) in arguments {
            let variable = order.node(&format!("{address}.var.{}", &**name));
            for reference in expression.references() {
                after(order, variable, prefix, outside, reference);
            }
        }
    }
    add_module(order, &call.module, &format!("{address}."), Some(start));
}

/// `later` waits for all that is listed; a module means everything in it.
fn depends_on(
    order: &mut Order,
    later: usize,
    prefix: &str,
    module: &Module<'_>,
    references: Option<&[Text<'_>]>,
) {
    for reference in references.into_iter().flatten() {
        let call = reference.strip_prefix("module.");
        match call.filter(|call| !call.contains(['.', '['])) {
            Some(call) => {
                let earlier = order.node(&format!("{prefix}module.{call}"));
                order.after(later, earlier);
            }
            None => after(order, later, prefix, module, reference),
        }
    }
}

/// `later` waits for what `reference` leads to.
fn after(order: &mut Order, later: usize, prefix: &str, module: &Module<'_>, reference: &str) {
    let words = words(reference);
    let local = match words.as_slice() {
        [
            "each" | "count" | "path" | "terraform" | "tofu" | "self",
            ..,
        ] => return,
        ["module", call, output, ..] => format!("module.{call}.output.{output}"),
        ["module", call] => return after_call(order, later, prefix, module, call),
        ["data", kind, name, ..] => format!("data.{kind}.{name}"),
        ["local", name, ..] => {
            let node = order.node(&format!("{prefix}local.{name}"));
            order.open(node);
            format!("local.{name}")
        }
        [kind, name, ..] => format!("{kind}.{name}"),
        _ => return,
    };
    let earlier = order.node(&format!("{prefix}{local}"));
    order.after(later, earlier);
}

/// The first names of a reference, without keys.
fn words(reference: &str) -> Vec<&str> {
    let mut words = Vec::with_capacity(4);
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0, false, false);
    for (at, letter) in reference.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => {
                if depth == 0 && start < at {
                    words.push(&reference[start..at]);
                }
                depth += 1;
            }
            ']' if !quoted && depth > 0 => {
                depth -= 1;
                start = at + 1;
            }
            '.' if depth == 0 => {
                if start < at {
                    words.push(&reference[start..at]);
                }
                start = at + 1;
            }
            _ => {}
        }
        if words.len() == 4 {
            return words;
        }
    }
    if depth == 0 && start < reference.len() {
        words.push(&reference[start..]);
    }
    words
}

/// Of `module.a[each.key].id` a plan only says `module.a`. Terraform waits for all outputs then.
fn after_call(order: &mut Order, later: usize, prefix: &str, module: &Module<'_>, call: &str) {
    let address = format!("{prefix}module.{call}");
    let calls = module.module_calls.iter().flatten();
    for (_, call) in calls.filter(|(name, _)| &***name == call) {
        for output in call.module.outputs.iter().flatten().map(|(name, _)| name) {
            let earlier = order.node(&format!("{address}.output.{}", &**output));
            order.after(later, earlier);
        }
    }
}

#[cfg(test)]
mod tests {
    use ppcmk_coverage::estate::Ordered;

    use super::*;

    const CONFIGURATION: &str = r#"{
      "resources": [
        {"mode": "managed", "type": "a", "name": "first", "expressions": {}},
        {"mode": "managed", "type": "a", "name": "second",
         "expressions": {"nested": [{"x": {"references": ["a.first.id", "a.first"]}}]},
         "for_each_expression": {"references": ["module.m[\"k\"].out", "module.m[\"k\"]"]}},
        {"mode": "managed", "type": "a", "name": "by_local",
         "expressions": {"x": {"references": ["local.z"]}}},
        {"mode": "managed", "type": "a", "name": "after_module", "depends_on": ["module.m"]},
        {"mode": "data", "type": "a", "name": "first",
         "expressions": {"x": {"references": ["module.m", "each.key"]}}}
      ],
      "module_calls": {
        "m": {
          "expressions": {"in": {"references": ["a.by_local.id", "a.by_local"]}},
          "depends_on": ["a.first"],
          "module": {
            "outputs": {"out": {"expression": {"references": ["b.out.id", "b.out"]}}},
            "resources": [
              {"mode": "managed", "type": "b", "name": "out", "expressions": {}},
              {"mode": "managed", "type": "b", "name": "other",
               "expressions": {"x": {"references": ["var.in"]}}}
            ]
          }
        }
      }
    }"#;

    #[test]
    fn words_stand_outside_of_keys() {
        for (reference, expected) in [
            (
                r#"module.a["x.\"]["].out.b"#,
                vec!["module", "a", "out", "b"],
            ),
            ("a.b[0].c", vec!["a", "b", "c"]),
            ("a.b[0]", vec!["a", "b"]),
            ("a", vec!["a"]),
            ("a.b[", vec!["a", "b"]),
            ("..", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(words(reference), expected, "{reference}");
        }
    }

    #[test]
    fn follows_terraform() {
        let module: Module<'_> = serde_json::from_str(CONFIGURATION).unwrap();
        let order = order(&module);
        let check = |later, earlier, expected| {
            assert_eq!(
                order.is_after(later, earlier),
                expected,
                "{later} after {earlier}"
            );
        };
        check("a.second", "a.first", Ordered::Yes);
        check("a.second", "module.m.b.out", Ordered::Yes);
        check("a.second", "module.m.b.other", Ordered::No);
        check("module.m.b.out", "a.first", Ordered::Yes);
        check("module.m.b.other", "a.by_local", Ordered::Yes);
        check("a.by_local", "a.first", Ordered::Unknown);
        check("a.after_module", "module.m.b.other", Ordered::Yes);
        check("data.a.first", "module.m.b.out", Ordered::Yes);
        check("data.a.first", "module.m.b.other", Ordered::No);
        check("a.first", "a.second", Ordered::No);
    }
}
