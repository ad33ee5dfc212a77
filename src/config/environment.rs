//! Zero configuration: the variables and files that the clients of each system read anyway.

use std::path::PathBuf;

use crate::config::url::{self, mysql, postgres, redis};
use crate::config::{
    KubernetesTarget, LoadOptions, RedisTarget, Settings, Target, TargetSpec, Tls, files, my_cnf, pgpass,
};
use crate::error::{Failure, FailureKind};
use crate::observation::Kind;

/// Variables that name a server.
const URLS: [&str; 4] = ["REDIS_URL", "MYSQL_URL", "DATABASE_URL", "PGBOUNCER_URL"];
/// Variables of libpq that say there is a server; a user or a password alone says no such thing.
const LIBPQ: [&str; 5] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE"];

/// The variables that would have named targets, had the file named none.
pub(super) fn unused(options: &LoadOptions<'_>) -> Option<String> {
    let set: Vec<_> = URLS.iter().chain(&LIBPQ).filter(|name| options.var(name).is_some()).copied().collect();
    (!set.is_empty()).then(|| set.join(", "))
}

/// Adds the targets of the environment. Errors: a variable that cannot be used; never with its content.
pub(super) fn add(settings: &mut Settings, options: &LoadOptions<'_>) -> Result<(), Failure> {
    if let Some(text) = options.var("REDIS_URL") {
        let target = redis_target(&text).map_err(|why| bad("REDIS_URL", &why))?;
        push(settings, TargetSpec::Redis(target), "REDIS_URL");
    }
    if let Some(text) = options.var("MYSQL_URL") {
        add_mysql(settings, options, "MYSQL_URL", &text)?;
    }
    let mut postgres_url = false;
    if let Some(text) = options.var("DATABASE_URL") {
        let scheme = text.split(['+', ':']).next().unwrap_or_default().to_ascii_lowercase();
        match scheme.as_str() {
            "postgres" | "postgresql" => {
                postgres_url = true;
                let params = postgres::Params::from_url(&text).map_err(|why| bad("DATABASE_URL", &why))?;
                add_postgres(settings, options, "DATABASE_URL", params)?;
            }
            "mysql" | "mysql2" | "mariadb" if options.var("MYSQL_URL").is_some_and(|other| other == text) => {
            }
            "mysql" | "mysql2" | "mariadb" => add_mysql(settings, options, "DATABASE_URL", &text)?,
            _ => {
                let why = "names no database that is known here; known: mysql://, mariadb://, postgres://, postgresql://";
                return Err(bad("DATABASE_URL", why));
            }
        }
    }
    if !postgres_url {
        add_libpq(settings, options)?;
    }
    if let Some(text) = options.var("PGBOUNCER_URL") {
        add_pgbouncer(settings, options, &text)?;
    }
    if !settings.targets.iter().any(|target| target.kind() == Kind::Mysql) {
        add_my_cnf(settings, options);
    }
    add_kubernetes(settings, options);
    Ok(())
}

/// `REDIS_URL` may be a URL, or a bare `host:port` as some platforms set it.
fn redis_target(text: &str) -> Result<RedisTarget, String> {
    if url::is_url(text) {
        return redis::parse(text);
    }
    let addresses = text.split(',').map(|one| url::address(one, redis::PORT)).collect::<Result<_, _>>()?;
    Ok(RedisTarget { addresses, ..RedisTarget::default() })
}

fn add_mysql(
    settings: &mut Settings,
    options: &LoadOptions<'_>,
    name: &str,
    text: &str,
) -> Result<(), Failure> {
    let target = mysql::parse(text, &options.login().unwrap_or_default()).map_err(|why| bad(name, &why))?;
    if target.user.is_empty() {
        return Err(bad(name, "names no user"));
    }
    push(settings, TargetSpec::Mysql(target), name);
    Ok(())
}

