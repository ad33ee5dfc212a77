//! In which order things are put back: what can be at once, first; later changes of the same thing before earlier ones.

use stampede::lab::{Lab, RedisServer};
use tokio::net::TcpListener;

use crate::support::binary::{End, Ended, Home};

async fn on(home: &Home, redis: &RedisServer, args: &[&str]) -> Ended {
    home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await
}

async fn done(home: &Home, redis: &RedisServer, incident: &str, args: &[&str]) {
    let args = [args, &["--incident", incident, "--yes", "--confirm", "redis", "--no-watch"]].concat();
    let ended = on(home, redis, &args).await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
}

/// When each of the keys expires.
async fn expiries(redis: &RedisServer) -> Vec<String> {
    let mut all = Vec::new();
    for key in ["user:1", "user:2", "user:3"] {
        all.push(redis.says(&["PEXPIRETIME", key]).await.unwrap());
    }
    all
}

async fn some_users(redis: &RedisServer) -> Vec<String> {
    for key in ["user:1", "user:2", "user:3"] {
        redis.says(&["SET", key, "one", "EXAT", "4102444800"]).await.unwrap();
    }
    expiries(redis).await
}

const FREEZE: [&str; 6] = ["break", "freeze", "--pattern", "user:*", "--by", "15m"];
const STAGGER: [&str; 6] = ["recover", "stagger", "--pattern", "user:*", "--over", "10m"];

#[tokio::test]
async fn s27_a_later_step_on_the_same_keys_is_put_back_first() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let before = some_users(&redis).await;
    let home = Home::new();
    done(&home, &redis, "a", &FREEZE).await;
    done(&home, &redis, "a", &STAGGER).await;
    let both = expiries(&redis).await;
    let alone = on(&home, &redis, &["undo", "a", "--step", "freeze", "--yes"]).await;
    assert_eq!(alone.end, End::Code(7), "{alone}");
    assert!(alone.stderr.contains("S27 freeze: stagger changed the same later"), "{alone}");
    assert_eq!(expiries(&redis).await, both, "{alone}");
    // Other keys are nobody's business.
    redis.says(&["SET", "page:1", "one", "EXAT", "4102444800"]).await.unwrap();
    done(&home, &redis, "a", &["break", "freeze", "--pattern", "page:*", "--by", "15m"]).await;
    let other = on(&home, &redis, &["undo", "a", "--step", "stagger", "--yes"]).await;
    assert_eq!(other.end, End::Code(0), "{other}");
    let rest = on(&home, &redis, &["undo", "a", "--yes"]).await;
    assert_eq!(rest.end, End::Code(0), "{rest}");
    assert_eq!(expiries(&redis).await, before);
}

#[tokio::test]
async fn s27_another_incident_s_later_change_is_put_back_first() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "500"]).await.unwrap();
    let before = some_users(&redis).await;
    let flag = async || redis.says(&["GET", "app:breaker"]).await.unwrap();
    let limit = async || redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap();
    redis.says(&["SET", "app:breaker", "off"]).await.unwrap();
    let old = limit().await;
    let home = Home::new();
    let raise = |value| ["break", "maxclients", "--to", value];
    let set = |value| ["break", "flag", "--key", "app:breaker", "--value", value, "--ttl", "10m"];
    done(&home, &redis, "a", &raise("600")).await;
    done(&home, &redis, "b", &raise("700")).await;
    done(&home, &redis, "a", &set("open")).await;
    done(&home, &redis, "b", &set("half")).await;
    done(&home, &redis, "a", &["recover", "ttl", "--raise", "--pattern", "user:*", "--by", "15m"]).await;
    // Taken off again in any order, nobody would find the old times.
    let args = [&STAGGER[..], &["--incident", "b", "--yes", "--confirm", "redis", "--no-watch"]].concat();
    let blocked = on(&home, &redis, &args).await;
    assert_eq!(blocked.end, End::Code(5), "{blocked}");
    assert!(blocked.stdout.contains("ttl of incident a has moved keys"), "{blocked}");
    done(&home, &redis, "b", &FREEZE).await;
    let moved = expiries(&redis).await;

    let refused = on(&home, &redis, &["undo", "a", "--yes"]).await;
    assert_eq!(refused.end, End::Code(6), "{refused}");
    assert_eq!(flag().await, "half", "{refused}");
    assert_ne!(limit().await, old, "{refused}");
    assert_eq!(expiries(&redis).await, moved, "{refused}");
    let status = on(&home, &redis, &["status", "a"]).await;
    assert!(status.stdout.starts_with("3 changes are in effect"), "{status}");

    let both = on(&home, &redis, &["undo", "a", "--yes", "--confirm", "redis"]).await;
    assert_eq!(both.end, End::Code(0), "{both}");
    assert_eq!(flag().await, "off", "{both}");
    assert_eq!(limit().await, old, "{both}");
    assert_eq!(expiries(&redis).await, before, "{both}");
    let nothing = on(&home, &redis, &["undo", "b", "--yes"]).await;
    assert!(nothing.stdout.starts_with("nothing to put back"), "{nothing}");
}

#[tokio::test]
async fn what_can_be_put_back_does_not_wait_for_a_server_that_does_not_answer() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "500"]).await.unwrap();
    let mariadb = lab.mariadb(&["--max-connections=100"]).await.unwrap();
    let home = Home::new();
    let file = |mysql: &str| {
        home.file(
            "stampede.yaml",
            format!(
                "version: 1\ntargets:\n  redis: {{ redis: \"{}\" }}\n  mysql: {{ mysql: \"{mysql}\" }}\n",
                redis.url()
            ),
        );
    };
    file(&mariadb.url());
    let flags = ["--yes", "--confirm", "redis", "--confirm", "mysql", "--no-watch"];
    for args in [&["break", "maxclients", "--to", "600"][..], &["protect", "max-connections", "--to", "150"]]
    {
        let ended = home.stampede([args, &flags].concat()).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }
    // It accepts, and says nothing.
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = mute.local_addr().unwrap().port();
    file(&mariadb.url().replace(&mariadb.port().to_string(), &port.to_string()));
    let undone = home.stampede([&["undo"], &flags[..]].concat()).spawn().wait().await;
    assert_eq!(undone.end, End::Code(7), "{undone}");
    assert!(undone.stdout.contains("undone          maxclients"), "{undone}");
    let told = undone.stderr.matches("mysql cannot be asked").count();
    assert_eq!(told, 1, "{undone}");
    assert!(redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().contains("500"), "{undone}");
}
