//! The hottest living and missing keys.
