//! SQL text as a digest: literals never leave this module.
