//! Real local servers for the drill and the tests.
