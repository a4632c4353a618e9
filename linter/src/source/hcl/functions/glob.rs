//! Patterns of `fileset`: `*`, `**`, `?`, `[a-z]` and `{a,b}`.

/// How many alternatives a pattern may stand for.
const MOST: usize = 1_000;

/// The alternatives of a pattern with braces; none if there are too many.
pub(super) fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut waiting = vec![pattern.to_owned()];
    while let Some(pattern) = waiting.pop() {
        if done.len() + waiting.len() > MOST {
            return None;
        }
        // The last opening brace has no other one inside.
        let inner = pattern.rfind('{').and_then(|start| {
            let length = pattern[start..].find('}')?;
            Some((start, start + length))
        });
        match inner {
            None => done.push(pattern),
            Some((start, end)) => {
                for part in pattern[start + 1..end].split(',') {
                    waiting.push(format!(
                        "{}{part}{}",
                        &pattern[..start],
                        &pattern[end + 1..]
                    ));
                }
            }
        }
    }
    done.sort();
    done.dedup();
    Some(done)
}

/// Whether a path matches a pattern without braces.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // Which beginnings of the path match the beginning of the pattern.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            if part == "**" {
                next[at] = reached[at] || (at > 0 && next[at - 1]);
            } else if at > 0 {
                next[at] = reached[at - 1] && name_matches(part, path[at - 1]);
            }
        }
        reached = next;
    }
    reached[path.len()]
}

/// Whether a name matches a part of a pattern. The same way as above, letter by letter.
fn name_matches(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        let mut next = vec![false; name.len() + 1];
        let class = match letter {
            '[' => class(&mut letters),
            _ => None,
        };
        let literal = match letter {
            '\\' => letters.next().unwrap_or('\\'),
            letter => letter,
        };
        for at in 0..=name.len() {
            next[at] = match letter {
                '*' => reached[at] || (at > 0 && next[at - 1]),
                _ if at == 0 => false,
                '?' => reached[at - 1],
                '[' if class.is_some() => {
                    let fits = class.as_ref().is_some_and(|class| class.fits(name[at - 1]));
                    reached[at - 1] && fits
                }
                _ => reached[at - 1] && name[at - 1] == literal,
            };
        }
        reached = next;
    }
    reached[name.len()]
}

struct Class {
    negated: bool,
    ranges: Vec<(char, char)>,
}

impl Class {
    fn fits(&self, letter: char) -> bool {
        let found = self
            .ranges
            .iter()
            .any(|&(from, to)| (from..=to).contains(&letter));
        found != self.negated
    }
}

fn class(letters: &mut std::str::Chars<'_>) -> Option<Class> {
    let text = letters.as_str();
    let end = text.find(']')?;
    *letters = text[end + 1..].chars();
    let inside = &text[..end];
    let negated = inside.starts_with(['!', '^']);
    let mut inside = inside[usize::from(negated)..].chars().peekable();
    let mut ranges = Vec::new();
    while let Some(from) = inside.next() {
        let to = match inside.next_if_eq(&'-') {
            Some(_) => inside.next().unwrap_or(from),
            None => from,
        };
        ranges.push((from, to));
    }
    Some(Class { negated, ranges })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_fileset() {
        for (pattern, path, expected) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "b/a.yaml", false),
            ("**/*.yaml", "a.yaml", true),
            ("**/*.yaml", "b/c/a.yaml", true),
            ("b/**", "b/c/a.yaml", true),
            ("?.y[ab]ml", "x.yaml", true),
            ("?.y[!ab]ml", "x.yaml", false),
            ("[a-c].x", "b.x", true),
            ("a\\*", "a*", true),
            (
                "**********************a",
                "aaaaaaaaaaaaaaaaaaaaaaaab",
                false,
            ),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
        let names = alternatives("{a,b{c,d}}.x").unwrap();
        assert_eq!(names, ["a.x", "bc.x", "bd.x"]);
        assert_eq!(alternatives(&"{a,b}".repeat(20)), None);
    }
}
