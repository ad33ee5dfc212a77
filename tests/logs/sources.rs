//! Files that are rotated, compressed, missing or endless, and pipes; through the probe, as `detect` uses it.

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use stampede::clock;
use stampede::config::{LogPattern, LogTarget};
use stampede::diagnosis::{self, Level};
use stampede::observation::{Metric, Reading};
use stampede::probe::{self, Cell, Look, Part, TargetReport};
use stampede::system::logs::readable_defaults;

fn look(since: Option<Duration>, timeout: Duration) -> Look {
    Look {
        parts: vec![Part::Logs],
        window: Duration::ZERO,
        timeout,
        samples: 0,
        since,
        say: Arc::new(|_| {}),
        seen: None,
    }
}

async fn measure_with(paths: &[String], look: &Look) -> TargetReport {
    let spec = LogTarget { paths: paths.to_vec(), patterns: Vec::new(), pods: None };
    probe::logs::open("logs", &spec).measure(look).await
}

async fn measure(paths: &[String]) -> TargetReport {
    measure_with(paths, &look(None, Duration::from_secs(30))).await
}

fn reading(report: &TargetReport, metric: Metric) -> &Reading {
    &report.observations.iter().find(|observation| observation.metric == metric).unwrap().value
}

fn row<'a>(report: &'a TargetReport, source: &str) -> &'a [Cell] {
    let listing = report.listings.iter().find(|listing| listing.title == "log sources").unwrap();
    listing.rows.iter().find(|row| row[0].to_string().contains(source)).unwrap()
}

fn path(dir: &tempfile::TempDir, name: &str, content: &[u8]) -> String {
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().into()
}

/// One line each second, ending `ago` seconds ago; `text` on each.
fn timed(seconds: i64, ago: i64, text: &str) -> String {
    let end = clock::now().as_second() - ago;
    (0..seconds)
        .map(|at| format!("{} {text}\n", jiff::Timestamp::from_second(end - seconds + 1 + at).unwrap()))
        .collect()
}

#[tokio::test]
async fn lines_are_counted_per_second_of_log_time_and_per_source() {
    let dir = tempfile::tempdir().unwrap();
    let one = path(&dir, "one.log", timed(61, 0, "cache miss").as_bytes());
    path(&dir, "two.log", timed(31, 30, "ERROR 1040 (HY000): Too many connections").as_bytes());
    let glob = dir.path().join("*.log").to_str().unwrap().to_owned();
    fs::create_dir(dir.path().join("directory.log")).unwrap();
    let report = measure(&[one, glob]).await;
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), Reading::Known(61.0 / 60.0));
    assert_eq!(*reading(&report, Metric::LogsDatabaseFull), Reading::Known(31.0 / 60.0));
    assert_eq!(*reading(&report, Metric::LogsCacheFull), Reading::Known(0.0));
    assert_eq!(*reading(&report, Metric::LogsLines), Reading::Known(92.0));
    assert_eq!(row(&report, "one.log")[1..6], ["61", "61", "0", "0", "0"]);
    assert_eq!(row(&report, "two.log")[1..6], ["31", "?", "0", "31", "0"]);
    assert_eq!(report.listings[0].rows.len(), 2);
    assert_eq!(report.listings[1].title, "log lines per 10 s");
    assert!(report.notes.is_empty() && report.error.is_none(), "{:?}", report.notes);
}

#[tokio::test]
async fn without_times_there_is_a_count_but_no_rate() {
    let dir = tempfile::tempdir().unwrap();
    let report = measure(&[path(&dir, "plain.log", b"cache miss\r\n\0\xff\ncache miss")]).await;
    assert_eq!(
        *reading(&report, Metric::LogsCacheMiss),
        Reading::Unknown("2 cache miss lines, but no line has a time that can be read".into())
    );
    assert_eq!(row(&report, "plain")[1..3], ["3", "2"]);
    assert_eq!(report.listings[1].rows[0][..2], ["no time", "2"]);
}

#[tokio::test]
async fn errors_without_a_time_are_not_none_beside_lines_that_have_one() {
    let dir = tempfile::tempdir().unwrap();
    let plain = path(&dir, "plain.log", "ERROR 1040: Too many connections\n".repeat(1_000).as_bytes());
    let timed = path(&dir, "timed.log", timed(61, 0, "cache hit").as_bytes());
    let report = measure(&[plain, timed]).await;
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), Reading::Known(0.0));
    let why = "1000 such lines, none with a time that can be read";
    assert_eq!(*reading(&report, Metric::LogsDatabaseFull), Reading::Unknown(why.into()));
    assert_eq!(diagnosis::part::logs(&report.observations).level, Level::Unknown);
}

