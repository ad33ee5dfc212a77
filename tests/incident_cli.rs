//! Integration tests: `status` and `incident` as they are typed, read back by another process.

use serde_json::Value;
use stampede::lab::Lab;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::binary::{End, Home};

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_shown_event_by_event_and_its_status_is_short() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let run = async |args: &[&str]| {
        let ended = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{args:?}: {}{}", ended.stdout, ended.stderr);
        ended.stdout
    };
    for n in 0..12 {
        let to = (100 + n).to_string();
        run(&["break", "maxclients", "--to", &to, "--yes", "--no-watch", "--incident", "night"]).await;
        run(&["undo", "--yes"]).await;
    }
    run(&["break", "maxclients", "--to", "500", "--yes", "--no-watch", "--incident", "night"]).await;
    let status = run(&["status", "night"]).await;
    assert!(status.starts_with("1 change is in effect: incident night (open"), "{status}");
    assert!(status.contains("\n2 earlier changes, all over: stampede incident show night\n"), "{status}");
    assert!(status.contains("maxclients-13: in effect") && !status.contains("maxclients-2:"), "{status}");

    let meant =
        home.stampede(["undo", "--step", "maxclient-13"]).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(meant.end, End::Code(64), "{meant}");
    let mut lines = meant.stderr.lines().map(str::trim);
    let command =
        lines.find(|line| line.starts_with("stampede undo")).unwrap_or_else(|| panic!("no command: {meant}"));
    let line = format!("{command} --dry-run");
    let pasted = home.pasted(&line).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert!(pasted.end == End::Code(0) && pasted.stdout.contains("plan: maxclients-13"), "{line}: {pasted}");

    let shown = run(&["incident", "show", "night"]).await;
    let mut rest = shown.as_str();
    for word in [
        "opened          incident night, stampede ",
        "joined ",
        "approved        maxclients: raise maxclients from 50 to 100",
        "done            maxclients: ",
        "undoing         maxclients (--yes)",
        "undone          maxclients: as it was before",
        "approved        maxclients-2: raise maxclients from 50 to 101",
        "done            maxclients-13: ",
    ] {
        let at = rest.find(word).unwrap_or_else(|| panic!("{word:?} is not where it belongs in\n{shown}"));
        rest = &rest[at..];
    }
    assert!(shown.lines().all(|line| line.len() <= 80 || !line.contains(' ')), "{shown}");
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_is_an_unexpected_failure_with_its_cause() {
    let home = Home::new();
    std::fs::create_dir_all(home.state().join("stampede/incidents/night.jsonl")).unwrap();
    let ended = home.stampede(["incident", "show", "night"]).spawn().wait().await;
    assert_eq!(ended.end, End::Code(70), "{ended}");
    let said = ended.stderr.replace('\n', " ");
    assert!(said.starts_with("error: cannot read ") && said.contains("Is a directory"), "{said}");
}

/// What cannot be read may hold anything: it is not said that nothing is in effect.
#[tokio::test]
async fn a_journal_that_cannot_be_read_is_not_nothing_in_effect() {
    let unreadable = Home::new();
    std::fs::create_dir_all(unreadable.state().join("stampede/incidents/night.jsonl")).unwrap();
    let no_folder = Home::new();
    std::fs::create_dir_all(no_folder.state().join("stampede")).unwrap();
    std::fs::write(no_folder.state().join("stampede/incidents"), "a file").unwrap();
    for (home, why) in [(&unreadable, "Is a directory"), (&no_folder, "Not a directory")] {
        for args in
            [&["status"][..], &["undo", "--yes"], &["recover", "undo", "--yes"], &["incident", "close"]]
        {
            let ended = home.stampede(args).env("REDIS_URL", "redis://127.0.0.1:1").spawn().wait().await;
            // An undo that cannot begin has left what is in effect.
            let code = if args.contains(&"undo") { 7 } else { 70 };
            assert_eq!(ended.end, End::Code(code), "{args:?}: {ended}");
            let said = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                said.starts_with("error: what is in effect is not known: ") && said.contains(why),
                "{said}"
            );
        }
    }
}

/// What an operator has left in effect is named, also when no incident is open.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_closed_incident_has_left_in_effect_is_named() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let run = async |args: &[&str]| {
        let ended = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{args:?}: {ended}");
        ended.stdout
    };
    run(&["break", "maxclients", "--to", "100", "--yes", "--no-watch", "--incident", "night"]).await;
    run(&["incident", "close", "--leave"]).await;
    let said = "no incident goes on, and changes are in effect: night; `stampede status night` shows them\n";
    assert_eq!(run(&["status"]).await, said);
    assert_eq!(run(&["undo", "--yes"]).await, said);
    let document: Value = serde_json::from_str(&run(&["status", "-o", "json"]).await).unwrap();
    assert_eq!((&document["incident"], &document["left_in_effect"][0]), (&Value::Null, &"night".into()));
    // One that cannot be read may have more in effect, and is named beside the one that can.
    let unreadable = home.state().join("stampede/incidents/torn.jsonl");
    std::fs::create_dir(&unreadable).unwrap();
    for args in [&["status", "night"][..], &["status", "night", "-o", "json"]] {
        let status = run(args).await.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(status.contains("not known: the journal of torn cannot be read: Is a directory"), "{status}");
    }
    std::fs::remove_dir(unreadable).unwrap();
    run(&["undo", "night", "--yes"]).await;
    assert!(run(&["status"]).await.starts_with("nothing is in effect: there is no open incident in "));
}

/// A script reads which rule leaves what, beside the words that a person reads.
#[tokio::test(flavor = "multi_thread")]
async fn s11_what_an_undo_leaves_has_its_rule_as_a_field() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let run = async |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    let done = run(&["break", "maxclients", "--to", "500", "--yes", "--no-watch"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let mut held = Vec::new();
    for _ in 0..60 {
        held.push(tokio::net::TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap());
    }
    // The server has let in the last of them: it has been answered.
    held.last_mut().unwrap().write_all(b"PING\r\n").await.unwrap();
    held.last_mut().unwrap().read_exact(&mut [0; 7]).await.unwrap();
    let ended = run(&["undo", "--yes", "-o", "json"]).await;
    assert_eq!(ended.end, End::Code(7), "{ended}");
    let events = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let undone = events.into_iter().find(|event| event["event"] == "undone").unwrap();
    let left = &undone["left"][0];
    assert_eq!((&left["rule"], &undone["complete"]), (&"S11".into(), &false.into()), "{undone}");
    let why = left["why"].as_str().unwrap();
    assert!(why.contains("would shut the door on the next") && !why.contains("S11"), "{undone}");
    assert_eq!(undone["notes"][0], format!("S11 {why}"), "the words are those they were");
    let status: Value = serde_json::from_str(&run(&["status", "-o", "json"]).await.stdout).unwrap();
    assert_eq!(status["steps"][0]["left"][0], *left, "{status}");
    drop(held);
    let undone = run(&["undo", "--yes", "-o", "json"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert!(!undone.stdout.contains("\"left\":"), "{undone}");
}
