//! Which format a file has.

/// The format of an inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
    Hcl,
}

impl Format {
    /// By the extension of the name, else by the first line that is no comment.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            Some("hcl" | "tf" | "tofu" | "tfvars") => Self::Hcl,
            _ => Self::of_text(text),
        }
    }

    fn of_text(text: &str) -> Self {
        let first = text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with(['#', '/']))
            .unwrap_or_default();
        let sign = first.find([':', '=', '{', '"']).map(|at| &first[at..=at]);
        match sign {
            _ if first.starts_with(['{', '[']) => Self::Json,
            Some("=" | "{" | "\"") if !first.starts_with('"') => Self::Hcl,
            _ => Self::Yaml,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_before_texts() {
        for (name, text, format) in [
            ("tenant.YAML", "{}", Format::Yaml),
            ("tenant.json", "environments:", Format::Json),
            ("tenant.hcl", "{}", Format::Hcl),
            ("tenant", "# x\n{\"environments\": []}", Format::Json),
            ("tenant", "# x\n\nenvironments:\n", Format::Yaml),
            ("tenant", "\"environments\": []", Format::Yaml),
            ("tenant", "---\nenvironments:", Format::Yaml),
            ("-", "environments = []", Format::Hcl),
            ("-", "environment \"retail\" {", Format::Hcl),
            ("-", "", Format::Yaml),
        ] {
            assert_eq!(Format::of(name, text), format, "{name}: {text}");
        }
    }
}
