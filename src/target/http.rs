//! A URL, asked once as a user would.
