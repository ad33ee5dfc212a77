//! A playbook to begin with.

/// A commented playbook of that name, which validates as it is.
pub fn skeleton(name: &str) -> String {
    include_str!("skeleton.yaml").replace("NAME", name)
}
