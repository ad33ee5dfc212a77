//! What the codes of refusals mean, as `INFO errorstats` counts them.

/// Whether it belongs to how clients work: one that learns the slots of a cluster, one that sends a script for the first time.
pub fn is_usual(code: &str) -> bool {
    matches!(code, "MOVED" | "ASK" | "TRYAGAIN" | "NOSCRIPT" | "BUSYGROUP")
}

/// Whether a write was refused, for what the server lacks.
pub fn is_of_a_write(code: &str) -> bool {
    matches!(code, "OOM" | "MISCONF" | "READONLY" | "NOREPLICAS")
}

/// Whether it is the code of all that has none of its own.
pub fn is_general(code: &str) -> bool {
    code == "ERR"
}
