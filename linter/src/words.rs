//! Suggestions for misspelt words.

/// The word that was probably meant: at most a third of the letters differ.
pub(crate) fn meant<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // A word of ours is short; a text that is much longer is something else, and comparing it
    // would cost the product of the lengths.
    if text.len() > 64 {
        return None;
    }
    let text = text.to_ascii_lowercase();
    words
        .into_iter()
        .map(|word| {
            (
                strsim::damerau_levenshtein(&text, &word.to_ascii_lowercase()),
                word,
            )
        })
        .filter(|(distance, word)| *distance * 3 <= word.chars().count().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn suggests_near_words_only() {
        let words = ["fail-on", "inventory", "rules", "CMK301"];
        assert_eq!(meant("fail_on", words), Some("fail-on"));
        assert_eq!(meant("inventry", words), Some("inventory"));
        assert_eq!(meant("CMK310", words), Some("CMK301"));
        assert_eq!(meant("something", words), None);
        assert_eq!(meant("", words), None);
        assert_eq!(meant(&"x".repeat(1_000_000), words), None);
    }
}
