//! The seal of a line, since format 2: it tells a record that was written from one that was damaged since.
//!
//! A line ends with `,"after":"…","sum":"…"}`. `sum` is over all of the line before it, and `after` is the sum of the line
//! before: a line proves itself, and that nothing between it and the one before has gone.

use crate::digest::sha256;

/// Digits of a sum.
const DIGITS: usize = 16;
const AFTER: &[u8] = br#","after":""#;
const SUM: &[u8] = br#","sum":""#;
const END: &[u8] = br#""}"#;

/// The sum of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum(String);

impl Sum {
    fn of(bytes: &[u8]) -> Self {
        let mut digits = sha256(bytes);
        digits.truncate(DIGITS);
        Self(digits)
    }

    /// What the first line comes after.
    pub(super) fn start() -> Self {
        Self("0".repeat(DIGITS))
    }

    fn read(digits: &[u8]) -> Option<Self> {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let digits = Some(digits).filter(|digits| digits.len() == DIGITS && digits.iter().all(is_digit))?;
        String::from_utf8(digits.to_vec()).ok().map(Self)
    }
}

/// Seals a JSON object that comes after the line with the sum `after`. Gives its own sum.
pub(super) fn seal(object: &mut Vec<u8>, after: &Sum) -> Sum {
    object.pop();
    object.extend(AFTER);
    object.extend(after.0.bytes());
    object.push(b'"');
    let sum = Sum::of(object);
    object.extend(SUM);
    object.extend(sum.0.bytes());
    object.extend(END);
    sum
}

/// What the seal of a line shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seal {
    /// Whether the line is as it was written.
    pub whole: bool,
    /// The sum of the line before it.
    after: Option<Sum>,
    /// Its own sum as it stands in it, and as it is. A damage has left one of them.
    written: Option<Sum>,
    own: Option<Sum>,
}

impl Seal {
    /// Reads the seal of `line`.
    pub(super) fn of(line: &[u8]) -> Self {
        let tail = SUM.len() + DIGITS + END.len();
        let Some((body, tail)) = line.len().checked_sub(tail).map(|at| line.split_at(at)) else {
            return Self::default();
        };
        let own = Sum::of(body);
        let digits = tail.get(SUM.len()..SUM.len() + DIGITS);
        let written = digits.and_then(Sum::read);
        let whole =
            tail.starts_with(SUM) && tail.ends_with(END) && digits.is_some_and(|it| it == own.0.as_bytes());
        let after = body.strip_suffix(b"\"").and_then(|body| {
            let (before, digits) = body.split_at_checked(body.len().checked_sub(DIGITS)?)?;
            before.ends_with(AFTER).then(|| Sum::read(digits)).flatten()
        });
        Self { whole: whole && after.is_some(), after, written, own: Some(own) }
    }

    /// Whether nothing has gone between this line and the one before; none: this one is the first.
    pub(super) fn follows(&self, before: Option<&Self>) -> bool {
        let Some(after) = &self.after else { return false };
        match before {
            None => *after == Sum::start(),
            Some(before) => before.written.as_ref() == Some(after) || before.own.as_ref() == Some(after),
        }
    }

    /// What the next line comes after.
    pub(super) fn sum(self) -> Option<Sum> {
        self.written.or(self.own)
    }
}

/// Whether a line that has no newline at its end is a whole one, with something else in place of the newline: how long it is.
pub(super) fn whole_before_junk(rest: &[u8]) -> Option<usize> {
    let end = memchr::memmem::rfind(rest, END)? + END.len();
    (end < rest.len() && Seal::of(&rest[..end]).whole).then_some(end)
}

/// The two records of a line whose newline between them was damaged.
pub(super) fn halves(line: &[u8]) -> Option<(&[u8], &[u8])> {
    memchr::memmem::find_iter(line, br#"{"seq":"#).filter(|at| *at > 1).find_map(|at| {
        let (first, second) = (&line[..at - 1], &line[at..]);
        (Seal::of(first).whole && Seal::of(second).whole).then_some((first, second))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u32, after: &Sum) -> (Vec<u8>, Sum) {
        let mut line = format!("{{\"seq\":{n},\"event\":\"left\"}}").into_bytes();
        let sum = seal(&mut line, after);
        (line, sum)
    }

    #[test]
    fn a_flip_anywhere_breaks_a_line_and_not_the_one_after_it() {
        let (first, sum) = line(1, &Sum::start());
        let (second, _) = line(2, &sum);
        assert!(Seal::of(&first).whole && Seal::of(&first).follows(None));
        assert!(Seal::of(&second).whole && Seal::of(&second).follows(Some(&Seal::of(&first))));
        for at in 0..first.len() {
            let mut broken = first.clone();
            broken[at] ^= 1;
            assert!(!Seal::of(&broken).whole, "byte {at}");
            assert!(Seal::of(&second).follows(Some(&Seal::of(&broken))), "byte {at}");
        }
    }

    #[test]
    fn a_line_that_is_gone_is_missed_by_the_next_one() {
        let (_, first) = line(1, &Sum::start());
        let (second, _) = line(2, &first);
        assert!(!Seal::of(&second).follows(None));
        assert!(!Seal::of(&second).follows(Some(&Seal::of(b"{}"))));
    }

    #[test]
    fn a_damaged_newline_takes_no_record_along() {
        let (first, sum) = line(1, &Sum::start());
        let (second, _) = line(2, &sum);
        let joined = [&first[..], b"\x0b", &second[..]].concat();
        assert_eq!(halves(&joined), Some((&first[..], &second[..])));
        assert_eq!(whole_before_junk(&[&first[..], b"\x0b"].concat()), Some(first.len()));
        assert_eq!(whole_before_junk(&first), None);
    }
}
