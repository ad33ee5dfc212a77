//! What `detect` calls healthy, and what it does not: states of real servers in which the usual counters look fine while
//! clients fail, and odd ones in which nothing is wrong.

mod cluster;
mod failing;
mod http;
mod mysql;
mod pgbouncer;
mod postgres;
mod postgres_states;
mod redis;
mod redis_states;
mod redis_use;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use stampede::clock;
use stampede::lab::{Lab, RedisServer};
use tokio::task::JoinSet;

use crate::support::PATIENCE;
use crate::support::binary::{End, Ended, Home};

/// A look needs few lookups, so that a busy machine has enough of them too.
const FEW: &str = "minimum_lookups: 20";

/// Long enough that a dozen clients keep a server busy, also where this process gets little of the machine.
const SCRIPT: &str = "for i = 1, 60000 do redis.call('GET', 'user:1') end";

/// One look of the real binary.
struct Saw(Ended);

impl Saw {
    async fn at(envs: &[(&str, &str)]) -> Self {
        Self::with(&Home::new(), envs, &[]).await
    }

    async fn with(home: &Home, envs: &[(&str, &str)], args: &[&str]) -> Self {
        Self::configured(home, FEW, "", envs, args).await
    }

    /// With the targets of a configuration file in place of those of the environment.
    async fn configured(
        home: &Home,
        thresholds: &str,
        targets: &str,
        envs: &[(&str, &str)],
        args: &[&str],
    ) -> Self {
        home.file(
            "stampede.yaml",
            format!(
                "thresholds: {{ {thresholds} }}
{targets}"
            ),
        );
        Self::as_configured(home, envs, args).await
    }

    /// The same with what is in `stampede.yaml`.
    async fn as_configured(home: &Home, envs: &[(&str, &str)], args: &[&str]) -> Self {
        let mut run = home.stampede(["detect", "--no-record"].iter().chain(args));
        for (name, value) in envs {
            run = run.env(name, value);
        }
        Self(run.spawn().wait().await)
    }

    fn first(&self) -> &str {
        self.0.stdout.lines().next().unwrap_or_default()
    }

    /// It is a warning or critical, and the first line has the cause.
    #[track_caller]
    fn tells(&self, words: &[&str]) {
        assert!(matches!(self.0.end, End::Code(1 | 2)), "{}", self.0);
        for words in words {
            assert!(self.first().contains(words), "the first line has no {words:?}: {}", self.0);
        }
    }

    /// It cannot say, and the first line has what is hidden.
    #[track_caller]
    fn cannot_say(&self, words: &[&str]) {
        assert_eq!(self.0.end, End::Code(3), "{}", self.0);
        for words in words {
            assert!(self.first().contains(words), "the first line has no {words:?}: {}", self.0);
        }
    }

    #[track_caller]
    fn is_healthy(&self) {
        assert_eq!(self.0.end, End::Code(0), "{}", self.0);
        assert!(self.first().starts_with("ok: healthy"), "{}", self.0);
    }
}

/// Clients of a cache, until it goes.
struct Load {
    _tasks: JoinSet<()>,
    done: Arc<AtomicU64>,
}

impl Load {
    /// `clients` that send the words again and again; `{n}` in them is a number that changes. Errors of the server are no end.
    fn of(url: &str, clients: u64, words: &[&str]) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        for client in 0..clients {
            let (url, done) = (url.to_owned(), done.clone());
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            tasks.spawn(async move {
                let mut connection = stampede::lab::connect(&url).await.unwrap();
                for n in client.. {
                    let mut command = ::redis::Cmd::new();
                    words
                        .iter()
                        .for_each(|word| _ = command.arg(word.replace("{n}", &(n % 500).to_string())));
                    _ = command.query_async::<::redis::Value>(&mut connection).await;
                    done.fetch_add(1, Ordering::Relaxed);
                    clock::sleep(Duration::from_millis(2)).await;
                }
            });
        }
        Self { _tasks: tasks, done }
    }

    /// An application that reads 500 keys which are there.
    async fn reads(redis: &RedisServer) -> Self {
        fill(redis).await;
        Self::reads_on(redis).await
    }

    /// The same of a server that has them from elsewhere.
    async fn reads_on(redis: &RedisServer) -> Self {
        let load = Self::of(&redis.url(), 4, &["GET", "user:{n}"]);
        load.runs().await;
        load
    }

    /// Waits until so much was done that it is under way.
    async fn runs(&self) {
        self.comes_to(50).await;
    }

    /// Waits until so many commands were answered.
    async fn comes_to(&self, commands: u64) {
        let patience = clock::instant() + PATIENCE;
        while self.done.load(Ordering::Relaxed) < commands {
            assert!(clock::instant() < patience, "the load does not run");
            clock::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The cache of an application, which is fine: whatever is wrong beside it is not the cache.
struct Cache {
    redis: RedisServer,
    _reads: Load,
}

impl Cache {
    async fn of(lab: &Lab) -> Self {
        let redis = lab.redis(&[]).await.unwrap();
        let reads = Load::reads(&redis).await;
        Self { redis, _reads: reads }
    }

    /// One look at it and at what has this address.
    async fn saw(&self, variable: &str, url: &str) -> Saw {
        Saw::at(&[("REDIS_URL", &self.redis.url()), (variable, url)]).await
    }

    /// The same with a threshold set lower, so that no test has to wait for hours of lag.
    async fn saw_from(&self, threshold: &str, variable: &str, url: &str) -> Saw {
        let home = Home::new();
        home.file("stampede.yaml", format!("thresholds: {{ minimum_lookups: 20, {threshold} }}\n"));
        Saw::as_configured(&home, &[("REDIS_URL", &self.redis.url()), (variable, url)], &[]).await
    }
}

/// Asks again and again until the answer is the right one.
async fn comes(what: &str, ask: impl AsyncFn() -> bool) {
    let patience = clock::instant() + PATIENCE;
    while !ask().await {
        assert!(clock::instant() < patience, "it never comes: {what}");
        clock::sleep(Duration::from_millis(20)).await;
    }
}

/// Sets 500 keys.
async fn fill(redis: &RedisServer) {
    for n in 0..500 {
        redis.says(&["SET", &format!("user:{n}"), "x"]).await.unwrap();
    }
}

/// Waits until `INFO` of the server holds `words`.
async fn until(redis: &RedisServer, words: &str) {
    let patience = clock::instant() + PATIENCE;
    loop {
        let info = redis.says(&["INFO", "all"]).await.unwrap();
        if info.contains(words) {
            return;
        }
        assert!(clock::instant() < patience, "it never says {words:?}: {info}");
        clock::sleep(Duration::from_millis(50)).await;
    }
}

/// Tells each of them the same.
async fn each(redis: impl IntoIterator<Item = &RedisServer>, words: &[&str]) {
    join_all(redis.into_iter().map(async |redis| redis.says(words).await.unwrap())).await;
}
