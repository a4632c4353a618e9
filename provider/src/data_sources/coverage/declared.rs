//! The arguments of `ppcmk_coverage` as a declaration.

use ppcmk_coverage::estate::{
    App, Declaration, Ecommerce, Fact, FinanceAndOperations, Header, Hosting, Known, Origin, Place,
    RatingsAndReviews, ScaleUnit,
};
use tfplugin::{Attr, AttributePath};

use super::model::{self, Coverage};
use crate::estate::fact::fact;

pub(super) fn declaration(address: &str, config: &Coverage) -> Declaration {
    let root = AttributePath::root();
    let finance = root.attribute("finance_and_operations");
    let ecommerce = root.attribute("ecommerce");
    Declaration {
        finance_and_operations: fact(&config.finance_and_operations, &finance, |it| {
            finance_and_operations(it, &finance)
        }),
        commerce_scale_units: scale_units(config, &root.attribute("commerce_scale_units")),
        ecommerce: fact(&config.ecommerce, &ecommerce, |it| {
            self::ecommerce(it, &ecommerce)
        }),
        ..Declaration::new(Header::new(address))
    }
}

fn finance_and_operations(
    config: &model::FinanceAndOperations,
    path: &AttributePath,
) -> FinanceAndOperations {
    FinanceAndOperations {
        hosting: fact(&config.hosting, &path.attribute("hosting"), |word| {
            Hosting::new(word)
        }),
        region: place(&config.region, path),
        integration: flag(
            config.power_platform_integration,
            path,
            "power_platform_integration",
        ),
        apps: elements(&config.apps, &path.attribute("apps"), |word, _| {
            App::new(word)
        }),
        standalone_rcs: flag(config.standalone_rcs, path, "standalone_rcs"),
    }
}

fn scale_units(config: &Coverage, path: &AttributePath) -> Fact<Vec<ScaleUnit>> {
    elements(&config.commerce_scale_units, path, |unit, path| ScaleUnit {
        name: fact(&unit.name, &path.attribute("name"), Clone::clone),
        region: place(&unit.region, path),
        origin: Origin::at_path(path.to_string()),
    })
}

fn ecommerce(config: &model::Ecommerce, path: &AttributePath) -> Ecommerce {
    let ratings = path.attribute("ratings_and_reviews");
    Ecommerce {
        region: place(&config.region, path),
        content_management: flag(config.content_management, path, "content_management"),
        recommendations: flag(config.recommendations, path, "recommendations"),
        ratings_and_reviews: fact(&config.ratings_and_reviews, &ratings, |it| {
            RatingsAndReviews {
                region: place(&it.region, &ratings),
            }
        }),
    }
}

fn place(region: &Attr<String>, path: &AttributePath) -> Fact<Place> {
    fact(region, &path.attribute("region"), |text| Place::new(text))
}

fn flag(value: Attr<bool>, path: &AttributePath, name: &str) -> Fact<bool> {
    fact(&value, &path.attribute(name), |value| *value)
}

/// A list whose elements are all known; one that is not makes the list unknown. Elements that are
/// null say nothing.
fn elements<T, U>(
    list: &Attr<Vec<Attr<T>>>,
    path: &AttributePath,
    convert: impl Fn(&T, &AttributePath) -> U,
) -> Fact<Vec<U>> {
    let mut all = Vec::new();
    for (index, element) in list.as_ref().known().into_iter().flatten().enumerate() {
        let path = path.index(index);
        match fact(element, &path, |element| convert(element, &path)).known {
            Known::Value(element) => all.push(element),
            Known::Absent => {}
            Known::Unknown(unknown) => {
                return Fact::unknown_at(unknown, Origin::at_path(path.to_string()));
            }
        }
    }
    fact(list, path, |_| all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_an_unknown_element_is_unknown() {
        let path = AttributePath::from("apps");
        let list = |elements: Vec<Attr<String>>| {
            let list = Attr::Known(elements);
            super::elements(&list, &path, |word, _| App::new(word))
        };
        let commerce = || Attr::Known("commerce".to_owned());
        let known = list(vec![commerce(), Attr::Null]);
        assert_eq!(known.value(), Some(&vec![App::Commerce]));
        let unknown = list(vec![commerce(), Attr::Unknown]);
        assert_eq!(
            unknown.unknown().unwrap().reason.to_string(),
            "`apps[1]` is known after apply"
        );
        let absent: Fact<Vec<App>> =
            super::elements(&Attr::<Vec<Attr<String>>>::Null, &path, |word, _| {
                App::new(word)
            });
        assert!(absent.is_absent());
    }
}
