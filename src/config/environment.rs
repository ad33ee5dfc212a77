//! Zero configuration: the variables and files that the clients of each system read anyway.

use std::path::PathBuf;

use crate::config::url::{self, mysql, postgres, redis};
use crate::config::{
    KubernetesTarget, LoadOptions, Secret, Settings, Target, TargetSpec, Tls, UnusableTarget, my_cnf, pgpass,
};
use crate::observation::Kind;
use crate::text;

/// Variables that name a server.
const URLS: [&str; 4] = ["REDIS_URL", "MYSQL_URL", "DATABASE_URL", "PGBOUNCER_URL"];
/// Variables of libpq that say there is a server; a user or a password alone says no such thing.
const LIBPQ: [&str; 5] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE"];

/// The variables that would have named targets, had the file named none.
pub(super) fn unused(options: &LoadOptions<'_>) -> Option<String> {
    let set: Vec<_> = URLS.iter().chain(&LIBPQ).filter(|name| options.var(name).is_some()).copied().collect();
    (!set.is_empty()).then(|| set.join(", "))
}

/// Adds the targets of the environment. A variable that cannot be used is told, never with its content, and keeps the place of its
/// target; the others are used all the same. Returns what was said of those.
pub(super) fn add(settings: &mut Settings, options: &LoadOptions<'_>) -> Vec<String> {
    let mut found = Found { settings, options, refused: Vec::new() };
    if let Some(text) = options.address("REDIS_URL") {
        let parsed = found.redis(&text);
        found.take("REDIS_URL", Kind::Redis, parsed);
    }
    if let Some(text) = options.address("MYSQL_URL") {
        let parsed = found.mysql(&text);
        found.take("MYSQL_URL", Kind::Mysql, parsed);
    }
    let postgres_url = found.database_url();
    if !postgres_url {
        found.libpq();
    }
    if let Some(text) = options.address("PGBOUNCER_URL") {
        let parsed = found.pgbouncer(&text);
        found.take("PGBOUNCER_URL", Kind::Pgbouncer, parsed);
    }
    if !found.settings.targets.iter().any(|target| target.kind() == Kind::Mysql) {
        found.my_cnf();
    }
    let refused = found.refused;
    add_kubernetes(settings, options);
    refused
}

/// A target, where its password came from, and what was passed over: of its source, and beside it.
struct Taken {
    spec: TargetSpec,
    sources: Vec<String>,
    notes: Vec<String>,
    beside: Vec<String>,
}

impl Taken {
    fn new(spec: TargetSpec, notes: Vec<String>) -> Self {
        Self { spec, sources: Vec::new(), notes, beside: Vec::new() }
    }

    fn told(mut self, found: Option<pgpass::Found>) -> Self {
        match found {
            Some(pgpass::Found::Used(source)) => self.sources.push(source),
            Some(pgpass::Found::PassedOver(why)) => self.beside.push(why),
            None => {}
        }
        self
    }
}

/// Why a source cannot be used.
enum Refusal {
    /// It continues "it has", "it names".
    It(String),
    /// A sentence about something else.
    Said(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self::It(why)
    }
}

/// What is found in the environment.
struct Found<'a, 'b> {
    settings: &'a mut Settings,
    options: &'a LoadOptions<'b>,
    refused: Vec<String>,
}

impl Found<'_, '_> {
    /// Adds a target, or keeps its place.
    fn take(&mut self, source: &str, kind: Kind, parsed: Result<Taken, Refusal>) {
        match parsed {
            Ok(Taken { spec, sources, notes, beside }) => {
                push(self.settings, spec, source);
                self.settings.sources.extend(sources);
                self.settings.notes.extend(notes.iter().map(|note| format!("{source}: {note}")));
                for note in beside {
                    if !self.settings.notes.contains(&note) {
                        self.settings.notes.push(note);
                    }
                }
            }
            Err(refusal) => {
                let why = match refusal {
                    Refusal::It(why) => format!("cannot use {source}: it {why}"),
                    Refusal::Said(why) => why,
                };
                let unusable = UnusableTarget { kind, source: source.into(), why: why.clone() };
                push(self.settings, TargetSpec::Unusable(unusable), source);
                self.refuse(why);
            }
        }
    }

