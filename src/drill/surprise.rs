//! Surprises of a practice: what happens on the stage while an operator is busy, and is not their doing. Nobody is told before
//! its end.

use redis::aio::MultiplexedConnection;

use crate::drill::Drill;
use crate::drill::scenario::spec::{Happening, What};
use crate::error::{Failure, FailureKind};
use crate::felt::{Happened, Surprise, Told};

/// A surprise that is to come.
#[derive(Clone, Debug)]
pub(super) struct Coming {
    /// After onset, in seconds.
    at: f64,
    what: Does,
}

#[derive(Clone, Debug)]
enum Does {
    Set { setting: String, value: String },
    FailOver,
}

impl Coming {
    /// Those of a scenario, the earliest first. Errors: the stage cannot play one.
    pub(super) fn of(surprises: &[Happening]) -> Result<Vec<Self>, Failure> {
        let one = |surprise: &Happening| {
            let at = surprise.at.as_secs_f64();
            let what = match &surprise.what {
                What::Sets { setting, value } => Does::Set { setting: setting.clone(), value: value.clone() },
                What::FailOver => Does::FailOver,
                _ => {
                    let message = format!(
                        "the surprise at {at:.0} s cannot be played: what a colleague sets on the cache can be, and a \
                         fail-over, and nothing else"
                    );
                    return Err(Failure::new(FailureKind::Usage, message));
                }
            };
            Ok(Self { at, what })
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
    pub(super) async fn happen(&self, drill: &Drill, at_s: f64) -> Surprise {
        let what = match &self.what {
            Does::Set { setting, value } => {
                let (before, set) = match set(drill, setting, value).await {
                    Ok((before, set)) => (before, Told::Known(set)),
                    Err(why) => ("?".into(), Told::Unknown(why)),
                };
                let end = Told::Unknown("it was not read".into());
                Happened::Set { setting: setting.clone(), before, set, end }
            }
            Does::FailOver => {
                let before = primary(drill);
                let now = match drill.happen(&What::FailOver).await {
                    Ok(()) => Told::Known(primary(drill)),
                    Err(failure) => Told::Unknown(format!("{failure:#}")),
                };
                Happened::FailOver { before, now }
            }
        };
        Surprise { at_s, what }
    }
}

/// Sets a setting: what it was, and what it reads as then, since the server writes a size its own way.
async fn set(drill: &Drill, setting: &str, value: &str) -> Result<(String, String), String> {
    let mut cache = admin(drill).await?;
    let before = read(&mut cache, setting).await?;
    let mut set = redis::cmd("CONFIG");
    set.arg("SET").arg(setting).arg(value);
    set.query_async::<()>(&mut cache).await.map_err(|error| error.to_string())?;
    Ok((before, read(&mut cache, setting).await?))
}

/// The address of the cache's primary.
fn primary(drill: &Drill) -> String {
    format!("127.0.0.1:{}", drill.world.backstage().redis_port())
}

/// Reads what each setting has come to.
pub(super) async fn look_back(drill: &Drill, surprises: &mut [Surprise]) {
    for surprise in surprises {
        let Happened::Set { setting, end, .. } = &mut surprise.what else { continue };
        let now = match admin(drill).await {
            Ok(mut cache) => read(&mut cache, setting).await,
            Err(why) => Err(why),
        };
        *end = now.map_or_else(Told::Unknown, Told::Known);
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
