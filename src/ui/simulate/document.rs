//! The JSON document of a simulation.

use serde_json::{Value, json};

use crate::simulate::{Limit, Model, Outcome, Protection, TOLERANCE};

/// Changes when a field is renamed, removed or changes its meaning; new fields do not change it.
const SCHEMA: &str = "stampede.simulate/1";

/// Runs. Times are seconds.
pub(super) fn outcomes(model: &Model, ran: &[Outcome]) -> Value {
    let arm = |outcome: &Outcome| {
        json!({
            "name": outcome.protection.to_string(),
            "protection": outcome.protection,
            "recovery": outcome.recovery,
            "whole": outcome.whole,
            "before": outcome.before,
            "after": outcome.after,
            "rows": outcome.rows,
        })
    };
    json!({ "schema": SCHEMA, "model": model, "arms": ran.iter().map(arm).collect::<Vec<_>>() })
}

/// Limits. Rates are per second.
pub(super) fn limits(model: &Model, found: &[(Protection, Limit)]) -> Value {
    let arm = |(protection, limit): &(Protection, Limit)| json!({ "name": protection.to_string(), "protection": protection, "limit": limit });
    json!({
        "schema": SCHEMA,
        "model": model,
        "tolerance": TOLERANCE,
        "arms": found.iter().map(arm).collect::<Vec<_>>(),
    })
}
