//! Which commit this is, for `--version`: asked of git where there is one.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A commit is no reason to build all of a development build again.
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = release.then(commit).flatten();
    let words = match release {
        true => commit.unwrap_or_else(|| "commit not known".into()),
        false => "development build".into(),
    };
    println!("cargo:rustc-env=STAMPEDE_COMMIT={words}");
}

/// `1a2b3c4d5e6f 2026-11-29`, and `modified` where the files are not those of that commit; none where it is not our repository.
fn commit() -> Option<String> {
    println!("cargo:rerun-if-changed=src");
    for part in ["HEAD", "logs/HEAD"] {
        println!("cargo:rerun-if-changed={}", git(&["rev-parse", "--git-path", part])?);
    }
    // Built as a part of something else, that commit would be another's.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    let commit = git(&["log", "-1", "--abbrev=12", "--format=%h %cs"])?;
    let modified =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_none_or(|files| !files.is_empty());
    Some(if modified { commit + " modified" } else { commit })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
