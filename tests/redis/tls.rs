//! TLS and ACL users.

use stampede::config::{RedisTarget, Tls};
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, RedisServer};
use stampede::observation::Metric;
use stampede::probe::{Part, TargetReport};
use tokio::net::TcpStream;

use super::{known, look, noted, probe, spec, value, with_user};
use crate::support::certs::Certs;

async fn server(lab: &Lab, certs: &Certs, more: &[&str]) -> RedisServer {
    let (cert, key, ca) = (certs.text("server.pem"), certs.text("server.key"), certs.text("ca.pem"));
    let mut args = vec!["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
    args.extend(more);
    lab.redis_tls(&args).await.expect("redis with TLS")
}

async fn seen(spec: RedisTarget, tls: Option<Tls>) -> TargetReport {
    let (mut look, _) = look(&[Part::Cache], 0);
    look.timeout = std::time::Duration::from_secs(2);
    probe(RedisTarget { tls, ..spec }).measure(&look).await
}

fn trust(certs: &Certs) -> Tls {
    Tls { ca: Some(certs.path("ca.pem")), ..Tls::default() }
}

#[track_caller]
fn refused(report: &TargetReport, kind: TargetErrorKind, words: &str) {
    let error = report.error.as_ref().unwrap_or_else(|| panic!("no error: {report:#?}"));
    assert_eq!(error.kind, kind, "{error:?}");
    assert!(error.message.contains(words), "{error:?}");
    assert_eq!(value(report, Metric::CacheUp), None, "our certificates say nothing about the cache");
}

#[tokio::test]
async fn certificates_are_verified_unless_told_otherwise() {
    let lab = Lab::new().expect("a lab");
    let (certs, others) = (Certs::new(), Certs::new());
    let rules = ["--user", "ops", "on", ">ops-pass", "~*", "&*", "+@all", "--tls-auth-clients", "no"];
    let redis = server(&lab, &certs, &rules).await;
    let target = || with_user(&[redis.port()], "ops", "ops-pass");
    assert_eq!(known(&seen(target(), Some(trust(&certs))).await, Metric::CacheUp), 1.0);
    refused(&seen(target(), Some(trust(&others))).await, TargetErrorKind::Tls, "invalid peer certificate");
    let named = |name: &str| Tls { server_name: Some(name.into()), ..trust(&certs) };
    assert_eq!(known(&seen(target(), Some(named("localhost"))).await, Metric::CacheUp), 1.0);
    refused(
        &seen(target(), Some(named("elsewhere.example"))).await,
        TargetErrorKind::Tls,
        "not valid for name",
    );
    let insecure = seen(target(), Some(Tls { insecure: true, ..Tls::default() })).await;
    assert_eq!(known(&insecure, Metric::CacheUp), 1.0);
    noted(&insecure, "not verified");
    let absent = Tls { ca: Some(certs.path("absent.pem")), ..Tls::default() };
    refused(&seen(target(), Some(absent)).await, TargetErrorKind::Tls, "absent.pem");
}

#[tokio::test]
async fn a_client_certificate_is_shown_when_asked_for() {
    let lab = Lab::new().expect("a lab");
    let certs = Certs::new();
    let redis = server(&lab, &certs, &[]).await;
    let with =
        Tls { cert: Some(certs.path("client.pem")), key: Some(certs.path("client.key")), ..trust(&certs) };
    assert_eq!(known(&seen(spec(&[redis.port()]), Some(with)).await, Metric::CacheUp), 1.0);
    let without = seen(spec(&[redis.port()]), Some(trust(&certs))).await;
    refused(&without, TargetErrorKind::Tls, "CertificateRequired");
}

#[tokio::test]
async fn tls_and_plain_text_on_the_wrong_port_are_told() {
    let lab = Lab::new().expect("a lab");
    let certs = Certs::new();
    let encrypted = server(&lab, &certs, &["--tls-auth-clients", "no"]).await;
    let plain = lab.redis(&[]).await.expect("redis");
    refused(&seen(spec(&[encrypted.port()]), None).await, TargetErrorKind::Tls, "speaks TLS");
    refused(
        &seen(spec(&[plain.port()]), Some(trust(&certs))).await,
        TargetErrorKind::Tls,
        "speaks plain text",
    );
}

#[tokio::test]
async fn a_full_server_under_tls_is_only_probably_full() {
    let lab = Lab::new().expect("a lab");
    let certs = Certs::new();
    let redis = server(&lab, &certs, &["--tls-auth-clients", "no", "--maxclients", "4"]).await;
    // A connection counts from its first byte on, handshake or not.
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(TcpStream::connect(("127.0.0.1", redis.port())).await.expect("connected"));
    }
    let report = seen(spec(&[redis.port()]), Some(trust(&certs))).await;
    refused(&report, TargetErrorKind::Full, "is probably full: it hung up in");
    assert_eq!(value(&report, Metric::CacheClientsRatio), None);
}
