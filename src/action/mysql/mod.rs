//! Actions on MySQL and MariaDB.

pub mod kill;
pub mod read_only;

mod wants;
