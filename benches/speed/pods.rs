//! Counting four patterns in the logs of 100 pods, beside `kubectl logs | grep -c` with one, from the same API server.
//!
//! The server writes prepared answers as fast as a socket takes them: it costs either side only the copy.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use stampede::clock;

use crate::stopwatch::{ms, ours, pair, peak_memory, row, say, shell};

const PODS: usize = 100;
const SIZE: usize = 10_000_000;
/// What the API server passes on at once.
const CHUNK: usize = 32 * 1024;
/// One line of so many is a miss.
const EVERY: usize = 100;

pub fn run() {
    let kubectl = std::env::var("STAMPEDE_BENCH_KUBECTL").unwrap_or_else(|_| "kubectl".into());
    if shell(&format!("{kubectl} version --client")).output().map(|it| it.status.success()).ok() != Some(true)
    {
        say("kubectl is not there (STAMPEDE_BENCH_KUBECTL): the log benchmark of pods is left out");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("kubeconfig").display().to_string();
    let (plain, timed) = logs();
    let count_of = |what: &str| (PODS * plain.matches(what).count()) as u64;
    let (lines, misses) = (count_of("\n"), count_of("cache miss"));
    std::fs::write(&config, kubeconfig(start(&plain, &timed))).expect("a kubeconfig");
    let env = [("HOME", "/nonexistent"), ("KUBECONFIG", config.as_str())];
    let args = ["detect", "logs", "-l", "app=x", "--no-record"];
    let mut count = ours(&args, &env);
    let theirs = format!(
        "KUBECONFIG={config} {kubectl} logs -l app=x --max-log-requests {PODS} --tail=-1 | grep -c 'cache miss'"
    );
    let said = (ours_said(&args, &env), theirs_said(&theirs));
    if said != (lines, misses) {
        say(&format!("lines and misses are {:?}, and ours and theirs say {said:?}", (lines, misses)));
        return;
    }
    let (a, b) = pair(5, &mut count, &mut shell(&theirs));
    let ratio = b.as_secs_f64() / a.as_secs_f64();
    row(
        "four patterns in the logs of 100 pods of 10 MB each, against `kubectl logs -l | grep -c` with one",
        &format!("{} against {}: {ratio:.1} x", ms(a), ms(b)),
        ">= 3 x",
        ratio >= 3.0,
    );
    if let Some(peak) = peak_memory(&count) {
        row("its peak memory", &format!("{:.1} MB", peak as f64 / 1e3), "<= 64 MB", peak <= 64_000);
    }
}

/// The lines that ours has read.
fn ours_said(args: &[&str], env: &[(&str, &str)]) -> u64 {
    let output = ours(&[args, &["-o", "json"]].concat(), env).output().expect("it starts");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let lines = said.pointer("/targets/0/metrics/logs.lines/value").and_then(Value::as_f64);
    lines.unwrap_or_default() as u64
}

/// The misses that theirs has counted.
fn theirs_said(script: &str) -> u64 {
    let output =
        Command::new("bash").args(["-c", script]).stderr(Stdio::null()).output().expect("bash starts");
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(0)
}

fn kubeconfig(port: u16) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "bench",
        "clusters": [{ "name": "bench", "cluster": { "server": format!("http://127.0.0.1:{port}") } }],
        "users": [{ "name": "bench", "user": { "token": "t" } }],
        "contexts": [{ "name": "bench", "context": { "cluster": "bench", "user": "bench", "namespace": "shop" } }],
    })
    .to_string()
}

/// Every answer that there is.
struct Answers {
    /// The log of each pod, chunked; and with the time before each line.
    plain: Vec<u8>,
    timed: Vec<u8>,
}

/// Starts the server: a thread for each connection. Returns its port.
fn start(plain: &str, timed: &str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let answers = Arc::new(Answers { plain: chunked(plain), timed: chunked(timed) });
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = answers.clone();
            // Whoever hangs up is served no more.
            std::thread::spawn(move || serve(stream, &answers));
        }
    });
    port
}

fn serve(mut stream: TcpStream, answers: &Answers) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let (mut asked, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        while !asked.ends_with(b"\r\n\r\n") {
            let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
            asked.extend_from_slice(&piece[..length]);
        }
        let head = String::from_utf8_lossy(&asked).into_owned();
        asked.clear();
        let path = head.split(' ').nth(1)?;
        match path.split('?').next()?.ends_with("/log") {
            true if path.contains("timestamps=true") => stream.write_all(&answers.timed).ok()?,
            true => stream.write_all(&answers.plain).ok()?,
            false => {
                let body = object(path.split('?').next()?).to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(head.as_bytes()).ok()?;
            }
        }
    }
}

fn object(path: &str) -> Value {
    let pod = |n: usize| {
        json!({
            "metadata": { "name": format!("x-{n}"), "namespace": "shop", "labels": { "app": "x" } },
            "spec": { "containers": [{ "name": "main" }] },
            "status": { "phase": "Running", "containerStatuses": [{ "name": "main", "restartCount": 0 }] },
        })
    };
    match path {
        "/api" => json!({ "kind": "APIVersions", "versions": ["v1"] }),
        "/apis" => json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": [] }),
        "/api/v1" => json!({
            "kind": "APIResourceList", "groupVersion": "v1",
            "resources": [{ "name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": true, "verbs": ["get", "list"] }],
        }),
        "/version" => json!({ "major": "1", "minor": "33", "gitVersion": "v1.33.0" }),
        path if path.ends_with("/pods") => {
            let items: Vec<Value> = (0..PODS).map(pod).collect();
            json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items })
        }
        path => json!({
            "kind": "Namespace", "apiVersion": "v1",
            "metadata": { "name": path.rsplit('/').next(), "uid": "00000000-0000-4000-8000-000000000001" },
        }),
    }
}

/// What a pod has said in the last minutes, without and with the time that the kubelet puts before each line.
fn logs() -> (String, String) {
    let (mut plain, mut timed) = (String::with_capacity(SIZE), String::with_capacity(SIZE * 2));
    let now = clock::now();
    let mut line = 0;
    while plain.len() < SIZE {
        line += 1;
        let what = match line % EVERY {
            7 => "WARN cache miss key=user:profile:",
            _ => "INFO request served path=/api/v1/items/",
        };
        let text = format!("{what}{line} status=200 ms=12 trace=4bf92f3577b34da6a3ce929d0e0e4736\n");
        let at = now - jiff::SignedDuration::from_millis(120_000 - i64::try_from(line).unwrap_or(0));
        _ = write!(timed, "{at:.9} {text}");
        plain.push_str(&text);
    }
    (plain, timed)
}

fn chunked(log: &str) -> Vec<u8> {
    let mut answer =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for piece in log.as_bytes().chunks(CHUNK) {
        answer.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        answer.extend_from_slice(piece);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}
