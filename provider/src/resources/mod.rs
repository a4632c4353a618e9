//! The managed resources, one file or folder per Terraform type.

mod enterprise_policy;
mod environment_assignment;
mod key_access;
mod take_over;

pub(crate) use enterprise_policy::EnterprisePolicies;
pub(crate) use environment_assignment::{DeletionPolicy, EnvironmentAssignments};
pub(crate) use key_access::KeyAccesses;

use tfplugin::Value;

/// What becomes of environments whose key is gone (CMK facts S05, documented).
pub(crate) const WITHOUT_KEY: &str =
    "production environments are deleted after 30 days, sandboxes after 7";

/// Ids and names that compare without case.
pub(crate) fn same_without_case(left: &Value, right: &Value) -> bool {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => false,
    }
}

/// An id of an import as it was meant: without the quotes and the slash at the end that it may
/// have been copied with.
pub(crate) fn pasted(text: &str) -> &str {
    let text = text.trim();
    let bare = ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text);
    bare.trim().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_come_in_quotes_or_with_a_slash() {
        for text in ["a/b", " a/b\n", "\"a/b\"", "'a/b'", "a/b/", "\"a/b/\" "] {
            assert_eq!(pasted(text), "a/b", "{text:?}");
        }
        for text in ["", "/", "\"", "\"\""] {
            assert!(pasted(text).len() <= 1, "{text:?}");
        }
    }
}
