//! Empty database folders, initialised once per server version and copied for each server after that.

use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::error::Failure;
use crate::lab::account::{Account, run_as};
use crate::lab::failure;
use crate::text::escape;

/// Changes when the way a template is made does, so that older ones are not used.
const FORMAT: &str = "1";

/// How to make a template.
pub(super) struct Recipe<'a> {
    pub(super) what: &'static str,
    /// The server, for its `--version`.
    pub(super) program: &'a Path,
    pub(super) account: Option<&'a Account>,
    /// Fills the (existing, empty, owned) folder.
    pub(super) make: &'a dyn Fn(&Path) -> Result<(), Failure>,
}

/// Fills `folder` (existing, empty, owned by the account) with an initialised database: from the cache when it is
/// there, else freshly made and cached for the next time. Blocks. Errors: the database cannot be initialised.
pub(super) fn fill(folder: &Path, recipe: &Recipe<'_>) -> Result<(), Failure> {
    let Some((_lock, template)) = locked(recipe) else { return (recipe.make)(folder) };
    if !template.is_dir() {
        (recipe.make)(folder)?;
        // A cache that cannot be written is only a slower next time.
        _ = save(folder, &template);
        return Ok(());
    }
    copy(&template, folder, recipe.account)
        .with_context(|| format!("cannot set up a {} folder", recipe.what))?;
    Ok(())
}

/// The place of the template, and the lock that is held while it is looked for, made or copied. None when there is
/// no cache folder.
fn locked(recipe: &Recipe<'_>) -> Option<(File, PathBuf)> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = cache.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cache")))?;
    let cache = cache.join("stampede").join("lab");
    fs::create_dir_all(&cache).ok()?;
    let version = Command::new(recipe.program).arg("--version").output().ok()?.stdout;
    let version: String = String::from_utf8_lossy(&version)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
        .collect();
    let uid = rustix::process::geteuid().as_raw();
    let name = format!("{}-{uid}-{FORMAT}-{version}", recipe.what.to_lowercase());
    let lock = File::create(cache.join(format!("{name}.lock"))).ok()?;
    lock.lock().ok()?;
    Some((lock, cache.join(name)))
}

fn save(folder: &Path, template: &Path) -> io::Result<()> {
    // Whole or not at all: a half-written template would break every later start.
    let unfinished = template.with_extension("unfinished");
    _ = fs::remove_dir_all(&unfinished);
    fs::create_dir(&unfinished)?;
    copy(folder, &unfinished, None).and_then(|()| fs::rename(&unfinished, template)).inspect_err(|_| {
        _ = fs::remove_dir_all(&unfinished);
    })
}

/// Copies what is in `from` into the existing folder `to`, with its permissions, for `account`.
fn copy(from: &Path, to: &Path, account: Option<&Account>) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            fs::create_dir(&target)?;
            fs::set_permissions(&target, entry.metadata()?.permissions())?;
            copy(&source, &target, account)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
            continue;
        } else if kind.is_file() {
            fs::copy(&source, &target)?;
        } else {
            continue;
        }
        if let Some(account) = account {
            account.own(&target)?;
        }
    }
    Ok(())
}

/// Runs one command of a recipe that reads `script` from its standard input; it is in the file `path` meanwhile. Errors: what
/// it said.
pub(super) fn run_script(
    what: &str,
    command: &mut Command,
    account: Option<&Account>,
    path: &Path,
    script: &str,
) -> Result<(), Failure> {
    let cannot = || format!("cannot set up {what}");
    fs::write(path, script).with_context(cannot)?;
    command.stdin(File::open(path).with_context(cannot)?);
    run(what, command, account)?;
    Ok(fs::remove_file(path).with_context(cannot)?)
}

/// Runs one command of a recipe. Errors: what it said.
pub(super) fn run(what: &str, command: &mut Command, account: Option<&Account>) -> Result<(), Failure> {
    run_as(command, account);
    command.current_dir("/");
    let name =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {name} for {what}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    let said = String::from_utf8_lossy(said);
    // The programs of PostgreSQL go on with what they do about it.
    let reason = said.lines().find(|line| line.contains("error: "));
    let said = reason.or_else(|| said.lines().rev().find(|line| !line.trim().is_empty()));
    let said = said.unwrap_or("it said nothing");
    Err(failure(format!("{name} could not set up {what}: {}", escape(said))))
}
