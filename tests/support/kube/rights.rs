//! Who may do what: the rules of roles, as RBAC reads them.

use serde_json::Value;

use super::address::Address;

/// One rule, and the namespace that it holds in; none: everywhere.
#[derive(Clone)]
pub struct Rule {
    namespace: Option<String>,
    groups: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    verbs: Vec<String>,
}

/// An account by its token.
#[derive(Clone)]
pub struct Account {
    pub user: String,
    /// None: it may do everything.
    pub rules: Option<Vec<Rule>>,
}

impl Account {
    /// Why a review says yes; none: it says no.
    pub fn may(&self, verb: &str, at: &Address) -> Option<&'static str> {
        match &self.rules {
            None => Some(""),
            Some(rules) if rules.iter().any(|rule| rule.allows(verb, at)) => {
                Some("RBAC: allowed by RoleBinding")
            }
            Some(_) => None,
        }
    }
}

impl Rule {
    /// The rules of roles that are bound to whoever they were written for.
    pub fn all(documents: &[Value]) -> Vec<Self> {
        let texts = |list: &Value| -> Vec<String> {
            let all = list.as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let of = |role: &Value| -> Vec<Self> {
            let namespace = role["metadata"]["namespace"].as_str().map(str::to_owned);
            let rules = role["rules"].as_array().cloned().unwrap_or_default();
            let rule = |rule: Value| Self {
                namespace: namespace.clone(),
                groups: texts(&rule["apiGroups"]),
                resources: texts(&rule["resources"]),
                names: texts(&rule["resourceNames"]),
                verbs: texts(&rule["verbs"]),
            };
            rules.into_iter().map(rule).collect()
        };
        documents.iter().flat_map(of).collect()
    }

    fn allows(&self, verb: &str, at: &Address) -> bool {
        let has = |list: &[String], one: &str| list.iter().any(|it| it == one || it == "*");
        self.namespace.as_ref().is_none_or(|mine| Some(mine) == at.namespace.as_ref())
            && has(&self.groups, &at.group)
            && has(&self.resources, &at.whole())
            && has(&self.verbs, verb)
            // A list has no name: a rule with names never allows it.
            && (self.names.is_empty() || at.name.as_ref().is_some_and(|name| self.names.contains(name)))
    }
}
