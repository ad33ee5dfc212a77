//! A scenario as its file has it, with everything said that was left to a default: read again it is the same scenario.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::drill::scenario::spec::{
    Application, Arrivals, Happening, Hot, Pages, Popularity, Scenario, Users, What,
};

/// The keys and values of its file.
pub fn document(scenario: &Scenario) -> Value {
    let cost = &scenario.cost;
    let mut out = json!({
        "version": 1,
        "name": scenario.name,
        "summary": scenario.summary,
        "response": scenario.response,
        "pattern": scenario.pattern,
        "leave_alone": scenario.leave_alone,
        "compressed": scenario.compressed,
        "application": application(&scenario.application),
        "pages": pages(&scenario.pages),
        "cost": { "rebuild": time(cost.rebuild), "copies": cost.copies, "timeout": time(cost.timeout) },
        "users": users(&scenario.users),
        "trouble": scenario.trouble.iter().map(happening).collect::<Vec<_>>(),
    });
    let set = set(&scenario.run);
    let optional = [
        ("source", (!scenario.source.is_empty()).then(|| json!(scenario.source))),
        ("playbook", scenario.playbook.as_ref().map(|name| json!(name))),
        ("set", (!set.is_empty()).then(|| json!(set))),
        (
            "surprises",
            (!scenario.surprises.is_empty())
                .then(|| json!(scenario.surprises.iter().map(happening).collect::<Vec<_>>())),
        ),
    ];
    put(&mut out, optional);
    out
}

/// Puts in what is there.
fn put<const N: usize>(out: &mut Value, optional: [(&str, Option<Value>); N]) {
    for (key, value) in optional {
        if let Some(value) = value {
            out[key] = value;
        }
    }
}

/// As it is written: `750ms`, `15m`.
fn time(time: Duration) -> String {
    format!("{:#}", jiff::SignedDuration::try_from(time).unwrap_or_default())
}

/// The inputs among the words of a command line.
fn set(run: &[String]) -> Map<String, Value> {
    let mut set = Map::new();
    for (name, value) in run.iter().filter_map(|word| word.split_once('=')) {
        match set.get_mut(name) {
            None => _ = set.insert(name.to_owned(), json!(value)),
            Some(Value::Array(values)) => values.push(json!(value)),
            Some(first) => *first = json!([first, value]),
        }
    }
    set
}

fn application(application: &Application) -> Value {
    let retries = &application.retries;
    let mut out = json!({
        "servers": application.servers,
        "cache_pool": application.cache_pool,
        "database_pool": application.database_pool,
        "workers": application.workers,
        "queue": application.queue,
        "timeout": time(application.timeout),
        "retries": { "times": retries.times, "pause": time(retries.pause), "jitter": retries.jitter },
        "on_cache_error": application.on_cache_error,
        "on_failed_rebuild": application.on_failed_rebuild,
        "breaker": application.breaker,
        "protection": application.protection,
    });
    let ejection = application.ejection.map(|it| json!({ "failures": it.failures, "lasts": time(it.lasts) }));
    let optional = [
        ("ejection", ejection),
        ("refresh_ahead", application.refresh_ahead.map(|ahead| json!(time(ahead)))),
        ("memory", application.memory.map(|memory| json!(time(memory)))),
    ];
    put(&mut out, optional);
    out
}

fn pages(pages: &Pages) -> Value {
    let mut out = json!({ "count": pages.count, "bytes": pages.bytes, "ttl": time(pages.ttl) });
    match pages.popularity {
        Popularity::Even => out["popularity"] = json!("even"),
        Popularity::Zipf(alpha) => {
            out["popularity"] = json!("zipf");
            out["alpha"] = json!(alpha);
        }
    }
    put(&mut out, [("hot", pages.hot.as_ref().map(hot))]);
    out
}

fn hot(hot: &Hot) -> Value {
    json!({
        "share": hot.share,
        "bytes": hot.bytes,
        "cost": time(hot.cost),
        "statements": hot.statements,
        "copies": hot.copies,
    })
}

fn users(users: &Users) -> Value {
    let rate = format!("{}/s", users.rate);
    match users.arrivals {
        Arrivals::Steady => json!({ "rate": rate, "arrivals": "steady" }),
        Arrivals::Poisson => json!({ "rate": rate, "arrivals": "poisson" }),
        Arrivals::Groups(size) => json!({ "rate": rate, "arrivals": "groups", "group": size }),
    }
}

fn happening(happening: &Happening) -> Value {
    let mut out = match &happening.what {
        What::Expire { share, rest } if rest.is_zero() => json!({ "what": "expire", "share": share }),
        What::Expire { share, rest } => json!({ "what": "expire", "share": share, "rest": time(*rest) }),
        What::ExpireHot => json!({ "what": "expire_hot" }),
        What::Delete { share } => json!({ "what": "delete", "share": share }),
        What::ShortenTtl { to } => json!({ "what": "shorten_ttl", "to": time(*to) }),
        What::Deploy => json!({ "what": "deploy" }),
        What::Surge { times, lasts } => json!({ "what": "surge", "times": times, "lasts": time(*lasts) }),
        What::SlowDatabase { times, lasts } => {
            json!({ "what": "slow_database", "times": times, "lasts": time(*lasts) })
        }
        What::Absent { share, lasts } => json!({ "what": "absent", "share": share, "lasts": time(*lasts) }),
        What::TakeConnections { left, lasts } => {
            json!({ "what": "take_connections", "left": left, "lasts": time(*lasts) })
        }
        What::Evict { share, lasts } => json!({ "what": "evict", "share": share, "lasts": time(*lasts) }),
        What::GrowHot { bytes } => json!({ "what": "grow_hot", "bytes": bytes }),
        What::Sets { setting, value } => json!({ "what": "set", "setting": setting, "value": value }),
        What::FailOver => json!({ "what": "fail_over" }),
    };
    out["at"] = json!(time(happening.at));
    out
}
