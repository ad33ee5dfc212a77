//! Integration tests: each action on real servers: what it plans, what it leaves, and what it gives back.

mod freeze;
mod harness;
mod kill_idle;
mod people;
mod timeout;
