//! The zone that a time names: `Z`, `+01:00`, `CET`, `GMT+1`, `Europe/Berlin`.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// What a time without a zone or a year means.
#[derive(Clone, Copy, Debug)]
pub struct Zone {
    /// Seconds east of UTC, for times that name no zone.
    pub offset: i64,
    /// Now, in seconds since 1970: a time without a year is the latest one that is not in the future.
    pub now: i64,
}

/// Zones by their short names, and their minutes east of UTC. Only upper-case words that are no level of a log.
const NAMES: &[(&str, i64)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UCT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("WAT", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("EET", 120),
    ("CAT", 120),
    ("SAST", 120),
    ("EEST", 180),
    ("IDT", 180),
    ("MSK", 180),
    ("EAT", 180),
    ("TRT", 180),
    ("MSD", 240),
    ("PKT", 300),
    ("WIB", 420),
    ("ICT", 420),
    ("WITA", 480),
    ("AWST", 480),
    ("HKT", 480),
    ("SGT", 480),
    ("JST", 540),
    ("KST", 540),
    ("WIT", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("NST", -210),
    ("NDT", -150),
    ("ADT", -180),
    ("EST", -300),
    ("EDT", -240),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("HDT", -540),
];

/// Names that two parts of the world share, the more usual meaning first.
const SHARED: &[(&str, i64, i64)] = &[
    ("IST", 330, 120),  // India, Israel
    ("BST", 60, 360),   // Britain in summer, Bangladesh
    ("CST", -360, 480), // Chicago, China
    ("PST", -480, 480), // Los Angeles, Philippines
    ("AST", -240, 180), // Halifax, Arabia
];

/// Milliseconds by which a clock may be wrong before a time counts as one in the future.
const AHEAD: i64 = 120_000;

impl Zone {
    /// Milliseconds since 1970 of what a clock showed, `rest` being what is written behind it.
    pub(super) fn utc(&self, shown: i64, rest: &[u8]) -> i64 {
        self.named(shown, rest).map_or(shown - self.offset * 1000, |(time, _)| time)
    }

    /// The same when `rest` names a zone, and what follows the name.
    pub(super) fn named<'a>(&self, shown: i64, rest: &'a [u8]) -> Option<(i64, &'a [u8])> {
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let rest = rest.strip_prefix(b"(").unwrap_or(rest);
        let at = |seconds: i64| shown - seconds * 1000;
        match rest.first()? {
            b'+' | b'-' => numeric(rest).map(|(seconds, rest)| (at(seconds), rest)),
            b'A'..=b'Z' | b'z' => {
                let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                let (name, rest) = rest.split_at(length);
                if rest.first() == Some(&b'/') {
                    return self.of_place(shown, name, rest);
                }
                if matches!(name, b"Z" | b"z") {
                    return Some((at(0), rest));
                }
                if rest.first().is_some_and(|next| next.is_ascii_digit() || *next == b'_') {
                    return None;
                }
                if let Some((_, minutes)) = NAMES.iter().find(|(known, _)| known.as_bytes() == name) {
                    // `GMT+1`
                    return match numeric(rest).filter(|_| *minutes == 0) {
                        Some((seconds, rest)) => Some((at(seconds), rest)),
                        None => Some((at(minutes * 60), rest)),
                    };
                }
                let (_, usual, other) = SHARED.iter().find(|(known, ..)| known.as_bytes() == name)?;
                Some((at(self.which(shown, *usual, *other) * 60), rest))
            }
            _ => None,
        }
    }

    /// Which of two zones of one name: that of this machine, else the usual one unless the time would be in the future.
    fn which(&self, shown: i64, usual: i64, other: i64) -> i64 {
        let ahead = |minutes: i64| shown - minutes * 60_000 > self.now * 1000 + AHEAD;
        if self.offset == other * 60 || ahead(usual) && !ahead(other) { other } else { usual }
    }

    /// `Europe/Berlin`, as PHP writes it.
    fn of_place<'a>(&self, shown: i64, area: &[u8], rest: &'a [u8]) -> Option<(i64, &'a [u8])> {
        let part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+');
        let length = rest.iter().take(40).take_while(part).count();
        let mut name = [0; 64];
        let all = area.len() + length;
        let room = name.get_mut(..all)?;
        room[..area.len()].copy_from_slice(area);
        room[area.len()..].copy_from_slice(&rest[..length]);
        let zone = TimeZone::get(std::str::from_utf8(room).ok()?).ok()?;
        let civil = Offset::UTC.to_datetime(Timestamp::from_millisecond(shown).ok()?);
        let time = zone.to_timestamp(civil).ok()?.as_millisecond();
        Some((time, &rest[length..]))
    }
}

/// `+01:00`, `-0500`, `+1`, in seconds east of UTC, and what follows.
fn numeric(text: &[u8]) -> Option<(i64, &[u8])> {
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digit =
        |at: usize| text.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| i64::from(byte - b'0'));
    let (hours, at) = match digit(2) {
        Some(second) => (digit(1)? * 10 + second, 3),
        None => (digit(1)?, 2),
    };
    let colon = usize::from(text.get(at) == Some(&b':'));
    let (minutes, end) = match (digit(at + colon), digit(at + colon + 1)) {
        (Some(tens), Some(ones)) => (tens * 10 + ones, at + colon + 2),
        _ => (0, at),
    };
    (hours <= 15 && minutes < 60).then(|| (sign * (hours * 3600 + minutes * 60), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_zone_is_so_many_minutes_from_greenwich() {
        let zone = Zone { offset: 3600, now: 1_704_240_000 };
        let shown = 1_704_207_845_000;
        for (rest, minutes) in [
            ("Z", 0),
            (" UTC [77]", 0),
            (" CET [77]", 60),
            (" CEST]", 120),
            (" PST", -480),
            (" +0530", 330),
            ("-03:30 x", -210),
            (" +03 [1]", 180),
            (" GMT+1", 60),
            (" UTC+05:30", 330),
            (" JST LOG:", 540),
            (" IST", 330),
            (" (EST)", -300),
            (" America/New_York]", -300),
            (" Europe/Berlin]", 60),
            (" INFO x", 60),
            (" WARN", 60),
            (" CETACEAN", 60),
            (" X/Y", 60),
            ("", 60),
        ] {
            assert_eq!(zone.utc(shown, rest.as_bytes()), shown - minutes * 60_000, "{rest}");
        }
    }

    #[test]
    fn a_shared_name_is_the_zone_of_this_machine_or_that_which_is_not_in_the_future() {
        let now = 1_704_207_845;
        let read = |offset: i64, shown: i64| Zone { offset, now }.utc(shown * 1000, b" CST") / 1000;
        assert_eq!(read(0, now - 6 * 3600), now);
        assert_eq!(read(0, now + 8 * 3600), now);
        assert_eq!(read(8 * 3600, now - 6 * 3600), now - 14 * 3600);
    }
}
