//! The time of a log line, in the formats that servers and frameworks write.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use crate::system::logs::Zone;

/// Bytes at the start of a line in which a time is looked for; JSON puts it anywhere.
const HEAD: usize = 128;
pub(super) const JSON_HEAD: usize = 512;
/// Bytes at its end where the time of a JSON object is looked for before all the rest.
const TAIL: usize = 256;
/// Keys whose value is the line's own time.
const KEYS: [&[u8]; 8] =
    [b"ts", b"time", b"timestamp", b"@timestamp", b"datetime", b"date", b"@t", b"eventTime"];
const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
/// 2001-09-09 to 2100: what may be an epoch in seconds.
const EPOCH: std::ops::Range<i64> = 1_000_000_000..4_102_444_800;

/// The time of a line in milliseconds since 1970. None: no time that we can read.
pub fn of_line(line: &[u8], zone: &Zone) -> Option<i64> {
    of_head(line, zone).or_else(|| {
        if line.len() <= JSON_HEAD || !is_object(line) {
            return None;
        }
        // Docker writes its time last, behind all that a container has said.
        of_tail(line, zone).or_else(|| by_key(line, 0..line.len(), zone))
    })
}

/// Whether the line is, or holds from its start on, a JSON object.
pub(super) fn is_object(line: &[u8]) -> bool {
    line.iter().take(64).any(|byte| *byte == b'{')
}

/// The time at the start of a line.
pub(super) fn of_head(line: &[u8], zone: &Zone) -> Option<i64> {
    let mut plain = [0; JSON_HEAD];
    let head = uncoloured(&line[..line.len().min(JSON_HEAD)], &mut plain);
    if is_object(head)
        && let Some(time) =
            tokens(head).filter(|at| has_key(&head[..*at])).find_map(|at| keyed(&head[at..], zone))
    {
        return Some(time);
    }
    // A few bytes more than the head, so that a time which begins in it can be read to its end.
    let head = &head[..head.len().min(HEAD + 40)];
    tokens(head).take_while(|at| *at < HEAD).find_map(|at| {
        let number = at <= 1 || has_key(&head[..at]);
        written(&head[at..], zone).or_else(|| if number { epoch(&head[at..]) } else { None })
    })
}

/// The time at the end of a JSON object.
pub(super) fn of_tail(line: &[u8], zone: &Zone) -> Option<i64> {
    let tail = &line[line.len().saturating_sub(TAIL)..];
    by_key(tail, 0..tail.len(), zone)
}

/// The first time behind a key whose colon is in `colons`.
pub(super) fn by_key(text: &[u8], colons: Range<usize>, zone: &Zone) -> Option<i64> {
    memchr_iter(b':', &text[colons.clone()]).map(|at| colons.start + at).find_map(|colon| {
        let value = &text[colon + 1..];
        let quotes = value.iter().take_while(|byte| matches!(byte, b' ' | b'"')).count();
        if has_key(&text[..=colon]) { keyed(&value[quotes..], zone) } else { None }
    })
}

/// The same without the colours of a terminal (`ESC[2m`), copied only when there are any.
fn uncoloured<'a>(text: &'a [u8], room: &'a mut [u8; JSON_HEAD]) -> &'a [u8] {
    if memchr(0x1b, text).is_none() {
        return text;
    }
    let (mut from, mut length) = (0, 0);
    while let Some(byte) = text.get(from) {
        if *byte == 0x1b && text.get(from + 1) == Some(&b'[') {
            let codes = text[from + 2..].iter().take_while(|byte| matches!(byte, b'0'..=b'?')).count();
            from += codes + 3;
            continue;
        }
        room[length] = *byte;
        (from, length) = (from + 1, length + 1);
    }
    &room[..length]
}

/// Where a run of letters and digits starts.
fn tokens(text: &[u8]) -> impl Iterator<Item = usize> {
    (0..text.len()).filter(|at| {
        text[*at].is_ascii_alphanumeric()
            && (*at == 0 || !text[at - 1].is_ascii_alphanumeric() && text[at - 1] != b'@')
    })
}

/// Whether `before` ends in `ts=`, `"time":"` or the like.
fn has_key(before: &[u8]) -> bool {
    let trim =
        |text: &[u8], set: &[u8]| text.len() - text.iter().rev().take_while(|b| set.contains(b)).count();
    let before = &before[..trim(before, b" \"")];
    let Some((b':' | b'=', before)) = before.split_last() else { return false };
    let before = &before[..trim(before, b" \"")];
    KEYS.iter().any(|key| {
        before.ends_with(key)
            && before.len().checked_sub(key.len() + 1).is_none_or(|at| !before[at].is_ascii_alphanumeric())
    })
}

