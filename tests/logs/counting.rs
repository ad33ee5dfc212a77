//! Counting lines in any shape of stream equals counting them one by one.

use std::sync::Arc;

use proptest::prelude::*;
use stampede::config::LogPattern;
use stampede::system::logs::{Patterns, Scanner, Tally, Zone, of_line};

const ZONE: Zone = Zone { offset: 0, now: 1_800_000_000 };
/// The smallest block the scanner accepts is larger than most of the generated lines and smaller than the longest.
const SMALL: usize = 0;

fn own(name: &str, any_of: &[&str], ignore_case: bool) -> LogPattern {
    LogPattern { name: name.into(), any_of: any_of.iter().map(|text| (*text).into()).collect(), ignore_case }
}

fn patterns(own: &[LogPattern]) -> Arc<Patterns> {
    Arc::new(Patterns::compile(own).unwrap())
}

/// Scans `log` in reads of the given sizes, over and over.
fn scan(log: &[u8], reads: &[usize], block: usize, own: &[LogPattern]) -> Tally {
    let patterns = patterns(own);
    let mut tally = Tally::new(patterns.names().len());
    let mut scanner = Scanner::new(patterns, ZONE, None, block);
    let (mut rest, mut turn) = (log, 0);
    while !rest.is_empty() {
        let space = scanner.space();
        let size = space.len().min(rest.len()).min(reads[turn % reads.len()].max(1));
        space[..size].copy_from_slice(&rest[..size]);
        scanner.took(size, &mut tally);
        (rest, turn) = (&rest[size..], turn + 1);
    }
    scanner.end(&mut tally);
    tally
}

fn lines(log: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = log.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines
}

fn holds(line: &[u8], text: &str, ignore_case: bool) -> bool {
    line.windows(text.len()).any(|window| {
        if ignore_case { window.eq_ignore_ascii_case(text.as_bytes()) } else { window == text.as_bytes() }
    })
}

#[test]
fn the_default_patterns_use_the_vector_search() {
    let default = patterns(&[]);
    if cfg!(target_arch = "x86_64") && std::is_x86_feature_detected!("avx2") {
        assert!(default.is_vectorised());
    }
    assert_eq!(default.names(), ["cache_miss", "cache_full", "database_full", "miss_storm"]);
}

#[test]
fn the_lines_that_real_programs_write_count_where_they_belong() {
    for (line, expected) in [
        ("cache miss for user:1", [1, 0, 0, 0]),
        ("Cache Miss", [1, 0, 0, 0]),
        ("x CACHE MISS y cache_miss CACHE-MISS", [1, 0, 0, 0]),
        ("X-Cache: MISS from edge", [1, 0, 0, 0]),
        ("cacheMiss key=1", [1, 0, 0, 0]),
        ("metrics cache_misses_total 9", [1, 0, 0, 0]),
        ("cache hit, dismissed, permission, Mississippi", [0, 0, 0, 0]),
        ("ERR max number of clients reached", [0, 1, 0, 0]),
        ("ERROR: Redis connection pool exhausted", [0, 1, 0, 0]),
        ("redis: connection pool timeout", [0, 1, 0, 0]),
        ("redis.exceptions.MaxConnectionsError: Too many connections", [0, 1, 0, 0]),
        ("psycopg2.pool.PoolError: connection pool exhausted", [0, 0, 0, 0]),
        (
            "redis.clients.jedis.exceptions.JedisExhaustedPoolException: Could not get a resource",
            [0, 1, 0, 0],
        ),
        ("ERROR 1040 (HY000): Too many connections", [0, 0, 1, 0]),
        ("Error: Too many connections", [0, 0, 1, 0]),
        ("redis miss, asking mysql: Too many connections", [1, 0, 1, 0]),
        ("FATAL:  sorry, too many clients already", [0, 0, 1, 0]),
        (
            "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
            [0, 0, 1, 0],
        ),
        (
            "pq: remaining connection slots are reserved for non-replication superuser connections",
            [0, 0, 1, 0],
        ),
        ("FATAL: 53300: too many connections for role \"app\"", [0, 0, 1, 0]),
        ("SQLSTATE[08004] [1040] Too many connections", [0, 0, 1, 0]),
        ("ERROR: Cache miss rate exceeding threshold", [1, 0, 0, 1]),
        ("hit_ratio dropped from 95% to 10%", [0, 0, 0, 1]),
    ] {
        assert_eq!(scan(line.as_bytes(), &[usize::MAX], SMALL, &[]).matched, expected, "{line}");
    }
}

