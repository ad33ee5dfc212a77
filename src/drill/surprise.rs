//! Surprises of a practice: what somebody else does to the stage while an operator is busy. Nobody is told before its end.

use redis::aio::MultiplexedConnection;

use crate::drill::Drill;
use crate::drill::scenario::spec::{Happening, What};
use crate::error::{Failure, FailureKind};
use crate::felt::{Surprise, Told};

/// A colleague's change of a setting of the cache: the only surprise that this stage can play.
#[derive(Clone, Debug)]
pub(super) struct Colleague {
    /// After onset, in seconds.
    at: f64,
    setting: String,
    value: String,
}

impl Colleague {
    /// Those of a scenario, the earliest first. Errors: the stage cannot play one.
    pub(super) fn of(surprises: &[Happening]) -> Result<Vec<Self>, Failure> {
        let one = |surprise: &Happening| match &surprise.what {
            What::Sets { setting, value } => {
                Ok(Self { at: surprise.at.as_secs_f64(), setting: setting.clone(), value: value.clone() })
            }
            _ => {
                let message = format!(
                    "the surprise at {:.0} s cannot be played: what a colleague sets on the cache can be, and nothing else",
                    surprise.at.as_secs_f64()
                );
                Err(Failure::new(FailureKind::Usage, message))
            }
        };
        let mut all = surprises.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|one, other| one.at.total_cmp(&other.at));
        Ok(all)
    }

    /// After onset, in seconds.
    pub(super) fn at(&self) -> f64 {
        self.at
    }

    /// Does it, at this second after onset.
    pub(super) async fn act(&self, drill: &Drill, at: f64) -> Surprise {
        let done = self.set(drill).await;
        let (before, set) = match done {
            Ok((before, set)) => (before, Told::Known(set)),
            Err(why) => ("?".into(), Told::Unknown(why)),
        };
        let end = Told::Unknown("it was not read".into());
        Surprise { at_s: at, setting: self.setting.clone(), before, set, end }
    }

    /// What it was, and what it reads as then: the server writes a size its own way.
    async fn set(&self, drill: &Drill) -> Result<(String, String), String> {
        let mut cache = admin(drill).await?;
        let before = read(&mut cache, &self.setting).await?;
        let mut set = redis::cmd("CONFIG");
        set.arg("SET").arg(&self.setting).arg(&self.value);
        set.query_async::<()>(&mut cache).await.map_err(|error| error.to_string())?;
        Ok((before, read(&mut cache, &self.setting).await?))
    }
}

/// Reads what each has come to.
pub(super) async fn look_back(drill: &Drill, surprises: &mut [Surprise]) {
    for surprise in surprises {
        let end = match admin(drill).await {
            Ok(mut cache) => read(&mut cache, &surprise.setting).await,
            Err(why) => Err(why),
        };
        surprise.end = end.map_or_else(Told::Unknown, Told::Known);
    }
}

/// A connection to the cache that may do everything. Errors: there is none, and why.
pub(super) async fn admin(drill: &Drill) -> Result<MultiplexedConnection, String> {
    drill.world.backstage().admin_cache().await.map_err(|failure| format!("{failure:#}"))
}

async fn read(cache: &mut MultiplexedConnection, setting: &str) -> Result<String, String> {
    let asked = redis::cmd("CONFIG").arg("GET").arg(setting).query_async::<Vec<String>>(cache).await;
    let pair = asked.map_err(|error| error.to_string())?;
    pair.into_iter().nth(1).ok_or_else(|| format!("the cache has no setting {setting}"))
}
