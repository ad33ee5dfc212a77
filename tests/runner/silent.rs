//! A server that goes silent in the middle: it is tried once, not once for each thing that could be asked of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memchr::memmem::{find, find_iter};
use stampede::action::by_name;
use stampede::action::field::{Arguments, Value};
use stampede::config::{Address, TargetSpec};
use stampede::lab::{Lab, RedisServer};
use stampede::runner::{End, Step};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Desk, Script, limit, maxclients, with_yes};
use crate::support::binary::{End as Exit, Home};
use crate::support::night::Night;

/// In front of a Redis. From the first command on that `meets` finds it hears nothing more, on any connection; new ones are
/// accepted, as a host does whose network drops what is sent to it.
struct Mute {
    port: u16,
    silent: Arc<AtomicBool>,
    /// Connections that came in the silence.
    tried: Arc<AtomicUsize>,
}

impl Mute {
    async fn start(redis: &RedisServer, meets: fn(&[u8]) -> bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, upstream) = (listener.local_addr().unwrap().port(), redis.port());
        let (silent, tried) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (now, count) = (silent.clone(), tried.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(usize::from(now.load(Ordering::SeqCst)), Ordering::SeqCst);
                tokio::spawn(pass(client, upstream, meets, now.clone()));
            }
        });
        Self { port, silent, tried }
    }

    fn tried(&self) -> usize {
        assert!(self.silent.load(Ordering::SeqCst), "it was never silent");
        self.tried.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, upstream: u16, meets: fn(&[u8]) -> bool, silent: Arc<AtomicBool>) {
    let mut server = TcpStream::connect(("127.0.0.1", upstream)).await.unwrap();
    let (mut asked, mut said) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                if meets(&asked[..read]) {
                    silent.store(true, Ordering::SeqCst);
                }
                if !silent.load(Ordering::SeqCst) && server.write_all(&asked[..read]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut said) => {
                let Ok(read @ 1..) = read else { return };
                if !silent.load(Ordering::SeqCst) && client.write_all(&said[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The command, and not a question about one: that is among the words of another.
fn runs_a_script(asked: &[u8]) -> bool {
    const EVAL: &[u8] = b"\r\n$4\r\nEVAL\r\n";
    find_iter(asked, EVAL).any(|at| asked[..at].last().is_some_and(u8::is_ascii_digit))
}

fn sets(asked: &[u8]) -> bool {
    find(asked, b"*4\r\n$6\r\nCONFIG\r\n$3\r\nSET").is_some()
}

#[tokio::test]
async fn a_sweep_tries_a_server_that_went_silent_once() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "user:1", "x", "EX", "900"]).await.unwrap();
    let mute = Mute::start(&redis, runs_a_script).await;
    let mut desk = Desk::at(&redis);
    if let TargetSpec::Redis(spec) = &mut desk.settings.targets[0].spec {
        spec.addresses = vec![Address::Tcp("127.0.0.1".into(), mute.port)];
    }
    let mut with = Arguments::default();
    with.set("pattern", Value::Text("user:*".into()));
    with.set("by", Value::Duration(std::time::Duration::from_secs(900)));
    let spec = by_name("redis.freeze").unwrap();
    let freeze = Step { id: "freeze".into(), spec, with, ..maxclients(0) };
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    assert_eq!(runner.run(&freeze).await.unwrap().end, End::Unknown);
    assert_eq!(mute.tried(), 1);
}

#[tokio::test]
async fn a_phase_ends_when_its_only_target_has_gone_silent() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let mute = Mute::start(&redis, sets).await;
    let _night = Night::over(&redis).await;
    let home = Home::new();
    let steps: String = (0..5)
        .map(|n| {
            format!("      - {{ id: s{n}, action: redis.maxclients, with: {{ value: {} }}, on_failure: continue }}\n", 500 + n)
        })
        .collect();
    home.file(
        "trial.yaml",
        format!("version: 1\nname: trial\nsummary: A trial.\nphases:\n  break:\n    budget: 60s\n    steps:\n{steps}"),
    );
    let args = ["break", "--playbook", "./trial.yaml", "--no-watch", "--yes"];
    let url = format!("redis://127.0.0.1:{}", mute.port);
    let ended = home.stampede(args).env("REDIS_URL", url).spawn().wait().await;
    assert_eq!(ended.end, Exit::Code(4), "{ended}");
    let said = format!("{} {}", ended.stdout, ended.stderr);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("nothing that this phase acts on answers any more, so it ends here"), "{ended}");
    assert_eq!(mute.tried(), 1, "{ended}");
    assert_eq!(limit(&redis).await, "50");
}
