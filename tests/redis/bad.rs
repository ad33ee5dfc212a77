//! Each way in which a Redis target can be bad gives its own clear line.

use stampede::config::{Address, RedisTarget};
use stampede::error::TargetErrorKind;
use stampede::lab::Lab;
use stampede::observation::Metric;
use stampede::probe::{Part, TargetReport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{client, known, look, measure, probe, send, spec, value, why, with_user};

#[track_caller]
fn failed(report: &TargetReport, kind: TargetErrorKind, words: &str) {
    let error = report.error.as_ref().unwrap_or_else(|| panic!("no error: {report:#?}"));
    assert_eq!(error.kind, kind, "{error:?}");
    assert!(error.message.contains(words), "{error:?}");
    assert!(error.hint.is_some(), "{error:?}");
    assert_eq!(value(report, Metric::CacheHitRatio), None);
    assert_eq!(value(report, Metric::CacheCliffShare), None);
    assert_eq!(value(report, Metric::CacheHotKeyShare), None);
}

async fn seen(spec: RedisTarget) -> TargetReport {
    measure(spec, &[Part::Cache, Part::Ttl, Part::Hotkeys], 200).await
}

#[tokio::test]
async fn nobody_there_is_down_and_an_unknown_host_is_unknown() {
    let report = seen(spec(&[1])).await;
    failed(&report, TargetErrorKind::Refused, "nothing listens on 127.0.0.1:1");
    assert_eq!(known(&report, Metric::CacheUp), 0.0);
    let addresses = vec![Address::Tcp("no-such-host.invalid".into(), 6379)];
    let report = seen(RedisTarget { addresses, ..RedisTarget::default() }).await;
    failed(&report, TargetErrorKind::Unreachable, "no-such-host.invalid");
    assert_eq!(value(&report, Metric::CacheUp), None);
}

#[tokio::test]
async fn passwords_and_rights_are_told_apart() {
    let lab = Lab::new().expect("a lab");
    let rules = [
        "default off",
        "ops on >ops-pass ~* &* +@all",
        "blind on >blind-pass ~* &* +ping",
        "half on >half-pass ~* &* +ping +info",
    ];
    let redis = lab.redis_with_acl(&rules, &[]).await.expect("redis");
    failed(
        &seen(with_user(&[redis.port()], "ops", "wrong")).await,
        TargetErrorKind::Authentication,
        "refuses the password of user ops",
    );
    failed(&seen(spec(&[redis.port()])).await, TargetErrorKind::Authentication, "wants a password");
    let blind = seen(with_user(&[redis.port()], "blind", "blind-pass")).await;
    failed(&blind, TargetErrorKind::Permission, "does not permit user blind");
    assert_eq!(known(&blind, Metric::CacheUp), 1.0);
    assert!(
        blind.error.expect("checked").hint.expect("checked").starts_with("ACL SETUSER blind +ping +info")
    );
    // With INFO but without the sampling commands the rest is still measured.
    let mut load = client(&format!("redis://ops:ops-pass@127.0.0.1:{}", redis.port())).await;
    ::redis::cmd("SET").arg("k").arg("v").query_async::<()>(&mut load).await.expect("set");
    let half = seen(with_user(&[redis.port()], "half", "half-pass")).await;
    assert!(half.error.is_none(), "{:?}", half.error);
    assert_eq!(known(&half, Metric::CacheKeys), 1.0);
    assert!(why(&half, Metric::CacheCliffShare).contains("NOPERM"), "{half:#?}");
    let ops = seen(with_user(&[redis.port()], "ops", "ops-pass")).await;
    assert!(ops.error.is_none());
}

#[tokio::test]
async fn a_password_that_is_not_needed_is_no_obstacle() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let spec = RedisTarget { user: None, ..with_user(&[redis.port()], "", "not-needed") };
    let report = seen(spec).await;
    assert_eq!(known(&report, Metric::CacheUp), 1.0);
    super::noted(&report, "asks for no password");
    assert!(!format!("{report:?}").contains("not-needed"));
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_given_up_in_time() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let mut kept = probe(spec(&[redis.port()]));
    let (mut look, _) = look(&[Part::Cache, Part::Ttl, Part::Hotkeys], 0);
    look.timeout = std::time::Duration::from_millis(1_000);
    assert_eq!(known(&kept.measure(&look).await, Metric::CacheUp), 1.0);
    redis.pause();
    let fresh = tokio::time::timeout(look.timeout * 4, probe(spec(&[redis.port()])).measure(&look)).await;
    let held = tokio::time::timeout(look.timeout * 4, kept.measure(&look)).await;
    redis.resume();
    for report in [fresh.expect("in time"), held.expect("in time")] {
        failed(&report, TargetErrorKind::Timeout, "accepted the connection and did not answer within");
        assert_eq!(value(&report, Metric::CacheUp), None, "silence may be slowness");
    }
    let again = kept.measure(&look).await;
    assert_eq!(known(&again, Metric::CacheUp), 1.0);
}

