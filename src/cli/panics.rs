//! What an operator sees of a bug in this program: one sentence, and how to report it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};

use crate::text;
use crate::ui::Ui;

/// Columns of the words of a panic that are shown.
const SHOWN: usize = 300;

/// How it is reported.
const REPORT: &str = concat!(
    "please report it to whoever maintains your stampede, with this message, what was typed, and the version (stampede ",
    env!("CARGO_PKG_VERSION"),
    "); with RUST_BACKTRACE=1 it says how it came there. What was changed is in the journal: stampede status"
);

/// From now on a panic is told by `ui`, in whichever thread it is. It is told once, where it begins: what is resumed
/// elsewhere is not told again.
pub(super) fn are_told_by(ui: &Ui) {
    let say = ui.in_panic();
    panic::set_hook(Box::new(move |panic| say(&words(panic), REPORT)));
}

fn words(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let said = payload.downcast_ref::<&str>().copied();
    let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let said = said.unwrap_or("it does not say why");
    let mut words = format!("this is a bug in stampede: {}", text::fit(&text::escape(said), SHOWN));
    if let Some(place) = panic.location() {
        words.push_str(&format!(" ({}:{})", place.file(), place.line()));
    }
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        words.push_str(&format!("\n{trace}"));
    }
    words
}