fn add_postgres(
    settings: &mut Settings,
    options: &LoadOptions<'_>,
    name: &str,
    mut params: postgres::Params,
) -> Result<(), Failure> {
    let home = options.home.as_deref();
    params.fill(options.env).map_err(|why| Failure::new(FailureKind::Config, why))?;
    let passfile = params.passfile.clone();
    let root = home.map(|home| home.join(".postgresql/root.crt")).filter(|path| path.is_file());
    if params.files.ca.is_none() && params.sslmode.as_deref().is_some_and(|mode| mode != "disable") {
        params.files.ca = root;
    }
    let mut target = params.build(options.login()).map_err(|why| bad(name, &why))?;
    let note = pgpass::fill(&mut target, passfile.as_deref(), options.env, home);
    push(settings, TargetSpec::Postgres(target), name);
    settings.sources.extend(note);
    Ok(())
}

/// The variables of libpq name a server, so none of them says anything about the console.
fn add_pgbouncer(settings: &mut Settings, options: &LoadOptions<'_>, text: &str) -> Result<(), Failure> {
    const NAME: &str = "PGBOUNCER_URL";
    let params = postgres::Params::from_console_url(text).map_err(|why| bad(NAME, &why))?;
    let passfile = params.passfile.clone();
    let mut target = params.build_console(options.login()).map_err(|why| bad(NAME, &why))?;
    let note = pgpass::fill(&mut target, passfile.as_deref(), options.env, options.home.as_deref());
    push(settings, TargetSpec::Pgbouncer(target), NAME);
    settings.sources.extend(note);
    Ok(())
}

fn add_libpq(settings: &mut Settings, options: &LoadOptions<'_>) -> Result<(), Failure> {
    let set: Vec<_> = LIBPQ.iter().filter(|name| options.var(name).is_some()).copied().collect();
    if set.is_empty() {
        return Ok(());
    }
    if options.var("PGSERVICE").is_some() {
        return Err(bad("PGSERVICE", "is not supported: set PGHOST, PGPORT, PGUSER and PGDATABASE instead"));
    }
    add_postgres(settings, options, &set.join(", "), postgres::Params::default())
}

/// Nobody asked for this file by name, so what is wrong with it is told and does not end the program.
fn add_my_cnf(settings: &mut Settings, options: &LoadOptions<'_>) {
    let Some(path) = options.home.as_ref().map(|home| home.join(".my.cnf")).filter(|path| path.is_file())
    else {
        return;
    };
    let shown = path.display().to_string();
    let mut pass_over = |why: &str| settings.sources.push(format!("{shown} was passed over: {why}"));
    // The clients ignore such a file as well: anybody could send them elsewhere.
    if files::anybody_may_write(&path) {
        return pass_over("anybody can write it");
    }
    let file = match files::read_text(&path).and_then(|text| my_cnf::parse(&text)) {
        Ok(file) => file,
        Err(why) => return pass_over(&why),
    };
    let notes: Vec<_> = file.notes.iter().map(|note| format!("{shown}, {note}")).collect();
    if file.names_something() {
        match file.target(options.login()) {
            Ok(target) => push(settings, TargetSpec::Mysql(target), &shown),
            Err(why) => return pass_over(&format!("it {why}")),
        }
    }
    settings.sources.extend(notes);
}

/// The cluster that kubectl would talk to.
fn add_kubernetes(settings: &mut Settings, options: &LoadOptions<'_>) {
    let kubeconfig = kubeconfig(options);
    let source = match kubeconfig.first() {
        Some(_) if options.var("KUBECONFIG").is_some() => "KUBECONFIG".to_owned(),
        Some(path) => path.display().to_string(),
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
    let unverified = if insecure(&target.spec) { " (TLS without verification)" } else { "" };
    settings.sources.push(format!("{}: {source}{unverified}", target.name));
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
        TargetSpec::Logs(_) | TargetSpec::Kubernetes(_) => None,
    };
    tls.is_some_and(|tls| tls.insecure)
}

fn bad(name: &str, why: &str) -> Failure {
    Failure::new(FailureKind::Config, format!("cannot use {name}: it {why}"))
}
