//! Taking cache connections away helps only where the application does not turn to the database instead (S6).

use crate::action::Refusal;
use crate::change::Level;
use crate::config::{Facts, OnCacheError};

/// How much must be typed for closing cache connections, and what is said about it. Errors: it would feed the
/// stampede.
pub fn allows(facts: &Facts) -> Result<(Level, String), Refusal> {
    match facts.on_cache_error {
        Some(OnCacheError::Database) => Err(Refusal::by(
            "S6",
            "the application asks the database when the cache fails: closing its connections would feed the stampede",
            "take load off the database first: stampede protect; or correct it: --fact on_cache_error=stale",
        )),
        Some(OnCacheError::Stale) => {
            Ok((Level::Ask, "whoever loses a connection serves the old value meanwhile".into()))
        }
        Some(OnCacheError::Error) => {
            Ok((Level::Ask, "whoever loses a connection in use fails that request".into()))
        }
        None => Ok((
            Level::Type,
            "S6 if the application asks the database when the cache fails, this feeds the stampede; what it does then is \
             not configured (--fact on_cache_error=stale|error|database)"
                .into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amplifier_is_refused_where_it_feeds_the_stampede_and_typed_where_nobody_knows() {
        let of = |on_cache_error| allows(&Facts { on_cache_error, ..Facts::default() });
        assert_eq!(of(Some(OnCacheError::Database)).map_err(|refusal| refusal.rule), Err(Some("S6")));
        assert_eq!(of(None).map(|(level, _)| level), Ok(Level::Type));
        for known in [OnCacheError::Stale, OnCacheError::Error] {
            assert_eq!(of(Some(known)).map(|(level, _)| level), Ok(Level::Ask));
        }
    }
}
