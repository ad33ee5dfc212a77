//! A rehearsal as data: what its file says, checked. Times are as they pass in the drill, after `compressed`.

use std::time::Duration;

use crate::diagnosis::Pattern;

/// A rehearsal: an application, its users, what goes wrong, and what is right then.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The name on the command line.
    pub name: String,
    /// One line for the list.
    pub summary: String,
    /// Who tells of it, in words.
    pub source: String,
    /// What a good response is.
    pub response: String,
    /// The diagnosis that is right while it lasts.
    pub pattern: Pattern,
    /// Whether the right answer is to act on nothing (a look-alike).
    pub leave_alone: bool,
    /// Time runs so many times faster than in the incident it tells of; 1 is as it was.
    pub compressed: f64,
    /// The playbook that `stampede run` is given; none: the default one.
    pub playbook: Option<String>,
    /// What `stampede run` is given beside the confirmations, when it plays by itself.
    pub run: Vec<String>,
    /// The application.
    pub application: Application,
    /// What it serves.
    pub pages: Pages,
    /// What a rebuild costs.
    pub cost: Cost,
    /// Its users.
    pub users: Users,
    /// What goes wrong, in order of time.
    pub trouble: Vec<Happening>,
    /// What else happens while an operator is busy, in order of time.
    pub surprises: Vec<Happening>,
}

/// The application servers and how they behave.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// App servers.
    pub servers: usize,
    /// Connections of one server to the cache.
    pub cache_pool: usize,
    /// Connections of one server to each database.
    pub database_pool: usize,
    /// Requests that a server works on at a time.
    pub workers: usize,
    /// Requests that wait before a server for a worker; more are turned away.
    pub queue: usize,
    /// A user's request is given up after this long.
    pub timeout: Duration,
    /// What a client does when a request has failed.
    pub retries: Retries,
    /// A cache that fails is left out for a while; none: it is asked each time.
    pub ejection: Option<Ejection>,
    /// What a server does when the cache does not answer.
    pub on_cache_error: OnCacheError,
    /// What happens to the cached value when making it anew has failed.
    pub on_failed_rebuild: OnFailedRebuild,
    /// The hottest keys are refreshed in the background when less than this is left of them.
    pub refresh_ahead: Option<Duration>,
    /// Each server keeps pages in its own memory for so long; none: it does not.
    pub memory: Option<Duration>,
    /// Whether it obeys the breaker.
    pub breaker: bool,
    /// Forms of protection by name, none by default: `lock`, `early`, `jitter`, `coalesce`, `stale`, `negative`.
    pub protection: Vec<Form>,
}

/// A form of protection (docs/prevention.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Lock,
    Early,
    Jitter,
    Coalesce,
    Stale,
    Negative,
}

/// What a client does when a request has failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retries {
    /// At most so many more times.
    pub times: u32,
    /// After this long, doubled each time.
    pub pause: Duration,
    /// The pause is random between none and twice as long.
    pub jitter: bool,
}

/// When a cache node counts as dead for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ejection {
    /// After so many failures one after the other.
    pub failures: u32,
    /// For this long.
    pub lasts: Duration,
}

/// What a server does when the cache does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCacheError {
    Error,
    Database,
}

/// What happens to the cached value when making it anew has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailedRebuild {
    Keep,
    Delete,
}

/// What the application serves.
#[derive(Clone, Debug, PartialEq)]
pub struct Pages {
    /// How many, half of them from each database.
    pub count: u32,
    /// Bytes of one.
    pub bytes: u32,
    /// Lifetime in the cache.
    pub ttl: Duration,
    /// Which are asked for.
    pub popularity: Popularity,
    /// A page that everybody looks at beside them.
    pub hot: Option<Hot>,
}

/// Which pages are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Popularity {
    /// All alike.
    Even,
    /// By rank, with this exponent.
    Zipf(f64),
}

/// The popular page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hot {
    /// Share of the requests that go to it, 0-1.
    pub share: f64,
    /// Bytes of it.
    pub bytes: u32,
    /// Cost of each of its statements alone.
    pub cost: Duration,
    /// Statements that make it, one after the other.
    pub statements: u32,
    /// So many at a time are no slower than one.
    pub copies: f64,
}

/// What a rebuild costs its database. The time is slept, not burnt: the drill leaves the machine usable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Alone.
    pub rebuild: Duration,
    /// So many at a time are no slower than one; more hold each other up.
    pub copies: f64,
    /// The application's statement timeout.
    pub timeout: Duration,
}

/// Users. They do not come slower because the application is slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Users {
    /// Requests per second.
    pub rate: f64,
    /// How they come.
    pub arrivals: Arrivals,
}

/// How users come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// Evenly.
    Steady,
    /// Independent of each other.
    Poisson,
    /// In groups of this mean size that want the same page (correlated), groups independent of each other.
    Groups(f64),
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// After onset.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// This share of the keys (0-1) expires now, the others within `rest`.
    Expire { share: f64, rest: Duration },
    /// The popular page expires.
    ExpireHot,
    /// This share of the keys (0-1) is deleted at once (an invalidation; a node replaced by an empty one; 1: a flush).
    Delete { share: f64 },
    /// From now on pages are cached for this long, and what is cached ends by then.
    ShortenTtl { to: Duration },
    /// All servers are restarted: what they keep in memory is gone.
    Deploy,
    /// Users come so many times as often, for this long.
    Surge { times: f64, lasts: Duration },
    /// Statements take so many times as long, for this long.
    SlowDatabase { times: f64, lasts: Duration },
    /// This share of the requests is for pages that do not exist, for this long.
    Absent { share: f64, lasts: Duration },
    /// Another service opens connections to the cache and keeps them, until so many are left.
    TakeConnections { left: u32, lasts: Duration },
    /// The memory limit of the cache becomes this share (0-1) of what it uses, and a job writes keys of its own, for this long.
    Evict { share: f64, lasts: Duration },
    /// The popular page becomes this large in bytes, and stays cached.
    GrowHot { bytes: u32 },
    /// A colleague sets a setting of the cache (surprise).
    Sets { setting: String, value: String },
    /// The cache's primary fails over to its replica (surprise).
    FailOver,
}
