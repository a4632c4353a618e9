//! Strings, numbers and dynamic values arrive as they left.

use crate::suite::Subject;
use crate::suite::client::{Answer, value};
use crate::suite::shape::{Kind, Shape, Ty};
use crate::suite::value::Val;

/// Case 59. A value that the provider's own checks refuse is a diagnostic; otherwise it is kept.
pub async fn strings_survive_or_are_refused(subject: &Subject) {
    let session = subject.session().await;
    let long = "x".repeat(1 << 20);
    let composed = "caf\u{e9}";
    for (sent, kept) in [
        ("", ""),
        (&long[..], &long[..]),
        ("cafe\u{301}", composed),
        ("\u{0}\u{1}\u{7f}\n\t\"\\", "\u{0}\u{1}\u{7f}\n\t\"\\"),
        ("\u{1f468}\u{200d}\u{1f469}", "\u{1f468}\u{200d}\u{1f469}"),
    ] {
        for attribute in leaves(&session.shape, "string") {
            let config = session.config.with(attribute, Val::text(sent));
            if !session.validate(&config).await.errors().is_empty() {
                continue;
            }
            let plan = session.plan(&config, &Val::Null).await;
            assert_eq!(plan.errors(), [""; 0], "{attribute}");
            let planned = value(plan.planned_state.as_ref()).get(attribute);
            assert!(
                planned == Val::text(kept),
                "{attribute}: {sent:.20?} became another text"
            );
        }
    }
}

pub(super) fn leaves<'a>(shape: &'a Shape, ty: &str) -> Vec<&'a str> {
    let settable = shape
        .attributes
        .iter()
        .filter(|one| one.required || one.optional);
    settable
        .filter(|one| !one.write_only && matches!(&one.kind, Kind::Leaf(leaf) if leaf.is(ty)))
        .map(|one| one.name.as_str())
        .collect()
}

/// Case 60.
pub async fn numbers_are_exact(subject: &Subject) {
    let session = subject.session().await;
    let text = Val::text;
    let large = format!("1{}", "0".repeat(300));
    for (sent, kept) in [
        (Val::Int(0), Val::Int(0)),
        (Val::Int(-1), Val::Int(-1)),
        (Val::Int((1 << 53) + 1), Val::Int((1 << 53) + 1)),
        (text("9223372036854775808"), text("9223372036854775808")),
        (Val::Float(3.0), Val::Int(3)),
        (Val::Float(0.5), Val::Float(0.5)),
        (text("0.1"), text("0.1")),
        (text("1e300"), text(&large)),
        (
            text("123456789012345678901234567890"),
            text("123456789012345678901234567890"),
        ),
        (text("12"), Val::Int(12)),
    ] {
        for attribute in leaves(&session.shape, "number") {
            let config = session.config.with(attribute, sent.clone());
            if !session.validate(&config).await.errors().is_empty() {
                continue;
            }
            let plan = session.plan(&config, &Val::Null).await;
            assert_eq!(plan.errors(), [""; 0], "{attribute}: {sent:?}");
            assert_eq!(
                value(plan.planned_state.as_ref()).get(attribute),
                kept,
                "{attribute}"
            );
        }
    }
}

/// Case 61.
pub async fn dynamic_values_keep_their_types(subject: &Subject) {
    let session = subject.session().await;
    let dynamic = session.shape.attributes.iter().filter(|one| {
        (one.required || one.optional) && matches!(one.kind, Kind::Leaf(Ty::Dynamic))
    });
    let tuple = Val::List(vec![Val::text("a"), Val::Int(1), Val::Null]);
    for attribute in dynamic {
        for given in [
            Val::Null,
            Val::Unknown,
            Val::typed("\"string\"", Val::Null),
            Val::typed("\"string\"", Val::Unknown),
            Val::typed("\"number\"", Val::Int(7)),
            Val::typed(
                r#"["object",{"a":"bool"}]"#,
                Val::Map([("a".to_owned(), Val::Bool(true))].into()),
            ),
            Val::typed(r#"["tuple",["string","number","bool"]]"#, tuple.clone()),
            Val::typed(
                r#"["list","string"]"#,
                Val::List(vec![Val::text("a"), Val::Unknown]),
            ),
            Val::typed(
                r#"["list",["tuple",["string","bool"]]]"#,
                Val::List(Vec::new()),
            ),
        ] {
            let config = session.config.with(&attribute.name, given.clone());
            let plan = session.plan(&config, &Val::Null).await;
            assert_eq!(plan.errors(), [""; 0], "{given:?}");
            assert_eq!(
                value(plan.planned_state.as_ref()).get(&attribute.name),
                given
            );
        }
    }
}
