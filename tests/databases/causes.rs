//! What a library said is the cause of what we say: for a program to decide by, and shown once.

use std::error::Error;
use std::io;

use stampede::lab::Lab;

use super::{mysql, once, open_mysql, open_postgres, postgres};
use crate::support::binary::Home;

/// The cause of an error, as the library has it.
fn cause<E: Error + 'static>(error: &impl Error) -> &E {
    error.source().and_then(|cause| cause.downcast_ref()).unwrap_or_else(|| panic!("{:?}", error.source()))
}

#[tokio::test]
async fn the_codes_of_the_servers_are_the_causes_of_what_is_said_of_them() {
    let lab = Lab::new().unwrap();
    let (maria, pg) = tokio::join!(lab.mariadb(&[]), lab.postgres(&[]));
    let refused = once(open_mysql(mysql(maria.unwrap().port(), "ops", "wrong"))).await.error.unwrap();
    let mysql_async::Error::Server(said) = cause(&refused) else { panic!("{refused:?}") };
    assert_eq!((said.code, said.state.as_str()), (1045, "28000"), "{refused}");
    let refused = once(open_postgres(postgres(pg.unwrap().port(), "ops", "wrong"))).await.error.unwrap();
    let code = cause::<tokio_postgres::Error>(&refused).code();
    assert_eq!(code, Some(&tokio_postgres::error::SqlState::INVALID_PASSWORD), "{refused}");
}

#[tokio::test]
async fn what_the_operating_system_said_is_shown_once() {
    // Nothing listens there, as long as it is bound and not listened on.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let refused = once(open_postgres(postgres(port, "ops", "wrong"))).await.error.unwrap();
    assert_eq!(cause::<io::Error>(&refused).kind(), io::ErrorKind::ConnectionRefused, "{refused}");
    let ended = Home::new()
        .stampede(["detect", "database", "--replica-of", "db"])
        .file(
            "stampede.yaml",
            format!(
                "version: 1\ntargets:\n  db: {{ postgres: \"postgres://ops@127.0.0.1:{port}/postgres\" }}\n"
            ),
        )
        .spawn()
        .wait()
        .await;
    let said: Vec<&str> = ended.stderr.split_whitespace().collect();
    let wanted = format!(
        "error: cannot ask db for its replicas: nothing listens on 127.0.0.1:{port} (connection refused) \
         hint: is the server up, and is this its address?"
    );
    assert_eq!(said.join(" "), wanted, "{ended}");
}
