//! The planned value of a resource, made in the order of Terraform's own framework so that
//! habits carry over: semantic equality, defaults, write-only values, computed values, the
//! modifiers of the attributes; then the resource's own step; then [`check::plan`].

pub(crate) mod check;
pub(crate) mod spelling;
mod visit;

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::path::AttributePath;
use crate::schema::modifier::{ModifyRequest, ModifyResponse};
use crate::schema::{Nesting, Schema};
use crate::value::Value;

use self::visit::{Aligned, visit};

/// A plan before the resource itself had its say.
pub(crate) struct Draft {
    pub(crate) planned: Value,
    pub(crate) requires_replace: Vec<AttributePath>,
    pub(crate) diagnostics: Diagnostics,
}

/// Plans a create (`prior` is null) or an update. `proposed` is core's merge of configuration and
/// prior state.
pub(crate) fn draft(schema: &Schema, config: &Value, prior: &Value, proposed: Value) -> Draft {
    let creating = prior.is_null();
    let mut planned = proposed;
    // A configured value that means the same as the stored one keeps the stored spelling.
    visit(schema, config, prior, &mut planned, &mut |attribute, at| {
        if !at.config.is_null() && attribute.means_the_same(at.planned, at.prior) {
            *at.planned = at.prior.clone();
        }
    });
    visit(schema, config, prior, &mut planned, &mut |attribute, at| {
        if at.config.is_null()
            && let Some(default) = &attribute.default
        {
            *at.planned = default.clone();
        }
    });
    null_write_only(schema, config, &mut planned);
    if creating || planned != *prior {
        visit(schema, config, prior, &mut planned, &mut |attribute, at| {
            if attribute.is_computed() && at.config.is_null() && attribute.default.is_none() {
                *at.planned = Value::Unknown;
            }
        });
    }
    let mut requires_replace = Vec::new();
    let mut diagnostics = Diagnostics::new();
    visit(schema, config, prior, &mut planned, &mut |attribute, at| {
        let same = |left: &Value, right: &Value| attribute.means_the_same(left, right);
        let mut replace = false;
        for modifier in &attribute.modifiers {
            modifier.modify(
                &ModifyRequest {
                    path: at.path,
                    config: at.config,
                    prior: at.prior,
                    creating,
                    same: &same,
                },
                &mut ModifyResponse {
                    planned: at.planned,
                    requires_replace: &mut replace,
                    diagnostics: &mut diagnostics,
                },
            );
        }
        if replace {
            requires_replace.push(at.path.clone());
        }
    });
    Draft {
        planned,
        requires_replace,
        diagnostics,
    }
}

/// Write-only values never leave the configuration.
pub(crate) fn null_write_only(schema: &Schema, config: &Value, value: &mut Value) {
    visit(schema, config, &Value::Null, value, &mut |attribute,
                                                     at: Aligned<
        '_,
    >| {
        if attribute.write_only {
            *at.planned = Value::Null;
        }
    });
}

/// The last step of every value that leaves: no write-only value in it, and blocks that there are
/// none of are empty, because core takes null for them only from its own side.
pub(crate) fn tidy(schema: &Schema, value: &mut Value) {
    let whole = value.clone();
    null_write_only(schema, &whole, value);
    let Value::Object(members) = value else {
        return;
    };
    for block in &schema.blocks {
        let empty = match block.nesting {
            Nesting::Single => continue,
            Nesting::List => Value::List(Vec::new()),
            Nesting::Set => Value::Set(Vec::new()),
            Nesting::Map => Value::Map(BTreeMap::new()),
        };
        let member = members.entry(block.name.clone()).or_default();
        if member.is_null() {
            *member = empty;
        }
    }
}

#[cfg(test)]
mod tests;
