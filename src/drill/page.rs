//! What a person does who follows the protocol's page with nothing but a shell: its commands, verbatim and in order.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

/// A command of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// As the page has it.
    pub typed: &'static str,
    /// Whether it changes something.
    pub acts: bool,
}

const fn looks(typed: &'static str) -> Line {
    Line { typed, acts: false }
}

const fn acts(typed: &'static str) -> Line {
    Line { typed, acts: true }
}

/// "3 AM Emergency Response Commands", phase by phase, and "Cache Warming Strategies" at the end.
pub const PHASES: [&[Line]; 3] = [
    &[
        looks(r#"redis-cli info stats | grep -E "(keyspace_hits|keyspace_misses)""#),
        looks(r#"mysql -e "SHOW PROCESSLIST;" | wc -l"#),
        looks(r#"psql -c "SELECT count(*) FROM pg_stat_activity WHERE state = 'active';""#),
        looks(r#"kubectl logs -l app=backend --since=2m | grep -c "cache miss""#),
    ],
    &[
        acts("redis-cli CONFIG SET maxclients 5000"),
        acts("redis-cli CONFIG SET timeout 30"),
        acts(r#"redis-cli SET "lock:expensive_query" "locked" EX 30 NX"#),
        acts("kubectl scale deployment redis-replica --replicas=3"),
    ],
    &[
        acts(r#"mysql -e "SET GLOBAL read_only = ON;""#),
        looks(r#"mysql -e "SELECT id, time, info FROM information_schema.processlist WHERE time > 30;""#),
        acts(r#"mysql -e "KILL [query_id];""#),
        acts(r#"kubectl patch service mysql-service -p '{"spec":{"selector":{"role":"replica"}}}'"#),
        acts(
            "redis-cli --scan --pattern \"user:profile:*\" | head -1000 | while read key; do\n    \
             # Trigger cache refresh for each key\n    \
             curl -s \"http://api/internal/cache/warm/$key\"\ndone",
        ),
    ],
];

/// What the page wants somebody to fill in for each long query: its number.
const EACH: (&str, &str) =
    ("[query_id]", "mysql -N -e \"SELECT id FROM information_schema.processlist WHERE time > 30;\"");

impl Line {
    /// Whether the drill has the system that it is for.
    pub fn has_its_system(&self) -> bool {
        !self.typed.starts_with("kubectl")
    }

    /// As a shell takes it: a line with a place to fill in is typed for each that the page says to.
    fn script(&self) -> String {
        let (place, each) = EACH;
        match self.typed.contains(place) {
            true => format!("for id in $({each}); do {}; done", self.typed.replace(place, "$id")),
            false => self.typed.to_owned(),
        }
    }
}

/// A shell in which the names of the page's clients lead to the servers of a drill.
pub(super) struct Shell {
    folder: PathBuf,
}

impl Shell {
    /// `clients` are names of programs and what they stand for; `api` is where the page says `http://api`. Errors: cannot be
    /// written.
    pub(super) fn new(folder: PathBuf, clients: &[(&str, String)], api: &str) -> io::Result<Self> {
        let write = |name: &str, line: &str| {
            let path = folder.join(name);
            fs::write(&path, format!("#!/bin/sh\nPATH=${{PATH#*:}}\nexec {line}\n"))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
        };
        for (name, line) in clients {
            write(name, &format!("{line} \"$@\""))?;
        }
        // Its host is a name of the page's own network.
        let there =
            format!("sh -c 'for last; do :; done; exec curl -s \"{api}${{last#http://api}}\"' curl \"$@\"");
        write("curl", &there)?;
        Ok(Self { folder })
    }

    /// Types a line and waits for its end.
    pub(super) async fn types(&self, line: &Line) {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("sh");
        command.args(["-c", &line.script()]).env("PATH", format!("{}:{path}", self.folder().display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        // The page says nothing of what to do when one fails.
        _ = command.status().await;
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_long_query_is_killed() {
        let kill = PHASES[2].iter().find(|line| line.typed.contains("KILL")).unwrap();
        assert!(kill.script().starts_with("for id in $(mysql -N -e"), "{}", kill.script());
        assert!(kill.script().contains("KILL $id;"), "{}", kill.script());
    }
}
