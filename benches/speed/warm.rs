//! Warming over HTTP with the throttle off: beside the protocol's shell loop, and beside `wrk` with the same connections on the same
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
use crate::stopwatch::{BINARY, peak_memory, row, say, shell, time};

const KEYS: usize = 200_000;
/// The shell loop starts a program for each.
const FEWER: usize = 300;
/// Connections at a time, ours and the peer's.
const CONNECTIONS: [usize; 2] = [32, 50];
const RUNS: usize = 5;

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
    let script = format!(
        "while read key; do curl -s \"http://127.0.0.1:{}/internal/cache/warm/$key\"; done < {}",
        nginx.port,
        few.display()
    );
    let shell = median((0..3).map(|_| FEWER as f64 / time(&mut shell(&script)).0.as_secs_f64()).collect());
    // In turn, so that what else runs on the machine meets both.
    let (mut ours, mut peers) = (CONNECTIONS.map(|_| Vec::new()), CONNECTIONS.map(|_| Vec::new()));
    for _ in 0..RUNS {
        for (at, connections) in CONNECTIONS.into_iter().enumerate() {
            ours[at].push(warm(&redis, &nginx, &all, connections));
            peers[at].extend(wrk(&nginx, connections));
        }
    }
    for (at, connections) in CONNECTIONS.into_iter().enumerate() {
        let keys = median(ours[at].clone());
        row(
            &format!(
                "`recover warm --no-brakes --verify none` of 200,000 missing keys over {connections} connections, against the \
                 protocol's shell loop"
            ),
            &format!("{keys:.0} against {shell:.0} keys/s: {:.0} x", keys / shell),
            ">= 20 x",
            keys / shell >= 20.0,
        );
        if peers[at].is_empty() {
            say("| `wrk` on the same endpoint | not run: there is no wrk | | |");
            continue;
        }
        let ratios: Vec<f64> = ours[at].iter().zip(&peers[at]).map(|(ours, peer)| ours / peer).collect();
        let (least, most) = ratios
            .iter()
            .fold((f64::MAX, 0_f64), |(least, most), ratio| (least.min(*ratio), most.max(*ratio)));
        let (peer, ratio) = (median(peers[at].clone()), median(ratios));
        row(
            &format!(
                "the same against `wrk` with as many connections on the same endpoint (nginx, 204), {RUNS} pairs"
            ),
            &format!("{keys:.0} against {peer:.0} requests/s: {ratio:.2} x ({least:.2}-{most:.2})"),
            ">= 0.8 x",
            ratio >= 0.8,
        );
    }
    if let Some(kib) = peak_memory(&command(&redis, &nginx, &all, CONNECTIONS[1], folder.path())) {
        row("its peak memory", &format!("{:.1} MB", kib as f64 / 1e3), "<= 32 MB", kib <= 32_000);
    }
    lab.stop().await;
    Ok(())
}

fn command(redis: &RedisServer, nginx: &Nginx, keys: &Path, connections: usize, home: &Path) -> Command {
    let url = format!("http://127.0.0.1:{}/internal/cache/warm/{{key}}", nginx.port);
    let mut command = Command::new(BINARY);
    command.args(["recover", "warm", "--keys"]).arg(keys).args(["--http", &url, "--no-brakes"]);
    command.args(["--verify", "none", "--max-concurrency", &connections.to_string()]);
    command.args(["--yes", "--no-watch", "-o", "json"]);
    command.env_clear().env("REDIS_URL", redis.url()).env("HOME", home);
    command
}

fn warm(redis: &RedisServer, nginx: &Nginx, keys: &Path, connections: usize) -> f64 {
    let home = tempfile::tempdir().expect("a folder");
    let output = command(redis, nginx, keys, connections, home.path()).output().expect("it runs");
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

fn wrk(nginx: &Nginx, connections: usize) -> Option<f64> {
    let url = format!("http://127.0.0.1:{}/internal/cache/warm/user%3Aprofile%3A1", nginx.port);
    let output =
        Command::new("wrk").args(["-t1", "-c", &connections.to_string(), "-d2s", &url]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok())
}
