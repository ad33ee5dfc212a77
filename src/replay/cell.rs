//! One cell: a number, with or without a unit, or why there is none.

use crate::replay::column::Sort;
use crate::text;

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Could not be measured.
    Unknown,
    /// Events in the interval, or a value in the column's unit.
    Value(f64),
    /// Events per second.
    PerSecond(f64),
    /// No answer in time.
    Timeout,
}

/// Reads a cell. The error is a fragment: "`abc` is not a number".
pub(crate) fn parse(raw: &str, sort: Sort) -> Result<Cell, String> {
    let trimmed = raw.trim();
    let lower = trimmed.to_lowercase();
    match lower.as_str() {
        "" | "-" | "?" | "n/a" | "na" | "null" | "nil" | "none" | "nan" | "unknown" => {
            return Ok(Cell::Unknown);
        }
        "timeout" | "timed out" if sort == Sort::Wait => return Ok(Cell::Timeout),
        "timeout" | "timed out" => return Ok(Cell::Unknown),
        _ => {}
    }
    let shown = || text::fit(&text::escape(trimmed), 40).into_owned();
    let split = number_end(&lower);
    let (digits, unit) = lower.split_at(split);
    let value: f64 = digits
        .replace([',', '_'], "")
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
        .ok_or_else(|| format!("`{}` is not a number", shown()))?;
    if value < 0.0 {
        return Err(format!("`{}` is negative", shown()));
    }
    let scaled = |factor: f64| {
        let value = value * factor;
        if value.is_finite() { Ok(value) } else { Err(format!("`{}` is too large", shown())) }
    };
    let cell = match (sort, unit.trim()) {
        (Sort::Share, "%") => Cell::Value(scaled(0.01)?),
        (_, "") => Cell::Value(value),
        (Sort::Counter, "/s" | "/sec") => Cell::PerSecond(value),
        (Sort::Counter, "/min" | "/m") => Cell::PerSecond(value / 60.0),
        (Sort::Counter, "/h") => Cell::PerSecond(value / 3_600.0),
        (Sort::Wait, "ms") => Cell::Value(value),
        (Sort::Wait, "us" | "µs") => Cell::Value(value / 1e3),
        (Sort::Wait, "s" | "sec") => Cell::Value(scaled(1e3)?),
        (Sort::Wait, "min") => Cell::Value(scaled(6e4)?),
        (Sort::Gauge, "s" | "sec") => Cell::Value(value),
        (_, unit) => {
            return Err(format!(
                "`{}` has a unit that does not fit here (`{}`)",
                shown(),
                text::escape(unit)
            ));
        }
    };
    match (sort, cell) {
        (Sort::Share, Cell::Value(share)) if share > 1.0 => {
            Err(format!("`{}` is more than all: a share is 0-1 or 0%-100%", shown()))
        }
        _ => Ok(cell),
    }
}

/// Where the number ends: digits, separators, and an exponent that is followed by digits.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let follows = |from: usize| bytes.get(from).is_some_and(u8::is_ascii_digit);
        let sign_then_digit = matches!(bytes.get(at + 1), Some(b'+' | b'-')) && follows(at + 2);
        match byte {
            b'0'..=b'9' | b'.' | b',' | b'_' => at += 1,
            b'+' | b'-' if at == 0 => at += 1,
            b'e' if at > 0 && (follows(at + 1) || sign_then_digit) => at += 2,
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_understood_and_others_refused() {
        assert_eq!(parse("950/min", Sort::Counter), Ok(Cell::PerSecond(950.0 / 60.0)));
        assert_eq!(parse("5s", Sort::Wait), Ok(Cell::Value(5_000.0)));
        assert_eq!(parse(" 100ms ", Sort::Wait), Ok(Cell::Value(100.0)));
        assert_eq!(parse("25%", Sort::Share), Ok(Cell::Value(0.25)));
        assert_eq!(parse("1.5e3", Sort::Gauge), Ok(Cell::Value(1_500.0)));
        assert_eq!(parse("1,234", Sort::Counter), Ok(Cell::Value(1_234.0)));
        assert_eq!(parse("TIMEOUT", Sort::Wait), Ok(Cell::Timeout));
        assert_eq!(parse("", Sort::Counter), Ok(Cell::Unknown));
        assert!(parse("5ms", Sort::Counter).is_err_and(|e| e.contains("unit")));
        assert!(parse("-5", Sort::Counter).is_err_and(|e| e.contains("negative")));
        assert!(parse("abc", Sort::Counter).is_err_and(|e| e.contains("not a number")));
        assert!(parse("1e999", Sort::Counter).is_err());
        assert!(parse("12", Sort::Share).is_err());
    }
}
