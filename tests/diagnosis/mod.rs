//! Integration tests: diagnosis.

mod baseline;
mod confusion;
mod live;
mod mechanisms;
mod model;
mod properties;
mod proxies;
mod reading;
mod scenarios;
mod wake;
