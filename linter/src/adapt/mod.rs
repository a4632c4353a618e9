//! From instances of resource types to the estate.
