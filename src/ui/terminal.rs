//! A terminal: how large it is, and whose.

use std::io;
use std::os::fd::AsFd;

use rustix::process::getpgrp;
use rustix::termios::{tcgetpgrp, tcgetwinsize};

use crate::ui::WIDTH;

/// Whether what is typed is meant for us. A shell stops a job in the background that reads the terminal.
pub(super) fn is_in_front() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}

/// Columns of the terminal that is written to, at most `most`; `most` where there is none.
pub(super) fn columns(most: usize) -> usize {
    let columns = wide(io::stdout()).or_else(|| wide(io::stderr()));
    columns.map_or(most, usize::from).clamp(40, most)
}

/// Columns of the terminal that the answer goes to, at most `most`; where it goes to none, as [`columns`] of the usual width.
pub(super) fn answer_columns(most: usize) -> usize {
    wide(io::stdout()).map_or_else(|| columns(WIDTH), |columns| usize::from(columns).clamp(40, most))
}

/// Rows of the terminal that the answer goes to, `most` where it is none.
pub(super) fn rows(most: usize) -> usize {
    let rows = tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_row)).filter(|rows| *rows > 0);
    rows.unwrap_or(most).min(most)
}

/// Columns of a terminal; none where it is no terminal, or does not say.
pub(super) fn wide(terminal: impl AsFd) -> Option<u16> {
    tcgetwinsize(terminal).ok().map(|size| size.ws_col).filter(|columns| *columns > 0)
}
