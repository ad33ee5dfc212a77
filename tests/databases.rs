//! Integration tests: databases.
