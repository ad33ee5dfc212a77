//! Files damaged at random: never a panic, never a secret in the answer.

use proptest::prelude::*;

use super::Machine;

const SECRET: &str = "hunter2secret";
const GOOD: &str = "\
version: 1
targets:
  cache: { redis: \"rediss://ops:hunter2secret@cache:6380\", tls: { insecure: true } }
  other:
    redis: [a, b]
    password: hunter2secret
  db:
    mysql: db1:3306
    user: ops
    password: \"hunter2secret\"
  pg: { postgres: \"postgres://ops@pg1/users\", password: '${PW}' }
  flow: { redis: h, password: hunter2secret, sentinel_password: \"hunter2secret\" }
thresholds: { hit_ratio_warn: 0.95 } # the password was hunter2secret
facts: { on_cache_error: stale }
";

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_global_rejects: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is cut out of a good file or put into it, the answer is never a panic and never the password.
    #[test]
    fn no_damage_to_a_file_makes_it_show_a_secret(
        at in 0..GOOD.len(), cut in 0usize..6, put in "[-{}\\[\\]:,#&*!|>'\"%@`$\\n\t a-z0-9é]{0,4}",
    ) {
        // The secret itself is left whole, or there would be nothing to look for.
        let end = (at + cut).min(GOOD.len());
        let touches = GOOD.match_indices(SECRET).any(|(from, _)| at < from + SECRET.len() && end > from);
        prop_assume!(!touches);
        let yaml = format!("{}{put}{}", &GOOD[..at], &GOOD[end..]);
        match Machine::new().set("PW", SECRET).yaml(&yaml).load() {
            Ok(settings) => {
                let text = format!("{settings:?} {}", stampede::config::as_text(&settings));
                // A password that the damage turned into a host or a user is none any more.
                prop_assume!(!yaml_moved_it(&yaml));
                prop_assert!(!text.contains(SECRET), "{yaml}\n{text}");
            }
            Err(failure) => {
                let text = format!("{failure} {:?}", failure.hint);
                prop_assert!(!text.contains(SECRET), "{yaml}\n{text}");
            }
        }
    }

    /// Any bytes at all are answered, not panicked at.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        _ = Machine::new().yaml(bytes).load();
    }

    /// The same for text that looks more like YAML.
    #[test]
    fn any_yaml_like_text_is_answered(text in "([-{}\\[\\]:,#&*!|>'\"%@`$~? \\n]|targets|redis|password|tls|a|1){0,60}") {
        _ = Machine::new().yaml(text).load();
    }
}

/// Whether the login of the URL was broken up, so that the secret is no longer in the place of a password.
fn yaml_moved_it(yaml: &str) -> bool {
    !yaml.contains("//ops:hunter2secret@")
        || yaml.matches("password: hunter2secret\n").count() != 1
        || !yaml.contains(" password: hunter2secret, sentinel_password: \"hunter2secret\" }")
        || !yaml.contains("password: \"hunter2secret\"")
}
