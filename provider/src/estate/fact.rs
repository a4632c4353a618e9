//! Arguments of a configuration as facts.

use ppcmk_coverage::estate::{Fact, Origin, Reason, Unknown};
use tfplugin::{Attr, AttributePath};

/// An argument as a fact, with its path as the origin: `null` is absent, and what is known after
/// apply is unknown.
pub(crate) fn fact<T, U>(
    argument: &Attr<T>,
    path: &AttributePath,
    convert: impl FnOnce(&T) -> U,
) -> Fact<U> {
    let name = path.to_string();
    let origin = Origin::at_path(name.as_str());
    match argument {
        Attr::Known(value) => Fact::value_at(convert(value), origin),
        Attr::Null => Fact::absent_at(origin),
        Attr::Unknown => {
            let reason = Reason::KnownAfterApply(name.into());
            Fact::unknown_at(Unknown::new(reason), origin)
        }
    }
}

/// Why something that was read from the tenant is not known.
pub(crate) fn not_shown<T>(why: impl Into<std::sync::Arc<str>>) -> Fact<T> {
    Fact::unknown_at(
        Unknown::new(Reason::Elsewhere(why.into())),
        Origin::default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_three_states_and_the_path() {
        let path = AttributePath::from("ecommerce").attribute("region");
        let known = fact(&Attr::Known(1), &path, |value| value + 1);
        assert_eq!(known.value(), Some(&2));
        assert_eq!(known.origin.path.as_deref(), Some("ecommerce.region"));
        assert!(fact(&Attr::<i32>::Null, &path, |value| *value).is_absent());
        let unknown = fact(&Attr::<i32>::Unknown, &path, |value| *value);
        assert_eq!(
            unknown.unknown().unwrap().reason.to_string(),
            "`ecommerce.region` is known after apply"
        );
    }
}
