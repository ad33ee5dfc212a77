//! An application as it stands in staging: pages from a MariaDB, cached in a Redis, protected in one of several ways or not.

use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use mysql_async::prelude::Queryable;
use mysql_async::{OptsBuilder, Pool, PoolConstraints, PoolOpts};
use redis::aio::MultiplexedConnection;
use stampede::clock;
use stampede::lab::{MariadbServer, RedisServer};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;

/// How it is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Not at all.
    Nothing,
    /// By a lock; who waits for longer than half a second rebuilds all the same.
    Impatient,
    /// By a lock; who waits tries to take it when it is free.
    Lock,
    /// By a lock; who does not get it is served the last copy, which outlives the key.
    Stale,
    /// In its own process: one rebuild, whose result all share; that there is nothing is cached too.
    Shared,
    /// By a lock; who does not get it is turned away.
    Refuse,
    /// It fills a key of another name.
    Elsewhere,
}

/// Seconds that a rebuild takes.
const REBUILD: f64 = 0.25;
/// The place of what is not there.
const NOTHING: &str = "(nothing)";

/// The application; it ends when it is dropped.
pub struct Staging {
    port: u16,
    uncached: u16,
    runtime: Option<Runtime>,
}

struct App {
    way: Way,
    /// None: it cannot be reached.
    cache: Option<MultiplexedConnection>,
    database: Pool,
    /// The rebuild that all share, and its last result with when it was made.
    shared: Mutex<Option<(String, std::time::Instant, Page)>>,
}

/// What a rebuild gives; none: there is no such page.
type Page = Option<String>;

impl Staging {
    /// Serves `/page/KEY` from now on, and the same without a cache at another port.
    pub async fn start(redis: &RedisServer, mariadb: &MariadbServer, way: Way) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(mariadb.port())
            .user(Some("app"))
            .pass(Some("app-pass"))
            .db_name(Some("shop"))
            .prefer_socket(false)
            .max_allowed_packet(Some(1 << 20))
            .wait_timeout(Some(1000))
            .pool_opts(PoolOpts::default().with_constraints(PoolConstraints::new(0, 50).unwrap()));
        let database = Pool::new(options);
        let url = redis.url();
        // Its connection lives on the runtime of the application.
        let cache = runtime.spawn(async move { stampede::lab::connect(&url).await }).await.unwrap().unwrap();
        let serve = |cache: Option<MultiplexedConnection>| {
            let app = Arc::new(App { way, cache, database: database.clone(), shared: Mutex::default() });
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            listener.set_nonblocking(true).unwrap();
            let port = listener.local_addr().unwrap().port();
            runtime.spawn(accept(listener, app));
            port
        };
        let (port, uncached) = (serve(Some(cache)), serve(None));
        Self { port, uncached, runtime: Some(runtime) }
    }

    /// The URL of a key's page, with what is to be done there: `?slow`, `?fail`, `?moved`.
    pub fn page(&self, key: &str) -> String {
        format!("http://127.0.0.1:{}/page/{key}", self.port)
    }

    /// The same of the instance that has no cache.
    pub fn uncached(&self, key: &str) -> String {
        format!("http://127.0.0.1:{}/page/{key}", self.uncached)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: TcpListener, app: Arc<App>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let app = app.clone();
        tokio::spawn(async move {
            let serve = service_fn(move |request| answer(request, app.clone()));
            // A client that hangs up is no fault of the server's.
            _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
        });
    }
}

async fn answer(request: Request<Incoming>, app: Arc<App>) -> Result<Response<Full<Bytes>>, Infallible> {
    let key = request.uri().path().trim_start_matches("/page/");
    let key = percent_encoding::percent_decode_str(key).decode_utf8_lossy().into_owned();
    let wish = request.uri().query().unwrap_or_default().to_owned();
    if wish == "moved" {
        let moved = Response::builder().status(302).header("location", "/elsewhere");
        return Ok(moved.body(Full::default()).unwrap());
    }
    let (status, body) = match app.serve(&key, &wish).await {
        Ok(Some(body)) => (200, body),
        Ok(None) => (404, "there is no such page".into()),
        Err(()) => (503, "try again later".into()),
    };
    Ok(Response::builder().status(status).body(Full::from(body)).unwrap())
}

