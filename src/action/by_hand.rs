//! The commands of an action for the day this program cannot be used: what a person types on paper's word.

use crate::text;

/// The commands of an action. `{field}` is its field, `{field:s}` the same in seconds; words in capitals are read off what
/// the command before showed.
#[derive(Clone, Copy, Debug)]
pub struct ByHand {
    /// What does it.
    pub act: &'static [&'static str],
    /// What puts it back.
    pub back: &'static [&'static str],
}

impl ByHand {
    /// What does it, and what puts it back. `field` gives the fields as they are written; one that is not given is shown by its
    /// name in capitals.
    pub fn filled(&self, field: &dyn Fn(&str) -> Option<String>) -> (Vec<String>, Vec<String>) {
        let fill = |templates: &[&str]| templates.iter().map(|template| filled(template, field)).collect();
        (fill(self.act), fill(self.back))
    }
}

fn filled(template: &str, field: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((place, end)) = after.split_once('}') else { break };
        out.push_str(before);
        let (name, seconds) = place.strip_suffix(":s").map_or((place, false), |name| (name, true));
        let value = field(name).and_then(|value| match seconds {
            true => text::parse_duration(&value).ok().map(|time| time.as_secs().to_string()),
            false => Some(value),
        });
        out.push_str(&value.map_or_else(|| name.to_uppercase(), |value| text::shell_word(&value)));
        rest = end;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use crate::action::{ACTIONS, by_name};

    #[test]
    fn every_action_can_be_done_by_hand_and_put_back_when_it_can_be() {
        for spec in ACTIONS {
            let name = spec.name;
            let (act, back) = spec.by_hand.filled(&|_| None);
            assert!(!act.is_empty(), "{name}");
            assert_eq!(back.is_empty(), spec.irreversible.is_some(), "{name}");
            // What stands in braces is a field: its name is shown in capitals.
            let strange = act.iter().chain(&back).find(|line| line.contains("'.") || line.contains("{."));
            assert_eq!(strange, None, "{name}");
        }
    }

    #[test]
    fn fields_are_filled_in_and_quoted_for_a_shell() {
        let field = |name: &str| match name {
            "workload" => Some("deployment/x; rm -rf 'y'".to_owned()),
            "value" => Some("2m".to_owned()),
            _ => None,
        };
        let (act, _) = by_name("kubernetes.scale").unwrap().by_hand.filled(&field);
        assert_eq!(act[1], r"kubectl scale 'deployment/x; rm -rf '\''y'\''' --replicas=REPLICAS");
        let (act, _) = by_name("redis.timeout").unwrap().by_hand.filled(&field);
        assert_eq!(act[1], "redis-cli CONFIG SET timeout 120");
    }
}
