//! One binary for all integration tests: it links once.

mod architecture;
mod cli;
mod config;
mod databases;
mod detect;
mod diagnosis;
mod docs;
mod drill;
mod lab;
mod logs;
mod redis;
mod support;
