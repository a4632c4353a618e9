//! Override files: their blocks change the blocks of the other files.

use super::ast::{Block, Body};

/// Merges a block of an override file into the block that it changes. The block back, if there is
/// none.
pub(super) fn merge(blocks: &mut [Block], change: Block) -> Result<(), Block> {
    if &*change.kind == "locals" {
        return merge_locals(blocks, change);
    }
    if matches!(
        &*change.kind,
        "terraform" | "provider" | "moved" | "import" | "removed"
    ) {
        // Nothing of them is used, besides imports, which cannot be overridden.
        return Ok(());
    }
    let found = blocks
        .iter_mut()
        .find(|block| block.kind == change.kind && block.labels == change.labels);
    match found {
        Some(block) => {
            merge_body(&mut block.body, change.body);
            Ok(())
        }
        None => Err(change),
    }
}

fn merge_locals(blocks: &mut [Block], mut change: Block) -> Result<(), Block> {
    let mut missing = Vec::new();
    for attribute in change.body.attributes {
        let found = blocks
            .iter_mut()
            .filter(|block| &*block.kind == "locals")
            .flat_map(|block| &mut block.body.attributes)
            .find(|existing| existing.name == attribute.name);
        match found {
            Some(existing) => *existing = attribute,
            None => missing.push(attribute),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    change.body.attributes = missing;
    Err(change)
}

fn merge_body(body: &mut Body, change: Body) {
    for attribute in change.attributes {
        let found = body
            .attributes
            .iter_mut()
            .find(|existing| existing.name == attribute.name);
        match found {
            Some(existing) => *existing = attribute,
            None => body.attributes.push(attribute),
        }
    }
    // Nested blocks replace all blocks of their kind, except for `lifecycle`.
    let kind = |block: &Block| match &*block.kind {
        "dynamic" => block.labels.first().cloned().unwrap_or_default(),
        _ => block.kind.clone(),
    };
    let replaced: Vec<_> = change.blocks.iter().map(kind).collect();
    body.blocks
        .retain(|block| &*block.kind == "lifecycle" || !replaced.contains(&kind(block)));
    for inner in change.blocks {
        let lifecycle = body
            .blocks
            .iter_mut()
            .find(|block| &*block.kind == "lifecycle");
        match lifecycle {
            Some(existing) if &*inner.kind == "lifecycle" => {
                merge_body(&mut existing.body, inner.body);
            }
            _ => body.blocks.push(inner),
        }
    }
}
