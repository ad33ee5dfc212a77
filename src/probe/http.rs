//! The response time as users feel it.
