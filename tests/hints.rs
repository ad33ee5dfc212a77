//! Every command of this program that a message prints works as pasted, or is not worded as one: what stands in the source after
//! `: ` or in backquotes is taken out of it, filled in, and read as the command line would be.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use clap::error::ErrorKind;
use stampede::cli::{Cli, command};
use stampede::lab::Lab;

use crate::support::binary::{End, Home};

/// What an operator fills in, and what for. All else in capitals is a word of theirs.
const FILLED: [(&str, &str); 5] =
    [("SIZE", "512mb"), ("KEY=VALUE", "role=replica"), ("ACCOUNT", "shop"), ("KEY", "user:1"), ("N", "5")];

/// Places whose value is no word, by how they stand in the source.
const PLACES: [(&str, &str); 3] = [("{incident}", ""), ("{which}", "service/web"), ("{plural}", "s")];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false => {
                found.extend(Some(path).filter(|path| path.extension().is_some_and(|kind| kind == "rs")));
            }
        }
    }
}

/// The string literals of a source, escapes taken back; what is in its tests is not printed.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let (mut literals, mut literal, mut letters) = (Vec::new(), None::<String>, code.chars().peekable());
    while let Some(letter) = letters.next() {
        match (&mut literal, letter) {
            (None, '\'') => {
                // A letter in quotes, which may be a quote; a lifetime has no second one.
                let ahead: Vec<char> = letters.clone().take(3).collect();
                match ahead[..] {
                    ['\\', _, '\''] => _ = letters.nth(2),
                    [_, '\'', ..] => _ = letters.nth(1),
                    _ => {}
                }
            }
            (None, '"') => literal = Some(String::new()),
            (Some(_), '"') => literals.extend(literal.take()),
            (Some(text), '\\') => match letters.next() {
                Some('\n') => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            (Some(text), other) => text.push(other),
            (None, _) => {}
        }
    }
    literals
}

/// The commands in a message, and the rest of it.
fn commands(message: &str) -> (Vec<String>, String) {
    let (mut commands, mut rest) = (Vec::new(), String::new());
    // A command goes on behind a backslash.
    let message = message.replace("\\\n", " ");
    for (at, piece) in message.split('`').enumerate() {
        if at % 2 == 1 && piece.starts_with("stampede ") {
            commands.push(piece.to_owned());
            continue;
        }
        for line in piece.split(['\n', '|']) {
            let mut line = line;
            while let Some((before, after)) = line.split_once(": stampede ") {
                let end = after.find([';', ',', ')']).unwrap_or(after.len());
                commands.push(format!("stampede {}", &after[..end]));
                rest.push_str(before);
                line = &after[end..];
            }
            if let Some(whole) = unset(line.trim()).strip_prefix("stampede ") {
                commands.push(format!("stampede {whole}"));
                continue;
            }
            rest.push_str(line);
            rest.push('\n');
        }
    }
    (commands, rest)
}

/// A command line without the variables that it begins with.
fn unset(line: &str) -> &str {
    match line.split_once(' ') {
        Some((first, rest)) if first.contains('=') => unset(rest),
        _ => line,
    }
}

fn filled(command: &str) -> Vec<String> {
    let command = command.split("  #").next().unwrap().split(" > ").next().unwrap();
    let command = command.trim_end_matches([' ', ':']);
    let filled = PLACES.iter().fold(command.to_owned(), |line, (place, value)| line.replace(place, value));
    // What stands in braces is a place; in quotes it is JSON or the place of a key.
    let words = crate::docs::words(&filled).into_iter().map(|word| match word.split_once('{') {
        Some((before, after)) if !word.contains([':', '/']) => match after.split_once('}') {
            Some((_, after)) => format!("{before}1{after}"),
            None => word,
        },
        _ => word,
    });
    let words: Vec<String> = words.collect();
    FILLED.iter().fold(words, |words, (word, value)| {
        words.into_iter().map(|one| if one == *word { (*value).to_owned() } else { one }).collect()
    })
}

#[test]
fn every_command_that_a_message_prints_can_be_pasted() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let names: Vec<String> = command().get_subcommands().map(|one| one.get_name().to_owned()).collect();
    let (mut seen, mut broken) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for literal in literals(&text) {
            // The script of a shell, a title and the beginning of a command are no messages.
            let none = ["stampede playbook", "stampede detect --watch"];
            if literal.contains("_stampede") || none.contains(&literal.as_str()) {
                continue;
            }
            let literal =
                literal.split_inclusive('\n').filter(|line| !line.contains("REDIS_URL=")).collect::<String>();
            let (commands, rest) = commands(&literal);
            let is_one = |command: &str| {
                let word = command.split_whitespace().nth(1).unwrap_or_default();
                names.iter().any(|name| word.trim_end_matches([':', ')', ',', '.', ';']) == name)
            };
            for command in commands.iter().filter(|command| is_one(command)) {
                seen += 1;
                let line = filled(command);
                if let Err(error) = Cli::try_parse_from(&line)
                    && error.kind() != ErrorKind::DisplayHelp
                {
                    let why = error.to_string();
                    broken.push(format!(
                        "{}: `{}`: {}",
                        file.display(),
                        line.join(" "),
                        why.lines().next().unwrap()
                    ));
                }
            }
            // What is left looks like a command and is a part of a sentence: nobody sees where it ends.
            for (at, _) in rest.match_indices("stampede ") {
                let bare = at == 0 || !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
                if bare && is_one(&rest[at..]) {
                    broken.push(format!("{}: where does it end? {}", file.display(), rest[at..].trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen >= 50, "only {seen} commands were found");
}

/// What `detect` says comes next of the servers' own clients is taken by these servers; of an older product, it is a read all the same.
#[tokio::test]
async fn what_detect_suggests_of_clients_is_taken_by_their_servers() {
    let lab = Lab::new().unwrap();
    let (redis, mariadb, postgres) = tokio::join!(lab.redis(&[]), lab.mariadb(&[]), lab.postgres(&[]));
    let (redis, mariadb, postgres) = (redis.unwrap(), mariadb.unwrap(), postgres.unwrap());
    let clients = [
        ("redis-cli", format!("redis-cli -e -h 127.0.0.1 -p {}", redis.port())),
        ("mysql", format!("mysql -S {} -u root", mariadb.socket().display())),
        ("psql", format!("psql -h {} -p {} -U postgres", postgres.socket_dir().display(), postgres.port())),
    ];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnosis/next.rs");
    let literals: BTreeSet<String> = literals(&fs::read_to_string(source).unwrap()).into_iter().collect();
    let mut seen = [0; 3];
    for (at, (client, addressed)) in clients.iter().enumerate() {
        let rests = literals.iter().filter_map(|literal| literal.strip_prefix(client)?.strip_prefix(' '));
        for rest in rests {
            seen[at] += 1;
            let ended = Home::new().pasted(&format!("{addressed} {rest}")).spawn().wait().await;
            assert_eq!(ended.end, End::Code(0), "{client} {rest}: {ended}");
        }
    }
    assert!(seen.iter().all(|seen| *seen >= 3), "{seen:?}");
}

/// Nobody has to fill in anything in what `detect` says comes next.
#[test]
fn what_detect_suggests_has_no_places_to_fill_in() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnosis/next.rs");
    let source = fs::read_to_string(source).unwrap();
    let commands = literals(&source).into_iter().filter(|literal| literal.starts_with("stampede "));
    let commands: Vec<String> = commands.collect();
    assert!(commands.len() >= 10, "{commands:?}");
    for command in commands {
        let place = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
        assert!(!command.split([' ', '=']).any(place), "{command}");
    }
}
