//! Names for findings that stay the same when lines move.

use ppcmk_coverage::Finding;
use uuid::Uuid;

/// The namespace of all fingerprints of this program, made once at random.
const NAMESPACE: Uuid = Uuid::from_u128(0x7c7f_0f6b_5a0e_4d0e_9d2b_3f1a_6a52_c8e4);

/// The same for the same rule, instance and cause, wherever the text stands.
pub(super) fn fingerprint(finding: &Finding) -> String {
    let instance = finding.instance.as_deref().unwrap_or("");
    let parts = [
        finding.rule.code,
        &finding.address,
        instance,
        &finding.message,
    ];
    // A byte that no text has keeps the parts apart.
    let name: Vec<u8> = parts.map(str::as_bytes).join(&0xff_u8);
    Uuid::new_v5(&NAMESPACE, &name).simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn depends_on_rule_instance_and_cause_only() {
        let one = testing::finding(&testing::PURGE, "a.b", "off");
        let mut moved = one.clone();
        moved.location = testing::analysis().findings[0].location.clone();
        moved.help = "other".into();
        assert_eq!(fingerprint(&one), fingerprint(&moved));
        for other in [
            testing::finding(&testing::PURGE, "a.c", "off"),
            testing::finding(&testing::PURGE, "a.b", "on"),
            testing::finding(&testing::RETENTION, "a.b", "off"),
            testing::finding(&testing::PURGE, "a.bo", "ff"),
        ] {
            assert_ne!(fingerprint(&one), fingerprint(&other));
        }
    }
}
