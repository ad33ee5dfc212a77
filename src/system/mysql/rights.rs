//! What our account may do, from `SHOW GRANTS`.

use std::collections::BTreeSet;

/// Rights on everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    all: bool,
    named: BTreeSet<String>,
    /// Roles may hold more than is shown.
    roles: bool,
}

impl Rights {
    /// Reads the lines of `SHOW GRANTS`.
    pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut rights = Self::default();
        for line in lines {
            let Some(rest) = line.strip_prefix("GRANT ") else { continue };
            match rest.split_once(" ON ") {
                Some((names, on)) if on.starts_with("*.* ") => {
                    for name in names.split(',').map(|name| name.trim().to_ascii_uppercase()) {
                        rights.all |= name == "ALL PRIVILEGES";
                        rights.named.insert(name);
                    }
                }
                Some(_) => {}
                None => rights.roles = true,
            }
        }
        rights
    }

    /// Whether it has one of these; none when a role may hold it.
    pub fn has(&self, names: &[&str]) -> Option<bool> {
        let found = self.all || names.iter().any(|name| self.named.contains(*name));
        (found || !self.roles).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Rights {
        Rights::read(lines.iter().copied())
    }

    #[test]
    fn rights_on_everything_count_and_those_of_roles_are_not_known() {
        let some = of(&["GRANT PROCESS, SUPER ON *.* TO `ops`@`%`", "GRANT SELECT ON `a`.* TO `ops`@`%`"]);
        assert_eq!(some.has(&["SUPER"]), Some(true));
        assert_eq!(some.has(&["SELECT"]), Some(false));
        assert_eq!(of(&["GRANT ALL PRIVILEGES ON *.* TO `ops`@`%`"]).has(&["READ_ONLY ADMIN"]), Some(true));
        assert_eq!(
            of(&["GRANT USAGE ON *.* TO `ops`@`%`", "GRANT `dba`@`%` TO `ops`@`%`"]).has(&["SUPER"]),
            None
        );
    }
}
