//! A state folder that does not answer: who wants out gets out.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::process::Signal;
use stampede::clock;

use crate::support::PATIENCE;
use crate::support::binary::{End, Home};

/// The other end of a pipe, once somebody reads from it: their read blocks for as long as this is there.
async fn read_by_somebody(pipe: &Path) -> File {
    let patience = clock::instant() + PATIENCE;
    loop {
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        if let Ok(file) = OpenOptions::new().write(true).custom_flags(flags).open(pipe) {
            return file;
        }
        assert!(clock::instant() < patience, "nobody reads the journal");
        clock::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_hangs_holds_up_nobody_who_wants_out() {
    for (args, signals) in [
        (&["undo", "--yes"][..], &[Signal::TERM, Signal::TERM][..]),
        (&["undo", "--yes"], &[Signal::INT, Signal::INT]),
        (&["status"], &[Signal::INT]),
    ] {
        let home = Home::new();
        let folder = home.state().join("stampede/incidents");
        std::fs::create_dir_all(&folder).unwrap();
        let pipe = folder.join("night.jsonl");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut running = home.stampede(args).env("REDIS_URL", "redis://127.0.0.1:1").spawn();
        let hung = read_by_somebody(&pipe).await;
        let (last, first) = signals.split_last().unwrap();
        for signal in first {
            running.signal(*signal);
            running.err("stopping (what is being written is finished first)").await;
        }
        running.signal(*last);
        let ended = running.wait().await;
        assert_eq!(ended.end, End::Code(130), "{args:?}: {ended}");
        drop(hung);
    }
}
