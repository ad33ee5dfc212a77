//! Integration tests: each action on real servers: what it plans, what it leaves, and what it gives back.

mod flag;
mod freeze;
mod harness;
mod hot;
mod http_call;
mod keymiss;
mod kill_idle;
mod lock;
mod lock_cli;
mod lock_hold;
mod mysql_kill;
mod mysql_limits;
mod mysql_read_only;
mod people;
pub mod pg;
mod pgbouncer_pause;
mod pool;
mod postgres_kill;
mod postgres_limit;
mod postgres_read_only;
mod ramp;
pub mod shop;
mod silence;
mod stagger;
mod timeout;
mod warm;
mod warm_sql;