#[test]
fn an_operators_pattern_joins_the_built_in_ones_or_takes_the_place_of_one() {
    let mine = [own("cache_miss", &["MEMO-MISS"], false), own("slow", &["Timed Out", "ab"], true)];
    let log = b"cache miss\nMEMO-MISS\nmemo-miss\nTIMED out\nAB\ntimed out ab\n";
    let tally = scan(log, &[7], SMALL, &mine);
    assert_eq!(patterns(&mine).names(), ["cache_miss", "cache_full", "database_full", "miss_storm", "slow"]);
    assert_eq!(tally.matched, [1, 0, 0, 0, 3]);
}

#[test]
fn a_text_that_cannot_be_used_is_refused_in_words() {
    for (text, words) in [("", "empty text"), ("a\nb", "line break"), (&*"x".repeat(2000), "2000 bytes")] {
        let error = Patterns::compile(&[own("mine", &[text], false)]).err().unwrap();
        assert!(error.message.contains(words), "{}", error.message);
    }
    assert!(Patterns::compile(&[own("mine", &[], false)]).is_err());
    let many: Vec<_> = (0..61).map(|at| own(&format!("p{at}"), &["text"], false)).collect();
    assert!(Patterns::compile(&many).is_err());
}

#[test]
fn more_texts_than_the_vector_search_takes_are_counted_as_well() {
    let texts: Vec<String> = (0..200).map(|at| format!("{at:03}-code")).collect();
    let mine = [LogPattern { name: "codes".into(), any_of: texts, ignore_case: true }];
    assert!(!patterns(&mine).is_vectorised());
    assert_eq!(
        scan(b"a 007-CODE\nb 200-code\ncache miss 199-Code\n", &[5], SMALL, &mine).matched,
        [1, 0, 0, 0, 2]
    );
}

#[test]
fn a_huge_line_is_one_line_in_the_same_memory() {
    let patterns = patterns(&[]);
    let mut tally = Tally::new(4);
    let mut scanner = Scanner::new(patterns, ZONE, None, 64 * 1024);
    let capacity = scanner.capacity();
    let filler: Vec<u8> = (0..=255).filter(|byte| *byte != b'\n').cycle().take(64 * 1024).collect();
    let mut feed = |mut bytes: &[u8], scanner: &mut Scanner| {
        while !bytes.is_empty() {
            let space = scanner.space();
            let size = space.len().min(bytes.len());
            space[..size].copy_from_slice(&bytes[..size]);
            scanner.took(size, &mut tally);
            bytes = &bytes[size..];
        }
    };
    feed(b"2024-01-02T15:04:05Z ", &mut scanner);
    for turn in 0..3_200 {
        feed(&filler, &mut scanner);
        if turn == 1_600 {
            feed(b"cache miss and again cache miss", &mut scanner);
        }
    }
    feed(b"\n2024-01-02T15:04:06Z Too many connections", &mut scanner);
    assert_eq!(scanner.capacity(), capacity);
    scanner.end(&mut tally);
    assert_eq!((tally.lines, tally.bytes > 200_000_000), (2, true));
    assert_eq!(
        (tally.matched.as_slice(), tally.untimed.as_slice()),
        ([1, 0, 1, 0].as_slice(), [0; 4].as_slice())
    );
    assert_eq!(tally.span(), Some(1.0));
}

#[test]
fn an_object_that_is_longer_than_a_block_has_the_time_at_its_end() {
    for length in [400, 5_000, 9_000, 70_000] {
        let said = "at com.example.Foo(Foo.java:1) ".repeat(length / 31);
        let line = format!(
            "{{\"log\":\"Too many connections {said}\",\"stream\":\"stderr\",\"time\":\"2024-01-02T15:04:05Z\"}}\n"
        );
        for read in [700, usize::MAX] {
            let tally = scan(line.repeat(3).as_bytes(), &[read], SMALL, &[]);
            assert_eq!((tally.matched[2], tally.untimed[2]), (3, 0), "{length} bytes");
            assert_eq!(tally.buckets(10).1[0].start, 1_704_207_845);
        }
    }
}

