//! The tools that later tests break things with: each is tried on a real server or program, so that those tests can
//! believe it.

mod binary;
mod terminal;