fn keyed(text: &[u8], zone: &Zone) -> Option<i64> {
    written(text, zone).or_else(|| epoch(text))
}

/// A time in words or digits at the start of `text`.
fn written(text: &[u8], zone: &Zone) -> Option<i64> {
    match text {
        [b'0'..=b'9', ..] => {
            iso(text, zone).or_else(|| day_first(text, zone)).or_else(|| old_mysql(text, zone))
        }
        [b'I' | b'W' | b'E' | b'F', b'0'..=b'9', ..] => klog(text, zone),
        _ => month_first(text, zone),
    }
}

/// `2024-01-02T15:04:05.123Z`, `2024-01-02 15:04:05,123`, `2024/01/02 15:04:05`, `2024-01-02  5:04:05` (MariaDB).
fn iso(text: &[u8], zone: &Zone) -> Option<i64> {
    let separator = *text.get(4)?;
    if !matches!(separator, b'-' | b'/') || *text.get(7)? != separator {
        return None;
    }
    let day = days(digits(text, 0, 4)?, digits(text, 5, 2)?, digits(text, 8, 2)?)?;
    if !matches!(text.get(10)?, b'T' | b't' | b' ' | b'_' | b'\t') {
        return None;
    }
    let (time, rest) = clock(&text[11..])?;
    Some(zone.utc(day * 86_400_000 + time, rest))
}

/// `02/Jan/2024:15:04:05 +0000` (nginx, Apache), `02 Jan 2024 15:04:05.123` (Redis).
fn day_first(text: &[u8], zone: &Zone) -> Option<i64> {
    let separator = *text.get(2)?;
    if !matches!(separator, b'/' | b' ' | b'-') || *text.get(6)? != separator {
        return None;
    }
    let day = days(digits(text, 7, 4)?, month(text.get(3..6)?)?, digits(text, 0, 2)?)?;
    if !matches!(text.get(11)?, b':' | b' ') {
        return None;
    }
    let (time, rest) = clock(&text[12..])?;
    Some(zone.utc(day * 86_400_000 + time, rest))
}

/// `240102 15:04:05` (MySQL 5.5 and MariaDB of that age).
fn old_mysql(text: &[u8], zone: &Zone) -> Option<i64> {
    if *text.get(6)? != b' ' {
        return None;
    }
    let day = days(2000 + digits(text, 0, 2)?, digits(text, 2, 2)?, digits(text, 4, 2)?)?;
    let (time, _) = clock(&text[7..])?;
    Some(day * 86_400_000 + time - zone.offset * 1000)
}

/// `I0102 15:04:05.123456` (Kubernetes).
fn klog(text: &[u8], zone: &Zone) -> Option<i64> {
    if *text.get(5)? != b' ' {
        return None;
    }
    let (time, _) = clock(&text[6..])?;
    latest(digits(text, 1, 2)?, digits(text, 3, 2)?, time, zone)
}

/// `Jan  2 15:04:05` (syslog), `Jan 02 15:04:05.123456 2024` (Apache's error log).
fn month_first(text: &[u8], zone: &Zone) -> Option<i64> {
    let month = month(text.get(..3)?)?;
    if *text.get(3)? != b' ' || *text.get(6)? != b' ' {
        return None;
    }
    let day = if text[4] == b' ' { digits(text, 5, 1)? } else { digits(text, 4, 2)? };
    let (time, rest) = clock(&text[7..])?;
    let year = |rest: &[u8]| {
        rest.first()
            .filter(|byte| **byte == b' ')
            .and_then(|_| digits(rest, 1, 4))
            .filter(|year| (1990..2100).contains(year))
    };
    if let Some(year) = year(rest) {
        return Some(days(year, month, day)? * 86_400_000 + time - zone.offset * 1000);
    }
    // `Tue Jan  2 15:04:05 CET 2024` (date, Java): the year is behind the zone.
    if let Some(year) = zone.named(0, rest).and_then(|(_, rest)| year(rest)) {
        return Some(zone.utc(days(year, month, day)? * 86_400_000 + time, rest));
    }
    latest(month, day, time, zone)
}

