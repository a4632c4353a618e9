//! Changing the JSON of an answer.

use serde_json::Value;

/// Merges members into every object that an answer is about.
pub(crate) fn patch(body: &mut Value, members: &Value) {
    if let Some(items) = body.get_mut("value").and_then(Value::as_array_mut) {
        for item in items {
            merge(item, members);
        }
    } else {
        merge(body, members);
    }
}

/// A JSON merge patch.
pub(crate) fn merge(into: &mut Value, members: &Value) {
    let (Some(into), Some(members)) = (into.as_object_mut(), members.as_object()) else {
        *into = members.clone();
        return;
    };
    for (name, value) in members {
        if value.is_null() {
            into.remove(name);
        } else {
            merge(into.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}
