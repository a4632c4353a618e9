//! Adapters on hand-made readings.