/// Seconds since 1970 with or without a fraction, or milli-, micro- or nanoseconds.
fn epoch(text: &[u8]) -> Option<i64> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if text.get(length).is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let seconds = digits(text, 0, 10)?;
    if !EPOCH.contains(&seconds) {
        return None;
    }
    match length {
        10 => Some(seconds * 1000 + fraction(&text[10..]).0),
        13 | 16 | 19 => Some(seconds * 1000 + digits(text, 10, 3)?),
        _ => None,
    }
}

/// `15:04:05`, with a fraction if there is one, in milliseconds, and what follows.
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let hour = if *text.first()? == b' ' { digits(text, 1, 1)? } else { digits(text, 0, 2)? };
    let (minute, second) = (digits(text, 3, 2)?, digits(text, 6, 2)?);
    if text[2] != b':' || text[5] != b':' || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, length) = fraction(&text[8..]);
    Some((((hour * 60 + minute) * 60 + second) * 1000 + millis, &text[8 + length..]))
}

/// `.123456` or `,123`, in whole milliseconds, and how many bytes that is.
fn fraction(text: &[u8]) -> (i64, usize) {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return (0, 0);
    }
    let count = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return (0, 0);
    }
    let millis =
        (0..3).fold(0, |value, at| value * 10 + if at < count { i64::from(text[1 + at] - b'0') } else { 0 });
    (millis, 1 + count)
}

fn digits(text: &[u8], at: usize, count: usize) -> Option<i64> {
    text.get(at..at + count)?
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

fn month(name: &[u8]) -> Option<i64> {
    MONTHS.chunks_exact(3).position(|month| month == name).map(|at| at as i64 + 1)
}

/// Days since 1970 of a date; none for a date that no calendar has.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1970..2200).contains(&year) {
        return None;
    }
    // Counted from March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

