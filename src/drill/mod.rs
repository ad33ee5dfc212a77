//! Rehearsal: a real stampede on real servers.
