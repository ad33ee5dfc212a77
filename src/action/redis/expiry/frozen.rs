//! Keys that expire on a whole second: a freeze leaves its keys so (and a stagger that was put back), an application's own
//! do so once in a thousand. By that a freeze is seen whose journal lies elsewhere, with a colleague (S28).

use crate::action::Context;
use crate::text;

/// Keys that expire on a whole second by chance: one in so many.
const CHANCE: f64 = 1_000.0;

/// Whether a key that expires at `time`, Unix milliseconds, does so on a whole second.
pub fn on_whole_second(time: i64) -> bool {
    time > 0 && time.rem_euclid(1_000) == 0
}

/// Whether so many of `all` keys on a whole second are more than there are by chance.
pub fn seem_frozen(whole: usize, all: usize) -> bool {
    more_than_chance(whole, all, CHANCE)
}

/// Whether `some` of `all` are more than come by chance, one in `one_in`: six times the deviation more.
pub fn more_than_chance(some: usize, all: usize, one_in: f64) -> bool {
    let chance = all as f64 / one_in;
    some as f64 > chance + 6.0 * chance.sqrt() + 0.5
}

/// What stands where so many keys of ours show a freeze that is not ours.
pub fn beneath(keys: usize) -> String {
    let keys = text::count(keys as f64);
    format!(
        "S28 {keys} of our keys expire later, on a whole second, as another one's freeze leaves them: ours may lie beneath. \
         Have that freeze undone first, then undo this"
    )
}

/// What is at stake where `whole` of `all` keys that are to be moved are on a whole second, and nothing that is known of explains
/// that.
pub fn risk(whole: usize, all: usize, context: &Context<'_>) -> Option<String> {
    let leave_them_so = ["redis.freeze", "redis.stagger", "redis.ttl"];
    let ours = context.earlier.iter().any(|step| leave_them_so.contains(&step.action.as_str()));
    (!ours && seem_frozen(whole, all)).then(|| {
        format!(
            "S28 {} of the keys looked at expire on a whole second, as a freeze leaves them, and this incident did not \
             do that: have it undone first by who did, or it cannot be put back before this is",
            text::percent(whole as f64 / all.max(1) as f64)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_keys_are_on_a_whole_second_by_chance() {
        assert!(
            on_whole_second(5_000) && !on_whole_second(5_001) && !on_whole_second(-1) && !on_whole_second(0)
        );
        assert!(!seem_frozen(0, 0));
        assert!(seem_frozen(1, 1), "a key alone is more likely frozen");
        assert!(!seem_frozen(10, 10_000));
        assert!(seem_frozen(200, 10_000));
    }
}
