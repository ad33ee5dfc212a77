//! A rule of a route, which is known by what it is and not by its place.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::system::kubernetes::words;

/// Where an object has its rules, and their backends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// HTTPRoute and GRPCRoute of the Gateway API.
    #[default]
    Gateway,
    /// VirtualService of Istio.
    Istio,
}

impl Shape {
    /// That of a kind, by its plural; none: it is no route.
    pub fn of_kind(plural: &str) -> Option<Self> {
        match plural {
            "httproutes" | "grpcroutes" => Some(Self::Gateway),
            "virtualservices" => Some(Self::Istio),
            _ => None,
        }
    }

    /// The rules of an object.
    pub fn rules(self, object: &Value) -> &[Value] {
        object.pointer(self.list()).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where they are.
    pub fn list(self) -> &'static str {
        match self {
            Self::Gateway => "/spec/rules",
            Self::Istio => "/spec/http",
        }
    }

    /// What the backends of a rule are called.
    pub fn backends(self) -> &'static str {
        match self {
            Self::Gateway => "backendRefs",
            Self::Istio => "route",
        }
    }

    /// What whom a rule matches is called.
    fn matches(self) -> &'static str {
        match self {
            Self::Gateway => "matches",
            Self::Istio => "match",
        }
    }

    /// The backends of a rule.
    pub fn of(self, rule: &Value) -> &[Value] {
        rule[self.backends()].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// What a backend is called: `shop`, or `shop:v2` where a Service has several subsets.
    pub fn name(self, backend: &Value) -> String {
        match self {
            Self::Gateway => words(backend, "/name").to_owned(),
            Self::Istio => match (words(backend, "/destination/host"), words(backend, "/destination/subset"))
            {
                (host, "") => host.to_owned(),
                (host, subset) => format!("{host}:{subset}"),
            },
        }
    }

    /// The Service of this namespace that a backend is, and whether the pods that serve it are all of that Service's.
    pub fn service(self, backend: &Value, namespace: &str) -> (Option<String>, bool) {
        let of = |at: &str| words(backend, at);
        match self {
            Self::Gateway => {
                let is_here = ["", namespace].contains(&of("/namespace"));
                let is_service = ["", "Service"].contains(&of("/kind")) && of("/group").is_empty();
                let service = (is_here && is_service).then(|| of("/name").to_owned());
                let whole = service.is_some();
                (service, whole)
            }
            Self::Istio => {
                // A host without dots is a Service of the same namespace; others are whole names, or are outside.
                let host = of("/destination/host");
                let name = host.split_once(&format!(".{namespace}.svc")).map_or(host, |(name, _)| name);
                let service = (!name.contains(['.', '*'])).then(|| name.to_owned());
                // Which of its pods are a subset is for Istio to say: one that is ready may be of another.
                let whole = service.is_some() && of("/destination/subset").is_empty();
                (service, whole)
            }
        }
    }

    /// What says so of it.
    fn named_by(self) -> &'static str {
        match self {
            Self::Gateway => "name",
            Self::Istio => "destination",
        }
    }

    /// The weight of a backend that has none said, among so many.
    pub fn unsaid(self, all: usize) -> u32 {
        match self {
            Self::Gateway => 1,
            // The only one gets all, and beside others it gets nothing.
            Self::Istio => u32::from(all == 1),
        }
    }
}

/// A rule of a route as it was, but for its weights: by that it is known again, wherever it stands by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Where it stood.
    pub at: usize,
    /// What it was.
    pub rest: Value,
    /// What kind of object it is of.
    #[serde(default)]
    pub shape: Shape,
}

impl Rule {
    /// Of a rule as it stands there now.
    pub fn of(shape: Shape, at: usize, rule: &Value) -> Self {
        let mut rest = rule.clone();
        let refs = rest[shape.backends()].as_array_mut();
        refs.into_iter().flatten().filter_map(Value::as_object_mut).for_each(|one| _ = one.remove("weight"));
        Self { at, rest, shape }
    }

    /// Where it stands now; as many were the same as it as `twins` says. Errors: nowhere, or it cannot be told from another one.
    pub fn place(&self, rules: &[Value], twins: usize) -> Result<usize, String> {
        let same = |at: &usize| Self::of(self.shape, *at, &rules[*at]).rest == self.rest;
        let all: Vec<usize> = (0..rules.len()).filter(same).collect();
        match all.as_slice() {
            [one] if twins == 1 => Ok(*one),
            several if several.len() == twins && several.contains(&self.at) => Ok(self.at),
            [] => Err(format!("rule {} is not there any more, or is another one", self.at + 1)),
            _ => Err(format!("rule {} cannot be told from others that are the same", self.at + 1)),
        }
    }

    /// What a write tests of it, at its place: whom it matches, and whom it sends there.
    pub fn tests(&self, at: usize) -> Vec<(String, Value)> {
        let Self { shape, rest, .. } = self;
        let base = format!("{}/{at}", shape.list());
        let names = shape.of(rest).iter().enumerate().map(|(one, backend)| {
            let by = shape.named_by();
            (format!("{base}/{}/{one}/{by}", shape.backends()), backend[by].clone())
        });
        let matches = rest.get(shape.matches()).cloned().unwrap_or_default();
        std::iter::once((format!("{base}/{}", shape.matches()), matches)).chain(names).collect()
    }
}
