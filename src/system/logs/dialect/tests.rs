//! The spellings, one by one.

use crate::system::logs::Patterns;

/// Which of the built-in patterns a line counts for, as bits, and whether it tells how a lookup went.
fn read(line: &str) -> (u64, bool) {
    let patterns = Patterns::compile(&[]).expect("the built-in patterns compile");
    let (block, mut found, mut at) = (line.as_bytes(), 0, 0);
    while let Some((start, more)) = patterns.next(block, at..block.len()) {
        found |= more;
        at = start + 1;
    }
    // A miss tells it too.
    (found, found & 1 != 0 || patterns.tells_lookups(block, 0..block.len()))
}

const REQUEST: &str = r#"192.0.2.1 - - [02/Jan/2024:15:04:05 +0000] "GET /p HTTP/1.1" 200 1653"#;

#[test]
fn a_miss_counts_in_every_spelling_of_a_proxy_a_framework_or_a_client() {
    let escape = '\u{1b}';
    for line in [
        "cache miss for user:1",
        "Cache Miss",
        "CACHE MISS",
        "cacheMiss key=1",
        "CacheMissed: users.1",
        "cache missed for users.1",
        "cached value missed: cache miss",
        "event=cache.miss key=k",
        "cache:miss key=k",
        "cache::miss",
        "cache=MISS",
        "cache => miss",
        "cache -> MISS",
        "[Cache] miss user:1",
        "CACHE_MISS key=k",
        "cache_misses_total 9",
        "cache_misses_total{cache=\"users\"} 9",
        "cache_misses=3",
        "3 cache misses",
        "redis miss, asking the database",
        "memcache: cache miss",
        "level=info cache_status=MISS path=/p",
        r#"{"msg":"lookup","cache":"miss"}"#,
        r#"{"msg": "lookup", "cache": "miss"}"#,
        r#"{'msg': 'lookup', 'cache': 'miss'}"#,
        r#"{"log":"{\"cache\":\"miss\"}\n","stream":"stdout"}"#,
        r#"{"cache_result": "miss"}"#,
        r#"{"cacheStatus":"MISS"}"#,
        r#"{"CacheCacheStatus":"miss"}"#,
        r#"{"component":"cache","result":"miss"}"#,
        r#"{"cache_miss": true}"#,
        r#"{"cache_hit": false}"#,
        r#"{"cache_hit":false,"key":"k"}"#,
        r#"{"log":"{\"cache_hit\":false}\n"}"#,
        r#"{'cache_hit': False}"#,
        r#"{"cacheHit":false}"#,
        r#"{"cache":"users","hit":false}"#,
        "cache_hit=false key=k",
        "cache_hit:false",
        "cache.hit=false",
        "res.cache_hit=0",
        "CACHE_HIT=0",
        "cache_read.active_support key=user/1 hit: false",
        "upstream_cache_status=MISS",
        r#"{"upstream_cache_status": "MISS", "status": 200}"#,
        "GET /p X-Cache: MISS",
        "X-Cache: Miss from cloudfront",
        "X-Cache-Status: MISS",
        "X-Cache-Lookup: MISS from proxy:3128",
        "CF-Cache-Status: MISS",
        "X-Cache: MISS, MISS",
        "Cache-Status: ExampleCache; fwd=miss; stored",
        "Cache-Status: ExampleCache; fwd=uri-miss",
        "-   VCL_call       MISS",
        "1704207845.123    120 192.0.2.1 TCP_MISS/200 512 GET http://x/ - HIER_DIRECT/192.0.2.2 text/html",
        "1704207845.123    120 192.0.2.1 TCP_REFRESH_MISS/200 512 GET http://x/ - -",
        "x TCP_MISS:HIER_DIRECT",
        "D, [2024-01-02T15:04:05.123456 #1] DEBUG -- : Cache read: user/1 (miss)",
        "Cache read: user/1 ({miss, expires_in: 60})",
        "Cache generate: user/1",
        "Cache miss for key 'users::1' in cache(s) [users]",
        "No cache entry for key 'users::1' in cache(s) [users]",
        "user:1 not found in cache",
        "Query results were not found in cache",
        "get user:1: redis: nil",
        "> NOT FOUND user:1",
        "[cache] Lock acquired, now computing item \"users.1\"",
        "Cache lookup for key x: miss",
        "cache GET k -> MISS",
        "app.cache.DEBUG: user:1 MISS",
        &format!("{escape}[36mcache{escape}[0m={escape}[31mMISS{escape}[0m key=k"),
        &format!("{escape}[33mcache miss{escape}[0m"),
        &format!(r#"{REQUEST} "-" "UA" "MISS""#),
        &format!(r#"{REQUEST} "-" "UA" miss"#),
        &format!("{REQUEST} MISS 0.003"),
        &format!("{REQUEST} [MISS]"),
        &format!(r#"{REQUEST} "-" "{}" "MISS""#, "U".repeat(600)),
        r#"0/0/1/2/3 200 512 - - ---- 1/1/0/0/0 0/0 {MISS} "GET /p HTTP/1.1""#,
        "2024-01-02\t15:04:05\tLHR1\t9\t192.0.2.1\tGET\tx.cloudfront.net\t/p\t200\t-\tUA\t-\t-\tMiss\tid\tx\thttps\t9\t0.1\t-\tTLSv1.3\tc\tMiss\tHTTP/2.0",
    ] {
        assert_eq!(read(line), (1, true), "{line}");
    }
}

#[test]
fn what_is_no_miss_does_not_count_and_shows_that_one_would_be_told() {
    for line in [
        "cache hit for user:1",
        "cacheHit key=1",
        "[Cache] hit user:1",
        "event=cache.hit",
        r#"{"cache": "hit"}"#,
        r#"{"cache_hit": true}"#,
        r#"{"cache_miss": false}"#,
        "cache_miss=0",
        r#"{"cache_misses":0,"cache_hits":12}"#,
        r#"{"cache":"users","hit":true}"#,
        "cache misses: 0",
        "cache_misses_total 0",
        "cache miss rate: 0.00%",
        "0 cache misses",
        "no cache miss",
        "No cache misses in this run",
        "answered without a cache miss",
        "X-Cache: HIT",
        "X-Cache: Hit from cloudfront",
        "X-Cache: MISS, HIT",
        "upstream_cache_status=BYPASS",
        r#"{"upstream_cache_status": "EXPIRED"}"#,
        r#"{"upstream_cache_status": "STALE"}"#,
        "X-Cache-Status: UPDATING",
        "-   VCL_call       HIT",
        "1704207845.123 0 192.0.2.1 TCP_HIT/200 512 GET http://x/ - HIER_NONE/- text/html",
        "Cache read: user/1 (hit)",
        "Cache entry for key 'users::1' found in cache 'users'",
        &format!(r#"{REQUEST} "-" "UA" "HIT""#),
        &format!(r#"{REQUEST} "-" "UA" hit"#),
    ] {
        assert_eq!(read(line), (0, true), "{line}");
    }
}

#[test]
fn what_says_nothing_of_a_lookup_is_not_taken_for_it() {
    for line in [
        "cache missing",
        "cache: missing key",
        "misses=0",
        "misses=12",
        "cache permission denied, dismissed, Mississippi",
        "cache submission",
        "the cache is warm. Miss Smith logged in",
        "a near miss",
        r#"{"salutation":"MISS"}"#,
        "cache_miss_ttl=60 cache_hit_ratio=0.97",
        "white architecture",
        "DB_PASS=*** TESTS PASS",
        &format!("{REQUEST} 0.003"),
        r#"192.0.2.1 - - [02/Jan/2024:15:04:05 +0000] "GET /docs/cache-miss HTTP/1.1" 200 1653"#,
        r#"192.0.2.1 - - [02/Jan/2024:15:04:05 +0000] "GET /?q=MISS HTTP/1.1" 200 1653"#,
    ] {
        assert_eq!(read(line).0, 0, "{line}");
    }
    for line in ["cache_hit_ratio=0.97", "white architecture", "request served", "TESTS PASS"] {
        assert!(!read(line).1, "{line}");
    }
}

#[test]
fn a_setting_or_a_counter_at_nought_is_no_exhausted_limit() {
    for (line, found) in [
        ("max_user_connections = 0", 0),
        ("| max_user_connections | 151 |", 0),
        ("SET GLOBAL max_user_connections=50", 0),
        ("User 'app' has exceeded the 'max_user_connections' resource (current value: 10)", 4),
        ("User app already has more than 'max_user_connections' active connections", 4),
        ("too_many_connections=0", 0),
        (r#"{"too_many_connections":0}"#, 0),
        ("too_many_connections_errors 0", 0),
        ("too_many_connections_threshold: 100", 0),
        ("too_many_connections_errors 3", 4),
        ("Too many connections: 0 so far", 0),
        ("ERROR 1040 (HY000): Too many connections", 4),
        ("redis connection pool timeout: 30s", 0),
        ("redis connection pool timeout=5000", 0),
        ("redis: connection pool timeout", 2),
        ("redis: connection pool timeout: dial tcp", 2),
    ] {
        assert_eq!(read(line).0, found, "{line}");
    }
}