/// A time without a year: this year's, or last year's when that would be in the future by more than a day.
fn latest(month: i64, day: i64, time: i64, zone: &Zone) -> Option<i64> {
    let this_year = 1970 + (zone.now as f64 / 31_556_952.0) as i64;
    [this_year + 1, this_year, this_year - 1]
        .into_iter()
        .filter_map(|year| Some(days(year, month, day)? * 86_400_000 + time - zone.offset * 1000))
        .find(|found| *found <= (zone.now + 86_400) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-01-02 15:04:05 UTC.
    const THEN: i64 = 1_704_207_845_000;

    fn read(line: &str, offset: i64) -> Option<i64> {
        of_line(line.as_bytes(), &Zone { offset, now: 1_704_240_000 })
    }

    #[test]
    fn every_format_that_the_protocol_meets_is_read() {
        for (line, millis) in [
            ("2024-01-02T15:04:05Z cache miss", 0),
            ("2024-01-02T15:04:05.123456789Z stdout F cache miss", 123),
            ("2024-01-02T16:04:05+01:00 cache miss", 0),
            ("2024-01-02T10:34:05.5-0430 x", 500),
            ("2024-01-02 15:04:05,123 WARN cache miss", 123),
            ("2024-01-02 15:04:05.007 UTC [77] FATAL:  sorry, too many clients already", 7),
            ("[2024-01-02 15:04:05] production.ERROR: x", 0),
            ("2024/01/02 15:04:05 [error] 7#7: *1 x", 0),
            ("[pod/backend-7d9/app] 2024-01-02T15:04:05Z x", 0),
            ("web_1  | 2024-01-02 15:04:05 x", 0),
            ("<34>Jan  2 15:04:05 host mysqld: Too many connections", 0),
            ("Jan  2 15:04:05 host x", 0),
            ("Jan 02 15:04:05.250 host x", 250),
            ("[Tue Jan 02 15:04:05.123456 2024] [core:error] x", 123),
            ("10.0.0.1 - - [02/Jan/2024:15:04:05 +0000] \"GET / HTTP/1.1\" 200", 0),
            ("10.0.0.1 - - [02/Jan/2024:17:04:05 +0200] \"GET / HTTP/1.1\" 200", 0),
            ("1234:M 02 Jan 2024 15:04:05.123 # Error", 123),
            ("I0102 15:04:05.123456   1 main.go:3] x", 123),
            ("1704207845 cache miss", 0),
            ("1704207845.25 cache miss", 250),
            ("1704207845123 cache miss", 123),
            ("240102 15:04:05 [Warning] x", 0),
            ("2024-01-02 16:04:05.123 CET [77] FATAL:  sorry, too many clients already", 123),
            ("2024-01-02 07:04:05 PST [77] LOG:  x", 0),
            ("Tue Jan  2 16:04:05 CET 2024 x", 0),
            ("[02-Jan-2024 16:04:05 Europe/Berlin] PHP Warning:  x", 0),
            ("2024-01-02\t15:04:05\tLHR1\tx", 0),
            ("\u{1b}[2m2024-01-02T15:04:05.123Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m cache miss", 123),
            ("\u{1b}[90m2024/01/02 15:04:05\u{1b}[0m x", 0),
            ("\u{1b}[32m2024-01-02\u{1b}[0m \u{1b}[1;36m15:04:05.007\u{1b}[0m | x", 7),
            ("{\"level\":\"\u{1b}[33mwarn\u{1b}[0m\",\"ts\":\"2024-01-02T15:04:05Z\"}", 0),
            (r#"{"level":"warn","ts":1704207845.5,"msg":"cache miss"}"#, 500),
            (r#"{"msg":"until 2030-01-01 00:00:00","time":"2024-01-02T15:04:05Z"}"#, 0),
            (r#"{"@timestamp": "2024-01-02T15:04:05.000Z", "message": "cache miss"}"#, 0),
            (r#"{"timestamp":1704207845123,"message":"cache miss"}"#, 123),
            ("level=warn ts=2024-01-02T15:04:05Z msg=\"cache miss\"", 0),
            ("level=warn ts=1704207845.123 msg=\"cache miss\"", 123),
            ("time=\"2024-01-02T15:04:05Z\" level=warning msg=x", 0),
        ] {
            assert_eq!(read(line, 0), Some(THEN + millis), "{line}");
        }
        assert_eq!(read("2024-01-02  5:04:05 0 [Warning] Aborted", 0), Some(THEN - 36_000_000));
    }

    #[test]
    fn a_time_without_a_zone_is_local_and_without_a_year_the_latest_that_has_been() {
        assert_eq!(read("2024-01-02 16:04:05 x", 3600), Some(THEN));
        assert_eq!(read("2024-01-02 15:04:05Z x", 3600), Some(THEN));
        assert_eq!(read("Dec 31 15:04:05 host x", 0), Some(THEN - 2 * 86_400_000));
        assert_eq!(read("W1231 15:04:05.0 x", 0), Some(THEN - 2 * 86_400_000));
    }

    #[test]
    fn an_object_has_its_time_wherever_it_is() {
        let said = "at com.example.Foo(Foo.java:1) ".repeat(40);
        for rest in [
            r#""stream":"stdout","time":"2024-01-02T15:04:05.1Z"}"#,
            r#""stream":"stdout","attrs":{"tag":"x"},"time": "2024-01-02T15:04:05.1Z"}"#,
            r#""ts":1704207845.1}"#,
            &format!(r#""time":"2024-01-02T15:04:05.1Z","labels":"{said}"}}"#),
        ] {
            let line = format!(r#"{{"log":"{said}time: late",{rest}"#);
            assert_eq!(read(&line, 0), Some(THEN + 100), "{rest}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        for line in [
            "",
            "cache miss",
            "    at com.example.Cache.get(Cache.java:42)",
            "user 1704207845 logged in",
            "order=1704207845 failed",
            "2024-13-02 15:04:05 x",
            "2024-01-02 25:04:05 x",
            "10.0.0.1 200 1704207845",
            "Jan 2nd, cache miss",
            "99999999999999999999",
        ] {
            assert_eq!(read(line, 0), None, "{line}");
        }
        let late = format!("{} 2024-01-02T15:04:05Z", "x".repeat(HEAD));
        assert_eq!(read(&late, 0), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(line in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            _ = of_line(&line, &Zone { offset: 0, now: 1_704_240_000 });
        }

        #[test]
        fn any_bytes_after_something_like_a_date_are_survived(line in "(\\{\"ts\":|I?[0-9]{2,4}[-/ ]?(Jan|[0-9]{2})[-/ ]?[0-9]{2,4}[T: ][0-9: .,Z+-]{0,20})") {
            _ = of_line(line.as_bytes(), &Zone { offset: 0, now: 1_704_240_000 });
        }

        #[test]
        fn a_date_is_what_jiff_says_it_is(seconds in 0_i64..6_000_000_000) {
            let written = jiff::Timestamp::from_second(seconds).expect("within range").to_string();
            proptest::prop_assert_eq!(of_line(written.as_bytes(), &Zone { offset: 0, now: 0 }), Some(seconds * 1000));
        }
    }
}
