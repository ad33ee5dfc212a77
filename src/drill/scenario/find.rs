//! Where scenarios are: shipped, in our folders, or in a file that is named.

use std::path::{Path, PathBuf};

use crate::config::{LoadOptions, is_target_name};
use crate::digest::sha256;
use crate::drill::scenario::load::{SCENARIO, parse};
use crate::drill::scenario::shipped::{SHIPPED, Shipped};
use crate::drill::scenario::spec::Scenario;
use crate::error::{Failure, FailureKind};
use crate::text;
use crate::yaml::{Invalid, is_path, read_text, stem};

/// The folder that they are in, in each of ours.
const FOLDER: &str = "drills";

/// A scenario that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub scenario: Scenario,
    /// Its file; none for a shipped one.
    pub path: Option<PathBuf>,
    /// The text of its file, as it is.
    pub source: String,
    /// The SHA-256 of its file.
    pub hash: String,
}

/// A scenario that was found.
#[derive(Debug)]
pub struct Found {
    /// Its name: of a file, the file's.
    pub name: String,
    /// Its file; none for a shipped one.
    pub path: Option<PathBuf>,
    /// Why it is not the one that its name leads to; none when it is.
    pub hidden: Option<String>,
    /// The scenario, or what is wrong with it.
    pub loaded: Result<Loaded, Invalid>,
}

/// All that come with the program.
pub fn shipped() -> &'static [Shipped] {
    SHIPPED
}

/// Loads a scenario by its name, or a file by its path: what has a `/` in it or ends in `.yaml` is a path.
///
/// A name leads to the shipped scenario of that name, else to the first NAME.yaml in `./drills`, in `drills` of our XDG folder, and in
/// `/etc/stampede/drills`. Errors: exit 78 for a file that cannot be used, 64 for a name that leads nowhere.
pub fn load(name: &str, options: &LoadOptions<'_>) -> Result<Loaded, Failure> {
    if is_path(name) {
        return Ok(load_file(&options.cwd.join(name))?);
    }
    if let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) {
        return Ok(of_shipped(shipped)?);
    }
    let files = options.files(FOLDER);
    if let Some(path) = files.iter().find(|path| stem(path) == name) {
        return Ok(named(path)?);
    }
    let stems: Vec<String> = files.iter().map(|path| stem(path)).collect();
    let names = SHIPPED.iter().map(|shipped| shipped.name).chain(stems.iter().map(String::as_str));
    let hint = match text::nearest_part(name, names) {
        Some(near) => format!("did you mean {}?", text::escape(near)),
        None => "`stampede drill list` shows those that are there; a path has a / in it".into(),
    };
    Err(Failure::new(FailureKind::Usage, format!("there is no scenario called {}", text::escape(name)))
        .hint(hint))
}

/// Loads the scenario in a file. Errors: all that is wrong with it.
pub fn load_file(path: &Path) -> Result<Loaded, Invalid> {
    let file = path.display().to_string();
    let source = read_text(path).map_err(|why| Invalid::unreadable(SCENARIO, &file, &why))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut loaded = read(&file, &source, folder)?;
    let stem = stem(path);
    // `drill show NAME > mine.yaml`: a copy of a shipped one is called like its file, so that it can be told from it.
    if SHIPPED.iter().any(|shipped| shipped.name == loaded.scenario.name) && is_target_name(&stem) {
        loaded.scenario.name = stem;
    }
    Ok(Loaded { path: Some(path.to_owned()), ..loaded })
}

/// Every scenario that a name can lead to, and those that are hidden by another of the same name.
pub fn search(options: &LoadOptions<'_>) -> Vec<Found> {
    let of = |shipped: &Shipped| Found {
        name: shipped.name.into(),
        path: None,
        hidden: None,
        loaded: of_shipped(shipped),
    };
    let mut all: Vec<Found> = SHIPPED.iter().map(of).collect();
    for path in options.files(FOLDER) {
        let name = stem(&path);
        let first = all.iter().find(|found| found.name == name && found.hidden.is_none());
        let hidden = first.map(|found| match &found.path {
            Some(path) => format!("hidden by {}", text::path(path)),
            None => "hidden by the shipped one".to_owned(),
        });
        all.push(Found { loaded: named(&path), name, path: Some(path), hidden });
    }
    all
}

fn of_shipped(shipped: &Shipped) -> Result<Loaded, Invalid> {
    read(&format!("{} (shipped)", shipped.name), shipped.source, Path::new(""))
}

fn read(file: &str, source: &str, folder: &Path) -> Result<Loaded, Invalid> {
    let scenario = parse(file, source.into(), folder)?;
    Ok(Loaded { scenario, path: None, source: source.to_owned(), hash: sha256(source.as_bytes()) })
}

/// A file that is found by its name must say the same name.
fn named(path: &Path) -> Result<Loaded, Invalid> {
    let loaded = load_file(path)?;
    if loaded.scenario.name == stem(path) {
        return Ok(loaded);
    }
    Err(Invalid::as_a_whole(SCENARIO, &path.display().to_string(), |file| {
        format!(
            "{file} says that its name is {}; a scenario is found by the name of its file: call one like the other",
            loaded.scenario.name
        )
    }))
}
