//! A rehearsal for a person: the stage is theirs until they end it, and what they did and users felt is scored then.

use std::collections::HashSet;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use redis::aio::MultiplexedConnection;

use crate::clock;
use crate::drill::Drill;
use crate::drill::record::Log;
use crate::drill::scenario::spec::Happening;
use crate::drill::surprise::{Coming, admin, look_back};
use crate::error::Failure;
use crate::felt::{Before, Feel, Happened, Moment, Second, Seen, Surprise, Told};
use crate::playbook::Playbook;

/// Between two looks at what users feel, at the least: that is told by the second.
const LOOK: Duration = Duration::from_secs(1);
/// Between two looks at who is connected to the cache. A measurement of this program is there for longer.
const SIGHT: Duration = Duration::from_millis(500);
/// What users had before is told over at most so many seconds.
const BEFORE: usize = 30;
/// Seconds of which all must be good for users to have it back, and some to tell each of them.
const TAIL: usize = 36;
/// What the connections of this program to the cache are called.
const US: &str = "stampede";

/// What users feel at this moment.
#[derive(Clone, Debug)]
pub struct Live {
    /// Seconds after onset.
    pub at: f64,
    /// In words; none: nobody was there.
    pub feel: Option<String>,
    /// Since when they have back what they had, in seconds after onset; none: they have not.
    pub back: Option<f64>,
}

/// A practice that is over.
pub struct Over {
    /// What was seen of it.
    pub seen: Seen,
    /// What users felt before, second by second.
    pub calm: Vec<Second>,
    /// Onset, UTC.
    pub onset: Timestamp,
    /// What still runs in the operator's name.
    pub held: Vec<String>,
}

/// A practice that has begun.
pub struct Practice<'a> {
    drill: &'a Drill,
    state: PathBuf,
    before: Before,
    calm: Vec<Second>,
    coming: Vec<Coming>,
    /// Onset, in seconds since users began to come, and as UTC.
    onset: (f64, Timestamp),
    cache: MultiplexedConnection,
    /// Who of this program was connected to the cache then.
    there: HashSet<String>,
    noted: Mutex<Noted>,
}

/// What was noted while it went on.
#[derive(Debug, Default)]
struct Noted {
    /// When this program was first seen on the cache.
    sight: Option<f64>,
    surprises: Vec<Surprise>,
}

impl Noted {
    /// How often the primary has changed.
    fn moves(&self) -> usize {
        let is_move =
            |surprise: &&Surprise| matches!(surprise.what, Happened::FailOver { now: Told::Known(_), .. });
        self.surprises.iter().filter(is_move).count()
    }
}

impl<'a> Practice<'a> {
    /// Whether the stage can play these surprises. Errors: it cannot, and which.
    pub fn can(surprises: &[Happening]) -> Result<(), Failure> {
        Coming::of(surprises).map(drop)
    }

    /// Sets the trouble off on a healthy stage. `state` is the operator's `XDG_STATE_HOME`. Errors: the stage had no users; the
    /// cache cannot be reached; a surprise that cannot be played.
    pub async fn begin(drill: &'a Drill, state: &Path, surprises: &[Happening]) -> Result<Self, Failure> {
        let coming = Coming::of(surprises)?;
        let mut calm = drill.seconds();
        // The first seconds open connections.
        calm.drain(..usize::max(calm.len() / 3, calm.len().saturating_sub(BEFORE)));
        let before = Before::of(&calm).context("the drill's application had no users")?;
        let mut cache = drill.world.backstage().admin_cache().await?;
        let there = who(&mut cache).await.context("the drill's cache does not say who is connected")?;
        drill.set_off().await?;
        let onset = (drill.now(), clock::now());
        let noted = Mutex::default();
        Ok(Self { drill, state: state.to_owned(), before, calm, coming, onset, cache, there, noted })
    }

