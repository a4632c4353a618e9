//! Locals that refer to themselves, also those that nothing needs.
//!
//! Only what a rule asks for is evaluated, and Terraform refuses a cycle wherever it is.

use std::collections::HashMap;
use std::sync::Arc;

use super::config::join;
use super::content::Content;
use super::refs::Reference;
use super::world::World;

/// Reports cycles that evaluation has not met.
pub(super) fn report(world: &World<'_>) {
    for node in &world.config.nodes {
        for cycle in cycles(&node.content) {
            let locals = cycle.iter().map(|&at| &node.content.locals[at].attribute);
            let places: Vec<_> = locals
                .clone()
                .map(|local| world.texts.location(local.span))
                .collect();
            let is_known = world.problems.borrow().iter().any(|problem| {
                let place = problem.location.as_ref();
                place.is_some_and(|place| places.contains(place))
            });
            if let (false, Some(first)) = (is_known, locals.clone().next()) {
                let name = join(&node.path, &format!("local.{}", first.name));
                world.problem(
                    format!("`{name}` refers to itself"),
                    places.into_iter().next(),
                );
            }
        }
    }
}

/// The cycles of a module's locals, each once, by their numbers. Without recursion: a chain may be
/// long.
fn cycles(content: &Content) -> Vec<Vec<usize>> {
    let names: HashMap<&Arc<str>, usize> = content
        .locals
        .iter()
        .enumerate()
        .map(|(at, local)| (&local.attribute.name, at))
        .collect();
    let needs = |at: usize| -> Vec<usize> {
        let refs = content.locals[at].refs.iter();
        refs.filter_map(|reference| match reference {
            Reference::Local(name) => names.get(name).copied(),
            _ => None,
        })
        .collect()
    };
    let mut found = Vec::new();
    let mut seen = vec![false; content.locals.len()];
    let mut place_on_way: Vec<Option<usize>> = vec![None; content.locals.len()];
    for start in 0..content.locals.len() {
        if seen[start] {
            continue;
        }
        // Each step of the way with what it still needs.
        let mut way = vec![(start, needs(start))];
        seen[start] = true;
        place_on_way[start] = Some(0);
        while let Some((at, left)) = way.last_mut() {
            let at = *at;
            match left.pop() {
                None => {
                    place_on_way[at] = None;
                    way.pop();
                }
                Some(next) => {
                    if let Some(first) = place_on_way[next] {
                        found.push(way[first..].iter().map(|(at, _)| *at).collect());
                    } else if !seen[next] {
                        seen[next] = true;
                        place_on_way[next] = Some(way.len());
                        way.push((next, needs(next)));
                    }
                }
            }
        }
    }
    found
}
