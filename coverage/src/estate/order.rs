//! What is created after what: the dependency graph of a configuration.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The dependency graph, between blocks and not between instances, as Terraform has it.
///
/// Nodes are whatever the adapter needs for the way between two resources: variables, locals,
/// outputs and modules as well. Names are [`super::Header::block`] for resources.
///
/// A copy is cheap: it is made when one of the two changes.
#[derive(Clone, Debug, Default)]
pub struct Order(Arc<Graph>);

#[derive(Clone, Debug, Default)]
struct Graph {
    nodes: HashMap<Arc<str>, usize>,
    needs: Vec<Vec<usize>>,
    /// Nodes whose needs are not fully known, such as a module whose source is not local.
    open: HashSet<usize>,
}

/// Whether something happens after something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// Always after it.
    Yes,
    /// Nothing orders them.
    No,
    /// A part of the way cannot be seen.
    Unknown,
}

impl Order {
    /// The node of a name.
    pub fn node(&mut self, name: &str) -> usize {
        if let Some(&node) = self.0.nodes.get(name) {
            return node;
        }
        let graph = self.graph();
        let node = graph.needs.len();
        graph.needs.push(Vec::new());
        graph.nodes.insert(name.into(), node);
        node
    }

    fn graph(&mut self) -> &mut Graph {
        Arc::make_mut(&mut self.0)
    }

    /// `later` is only started when `earlier` is done.
    pub fn after(&mut self, later: usize, earlier: usize) {
        self.graph().needs[later].push(earlier);
    }

    /// What this node waits for cannot be seen in full.
    pub fn open(&mut self, node: usize) {
        self.graph().open.insert(node);
    }

    /// Whether there is a node of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.nodes.contains_key(name)
    }

    /// Adds what another graph of the same configuration knows. A node is only open where all graphs
    /// that have it say so.
    pub fn join(&mut self, other: &Order) {
        let other = &*other.0;
        let mut names = vec![""; other.needs.len()];
        for (name, &node) in &other.nodes {
            names[node] = name;
        }
        let known = self.0.needs.len();
        let nodes: Vec<usize> = names.iter().map(|name| self.node(name)).collect();
        let graph = self.graph();
        for (there, &here) in nodes.iter().enumerate() {
            match (other.open.contains(&there), here < known) {
                (false, _) => _ = graph.open.remove(&here),
                (true, false) => _ = graph.open.insert(here),
                (true, true) => {}
            }
            let needs = other.needs[there].iter().map(|&need| nodes[need]);
            graph.needs[here].extend(needs);
        }
    }

    /// Whether the block `later` waits for the block `earlier`, directly or not.
    pub fn is_after(&self, later: &str, earlier: &str) -> Ordered {
        let graph = &*self.0;
        let (Some(&later), Some(&earlier)) = (graph.nodes.get(later), graph.nodes.get(earlier))
        else {
            return Ordered::Unknown;
        };
        let mut seen = HashSet::from([later]);
        let mut waiting = vec![later];
        let mut open = false;
        while let Some(node) = waiting.pop() {
            open |= graph.open.contains(&node);
            for &need in &graph.needs[node] {
                if need == earlier {
                    return Ordered::Yes;
                }
                if seen.insert(need) {
                    waiting.push(need);
                }
            }
        }
        if open { Ordered::Unknown } else { Ordered::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_way_and_no_further() {
        let mut order = Order::default();
        let [a, b, c] = ["a", "local.b", "c"].map(|name| order.node(name));
        order.after(a, b);
        order.after(b, c);
        order.after(c, c);
        assert_eq!(order.is_after("a", "c"), Ordered::Yes);
        assert_eq!(order.is_after("c", "a"), Ordered::No);
        assert_eq!(order.is_after("a", "nowhere"), Ordered::Unknown);
    }

    #[test]
    fn graphs_of_one_configuration_know_more_together() {
        let mut plan = Order::default();
        let [a, local] = ["a", "local.x"].map(|name| plan.node(name));
        plan.after(a, local);
        plan.open(local);
        let mut sources = Order::default();
        let [local, remote, b, c] =
            ["local.x", "module.r", "b", "c"].map(|name| sources.node(name));
        sources.after(local, b);
        sources.after(remote, c);
        sources.open(remote);
        sources.join(&plan);
        assert!(sources.has("a") && !sources.has("d"));
        assert_eq!(sources.is_after("a", "b"), Ordered::Yes);
        assert_eq!(sources.is_after("a", "c"), Ordered::No);
        assert_eq!(sources.is_after("module.r", "a"), Ordered::Unknown);
    }

    #[test]
    fn an_open_node_on_the_way_decides_nothing() {
        let mut order = Order::default();
        let [a, module] = ["a", "module.remote"].map(|name| order.node(name));
        order.node("grant");
        order.after(a, module);
        order.open(module);
        assert_eq!(order.is_after("a", "grant"), Ordered::Unknown);
    }
}