#[tokio::test]
async fn a_log_that_does_not_speak_of_lookups_is_not_one_without_misses() {
    let dir = tempfile::tempdir().unwrap();
    let log = timed(61, 0, "lookup of user:1 came back empty");
    let paths = [path(&dir, "odd.log", log.as_bytes())];
    let report = measure(&paths).await;
    let Reading::Unknown(why) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!(why.contains("set patterns.cache_miss"), "{why}");
    assert_eq!(*reading(&report, Metric::LogsDatabaseFull), Reading::Known(0.0));
    assert_eq!(row(&report, "odd")[1..3], ["61", "?"]);

    // Who says what a miss is knows what none is.
    let any_of = vec!["came back full".into()];
    let own = LogPattern { name: "cache_miss".into(), any_of, ignore_case: false };
    let spec = LogTarget { paths: paths.to_vec(), patterns: vec![own], pods: None };
    let report = probe::logs::open("logs", &spec).measure(&look(None, Duration::from_secs(30))).await;
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), Reading::Known(0.0));
}

#[tokio::test]
async fn only_young_lines_count_when_asked_and_a_dead_log_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let live = [path(&dir, "live.log", timed(600, 0, "cache miss").as_bytes())];
    let two_minutes = look(Some(Duration::from_secs(120)), Duration::from_secs(30));
    let report = measure_with(&live, &two_minutes).await;
    let Reading::Known(rate) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!((0.9..1.1).contains(rate), "{rate}");
    assert_eq!(row(&report, "live")[1], "600");

    let dead = [path(&dir, "dead.log", timed(600, 7_200, "cache miss").as_bytes())];
    let report = measure_with(&dead, &two_minutes).await;
    let Reading::Unknown(why) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!(why.contains("the last line is 2 h"), "{why}");
    assert_eq!(row(&report, "dead")[2], "0");
}

/// Nobody asked for young lines only: none in a log that has said nothing since yesterday is not none now.
#[tokio::test]
async fn a_log_that_has_been_silent_for_long_says_nothing_of_now() {
    let dir = tempfile::tempdir().unwrap();
    let day = 86_400;
    let fine = path(&dir, "fine.log", timed(60, day, "cache hit user:1").as_bytes());
    let bad = path(&dir, "bad.log", timed(60, day, "cache miss user:1").as_bytes());
    let young = path(&dir, "young.log", timed(60, 60, "cache hit user:1").as_bytes());
    for metric in [Metric::LogsCacheMiss, Metric::LogsCacheFull] {
        let report = measure(std::slice::from_ref(&fine)).await;
        assert_eq!(
            *reading(&report, metric),
            Reading::Unknown("none in it, but its last line is 1 d old".into())
        );
        assert_eq!(*reading(&measure(std::slice::from_ref(&young)).await, metric), Reading::Known(0.0));
    }
    // What it does say is counted, and is no rate of now.
    let report = measure(&[bad]).await;
    let said = Reading::Unknown("60 lines in it, but its last line is 1 d old".into());
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), said);
    assert_eq!(row(&report, "bad")[2], "60");
    // One that is written beside it is enough.
    assert_eq!(*reading(&measure(&[fine, young]).await, Metric::LogsCacheFull), Reading::Known(0.0));
}

#[tokio::test]
async fn a_big_log_is_read_from_where_it_is_young_enough_and_counts_the_same_in_parts() {
    let dir = tempfile::tempdir().unwrap();
    let filler = "x".repeat(8_000);
    // 72 MB: three parts, and a search for the first young line.
    let log = timed(9_000, 0, &format!("{filler} cache miss"));
    let path = [path(&dir, "big.log", log.as_bytes())];
    let all = measure(&path).await;
    assert_eq!(*reading(&all, Metric::LogsLines), Reading::Known(9_000.0));
    assert_eq!(row(&all, "big")[2], "9000");
    let young = measure_with(&path, &look(Some(Duration::from_secs(1_000)), Duration::from_secs(30))).await;
    let Reading::Known(lines) = reading(&young, Metric::LogsLines) else { panic!("{young:?}") };
    assert!((1_000.0..2_000.0).contains(lines), "{lines}");
    let Reading::Known(rate) = reading(&young, Metric::LogsCacheMiss) else { panic!("{young:?}") };
    assert!((0.95..1.05).contains(rate), "{rate}");
}

