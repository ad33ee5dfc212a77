//! Who we are, and what was typed, as the journal keeps it.

use rustix::process::{getpid, getuid};
use rustix::system::uname;

use crate::config::hide_in_url;
use crate::event::Holder;
use crate::text;

/// This process, and the operator who runs it. Behind `sudo` that is whoever typed it.
pub fn holder(env: impl Fn(&str) -> Option<String>) -> Holder {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let user = set("SUDO_USER").or_else(|| set("USER")).or_else(|| set("LOGNAME"));
    let host = uname().nodename().to_string_lossy().into_owned();
    Holder {
        user: word(&user.unwrap_or_else(|| format!("uid{}", getuid().as_raw()))),
        host: word(&host),
        pid: getpid().as_raw_nonzero().get() as u32,
    }
}

/// One word, as a connection name must be: anything else becomes `_`.
fn word(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    text.chars().take(64).map(plain).collect()
}

/// What was typed, without passwords: in a URL all between the first colon and the last `@` is hidden, and what its query holds; and so is
/// the value after a flag that sounds like a secret.
pub fn argv(args: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut hide_next = false;
    args.into_iter()
        .map(|arg| {
            if std::mem::replace(&mut hide_next, sounds_secret(&arg) && !arg.contains('=')) {
                return "***".into();
            }
            match arg.split_once('=') {
                // The `=` of a URL is one of its query, or of its password.
                Some((name, _)) if sounds_secret(name) && !name.contains("://") => format!("{name}=***"),
                _ => text::escape(&hide_in_url(&arg)).into_owned(),
            }
        })
        .collect()
}

fn sounds_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "api-key", "api_key"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s30_secrets_never_reach_the_journal() {
        let typed = [
            "redis://ops:hunter2@cache:6379/0",
            "--password",
            "hunter2",
            "--token=abc",
            "rediss://c:1",
            "a\x1bb",
            "redis://:pa/ss@c",
            "http://h:80/{key}?k=v1",
            "http://u:SECRET=x@h",
        ];
        assert_eq!(
            argv(typed.map(str::to_owned)),
            [
                "redis://ops:***@cache:6379/0",
                "--password",
                "***",
                "--token=***",
                "rediss://c:1",
                "a\\x1bb",
                "redis://:***@c",
                "http://h:80/{key}?k=***",
                "http://u:***@h"
            ]
        );
    }

    #[test]
    fn the_operator_is_the_one_who_typed_sudo() {
        let env = |name: &str| (name == "SUDO_USER").then(|| "al ice".to_owned());
        assert_eq!(holder(env).user, "al_ice");
        assert!(holder(|_| None).user.starts_with("uid"));
    }
}
