//! Recorded series read as observations.
