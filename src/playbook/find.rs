//! Where playbooks are: shipped, in our folders, or in a file that is named.

use std::path::{Path, PathBuf};

use crate::config::{LoadOptions, is_target_name};
use crate::error::{Failure, FailureKind};
use crate::playbook::load::PLAYBOOK;
use crate::playbook::{DEFAULT, Invalid, Playbook, SHIPPED, parse};
use crate::text;
use crate::yaml::{is_path, read_text, stem};

/// What the playbook is called, too, that runs when none is named.
const ALIAS: &str = "default";

/// The folder that they are in, in each of ours.
const FOLDER: &str = "playbooks";

/// A playbook that was found.
#[derive(Debug)]
pub struct Found {
    /// Its name: of a file, the file's.
    pub name: String,
    /// Its file; none for a shipped one.
    pub path: Option<PathBuf>,
    /// Why it is not the one that its name leads to; none when it is.
    pub hidden: Option<String>,
    /// The playbook, or what is wrong with it.
    pub playbook: Result<Playbook, Invalid>,
}

/// Loads a playbook by its name, or a file by its path: what has a `/` in it or ends in `.yaml` is a path.
///
/// A name leads to the shipped playbook of that name, else to the first NAME.yaml in `./playbooks`, in `playbooks` of
/// our XDG folder, and in `/etc/stampede/playbooks`. `default` is the one that runs when none is named. Errors: exit 78 for a file that cannot be used, 64 for a name that
/// leads nowhere.
pub fn load(name: &str, options: &LoadOptions<'_>) -> Result<Playbook, Failure> {
    if is_path(name) {
        return Ok(load_file(&options.cwd.join(name))?);
    }
    let name = if name == ALIAS { DEFAULT } else { name };
    if let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) {
        return Ok(parse(&format!("{name} (shipped)"), shipped.source.into())?);
    }
    let files = options.files(FOLDER);
    if let Some(path) = files.iter().find(|path| stem(path) == name) {
        return Ok(named(path)?);
    }
    let stems: Vec<String> = files.iter().map(|path| stem(path)).collect();
    let names = SHIPPED.iter().map(|shipped| shipped.name).chain(stems.iter().map(String::as_str));
    let hint = match text::nearest_part(name, names.chain([ALIAS])) {
        Some(near) => format!("did you mean {}?", text::escape(near)),
        None => "`stampede playbook list` shows those that are there; a path has a / in it".into(),
    };
    Err(Failure::new(FailureKind::Usage, format!("there is no playbook called {}", text::escape(name)))
        .hint(hint))
}

/// Loads the playbook in a file.
pub fn load_file(path: &Path) -> Result<Playbook, Invalid> {
    let file = path.display().to_string();
    let source = read_text(path).map_err(|why| Invalid::unreadable(PLAYBOOK, &file, &why))?;
    let playbook = parse(&file, source.into_bytes())?;
    let (stem, folder) = (stem(path), Some(path.parent().unwrap_or(Path::new("")).to_owned()));
    // `playbook show NAME > mine.yaml`: a copy of a shipped one is called like its file, so that it can be told from it.
    let copied = SHIPPED.iter().any(|shipped| shipped.name == playbook.name) && is_target_name(&stem);
    let name = if copied { stem } else { playbook.name.clone() };
    Ok(Playbook { name, folder, ..playbook })
}

/// Every playbook that a name can lead to, and those that are hidden by another of the same name.
pub fn search(options: &LoadOptions<'_>) -> Vec<Found> {
    let mut all: Vec<Found> = SHIPPED
        .iter()
        .map(|shipped| Found {
            name: shipped.name.into(),
            path: None,
            hidden: None,
            playbook: parse(&format!("{} (shipped)", shipped.name), shipped.source.into()),
        })
        .collect();
    for path in options.files(FOLDER) {
        let name = stem(&path);
        let hidden = all.iter().find(|found| found.name == name && found.hidden.is_none()).map(|found| {
            match &found.path {
                Some(path) => format!("hidden by {}", text::path(path)),
                None => "hidden by the shipped one".to_owned(),
            }
        });
        all.push(Found { playbook: named(&path), name, path: Some(path), hidden });
    }
    all
}

/// A file that is found by its name must say the same name.
fn named(path: &Path) -> Result<Playbook, Invalid> {
    let playbook = load_file(path)?;
    let stem = stem(path);
    if playbook.name == stem {
        return Ok(playbook);
    }
    Err(Invalid::as_a_whole(PLAYBOOK, &path.display().to_string(), |file| {
        format!(
            "{file} says that its name is {}; a playbook is found by the name of its file: call one like the other",
            playbook.name
        )
    }))
}