#[tokio::test]
async fn parts_without_a_line_start_are_left_to_the_line_that_runs_through_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = timed(1, 10, "cache miss").into_bytes();
    log.resize(100 << 20, b'x');
    log.extend_from_slice(b" Too many connections\n");
    log.extend_from_slice(timed(1, 0, "cache miss").as_bytes());
    let report = measure(&[path(&dir, "long.log", &log)]).await;
    assert_eq!(row(&report, "long")[1..5], ["3", "2", "0", "1"]);
}

#[tokio::test]
async fn a_part_that_begins_with_a_line_has_that_line() {
    let dir = tempfile::tempdir().unwrap();
    // Lines of 64 bytes: every part ends with the end of a line. Its neighbours hold the text.
    let mut log = format!("{}\n", "x".repeat(63)).repeat((34 << 20) / 64).into_bytes();
    for at in [0, (2 << 20) - 64, 2 << 20, (32 << 20) - 64, 32 << 20] {
        log[at..at + 11].copy_from_slice(b"cache miss ");
    }
    let report = measure(&[path(&dir, "even.log", &log)]).await;
    assert_eq!(*reading(&report, Metric::LogsLines), Reading::Known(((34 << 20) / 64) as f64));
    assert_eq!(row(&report, "even")[2], "5");
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let good = path(&dir, "good.log", timed(11, 0, "cache miss").as_bytes());
    let packed = path(&dir, "app.log.1.xz", &[0xfd, b'7', b'z', b'X', b'Z', 0]);
    let missing = dir.path().join("gone.log").to_str().unwrap().to_owned();
    let folder = dir.path().to_str().unwrap().to_owned();
    let hostile = path(&dir, "a\x1b[31m.log", b"");
    let glob = dir.path().join("nothing-*").to_str().unwrap().to_owned();
    let report = measure(&[good, packed, missing, folder, hostile, glob, "/dev/null".into()]).await;
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), Reading::Known(1.1));
    let notes = report.notes.join("\n");
    for words in
        ["compressed (xz)", "gone.log: no such file", "is a directory", "no file matches", "a device"]
    {
        assert!(notes.contains(words), "{words} in {notes}");
    }
    assert!(row(&report, "a\\x1b[31m.log").len() > 2);
    assert_eq!(row(&report, "gone.log")[1], "?");
    assert!(report.error.is_none());
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

#[tokio::test]
async fn rotated_logs_that_are_compressed_count_beside_the_one_that_is_written() {
    let dir = tempfile::tempdir().unwrap();
    path(&dir, "app.log", timed(60, 0, "cache hit").as_bytes());
    // Two streams in one file, as `cat a.gz b.gz` makes them.
    let older = timed(30, 90, "cache miss");
    let newer = timed(30, 60, "cache miss");
    path(&dir, "app.log.1.gz", &[gzip(&older), gzip(&newer)].concat());
    path(
        &dir,
        "app.log.2.zst",
        &[zstd(&timed(30, 150, "cache miss")), zstd(&timed(30, 120, "cache miss"))].concat(),
    );
    let glob = dir.path().join("app.log*").to_str().unwrap().to_owned();
    let report = measure(std::slice::from_ref(&glob)).await;
    assert_eq!(row(&report, "1.gz")[1..3], ["60", "60"]);
    assert_eq!(row(&report, "2.zst")[1..3], ["60", "60"]);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    let Reading::Known(rate) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!((0.6..0.7).contains(rate), "{rate}");
    let report = measure_with(&[glob], &look(Some(Duration::from_secs(100)), Duration::from_secs(30))).await;
    let Reading::Known(rate) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!((0.35..0.45).contains(rate), "{rate}");
}

