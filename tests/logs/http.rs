//! The URL as users see it, against servers that behave and servers that do not.

use std::sync::Arc;
use std::time::Duration;

use stampede::config::{HttpTarget, Tls};
use stampede::error::TargetErrorKind;
use stampede::observation::Metric;
use stampede::probe::{self, Look, Part, Probe, TargetReport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

fn probe(url: &str, tls: Option<Tls>) -> Box<dyn Probe> {
    probe::http::open("site", &HttpTarget { url: url.parse().unwrap(), tls })
}

fn look(timeout: Duration) -> Look {
    Look {
        parts: vec![Part::Http],
        window: Duration::ZERO,
        timeout,
        samples: 0,
        since: None,
        say: Arc::new(|_| {}),
        seen: None,
    }
}

/// A server that answers one request with `answer` and gives back what it was asked.
async fn answers(answer: &'static [u8]) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/shop?token=s3cret", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let asked = request(&mut stream).await;
        // A client that has heard enough may hang up first.
        _ = stream.write_all(answer).await;
        asked
    });
    (url, asked)
}

async fn request(stream: &mut TcpStream) -> String {
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        asked.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(asked).unwrap()
}

async fn measure(answer: &'static [u8]) -> (TargetReport, String) {
    let (url, asked) = answers(answer).await;
    let report = probe(&url, None).measure(&look(Duration::from_secs(20))).await;
    (report, asked.await.unwrap())
}

fn value(report: &TargetReport, metric: Metric) -> Option<f64> {
    report.observations.iter().find(|observation| observation.metric == metric).unwrap().value()
}

fn error(report: &TargetReport) -> (TargetErrorKind, &str) {
    assert!(report.observations.iter().all(|observation| observation.value().is_none()));
    let error = report.error.as_ref().unwrap();
    (error.kind, &error.message)
}

#[tokio::test]
async fn one_plain_request_gives_the_status_and_the_time() {
    let (report, asked) = measure(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await;
    assert_eq!(value(&report, Metric::HttpStatus), Some(200.0));
    assert!(value(&report, Metric::HttpResponseTime).unwrap() > 0.0);
    assert!(report.error.is_none() && report.notes[0].starts_with("connecting took"));
    assert!(asked.starts_with("GET /shop?token=s3cret HTTP/1.1\r\nhost: 127.0.0.1:"), "{asked}");
    for header in ["user-agent: stampede/", "accept: */*", "connection: close"] {
        assert!(asked.contains(header), "{header} in {asked}");
    }
    assert!(!report.address.contains("s3cret"), "{}", report.address);
}

#[tokio::test]
async fn a_server_error_is_an_observation() {
    let (report, _) = measure(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(value(&report, Metric::HttpStatus), Some(503.0));
    assert!(report.error.is_none());
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let (report, _) =
        measure(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\x80\r\nContent-Length: 0\r\n\r\n")
            .await;
    assert_eq!(value(&report, Metric::HttpStatus), Some(302.0));
    assert!(report.notes[1].contains("302 redirects to http://127.0.0.1:1/\\x80"), "{:?}", report.notes);
}

#[tokio::test]
async fn an_interim_answer_is_not_the_answer() {
    let (report, _) =
        measure(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(value(&report, Metric::HttpStatus), Some(404.0));
}

#[tokio::test]
async fn a_body_that_stops_short_or_never_ends_takes_nothing_from_the_head() {
    let (report, _) = measure(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf").await;
    assert_eq!(value(&report, Metric::HttpStatus), Some(200.0));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
        let mut sent = 0_usize;
        while stream.write_all(b"400\r\n").await.is_ok() && stream.write_all(&[b'x'; 1024]).await.is_ok() {
            sent += 1024;
            if stream.write_all(b"\r\n").await.is_err() {
                break;
            }
        }
        sent
    });
    let report = probe(&url, None).measure(&look(Duration::from_secs(20))).await;
    assert_eq!(value(&report, Metric::HttpStatus), Some(200.0));
    // It was hung up on; the kernel's buffers are all that went out beside the 64 KiB.
    assert!(server.await.unwrap() < 64 << 20);
}

#[tokio::test]
async fn what_is_not_http_is_called_so() {
    let (report, _) = measure(b"-ERR unknown command 'GET'\r\n").await;
    let (kind, message) = error(&report);
    assert_eq!(kind, TargetErrorKind::Protocol);
    assert!(message.contains("not HTTP"), "{message}");
    // Beside the words for people, what the library made of it.
    let source = report.error.as_ref().and_then(std::error::Error::source);
    let parsed = source.and_then(|cause| cause.downcast_ref::<hyper::Error>()).map(hyper::Error::is_parse);
    assert_eq!(parsed, Some(true), "{source:?}");
    let (report, _) = measure(b"").await;
    let (kind, message) = error(&report);
    assert_eq!(kind, TargetErrorKind::Protocol);
    assert!(message.contains("hung up without an answer"), "{message}");
}

#[tokio::test]
async fn a_server_that_never_answers_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let report = probe(&url, None).measure(&look(Duration::from_millis(300))).await;
    let (kind, message) = error(&report);
    assert_eq!(kind, TargetErrorKind::Timeout);
    assert!(message.contains("accepted the request but did not answer within 300 ms"), "{message}");
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let report = probe(&url, None).measure(&look(Duration::from_secs(20))).await;
    assert_eq!(error(&report).0, TargetErrorKind::Refused);
}

#[tokio::test]
async fn tls_is_verified_unless_told_otherwise_which_is_shown() {
    let issued = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let chain = vec![issued.cert.der().clone()];
    let key = rustls_pki_types::PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut asked = [0; 1024];
            _ = stream.read(&mut asked).await;
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            _ = stream.shutdown().await;
        }
    });
    let refused = probe(&url, None).measure(&look(Duration::from_secs(20))).await;
    assert_eq!(error(&refused).0, TargetErrorKind::Tls);

    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    std::fs::write(&ca, issued.cert.pem()).unwrap();
    let trusted = probe(&url, Some(Tls { ca: Some(ca), ..Tls::default() }))
        .measure(&look(Duration::from_secs(20)))
        .await;
    assert_eq!(value(&trusted, Metric::HttpStatus), Some(200.0));
    assert!(trusted.notes[0].contains("TLS"), "{:?}", trusted.notes);

    let insecure = probe(&url, Some(Tls { insecure: true, ..Tls::default() }));
    let shown = { insecure }.measure(&look(Duration::from_secs(20))).await;
    assert_eq!(value(&shown, Metric::HttpStatus), Some(200.0));
    assert!(shown.notes[0].contains("not verified"), "{:?}", shown.notes);
}
