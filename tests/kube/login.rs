//! A kubeconfig whose user logs in by a program (`exec`).

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::words;
use crate::support::binary::{End, Ended, Home};
use crate::support::kube::Double;

struct Ground {
    double: Double,
    home: Home,
    config: PathBuf,
}

impl Ground {
    /// A server that knows one token, and a plugin that is this script.
    fn new(script: &str) -> Self {
        let home = Home::new();
        let plugin = home.path().join("cloud-login");
        std::fs::write(&plugin, format!("#!/bin/sh\necho run >> {}/runs\n{script}\n", home.path().display()))
            .unwrap();
        std::fs::set_permissions(&plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self::of(home, &json!({ "command": plugin }))
    }

    fn of(home: Home, more: &Value) -> Self {
        let double = Double::start();
        double.token("from-the-plugin");
        double.deployment("cache", 2);
        let mut exec = json!({
            "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
            "args": ["get-token", "--cluster=it's"], "env": [{ "name": "PROFILE", "value": "on-call" }],
        });
        json_patch::merge(&mut exec, more);
        let config = double.login(double.port(), &json!({ "exec": exec }));
        Self { double, home, config }
    }

    async fn scale(&self) -> Ended {
        let args = ["break", "scale", "deployment/cache", "--replicas", "3", "--yes", "--no-watch"];
        self.home.stampede(args).env("KUBECONFIG", &self.config).spawn().wait().await
    }

    fn replicas(&self) -> u64 {
        self.double.get("apps/v1/deployments/cache")["spec"]["replicas"].as_u64().unwrap()
    }

    /// How often the plugin ran.
    fn runs(&self) -> usize {
        std::fs::read_to_string(self.home.path().join("runs")).unwrap_or_default().lines().count()
    }
}

/// What is wrong in a kubeconfig is told by its place: what stands there may be a token (S30).
#[tokio::test(flavor = "multi_thread")]
async fn s30_a_broken_kubeconfig_is_not_quoted() {
    let home = Home::new();
    let config = home.path().join("broken");
    let broken = "apiVersion: v1\nkind: Config\nusers:\n- name: ops\n  user:\n    token: SEKRET-TOKEN\n    bad: x: y\n";
    std::fs::write(&config, broken).unwrap();
    for args in [
        &["break", "scale", "deployment/cache", "--replicas", "3", "--yes"][..],
        &["detect", "logs", "-l", "app=cache"],
    ] {
        let ended = home.stampede(args).env("KUBECONFIG", &config).spawn().wait().await;
        assert_ne!(ended.end, End::Code(0), "{ended}");
        let words = ended.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("cannot use the kubeconfig: line 7"), "{ended}");
        assert!(!words.contains("SEKRET"), "{ended}");
    }
}

