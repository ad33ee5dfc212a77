//! Label selectors as a list takes them.

use serde_json::Value;

/// Whether an object's labels match `a=b,c!=d,e in (f,g),!h,i`.
pub fn matches(object: &Value, selector: &str) -> bool {
    let labels = object.pointer("/metadata/labels");
    let label = |key: &str| labels.and_then(|labels| labels.get(key.trim())).and_then(Value::as_str);
    requirements(selector).iter().all(|one| {
        if let Some((key, values)) = one.split_once(" in ") {
            return label(key).is_some_and(|value| among(values, value));
        }
        if let Some((key, values)) = one.split_once(" notin ") {
            return label(key).is_none_or(|value| !among(values, value));
        }
        if let Some((key, value)) = one.split_once("!=") {
            return label(key) != Some(value.trim());
        }
        if let Some((key, value)) = one.split_once("==").or_else(|| one.split_once('=')) {
            return label(key) == Some(value.trim());
        }
        match one.strip_prefix('!') {
            Some(key) => label(key).is_none(),
            None => label(one).is_some(),
        }
    })
}

fn among(values: &str, value: &str) -> bool {
    values.trim().trim_start_matches('(').trim_end_matches(')').split(',').any(|one| one.trim() == value)
}

/// Cut at commas that stand in no brackets.
fn requirements(selector: &str) -> Vec<String> {
    let (mut all, mut depth) = (vec![String::new()], 0);
    for c in selector.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().unwrap().push(c);
    }
    all.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// Errors: it is no selector, in the words of the server.
pub fn parses(selector: &str) -> Result<(), String> {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    for one in requirements(selector) {
        let one = one.trim_start_matches('!');
        let (key, rest) = one.split_at(one.find([' ', '=', '!']).unwrap_or(one.len()));
        let rest = rest.trim();
        let fine = match rest.strip_prefix("in ").or_else(|| rest.strip_prefix("notin ")) {
            Some(values) => values.trim().starts_with('(') && values.trim().ends_with(')'),
            None => {
                let operators = ["!=", "==", "="];
                let value = operators.iter().find_map(|one| rest.strip_prefix(one));
                value.map_or(rest.is_empty(), |value| plain(value.trim()))
            }
        };
        if !plain(key) || !fine {
            return Err(format!("unable to parse requirement: found {rest:?}"));
        }
    }
    Ok(())
}
