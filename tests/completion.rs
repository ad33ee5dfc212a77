//! What the shells are offered: the real binary is asked as the scripts ask it, and a real bash completes with its script.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use stampede::lab::Lab;

use crate::support::binary::{End, Home, Ran};
use crate::support::pty::Terminal;

const KUBECONFIG: &str = r#"
apiVersion: v1
kind: Config
current-context: prod
clusters: [{ name: big, cluster: { server: "https://127.0.0.1:1" } }]
contexts:
  - { name: prod, context: { cluster: big, user: ops, namespace: shop } }
  - { name: "admin@kind:1", context: { cluster: big, user: ops } }
users: [{ name: ops, user: { token: t } }]
"#;

const PLAYBOOK: &str = r#"
version: 1
name: mine
summary: What we do here.
inputs:
  keep: { type: text, default: none, help: which copies live on }
  over: { type: duration, default: 10m, help: how long they run }
  loud: { type: bool, default: false, help: whether }
phases:
  protect:
    steps:
      - id: end-copies
        action: mysql.kill
        with: { older_than: "${over}", keep: "${keep}" }
        undo: none
        irreversible_because: they have ended
      - id: stop-writes
        action: postgres.read-only
        with: { database: "${loud}" }
"#;

fn asked(home: &Home, envs: &[(&str, &str)], words: &[&str]) -> Ran {
    let run = home.stampede(["--", "stampede"].iter().chain(words)).env("_STAMPEDE_COMPLETE", "fish");
    envs.iter().fold(run, |run, (name, value)| run.env(name, value)).run()
}

/// What is offered in place of the last word: name and help.
fn offers(home: &Home, words: &[&str]) -> Vec<(String, String)> {
    let ran = asked(home, &[("REDIS_URL", "redis://h"), ("MYSQL_URL", "mysql://u@h")], words);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{words:?}: {ran}");
    let split = |line: &str| line.split_once('\t').map(|(name, help)| (name.into(), help.into()));
    ran.stdout.lines().map(|line| split(line).unwrap_or((line.into(), String::new()))).collect()
}

fn names(home: &Home, words: &[&str]) -> Vec<String> {
    offers(home, words).into_iter().map(|(name, _)| name).collect()
}

fn pair(name: &str, help: &str) -> (String, String) {
    (name.into(), help.into())
}

#[test]
fn targets_are_those_of_the_environment_or_of_the_file() {
    let home = Home::new();
    assert_eq!(offers(&home, &["detect", "--target", "r"]), [pair("redis", "redis")]);
    assert_eq!(names(&home, &["detect", "--target", ""]), ["redis", "mysql"]);
    assert_eq!(names(&home, &["--target=m"]), ["--target=mysql"]);
    assert_eq!(names(&home, &["detect", "--replica-of", ""]), ["mysql"]);
    assert_eq!(names(&home, &["undo", "--confirm", "re"]), ["redis"]);
    let file = "version: 1\ntargets:\n  pages: { redis: 'redis://h' }\n";
    home.file("other.yaml", file);
    for words in [
        &["--config", "other.yaml", "detect", "--target", ""][..],
        &["detect", "--config=other.yaml", "--target", ""],
    ] {
        assert_eq!(names(&home, words), ["pages"], "{words:?}");
    }
    home.file("stampede.yaml", format!("{file}  detect: {{ redis: 'redis://h', password: 'env:NONE' }}\n"));
    let of_a_bad_one = offers(&home, &["detect", "--target", "d"]);
    assert_eq!(of_a_bad_one, [pair("detect", "redis, cannot be used")]);
    // A target that is called like a command is none.
    let after = names(&home, &["--target", "detect", "incident", ""]);
    assert_eq!(after, ["list", "show", "close", "help"]);
}

#[test]
fn scenarios_by_name_and_by_path() {
    let home = Home::new();
    let mine = "version: 1\nname: mine\nsummary: Ours.\nresponse: r\npattern: hot_key\ntrouble: [{ what: expire }]\n";
    home.file("drills/mine.yaml", mine);
    home.file("drills/broken.yaml", "version: 1\nname: [");
    for words in [&["drill", "mi"][..], &["drill", "show", "mi"]] {
        assert_eq!(offers(&home, words), [pair("mine", "Ours.")], "{words:?}");
    }
    assert_eq!(offers(&home, &["drill", "show", "br"]), [pair("broken", "cannot be used")]);
    assert_eq!(names(&home, &["drill", "cold-"]), ["cold-restart", "cold-deploy"]);
    let files = names(&home, &["drill", "show", "drills/"]);
    assert_eq!(files, ["drills/broken.yaml", "drills/mine.yaml"]);
}

