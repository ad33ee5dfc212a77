//! What is written to a cluster: some fields of one object, from what they were to what they become.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::system::fields::{self, Field};
use crate::system::kubernetes::owned::{self, Held};
use crate::system::kubernetes::{Object, words};

/// A write. It is a JSON patch that tests first that the object is the one that was looked at, and its fields what they
/// were: else the server refuses all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// The object.
    pub object: Object,
    /// The uid that it had: one that was deleted and made anew is another.
    pub uid: String,
    /// `scale`; empty for the object itself.
    pub subresource: String,
    /// What is tested beside the fields: pointers and what stands there (`null`: nothing).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<(String, Value)>,
    /// Maps that are not there yet (JSON pointers): made empty first, as nothing can be put into what is not there. The
    /// server drops them again when they are empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maps: Vec<String>,
    /// The fields.
    pub fields: Vec<Field>,
    /// Who held them before (`managedFields`); none in journals that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Vec<Held>>,
}

impl Patch {
    /// Of an object as the server gave it.
    pub fn of(object: &Object, found: &Value, fields: Vec<Field>) -> Self {
        let uid = words(found, "/metadata/uid").to_owned();
        let held = Some(owned::held(found, &pointers(&fields)));
        Self {
            object: object.clone(),
            uid,
            subresource: String::new(),
            tests: Vec::new(),
            maps: Vec::new(),
            fields,
            held,
        }
    }

    /// `managedFields` of an object where the fields are theirs again who held them before; none where they are, or where that is
    /// not on record.
    pub(super) fn given_back(&self, object: &Value, ours: &str, marks: bool) -> Option<Vec<Value>> {
        owned::given_back(object, &pointers(&self.fields), self.held.as_ref()?, ours, marks)
    }

    /// The undo.
    pub fn reversed(&self) -> Self {
        Self { fields: fields::reversed(&self.fields), maps: Vec::new(), ..self.clone() }
    }

    /// The patch itself (RFC 6902). That something is not there is tested as `null`: the API server takes it so (seen on
    /// 1.20, as far as the map that it would be in is there).
    pub(super) fn operations(&self) -> Value {
        self.operations_at(&Value::Null)
    }

    /// The same for one version of the object alone (`resourceVersion`); null: for any.
    pub(super) fn operations_at(&self, version: &Value) -> Value {
        let mut operations = vec![json!({ "op": "test", "path": "/metadata/uid", "value": self.uid })];
        if !version.is_null() {
            operations.push(json!({ "op": "test", "path": "/metadata/resourceVersion", "value": version }));
        }
        let test = |(path, value): &(String, Value)| json!({ "op": "test", "path": path, "value": value });
        operations.extend(self.tests.iter().map(test));
        for map in &self.maps {
            operations.push(json!({ "op": "test", "path": map, "value": null }));
            operations.push(json!({ "op": "add", "path": map, "value": {} }));
        }
        for field in &self.fields {
            operations.push(json!({ "op": "test", "path": field.at, "value": field.before }));
            operations.push(match (&field.before, &field.after) {
                (_, Some(after)) => json!({ "op": "add", "path": field.at, "value": after }),
                (_, None) => json!({ "op": "remove", "path": field.at }),
            });
        }
        Value::Array(operations)
    }

    /// Whether everything that is tested is so in `found`.
    pub(super) fn holds(&self, found: &Value) -> bool {
        let at = |at: &str| found.pointer(at).filter(|value| !value.is_null());
        words(found, "/metadata/uid") == self.uid
            && self
                .tests
                .iter()
                .all(|(pointer, value)| at(pointer) == Some(value).filter(|value| !value.is_null()))
            && self.maps.iter().all(|map| at(map).is_none())
            && self.shows(found).0
    }

    /// The same from what is there now, whatever that is.
    pub fn from(mut self, object: &Value) -> Self {
        self.fields = fields::from(self.fields, object);
        self
    }

    /// Its fields as they are now, in words.
    pub fn now(&self, object: &Value) -> String {
        fields::now(&self.fields, object)
    }

