//! PostgreSQL: what it can be asked.
