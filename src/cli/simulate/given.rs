//! Numbers as they are typed: `100000/s`, `100M`, `10%`, `lock,jitter`, `drop:50%`.

use crate::simulate::Trigger;
use crate::text;

/// What keeps rebuilds few, as it is named on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) lock: bool,
    pub(super) early: bool,
    pub(super) jitter: bool,
    pub(super) stale: bool,
}

/// A number with k, M or G behind it. Errors: how to write it.
pub(super) fn count(text: &str) -> Result<f64, String> {
    let how = || "write it like 500, 10k, 2.5M or 1G".to_owned();
    let text = text.trim();
    let times = match text.chars().last() {
        Some('k' | 'K') => 1e3,
        Some('M' | 'm') => 1e6,
        Some('G' | 'g') => 1e9,
        _ => 1.0,
    };
    let number = if times > 1.0 { &text[..text.len() - 1] } else { text };
    let value: f64 = number.replace('_', "").parse().map_err(|_| how())?;
    Some(value * times).filter(|value| value.is_finite() && *value >= 0.0).ok_or_else(how)
}

/// The same without a fraction. Errors: how to write it.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    let value = count(text)?;
    match value.fract() == 0.0 && value < 1e15 {
        true => Ok(value as u64),
        false => Err("it has to be a whole number".into()),
    }
}

/// A number of events per second, minute or hour; per second where nothing is said. Errors: how to write it.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit.trim() {
        "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("write it like 1200/s, 100k/s or 6M/min".into()),
    };
    count(number).map(|count| count / seconds).map_err(|_| "write it like 1200/s, 100k/s or 6M/min".into())
}

/// A share: `10%` or `0.1`. Errors: how to write it.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let how = || "write it like 10% or 0.1; it is between 0 and 1".to_owned();
    let (number, of) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim(), 100.0),
        None => (text.trim(), 1.0),
    };
    let value = number.parse::<f64>().map_err(|_| how())? / of;
    Some(value).filter(|value| (0.0..=1.0).contains(value)).ok_or_else(how)
}

/// A combination: `none`, or some of `lock`, `early`, `jitter`, `stale` with commas. Errors: what was meant.
pub(super) fn protection(text: &str) -> Result<Chosen, String> {
    let mut chosen = Chosen::default();
    let parts: Vec<&str> = text.split([',', '+']).map(str::trim).collect();
    for part in &parts {
        match *part {
            "lock" => chosen.lock = true,
            "early" => chosen.early = true,
            "jitter" => chosen.jitter = true,
            "stale" => chosen.stale = true,
            "none" if parts.len() == 1 => {}
            "none" => return Err("`none` stands alone; repeat --protect to compare".into()),
            other => return Err(text::suggestion(other, &["none", "lock", "early", "jitter", "stale"])),
        }
    }
    Ok(chosen)
}

/// What happens: `none`, `expire`, `flush`, `hot`, `drop:SHARE`. Errors: what was meant.
pub(super) fn trigger(text: &str) -> Result<Trigger, String> {
    match text.split_once(':') {
        Some(("drop", lost)) => share(lost).map(Trigger::Drop),
        None if text == "none" => Ok(Trigger::None),
        None if text == "expire" => Ok(Trigger::Expire),
        None if text == "flush" => Ok(Trigger::Flush),
        None if text == "hot" => Ok(Trigger::Hot),
        _ => Err(text::suggestion(text, &["none", "expire", "flush", "hot", "drop:50%"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_said() {
        assert_eq!(rate("100000/s"), Ok(100_000.0));
        assert_eq!(rate("6M/min"), Ok(100_000.0));
        assert_eq!(rate("1.5k"), Ok(1_500.0));
        assert_eq!(whole("100M"), Ok(100_000_000));
        assert_eq!(whole("10_000"), Ok(10_000));
        assert_eq!((share("10%"), share("0.5")), (Ok(0.1), Ok(0.5)));
        for bad in ["", "fast", "5/day", "-3/s", "k", "inf/s"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
        for bad in ["1.5", "-1", "1e40", "ten"] {
            assert!(whole(bad).is_err(), "{bad}");
        }
        for bad in ["110%", "-0.1", "half", "nan"] {
            assert!(share(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn protections_and_triggers_have_names() {
        let both = Chosen { lock: true, jitter: true, ..Chosen::default() };
        assert_eq!(protection("lock,jitter"), Ok(both));
        assert_eq!(protection("none"), Ok(Chosen::default()));
        assert!(protection("none,lock").is_err());
        assert_eq!(protection("lcok"), Err("did you mean `lock`?".into()));
        assert_eq!(trigger("drop:50%"), Ok(Trigger::Drop(0.5)));
        assert!(trigger("drop").is_err() && trigger("drop:2").is_err());
    }
}
