//! The pages of a Terraform provider in the registry's layout, made of its schemas, its examples
//! and what a person has written.
//!
//! | Page | Made of |
//! |---|---|
//! | `index.md` | `provider/provider.tf` of the examples, `index.md` of the fragments |
//! | `resources/<name>.md` | `resources/<type>/resource.tf`, and for the import `import.tf`, `import-by-identity.tf` and `import.sh` |
//! | `data-sources/<name>.md` | `data-sources/<type>/data-source.tf` |
//! | `ephemeral-resources/<name>.md` | `ephemeral-resources/<type>/ephemeral-resource.tf` |
//! | `functions/<name>.md` | `functions/<name>/function.tf` |
//!
//! A fragment is Markdown at the path of its page, such as `resources/<name>.md`; it stands between
//! the example and the schema. Guides are nobody's output: [`tree`] leaves them alone.
//!
//! Knows the SDK and nothing of what a provider manages. Nothing is written here but by
//! [`tree::update`].

#![warn(missing_docs)]

pub mod check;
mod function;
mod inputs;
mod page;
mod schema;
pub mod tree;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;

use tfplugin::{DynResource, Provider, Schema};

pub use crate::inputs::{Inputs, MissingInput};
use crate::page::Page;

/// Pages by their path below `docs/`.
pub type Pages = BTreeMap<PathBuf, String>;

/// Renders every page but the guides.
pub fn render<P: Provider>(provider: &P, inputs: &Inputs) -> Result<Pages, MissingInput> {
    let mut pages = Pages::new();
    pages.insert("index.md".into(), index(&provider.schema(), inputs)?);
    for resource in provider.resources() {
        let path = inputs.page_of("resources", resource.type_name());
        let page = resource_page(resource.as_ref(), inputs)?;
        pages.insert(path, page);
    }
    for source in provider.data_sources() {
        let (path, page) = typed(
            &Kind::DATA_SOURCE,
            source.type_name(),
            source.schema(),
            inputs,
        )?;
        pages.insert(path, page.finish());
    }
    for ephemeral in provider.ephemeral_resources() {
        let (path, page) = typed(
            &Kind::EPHEMERAL,
            ephemeral.type_name(),
            ephemeral.schema(),
            inputs,
        )?;
        pages.insert(path, page.finish());
    }
    for function in provider.functions() {
        let path = PathBuf::from("functions").join(format!("{}.md", function.name()));
        let page = function::page(function.name(), &function.signature(), &path, inputs)?;
        pages.insert(path, page);
    }
    Ok(pages)
}

/// What the pages of one kind have in common.
struct Kind {
    folder: &'static str,
    example: &'static str,
    title: &'static str,
}

impl Kind {
    const RESOURCE: Self = Self {
        folder: "resources",
        example: "resource.tf",
        title: "Resource",
    };
    const DATA_SOURCE: Self = Self {
        folder: "data-sources",
        example: "data-source.tf",
        title: "Data Source",
    };
    const EPHEMERAL: Self = Self {
        folder: "ephemeral-resources",
        example: "ephemeral-resource.tf",
        title: "Ephemeral Resource",
    };
}

fn index(schema: &Schema, inputs: &Inputs) -> Result<String, MissingInput> {
    let mut page = Page::new(
        &format!("{} Provider", inputs.name),
        &format!("{} Provider", inputs.name),
        &schema.description,
    );
    page.heading("Example Usage");
    page.code(
        "terraform",
        &inputs.example("provider".as_ref(), "provider.tf")?,
    );
    page.fragment(inputs.fragment("index.md".as_ref())?);
    page.paragraph(&schema::environment_variables(schema));
    page.paragraph(&schema::section(schema));
    Ok(page.finish())
}

fn typed(
    kind: &Kind,
    type_name: &str,
    schema: &Schema,
    inputs: &Inputs,
) -> Result<(PathBuf, Page), MissingInput> {
    let path = inputs.page_of(kind.folder, type_name);
    let mut page = Page::new(
        &format!("{type_name} {} - {}", kind.title, inputs.name),
        &format!("{type_name} ({})", kind.title),
        &schema.description,
    );
    page.deprecation(schema.deprecated.as_deref());
    page.heading("Example Usage");
    let folder = PathBuf::from(kind.folder).join(type_name);
    page.code("terraform", &inputs.example(&folder, kind.example)?);
    page.fragment(inputs.fragment(&path)?);
    page.paragraph(&schema::section(schema));
    Ok((path, page))
}

fn resource_page<C>(
    resource: &dyn DynResource<C>,
    inputs: &Inputs,
) -> Result<String, MissingInput> {
    let type_name = resource.type_name();
    let (_, mut page) = typed(&Kind::RESOURCE, type_name, resource.schema(), inputs)?;
    let folder = PathBuf::from("resources").join(type_name);
    page.heading("Import");
    page.paragraph("With Terraform 1.5 or later, in a block:");
    page.code("terraform", &inputs.example(&folder, "import.tf")?);
    if let Some(identity) = resource.identity_schema() {
        page.paragraph("With Terraform 1.12 or later, also by identity:");
        page.code(
            "terraform",
            &inputs.example(&folder, "import-by-identity.tf")?,
        );
        page.paragraph(&schema::identity(identity));
    }
    page.paragraph("With the command:");
    page.code("shell", &inputs.example(&folder, "import.sh")?);
    Ok(page.finish())
}
