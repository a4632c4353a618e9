//! One page: front matter, then blocks of Markdown with an empty line between them.

/// A page while it is written.
pub(crate) struct Page {
    text: String,
}

impl Page {
    /// Starts with the front matter that the registry reads. Its description is the first
    /// paragraph of the page's.
    pub(crate) fn new(title: &str, heading: &str, description: &str) -> Self {
        let first = description.split("\n\n").next().unwrap_or_default();
        let plain = first.replace('`', "");
        let mut page = Self {
            text: format!(
                "---\npage_title: {title:?}\nsubcategory: \"\"\ndescription: |-\n  {}\n---\n",
                plain.replace('\n', " ")
            ),
        };
        page.paragraph(&format!("# {heading}"));
        page.paragraph("<!-- Generated from the provider's schema and examples: change those. -->");
        page.paragraph(description);
        page
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.paragraph(&format!("## {text}"));
    }

    /// A block of Markdown; nothing for an empty one.
    pub(crate) fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.text.push('\n');
            self.text.push_str(text);
            self.text.push('\n');
        }
    }

    pub(crate) fn code(&mut self, language: &str, text: &str) {
        self.paragraph(&format!("```{language}\n{}\n```", text.trim()));
    }

    pub(crate) fn fragment(&mut self, text: Option<String>) {
        self.paragraph(&text.unwrap_or_default());
    }

    /// The registry draws `~>` as a warning.
    pub(crate) fn deprecation(&mut self, message: Option<&str>) {
        if let Some(message) = message {
            self.paragraph(&format!("~> **Deprecated** {message}"));
        }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