    /// Goes on until `ended`; says meanwhile what users feel.
    pub async fn until(&self, ended: impl Future<Output = ()>, say: impl Fn(&Live)) {
        tokio::select! {
            () = ended => {}
            never = self.watch(say) => match never {},
            never = self.sight() => match never {},
            never = self.play() => match never {},
        }
    }

    /// Reads what is on record. The servers must be there still.
    pub async fn over(self, playbook: &Playbook) -> Over {
        let lasted = self.now();
        let trouble = self.trouble();
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let log = Log::read(&self.state, self.onset.1, playbook);
        let mut surprises = noted.surprises;
        look_back(self.drill, &mut surprises).await;
        let sight = noted.sight.map(|at| (at, "stampede came to the cache".to_owned()));
        let looked = sight.into_iter().chain(log.looked).min_by(|one, other| one.0.total_cmp(&other.0));
        let looked = match looked {
            Some((s, what)) => Moment::At { s, what },
            None => Moment::Unknown("no look is on record".into()),
        };
        let seen = Seen {
            before: self.before,
            trouble,
            lasted,
            looked,
            acts: log.acts,
            in_effect: log.in_effect,
            switched: self.drill.left_switched().await,
            surprises,
        };
        Over { seen, calm: self.calm, onset: self.onset.1, held: log.held }
    }

    /// Seconds after onset.
    fn now(&self) -> f64 {
        self.drill.now() - self.onset.0
    }

    /// What users have felt since onset; times count from there.
    fn trouble(&self) -> Vec<Second> {
        self.drill.seconds_since(self.onset.0)
    }

    async fn watch(&self, say: impl Fn(&Live)) -> Infallible {
        let mut back = None;
        loop {
            let trouble = self.trouble();
            let tail = &trouble[trouble.len().saturating_sub(TAIL)..];
            let is_back = self.before.recovered(tail).is_some();
            back = is_back.then(|| back.or_else(|| self.before.recovered(&trouble))).flatten();
            let feel = Feel::over(&trouble[trouble.len().saturating_sub(3)..]);
            let feel = feel.map(|feel| feel.words(&self.before));
            say(&Live { at: self.now(), feel, back });
            clock::sleep(LOOK).await;
        }
    }

    /// Notes when this program first comes to the cache: a look that finds the trouble leaves no trace of its own.
    async fn sight(&self) -> Infallible {
        // Held: a full cache lets nobody in.
        let (mut cache, mut there, mut at_home) = (self.cache.clone(), self.there.clone(), 0);
        while self.noted().sight.is_none() {
            let at = self.now();
            let moves = self.noted().moves();
            if moves > at_home
                && let Ok(new) = admin(self.drill).await
            {
                // Whoever is on the new primary has come since.
                (cache, there, at_home) = (new, HashSet::new(), moves);
            }
            match who(&mut cache).await {
                Ok(now) if now.difference(&there).next().is_some() => self.noted().sight = Some(at),
                Ok(_) => {}
                Err(_) => cache = admin(self.drill).await.unwrap_or(cache),
            }
            clock::sleep(SIGHT).await;
        }
        std::future::pending().await
    }

    /// Has each surprise happen at its time.
    async fn play(&self) -> Infallible {
        for coming in &self.coming {
            clock::sleep(Duration::from_secs_f64((coming.at() - self.now()).max(0.0))).await;
            let surprise = coming.happen(self.drill, self.now()).await;
            self.noted().surprises.push(surprise);
        }
        std::future::pending().await
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connections of this program to the cache, by their ids. Errors: the cache does not say.
async fn who(cache: &mut MultiplexedConnection) -> redis::RedisResult<HashSet<String>> {
    let list = redis::cmd("CLIENT").arg("LIST").query_async::<String>(cache).await?;
    let field = |client: &str, name: &str| {
        client.split(' ').find_map(|field| field.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    let ours = list.lines().filter(|client| field(client, "name=").starts_with(US));
    Ok(ours.map(|client| field(client, "id=")).collect())
}
