//! The Schema section, in the form that users know from other providers.

use std::fmt::Write as _;

use tfplugin::schema::{Mode, Shape};
use tfplugin::{Attribute, Block, IdentitySchema, Schema};

use crate::words;

/// The section of a schema, from its heading to the last nested one.
pub(crate) fn section(schema: &Schema) -> String {
    let mut text = String::from("## Schema\n");
    let members = Members {
        attributes: &schema.attributes,
        blocks: &schema.blocks,
    };
    members.write(&mut text, &Place::default());
    text
}

/// The attributes that an import by identity takes.
pub(crate) fn identity(identity: &IdentitySchema) -> String {
    let mut text = String::from("### Identity Schema\n");
    for (heading, required) in [("Required", true), ("Optional", false)] {
        let mut attributes = identity
            .attributes
            .iter()
            .filter(|attribute| attribute.required_for_import == required)
            .peekable();
        if attributes.peek().is_some() {
            push(&mut text, format_args!("\n#### {heading}\n\n"));
        }
        for attribute in attributes {
            let description = one_line(&attribute.description);
            push(
                &mut text,
                format_args!("- `{}` (String) {description}\n", attribute.name),
            );
        }
    }
    text
}

/// The arguments whose descriptions name environment variables, as a table. The description has to
/// say `Environment variable: ` or `Environment variables: `, then the names.
pub(crate) fn environment_variables(schema: &Schema) -> String {
    let row = |name: String, attribute: &Attribute| Row {
        name,
        variables: variables_in(&attribute.description).unwrap_or_default(),
    };
    let mut rows: Vec<Row> = schema
        .attributes
        .iter()
        .map(|attribute| row(attribute.name.clone(), attribute))
        .collect();
    for block in &schema.blocks {
        for attribute in &block.attributes {
            let nested = row(format!("{}.{}", block.name, attribute.name), attribute);
            // A block that repeats arguments of the provider has no variables of its own.
            let repeats = rows
                .iter()
                .any(|row| row.name == attribute.name && row.variables == nested.variables);
            if !repeats {
                rows.push(nested);
            }
        }
    }
    let rows: Vec<String> = rows
        .into_iter()
        .filter(|row| !row.variables.is_empty())
        .map(|row| format!("| `{}` | {} |", row.name, row.variables.join(", ")))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "## Environment Variables\n\nAn argument of the `provider` block wins over the environment. \
         A variable that is set to nothing counts as not set.\n\n| Argument | Environment \
         variables |\n|---|---|\n{}",
        rows.join("\n")
    )
}

/// A line of that table.
struct Row {
    name: String,
    variables: Vec<String>,
}

fn variables_in(description: &str) -> Option<Vec<String>> {
    let list = ["Environment variables: ", "Environment variable: "]
        .into_iter()
        .find_map(|words| description.split_once(words))?
        .1;
    let sentence = list.split_inclusive(". ").next()?;
    let names: Vec<String> = sentence
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|name| format!("`{name}`"))
        .collect();
    (!names.is_empty()).then_some(names)
}

/// Where a list of members stands: the names that lead to it.
#[derive(Clone, Default)]
struct Place(Vec<String>);

impl Place {
    fn below(&self, name: &str) -> Self {
        Self(
            self.0
                .iter()
                .map(String::as_str)
                .chain([name])
                .map(str::to_owned)
                .collect(),
        )
    }

    fn anchor(&self, kind: &str) -> String {
        format!("{kind}--{}", self.0.join("--"))
    }

    fn heading(&self, name: &str) -> String {
        if self.0.is_empty() {
            format!("\n### {name}\n\n")
        } else {
            format!("\n{name}:\n\n")
        }
    }
}

/// What stands on one level.
struct Members<'a> {
    attributes: &'a [Attribute],
    blocks: &'a [Block],
}

const ATTRIBUTE: &str = "nestedatt";
const BLOCK: &str = "nestedblock";

