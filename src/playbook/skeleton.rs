//! A playbook to begin with.

use crate::config::is_target_name;

/// A commented playbook of that name, which validates as it is; none when the name does not fit.
pub fn skeleton(name: &str) -> Option<String> {
    is_target_name(name).then(|| include_str!("skeleton.yaml").replace("NAME", name))
}
