//! The time of a row: `10:05`, `10:05:30`, ISO 8601, or seconds since 1970.

/// Seconds, counted from midnight for a clock time and from 1970 for a full one.
pub(crate) fn parse(raw: &str) -> Option<f64> {
    let text = raw.trim();
    clock(text).or_else(|| epoch(text)).or_else(|| iso(text))
}

fn clock(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [h, m] => (whole(h)?, whole(m)?, 0.0),
        [h, m, s] => (whole(h)?, whole(m)?, s.parse::<f64>().ok().filter(|s| (0.0..61.0).contains(s))?),
        _ => return None,
    };
    (hours < 24.0 && minutes < 60.0).then_some(hours * 3_600.0 + minutes * 60.0 + seconds)
}

fn whole(text: &str) -> Option<f64> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn epoch(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok().filter(|v: &f64| v.is_finite() && *v >= 0.0)?;
    // Eleven digits and more are milliseconds: as seconds they would be past the year 5000.
    Some(if value >= 1e11 { value / 1e3 } else { value })
}

fn iso(text: &str) -> Option<f64> {
    let normal = text.replacen(' ', "T", 1);
    let seconds = |second: i64, nanosecond: i32| second as f64 + f64::from(nanosecond) / 1e9;
    if let Ok(at) = normal.parse::<jiff::Timestamp>() {
        return Some(seconds(at.as_second(), at.subsec_nanosecond()));
    }
    let at =
        normal.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(seconds(at.as_second(), at.subsec_nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_notation_is_read() {
        assert_eq!(parse("10:05"), Some(36_300.0));
        assert_eq!(parse("10:05:30"), Some(36_330.0));
        assert_eq!(parse("1970-01-01T00:01:00Z"), Some(60.0));
        assert_eq!(parse("1970-01-01 00:01:00"), Some(60.0));
        assert_eq!(parse("1970-01-01T01:01:00+01:00"), Some(60.0));
        assert_eq!(parse("1700000000"), Some(1_700_000_000.0));
        assert_eq!(parse("1700000000000"), Some(1_700_000_000.0));
        assert_eq!(parse("25:00"), None);
        assert_eq!(parse("yesterday"), None);
    }
}
