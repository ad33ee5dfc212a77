//! Acting, as people and programs see it: two listeners to one vocabulary of events, and the prompt.

mod json;
mod plan;
mod prompt;
mod status;
mod text;
mod timeline;

pub use json::Json;
pub use prompt::Terminal;
pub use status::{as_text, line};
pub use text::Text;
pub use timeline::timeline;

use std::sync::Arc;

use crate::event::Listener;
use crate::ui::{Format, Ui};

/// The listener of that form. `attended`: plans are shown by the prompt, not on standard output.
pub fn listener(ui: &Ui, format: Format, attended: bool) -> Arc<dyn Listener> {
    match format {
        Format::Table | Format::Brief => Arc::new(Text::new(ui.clone(), attended, format == Format::Brief)),
        Format::Json | Format::Yaml => Arc::new(Json::new(ui.clone(), format)),
    }
}
