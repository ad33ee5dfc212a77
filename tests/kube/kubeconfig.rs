//! Kubeconfigs as client-go reads them: files that are not there, tokens in files, proxies.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::words;
use crate::support::binary::{End, Ended, Home};
use crate::support::kube::Double;

/// A double with a Deployment.
fn double() -> Double {
    let double = Double::start();
    double.deployment("cache", 2);
    double
}

async fn plan(home: &Home, config: impl Into<OsString>, env: &[(&str, &str)]) -> Ended {
    let args = ["break", "scale", "deployment/cache", "--replicas", "3", "--dry-run"];
    let stampede = home.stampede(args).env("KUBECONFIG", config.into());
    env.iter().fold(stampede, |stampede, (name, value)| stampede.env(name, value)).spawn().wait().await
}

#[track_caller]
fn is_a_plan(ended: &Ended) {
    assert!(ended.end == End::Code(0) && words(ended).contains("would scale"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_list_that_are_not_there_are_passed_over() {
    let (double, home) = (double(), Home::new());
    let there = double.kubeconfig(double.port());
    let both = std::env::join_paths([Path::new("/no-such/config"), &there]).unwrap();
    is_a_plan(&plan(&home, both, &[]).await);

    let neither = std::env::join_paths(["/no-such/config", "/no-such/other"]).unwrap();
    let ended = plan(&home, neither, &[]).await;
    assert!(ended.end != End::Code(0) && words(&ended).contains("/no-such/config"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_read_from_its_file_without_the_line_feed_at_its_end() {
    let (double, home) = (double(), Home::new());
    let file = home.path().join("token");
    std::fs::write(&file, "ops-token\n").unwrap();
    let config = double.login(double.port(), &json!({ "tokenFile": file }));
    is_a_plan(&plan(&home, &config, &[]).await);

    std::fs::remove_file(&file).unwrap();
    let ended = plan(&home, &config, &[]).await;
    assert!(ended.end == End::Code(4) && words(&ended).contains("cannot read the token file"), "{ended}");
}

/// A proxy that counts who goes through it.
struct Proxy {
    port: u16,
    passed: Arc<AtomicUsize>,
    serves: JoinHandle<()>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, passed) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let counts = passed.clone();
        let serves = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(tunnel(client, counts.clone()));
            }
        });
        Self { port, passed, serves }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn passed(&self) -> usize {
        self.passed.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serves.abort();
    }
}

async fn tunnel(client: TcpStream, passed: Arc<AtomicUsize>) {
    let mut client = BufReader::new(client);
    let (mut first, mut line) = (String::new(), String::new());
    client.read_line(&mut first).await.unwrap();
    while client.read_line(&mut line).await.unwrap() > 2 {
        line.clear();
    }
    let to = first.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).expect("a tunnel");
    let mut server = TcpStream::connect(to).await.unwrap();
    passed.fetch_add(1, Ordering::Relaxed);
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    _ = copy_bidirectional(&mut client, &mut server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_leads_through_a_proxy_unless_no_proxy_says_otherwise() {
    let (double, home, proxy) = (double(), Home::new(), Proxy::start().await);
    let plain = double.kubeconfig(double.port());
    let mut config: Value = serde_json::from_slice(&std::fs::read(&plain).unwrap()).unwrap();
    config["clusters"][0]["cluster"]["proxy-url"] = json!(proxy.url());
    let through = home.path().join("through");
    std::fs::write(&through, config.to_string()).unwrap();
    is_a_plan(&plan(&home, &through, &[]).await);
    assert!(proxy.passed() > 0, "proxy-url of a cluster");

    let url = proxy.url();
    is_a_plan(&plan(&home, &plain, &[("HTTPS_PROXY", &url)]).await);
    assert!(proxy.passed() > 0, "HTTPS_PROXY");
    is_a_plan(&plan(&home, &plain, &[("HTTPS_PROXY", &url), ("NO_PROXY", "localhost,127.0.0.1")]).await);
    assert_eq!(proxy.passed(), 0, "NO_PROXY");
}
