//! The managed resources, one file or folder per Terraform type.

mod enterprise_policy;
mod environment_assignment;
mod key_access;
mod take_over;

pub(crate) use enterprise_policy::EnterprisePolicies;
pub(crate) use environment_assignment::{DeletionPolicy, EnvironmentAssignments};
pub(crate) use key_access::KeyAccesses;

use tfplugin::Value;

/// Ids and names that compare without case.
pub(crate) fn same_without_case(left: &Value, right: &Value) -> bool {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => false,
    }
}
