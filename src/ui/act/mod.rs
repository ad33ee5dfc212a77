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
use crate::ui::Ui;

/// The form of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document an event, one a line.
    Json,
}

/// The listener of that form. `attended`: plans are shown by the prompt, not on standard output.
pub fn listener(ui: &Ui, format: Format, attended: bool) -> Arc<dyn Listener> {
    match format {
        Format::Text => Arc::new(Text::new(ui.clone(), attended)),
        Format::Json => Arc::new(Json::new(ui.clone())),
    }
}
