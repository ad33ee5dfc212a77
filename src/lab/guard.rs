//! Cleans up after a process that could not: a shell that outlives us by a moment.
//!
//! It waits on a pipe that only we hold. However we end, the kernel closes it. When the lab's folder is still there by
//! then, nobody took it down: everything that runs in it is ended, and it is removed. A parent-death signal would not
//! do: it is tied to the thread that started the server, and it removes no files.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What runs in the folder is known by its working directory, so no recycled process id can be hit. PostgreSQL gets the
/// chance to release its shared memory first.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
while read -r _; do :; done
[ -d "$1" ] || exit 0
each() {
    for process in /proc/[0-9]*; do
        case "$(readlink "$process/cwd" 2>/dev/null)" in
            "$1"/*) found=1; pid="${process#/proc/}"
                case "$2:$(cat "$process/comm" 2>/dev/null)" in
                    QUIT:postgres) kill -QUIT "$pid"; kill -CONT "$pid" ;;
                    QUIT:*) ;;
                    *) kill -KILL "$pid" ;;
                esac ;;
        esac
    done 2>/dev/null
}
found=; each "$1" QUIT
[ -z "$found" ] || sleep 0.3
for try in 1 2 3 4 5 6 7 8 9 10; do
    found=; each "$1" KILL
    rm -rf "$1" 2>/dev/null
    [ -n "$found" ] || [ -d "$1" ] || exit 0
    sleep 0.1
done
"#;

/// The shell; dropping this lets it go.
pub(super) struct Guard(Child);

impl Guard {
    /// Watches over `folder`.
    pub(super) fn over(folder: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("stampede-lab-guard").arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        // A group of its own: neither Ctrl-C at the terminal nor a kill of our whole group takes it along.
        command.process_group(0);
        command.spawn().map(Self)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        _ = self.0.wait();
    }
}
