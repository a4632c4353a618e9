//! What a page must not have: parts without a word, links that lead nowhere.

use std::path::{Component, Path, PathBuf};

use tfplugin::schema::Shape;
use tfplugin::{Attribute, Block, IdentitySchema, Provider, Schema};

use crate::Pages;

/// The registry shows no page above this size.
const LARGEST: usize = 500_000;

/// Everything in a provider that lacks a description, or whose description does not end in a full
/// stop, as `type.attribute`.
pub fn undescribed<P: Provider>(provider: &P) -> Vec<String> {
    let mut found = Vec::new();
    in_schema(&mut found, "provider", &provider.schema());
    for resource in provider.resources() {
        in_schema(&mut found, resource.type_name(), resource.schema());
        if let Some(identity) = resource.identity_schema() {
            in_identity(&mut found, resource.type_name(), identity);
        }
    }
    for source in provider.data_sources() {
        let place = format!("data.{}", source.type_name());
        in_schema(&mut found, &place, source.schema());
    }
    for ephemeral in provider.ephemeral_resources() {
        let place = format!("ephemeral.{}", ephemeral.type_name());
        in_schema(&mut found, &place, ephemeral.schema());
    }
    for function in provider.functions() {
        let signature = function.signature();
        let place = format!("function.{}", function.name());
        sentence(&mut found, &place, &signature.description);
        for parameter in signature.parameters.iter().chain(&signature.variadic) {
            let place = format!("{place}.{}", parameter.name);
            sentence(&mut found, &place, &parameter.description);
        }
    }
    found
}

fn in_schema(found: &mut Vec<String>, place: &str, schema: &Schema) {
    sentence(found, place, &schema.description);
    in_attributes(found, place, &schema.attributes);
    for block in &schema.blocks {
        in_block(found, place, block);
    }
}

fn in_block(found: &mut Vec<String>, place: &str, block: &Block) {
    let place = format!("{place}.{}", block.name);
    sentence(found, &place, &block.description);
    in_attributes(found, &place, &block.attributes);
}

fn in_attributes(found: &mut Vec<String>, place: &str, attributes: &[Attribute]) {
    for attribute in attributes {
        let place = format!("{place}.{}", attribute.name);
        sentence(found, &place, &attribute.description);
        if let Shape::Nested(_, attributes) = &attribute.shape {
            in_attributes(found, &place, attributes);
        }
    }
}

fn in_identity(found: &mut Vec<String>, place: &str, identity: &IdentitySchema) {
    for attribute in &identity.attributes {
        let place = format!("{place}.identity.{}", attribute.name);
        sentence(found, &place, &attribute.description);
    }
}

fn sentence(found: &mut Vec<String>, place: &str, description: &str) {
    if !description.ends_with('.') {
        found.push(place.to_owned());
    }
}

/// The pages that the registry would not show.
pub fn too_large(pages: &Pages) -> Vec<PathBuf> {
    pages
        .iter()
        .filter(|(_, text)| text.len() >= LARGEST)
        .map(|(path, _)| path.clone())
        .collect()
}

/// Links to pages or headings that do not exist, as `page: target`. Links to other hosts are not
/// followed.
pub fn broken_links(pages: &Pages) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in pages {
        for target in targets(text) {
            if !target.contains("://") && !leads_somewhere(pages, path, target) {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    broken
}

/// The targets of inline links.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0))
}

fn leads_somewhere(pages: &Pages, from: &Path, target: &str) -> bool {
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (target, None),
    };
    let page = if file.is_empty() {
        from.to_owned()
    } else {
        resolved(from, file)
    };
    let Some(text) = pages.get(&page) else {
        return false;
    };
    anchor.is_none_or(|anchor| anchors(text).any(|found| found == anchor))
}

/// A relative link, as seen from the page that has it.
fn resolved(from: &Path, file: &str) -> PathBuf {
    let mut path = from.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(file).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// What a link can point at: headings, and anchors of their own.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        if let Some(rest) = line.strip_prefix("<a id=\"") {
            return rest.split('"').next().map(str::to_owned);
        }
        let heading = line.strip_prefix('#')?.trim_start_matches('#').trim();
        Some(
            heading
                .to_lowercase()
                .chars()
                .filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'))
                .map(|char| if char == ' ' { '-' } else { char })
                .collect(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(texts: &[(&str, &str)]) -> Pages {
        texts
            .iter()
            .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn links_lead_to_pages_and_headings() {
        let pages = pages(&[
            (
                "index.md",
                "[a](guides/a.md) [b](guides/b.md) [c](https://example.com/c)",
            ),
            (
                "guides/a.md",
                "# One `two`\n[x](../index.md) [y](#one-two) [z](#three)",
            ),
        ]);
        assert_eq!(
            broken_links(&pages),
            ["guides/a.md: #three", "index.md: guides/b.md"]
        );
    }

    #[test]
    fn an_attribute_without_a_full_stop_is_named() {
        let schema = Schema::new("A note.").attributes([
            Attribute::string("good").describe("Good."),
            Attribute::string("bad").describe("Bad"),
            Attribute::string("empty"),
        ]);
        let mut found = Vec::new();
        in_schema(&mut found, "note", &schema);
        assert_eq!(found, ["note.bad", "note.empty"]);
    }
}
