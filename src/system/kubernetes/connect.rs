//! From a kubeconfig to a client.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::io::AsyncRead;
use hyper::http::Request;
use hyper::http::request::Builder;
use jiff::{SignedDuration, Timestamp};
use kube::client::Body;
use kube::config::{AuthInfo, ExecConfig, KubeConfigOptions, Kubeconfig};
use kube::core::Status;
use kube::{Client, Config};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::error::Elapsed;

use crate::clock;
use crate::config::{KubernetesTarget, Secret};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::error::{Failed, configuration, translate};
use crate::system::kubernetes::warned::Warned;
use crate::system::kubernetes::{plugin, words};
use crate::system::no_answer;
use crate::text;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest wait for a program that logs us in.
const LOGIN: Duration = Duration::from_secs(10);
/// What is good for no longer than this is asked for anew.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// A client, and what it goes to.
#[derive(Clone)]
pub(super) struct Link {
    door: Arc<Mutex<Door>>,
    /// What we are called in audit logs, and by priority and fairness.
    agent: Arc<str>,
    /// What the API server has warned of.
    warned: Warned,
    /// `host:port` of the API server.
    pub server: String,
    /// The context's name; none in a pod.
    pub context: Option<String>,
    pub namespace: String,
}

/// A client that is logged in, and how it was.
struct Door {
    client: Client,
    /// What it logs in with.
    secrets: Vec<Secret>,
    /// Until when what it logged in with is good, where that is known.
    until: Option<Timestamp>,
    /// What it was made of, where the login does not last.
    login: Option<(Config, Login)>,
}

/// A login that does not last.
#[derive(Clone)]
enum Login {
    /// A program gives it.
    Plugin(Box<ExecConfig>),
    /// A file holds it, and somebody may write a newer one there.
    File(PathBuf),
}

impl Login {
    /// What a user logs in with, where it is not in the kubeconfig itself; a token in it wins.
    fn take(user: &mut AuthInfo) -> Option<Self> {
        let file = user.token_file.take().filter(|_| user.token.is_none());
        let plugin = user.exec.take().map(|exec| Self::Plugin(Box::new(exec)));
        plugin.or(file.map(|file| Self::File(file.into())))
    }

    /// Puts what it gives into `user`. Returns until when that is good. Errors: the program does not log us in; the file cannot be
    /// read.
    async fn give(&self, user: &mut AuthInfo, patience: Duration) -> Result<Option<Timestamp>, TargetError> {
        match self {
            Self::Plugin(exec) => plugin::login(exec, user, patience).await,
            Self::File(path) => {
                let token = tokio::fs::read_to_string(path).await.map_err(|error| {
                    let message = format!("cannot read the token file {}: {error}", text::path(path));
                    TargetError::new(TargetErrorKind::Authentication, message).caused_by(error)
                })?;
                // As client-go does it: an editor ends a file with a line feed.
                user.token = Some(token.trim().to_owned().into());
                Ok(Some(clock::now() + MARGIN + MARGIN))
            }
        }
    }
}

impl Door {
    /// Errors: what logs us in does not; what it gives, or the kubeconfig has, cannot be used.
    async fn open(
        mut config: Config,
        login: Option<Login>,
        server: &str,
        patience: Duration,
    ) -> Result<Self, TargetError> {
        let (mut user, mut until) = (config.auth_info.clone(), None);
        if let Some(login) = &login {
            until = login.give(&mut user, patience).await?;
        }
        let login = login.map(|login| (config.clone(), login));
        let secrets = secrets(&user);
        config.auth_info = user;
        let client = Client::try_from(config).map_err(|error| translate(error, server, &secrets).error)?;
        Ok(Self { client, secrets, until, login })
    }
}

/// Reads the configuration and makes a client of it, until `by` where a program logs us in. `name` is what our writes are called.
/// Nothing is sent yet.
pub(super) async fn link(target: &KubernetesTarget, name: &str, by: Instant) -> Result<Link, TargetError> {
    let (mut config, context) = match target.kubeconfig.as_slice() {
        [] => (in_cluster()?, None),
        files => {
            let mut merged = Kubeconfig::default();
            // As client-go does it: of several files those that are not there are passed over.
            let there: Vec<_> = files.iter().filter(|file| file.exists()).collect();
            for file in if there.is_empty() { files.iter().collect() } else { there } {
                let one = Kubeconfig::read_from(file).and_then(|one| merged.clone().merge(one));
                merged = one.map_err(|error| {
                    let mut failed = configuration(error);
                    failed.message = format!("{} ({})", failed.message, text::path(file));
                    failed
                })?;
            }
            let context = target.context.clone().or_else(|| merged.current_context.clone());
            named(&merged, context.as_deref())?;
            let options = KubeConfigOptions { context: context.clone(), ..KubeConfigOptions::default() };
            let config = Config::from_custom_kubeconfig(merged, &options).await;
            (config.map_err(configuration)?, context)
        }
    };
    config.connect_timeout = Some(CONNECT);
    // A write is never repeated by itself.
    config.default_retry = false;
    let namespace = target.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
    let uri = &config.cluster_url;
    let host = uri.host().unwrap_or("?");
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    let server = format!("{host}:{port}");
    let login = Login::take(&mut config.auth_info);
    let left = by.saturating_duration_since(clock::instant());
    let door = Door::open(config, login, &server, left.min(LOGIN)).await?;
    let (door, warned) = (Arc::new(Mutex::new(door)), Warned::default());
    Ok(Link { door, agent: agent(name), warned, server, context, namespace })
}

