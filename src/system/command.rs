//! One program run with arguments: no shell comes between, so a key is an argument whatever its bytes (S30).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::error::{TargetError, TargetErrorKind};
use crate::text::{duration, escape, fit, fit_bytes};

/// The part of what it complains about that is kept.
const KEPT: usize = 4 << 10;
/// Columns of it that are shown.
const SHOWN: usize = 160;

/// The words with `key` in the place of every `{key}`. Errors: the key cannot be an argument, or would be taken for an
/// option.
pub fn fill(words: &[String], key: &[u8]) -> Result<Vec<OsString>, TargetError> {
    let bad = |why: &str| {
        let key = fit_bytes(key, SHOWN);
        TargetError::new(TargetErrorKind::Input, format!("the key {key} {why}"))
    };
    if key.contains(&0) {
        return Err(bad("has a zero byte, which no argument can have"));
    }
    let mut options_end = false;
    words
        .iter()
        .map(|word| {
            options_end |= word == "--";
            if word.starts_with("{key}") && key.starts_with(b"-") && !options_end {
                let error = bad("would be read as an option: it begins with a dash");
                return Err(error.hint("put `--` before {key} in the rebuild command of stampede.yaml"));
            }
            let mut filled = Vec::new();
            for (at, piece) in word.split("{key}").enumerate() {
                filled.extend_from_slice(if at > 0 { key } else { b"" });
                filled.extend_from_slice(piece.as_bytes());
            }
            Ok(OsString::from_vec(filled))
        })
        .collect()
}

/// Runs a program to its end. Errors: it cannot be started, takes longer than `budget` (then it is ended), or fails.
pub async fn run(words: &[OsString], budget: Duration) -> Result<(), TargetError> {
    let Some((program, args)) = words.split_first() else {
        return Err(TargetError::new(TargetErrorKind::Input, "no program is named"));
    };
    let name = escape(&program.to_string_lossy()).into_owned();
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    // A group of its own: Ctrl-C at the terminal is for us to hear.
    command.kill_on_drop(true).process_group(0);
    let mut child = command.spawn().map_err(|error| {
        TargetError::new(TargetErrorKind::Input, format!("{name} cannot be started: {error}"))
            .hint("see rebuild.command in stampede.yaml")
            .caused_by(error)
    })?;
    let Ok((status, said)) = timeout(budget, to_its_end(&mut child)).await else {
        let message = format!("{name} did not end within {}", duration(budget));
        return Err(TargetError::new(TargetErrorKind::Timeout, message));
    };
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let last = String::from_utf8_lossy(&said);
            let last = last.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let said =
                if last.is_empty() { String::new() } else { format!(": {}", fit(&escape(last), SHOWN)) };
            Err(TargetError::new(TargetErrorKind::Protocol, format!("{name} failed ({status}){said}")))
        }
        Err(error) => {
            Err(TargetError::new(TargetErrorKind::Protocol, format!("{name} is lost: {error}"))
                .caused_by(error))
        }
    }
}

/// Waits for the end, and reads what it complains about all the while: a full pipe would hold it up.
async fn to_its_end(child: &mut Child) -> (std::io::Result<std::process::ExitStatus>, Vec<u8>) {
    let mut kept = Vec::new();
    if let Some(mut complaints) = child.stderr.take() {
        let mut piece = [0; 1024];
        while let Ok(length @ 1..) = complaints.read(&mut piece).await {
            kept.extend_from_slice(&piece[..length]);
            let over = kept.len().saturating_sub(KEPT);
            kept.drain(..over);
        }
    }
    (child.wait().await, kept)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn s30_a_key_is_one_argument_whatever_its_bytes() {
        let filled = fill(&words(&["warm", "--key={key}", "--", "{key}"]), b"-a b;$(x)\xff").expect("filled");
        assert_eq!(filled[1].as_bytes(), b"--key=-a b;$(x)\xff");
        assert_eq!((filled.len(), filled[3].as_bytes()), (4, &b"-a b;$(x)\xff"[..]));
        let option = fill(&words(&["warm", "{key}"]), b"--all").expect_err("an option");
        assert!(option.hint.is_some_and(|hint| hint.contains("`--`")));
        assert!(fill(&words(&["warm", "{key}"]), b"a\0b").is_err());
    }

    #[tokio::test]
    async fn a_program_is_run_to_its_end_and_its_last_words_are_told() {
        let run_it = |script: &'static str, budget: u64| async move {
            let words = ["sh", "-c", script].map(OsString::from);
            run(&words, Duration::from_millis(budget)).await.map_err(|error| error.message)
        };
        assert_eq!(run_it("exit 0", 10_000).await, Ok(()));
        assert_eq!(
            run_it("echo first >&2; printf 'no such\\033key' >&2; exit 3", 10_000).await,
            Err("sh failed (exit status: 3): no such\\x1bkey".into())
        );
        // More than a pipe holds.
        assert_eq!(run_it("head -c 300000 /dev/zero | tr '\\0' x >&2", 10_000).await, Ok(()));
        assert_eq!(run_it("sleep 60", 50).await, Err("sh did not end within 50 ms".into()));
        assert!(run(&["/nowhere/warm".into()], Duration::from_secs(1)).await.is_err());
    }
}
