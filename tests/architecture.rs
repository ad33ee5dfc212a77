//! Keeps the layers and the prohibitions of docs/architecture.md.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module and its layer; an import may only point to a lower layer, or stay in its module.
const FLOORS: &[(&str, u8)] = &[
    ("cli", 8),
    ("drill", 7),
    ("runner", 7),
    ("ui", 7),
    ("history", 6),
    ("journal", 6),
    ("report", 6),
    ("confirm", 5),
    ("event", 5),
    ("felt", 5),
    ("playbook", 5),
    ("replay", 5),
    ("action", 4),
    ("diagnosis", 4),
    ("probe", 4),
    ("simulate", 4),
    ("protection", 4),
    ("refill", 3),
    ("lab", 2),
    ("prevent", 2),
    ("system", 2),
    ("approval", 1),
    ("change", 1),
    ("clock", 1),
    ("config", 1),
    ("watchdog", 1),
    ("digest", 1),
    ("error", 1),
    ("exit", 1),
    ("failpoint", 1),
    ("observation", 1),
    ("proof", 1),
    ("sql", 1),
    ("text", 1),
    ("topk", 1),
    ("kill_policy", 1),
    ("yaml", 1),
];

/// Client crates, and the modules that may name them: `system` speaks to what is there, `lab` and `drill` to what they started,
/// `prevent` to the cache of an application.
const CLIENTS: &[&str] = &[
    "redis::",
    "mysql_async",
    "tokio_postgres",
    "kube::",
    "k8s_openapi",
    "hyper::",
    "hyper_util",
    "http_body_util",
    "tokio_rustls",
    "rustls::",
];

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

impl Source {
    /// The name of the folder that it is in.
    fn folder(&self) -> &str {
        self.path.parent().and_then(Path::file_name).unwrap().to_str().unwrap()
    }
}

fn sources() -> Vec<Source> {
    sources_in("src")
}

/// The files of Rust below a folder of the project.
fn sources_in(root: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let room = inside.components().next().unwrap().as_os_str().to_str().unwrap();
                let room = room.trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: inside.to_owned(), room, text });
            }
        }
    }
    assert!(found.len() > 40, "the walk found only {} files", found.len());
    found
}

