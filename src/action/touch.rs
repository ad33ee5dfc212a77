//! What a change is made to: two changes of one thing are put back in the opposite order, or the older one's value would be
//! taken for what was there before.

/// One thing that is changed on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Something that only steps of the same action change: a setting, and whose it is.
    Own(String),
    /// A key, whichever action writes it.
    Key(Vec<u8>),
    /// The expiries of all keys that begin with this.
    Expiries(Vec<u8>),
    /// A field of an object: its path, and the pointer to it.
    Field(String, String),
}

impl Touch {
    /// The expiries of the keys of a glob pattern.
    pub fn expiries_of(pattern: &str) -> Self {
        let special = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'\\');
        Self::Expiries(pattern.bytes().take_while(|byte| !special(byte)).collect())
    }

    /// The expiries of these keys.
    pub fn expiries<'a>(mut keys: impl Iterator<Item = &'a [u8]>) -> Self {
        let first = keys.next().unwrap_or_default();
        let same = |common: usize, key: &[u8]| {
            first[..common].iter().zip(key).take_while(|(one, other)| one == other).count()
        };
        Self::Expiries(first[..keys.fold(first.len(), same)].to_vec())
    }

    /// Whether both are, or may be, about one thing; `same_action`: both are steps of one action.
    pub fn overlaps(&self, other: &Self, same_action: bool) -> bool {
        match (self, other) {
            (Self::Own(one), Self::Own(other)) => same_action && one == other,
            (Self::Key(one), Self::Key(other)) => one == other,
            (Self::Expiries(one), Self::Expiries(other)) => one.starts_with(other) || other.starts_with(one),
            (Self::Field(one, at), Self::Field(other, there)) => {
                one == other && (at.starts_with(there.as_str()) || there.starts_with(at.as_str()))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_begin_alike_may_be_the_same() {
        let profiles = Touch::expiries_of("user:profile:*");
        let frozen = Touch::expiries([&b"user:profile:1"[..], b"user:profile:22"].into_iter());
        assert_eq!(frozen, Touch::Expiries(b"user:profile:".to_vec()));
        assert!(profiles.overlaps(&frozen, false));
        assert!(profiles.overlaps(&Touch::expiries_of("*"), false));
        assert!(profiles.overlaps(&Touch::expiries_of("user:[ap]*"), false));
        assert!(!profiles.overlaps(&Touch::expiries_of("page:*"), true));
    }

    #[test]
    fn a_setting_is_its_action_s_own() {
        let mine = Touch::Own("a1".into());
        assert!(mine.overlaps(&mine.clone(), true));
        assert!(!mine.overlaps(&mine.clone(), false));
        assert!(!mine.overlaps(&Touch::Own("a12".into()), true));
        let field = |at: &str| Touch::Field("/deployments/web".into(), at.into());
        assert!(field("/spec").overlaps(&field("/spec/replicas"), false));
        assert!(!field("/spec/replicas").overlaps(&field("/metadata/labels"), false));
    }
}
