//! MySQL and MariaDB: what they can be asked.
