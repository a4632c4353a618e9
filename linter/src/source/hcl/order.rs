//! What is created after what, from references and `depends_on`.
//!
//! Nodes are blocks, locals, variables and outputs with the path of their module, without keys. A
//! call has two: `module.m` stands for everything in it, `module.m (expand)` for what decides how
//! often it is there.

use ppcmk_coverage::estate::Order;

use super::ast::Block;
use super::config::{Child, Config, Node, join};
use super::content::Key;
use super::refs::{self, Reference};

/// The dependency graph of a configuration.
pub(super) fn order(config: &Config) -> Order {
    let mut graph = Graph {
        config,
        order: Order::default(),
    };
    for node in &config.nodes {
        graph.module(node);
    }
    graph.order
}

struct Graph<'c> {
    config: &'c Config,
    order: Order,
}

impl Graph<'_> {
    fn module(&mut self, node: &Node) {
        let content = &*node.content;
        let around = (!node.path.is_empty()).then(|| {
            let whole = self.order.node(&node.path);
            (whole, self.order.node(&format!("{} (expand)", node.path)))
        });
        for local in &content.locals {
            let name = format!("local.{}", local.attribute.name);
            self.add(node, &name, &local.refs);
        }
        for output in &content.outputs {
            let mut found = Vec::new();
            refs::of_body(&output.block.body, &mut found);
            let at = self.add(node, &format!("output.{}", output.name), &found);
            self.inside(around, at);
        }
        for variable in &content.variables {
            let at = self.add(node, &format!("var.{}", variable.name), &[]);
            if let Some((_, expand)) = around {
                self.order.after(at, expand);
            }
        }
        for resource in &content.resources {
            let mut found = Vec::new();
            refs::of_body(&resource.block.body, &mut found);
            let at = self.add(node, &resource.local_address(), &found);
            self.inside(around, at);
        }
        for (call, child) in content.calls.iter().zip(&node.children) {
            let whole = self.call(node, &call.block, child);
            if let Some((outer, expand)) = around {
                self.order.after(outer, whole.0);
                self.order.after(whole.1, expand);
            }
        }
    }

    /// What is in a module is a part of it, and needs what the module needs.
    fn inside(&mut self, around: Option<(usize, usize)>, at: usize) {
        if let Some((whole, expand)) = around {
            self.order.after(whole, at);
            self.order.after(at, expand);
        }
    }

    fn call(&mut self, node: &Node, block: &Block, child: &Child) -> (usize, usize) {
        let path = join(&node.path, &format!("module.{}", block.labels[0]));
        let whole = self.order.node(&path);
        let expand = self.order.node(&format!("{path} (expand)"));
        self.order.after(whole, expand);
        for attribute in &block.body.attributes {
            let mut found = Vec::new();
            refs::of_expr(&attribute.expr, &mut found);
            match (&*attribute.name, child) {
                ("count" | "for_each" | "depends_on", _) => {
                    self.needs(node, expand, &found);
                }
                (name, Child::Module(module)) => {
                    let module = &self.config.nodes[*module];
                    if module.content.find(&Key::Variable(name.into())).is_some() {
                        let variable = self.order.node(&join(&path, &format!("var.{name}")));
                        self.needs(node, variable, &found);
                    }
                }
                (_, Child::Unseen(_)) => {}
            }
        }
        for inner in &block.body.blocks {
            let mut found = Vec::new();
            refs::of_block(inner, &mut found);
            self.needs(node, expand, &found);
        }
        if matches!(child, Child::Unseen(_)) {
            self.order.open(whole);
        }
        (whole, expand)
    }

    /// A node of a module, after what it refers to.
    fn add(&mut self, node: &Node, name: &str, found: &[Reference]) -> usize {
        let at = self.order.node(&join(&node.path, name));
        self.needs(node, at, found);
        at
    }

    fn needs(&mut self, node: &Node, later: usize, found: &[Reference]) {
        for reference in found {
            if let Some(name) = Self::name(node, reference) {
                let earlier = self.order.node(&join(&node.path, &name));
                self.order.after(later, earlier);
            }
        }
    }

    /// The node that a reference leads to; none for what is not declared, such as an iterator.
    fn name(node: &Node, reference: &Reference) -> Option<String> {
        let content = &node.content;
        match reference {
            Reference::Variable(name) => Some(format!("var.{name}")),
            Reference::Local(name) => Some(format!("local.{name}")),
            Reference::Resource(is_data, type_name, name) => {
                let at = content.resource(*is_data, type_name, name)?;
                Some(content.resources[at].local_address())
            }
            Reference::Module(name, output) => {
                let at = content.find(&Key::Call(name.clone()))?;
                let call = format!("module.{name}");
                match (output, node.children.get(at)) {
                    (Some(output), Some(Child::Module(_))) => {
                        Some(format!("{call}.output.{output}"))
                    }
                    _ => Some(call),
                }
            }
        }
    }
}
