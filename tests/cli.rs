//! The command line itself: usage errors, help, completions, replays; the real binary, start to end.

use std::fs;
use std::path::Path;

use stampede::exit::Exit;

use crate::support::binary::stampede;

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn a_typing_mistake_is_64_and_never_pages_as_critical() {
    for args in [
        &["detcet"][..],
        &["detect", "--windwo", "2s"],
        &["detect", "--window", "soon"],
        &["detect", "--window=-1s"],
        &["detect", "-o", "xml"],
        &["detect", "--window", "25s", "--timeout", "10s"],
        &["drill", "no-such-scenario"],
        &[],
    ] {
        let ran = stampede(args).run();
        assert_eq!(ran.status, Exit::Usage as i32, "{args:?}: {ran}");
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    for args in [
        &["--help"][..],
        &["detect", "--help"],
        &["help", "detect"],
        &["--version"],
        &["detect", "ttl", "-h"],
    ] {
        let ran = stampede(args).run();
        assert_eq!(ran.status, 0, "{args:?}: {ran}");
        assert_eq!(ran.stderr, "", "{args:?}");
        let long = ran.stdout.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{args:?}: a line is wider than 80 columns");
    }
}

#[test]
fn the_version_says_which_build_it_is() {
    let ran = stampede(["--version"]).run();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(ran.stdout, format!("stampede {version} (development build)\n"));
    assert_eq!(stampede(["-V"]).run().stdout, format!("stampede {version}\n"));
}

/// The same forms everywhere, each readable by its reader, and an answer the same in both of those for programs.
#[test]
fn every_command_has_the_same_forms() {
    let recording = repository("tests/scenarios/classic_expiry-1.csv");
    let mut commands: Vec<Vec<String>> = [
        "status",
        "incident list",
        "incident show",
        "config show",
        "playbook list",
        "playbook show cache-stampede-3am",
        "playbook test cache-stampede-3am",
        "drill list",
        "drill show classic-expiry",
        "undo",
        "simulate --rate 100/s --keys 100 --ttl 10s --rebuild 10ms --database 5 --for 20s",
    ]
    .map(|words| words.split(' ').map(str::to_owned).collect())
    .to_vec();
    let playbook = repository("playbooks/cache-stampede-3am.yaml");
    commands.push(vec!["playbook".into(), "validate".into(), playbook.to_str().unwrap().into()]);
    let scenario = repository("drills/hot-key.yaml");
    commands.push(vec!["drill".into(), "validate".into(), scenario.to_str().unwrap().into()]);
    commands.push(vec!["detect".into(), "--replay".into(), recording.to_str().unwrap().into()]);
    let home = crate::support::binary::Home::new();
    for command in commands {
        let say = |form: &str| {
            let args = command.iter().map(String::as_str).chain(["-o", form]);
            let ran = stampede(args)
                .env("XDG_STATE_HOME", home.path())
                .env("REDIS_URL", "redis://127.0.0.1:1")
                .run();
            assert!([0, 1, 2, 3].contains(&ran.status), "{command:?}: {ran}");
            ran.stdout
        };
        let json: Vec<serde_json::Value> = serde_json::Deserializer::from_str(&say("json"))
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let yaml: Vec<serde_json::Value> =
            serde_saphyr::from_multiple(&say("yaml")).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert_eq!(without_time(json), without_time(yaml), "{command:?}");
        let (table, brief) = (say("table"), say("brief"));
        assert!(brief.lines().count() <= table.lines().count(), "{command:?}: {brief}\n{table}");
        assert_eq!(say("text").lines().count(), table.lines().count(), "its old name");
    }
}

/// When it was measured differs between two runs.
fn without_time(mut documents: Vec<serde_json::Value>) -> Vec<serde_json::Value> {
    documents.iter_mut().filter_map(|document| document.as_object_mut()?.remove("at")).for_each(drop);
    documents
}

#[test]
fn colour_is_where_it_is_wanted() {
    let coloured =
        |args: &[&str]| stampede(["detect"].iter().chain(args)).run().to_string().contains("\x1b[");
    assert!(!coloured(&[]), "it is piped");
    assert!(coloured(&["--color", "always"]));
    assert!(!coloured(&["--color", "never"]));
}

#[test]
fn every_subcommand_has_an_example_in_its_help() {
    fn visit(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            let path = format!("{path} {}", sub.get_name());
            let has = sub.get_after_help().is_some_and(|help| help.to_string().contains("Example"));
            if !has && sub.get_subcommands().next().is_none() && !path.contains(" config ") {
                missing.push(path.clone());
            }
            visit(sub, &path, missing);
        }
    }
    let mut missing = Vec::new();
    visit(&stampede::cli::command(), "stampede", &mut missing);
    assert!(missing.is_empty(), "no example in the help of {missing:?}");
    stampede::cli::command().debug_assert();
}

