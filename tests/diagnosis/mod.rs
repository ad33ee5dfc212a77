//! Integration tests: diagnosis.

mod baseline;
mod confusion;
mod live;
mod model;
mod properties;
mod reading;
mod scenarios;