#[test]
fn playbooks_their_steps_inputs_and_values() {
    let home = Home::new();
    home.file("playbooks/mine.yaml", PLAYBOOK);
    home.file("playbooks/broken.yaml", "version: 1\nname: [");
    for words in [&["run", "m"][..], &["break", "--playbook", "m"], &["playbook", "explain", "m"]] {
        let summary = "MySQL refuses new connections. End copies of queries, then make a little room.";
        let expected = [pair("mysql-too-many-connections", summary), pair("mine", "What we do here.")];
        assert_eq!(offers(&home, words), expected, "{words:?}");
    }
    assert_eq!(offers(&home, &["playbook", "test", "b"]), [pair("broken", "cannot be used")]);
    let files = names(&home, &["playbook", "show", "playbooks/"]);
    assert_eq!(files, ["playbooks/broken.yaml", "playbooks/mine.yaml"]);

    let keep = pair("end-copies", "end copies of a running query, and keep the oldest of each");
    assert_eq!(offers(&home, &["run", "mine", "--only", "e"]), [keep]);
    assert_eq!(names(&home, &["protect", "--playbook", "mine", "--skip", ""]), ["end-copies", "stop-writes"]);
    assert_eq!(names(&home, &["break", "--playbook", "mine", "--only", ""]), <[&str; 0]>::default());
    assert_eq!(names(&home, &["run", "broken", "--only", ""]), <[&str; 0]>::default());
    assert!(names(&home, &["break", "--skip", "raise"]).contains(&"raise-maxclients".into()));
    assert!(names(&home, &["recover", "--from", ""]).contains(&"verify".into()));

    assert_eq!(offers(&home, &["run", "mine", "--set", "k"]), [pair("keep=", "which copies live on")]);
    let kept = names(&home, &["run", "mine", "--set", "keep="]);
    assert_eq!(kept, ["keep=oldest-per-query", "keep=oldest-per-digest", "keep=none"]);
    assert_eq!(names(&home, &["run", "mine", "--set", "loud="]), ["loud=true", "loud=false"]);
    assert_eq!(names(&home, &["run", "mine", "--set", "over="]), ["over=10m"]);
    assert_eq!(names(&home, &["protect", "kill", "--keep", "n"]), ["none"]);
    assert_eq!(names(&home, &["break", "--fact", "tol"]), ["tolerates_read_only="]);
}

#[test]
fn contexts_and_namespaces_are_those_of_the_kubeconfig() {
    let home = Home::new();
    home.file(".kube/config", KUBECONFIG);
    assert_eq!(
        offers(&home, &["detect", "--context", ""]),
        [pair("prod", "big"), pair("admin@kind:1", "big")]
    );
    assert_eq!(offers(&home, &["detect", "-n", ""]), [pair("shop", "of the context prod")]);
    home.file(
        "stampede.yaml",
        "version: 1\ntargets:\n  blue: { kubernetes: prod, namespace: blue, kubeconfig: .kube/config }\n",
    );
    let expected = [pair("blue", "of the target blue"), pair("shop", "of the context prod")];
    assert_eq!(offers(&home, &["protect", "--namespace", ""]), expected);
}

#[tokio::test]
async fn incidents_and_what_of_them_is_in_effect() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let change = ["break", "maxclients", "--to", "60", "--yes", "--no-watch", "--incident", "night"];
    let ended = home.stampede(change).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    for words in [&["status", ""][..], &["undo", "n"], &["incident", "show", ""], &["run", "--incident", ""]]
    {
        assert_eq!(offers(&home, words), [pair("night", "1 change in effect")], "{words:?}");
    }
    let step = pair("maxclients", "raise maxclients from 50 to 60");
    assert_eq!(offers(&home, &["undo", "night", "--step", ""]), std::slice::from_ref(&step));
    assert_eq!(offers(&home, &["undo", "--step", ""]), [step]);
    home.file(".local/state/stampede/incidents/lost.jsonl", "");
    let undo = ["undo", "night", "--yes"];
    let ended = home.stampede(undo).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    assert!(offers(&home, &["incident", "close", ""]).contains(&pair("night", "open, nothing in effect")));
    assert_eq!(offers(&home, &["undo", "--step", ""]), []);
}

/// What we start ourselves is never offered, whole or begun, under its old name or as something to have help with.
#[test]
fn hidden_commands_are_not_offered() {
    let home = Home::new();
    assert!(names(&home, &[""]).contains(&"detect".into()));
    for words in [&["w"][..], &["watch"], &["watchdog"], &["dead"], &["help", "w"], &["watchdog", "--"]] {
        assert_eq!(offers(&home, words), [], "{words:?}");
    }
    assert_eq!(offers(&home, &["dead-man", "--"]), []);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.stampede(["completions", shell]).run().stdout;
        assert!(!script.contains("watchdog") && !script.contains("dead-man"), "{script}");
    }
}

#[test]
fn names_come_before_options_and_a_name_that_a_terminal_would_obey_is_none() {
    let home = Home::new();
    home.file("app.log", "");
    home.file("\u{1b}[2J.log", "");
    assert_eq!(names(&home, &["detect", "logs", ""]), ["app.log", "-"]);
    assert!(names(&home, &["detect", "logs", "-"]).contains(&"--since".into()));
}

