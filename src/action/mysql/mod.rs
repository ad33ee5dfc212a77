//! Actions on MySQL and MariaDB.

pub mod kill;
pub mod max_connections;
pub mod read_only;
pub mod user_limit;

mod privileges;