/// A file that nobody names is not compiled, and the tests in it never run.
#[test]
fn every_file_is_named_by_the_one_above_it() {
    for (root, tops) in [("src", &["lib.rs", "main.rs"][..]), ("tests", &["integration.rs"])] {
        let all = sources_in(root);
        let text = |path: PathBuf| all.iter().find(|source| source.path == path).map(|source| &*source.text);
        for source in all.iter().filter(|source| !tops.iter().any(|top| source.path == Path::new(top))) {
            let (name, folder) = match source.path.file_stem().unwrap().to_str().unwrap() {
                "mod" => (source.folder(), source.path.parent().unwrap().parent().unwrap()),
                name => (name, source.path.parent().unwrap()),
            };
            let above = match folder.as_os_str().is_empty() {
                true => tops.iter().filter_map(|top| text(PathBuf::from(top))).collect::<String>(),
                false => [folder.join("mod.rs"), folder.with_extension("rs")]
                    .into_iter()
                    .filter_map(text)
                    .collect(),
            };
            assert!(
                above.contains(&format!("mod {name};")),
                "{root}/{} is not compiled",
                source.path.display()
            );
        }
    }
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The modules that a line names after `crate::`, also in `use crate::{a, b::c}`.
fn rooms_named(line: &str) -> Vec<String> {
    let Some(at) = line.find("crate::") else { return Vec::new() };
    let rest = &line[at + "crate::".len()..];
    let word =
        |s: &str| s.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    match rest.strip_prefix('{') {
        Some(list) => list.split(',').map(word).filter(|w| !w.is_empty()).collect(),
        None => vec![word(rest)],
    }
}

#[test]
fn imports_only_point_down() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| s.room != "main" && s.room != "lib") {
        let own = floor(&source.room).unwrap_or_else(|| panic!("{} has no floor", source.path.display()));
        for line in source.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for named in rooms_named(line).iter().filter(|named| **named != source.room) {
                match floor(named) {
                    Some(other) if other < own => {}
                    // The modules of layer 1 may import each other.
                    Some(1) if own == 1 => {}
                    Some(_) => wrong.push(format!("{}: {}", source.path.display(), line.trim())),
                    None => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports that point up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn client_crates_stay_at_the_rim() {
    let mut wrong = Vec::new();
    for source in sources() {
        if ["system", "lab", "drill", "prevent"].contains(&source.room.as_str()) {
            continue;
        }
        for line in source.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            // `redis::` may be our own module of that name: only an import of the crate itself counts.
            let named = CLIENTS.iter().find(|client| {
                let import = line.trim_start().trim_start_matches("pub ").strip_prefix("use ");
                import.is_some_and(|path| path.starts_with(*client))
                    || (!client.starts_with("redis") && line.contains(*client) && !line.contains("crate::"))
            });
            if let Some(client) = named {
                wrong.push(format!("{}: {client} in {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "client crates outside system/:\n{}", wrong.join("\n"));
}

#[test]
fn only_ui_prints_and_only_main_ends_the_program() {
    let mut wrong = Vec::new();
    for source in sources() {
        for line in source.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let prints = ["println!", "eprintln!", "print!(", "io::stdout()", "io::stderr()"];
            if source.room != "ui" && prints.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
            // Who hears of signals must be able to end a process whose main thread hangs in a file system.
            if line.contains("process::exit") && source.path != Path::new("cli/signals.rs") {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "printing or exiting in the wrong room:\n{}", wrong.join("\n"));
}

/// A question beside a progress display would be drawn over: both have one owner.
#[test]
fn the_screen_alone_asks_and_moves() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.path.ends_with("ui/screen.rs")) {
        for line in source.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            if ["ProgressBar", "tcflush", "read_line("].iter().any(|word| line.contains(word)) {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "questions or progress beside ui/screen.rs:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_outgrows_its_room() {
    let long: Vec<_> = sources()
        .iter()
        .map(|source| (source.text.lines().count(), source.path.display().to_string()))
        .filter(|(lines, _)| *lines > 400)
        .collect();
    assert!(long.is_empty(), "files over 400 lines: {long:?}");
}

#[test]
fn no_unwrap_no_todo_no_allow() {
    let mut wrong = Vec::new();
    for source in sources() {
        let product = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in product.lines() {
            for word in [".unwrap()", "TODO", "FIXME", "#[allow(", "todo!", "dbg!"] {
                if line.contains(word) {
                    wrong.push(format!("{}: {}", source.path.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words are rendered last: what we have said ourselves is not read again to decide something. What a server says in its own
/// words is read in `system`, where it comes in.
#[test]
fn no_decision_reads_a_rendered_sentence() {
    const SENTENCES: [&str; 8] = ["message", "why", "words", "what", "headline", "basis", "note", "fact"];
    const READS: [&str; 4] = [r#".contains(""#, r#".starts_with(""#, r#".ends_with(""#, r#".strip_prefix(""#];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room != "system") {
        let product = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in product.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let reads = READS.iter().any(|read| {
                line.match_indices(read).any(|(at, _)| {
                    let name = line[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next();
                    name.is_some_and(|name| SENTENCES.contains(&name))
                })
            });
            if reads || line.contains(":?}\"") && line.contains("lowercase()") {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "decisions by a sentence of our own:\n{}", wrong.join("\n"));
}

/// The codes and phrases of a server are its own words, too: above `system` they are a type.
#[test]
fn what_a_server_refuses_is_read_where_it_comes_in() {
    const CODES: [&str; 8] =
        ["WRONGTYPE", "READONLY", "NOPERM", "NOAUTH", "LOADING", "OOM command", "Errorstats", "try with"];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room != "system") {
        let product = source.text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in product.lines().filter(|line| !line.trim_start().starts_with("//")) {
            if CODES.iter().any(|code| line.contains(&format!("\"{code}"))) {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "words of a server outside system/:\n{}", wrong.join("\n"));
}

/// What a failure is, is said by its kind; which number that is for a script, in `cli/`.
#[test]
fn only_the_command_line_names_exit_codes() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !["cli", "exit"].contains(&source.room.as_str())) {
        for line in source.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            if line.contains("Exit::") || line.contains("exit::Exit") {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "exit codes outside cli/:\n{}", wrong.join("\n"));
}

/// S9, S26: the right to write comes from one module, so that every write has an approval and a record.
#[test]
fn only_the_runner_approves_and_permits() {
    let mut wrong = Vec::new();
    for source in sources() {
        if ["runner", "approval"].contains(&source.room.as_str()) {
            continue;
        }
        for line in source.text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            if line.contains("Approval::of(") || line.contains(".permit(") {
                wrong.push(format!("{}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "approvals made outside runner/:\n{}", wrong.join("\n"));
}
