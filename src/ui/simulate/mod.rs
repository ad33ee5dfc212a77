//! What a simulation has shown: tables, a document, a chart.

mod chart;
mod document;
mod table;

pub use chart::chart;

use crate::simulate::{Limit, Model, Outcome, Protection};
use crate::ui::Format;

/// The outcomes of one model with several protections.
pub fn outcomes(model: &Model, ran: &[Outcome], format: Format) -> String {
    match format {
        Format::Table => table::outcomes(model, ran),
        Format::Brief => table::brief(ran),
        Format::Json | Format::Yaml => format.document(&document::outcomes(model, ran)),
    }
}

/// The rates at which it tips over.
pub fn limits(model: &Model, found: &[(Protection, Limit)], format: Format) -> String {
    match format {
        Format::Table => table::limits(model, found),
        Format::Brief => table::limits_brief(found),
        Format::Json | Format::Yaml => format.document(&document::limits(model, found)),
    }
}