#[test]
fn a_stack_trace_has_the_time_of_the_record_above_it() {
    let log =
        "2024-01-02T15:04:05Z ERROR request failed\n\tat com.example.Dao\nCaused by: Too many connections\n";
    let tally = scan(log.as_bytes(), &[16], SMALL, &[]);
    assert_eq!((tally.matched[2], tally.untimed[2]), (1, 0));
    assert_eq!(tally.buckets(10).1[0].start, 1_704_207_845);
}

#[test]
fn a_record_lends_its_time_to_32_lines_and_no_more() {
    for (between, untimed) in [(31, 0), (32, 1)] {
        let log = format!("2024-01-02T15:04:05Z ERROR\n{}cache miss\n", "\tat x\n".repeat(between));
        for read in [3, usize::MAX] {
            assert_eq!(
                scan(log.as_bytes(), &[read], SMALL, &[]).untimed[0],
                untimed,
                "{between} lines between"
            );
        }
    }
}

#[test]
fn a_text_is_found_wherever_in_a_long_line_a_block_ends() {
    let text = format!("redis{}connection pool exhausted, cache miss ", " ".repeat(200));
    for at in 2_000..7_500 {
        let log = format!("{}{text}{}", "x".repeat(at), "x".repeat(6_000));
        assert_eq!(scan(log.as_bytes(), &[usize::MAX], SMALL, &[]).matched, [1, 1, 0, 0], "at {at}");
    }
}

/// Pieces of lines: texts, near misses, times, and bytes of any sort.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        2 => Just(b"cache miss".to_vec()),
        1 => Just(b"cache mis".to_vec()),
        1 => Just(b"s".to_vec()),
        2 => Just(b"redis".to_vec()),
        2 => Just(b"connection pool exhausted".to_vec()),
        2 => Just(b"Too many connections".to_vec()),
        2 => Just(b"\n2024-01-02T15:04:05Z ".to_vec()),
        1 => Just(b"\n{\"log\":\"".to_vec()),
        1 => Just(b"\",\"time\":\"2024-01-02T15:04:15Z\"}\n".to_vec()),
        1 => Just(b"\n2024-01-02T15:04:25Z ".to_vec()),
        1 => Just(b"abcABCabc".to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..40),
        1 => (300_usize..9_000).prop_map(|size| vec![b'x'; size]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_reads_and_blocks_count_what_a_naive_reader_counts(
        pieces in prop::collection::vec(piece(), 0..60),
        reads in prop::collection::vec(1_usize..6_000, 1..6),
        block in 0_usize..40_000,
    ) {
        let log = pieces.concat();
        let mine = [
            own("abc", &["abcabc", "bcA", "zz"], true),
            own("c", &["cAbC"], false),
            own("plain", &["cache miss"], false),
        ];
        let tally = scan(&log, &reads, block, &mine);
        let lines = lines(&log);
        let count = |test: &dyn Fn(&[u8]) -> bool| lines.iter().filter(|line| test(line)).count() as u64;
        prop_assert_eq!(tally.lines, lines.len() as u64);
        prop_assert_eq!(tally.bytes, log.len() as u64);
        prop_assert_eq!(tally.matched[6], count(&|line| holds(line, "cache miss", false)));
        prop_assert_eq!(
            tally.matched[4],
            count(&|line| holds(line, "abcabc", true) || holds(line, "bcA", true) || holds(line, "zz", true))
        );
        prop_assert_eq!(tally.matched[5], count(&|line| holds(line, "cAbC", false)));
        // The context of a text does not depend on where a block ends either.
        let whole = scan(&log, &[usize::MAX], log.len() + 1, &mine);
        prop_assert_eq!(&tally.matched, &whole.matched);
        prop_assert_eq!(&tally.untimed, &whole.untimed);
        prop_assert_eq!(tally.buckets(10), whole.buckets(10));
        // A line has its own time, or that of the nearest of 32 lines above that has one.
        let untimed = lines.iter().enumerate().filter(|(at, line)| {
            let above = &lines[at.saturating_sub(32)..=*at];
            holds(line, "cache miss", false) && !above.iter().any(|line| of_line(line, &ZONE).is_some())
        });
        prop_assert_eq!(tally.untimed[6], untimed.count() as u64);
    }

    #[test]
    fn any_bytes_are_survived(log in prop::collection::vec(any::<u8>(), 0..20_000), read in 1_usize..3_000) {
        let tally = scan(&log, &[read], SMALL, &[]);
        prop_assert_eq!(tally.lines, lines(&log).len() as u64);
    }
}
