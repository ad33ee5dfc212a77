//! Counting four patterns in a 600 MB log, beside ripgrep counting one.

use std::io::Write as _;

use crate::stopwatch::{ms, ours, pair, peak_memory, row, say, shell, time};

const SIZE: usize = 600_000_000;

pub fn run() {
    if time(&mut shell("command -v rg")).1 != Some(0) {
        say("ripgrep is not installed: the log benchmark is left out");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("app.log").display().to_string();
    write(&file);
    let mut count = ours(&["detect", "logs", &file], &[("HOME", "/nonexistent")]);
    let mut rg = shell(&format!("rg -c 'cache miss' {file}"));
    let (a, b) = pair(5, &mut count, &mut rg);
    let ratio = b.as_secs_f64() / a.as_secs_f64();
    row(
        "four patterns in a 600 MB log, speed against `rg -c` with one",
        &format!("{} against {}: {ratio:.2} x", ms(a), ms(b)),
        ">= 0.8 x",
        ratio >= 0.8,
    );
    if let Some(peak) = peak_memory(&count) {
        row("its peak memory", &format!("{:.1} MB", peak as f64 / 1e3), "<= 64 MB", peak <= 64_000);
    }
}

/// An application's log: one line in a hundred is a cache miss.
fn write(path: &str) {
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::fs::File::create(path).expect("a file"));
    let (mut written, mut line) = (0, 0_u64);
    while written < SIZE {
        line += 1;
        let second = line / 3_000;
        let (minute, second) = (second / 60 % 60, second % 60);
        let what = match line % 100 {
            7 => "WARN cache miss key=user:profile:",
            _ => "INFO request served path=/api/v1/items/",
        };
        let text = format!(
            "2026-11-22T03:{minute:02}:{second:02}.{:03}Z {what}{line} status=200 ms=12\n",
            line % 1000
        );
        written += text.len();
        out.write_all(text.as_bytes()).expect("disk space");
    }
    out.flush().expect("disk space");
}
