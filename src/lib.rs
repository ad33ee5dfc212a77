//! Cache stampede emergency response.
//!
//! Facts, verdicts and changes are three kinds of data; only a few modules touch the world. The layers are described in
//! `docs/architecture.md` and kept by `tests/architecture.rs`: an import may only point down.

pub mod action;
pub mod approval;
pub mod change;
pub mod cli;
pub mod clock;
pub mod config;
pub mod confirm;
pub mod diagnosis;
pub mod digest;
pub mod drill;
pub mod error;
pub mod event;
pub mod exit;
mod failpoint;
pub mod felt;
pub mod history;
pub mod journal;
pub mod kill_policy;
pub mod lab;
pub mod observation;
pub mod playbook;
pub mod prevent;
pub mod probe;
pub mod proof;
pub mod protection;
pub mod refill;
pub mod replay;
pub mod report;
pub mod runner;
pub mod simulate;
pub mod sql;
pub mod system;
pub mod text;
pub mod topk;
pub mod ui;
pub mod watchdog;
mod yaml;
