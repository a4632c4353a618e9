//! Declared workloads: `data "ppcmk_coverage"`, and entries of an inventory in the same shape.

use ppcmk_coverage::estate::{
    App, Declaration, Ecommerce, Fact, FinanceAndOperations, Hosting, Place, RatingsAndReviews,
    ScaleUnit, Unknown,
};

use crate::source::Instance;

use super::builder::Builder;
use super::fields::{Fields, Nested, text};
use super::header::{fields, header};

/// The data source. Its results (`status`, `workloads`) are not read: they are computed from the
/// same arguments.
pub(super) fn of_data_source(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let arguments = Fields::of(&instance.values, instance.location.as_ref(), false);
    let mut declaration = Declaration::new(header(instance));
    workloads(&arguments, &mut declaration);
    builder.add_declaration(declaration, fields.reference("environment_id"));
}

/// Reads the workloads.
pub(super) fn workloads(fields: &Fields, declaration: &mut Declaration) {
    declaration.finance_and_operations = object(fields, "finance_and_operations", finance);
    declaration.commerce_scale_units = scale_units(fields);
    declaration.ecommerce = object(fields, "ecommerce", ecommerce);
}

fn object<T>(fields: &Fields, name: &str, read: fn(&Fields) -> T) -> Fact<T> {
    match fields.nested(name) {
        Nested::Here(nested) => {
            let origin = nested.origin();
            Fact::value_at(read(&nested), origin)
        }
        Nested::Absent(origin) => Fact::absent_at(origin),
        Nested::Unknown(unknown, origin) => Fact::unknown_at(Unknown::clone(&unknown), origin),
    }
}

fn place(fields: &Fields) -> Fact<Place> {
    fields.fact("region", |value| text(value).map(|name| Place::new(&name)))
}

fn finance(fields: &Fields) -> FinanceAndOperations {
    FinanceAndOperations {
        hosting: fields.fact("hosting", |value| {
            text(value).map(|word| Hosting::new(&word))
        }),
        region: place(fields),
        integration: fields.flag("power_platform_integration"),
        apps: fields
            .texts("apps")
            .map(|apps| apps.iter().map(|word| App::new(word)).collect()),
        standalone_rcs: fields.flag("standalone_rcs"),
    }
}

fn scale_units(fields: &Fields) -> Fact<Vec<ScaleUnit>> {
    let origin = fields.origin_of("commerce_scale_units");
    if fields.get("commerce_scale_units").is_none() {
        return Fact::absent_at(origin);
    }
    match fields.list("commerce_scale_units") {
        Ok(units) => Fact::value_at(units.iter().map(scale_unit).collect(), origin),
        Err(unknown) => Fact::unknown_at(Unknown::clone(&unknown), origin),
    }
}

fn scale_unit(unit: &Nested) -> ScaleUnit {
    ScaleUnit {
        name: unit.fact(|unit| unit.text("name")),
        region: unit.fact(place),
        origin: match unit {
            Nested::Here(unit) => unit.origin(),
            Nested::Absent(origin) | Nested::Unknown(_, origin) => origin.clone(),
        },
    }
}

fn ecommerce(fields: &Fields) -> Ecommerce {
    Ecommerce {
        region: place(fields),
        content_management: fields.flag("content_management"),
        recommendations: fields.flag("recommendations"),
        ratings_and_reviews: object(fields, "ratings_and_reviews", |fields| RatingsAndReviews {
            region: place(fields),
        }),
    }
}
