//! The `stampede` binary: wires, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    stampede::cli::run()
}
