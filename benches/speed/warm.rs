//! Warming over HTTP with the brakes off: beside the protocol's shell loop, and beside `wrk` with the same connections on the same
//! endpoint.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use stampede::clock;
use stampede::error::Failure;
use stampede::lab::{Lab, RedisServer};

use crate::freeze::median;
use crate::stopwatch::{BINARY, row, say, shell, time};

const KEYS: usize = 200_000;
/// The shell loop starts a program for each.
const FEWER: usize = 300;
const CONNECTIONS: usize = 50;
const RUNS: usize = 3;

/// An nginx that answers 204; ended when it is dropped.
struct Nginx {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Nginx {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a port")
            .port();
        let at = folder.path().display();
        let conf = format!(
            "worker_processes 1; pid {at}/pid; error_log {at}/error.log; daemon off;\n\
             events {{ worker_connections 512; }}\n\
             http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {at}/b; proxy_temp_path {at}/p;\n\
             fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
             server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, conf).expect("written");
        let child = Command::new("/usr/sbin/nginx")
            .args(["-p", &at.to_string(), "-c"])
            .arg(&file)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx starts");
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            clock::sleep(Duration::from_millis(20)).await;
        }
        Self { child, port, _folder: folder }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        _ = Command::new("kill").arg(self.child.id().to_string()).status();
        _ = self.child.wait();
    }
}

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&[]).await?;
    let nginx = Nginx::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let list = |count: usize| {
        let keys = (0..count).fold(String::new(), |mut all, n| {
            _ = writeln!(all, "user:profile:{n}");
            all
        });
        let path = folder.path().join(format!("keys-{count}"));
        fs::write(&path, keys).expect("written");
        path
    };
    let (all, few) = (list(KEYS), list(FEWER));
    let (mut ours, mut peers, mut loops) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(warm(&redis, &nginx, &all));
        peers.push(wrk(&nginx));
        let script = format!(
            "while read key; do curl -s \"http://127.0.0.1:{}/internal/cache/warm/$key\"; done < {}",
            nginx.port,
            few.display()
        );
        loops.push(FEWER as f64 / time(&mut shell(&script)).0.as_secs_f64());
    }
    let (ours, shell) = (median(ours), median(loops));
    row(
        "`recover warm --no-brakes --verify none` of 200,000 missing keys over 50 connections, against the protocol's shell loop",
        &format!("{ours:.0} against {shell:.0} keys/s: {:.0} x", ours / shell),
        ">= 20 x",
        ours / shell >= 20.0,
    );
    match peers.into_iter().collect::<Option<Vec<f64>>>() {
        Some(peers) => {
            let peer = median(peers);
            row(
                "the same against `wrk` with as many connections on the same endpoint (nginx, 204)",
                &format!("{ours:.0} against {peer:.0} requests/s: {:.2} x", ours / peer),
                ">= 0.7 x",
                ours / peer >= 0.7,
            );
        }
        None => say("| `wrk` on the same endpoint | not run: there is no wrk | | |"),
    }
    lab.stop().await;
    Ok(())
}

fn warm(redis: &RedisServer, nginx: &Nginx, keys: &Path) -> f64 {
    let home = tempfile::tempdir().expect("a folder");
    let (url, most) =
        (format!("http://127.0.0.1:{}/internal/cache/warm/{{key}}", nginx.port), CONNECTIONS.to_string());
    let mut command = Command::new(BINARY);
    command.args(["recover", "warm", "--keys"]).arg(keys).args([
        "--http",
        &url,
        "--no-brakes",
        "--verify",
        "none",
    ]);
    command.args(["--max-concurrency", &most, "--yes", "--no-watch", "-o", "json"]);
    let output =
        command.env_clear().env("HOME", home.path()).env("REDIS_URL", redis.url()).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let events: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let outcome = events.iter().find(|event| event["event"] == "outcome").expect("an outcome");
    assert!(
        outcome["notes"][0].as_str().is_some_and(|note| note.starts_with("200000 keys refilled")),
        "{outcome}"
    );
    KEYS as f64 / (outcome["took_ms"].as_f64().expect("a time") / 1e3)
}

fn wrk(nginx: &Nginx) -> Option<f64> {
    let url = format!("http://127.0.0.1:{}/internal/cache/warm/user%3Aprofile%3A1", nginx.port);
    let output =
        Command::new("wrk").args(["-t1", "-c", &CONNECTIONS.to_string(), "-d4s", &url]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok())
}
