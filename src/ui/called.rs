//! How commands of this program are to be typed: as a plugin it is called by kubectl, and may be on the path by no other name.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::OnceLock;

/// The file that kubectl runs for `kubectl stampede`.
const PLUGIN: &str = "kubectl-stampede";
/// The file that it asks what can follow that.
const COMPLETES: &str = "kubectl_complete-stampede";

/// The subcommands, where kubectl has called us.
static BY_KUBECTL: OnceLock<Vec<String>> = OnceLock::new();

/// Whether a program of this name is the plugin of kubectl.
pub fn is_plugin(program: &OsStr) -> bool {
    name(program) == Some(PLUGIN)
}

/// Whether a program of this name completes the words of the plugin.
pub fn completes_plugin(program: &OsStr) -> bool {
    name(program) == Some(COMPLETES)
}

fn name(program: &OsStr) -> Option<&str> {
    Path::new(program).file_name().and_then(OsStr::to_str)
}

/// From now on commands are shown as kubectl takes them.
pub fn by_kubectl(subcommands: Vec<String>) {
    // Whoever calls the program calls it once.
    _ = BY_KUBECTL.set(subcommands);
}

/// Text with its commands as they are to be typed.
pub(super) fn as_typed(text: Cow<'_, str>) -> Cow<'_, str> {
    match BY_KUBECTL.get() {
        Some(subcommands) => typed(text, subcommands),
        None => text,
    }
}

fn typed<'a>(text: Cow<'a, str>, subcommands: &[String]) -> Cow<'a, str> {
    const OWN: &str = "stampede ";
    if !text.contains(OWN) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find(OWN) {
        let (before, after) = (&rest[..at], &rest[at + OWN.len()..]);
        let word: &str = after.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
        let ends = after[word.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '-');
        let is_command = ends && subcommands.iter().any(|one| one == word) || after.starts_with("--");
        let alone = !before.ends_with(|c: char| c.is_alphanumeric() || "-_./:@".contains(c));
        out.push_str(before.strip_suffix("kubectl-").unwrap_or(before));
        let is_called = before.ends_with("kubectl-") || is_command && alone && !before.ends_with("kubectl ");
        out.push_str(if is_called { "kubectl stampede " } else { OWN });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_kubectl_takes_them() {
        let subcommands = ["undo".to_owned(), "break".to_owned()];
        let shown = |text: &'static str| typed(text.into(), &subcommands).into_owned();
        assert_eq!(shown("put back with: stampede undo x"), "put back with: kubectl stampede undo x");
        assert_eq!(
            shown("`stampede break`, stampede --help"),
            "`kubectl stampede break`, kubectl stampede --help"
        );
        assert_eq!(
            shown("Usage: kubectl-stampede break [OPTIONS]"),
            "Usage: kubectl stampede break [OPTIONS]"
        );
        for same in [
            "kubectl stampede undo",
            "a cache stampede breaks out, a stampede of reads",
            "/usr/bin/stampede undo",
            "stampede 0.1.0 (abc)",
            "stampede undoing",
        ] {
            assert_eq!(shown(same), same);
        }
    }

    #[test]
    fn it_is_known_by_the_name_of_its_file() {
        assert!(is_plugin(OsStr::new("/home/alice/.krew/bin/kubectl-stampede")));
        assert!(!is_plugin(OsStr::new("stampede")) && !is_plugin(OsStr::new("kubectl_complete-stampede")));
        assert!(completes_plugin(OsStr::new("kubectl_complete-stampede")));
    }
}
