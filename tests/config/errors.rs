//! The words about a bad file: place, line with caret, nearest name; all mistakes at once; never a secret.

use super::Machine;

/// The whole report about a file, without the path.
fn report(yaml: &str) -> String {
    Machine::new().yaml(yaml).error().replace("T/work/", "")
}

#[test]
fn all_mistakes_are_reported_at_once_with_place_caret_and_nearest_name() {
    let yaml = "\
targets:
  cache: { redis: \"h:6379\", user: ops, pasword: hunter2, databse: 3 }
  Bad: { redis: h }
  cache: { redis: hunter2 }
threshold: {}
";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration: 5 problems
    stampede.yaml:2:40: unknown key `pasword`; did you mean `password`?
      |
    2 |   cache: { redis: ***, user: ***, pasword: ***, databse: *** }
      |                                   ^^^^^^^

    stampede.yaml:2:58: unknown key `databse`; did you mean `database`?
      |
    2 |   cache: { redis: ***, user: ***, pasword: ***, databse: *** }
      |                                                 ^^^^^^^

    stampede.yaml:3:3: a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`
      |
    3 |   Bad: { redis: *** }
      |   ^^^

    stampede.yaml:4:3: `cache` is given twice; first in line 2
      |
    4 |   cache: { redis: *** }
      |   ^^^^^

    stampede.yaml:5:1: unknown key `threshold`; did you mean `thresholds`?
      |
    5 | threshold: {}
      | ^^^^^^^^^
    ");
}

#[test]
fn a_threshold_with_a_wrong_unit_or_out_of_range_is_refused() {
    let yaml = "\
thresholds:
  hit_ratio_warn: 95%
  hit_ratio_critical: 0.8
";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration
    stampede.yaml:2:19: expected a number, found text; a share is written as 0.95, not as 95%
      |
    2 |   hit_ratio_warn: 95%
      |                   ^^^
    ");
    let yaml = "\
thresholds:
  hit_ratio_warn: 95
  connections_warn: -0.1
  queries_vs_baseline: 1
  minimum_lookups: -5
";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration: 4 problems
    stampede.yaml:2:19: expected a share from 0 to 1 (0.95 is 95 %)
      |
    2 |   hit_ratio_warn: 95
      |                   ^^

    stampede.yaml:3:21: expected a share from 0 to 1 (0.95 is 95 %)
      |
    3 |   connections_warn: -0.1
      |                     ^^^^

    stampede.yaml:4:24: expected a multiple above 1
      |
    4 |   queries_vs_baseline: 1
      |                        ^

    stampede.yaml:5:20: expected a number, 0 or more
      |
    5 |   minimum_lookups: -5
      |                    ^^
    ");
}

#[test]
fn a_warning_comes_before_the_critical_level_even_against_a_default() {
    insta::assert_snapshot!(report("thresholds: { hit_ratio_warn: 0.5 }\n"), @r"
    cannot use the configuration
    stampede.yaml:1:31: the hit ratio falls: `hit_ratio_warn` (0.5) must not be below `hit_ratio_critical` (0.8)
      |
    1 | thresholds: { hit_ratio_warn: 0.5 }
      |                               ^^^
    ");
    insta::assert_snapshot!(report("thresholds: { connections_critical: 0.7 }\n"), @r"
    cannot use the configuration
    stampede.yaml:1:37: `connections_warn` (0.8) must not be above `connections_critical` (0.7)
      |
    1 | thresholds: { connections_critical: 0.7 }
      |                                     ^^^
    ");
}

#[test]
fn facts_are_checked_against_their_words() {
    let yaml = "\
facts:
  on_cache_error: databse
  tolerates_read_only: yes
  lock_dialect: lock
  cache_topology: mesh
";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration: 4 problems
    stampede.yaml:2:19: expected stale, error or database; did you mean `database`?
      |
    2 |   on_cache_error: databse
      |                   ^^^^^^^

    stampede.yaml:3:24: expected true or false, found text
      |
    3 |   tolerates_read_only: yes
      |                        ^^^

    stampede.yaml:4:17: expected a template with `{key}` in it once (`lock:{key}`), or `none`
      |
    4 |   lock_dialect: lock
      |                 ^^^^

    stampede.yaml:5:19: expected replica_reads, cluster or ring
      |
    5 |   cache_topology: mesh
      |                   ^^^^
    ");
}

#[test]
fn a_rebuild_names_one_way_and_the_place_of_the_key() {
    let why = |rebuild: &str| {
        let report = report(&format!("rebuild: {{ {rebuild} }}\n"));
        report.lines().nth(1).unwrap_or_default().to_owned()
    };
    for (rebuild, words) in [
        ("http: 'http://h/warm'", "1:18: expected `{key}` in the path or query of this URL"),
        ("http: 'http://{key}/warm'", "1:18: expected `{key}` in the path or query of this URL"),
        ("http: 'http://h/warm#{key}'", "1:18: expected `{key}` in the path or query of this URL"),
        ("http: 'ftp://h/{key}'", "1:18: expected http:// or https://"),
        ("http: '{key}'", "1:18: this is no URL"),
        ("http: 'http://u:hunter2@h/{key}'", "1:18: a user or password in this URL is not supported"),
        ("command: []", "1:21: expected a program, then its arguments"),
        ("command: ['{key}']", "1:21: expected a program, then its arguments"),
        ("command: [warm, all]", "1:21: expected `{key}` in one of the arguments"),
        ("command: 'warm {key}'", "1:21: expected a list, found text"),
        ("timeout: 3s", "1:10: expected `http` (a URL with `{key}`) or `command` (a list)"),
        ("http: 'http://h/{key}', timeout: 30", "1:45: a time needs its unit: 30s or 1m"),
        ("http: 'http://h/{key}', timeout: 1h", "1:45: expected a time from 1 s to 10 min"),
        ("command: [warm, '{key}'], method: GET", "1:46: only a request (`http`) has a method"),
    ] {
        assert_eq!(why(rebuild), format!("stampede.yaml:{words}"), "{rebuild}");
    }
    insta::assert_snapshot!(report("flags: { Breaker: { key: '', value: on } }\n"), @r"
    cannot use the configuration: 2 problems
    stampede.yaml:1:10: a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`
      |
    1 | flags: { Breaker: { key: ***, value: *** } }
      |          ^^^^^^^

    stampede.yaml:1:26: expected the key that the application reads
      |
    1 | flags: { Breaker: { key: ***, value: *** } }
      |                          ^^^
    ");
}

#[test]
fn a_target_is_exactly_one_kind_of_system() {
    let yaml = "\
targets:
  a: { redsi: hunter2 }
  b: { redis: h, mysql: h }
  c: {}
  d: 5
  e: { valkey: h }
  f: { redis: h, admin_port: 1 }
";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration: 6 problems
    stampede.yaml:2:8: unknown key `redsi`; did you mean `redis`?
      |
    2 |   a: { redsi: *** }
      |        ^^^^^

    stampede.yaml:3:18: a target is one system; this has `redis` and `mysql`
      |
    3 |   b: { redis: ***, mysql: *** }
      |                    ^^^^^

    stampede.yaml:4:3: this target does not say what it is; add one of redis, mysql, postgres, pgbouncer, logs, pods, http, nginx, api, kubernetes
      |
    4 |   c: {}
      |   ^

    stampede.yaml:5:3: this target does not say what it is; add one of redis, mysql, postgres, pgbouncer, logs, pods, http, nginx, api, kubernetes
      |
    5 |   d: ***
      |   ^

    stampede.yaml:6:8: unknown key `valkey`; did you mean `redis`?
      |
    6 |   e: { valkey: *** }
      |        ^^^^^^

    stampede.yaml:7:18: unknown key `admin_port`; known: redis, user, password, sentinel_user, sentinel_password, database, tls
      |
    7 |   f: { redis: ***, admin_port: 1 }
      |                    ^^^^^^^^^^
    ");
}

#[test]
fn addresses_are_checked_and_never_repeated() {
    let yaml = "\
targets:
  a: { mysql: \"mysql://u:hun/ter2@h/db\" }
  b: { redis: [\"h:99999\", \"redis://:hunter2@x\"] }
  c: { postgres: \"postgres://u:hunter2@h/db?sslmode=maybe\" }
  d: { http: \"https://u:hunter2@h/\" }
  e: { redis: { sentinels: [s1], servise: m } }
  f: { mysql: \"mysql://u:hunter2%@h\" }
";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration: 7 problems
    stampede.yaml:2:15: this address has an `@` behind the host: write `/`, `?`, `#` and `@` of a password as %2F, %3F, %23, %40
      |
    2 |   a: { mysql: *** }
      |               ^^^

    stampede.yaml:3:16: this address has a port that is not a number from 1 to 65535
      |
    3 |   b: { redis: [***, ***] }
      |                ^^^

    stampede.yaml:3:27: this address is a URL; in a list write host:port, and user, password and tls as keys of the target
      |
    3 |   b: { redis: [***, ***] }
      |                     ^^^

    stampede.yaml:4:18: this address has an unknown sslmode; known: disable, allow, prefer, require, verify-ca, verify-full
      |
    4 |   c: { postgres: *** }
      |                  ^^^

    stampede.yaml:5:14: a user or password in this URL is not supported
      |
    5 |   d: { http: *** }
      |              ^^^

    stampede.yaml:6:34: unknown key `servise`; did you mean `service`?
      |
    6 |   e: { redis: { sentinels: [***], servise: *** } }
      |                                   ^^^^^^^

    stampede.yaml:7:15: this address has a `%` in its password that is no percent-code: write it as %25
      |
    7 |   f: { mysql: *** }
      |               ^^^
    ");
}

#[test]
fn references_that_lead_nowhere_are_pointed_at() {
    let yaml = "\
targets:
  a: { redis: h, password: \"${PGPW}\" }
  b: { redis: h, password: \"env:NOPE\" }
  c: { redis: h, password: \"file:nope\" }
  d: { redis: h, password: \"hunter2${1}\" }
  e: { redis: \"cache-${ZONE}:6379\" }
";
    insta::assert_snapshot!(report(yaml), @r#"
    cannot use the configuration: 5 problems
    stampede.yaml:2:29: the environment variable PGPW is not set
      |
    2 |   a: { redis: ***, password: "${PGPW}" }
      |                               ^^^^^^^

    stampede.yaml:3:28: the environment variable NOPE is not set
      |
    3 |   b: { redis: ***, password: *** }
      |                              ^^^

    stampede.yaml:4:28: cannot read nope: no such file
      |
    4 |   c: { redis: ***, password: *** }
      |                              ^^^

    stampede.yaml:5:28: `${` begins a reference: write `${NAME}` (letters, digits, `_`), or `$${` for the text itself
      |
    5 |   d: { redis: ***, password: *** }
      |                              ^^^

    stampede.yaml:6:22: the environment variable ZONE is not set
      |
    6 |   e: { redis: ***${ZONE}*** }
      |                  ^^^^^^^
    "#);
}

#[test]
fn yaml_that_cannot_be_read_is_shown_only_up_to_its_key() {
    insta::assert_snapshot!(report("targets:\n  a:\n    redis: h\n    password: \"hunter2\n"), @r"
    cannot use the configuration
    stampede.yaml:4:15: not valid YAML: unclosed quote
      |
    4 |     password: ***
      |               ^
    ");
    insta::assert_snapshot!(report("targets:\n  a:\n    redis: h\n   password: hunter2\n"), @r"
    cannot use the configuration
    stampede.yaml:4:4: not valid YAML: while parsing a block mapping, did not find expected key
      |
    4 |    password: ***
      |    ^
    ");
    insta::assert_snapshot!(report("password: *hunter2\n"), @r"
    cannot use the configuration
    stampede.yaml:1:11: anchors and aliases (`&`, `*`) are not supported; quote a value that begins so
      |
    1 | password: ***
      |           ^^^
    ");
    insta::assert_snapshot!(report("a: 1\n---\nb: 2\n"), @r"
    cannot use the configuration
    stampede.yaml:2:1: a second document begins here; the file holds one
      |
    2 | ---
      | ^^^
    ");
    insta::assert_snapshot!(report("- hunter2\n"), @r"
    cannot use the configuration
    stampede.yaml:1:1: expected a mapping (`key: value`), found a list
      |
    1 | - ***
      | ^^^^^
    ");
}

#[test]
fn a_file_that_is_no_file_of_ours_gets_one_clear_line() {
    let machine = Machine::new().yaml([b"version: 1\n# caf".as_slice(), &[0xe9, b'\n']].concat());
    assert_eq!(machine.error(), "cannot read T/work/stampede.yaml: it is not UTF-8 text (line 2)");
    let machine = Machine::new().yaml("#".repeat(1_000_001));
    assert_eq!(machine.error(), "cannot read T/work/stampede.yaml: it is larger than 1 MB");
    let machine = Machine::new().config("absent.yaml");
    assert_eq!(machine.error(), "cannot read T/work/absent.yaml: no such file");
    let machine = Machine::new().set("STAMPEDE_CONFIG", ".");
    assert_eq!(machine.error(), "cannot read T/work/.: it is a directory");
}

#[test]
fn nesting_and_alias_bombs_end_early() {
    let deep = format!("targets: {}{}\n", "[".repeat(200), "]".repeat(200));
    assert!(report(&deep).contains("nested too deeply"), "{}", report(&deep));
    let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
    assert!(report(bomb).contains("anchors and aliases"));
}

#[test]
fn many_mistakes_are_cut_short() {
    let yaml: String = (0..50).map(|n| format!("key{n}: 1\n")).collect();
    let report = report(&yaml);
    assert!(report.starts_with("cannot use the configuration: 50 problems\n"), "{report}");
    assert!(report.ends_with("\n\nand 30 more"), "{report}");
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let yaml = format!("facts: {{ lock_dialect: \"{}\", on_cache_error: nothing }}\n", "x{key}".repeat(60));
    let report = report(&yaml);
    assert!(report.lines().all(|line| line.chars().count() <= 130), "{report}");
    let lines: Vec<_> = report.lines().collect();
    let caret = lines.iter().rev().find(|line| line.contains('^')).unwrap().find('^').unwrap();
    let shown: String = lines[lines.len() - 2].chars().skip(caret).collect();
    assert!(shown.starts_with("nothing"), "{report}");
}

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let report = report("\"a\\e[31mb\": 1\nfacts: { lock_dialect: \"x\u{202e}y\" }\n");
    assert!(!report.contains('\x1b') && !report.contains('\u{202e}'), "{report:?}");
    assert!(report.contains("x\\u{202e}y"), "{report:?}");
}

#[test]
fn what_only_stands_in_the_place_of_a_key_is_not_shown() {
    let comment = "targets:\n  a: {} # hunter2\n";
    assert!(report(comment).contains("\n2 |   a: {} ***\n"), "{}", report(comment));
    let yaml = "targets:\n  a: { redis: h, password, hunter2 }\n  \"rediss://u:hunter2@h\": 1\n  b: { \"hunter 2\": 1 }\n";
    insta::assert_snapshot!(report(yaml), @r"
    cannot use the configuration: 5 problems
    stampede.yaml:2:18: expected `key: value`
      |
    2 |   a: { redis: ***, ***, *** }
      |                    ^^^

    stampede.yaml:2:28: expected `key: value`
      |
    2 |   a: { redis: ***, ***, *** }
      |                         ^^^

    stampede.yaml:3:3: a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`
      |
    3 |   ***: ***
      |   ^^^

    stampede.yaml:3:3: this target does not say what it is; add one of redis, mysql, postgres, pgbouncer, logs, pods, http, nginx, api, kubernetes
      |
    3 |   ***: ***
      |   ^^^

    stampede.yaml:4:3: this target does not say what it is; add one of redis, mysql, postgres, pgbouncer, logs, pods, http, nginx, api, kubernetes
      |
    4 |   b: { ***: *** }
      |   ^
    ");
}