/// Nothing is written to it any more: what it holds is counted, and is not what happens now.
#[tokio::test]
async fn a_compressed_log_alone_says_nothing_of_now() {
    let dir = tempfile::tempdir().unwrap();
    let packed = [path(&dir, "app.log.1.gz", &gzip(&timed(60, 10, "cache miss")))];
    let report = measure(&packed).await;
    let Reading::Unknown(why) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!(why.starts_with("60 cache miss lines, but a compressed log"), "{why}");
    assert_eq!(row(&report, "1.gz")[1..3], ["60", "60"]);
    let minutes = look(Some(Duration::from_secs(120)), Duration::from_secs(30));
    let report = measure_with(&packed, &minutes).await;
    let Reading::Known(rate) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!((0.8..0.9).contains(rate), "{rate}");
    assert!(matches!(reading(&report, Metric::LogsDatabaseFull), Reading::Unknown(_)));

    let old = fs::File::options().write(true).open(&packed[0]).unwrap();
    old.set_modified(std::time::UNIX_EPOCH).unwrap();
    let report = measure_with(&packed, &minutes).await;
    let Reading::Unknown(why) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert!(why.contains("older"), "{why}");
}

#[tokio::test]
async fn a_copy_and_a_half_written_archive_are_not_counted_as_whole_logs() {
    let dir = tempfile::tempdir().unwrap();
    let log = timed(60, 0, "cache hit");
    let plain = path(&dir, "app.log", log.as_bytes());
    let copy = path(&dir, "app.log.gz", &gzip(&log));
    let written = fs::metadata(&plain).unwrap().modified().unwrap();
    fs::File::options().write(true).open(&copy).unwrap().set_modified(written).unwrap();
    let report = measure(&[plain.clone(), copy]).await;
    assert_eq!(*reading(&report, Metric::LogsLines), Reading::Known(60.0));
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), Reading::Known(0.0));
    assert!(report.notes[0].contains("holds the same lines"), "{:?}", report.notes);

    let half = gzip(&log);
    let half = path(&dir, "app.log.1.gz", &half[..half.len() / 2]);
    let report = measure(&[plain, half]).await;
    let Reading::Unknown(why) = reading(&report, Metric::LogsCacheMiss) else { panic!("{report:?}") };
    assert_eq!(why, "1 of 2 logs could not be read completely");
}

#[tokio::test]
async fn nothing_readable_is_an_error_and_unknown_not_zero() {
    let report = measure(&["/nowhere/app.log".into()]).await;
    assert!(report.observations.iter().all(|observation| observation.value().is_none()));
    assert!(report.error.unwrap().message.contains("/nowhere/app.log"));
}

#[tokio::test]
async fn a_pipe_is_counted_to_its_end_and_so_far_when_it_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let log = timed(21, 0, "cache miss");
    let name = [fifo.to_str().unwrap().to_owned()];
    let (wrote, writer) = {
        let (fifo, log) = (fifo.clone(), log.clone());
        let (write, wrote) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let mut pipe = fs::OpenOptions::new().write(true).open(fifo).unwrap();
            pipe.write_all(log.as_bytes()).unwrap();
            write.send(pipe).unwrap();
        });
        (wrote, thread)
    };
    let spec = LogTarget { paths: name.to_vec(), patterns: Vec::new(), pods: None };
    let mut probe = probe::logs::open("logs", &spec);
    // The writer holds the pipe open: there is no end to wait for.
    let report = probe.measure(&look(None, Duration::from_secs(2))).await;
    assert_eq!(row(&report, "pipe")[2], "21");
    assert!(report.notes.join("\n").contains("so far"), "{:?}", report.notes);
    drop(wrote.await.unwrap());
    let report = probe.measure(&look(None, Duration::from_secs(30))).await;
    assert_eq!(*reading(&report, Metric::LogsCacheMiss), Reading::Known(21.0 / 20.0));
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    writer.join().unwrap();
}

#[tokio::test]
async fn a_pipe_that_nobody_writes_to_does_not_hold_us_up() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("pipe").to_str().unwrap().to_owned();
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let report = measure_with(&[fifo], &look(None, Duration::from_millis(300))).await;
    assert!(report.notes.join("\n").contains("nothing came"), "{:?}", report.notes);
    assert_eq!(reading(&report, Metric::LogsCacheMiss), &Reading::Unknown("no line was read".into()));
}

#[test]
fn default_logs_are_only_those_that_can_be_read_here() {
    let dir = tempfile::tempdir().unwrap();
    let log = path(&dir, "error.log", b"");
    assert_eq!(readable_defaults(Some(&log), Some("")), [std::path::PathBuf::from(&log)]);
    assert!(readable_defaults(Some("stderr"), Some("/nowhere/redis.log")).is_empty());
    assert!(readable_defaults(Some(dir.path().to_str().unwrap()), None).is_empty());
}
