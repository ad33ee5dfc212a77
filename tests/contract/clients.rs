//! The clients of a scene, connected past the proxy for as long as it is played.

use mysql_async::prelude::Queryable as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::place::Place;
use super::scene::{CLIENT, CLIENT_PASSWORD, Scene};

/// One of them. It ends with the value.
pub enum Client {
    /// It has said something and is silent.
    Silent { _stream: TcpStream },
    /// It runs a statement over and over, whatever becomes of it.
    Busy(JoinHandle<()>),
}

impl Client {
    pub async fn of(place: &Place, scene: &Scene) -> Self {
        match place {
            Place::Kubernetes(_) | Place::Api(_) => panic!("nothing there has clients in a scene"),
            Place::Redis(server) => {
                let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
                stream.write_all(b"PING\r\n").await.unwrap();
                stream.read_exact(&mut [0; 7]).await.unwrap();
                Self::Silent { _stream: stream }
            }
            Place::Mysql(server) => Self::Busy(tokio::spawn(mysql(server.port(), scene.runs))),
            Place::Postgres(server) => {
                let mut config = tokio_postgres::Config::new();
                config.host("127.0.0.1").port(server.port()).dbname("postgres");
                config.user(CLIENT).password(CLIENT_PASSWORD);
                Self::Busy(tokio::spawn(postgres(config, scene.runs)))
            }
            Place::Pgbouncer(server) => {
                Self::Busy(tokio::spawn(postgres(server.login(CLIENT, "shop"), scene.runs)))
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Self::Busy(task) = self {
            task.abort();
        }
    }
}

/// The connection is never opened anew: one that is lost is a difference of the world.
async fn mysql(port: u16, statement: &'static str) {
    let options = mysql_async::OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(port)
        .user(Some(CLIENT))
        .pass(Some(CLIENT_PASSWORD))
        .prefer_socket(Some(false));
    let mut connection = mysql_async::Conn::new(options).await.unwrap();
    loop {
        match connection.query_drop(statement).await {
            Ok(()) | Err(mysql_async::Error::Server(_)) => {}
            Err(_) => return,
        }
    }
}

/// A session that was ended is opened again; one that was lost shows in the world by its process id.
async fn postgres(config: tokio_postgres::Config, statement: &'static str) {
    loop {
        let Ok((client, connection)) = config.connect(tokio_postgres::NoTls).await else { return };
        tokio::spawn(connection);
        while !client.is_closed() {
            _ = client.simple_query(statement).await;
        }
    }
}
