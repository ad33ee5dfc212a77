//! Standard input, read without being asked for twice.

use std::io::{self, BufRead as _};

use rustix::process::getpgrp;
use rustix::termios::tcgetpgrp;

/// Reads a line; none at the end of the input. It blocks, and nothing can end it.
pub(super) fn read_line() -> Option<String> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_owned()),
    }
}

/// Whether what is typed is meant for us. A shell stops a job in the background that reads the terminal.
pub(super) fn is_in_front() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}