/// `stampede/0.1.0 (stampede:INCIDENT:USER@HOST)`
fn agent(name: &str) -> Arc<str> {
    let plain: String = name.chars().filter(|c| c.is_ascii_graphic() && !"()".contains(*c)).collect();
    format!("{}/{} ({plain})", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")).into()
}

/// What a login sends of itself.
fn secrets(user: &AuthInfo) -> Vec<Secret> {
    // As a kubeconfig holds it: the library gives its secrets to nobody else.
    let user = serde_json::to_value(user).unwrap_or_default();
    ["/token", "/password"].map(|at| Secret::new(words(&user, at).to_owned())).into()
}

fn in_cluster() -> Result<Config, TargetError> {
    Config::incluster().map_err(|error| {
        TargetError::new(TargetErrorKind::Input, format!("this pod has no service account to use: {error}"))
            .hint("set KUBECONFIG, or give the pod a service account with its token")
            .caused_by(error)
    })
}

/// Errors: there is no such context; the nearest name is in the hint.
fn named(config: &Kubeconfig, context: Option<&str>) -> Result<(), TargetError> {
    let names: Vec<&str> = config.contexts.iter().map(|context| context.name.as_str()).collect();
    let Some(context) = context else {
        return Err(TargetError::new(TargetErrorKind::Input, "the kubeconfig has no current context")
            .hint(format!("--context NAME; there are: {}", text::escape(&names.join(", ")))));
    };
    if names.contains(&context) {
        return Ok(());
    }
    let hint = match text::nearest(context, names.iter().copied()) {
        Some(near) => format!("did you mean {}?", text::escape(near)),
        None => format!("there are: {}", text::escape(&names.join(", "))),
    };
    let message = format!("the kubeconfig has no context called {}", text::escape(context));
    Err(TargetError::new(TargetErrorKind::Input, message).hint(hint))
}

impl Link {
    /// One request and its answer, which must be JSON.
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        content: &str,
        body: String,
        patience: Duration,
    ) -> Result<Value, Failed> {
        let mut request = Request::builder().method(method).uri(path).header("accept", "application/json");
        if !content.is_empty() {
            request = request.header("content-type", content);
        }
        let request = self.request(request, body.into_bytes())?;
        let client = self.client(patience).await?;
        let answer = tokio::time::timeout(patience, self.exchanged(&client, request)).await;
        self.answered(answer, patience).await
    }

    /// As [`Client::request`], and keeps what the server warns of: an answer alone does not say it.
    async fn exchanged(&self, client: &Client, request: Request<Vec<u8>>) -> kube::Result<Value> {
        let answer = client.send(request.map(Body::from)).await?;
        let code = answer.status();
        self.warned.hear(answer.headers());
        let body = answer.into_body().collect_bytes().await?;
        if !code.is_client_error() && !code.is_server_error() {
            return serde_json::from_slice(&body).map_err(kube::Error::SerdeError);
        }
        let status = serde_json::from_slice::<Status>(&body).unwrap_or_else(|_| {
            // What stands in front of the API answers in plain text.
            Status::failure(String::from_utf8_lossy(&body).trim(), "no Status").with_code(code.as_u16())
        });
        Err(kube::Error::Api(status.boxed()))
    }

    /// What the server has warned of since this was asked last.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.warned.take()
    }

    /// Opens a stream of text.
    pub(super) async fn stream(
        &self,
        path: &str,
        patience: Duration,
    ) -> Result<impl AsyncRead + use<>, Failed> {
        let request = self.request(Request::builder().method("GET").uri(path), Vec::new())?;
        let client = self.client(patience).await?;
        self.answered(tokio::time::timeout(patience, client.request_stream(request)).await, patience).await
    }

    fn request(&self, request: Builder, body: Vec<u8>) -> Result<Request<Vec<u8>>, Failed> {
        request.header("user-agent", &*self.agent).body(body).map_err(|error| {
            let message = format!("cannot ask {}: {error}", self.server);
            TargetError::new(TargetErrorKind::Input, message).caused_by(error).into()
        })
    }

    /// What came of a request. Who is not known (401) logs in anew for the next one, as kubectl does.
    async fn answered<T>(
        &self,
        answer: Result<kube::Result<T>, Elapsed>,
        patience: Duration,
    ) -> Result<T, Failed> {
        let answer = answer.map_err(|_| no_answer(&self.server, patience))?;
        let answer = match answer {
            Ok(answer) => Ok(answer),
            Err(error) => Err(translate(error, &self.server, &self.door.lock().await.secrets)),
        };
        if answer.as_ref().is_err_and(|failed| failed.code == Some(401)) {
            self.door.lock().await.until = Some(Timestamp::MIN);
        }
        answer
    }

    /// A client that is logged in for a while yet. Errors: what logs us in does not.
    async fn client(&self, patience: Duration) -> Result<Client, Failed> {
        let mut door = self.door.lock().await;
        let ends = door.until.is_some_and(|until| until < clock::now() + MARGIN);
        if let Some((config, login)) = door.login.clone().filter(|_| ends) {
            let from_file = matches!(login, Login::File(_));
            match Door::open(config, Some(login), &self.server, patience.min(LOGIN)).await {
                Ok(anew) => *door = anew,
                // As client-go does it: a file that has been taken away leaves what was read of it.
                Err(_) if from_file => door.until = Some(clock::now() + MARGIN + MARGIN),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(door.client.clone())
    }

    /// That a stream ended before its end.
    pub(super) fn broke_off(&self, error: std::io::Error) -> TargetError {
        let message = format!("the stream from {} broke off: {error}", self.server);
        TargetError::new(TargetErrorKind::Unreachable, message).caused_by(error)
    }
}
