//! Integration tests: diagnosis.

mod confusion;
mod live;
mod model;
mod properties;
mod reading;
mod scenarios;
mod wake;