/// No server is asked, nothing is written, and a configuration that cannot be read has no names.
#[test]
fn completing_touches_nothing_and_never_complains() {
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = door.local_addr().unwrap();
    let home = Home::new();
    home.file("kubeconfig", KUBECONFIG.replace("127.0.0.1:1", &at.to_string()));
    let kubeconfig = home.path().join("kubeconfig");
    let (redis, mysql) = (format!("redis://{at}"), format!("mysql://u@{at}/"));
    let envs = [("REDIS_URL", &*redis), ("MYSQL_URL", &*mysql), ("KUBECONFIG", kubeconfig.to_str().unwrap())];
    for option in ["--target", "--context", "--namespace", "--set", "--only", "--incident", "--playbook"] {
        let ran = asked(&home, &envs, &["break", option, ""]);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{option}: {ran}");
        let none = option == "--incident";
        assert_eq!(ran.stdout.is_empty(), none, "{option}: {ran}");
    }
    door.set_nonblocking(true).unwrap();
    assert_eq!(door.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "a server was asked");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "something was written");

    home.file("stampede.yaml", "targets: [");
    home.file("kubeconfig", "contexts: [");
    for option in ["--target", "--context", "--namespace"] {
        let ran = asked(&home, &envs, &["detect", option, ""]);
        assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (0, "", ""), "{option}: {ran}");
    }
    for (shell, words) in [("tcsh", &["--", "stampede", ""][..]), ("fish", &[]), ("", &["--version"])] {
        let ran = home.stampede(words).env("_STAMPEDE_COMPLETE", shell).run();
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shell}: {ran}");
    }
}

/// It is read until the end, which never comes.
#[test]
fn a_configuration_without_an_end_does_not_hold_up_the_prompt() {
    let home = Home::new();
    let pipe = home.path().join("stampede.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(offers(&home, &["detect", "--target", ""]), []);
}

fn script(shell: &str) -> String {
    format!("{}/completions/stampede.{shell}", env!("CARGO_MANIFEST_DIR"))
}

fn path() -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_stampede")).parent().unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

#[test]
fn bash_takes_the_script_and_its_function_answers() {
    let home = Home::new();
    home.file(".kube/config", KUBECONFIG);
    home.file("play books.yaml", PLAYBOOK);
    let bash = |code: &str| {
        let output = Command::new("bash")
            .args(["--norc", "-c", code])
            .current_dir(home.path())
            .env_clear()
            .envs([("PATH", &*path()), ("REDIS_URL", "redis://h"), ("HOME", home.path().to_str().unwrap())])
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(bash(&format!("bash -n '{}'", script("bash"))), "");
    let complete = |line: &str, words: &str, typed: &str| {
        let at = format!("COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({words})");
        let call = format!("COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _stampede stampede '{typed}' x");
        let print = "printf '<%s>' \"${COMPREPLY[@]}\"";
        bash(&format!("source '{}'; {at}; {call}; {print}", script("bash")))
    };
    assert_eq!(complete("stampede detect --target r", "stampede detect --target r", "r"), "<redis>");
    assert_eq!(complete("stampede wat", "stampede wat", "wat"), "<>");
    // Split as bash splits them.
    let set = "stampede run --set replicas =";
    assert_eq!(complete("stampede run --set replicas=", set, ""), "<3>");
    let context = "stampede detect --context admin @ kind : ''";
    assert_eq!(complete("stampede detect --context admin@kind:", context, ""), "<1>");
    assert_eq!(
        complete("stampede detect --target=", "stampede detect --target =", ""),
        "<redis><kubernetes>"
    );
    assert_eq!(complete("  stampede   undo  --s", "stampede undo --s", "--s"), "<--step>");
    assert_eq!(complete("stampede run play", "stampede run play", "play"), "<play\\ books.yaml>");
}

#[tokio::test]
async fn the_tab_key_completes_in_a_real_bash() {
    let home = Home::new();
    home.file(".kube/config", KUBECONFIG);
    let envs = [("PATH", &*path()), ("REDIS_URL", "redis://h"), ("PS1", "> "), ("INPUTRC", "/dev/null")];
    let mut bash = Terminal::program(&home, "/bin/bash", ["--norc", "-i"], &envs);
    bash.type_line(&format!("source '{}'; echo re''ady", script("bash"))).await;
    bash.expect("ready").await;
    for (typed, whole) in [
        ("stampede det", "stampede detect "),
        ("stampede detect --target re", "stampede detect --target redis "),
        ("stampede detect --context ad", "stampede detect --context admin@kind:1 "),
        ("stampede run --set replicas=", "stampede run --set replicas=3 "),
        // Nothing stands between the name of an input and its value.
        ("stampede run --set older", "stampede run --set older_than="),
    ] {
        bash.send(format!("{typed}\t|").as_bytes()).await;
        bash.expect(&format!("{whole}|")).await;
        bash.send(b"\x15").await;
    }
    bash.type_line("exit").await;
    assert_eq!(bash.wait().await, End::Code(0));
}
