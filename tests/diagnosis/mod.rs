//! Integration tests: diagnosis.

mod scenarios;
