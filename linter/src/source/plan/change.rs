//! What a plan does with an instance.

use std::sync::Arc;

use ppcmk_coverage::estate::{Action, Change};

use super::address::Step;
use super::document::{Index, ResourceChange, Text};
use crate::source::InputError;
use crate::source::encoded::Document;

/// The action that a list of actions stands for; `None` for one that nobody knows.
fn action(actions: &[Text<'_>]) -> Option<Action> {
    let words: Vec<&str> = actions.iter().map(|word| &**word).collect();
    Some(match words.as_slice() {
        ["no-op"] => Action::NoOp,
        ["read"] => Action::Read,
        ["create"] => Action::Create,
        ["update"] => Action::Update,
        ["delete"] => Action::Delete,
        ["delete", "create"] => Action::DeleteThenCreate,
        ["create", "delete"] => Action::CreateThenDelete,
        ["forget"] => Action::Forget,
        ["create", "forget"] | ["forget", "create"] => Action::ForgetThenCreate,
        _ => return None,
    })
}

/// The change of an instance; `None` where the actions are not known.
pub(super) fn change<'a>(
    document: Document<'a>,
    resource: &ResourceChange<'a>,
) -> Result<Option<Change>, InputError> {
    let change = &resource.change;
    let actions: Vec<Text<'a>> = match change.actions {
        Some(actions) => document.parse(actions.get())?,
        None => Vec::new(),
    };
    let paths: Vec<Vec<Index>> = match change.replace_paths {
        Some(paths) => document.parse(paths.get())?,
        None => Vec::new(),
    };
    Ok(action(&actions).map(|action| Change {
        action,
        reason: resource.action_reason.as_deref().map(Into::into),
        replace_paths: paths.iter().map(|path| print(path)).collect(),
        existed: change.before.is_some(),
        previous_address: resource.previous_address.as_deref().map(Into::into),
        is_import: change.importing.is_some(),
    }))
}

/// A path as Terraform prints it: `network_acls[0].bypass`.
fn print(path: &[Index]) -> Arc<str> {
    let text: String = path
        .iter()
        .map(|index| index.to_step().to_string())
        .collect();
    match path.first().map(Index::to_step) {
        Some(Step::Name(_)) => text[1..].into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: &str) -> Option<Change> {
        let text = format!(
            r#"{{"address": "a.b", "type": "a", "action_reason": "replace_by_request",
                 "previous_address": "a.old", "change": {change}}}"#
        );
        let resource: ResourceChange<'_> = serde_json::from_str(&text).unwrap();
        let document = Document {
            kind: "plan",
            name: "p",
            text: &text,
        };
        super::change(document, &resource).unwrap()
    }

    #[test]
    fn actions_are_told_from_one_another() {
        for (actions, expected) in [
            (r#"["no-op"]"#, Action::NoOp),
            (r#"["delete", "create"]"#, Action::DeleteThenCreate),
            (r#"["create", "delete"]"#, Action::CreateThenDelete),
            (r#"["forget"]"#, Action::Forget),
            (r#"["create", "forget"]"#, Action::ForgetThenCreate),
        ] {
            let change = read(&format!(r#"{{"actions": {actions}}}"#)).unwrap();
            assert_eq!(change.action, expected);
        }
        assert!(read(r#"{"actions": ["dance"]}"#).is_none());
        assert!(read("{}").is_none());
    }

    #[test]
    fn the_rest_is_kept() {
        let change = read(
            r#"{"actions": ["update"], "before": {}, "importing": {"id": "x"},
                "replace_paths": [["network_acls", 0, "bypass"], ["tags", "a b"]]}"#,
        )
        .unwrap();
        assert_eq!(&*change.replace_paths[0], "network_acls[0].bypass");
        assert_eq!(&*change.replace_paths[1], "tags[\"a b\"]");
        assert_eq!(change.reason.as_deref(), Some("replace_by_request"));
        assert_eq!(change.previous_address.as_deref(), Some("a.old"));
        assert!(change.existed && change.is_import);
    }
}
