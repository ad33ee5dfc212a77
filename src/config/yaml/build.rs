//! From the tree to the settings: every target by the struct of its kind, then the rules that no struct can hold.

use std::path::{Path, PathBuf};

use crate::config::url::{self, Named, is_url, mysql, postgres, redis};
use crate::config::yaml::policy::POLICY;
use crate::config::yaml::raw;
use crate::config::{
    Address, LoadOptions, MysqlTarget, PostgresTarget, RedisTarget, Settings, Target, TargetSpec, Tls,
    Topology, environment, my_cnf, pgpass,
};
use crate::yaml::{Node, Problem, Value, decode, meant, unknown_key};

pub(super) const KINDS: [&str; 10] =
    ["redis", "mysql", "postgres", "pgbouncer", "logs", "pods", "http", "nginx", "api", "kubernetes"];

/// What building needs, and what it finds.
pub(super) struct Builder<'a, 'b> {
    pub options: &'a LoadOptions<'b>,
    /// The folder of the file: relative paths begin there.
    pub base: &'a Path,
    pub problems: Vec<Problem>,
    /// The target that is being built.
    pub target: String,
    /// Sentences for the sources.
    pub sources: Vec<String>,
    /// Sentences about what was passed over.
    pub notes: Vec<String>,
}

impl Builder<'_, '_> {
    /// A problem with the value under `key`, or with `node` itself where the key is absent.
    pub(super) fn problem(&mut self, node: &Node, key: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(node.reach(&[key]).at.clone(), message));
    }

    /// What of the address of this target was passed over.
    fn told(&mut self, notes: Vec<String>) {
        let Self { target, .. } = self;
        self.notes.extend(notes.into_iter().map(|note| format!("{target}: {note}")));
    }

    /// The whole file.
    pub(super) fn file(&mut self, tree: &Node, settings: &mut Settings) {
        if tree.is_null() {
            return;
        }
        let Some(file) = decode::<raw::File>(tree, &POLICY, &mut self.problems) else { return };
        if file.version.is_some_and(|version| version != 1) {
            self.problem(tree, "version", "this program reads version 1");
        }
        if let Some(thresholds) = file.thresholds {
            self.check_thresholds(tree, &thresholds);
            settings.thresholds = thresholds;
        }
        if let Some(facts) = file.facts {
            self.check_facts(tree, &facts);
            settings.facts = facts;
        }
        settings.remedies.rebuild = file.rebuild.and_then(|raw| self.rebuild(tree.reach(&["rebuild"]), raw));
        settings.remedies.flags = self.flags(tree, &file.flags.unwrap_or_default());
        let Some(targets) = tree.get("targets") else { return };
        match &targets.value {
            Value::Map(_) => {
                for (name, target) in targets.entries() {
                    self.check_name(name);
                    self.target = name.text().unwrap_or_default().into();
                    let spec = self.target(name, target);
                    settings.targets.extend(spec.map(|spec| self.named(name, spec)));
                }
            }
            _ if targets.is_null() => {}
            _ => self.problem(tree, "targets", "expected a mapping: each target under its name"),
        }
    }

    fn named(&mut self, name: &Node, spec: TargetSpec) -> Target {
        let name = name.text().unwrap_or_default().to_owned();
        if environment::insecure(&spec) {
            self.sources.push(format!("{name}: TLS without verification"));
        }
        Target { name, spec }
    }

    fn target(&mut self, name: &Node, node: &Node) -> Option<TargetSpec> {
        let kinds: Vec<_> = KINDS.into_iter().filter(|kind| node.get(kind).is_some()).collect();
        match kinds[..] {
            ["redis"] => self.redis(node).map(TargetSpec::Redis),
            ["mysql"] => self.mysql(node).map(TargetSpec::Mysql),
            ["postgres"] => self.postgres(node).map(TargetSpec::Postgres),
            ["pgbouncer"] => self.pgbouncer(node).map(TargetSpec::Pgbouncer),
            ["logs"] => self.logs(node).map(TargetSpec::Logs),
            ["pods"] => self.pods(node).map(TargetSpec::Logs),
            ["http"] => self.http(node).map(TargetSpec::Http),
            ["nginx"] => self.nginx(node).map(TargetSpec::Nginx),
            ["api"] => self.api(node).map(TargetSpec::Api),
            ["kubernetes"] => self.kubernetes(node).map(TargetSpec::Kubernetes),
            [] => {
                self.no_kind(name, node);
                None
            }
            _ => {
                let at = node
                    .entries()
                    .find(|(key, _)| key.text() == Some(kinds[1]))
                    .map(|(key, _)| key.at.clone());
                let message = format!("a target is one system; this has `{}`", kinds.join("` and `"));
                self.problems.push(Problem::new(at.unwrap_or_else(|| node.at.clone()), message));
                None
            }
        }
    }

    /// A target without a kind: most often the key is misspelled.
    fn no_kind(&mut self, name: &Node, node: &Node) {
        for (key, _) in node.entries() {
            let word = key.text().unwrap_or_default();
            if meant(word, &KINDS, &POLICY).is_some() {
                self.problems.push(Problem::new(key.at.clone(), unknown_key(word, &KINDS, &POLICY)));
                return;
            }
        }
        let message = format!("this target does not say what it is; add one of {}", KINDS.join(", "));
        self.problems.push(Problem::new(name.at.clone(), message));
    }

    /// Words about a URL, put as a problem with the value under `key`.
    pub(super) fn checked<T>(&mut self, node: &Node, key: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.problem(node, key, format!("this address {why}"))).ok()
    }

    fn redis(&mut self, node: &Node) -> Option<RedisTarget> {
        let raw: raw::Redis = decode(node, &POLICY, &mut self.problems)?;
        let before = self.problems.len();
        let target = match raw.redis {
            raw::Servers::One(text) if is_url(&text) => {
                let parsed = redis::parse(&text);
                self.checked(node, "redis", parsed).map(|named| {
                    self.told(named.notes);
                    // A lone word before the `@` is the user where the password stands beside the URL.
                    let beside = raw.password.is_some() && raw.user.is_none();
                    named.target.with_password_beside(beside)
                })
            }
            raw::Servers::One(text) => self.addresses(node, &["redis"], &[text], redis::PORT).map(plain),
            raw::Servers::Nodes(nodes) => self.addresses(node, &["redis"], &nodes, redis::PORT).map(plain),
            raw::Servers::Sentinels(watch) => {
                if watch.service.is_empty() {
                    let at = node.reach(&["redis", "service"]).at.clone();
                    self.problems
                        .push(Problem::new(at, "expected the name the Sentinels call the primary by"));
                }
                let at = ["redis", "sentinels"];
                self.addresses(node, &at, &watch.sentinels, redis::SENTINEL_PORT).map(|addresses| {
                    RedisTarget { topology: Topology::Sentinel(watch.service), ..plain(addresses) }
                })
            }
        };
        let password = self.secret(node, "password", raw.password);
        let sentinel_password = self.secret(node, "sentinel_password", raw.sentinel_password);
        let from_url = target.as_ref().and_then(|target| target.tls.clone());
        let tls = self.tls(node, raw.tls, from_url);
        let mut target = target?;
        if target.topology == Topology::Auto {
            for (key, given) in [
                ("sentinel_user", raw.sentinel_user.is_some()),
                ("sentinel_password", sentinel_password.is_some()),
            ] {
                if given {
                    self.problem(node, key, "this target has no Sentinels");
                }
            }
        }
        target.user = raw.user.or(target.user);
        target.password = password.or(target.password);
        target.sentinel_user = raw.sentinel_user.or(target.sentinel_user);
        target.sentinel_password = sentinel_password.or(target.sentinel_password);
        target.database = raw.database.unwrap_or(target.database);
        target.tls = tls;
        (self.problems.len() == before).then_some(target)
    }

    fn addresses(&mut self, node: &Node, path: &[&str], texts: &[String], port: u16) -> Option<Vec<Address>> {
        let list = node.reach(path);
        if texts.is_empty() {
            self.problems.push(Problem::new(list.at.clone(), "expected at least one host:port"));
            return None;
        }
        let mut addresses = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let parsed = if is_url(text) {
                Err("is a URL; in a list write host:port, and user, password and tls as keys of the target"
                    .into())
            } else {
                url::address(text, port)
            };
            match parsed {
                Ok(address) => addresses.push(address),
                Err(why) => {
                    let at = match &list.value {
                        Value::Seq(items) => items.get(index).unwrap_or(list).at.clone(),
                        _ => list.at.clone(),
                    };
                    self.problems.push(Problem::new(at, format!("this address {why}")));
                }
            }
        }
        (addresses.len() == texts.len()).then_some(addresses)
    }

    fn mysql(&mut self, node: &Node) -> Option<MysqlTarget> {
        let raw: raw::Mysql = decode(node, &POLICY, &mut self.problems)?;
        let before = self.problems.len();
        let parsed = if is_url(&raw.mysql) {
            mysql::parse(&raw.mysql, "")
        } else {
            let at = url::address(&raw.mysql, mysql::PORT).map(MysqlTarget::at);
            at.map(|target| Named { target, notes: Vec::new() })
        };
        let target = self.checked(node, "mysql", parsed).map(|named| {
            self.told(named.notes);
            named.target
        });
        let password = self.secret(node, "password", raw.password);
        let from_url = target.as_ref().and_then(|target| target.tls.clone());
        let tls = self.tls(node, raw.tls, from_url);
        let mut target = target?;
        target.user = raw.user.unwrap_or(target.user);
        if target.user.is_empty() {
            target.user = self.login(node, "mysql");
        }
        if raw.admin_port == Some(0) {
            self.problem(node, "admin_port", "expected a whole number from 1 to 65535");
        }
        target.password = password.or(target.password);
        target.database = raw.database.or(target.database);
        target.admin_port = raw.admin_port.or(target.admin_port);
        target.tls = tls;
        if self.problems.len() > before {
            return None;
        }
        let source = my_cnf::fill(&mut target, self.options);
        self.sources.extend(source.filter(|source| !self.sources.contains(source)));
        Some(target)
    }

    fn login(&mut self, node: &Node, kind: &str) -> String {
        self.options.login().unwrap_or_else(|| {
            self.problem(node, kind, "this target names no `user`");
            String::new()
        })
    }

    fn postgres(&mut self, node: &Node) -> Option<PostgresTarget> {
        let raw: raw::Postgres = decode(node, &POLICY, &mut self.problems)?;
        let params = params(&raw.postgres, postgres::Params::from_url).map(|params| postgres::Params {
            user: raw.user.or(params.user),
            database: raw.database.or(params.database),
            ..params
        });
        self.speaking_postgres(node, "postgres", params, raw.password, raw.tls, postgres::Params::build)
    }

    fn pgbouncer(&mut self, node: &Node) -> Option<PostgresTarget> {
        let raw: raw::Pgbouncer = decode(node, &POLICY, &mut self.problems)?;
        let params = params(&raw.pgbouncer, postgres::Params::from_console_url)
            .map(|params| postgres::Params { user: raw.user.or(params.user), ..params });
        self.speaking_postgres(
            node,
            "pgbouncer",
            params,
            raw.password,
            raw.tls,
            postgres::Params::build_console,
        )
    }

    /// What PostgreSQL and a PgBouncer have in common.
    fn speaking_postgres(
        &mut self,
        node: &Node,
        key: &str,
        params: Result<postgres::Params, String>,
        password: Option<String>,
        tls: Option<raw::TlsChoice>,
        build: fn(postgres::Params, Option<String>) -> Result<PostgresTarget, String>,
    ) -> Option<PostgresTarget> {
        let before = self.problems.len();
        let params = self.checked(node, key, params);
        let password = self.secret(node, "password", password);
        let mut params = params?;
        params.password = password.or(params.password);
        if params.user.is_none() {
            params.user = Some(self.login(node, key));
        }
        let question = params.question();
        let notes = std::mem::take(&mut params.notes);
        self.told(notes);
        let built = build(params, None);
        let mut target = self.checked(node, key, built)?;
        // What the file says about TLS leaves nothing to the server.
        target.tls_optional &= tls.is_none();
        target.tls = self.tls(node, tls, target.tls);
        if self.problems.len() == before {
            let home = self.options.home.as_deref();
            let (told, sentence) = match pgpass::fill(&mut target, question, self.options.env, home) {
                Some(pgpass::Found::Used(source)) => (&mut self.sources, source),
                Some(pgpass::Found::PassedOver(why)) => (&mut self.notes, why),
                None => return Some(target),
            };
            if !told.contains(&sentence) {
                told.push(sentence);
            }
            return Some(target);
        }
        None
    }

    /// The key `tls:` over what the URL says.
    pub(super) fn tls(
        &mut self,
        node: &Node,
        raw: Option<raw::TlsChoice>,
        from_url: Option<Tls>,
    ) -> Option<Tls> {
        match raw {
            None => from_url.map(|tls| Tls {
                ca: tls.ca.map(|path| self.base.join(path)),
                cert: tls.cert.map(|path| self.base.join(path)),
                key: tls.key.map(|path| self.base.join(path)),
                ..tls
            }),
            Some(raw::TlsChoice::Plain(true)) => Some(Tls::default()),
            Some(raw::TlsChoice::Plain(false)) => None,
            Some(raw::TlsChoice::Options(options)) => {
                if options.cert.is_some() != options.key.is_some() {
                    self.problem(node, "tls", "`cert` and `key` belong together");
                }
                let path = |path: Option<String>| path.map(|path| self.path(&path));
                Some(Tls {
                    ca: path(options.ca),
                    cert: path(options.cert),
                    key: path(options.key),
                    server_name: options.server_name,
                    insecure: options.insecure.unwrap_or(false),
                })
            }
        }
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        crate::config::files::resolve(path, self.base, self.options.home.as_deref())
    }
}

fn plain(addresses: Vec<Address>) -> RedisTarget {
    RedisTarget { addresses, ..RedisTarget::default() }
}

/// A URL, the directory of a socket, or `host:port`.
fn params(
    text: &str,
    from_url: fn(&str) -> Result<postgres::Params, String>,
) -> Result<postgres::Params, String> {
    if is_url(text) {
        return from_url(text);
    }
    let (host, port) = match text.starts_with('/') {
        true => (text.to_owned(), None),
        false => url::host_port(text)?,
    };
    Ok(postgres::Params { host: Some(host), port, ..postgres::Params::default() })
}