    /// Where it is sent.
    pub(super) fn path(&self) -> String {
        match self.subresource.as_str() {
            "" => self.object.path(),
            part => format!("{}/{part}", self.object.path()),
        }
    }

    /// Which of the two `object` shows: whether every field is as before, and whether every one is as after.
    pub fn shows(&self, object: &Value) -> (bool, bool) {
        fields::shows(&self.fields, object)
    }
}

fn pointers(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.at.as_str()).collect()
}

/// As kubectl would be told to do it.
impl fmt::Display for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Object { name, .. } = &self.object;
        // kubectl has a command for it, which tests what was there as well.
        if let ("scale", [Field { before, after, .. }]) = (self.subresource.as_str(), self.fields.as_slice())
        {
            // A Scale leaves replicas out where there are none.
            let number = |value: &Option<Value>| value.clone().unwrap_or_else(|| json!(0));
            let (before, after) = (number(before), number(after));
            let Object { plural, kind, .. } = &self.object;
            let kind = match self.object.group() {
                "apps" => kind.to_ascii_lowercase(),
                group => format!("{plural}.{group}"),
            };
            return write!(
                f,
                "{} scale {kind}/{name} --current-replicas {before} --replicas {after}",
                self.object.kubectl()
            );
        }
        let plural = match self.object.group() {
            "" => self.object.plural.clone(),
            group => format!("{}.{group}", self.object.plural),
        };
        write!(f, "{} patch {plural} {}", self.object.kubectl(), quoted(name))?;
        if !self.subresource.is_empty() {
            write!(f, " --subresource {}", self.subresource)?;
        }
        write!(f, " --type json -p {}", quoted(&self.operations().to_string()))
    }
}

/// A word for a shell.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch() -> Patch {
        Patch {
            object: Object::example("apps/v1", "deployments", "Deployment", "web"),
            uid: "u-1".into(),
            subresource: "scale".into(),
            tests: Vec::new(),
            maps: Vec::new(),
            fields: vec![Field {
                at: "/spec/replicas".into(),
                before: Some(json!(2)),
                after: Some(json!(3)),
            }],
            held: None,
        }
    }

    #[test]
    fn it_tests_what_was_there_and_is_shown_as_one_types_it() {
        assert_eq!(
            patch().to_string(),
            "kubectl -n shop scale deployment/web --current-replicas 2 --replicas 3"
        );
        let mut elsewhere = patch();
        elsewhere.object.context = Some("prod eu".into());
        assert_eq!(
            elsewhere.to_string(),
            "kubectl --context 'prod eu' -n shop scale deployment/web --current-replicas 2 --replicas 3"
        );
        let mut from_zero = patch();
        from_zero.fields[0].before = None;
        assert_eq!(
            from_zero.to_string(),
            "kubectl -n shop scale deployment/web --current-replicas 0 --replicas 3"
        );
        let object = Patch { subresource: String::new(), ..patch() };
        assert_eq!(
            object.to_string(),
            "kubectl -n shop patch deployments.apps web --type json -p \
             '[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"u-1\"},\
             {\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":2},\
             {\"op\":\"add\",\"path\":\"/spec/replicas\",\"value\":3}]'"
        );
    }

    #[test]
    fn the_way_back_takes_away_what_was_not_there() {
        let mut patch = patch();
        patch.fields =
            vec![Field { at: "/metadata/annotations/a".into(), before: None, after: Some(json!("b")) }];
        assert_eq!(
            patch.operations()[1],
            json!({ "op": "test", "path": "/metadata/annotations/a", "value": null })
        );
        let back = patch.reversed().operations();
        assert_eq!(back[1], json!({ "op": "test", "path": "/metadata/annotations/a", "value": "b" }));
        assert_eq!(back[2], json!({ "op": "remove", "path": "/metadata/annotations/a" }));
        assert_eq!(patch.shows(&json!({ "metadata": {} })), (true, false));
        assert_eq!(patch.shows(&json!({ "metadata": { "annotations": { "a": "b" } } })), (false, true));
    }

    #[test]
    fn a_word_cannot_leave_its_quotes() {
        assert_eq!(quoted("a'b"), "'a'\\''b'");
        assert_eq!(quoted("a;b"), "'a;b'");
    }
}
