//! A scenario as it is written: read by serde, described to editors by schemars.

#![expect(
    dead_code,
    reason = "some keys are read from the tree; here serde checks them and schemars describes them"
)]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::diagnosis::Pattern;
use crate::drill::scenario::happening::Happening;
use crate::drill::scenario::spec::{Form, OnCacheError, OnFailedRebuild};
use crate::drill::scenario::unit::{Number, Rate, Share, Size, Time, Whole};
use crate::yaml::mappings;

/// What a name looks like.
const NAME: &str = "^[a-z0-9_][a-z0-9_.-]{0,63}$";

mappings! {
    /// The whole file.
    #[schemars(title = "stampede drill")]
    pub(super) struct File {
        /// Version of this format.
        #[schemars(range(min = 1, max = 1))]
        pub version: u32,
        /// What it is called; its file is NAME.yaml.
        #[schemars(regex(pattern = NAME))]
        pub name: String,
        /// One line for the list.
        #[schemars(length(min = 1))]
        pub summary: String,
        /// Who tells of it, in words.
        pub source: Option<String>,
        /// What a good response is.
        #[schemars(length(min = 1))]
        pub response: String,
        /// The diagnosis that is right while it lasts.
        #[schemars(with = "Pattern")]
        pub pattern: String,
        /// Whether the right answer is to act on nothing (a look-alike) [default: false].
        pub leave_alone: Option<bool>,
        /// Time runs so many times faster than in the incident that it tells of [default: 1].
        pub compressed: Option<Number<1_000, 1_000_000>>,
        /// The playbook that `stampede run` is given: a shipped one, or a path from the folder of this file [default: the one that
        /// runs when none is named].
        pub playbook: Option<String>,
        /// Inputs of the playbook, by name.
        #[schemars(with = "Option<BTreeMap<String, Loose>>")]
        pub set: Option<IgnoredAny>,
        /// The application servers and how they behave.
        pub application: Option<Application>,
        /// What they serve.
        pub pages: Option<Pages>,
        /// What a rebuild costs.
        pub cost: Option<Cost>,
        /// Their users.
        pub users: Option<Users>,
        /// What goes wrong, in order of time.
        #[schemars(with = "Vec<Happening>", length(min = 1))]
        pub trouble: IgnoredAny,
        /// What else happens while an operator is busy, in order of time.
        #[schemars(with = "Option<Vec<Happening>>")]
        pub surprises: Option<IgnoredAny>,
    }

    /// The application servers and how they behave.
    #[derive(Default)]
    pub(super) struct Application {
        /// App servers [default: 4].
        pub servers: Option<Whole<1, 32>>,
        /// Connections of one server to the cache [default: 20].
        pub cache_pool: Option<Whole<1, 200>>,
        /// Connections of one server to each database [default: 10].
        pub database_pool: Option<Whole<1, 100>>,
        /// Requests that a server works on at a time [default: 200].
        pub workers: Option<Whole<1, 5_000>>,
        /// Requests that wait before a server; more are turned away [default: 800].
        pub queue: Option<Whole<0, 20_000>>,
        /// A user's request is given up after this long [default: 10s].
        pub timeout: Option<Time<50, 60_000>>,
        /// What a client does when a request has failed [default: nothing].
        pub retries: Option<Retries>,
        /// A cache that fails is left out for a while [default: it is asked each time].
        pub ejection: Option<Ejection>,
        /// What a server does when the cache does not answer [default: error].
        pub on_cache_error: Option<OnCacheError>,
        /// What happens to the cached value when making it anew has failed [default: keep].
        pub on_failed_rebuild: Option<OnFailedRebuild>,
        /// The hottest keys are refreshed in the background when less than this is left of them [default: they are not].
        pub refresh_ahead: Option<Time<100, 3_600_000>>,
        /// Each server keeps pages in its own memory for so long [default: it does not].
        pub memory: Option<Time<100, 3_600_000>>,
        /// Whether it obeys the breaker [default: true].
        pub breaker: Option<bool>,
        /// Forms of protection [default: none].
        pub protection: Option<Vec<Form>>,
    }

    /// What a client does when a request has failed.
    pub(super) struct Retries {
        /// At most so many more times.
        pub times: Whole<0, 10>,
        /// After this long, doubled each time [default: 100ms].
        pub pause: Option<Time<1, 30_000>>,
        /// Whether the pause is random, between none and twice as long [default: false].
        pub jitter: Option<bool>,
    }

    /// When a cache node counts as dead for a server.
    pub(super) struct Ejection {
        /// After so many failures one after the other.
        pub failures: Whole<1, 1_000>,
        /// For this long.
        pub lasts: Time<100, 600_000>,
    }

    /// What the application serves.
    #[derive(Default)]
    pub(super) struct Pages {
        /// How many, half of them from each database [default: 6000].
        pub count: Option<Whole<2, 100_000>>,
        /// Bytes of one [default: 200].
        pub bytes: Option<Size<1, 65_536>>,
        /// Lifetime in the cache [default: 450s].
        pub ttl: Option<Time<1_000, 86_400_000>>,
        /// Which are asked for: all alike, or by rank [default: even].
        pub popularity: Option<Popularity>,
        /// The exponent of the rank, with `zipf` [default: 1.2].
        pub alpha: Option<Number<100, 3_000>>,
        /// A page that everybody looks at beside them [default: there is none].
        pub hot: Option<Hot>,
    }

    /// A page that everybody looks at.
    pub(super) struct Hot {
        /// Share of the requests that go to it.
        pub share: Share,
        /// Bytes of it [default: those of a page].
        pub bytes: Option<Size<1, 16_777_216>>,
        /// Cost of each of its statements alone [default: 250ms].
        pub cost: Option<Time<1, 60_000>>,
        /// Statements that make it, one after the other [default: 4].
        pub statements: Option<Whole<1, 50>>,
        /// So many at a time are no slower than one [default: 2].
        pub copies: Option<Number<1_000, 1_000_000>>,
    }

    /// What a rebuild costs its database.
    #[derive(Default)]
    pub(super) struct Cost {
        /// Alone [default: 750ms].
        pub rebuild: Option<Time<1, 60_000>>,
        /// So many at a time are no slower than one; more hold each other up [default: 8.5].
        pub copies: Option<Number<1_000, 1_000_000>>,
        /// The application's statement timeout [default: 3s].
        pub timeout: Option<Time<10, 120_000>>,
    }

    /// The users.
    #[derive(Default)]
    pub(super) struct Users {
        /// Requests [default: 600/s].
        pub rate: Option<Rate<20_000>>,
        /// How they come: evenly, independent of each other, or in groups that want the same page [default: steady].
        pub arrivals: Option<Arrivals>,
        /// The mean size of a group, with `groups`.
        pub group: Option<Number<1_000, 1_000_000>>,
    }
}

/// Which pages are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Popularity {
    /// All alike.
    Even,
    /// By rank.
    Zipf,
}

/// How users come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Arrivals {
    /// Evenly.
    Steady,
    /// Independent of each other.
    Poisson,
    /// In groups that want the same page.
    Groups,
}

/// Any scalar, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Loose {
    Number(f64),
    Switch(bool),
    One(String),
    Many(Vec<String>),
}
