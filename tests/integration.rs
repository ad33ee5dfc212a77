//! One binary for all integration tests: it links once.

mod architecture;
mod cli;
mod config;
mod databases;
mod diagnosis;
mod drill;
mod lab;
mod logs;
mod redis;
mod support;
