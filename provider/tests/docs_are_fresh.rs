//! The pages under `docs/` say what the schemas, the examples and `provider/docs/` say.
//!
//! They are checked in because the registry reads them from the repository. `UPDATE_DOCS=1`
//! rewrites them. Guides under `docs/guides/` are written by hand.

use std::path::PathBuf;

use ppcmk_provider::PpcmkProvider;
use tfplugin_docs::{Inputs, Pages, check, render, tree};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(name)
}

fn rendered() -> Pages {
    let inputs = Inputs {
        name: "ppcmk".to_owned(),
        examples: folder("examples"),
        fragments: folder("provider/docs"),
    };
    render(&PpcmkProvider, &inputs).expect("every type has an example")
}

/// All pages as they should be: what is rendered, and the guides.
fn site() -> Pages {
    let mut pages = tree::read(&folder("docs")).expect("the pages can be read");
    pages.retain(|path, _| path.starts_with("guides"));
    pages.extend(rendered());
    pages
}

#[test]
fn pages_are_fresh() {
    let (docs, pages) = (folder("docs"), rendered());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        tree::update(&docs, &pages).expect("the pages can be written");
    }
    let stale = tree::stale(&docs, &pages).expect("the pages can be read");
    assert!(
        stale.is_empty(),
        "{stale:?} under docs/ are stale: run this test with UPDATE_DOCS=1"
    );
}

#[test]
fn everything_is_described_in_sentences() {
    assert_eq!(check::undescribed(&PpcmkProvider), [] as [&str; 0]);
}

#[test]
fn links_lead_somewhere() {
    assert_eq!(check::broken_links(&site()), [] as [&str; 0]);
}

#[test]
fn the_registry_can_show_every_page() {
    let pages = site();
    assert_eq!(check::too_large(&pages), [] as [PathBuf; 0]);
    for (path, text) in pages {
        let front_matter = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .map(|(front_matter, _)| front_matter.to_owned())
            .unwrap_or_default();
        for key in ["page_title: ", "subcategory: ", "description: "] {
            assert!(front_matter.contains(key), "{path:?} lacks {key:?}");
        }
    }
}
