//! The letters of `notify-keyspace-events`.

use std::collections::BTreeSet;

/// What `A` stands for: misses (`m`) and new keys (`n`) are not among them.
const ALL: &str = "g$lshzxetd";

/// Whether events of missing keys are published: class `m`, on the channels that are named after the event.
pub fn are_on(flags: &str) -> bool {
    flags.contains('E') && flags.contains('m')
}

/// The flags that publish misses and everything that was published before.
pub fn with_misses(flags: &str) -> String {
    let missing = ['E', 'm'].into_iter().filter(|flag| !flags.contains(*flag));
    flags.chars().chain(missing).collect()
}

/// Whether two sets of flags are the same one: servers give them back in an order of their own.
pub fn same(one: &str, other: &str) -> bool {
    classes(one) == classes(other)
}

fn classes(flags: &str) -> BTreeSet<char> {
    let all = if flags.contains('A') { ALL } else { "" };
    flags.chars().filter(|flag| *flag != 'A').chain(all.chars()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn misses_are_no_part_of_all_and_the_order_says_nothing() {
        assert!(!are_on("AKE") && !are_on("Km") && are_on("Em") && are_on("AKEm"));
        assert_eq!(with_misses(""), "Em");
        assert_eq!(with_misses("AKE"), "AKEm");
        assert_eq!(with_misses("Km"), "KmE");
        assert!(same("KEA", "AKE") && same("Kg$lshzxetd", "AK") && !same("AK", "AKm") && same("", ""));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_only_misses_are_added(flags in "[KEg$lshzxetdmnA]{0,15}") {
            let after = with_misses(&flags);
            prop_assert!(are_on(&after) && after.starts_with(&flags));
            let added: Vec<char> = classes(&after).difference(&classes(&flags)).copied().collect();
            prop_assert!(added.iter().all(|flag| "Em".contains(*flag)));
            prop_assert_eq!(same(&flags, &after), are_on(&flags));
        }
    }
}
