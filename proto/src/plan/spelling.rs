//! Keeps the spelling of values that mean the same, so that neither a refresh nor an apply turns
//! a difference in case into a difference in value.

use super::visit::visit;
use crate::schema::Schema;
use crate::value::Value;

/// Takes the wanted spelling wherever both values mean the same.
pub(crate) fn keep(schema: &Schema, wanted: &Value, actual: &mut Value) {
    visit(schema, wanted, wanted, actual, &mut |attribute, at| {
        if at.planned != at.prior && attribute.means_the_same(at.prior, at.planned) {
            *at.planned = at.prior.clone();
        }
    });
}
