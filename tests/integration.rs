//! One binary for all integration tests: it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod actions;
mod architecture;
mod cli;
mod completion;
mod config;
mod contract;
mod databases;
mod deploy;
mod detect;
mod diagnosis;
mod docs;
mod drill;
mod drills;
mod faults;
mod hints;
mod hostile;
mod incident_cli;
mod journal;
mod kill_policy;
mod kill_run;
mod kube;
mod lab;
mod logs;
mod panics;
mod picture;
mod playbook;
mod prevent;
mod prevention;
mod protect;
mod protocol;
mod questions;
mod recover;
mod recover_kill;
mod redis;
mod runner;
mod sight;
mod simulate;
mod support;
mod terminal;
mod watchdog;
mod wire;
