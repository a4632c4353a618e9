//! Collections.
use crate::value::Value;
pub(in super::super) fn set(values: Vec<Value>) -> Value {
    Value::list(values)
}
