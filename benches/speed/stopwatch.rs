//! Times whole processes, ours and a peer's in turn, and says medians and the ratio.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use stampede::clock;

/// The release binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_stampede");

/// Prints a line.
pub fn say(line: &str) {
    _ = writeln!(std::io::stdout(), "{line}");
}

/// Our binary in an empty environment, output thrown away.
pub fn ours(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).env_clear().envs(env.iter().copied());
    command
}

/// A shell command, output thrown away.
pub fn shell(script: &str) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", script]);
    command
}

/// One run: wall time, and the exit code.
pub fn time(command: &mut Command) -> (Duration, Option<i32>) {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let from = clock::instant();
    let status = command.status().expect("the command starts");
    (from.elapsed(), status.code())
}

/// The median of some durations.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Runs both in turn, after one warm-up each, and returns the two medians.
pub fn pair(runs: usize, a: &mut Command, b: &mut Command) -> (Duration, Duration) {
    time(a);
    time(b);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        first.push(time(a).0);
        second.push(time(b).0);
    }
    (median(first), median(second))
}

/// Milliseconds with one decimal.
pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// One line of the result table.
pub fn row(name: &str, figures: &str, target: &str, met: bool) {
    say(&format!("| {name} | {figures} | {target} | {} |", if met { "met" } else { "NOT met" }));
}

/// Peak resident memory of a run in KiB, when GNU time is installed.
pub fn peak_memory(command: &Command) -> Option<u64> {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%M"]).arg(command.get_program()).args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        timed.env(name, value?);
    }
    let output = timed.stdin(Stdio::null()).stdout(Stdio::null()).output().ok()?;
    String::from_utf8(output.stderr).ok()?.lines().last()?.trim().parse().ok()
}
