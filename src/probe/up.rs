//! What an error proves about the server: one answer for caches and databases.

use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Reading;

/// Whether the server is up, as far as an error tells. An error of ours (a wrong name, a certificate) says nothing
/// about it; neither does silence, for our limit may be the shorter one.
pub fn up(error: &TargetError) -> Reading {
    use TargetErrorKind::{
        Authentication, Busy, Full, Input, Loading, Permission, Protocol, Refused, Timeout, Tls, Unreachable,
        Unsupported,
    };
    match error.kind {
        // It has spoken to us.
        Full | Authentication | Permission => Reading::Known(1.0),
        // It is not there, or there and serves nobody.
        Refused | Loading | Busy => Reading::Known(0.0),
        Timeout | Unreachable | Tls | Protocol | Unsupported | Input => {
            Reading::Unknown(error.message.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_says_no_is_known_to_be_down() {
        let of = |kind| match up(&TargetError::new(kind, "why")) {
            Reading::Known(value) => Some(value),
            Reading::Unknown(why) => {
                assert_eq!(why, "why");
                None
            }
        };
        assert_eq!(of(TargetErrorKind::Refused), Some(0.0));
        assert_eq!(of(TargetErrorKind::Loading), Some(0.0));
        assert_eq!(of(TargetErrorKind::Busy), Some(0.0));
        assert_eq!(of(TargetErrorKind::Full), Some(1.0));
        assert_eq!(of(TargetErrorKind::Timeout), None);
        assert_eq!(of(TargetErrorKind::Unreachable), None);
        assert_eq!(of(TargetErrorKind::Protocol), None);
    }
}