    fn refuse(&mut self, why: String) {
        self.settings.notes.push(why.clone());
        self.refused.push(why);
    }

    fn redis(&self, text: &str) -> Result<Taken, Refusal> {
        let named = redis::parse_or_hosts(text)?;
        let mut login = named.target;
        // As redis-cli has it.
        let beside = self.options.var("REDISCLI_AUTH").filter(|_| login.target.password.is_none());
        let source = beside.is_some().then(|| "redis password: REDISCLI_AUTH".to_owned());
        login.target.password = login.target.password.or(beside.map(Secret::new));
        let mut taken = Taken::new(TargetSpec::Redis(login.target), named.notes);
        taken.sources.extend(source);
        Ok(taken)
    }

    fn mysql(&self, text: &str) -> Result<Taken, Refusal> {
        let named = mysql::parse(text, &self.options.login().unwrap_or_default())?;
        let mut target = named.target;
        if target.user.is_empty() {
            return Err(Refusal::It("names no user".into()));
        }
        let source = my_cnf::fill(&mut target, self.options);
        let mut taken = Taken::new(TargetSpec::Mysql(target), named.notes);
        taken.sources.extend(source);
        Ok(taken)
    }

    /// Whether it is of PostgreSQL: then libpq's variables belong to it.
    fn database_url(&mut self) -> bool {
        const NAME: &str = "DATABASE_URL";
        let Some(text) = self.options.address(NAME) else { return false };
        let scheme = url::scheme(&text);
        let scheme = scheme.split('+').next().unwrap_or_default();
        if postgres::SCHEMES.contains(&scheme) {
            let parsed = postgres::Params::from_url(&text).map_err(Refusal::It);
            let parsed = parsed.and_then(|params| self.postgres(params));
            self.take(NAME, Kind::Postgres, parsed);
            return true;
        }
        if mysql::SCHEMES.contains(&scheme) {
            if self.options.address("MYSQL_URL").is_none_or(|other| other != text) {
                let parsed = self.mysql(&text);
                self.take(NAME, Kind::Mysql, parsed);
            }
            return false;
        }
        // The application's own, and none of ours: nothing that anybody asked us to look at.
        self.refuse(format!(
            "cannot use {NAME}: it names no database that is known here; known: mysql://, mariadb://, postgres://, postgresql://"
        ));
        false
    }

    fn postgres(&self, mut params: postgres::Params) -> Result<Taken, Refusal> {
        let home = self.options.home.as_deref();
        params.fill(self.options.env).map_err(Refusal::Said)?;
        let question = params.question();
        let root = home.map(|home| home.join(".postgresql/root.crt")).filter(|path| path.is_file());
        if params.wants_tls() {
            params.files.ca = params.files.ca.or(root);
        }
        let notes = std::mem::take(&mut params.notes);
        let mut target = params.build(self.options.login())?;
        let found = pgpass::fill(&mut target, question, self.options.env, home);
        Ok(Taken::new(TargetSpec::Postgres(target), notes).told(found))
    }

    /// The variables of libpq name a server, so none of them says anything about the console.
    fn pgbouncer(&self, text: &str) -> Result<Taken, Refusal> {
        let mut params = postgres::Params::from_console_url(text)?;
        let question = params.question();
        let notes = std::mem::take(&mut params.notes);
        let mut target = params.build_console(self.options.login())?;
        let found = pgpass::fill(&mut target, question, self.options.env, self.options.home.as_deref());
        Ok(Taken::new(TargetSpec::Pgbouncer(target), notes).told(found))
    }

