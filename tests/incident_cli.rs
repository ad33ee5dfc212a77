//! Integration tests: `status` and `incident` as they are typed, read back by another process.

use stampede::lab::Lab;

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