/// A plugin's answer with this token, good for some seconds.
fn credential(token: &str, seconds: i64) -> String {
    let until = stampede::clock::now() + jiff::SignedDuration::from_secs(seconds);
    let said = json!({
        "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
        "status": { "token": token, "expirationTimestamp": until.to_string() },
    });
    format!("echo '{said}'")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_logs_us_in_once_with_its_arguments_and_its_environment() {
    let asked = "test \"$1 $2 $PROFILE\" = \"get-token --cluster=it's on-call\" || exit 3\n\
                 case $KUBERNETES_EXEC_INFO in *'\"interactive\":false'*) ;; *) exit 4 ;; esac\n\
                 if read line; then exit 5; fi";
    let ground = Ground::new(&format!("{asked}\n{}", credential("from-the-plugin", 900)));
    let done = ground.scale().await;
    assert_eq!((done.end, ground.replicas(), ground.runs()), (End::Code(0), 3, 1), "{done}");
    assert!(!done.to_string().contains("from-the-plugin"), "{done}");
}

/// What is good for a moment only is asked for again before it ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_is_asked_for_anew() {
    let ground = Ground::new(&credential("from-the-plugin", 5));
    let done = ground.scale().await;
    assert_eq!((done.end, ground.replicas()), (End::Code(0), 3), "{done}");
    assert!(ground.runs() > 1, "{}", ground.runs());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_asks_for_the_token_of_the_plugin() {
    let ground = Ground::new(&credential("another", 900));
    let refused = ground.scale().await;
    assert_eq!((refused.end, ground.replicas()), (End::Code(4), 2), "{refused}");
    assert!(words(&refused).contains("does not know who we are (401)"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s30_a_plugin_that_fails_is_named_with_its_last_words_and_never_its_output() {
    let ground = Ground::new(
        "echo '{\"status\":{\"token\":\"half-a-secret\"}}'; printf 'SSO session\\033[2J has expired\\n' >&2; exit 255",
    );
    let failed = ground.scale().await;
    assert_eq!((failed.end, ground.replicas()), (End::Code(4), 2), "{failed}");
    let plain = words(&failed).replace(' ', "");
    assert!(plain.contains("cloud-loginfailed(exitstatus:255):SSOsession\\x1b[2Jhasexpired"), "{failed}");
    assert!(!failed.to_string().contains("half-a-secret"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_is_not_there_or_says_something_else_is_named() {
    let missing = json!({ "command": "no-such-login", "installHint": "get it from the platform team" });
    let missing = Ground::of(Home::new(), &missing).scale().await;
    assert_eq!(missing.end, End::Code(4), "{missing}");
    assert!(
        words(&missing).contains("the login plugin no-such-login cannot be started: No such file"),
        "{missing}"
    );
    assert!(words(&missing).contains("get it from the platform team"), "{missing}");
    let terminal = json!({ "command": "no-such-login", "interactiveMode": "Always" });
    let terminal = Ground::of(Home::new(), &terminal).scale().await;
    assert!(
        words(&terminal).contains("the login plugin no-such-login wants a terminal to itself"),
        "{terminal}"
    );
    let page = Ground::new("echo 'open https://example.com to log in'").scale().await;
    assert!(words(&page).replace(' ', "").contains("cloud-logindidnotgiveanExecCredential"), "{page}");
}

/// It and what it has started are ended, and we do not wait for them for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_hangs_is_given_up_and_ended() {
    let ground = Ground::new("sleep 3600 &\necho $! > \"$HOME/sleeps\"\nwait");
    let hung = ground.scale().await;
    assert_eq!((hung.end, ground.replicas()), (End::Code(4), 2), "{hung}");
    assert!(words(&hung).replace(' ', "").contains("cloud-logindidnotendwithin"), "{hung}");
    let id = std::fs::read_to_string(ground.home.path().join("sleeps")).unwrap();
    let process = Path::new("/proc").join(id.trim());
    let end = stampede::clock::instant() + crate::support::PATIENCE;
    let alive = || {
        let state = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        // One that nobody has waited for yet is dead too.
        !state.is_empty() && !state.contains(") Z ")
    };
    while alive() {
        assert!(stampede::clock::instant() < end, "{} goes on", process.display());
        stampede::clock::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Answers every request with what it was sent.
async fn echoes(listener: TcpListener) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut token = String::new();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return;
                }
                if let Some((name, sent)) = line.split_once(": ")
                    && name.eq_ignore_ascii_case("authorization")
                {
                    token = sent.trim().to_owned();
                }
                if line.trim().is_empty() {
                    let body = json!({
                        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403,
                        "message": format!("forbidden for token {token}"),
                    });
                    let body = body.to_string();
                    let head = format!(
                        "HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                        body.len()
                    );
                    _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                }
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s30_a_token_that_the_server_gives_back_is_not_passed_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(echoes(listener));
    let home = Home::new();
    home.file("token", "t0ken-of-a-file");
    let file = home.path().join("token");
    for user in [json!({ "token": "t0ken-of-the-config" }), json!({ "tokenFile": file })] {
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{ "name": "c", "cluster": { "server": server } }],
            "users": [{ "name": "u", "user": user }],
            "contexts": [{ "name": "c", "context": { "cluster": "c", "user": "u" } }],
        });
        home.file("kubeconfig", config.to_string());
        let args = ["break", "scale", "deployment/cache", "--replicas", "3", "--yes", "--no-watch"];
        let ended =
            home.stampede(args).env("KUBECONFIG", home.path().join("kubeconfig")).spawn().wait().await;
        assert!(ended.stdout.contains("***"), "{ended}");
        assert!(!ended.to_string().contains("t0ken"), "{ended}");
    }
}