#[test]
fn nothing_configured_says_what_to_set() {
    let ran = stampede(["detect"]).run();
    assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
    assert!(ran.stderr.contains("REDIS_URL"), "{ran}");
}

#[test]
fn an_unknown_target_names_its_neighbour() {
    let ran = stampede(["detect", "--target", "redsi"]).env("REDIS_URL", "redis://127.0.0.1:1").run();
    assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
    assert!(ran.stderr.contains("did you mean redis?"), "{ran}");
}

#[test]
fn checked_in_completions_are_what_the_binary_prints() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = stampede(["completions", shell]).run();
        assert_eq!(ran.status, 0, "{ran}");
        let checked_in = fs::read_to_string(repository(&format!("completions/stampede.{shell}"))).unwrap();
        assert!(ran.stdout == checked_in, "completions/stampede.{shell} is stale: run `make completions`");
    }
    let man = stampede(["man"]).run();
    let checked_in = fs::read_to_string(repository("completions/stampede.1")).unwrap();
    assert!(man.stdout == checked_in, "completions/stampede.1 is stale: run `make completions`");
}

#[test]
fn the_exit_codes_in_the_docs_are_those_of_the_code() {
    let docs = fs::read_to_string(repository("docs/exit-codes.md")).unwrap();
    for exit in [
        Exit::Ok,
        Exit::Warning,
        Exit::Critical,
        Exit::Unknown,
        Exit::Failed,
        Exit::Refused,
        Exit::Unconfirmed,
        Exit::StillInEffect,
        Exit::Held,
        Exit::Usage,
        Exit::Internal,
        Exit::Config,
        Exit::Interrupted,
    ] {
        let code = exit as u8;
        let row = docs.lines().find(|line| line.starts_with(&format!("| {code} |")));
        assert!(row.is_some_and(|row| row.contains(&format!("`{exit:?}`"))), "no row for {exit:?} = {code}");
    }
    let rows =
        docs.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()).count();
    assert_eq!(rows, 13, "docs/exit-codes.md lists codes that do not exist");
}

#[test]
fn a_replay_ends_with_the_code_of_its_level_and_a_document_that_fits_the_schema() {
    let file = repository("tests/scenarios/classic_expiry-1.csv");
    let table = stampede(["detect", "--replay"]).arg(&file).run();
    assert_eq!(table.status, Exit::Critical as i32, "{table}");
    assert!(table.stdout.lines().next().unwrap().contains("classic expiry"), "{table}");
    let wide = table.stdout.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "wider than 80 columns");

    let json = stampede(["detect", "-o", "json", "--replay"]).arg(&file).run();
    assert_eq!(json.status, Exit::Critical as i32, "{json}");
    let document = json.json();
    assert_eq!(document["pattern"], "classic_expiry");
    assert_eq!(document["stampede"], true);
    assert!(
        ["10:04", "10:05", "10:06"].contains(&document["onset"].as_str().unwrap()),
        "{}",
        document["onset"]
    );
    let schema = stampede(["detect", "--schema"]).run().json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn a_replay_reads_standard_input_and_says_what_is_wrong_with_it() {
    let table = fs::read(repository("tests/scenarios/protocol-classic.txt")).unwrap();
    let ran = stampede(["detect", "-o", "json", "--replay", "-"]).stdin(table).run();
    assert_eq!(ran.json()["pattern"], "classic_expiry", "{ran}");

    for (bad, words) in [(&b""[..], "empty"), (b"\x00\xff\xfe\x01", ""), (b"tiem,cache_hist\n1,2\n", "tiem")]
    {
        let ran = stampede(["detect", "--replay", "-"]).stdin(bad).run();
        assert!(ran.status != 0 && ran.status != Exit::Critical as i32, "{ran}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(words), "{ran}");
    }
    let ran = stampede(["detect", "--replay", "no-such-file.csv"]).run();
    assert!(ran.stderr.contains("no-such-file.csv"), "{ran}");
}
