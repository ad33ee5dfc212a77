//! Start-up and size.

use crate::stopwatch::{BINARY, median, ms, ours, row, time};

pub fn run() {
    let mut help = ours(&["--help"], &[]);
    time(&mut help);
    let took = median((0..30).map(|_| time(&mut help).0).collect());
    row("`--help`", &ms(took), "<= 10 ms", took.as_millis() < 10);
    let size = std::fs::metadata(BINARY).expect("the binary").len();
    row("binary", &format!("{:.1} MB", size as f64 / 1e6), "<= 25 MB", size <= 25_000_000);
}