    fn libpq(&mut self) {
        let set: Vec<_> = LIBPQ.iter().filter(|name| self.options.var(name).is_some()).copied().collect();
        if set.is_empty() {
            return;
        }
        if self.options.var("PGSERVICE").is_some() {
            let why = "is not supported: set PGHOST, PGPORT, PGUSER and PGDATABASE instead";
            return self.take("PGSERVICE", Kind::Postgres, Err(Refusal::It(why.into())));
        }
        let parsed = self.postgres(postgres::Params::default());
        self.take(&set.join(", "), Kind::Postgres, parsed);
    }

    /// Nobody asked for this file by name, so what is wrong with it is told and names no target.
    fn my_cnf(&mut self) {
        let Some(path) = my_cnf::path(self.options) else { return };
        let shown = text::path(&path);
        let file = match my_cnf::read(&path) {
            Ok(file) => file,
            Err(why) => return self.settings.notes.push(format!("{shown} was passed over: {why}")),
        };
        let mut notes = file.notes.clone();
        if file.names_something() {
            match file.target(self.options) {
                Ok((target, of_tls)) => {
                    notes.extend(of_tls);
                    push(self.settings, TargetSpec::Mysql(target), &shown);
                }
                Err(why) => {
                    return self.settings.notes.push(format!("{shown} was passed over: it {why}"));
                }
            }
        }
        self.settings.notes.extend(notes.iter().map(|note| format!("{shown}, {note}")));
    }
}

/// The cluster that kubectl would talk to.
fn add_kubernetes(settings: &mut Settings, options: &LoadOptions<'_>) {
    let kubeconfig = kubeconfig(options);
    let source = match kubeconfig.first() {
        Some(_) if options.var("KUBECONFIG").is_some() => "KUBECONFIG".to_owned(),
        Some(path) => text::path(path),
        None if options.var("KUBERNETES_SERVICE_HOST").is_some() => {
            "the service account of this pod".to_owned()
        }
        None => return,
    };
    let target = KubernetesTarget { kubeconfig, found: true, ..KubernetesTarget::default() };
    push(settings, TargetSpec::Kubernetes(target), &source);
}

/// The files that kubectl reads when it is told of no other.
pub(super) fn kubeconfig(options: &LoadOptions<'_>) -> Vec<PathBuf> {
    match options.var("KUBECONFIG") {
        Some(list) => std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => {
            let file = options.home.as_ref().map(|home| home.join(".kube/config"));
            file.filter(|path| path.is_file()).into_iter().collect()
        }
    }
}

/// Adds a target under the name of its kind, and says where it came from.
fn push(settings: &mut Settings, spec: TargetSpec, source: &str) {
    let mut target = Target { name: String::new(), spec };
    let kind = target.kind();
    let same = settings.targets.iter().filter(|other| other.kind() == kind).count();
    target.name = if same == 0 { kind.name().into() } else { format!("{}-{}", kind.name(), same + 1) };
    // What is said of one that cannot be used says where it came from.
    if target.unusable().is_none() {
        let unverified = if insecure(&target.spec) { " (TLS without verification)" } else { "" };
        settings.sources.push(format!("{}: {source}{unverified}", target.name));
    }
    settings.targets.push(target);
}

/// Whether the target accepts any certificate.
pub(super) fn insecure(spec: &TargetSpec) -> bool {
    let tls: Option<&Tls> = match spec {
        TargetSpec::Redis(target) => target.tls.as_ref(),
        TargetSpec::Mysql(target) => target.tls.as_ref(),
        TargetSpec::Postgres(target) | TargetSpec::Pgbouncer(target) => target.tls.as_ref(),
        TargetSpec::Http(target) | TargetSpec::Nginx(target) => target.tls.as_ref(),
        TargetSpec::Api(target) => target.tls.as_ref(),
        TargetSpec::Logs(_) | TargetSpec::Kubernetes(_) | TargetSpec::Unusable(_) => None,
    };
    tls.is_some_and(|tls| tls.insecure)
}
