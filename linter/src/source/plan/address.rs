//! Addresses and references, as Terraform prints them.

use std::fmt;
use std::sync::Arc;

use crate::source::InstanceKey;

/// One part of an address, of a reference or of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Step {
    /// `.name`, or the first name.
    Name(Arc<str>),
    /// `[0]` or `["key"]`.
    Key(InstanceKey),
}

/// The instance of a module that something is in: the calls, outermost first.
pub(in crate::source) type ModulePath = Vec<(Arc<str>, Option<InstanceKey>)>;

impl fmt::Display for Step {
    /// A name with the dot before it, a key in brackets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(formatter, ".{name}"),
            Self::Key(key) => key.fmt(formatter),
        }
    }
}

impl Step {
    pub(in crate::source) fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Name(name) => Some(name),
            Self::Key(_) => None,
        }
    }
}

/// Splits `module.a["x"].azurerm_key_vault.cmk[0].id`. What does not look like an address gives as
/// many steps as could be read.
pub(in crate::source) fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (step, behind) = if let Some(inside) = rest.strip_prefix('[') {
            match key(inside) {
                Some((key, behind)) => (Step::Key(key), behind),
                None => break,
            }
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            (Step::Name(name[..end].into()), &name[end..])
        };
        steps.push(step);
        rest = behind;
    }
    steps
}

/// The key behind an opening bracket, and what follows the closing one.
fn key(inside: &str) -> Option<(InstanceKey, &str)> {
    let Some(quoted) = inside.strip_prefix('"') else {
        let (index, behind) = inside.split_once(']')?;
        let key = index
            .parse()
            .map_or(InstanceKey::Unknown, InstanceKey::Index);
        return Some((key, behind));
    };
    let mut name = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let behind = quoted[at + 1..].strip_prefix(']')?;
                return Some((InstanceKey::Name(name.into()), behind));
            }
            '\\' => match letters.next()?.1 {
                'n' => name.push('\n'),
                'r' => name.push('\r'),
                't' => name.push('\t'),
                other => name.push(other),
            },
            letter => name.push(letter),
        }
    }
    None
}

/// Takes `module.NAME[KEY]` off the front, as often as it stands there.
pub(in crate::source) fn split_modules(steps: &[Step]) -> (ModulePath, &[Step]) {
    let mut path = ModulePath::new();
    let mut rest = steps;
    while let [Step::Name(word), Step::Name(name), behind @ ..] = rest {
        if &**word != "module" {
            break;
        }
        let (key, behind) = match behind {
            [Step::Key(key), behind @ ..] => (Some(key.clone()), behind),
            _ => (None, behind),
        };
        path.push((name.clone(), key));
        rest = behind;
    }
    (path, rest)
}

/// Prints the way to a module's instance, with a dot behind it: `module.a["x"].module.b.`; nothing
/// for the root.
pub(in crate::source) fn module_prefix(path: &[(Arc<str>, Option<InstanceKey>)]) -> String {
    let mut text = String::new();
    for (name, key) in path {
        text = format!("{text}module.{name}");
        if let Some(key) = key {
            text = format!("{text}{key}");
        }
        text.push('.');
    }
    text
}

/// The address of a block: an address without any keys.
pub(in crate::source) fn without_keys(address: &str) -> Arc<str> {
    if !address.contains('[') {
        return address.into();
    }
    let mut text = String::with_capacity(address.len());
    for step in steps(address) {
        if let Step::Name(name) = step {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(&name);
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_prints() {
        let text = r#"module.a["x.]\"\\y"].module.b.azurerm_key_vault.cmk[3].id"#;
        let all = steps(text);
        let (modules, rest) = split_modules(&all);
        assert_eq!(module_prefix(&modules), r#"module.a["x.]\"\\y"].module.b."#);
        assert_eq!(rest.len(), 4);
        let printed: String = all.iter().map(Step::to_string).collect();
        assert_eq!(&printed[1..], text);
        assert_eq!(
            &*without_keys(text),
            "module.a.module.b.azurerm_key_vault.cmk.id"
        );
    }

    #[test]
    fn takes_any_text() {
        for text in [
            "", "[", "[\"", "[\"a", "a[1", "a..b", ".", "a[*].b", "[]", "\"", "a[\"\\",
        ] {
            let _ = steps(text);
            let _ = without_keys(text);
        }
        assert_eq!(steps("a[*]")[1], Step::Key(InstanceKey::Unknown));
    }
}
