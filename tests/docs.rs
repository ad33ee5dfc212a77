//! What is written down is tested: commands in the README parse, its configuration loads, its documents exist.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use stampede::cli::Cli;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(tag)) => open = Some((tag.trim() == language, String::new())),
            (Some(_), Some(_)) => {
                if let Some((true, block)) = open.take() {
                    blocks.push(block);
                }
                open = None;
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The words of a command as a shell makes them, quotes taken off.
pub fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in command.chars().chain([' ']) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            (_, c) => word.push(c),
        }
    }
    words
}

#[test]
fn every_stampede_command_in_the_documents_parses() {
    let mut seen = 0;
    for document in [
        "README.md",
        "docs/act.md",
        "docs/recover.md",
        "docs/detect.md",
        "docs/configuration.md",
        "docs/performance.md",
        "docs/drill-format.md",
        "docs/playbook-format.md",
        "docs/practice.md",
        "docs/prevention.md",
        "docs/drill.md",
        "docs/simulate.md",
        "docs/systems.md",
        "docs/prevent.md",
    ] {
        let text = read(document);
        for block in ["console", "text"].into_iter().flat_map(|language| blocks(&text, language)) {
            // A command goes on behind a backslash.
            let block = block.replace("\\\n", " ");
            for line in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
                for command in line.split(['|', ';']) {
                    let command = command.split(" #").next().unwrap().split(" > ").next().unwrap().trim();
                    let words: Vec<_> =
                        words(command).into_iter().skip_while(|word| word.contains('=')).collect();
                    if words.first().is_none_or(|word| word != "stampede") {
                        continue;
                    }
                    seen += 1;
                    if let Err(error) = Cli::try_parse_from(&words) {
                        panic!("{document}: `{command}` does not parse: {error}");
                    }
                }
            }
        }
    }
    assert!(seen >= 8, "only {seen} commands were found");
}

#[test]
fn links_between_documents_lead_somewhere() {
    for document in
        ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/prevent.md", "docs/prevention.md"]
    {
        let text = read(document);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") || link.starts_with('#') {
                continue;
            }
            let folder = Path::new(document).parent().unwrap();
            let path =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(link.split('#').next().unwrap());
            assert!(path.exists(), "{document} links to {link}, which does not exist");
        }
    }
}

#[test]
fn every_subcommand_is_in_the_readme_or_the_docs() {
    let documents = [
        "README.md",
        "docs/detect.md",
        "docs/act.md",
        "docs/recover.md",
        "docs/drill-format.md",
        "docs/playbook-format.md",
        "docs/simulate.md",
    ];
    let text = documents.map(read).concat();
    let command = stampede::cli::command();
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set()) {
        assert!(
            text.contains(&format!("stampede {}", sub.get_name())),
            "{} is not described",
            sub.get_name()
        );
        for part in sub.get_subcommands().filter(|part| part.get_name() != "help") {
            let words = format!("stampede {} {}", sub.get_name(), part.get_name());
            assert!(text.contains(&words), "{words} is not described");
        }
    }
}

/// Every key of a scenario, and everything that can happen in one.
#[test]
fn the_description_of_scenarios_has_every_key() {
    fn keys(schema: &serde_json::Value, out: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(map) => {
                let properties = map.get("properties").and_then(|properties| properties.as_object());
                out.extend(properties.into_iter().flatten().map(|(key, _)| key.clone()));
                out.extend(properties.and_then(|all| all.get("what")?["const"].as_str()).map(str::to_owned));
                map.values().for_each(|value| keys(value, out));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| keys(value, out)),
            _ => {}
        }
    }
    let text = read("docs/drill-format.md");
    let mut all = Vec::new();
    keys(&stampede::drill::scenario::schema(), &mut all);
    assert!(all.len() > 80, "the schema has only {} keys", all.len());
    let missing: Vec<_> = all.iter().filter(|key| !text.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "not described: {missing:?}");
    for shipped in stampede::drill::scenario::shipped() {
        assert!(text.contains(&format!("| `{}` |", shipped.name)), "{} is not described", shipped.name);
    }
}

/// The example in it can be used, and is as short as it says.
#[test]
fn the_scenarios_in_the_description_load() {
    let blocks = blocks(&read("docs/drill-format.md"), "yaml");
    assert!(blocks.len() >= 2, "only {} examples", blocks.len());
    for block in blocks {
        let read = stampede::drill::scenario::parse("example", block.into_bytes(), Path::new(""));
        assert!(read.is_ok(), "{}", read.unwrap_err().report);
    }
}

#[test]
fn the_configuration_in_the_readme_is_the_one_that_loads() {
    let blocks = blocks(&read("README.md"), "yaml");
    let dir = tempfile::tempdir().unwrap();
    // Secret files of the example are made here.
    let secret = dir.path().join("secret");
    fs::write(&secret, "s3cret\n").unwrap();
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let yaml = blocks[0].replace("/run/secrets/orders-db", secret.to_str().unwrap());
    fs::write(dir.path().join("stampede.yaml"), yaml).unwrap();
    let env = |name: &str| (name == "CACHE_PASSWORD").then(|| "x".to_owned());
    let settings = stampede::config::load(&stampede::config::LoadOptions {
        config: None,
        env: &env,
        home: None,
        cwd: dir.path().to_owned(),
    });
    let settings = settings.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(settings.targets.len(), 4);
    assert_eq!(settings.thresholds.hit_ratio_warn, 0.97);
}

/// Every event, and every field of it, is in the description of the journal.
#[test]
fn the_journal_s_description_has_every_event_and_field() {
    let text = read("docs/journal-format.md");
    let schema = serde_json::to_value(schemars::schema_for!(stampede::event::Record)).unwrap();
    let variants = schema["oneOf"].as_array().unwrap();
    assert!(variants.len() > 15, "the schema has only {} events", variants.len());
    for variant in variants {
        let name = variant["properties"]["event"]["const"].as_str().unwrap();
        let row = text.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not described"));
        let fields = row.split('|').nth(2).unwrap();
        for field in variant["properties"].as_object().unwrap().keys().filter(|field| *field != "event") {
            assert!(fields.contains(&format!("`{field}`")), "{name}.{field} is not described");
        }
        let described = fields.matches('`').count() / 2;
        assert_eq!(
            described,
            variant["properties"].as_object().unwrap().len() - 1,
            "{name} has other fields"
        );
    }
}

#[test]
fn the_record_in_the_journal_s_description_can_be_read() {
    let block = blocks(&read("docs/journal-format.md"), "json").remove(0);
    let record: stampede::event::Record = serde_json::from_str(&block).unwrap();
    assert_eq!(record.event.step(), Some("maxclients"));
}
