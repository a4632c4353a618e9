//! Names of unknown values, split into the instance and the attribute.

/// The parts of a symbol, from the longest address to the shortest: at each dot or bracket outside of
/// quotes, `module.a["x.y"].azapi_resource.policy` and `output.properties.systemId`.
pub(super) fn splits(symbol: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut cuts = Vec::new();
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in symbol.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'.' | b'[' if !quoted => cuts.push(at),
            _ => {}
        }
    }
    cuts.into_iter()
        .rev()
        .map(move |at| (&symbol[..at], symbol[at..].trim_start_matches('.')))
}

/// The type of the resource that a symbol starts with, modules skipped: `azurerm_resource_group` of
/// `module.a[0].azurerm_resource_group.rg.id`. Data sources count too.
pub(super) fn resource_type(symbol: &str) -> Option<&str> {
    let mut rest = symbol;
    while let Some(module) = rest.strip_prefix("module.") {
        rest = behind_step(module)?;
    }
    let rest = rest.strip_prefix("data.").unwrap_or(rest);
    let end = rest.find('.')?;
    let name = &rest[..end];
    (!matches!(
        name,
        "var" | "local" | "path" | "each" | "count" | "terraform"
    ) && name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'))
    .then_some(name)
}

/// What follows a name and its instance key.
fn behind_step(text: &str) -> Option<&str> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'.' if !quoted => return Some(&text[at + 1..]),
            _ => {}
        }
    }
    None
}

/// A template that starts with a name: `${azurerm_key_vault.cmk.id}/keys/cmk` gives
/// `azurerm_key_vault.cmk.id` and `/keys/cmk`.
pub(super) fn template(symbol: &str) -> Option<(&str, &str)> {
    let inside = symbol.strip_prefix("${")?;
    let (name, rest) = inside.split_once('}')?;
    (!rest.contains("${")).then_some((name, rest))
}

/// The names in a symbol: those inside of a template, or the symbol itself.
pub(super) fn names(symbol: &str) -> Vec<&str> {
    if !symbol.contains("${") {
        return vec![symbol];
    }
    let inside = symbol.split("${").skip(1);
    inside
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_outside_of_quotes() {
        let all: Vec<_> = splits(r#"module.a["x.y"].t.n[0].id"#).collect();
        assert!(all.contains(&(r#"module.a["x.y"].t.n[0]"#, "id")));
        assert!(all.contains(&(r#"module.a["x.y"].t.n"#, "[0].id")));
        assert!(!all.iter().any(|(address, _)| address.ends_with('x')));
    }

    #[test]
    fn finds_the_names_of_a_template() {
        assert_eq!(names("x.y.id"), ["x.y.id"]);
        assert_eq!(names("where id == ${x.y.id} or ${z}!"), ["x.y.id", "z"]);
        assert_eq!(names("${x"), [""; 0]);
    }

    #[test]
    fn finds_the_type() {
        assert_eq!(
            resource_type(r#"module.a["m.n"].module.b.azurerm_resource_group.rg.id"#),
            Some("azurerm_resource_group")
        );
        assert_eq!(
            resource_type("data.azurerm_subscription.current.id"),
            Some("azurerm_subscription")
        );
        assert_eq!(resource_type("var.x"), None);
        assert_eq!(resource_type("module.a"), None);
        assert_eq!(resource_type("${x.y.id}/keys"), None);
    }
}
