//! Terraform and OpenTofu configurations.
//!
//! ```text
//! files ─► parse, json ─► ast ─► merge, content ─► config (modules) ─► world: eval, expand, body
//!                                                      │                  ─► instances
//!                                                      └─► order, comments
//! ```
//!
//! - `files`: which files of a folder count; `parse`, `lower`, `json`, `recover`: from bytes to our
//!   own tree (`ast`), in which HCL and JSON look alike.
//! - `content`: what one folder defines; `config`: the modules that call each other.
//! - `world`, `schedule`, `eval`, `functions`: values of expressions, each definition once.
//! - `expand`, `calls`, `body`, `imports`, `instances`: instances of modules and resources.
//! - `order`: what is created after what; `comments`: comments for this program.
//!
//! Nothing here knows a resource type. What cannot be known is unknown with a reason, and what is
//! wrong is a [`Problem`](super::Problem); only an input that cannot be read at all is an error.
//! Hostile input costs bounded time, memory and stack.

mod ast;
mod body;
mod bounds;
mod calls;
mod comments;
mod config;
mod content;
mod cycles;
mod eval;
mod expand;
mod files;
mod functions;
mod imports;
mod instances;
mod json;
mod lexer;
mod lower;
mod merge;
mod module;
mod order;
mod parse;
mod recover;
mod refs;
mod schedule;
mod texts;
mod types;
mod variables;
mod world;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::{Comment, FileTree, InputError, Reading};
use texts::Texts;
use world::World;

/// How a configuration is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Values of variables, in the order of the command line: the last one wins.
    pub assignments: Vec<Assignment>,
    /// The process' environment; `TF_VAR_*` are used.
    pub environment: Vec<(String, String)>,
    /// `terraform.workspace`
    pub workspace: String,
    /// The folder that is put in front of file names, as they are shown. With `.` names are bare.
    pub shown_directory: PathBuf,
}

/// A value of variables on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// `-var NAME=VALUE`
    Variable(String, String),
    /// `-var-file FILE`; the path as the [`FileTree`] has it.
    File(PathBuf),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            assignments: Vec::new(),
            environment: Vec::new(),
            workspace: "default".into(),
            shown_directory: ".".into(),
        }
    }
}

/// Reads a configuration: its root module is the folder `directory` of `tree`.
///
/// Errors: the folder cannot be read or has no configuration; a variable file that was named cannot
/// be read.
pub fn read(
    tree: &dyn FileTree,
    directory: &Path,
    options: &Options,
) -> Result<Reading, InputError> {
    let texts = Texts::default();
    let config = config::load(tree, directory, options, &texts)?;
    let mut world = World::new(tree, directory, options, &texts, &config);
    world.allow(texts.bytes());
    world.read_given()?;
    let instances = world.instances();
    cycles::report(&world);
    let mut problems = config.problems.clone();
    problems.append(&mut world.problems.borrow_mut());
    problems.sort_by(|one, other| one.location.cmp(&other.location));
    let comments = all_comments(&world);
    drop(world);
    Ok(Reading {
        instances,
        order: order::order(&config),
        problems,
        comments,
        unseen: config.unseen.clone(),
        has_changes: false,
        has_sources: true,
        outline: None,
        foreign_sources: None,
        sources: texts.into_sources(),
    })
}

/// The comments of configurations, variable files and decoded documents, in their order.
fn all_comments(world: &World<'_>) -> Vec<Comment> {
    let mut comments = std::mem::take(&mut *world.comments.borrow_mut());
    for document in world.documents.borrow().iter() {
        comments.add_document(document);
    }
    let found = comments.found.into_iter();
    let all = world.config.comments.found.iter().cloned().chain(found);
    let mut comments = comments::with_modules(all.collect(), world.config, world.texts);
    comments.sort_by(|one, other| one.location.cmp(&other.location));
    comments.dedup();
    comments
}
