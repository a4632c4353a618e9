//! Names that nobody can guess.

/// Sixteen random hexadecimal digits.
///
/// Should the system have no randomness, the name still differs between processes; the exclusive
/// creation of what is named catches the rest.
pub(super) fn hex() -> String {
    let mut bytes = u64::from(std::process::id()).to_be_bytes();
    let _ = rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_names_differ() {
        assert_ne!(super::hex(), super::hex());
    }
}
