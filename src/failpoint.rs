//! For the tests of a bug: panics at the place that `STAMPEDE_PANIC_AT` names. Only in builds with debug assertions.

/// Panics if `place` is the one that was asked for. Not on the way out of another panic: that would abort the process.
#[cfg(debug_assertions)]
#[track_caller]
pub(crate) fn reach(place: &str) {
    let is_it = || std::env::var("STAMPEDE_PANIC_AT").is_ok_and(|wanted| wanted == place);
    if !std::thread::panicking() && is_it() {
        panic!("on purpose, at {place}");
    }
}

#[cfg(not(debug_assertions))]
pub(crate) fn reach(_: &str) {}