impl App {
    async fn serve(&self, key: &str, wish: &str) -> Result<Page, ()> {
        if let Some(cached) = self.get(key).await {
            return Ok((cached != NOTHING).then_some(cached));
        }
        match self.way {
            Way::Nothing | Way::Elsewhere => self.refill(key, wish).await,
            Way::Shared => self.shared(key, wish).await,
            Way::Impatient | Way::Lock | Way::Stale | Way::Refuse => self.locked(key, wish).await,
        }
    }

    async fn locked(&self, key: &str, wish: &str) -> Result<Page, ()> {
        let began = clock::instant();
        loop {
            if self.take(key).await {
                let page = match self.get(key).await {
                    Some(cached) => Ok(Some(cached)),
                    None => self.refill(key, wish).await,
                };
                self.said(&["DEL", &format!("lock:{key}")]).await;
                return page;
            }
            match self.way {
                Way::Refuse => return Err(()),
                Way::Stale => return Ok(self.get(&format!("stale:{key}")).await),
                Way::Impatient if began.elapsed() > Duration::from_millis(500) => {
                    return self.refill(key, wish).await;
                }
                _ => clock::sleep(Duration::from_millis(20)).await,
            }
            if let Some(cached) = self.get(key).await {
                return Ok(Some(cached));
            }
        }
    }

    async fn shared(&self, key: &str, wish: &str) -> Result<Page, ()> {
        let mut last = self.shared.lock().await;
        let fresh = Duration::from_secs(5);
        if let Some((of, at, page)) = &*last
            && of == key
            && self.cache.is_none()
            && at.elapsed() < fresh
        {
            return Ok(page.clone());
        }
        if let Some(cached) = self.get(key).await {
            return Ok((cached != NOTHING).then_some(cached));
        }
        let page = self.refill(key, wish).await?;
        if page.is_none() {
            self.said(&["SET", key, NOTHING, "EX", "60"]).await;
        }
        *last = Some((key.to_owned(), clock::instant(), page.clone()));
        Ok(page)
    }

    async fn refill(&self, key: &str, wish: &str) -> Result<Page, ()> {
        let number: u32 = key.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let cost = match wish {
            "slow" => REBUILD * 4.0,
            "fail" => 0.0,
            _ => REBUILD,
        };
        let mut connection = self.database.get_conn().await.map_err(|_| ())?;
        let query = format!("SELECT id, SLEEP({cost}) FROM p WHERE id = {number}");
        let row: Option<(u32, u32)> = connection.query_first(query).await.map_err(|_| ())?;
        if wish == "fail" {
            return Err(());
        }
        let Some((id, _)) = row else { return Ok(None) };
        let body = format!("page {id}");
        let name = if self.way == Way::Elsewhere { format!("v2:{key}") } else { key.to_owned() };
        self.said(&["SET", &name, &body, "EX", "600"]).await;
        if self.way == Way::Stale {
            self.said(&["SET", &format!("stale:{key}"), &body, "EX", "3600"]).await;
        }
        Ok(Some(body))
    }

    async fn take(&self, key: &str) -> bool {
        self.said(&["SET", &format!("lock:{key}"), "app", "NX", "PX", "10000"]).await.is_some()
    }

    async fn get(&self, key: &str) -> Option<String> {
        let elsewhere = self.way == Way::Elsewhere && !key.starts_with("v2:");
        let name = if elsewhere { format!("v2:{key}") } else { key.to_owned() };
        self.said(&["GET", &name]).await
    }

    async fn said(&self, words: &[&str]) -> Option<String> {
        let mut cache = self.cache.clone()?;
        let (name, arguments) = words.split_first().unwrap();
        redis::cmd(name).arg(arguments).query_async(&mut cache).await.unwrap()
    }
}
