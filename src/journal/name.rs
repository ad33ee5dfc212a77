//! Names of incidents: one word that is also a file name.

use jiff::Timestamp;

const LONGEST: usize = 64;

/// Whether `name` can be the name of an incident. Errors: why not, a lowercase fragment.
pub fn check(name: &str) -> Result<(), String> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > LONGEST {
        return Err(format!("a name has 1 to {LONGEST} characters"));
    }
    if !name.chars().all(word) || name.starts_with(['.', '-']) {
        return Err("a name is letters, digits, `-`, `_` and `.`, and begins with a letter or digit".into());
    }
    Ok(())
}

/// A name for an incident that begins now, which none of `taken` has: `2026-11-24-0307z`, then `2026-11-24-0307z-2`.
pub fn fresh(now: Timestamp, taken: impl Fn(&str) -> bool) -> String {
    let name = now.strftime("%Y-%m-%d-%H%Mz").to_string();
    if !taken(&name) {
        return name;
    }
    (2..).map(|n| format!("{name}-{n}")).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_name_and_no_path() {
        for good in ["checkout", "INC-1234", "2026-11-24-0307z", "a"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "..", "../x", "a/b", "-rf", ".hidden", "a b", "a\n", "ä", &"x".repeat(65)] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn two_incidents_of_one_minute_have_two_names() {
        let now: Timestamp = "2026-11-24T03:07:12Z".parse().expect("a time");
        assert_eq!(fresh(now, |_| false), "2026-11-24-0307z");
        assert_eq!(fresh(now, |name| name == "2026-11-24-0307z"), "2026-11-24-0307z-2");
    }
}
