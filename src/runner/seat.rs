//! A target and our standing connection to it (S3).

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::change::Subject;
use crate::clock;
use crate::config::{Address, Target, TargetSpec};
use crate::error::{Failure, TargetError};
use crate::event::Listener;
use crate::exit::Exit;
use crate::observation::Kind;
use crate::probe::address;
use crate::runner::Runner;
use crate::system::{Dialling, Identity, Session};

/// Longest wait to get in, the race for a slot of a full server included.
const CONNECT: Duration = Duration::from_secs(12);
/// Longest wait for one answer.
const REPLY: Duration = Duration::from_secs(5);

/// A target and our connection.
pub(super) struct Seat {
    pub target: Target,
    pub session: Session,
    /// Who it proved to be, and when.
    pub known: Option<(Subject, Instant)>,
    /// The same as the target said it.
    pub identity: Option<Identity>,
    /// Other responders who sit there too (S28): asked once.
    pub strangers: Option<Vec<String>>,
    /// What our connections are called there.
    client: String,
}

impl Seat {
    /// Connects to what can be reached. Errors: nothing of the target can be.
    pub(super) async fn reach(&mut self, listener: &Arc<dyn Listener>) -> Result<(), TargetError> {
        let dialling = dialling(listener, &self.target.name);
        let mut notes = Vec::new();
        self.session.ready(&dialling, &mut notes).await?;
        notes.iter().for_each(|note| listener.note(note));
        Ok(())
    }

    /// Who the target is, asked now. Errors: a node of it does not answer.
    pub(super) async fn identify(&mut self, listener: &Arc<dyn Listener>) -> Result<Subject, TargetError> {
        self.reach(listener).await?;
        let dialling = dialling(listener, &self.target.name);
        let identity = self.session.identity(&dialling).await?;
        let subject = Subject {
            name: self.target.name.clone(),
            kind: self.target.kind().name().into(),
            address: address(&self.target),
            identity: format!("{} {}, {}", identity.product, identity.version, identity.role),
        };
        self.identity = Some(identity);
        if self.strangers.is_none() {
            self.strangers = Some(self.session.strangers(&self.client).await);
        }
        self.known = Some((subject.clone(), clock::instant()));
        Ok(subject)
    }

    /// Who else is at work there, as the prompt says it (S28).
    pub(super) fn company(&self) -> Vec<String> {
        let strangers = self.strangers.iter().flatten();
        strangers.map(|name| format!("S28 another responder is at work there: {name}")).collect()
    }

    /// Words that count as the target's name when it must be typed: its host and its kind.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = vec![self.target.kind().name().to_owned()];
        let addresses = match &self.target.spec {
            TargetSpec::Redis(redis) => redis.addresses.as_slice(),
            TargetSpec::Mysql(mysql) => std::slice::from_ref(&mysql.address),
            TargetSpec::Postgres(postgres) | TargetSpec::Pgbouncer(postgres) => {
                std::slice::from_ref(&postgres.address)
            }
            TargetSpec::Api(api) => {
                names.extend(api.url.host_str().map(str::to_owned));
                &[]
            }
            TargetSpec::Logs(_) | TargetSpec::Http(_) | TargetSpec::Nginx(_) | TargetSpec::Kubernetes(_) => {
                &[]
            }
        };
        if let Session::Kubernetes(reader) = &self.session {
            names.extend(reader.names());
        }
        names.extend(addresses.iter().map(|address| match address {
            Address::Tcp(host, _) => host.clone(),
            Address::Unix(path) => path.display().to_string(),
        }));
        names
    }
}

/// Limits of a connection that acts, and a voice for what takes long.
pub(super) fn dialling(listener: &Arc<dyn Listener>, name: &str) -> Dialling {
    let (listener, name) = (listener.clone(), name.to_owned());
    Dialling {
        connect_by: clock::instant() + CONNECT,
        reply: REPLY,
        say: Arc::new(move |words| listener.progress(&format!("{name}: {words}"))),
    }
}

impl Runner {
    /// The names of the configured targets of a kind.
    pub fn targets(&self, kind: Kind) -> Vec<String> {
        let of_kind = self.settings.targets.iter().filter(|target| target.kind() == kind);
        of_kind.map(|target| target.name.clone()).collect()
    }

    /// The kinds of the configured targets.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        self.settings.targets.iter().map(Target::kind).collect()
    }

    /// The seat at a target, made when there is none yet. Errors: no such target, or one of a kind that nothing acts on.
    pub(super) fn seat(&mut self, name: &str) -> Result<&mut Seat, Failure> {
        if !self.seats.contains_key(name) {
            let target = self.settings.targets.iter().find(|target| target.name == name).cloned();
            let Some(target) = target else {
                return Err(Failure::new(Exit::Usage, format!("there is no target called {name}")).hint(
                    "it was configured when the step was made: configure it again, under the same name",
                ));
            };
            let client = self.me.client(&self.incident);
            let session = Session::new(&target, &client, self.lines.get(name).cloned()).ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    format!("nothing can be done on {name}: it is a {}", target.kind().name()),
                )
            })?;
            self.seats.insert(
                name.to_owned(),
                Seat { target, session, known: None, identity: None, strangers: None, client },
            );
        }
        self.seats.get_mut(name).ok_or_else(|| Failure::new(Exit::Failed, format!("no seat at {name}")))
    }
}