#[tokio::test]
async fn a_running_script_is_named() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--busy-reply-threshold", "50"]).await.expect("redis");
    let mut load = client(&redis.url()).await;
    let mut killer = client(&redis.url()).await;
    let script = tokio::spawn(async move {
        ::redis::cmd("EVAL").arg("while true do end").arg(0).query_async::<()>(&mut load).await
    });
    // The server answers BUSY once the threshold has passed.
    while ::redis::cmd("PING").query_async::<String>(&mut killer).await.is_ok() {}
    let report = seen(spec(&[redis.port()])).await;
    ::redis::cmd("SCRIPT").arg("KILL").query_async::<()>(&mut killer).await.expect("killed");
    assert!(script.await.expect("joined").is_err());
    failed(&report, TargetErrorKind::Busy, "held up by a running script");
    assert_eq!(known(&report, Metric::CacheUp), 0.0);
}

#[tokio::test]
async fn a_loading_server_shows_its_progress() {
    let lab = Lab::new().expect("a lab");
    // A key takes 3 ms to load: 3 s for all, while INFO is answered every 0.1 s or so.
    let redis = lab.redis(&["--enable-debug-command", "yes"]).await.expect("redis");
    send::<()>(&redis.url(), &["DEBUG", "POPULATE", "20000"]).await;
    send::<()>(
        &redis.url(),
        &["CONFIG", "SET", "key-load-delay", "150", "loading-process-events-interval-bytes", "1024"],
    )
    .await;
    let mut load = client(&redis.url()).await;
    let reload =
        tokio::spawn(async move { ::redis::cmd("DEBUG").arg("RELOAD").query_async::<()>(&mut load).await });
    let patience = stampede::clock::instant() + crate::support::PATIENCE;
    let report = loop {
        let report = seen(spec(&[redis.port()])).await;
        if report.error.is_some() || stampede::clock::instant() > patience {
            break report;
        }
    };
    redis.kill().await;
    _ = reload.await;
    let error = report.error.as_ref().expect("loading");
    assert_eq!(error.kind, TargetErrorKind::Loading, "{error:?}");
    assert!(error.message.contains("% done"), "{error}");
    assert_eq!(known(&report, Metric::CacheUp), 0.0);
    assert!(known(&report, Metric::CacheClients) >= 1.0, "what is known is still told");
}

/// Somebody else's server: says `greeting` on connect, or `answer` once it was spoken to, and hangs up.
async fn stranger(greeting: &'static [u8], answer: &'static [u8]) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            _ = stream.write_all(greeting).await;
            let mut heard = [0; 1024];
            _ = stream.read(&mut heard).await;
            _ = stream.write_all(answer).await;
        }
    });
    port
}

#[tokio::test]
async fn strangers_are_named() {
    for (greeting, answer, words) in [
        (&b""[..], &b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n"[..], "an HTTP server answers"),
        (b"\x4a\x00\x00\x00\x0a10.11.19-MariaDB\x00\x1b[2J", b"", "a MySQL or MariaDB answers"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", b"", "an SSH server answers"),
        (b"\x1b[31mhello\r\n", b"", "something that is not a Redis answers"),
    ] {
        let report = seen(spec(&[stranger(greeting, answer).await])).await;
        failed(&report, TargetErrorKind::Protocol, words);
        assert_eq!(value(&report, Metric::CacheUp), None);
        assert!(!report.error.expect("checked").message.contains('\x1b'));
    }
    let mute = stranger(b"", b"").await;
    let report = seen(spec(&[mute])).await;
    failed(&report, TargetErrorKind::Unreachable, "closed the connection without a word");
}