impl Members<'_> {
    fn write(&self, text: &mut String, place: &Place) {
        for (heading, modes) in [
            ("Required", &[Mode::Required][..]),
            ("Optional", &[Mode::Optional, Mode::OptionalComputed]),
            ("Read-Only", &[Mode::Computed]),
        ] {
            let mut lines: Vec<String> = self
                .attributes
                .iter()
                .filter(|attribute| modes.contains(&attribute.mode))
                .map(|attribute| attribute_line(attribute, place))
                .collect();
            if modes.contains(&Mode::Optional) {
                lines.extend(self.blocks.iter().map(|block| block_line(block, place)));
            }
            if !lines.is_empty() {
                text.push_str(&place.heading(heading));
                text.push_str(&lines.concat());
            }
        }
        for attribute in self.attributes {
            if let Shape::Nested(_, attributes) = &attribute.shape {
                nested(text, ATTRIBUTE, &place.below(&attribute.name), attributes);
            }
        }
        for block in self.blocks {
            nested(text, BLOCK, &place.below(&block.name), &block.attributes);
        }
    }
}

fn nested(text: &mut String, kind: &str, place: &Place, attributes: &[Attribute]) {
    let (anchor, path) = (place.anchor(kind), place.0.join("."));
    push(
        text,
        format_args!("\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`\n"),
    );
    let members = Members {
        attributes,
        blocks: &[],
    };
    members.write(text, place);
}

fn attribute_line(attribute: &Attribute, place: &Place) -> String {
    let mut line = format!(
        "- `{}` ({}) {}",
        attribute.name,
        words::of_attribute(attribute),
        one_line(&attribute.description)
    );
    if attribute.replaces_when_changed() {
        line.push_str(" A change replaces the object.");
    }
    if let Some(message) = &attribute.deprecated {
        push(
            &mut line,
            format_args!(" Deprecated: {}", one_line(message)),
        );
    }
    if let Shape::Nested(..) = attribute.shape {
        line.push_str(&see(&place.below(&attribute.name).anchor(ATTRIBUTE)));
    }
    line.push('\n');
    line
}

fn block_line(block: &Block, place: &Place) -> String {
    format!(
        "- `{}` ({}) {}{}\n",
        block.name,
        words::of_block(block),
        one_line(&block.description),
        see(&place.below(&block.name).anchor(BLOCK))
    )
}

fn see(anchor: &str) -> String {
    format!(" (see [below for nested schema](#{anchor}))")
}

/// A description as one line of a list.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use tfplugin::{Nesting, Type};

    use super::*;

    #[test]
    fn groups_levels_and_anchors_are_those_that_users_know() {
        let schema = Schema::new("A note.")
            .attributes([
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .describe("The name."),
                Attribute::new("tags", Type::map(Type::String)).describe("The tags."),
                Attribute::nested(
                    "owner",
                    Nesting::Single,
                    [Attribute::string("id").computed().describe("The id.")],
                )
                .computed()
                .describe("Whose it is."),
            ])
            .block(Block::single(
                "timeouts",
                [Attribute::string("read").describe("For `read`.")],
            ));
        assert_eq!(
            section(&schema),
            r#"## Schema

### Required

- `name` (String) The name. A change replaces the object.

### Optional

- `tags` (Map of String) The tags.
- `timeouts` (Block, Optional)  (see [below for nested schema](#nestedblock--timeouts))

### Read-Only

- `owner` (Attributes) Whose it is. (see [below for nested schema](#nestedatt--owner))

<a id="nestedatt--owner"></a>
### Nested Schema for `owner`

Read-Only:

- `id` (String) The id.

<a id="nestedblock--timeouts"></a>
### Nested Schema for `timeouts`

Optional:

- `read` (String) For `read`.
"#
        );
    }

    #[test]
    fn a_block_that_repeats_arguments_adds_no_variables() {
        let id = || Attribute::string("id").describe("The id. Environment variable: `ID`.");
        let schema = Schema::new("Notes.")
            .attribute(id())
            .block(Block::single("other", [id()]))
            .block(Block::single(
                "endpoints",
                [Attribute::string("url").describe("Environment variable: `URL`.")],
            ));
        let table = environment_variables(&schema);
        assert!(table.ends_with("|---|---|\n| `id` | `ID` |\n| `endpoints.url` | `URL` |"));
    }

    #[test]
    fn variables_are_found_in_descriptions() {
        let describe = |text: &str| variables_in(text);
        assert_eq!(
            describe("The id. Environment variables: `A`, `B`. Default: `C`."),
            Some(vec!["`A`".to_owned(), "`B`".to_owned()])
        );
        assert_eq!(
            describe("The id. Environment variable: `A`."),
            Some(vec!["`A`".to_owned()])
        );
        assert_eq!(describe("The `id`."), None);
    }
}
