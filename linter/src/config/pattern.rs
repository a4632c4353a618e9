//! Patterns over addresses: `powerplatform_environment.*`.

use std::borrow::Cow;

/// A pattern over addresses. `*` stands for any text, `?` for one character, everything else for
/// itself: brackets are part of addresses and mean nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Takes any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern is about this address. As with Terraform's `-target`, an address without
    /// instance keys means all instances.
    ///
    /// ```
    /// use ppcmk_lint::config::Pattern;
    ///
    /// let pattern = Pattern::new("powerplatform_environment.shop");
    /// assert!(pattern.matches("powerplatform_environment.shop"));
    /// assert!(pattern.matches("powerplatform_environment.shop[\"emea\"]"));
    /// assert!(!pattern.matches("powerplatform_environment.shop2"));
    /// assert!(Pattern::new("*.shop").matches("module.a[0].powerplatform_environment.shop"));
    /// ```
    pub fn matches(&self, address: &str) -> bool {
        matches(&self.0, address) || matches(&self.0, &without_keys(address))
    }
}

/// The address without instance keys: `module.a["x"].b.c[0]` is `module.a.b.c`.
pub(crate) fn without_keys(address: &str) -> Cow<'_, str> {
    if !address.contains('[') {
        return Cow::Borrowed(address);
    }
    let mut out = String::with_capacity(address.len());
    let (mut in_key, mut in_quotes, mut escaped) = (false, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' if in_key => in_quotes = !in_quotes,
            '[' if !in_quotes => in_key = true,
            ']' if in_key && !in_quotes => in_key = false,
            _ if in_key => {}
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Matches greedily and goes back to the last `*` only, so that the cost is bounded by the product
/// of the lengths.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut read) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                back = Some((at + 1, read));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((behind, from)) = back else {
                    return false;
                };
                at = behind;
                read = from + 1;
                back = Some((behind, read));
            }
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_left_out() {
        assert_eq!(without_keys("a.b"), "a.b");
        assert_eq!(without_keys(r#"module.x["a\"]b"].t.n[3]"#), "module.x.t.n");
        assert_eq!(without_keys("t.n[*]"), "t.n");
        assert_eq!(without_keys("t.n[\"never closed"), "t.n");
    }

    #[test]
    fn stars_match_any_text() {
        let check = |pattern: &str, address: &str| Pattern::new(pattern).matches(address);
        assert!(check("*", "a.b"));
        assert!(check("a.*", "a.b[\"c\"]"));
        assert!(check("a.b[*]", "a.b[\"c\"]"));
        assert!(check("a.b[\"c\"]", "a.b[\"c\"]"));
        assert!(check("module.*.b.?", "module.x.module.y.b.c"));
        assert!(!check("a.b[\"c\"]", "a.b[\"d\"]"));
        assert!(!check("a.*", "b.a.c"));
        assert!(!check("", "a"));
        assert!(check("*a*a*a*a*b*", &format!("{}b", "a".repeat(2_000))));
        assert!(!check("*a*a*a*a*c", &"a".repeat(2_000)));
    }
}
