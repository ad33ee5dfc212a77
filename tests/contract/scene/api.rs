//! Scenes on what has only an HTTP API.

use super::{NOTHING, Scene};

/// `PUT PATH DOCUMENT`, `GET PATH POINTER`.
pub const CALL: Scene = Scene {
    name: "http.call",
    args: &["call", "/backend", "--body", r#"{"ttl":3600}"#],
    setup: &[&["PUT", "/backend", r#"{"name":"origin","ttl":60}"#]],
    drift: &["PUT", "/backend", r#"{"name":"origin","ttl":5}"#],
    theirs: (&["GET", "/backend", "/ttl"], "5"),
    ..NOTHING
};

pub const PUT: Scene = Scene {
    name: "http.call --method PUT",
    args: &["call", "/backend", "--method", "PUT", "--body", r#"{"ttl":3600,"name":null}"#],
    ..CALL
};
