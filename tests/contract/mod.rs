//! The contract of every action: whatever is cut, killed, repeated or changed by others, the world ends as the journal
//! says, and `undo` puts everything back. A new action is covered unasked; what it needs to be tried on is a [`Scene`].

mod crash;
mod cut;
mod drift;
mod dry;
mod kill;
mod scene;
mod twice;

use std::time::Duration;

use serde_json::Value;
use stampede::action::ACTIONS;
use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Ended, Home};
use crate::support::proxy::Proxy;
use crate::support::snapshot::World;
use scene::Scene;

/// A server of its own, a proxy in front of it, and the clients and keys of a scene.
struct Stage {
    scene: Scene,
    redis: RedisServer,
    proxy: Proxy,
    /// The clients that the scene wants to be connected.
    _clients: Vec<tokio::net::TcpStream>,
    _lab: Lab,
}

impl Stage {
    async fn set(scene: Scene) -> Self {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&["--maxclients", "500"]).await.unwrap();
        let proxy = Proxy::start(redis.port());
        let mut clients = Vec::new();
        for _ in 0..scene.clients {
            clients.push(scene::client(redis.port()).await);
        }
        let stage = Self { scene, redis, proxy, _clients: clients, _lab: lab };
        stage.again().await;
        stage.age().await;
        stage
    }

    /// Makes the world as the scene begins with.
    async fn again(&self) {
        for command in self.scene.setup {
            self.redis.says(command).await.unwrap();
        }
    }

    /// Waits until the clients of the scene have been silent for as long as it wants: the server counts whole seconds, and
    /// nothing but its clock says when they are over.
    async fn age(&self) {
        let silent = |line: &str| {
            let idle = line.split_whitespace().find_map(|field| field.strip_prefix("idle="));
            idle.and_then(|idle| idle.parse::<u64>().ok()).is_some_and(|idle| idle > self.scene.silent_for)
        };
        if self.scene.silent_for == 0 {
            return;
        }
        loop {
            let listing = self.redis.says(&["CLIENT", "LIST"]).await.unwrap();
            if listing.lines().filter(|line| silent(line)).count() >= self.scene.clients {
                break;
            }
            stampede::clock::sleep(Duration::from_millis(500)).await;
        }
    }

    /// A home with the configuration of the scene, reached through the proxy.
    fn home(&self) -> Home {
        let home = Home::new();
        home.file("stampede.yaml", self.scene.configuration(self.proxy.port(), self.redis.port()));
        home
    }

    async fn run(&self, home: &Home, args: &[&str], die: Option<i64>) -> Ended {
        let mut binary = home.stampede(args);
        if let Some(at) = die {
            binary = binary.env("STAMPEDE_DIE_AT_RECORD", at.to_string());
        }
        binary.spawn().wait().await
    }

    async fn act(&self, home: &Home, die: Option<i64>) -> Ended {
        let mut args = vec!["break"];
        args.extend(self.scene.args);
        args.extend(["--yes", "--confirm", "redis", "--no-watch"]);
        self.run(home, &args, die).await
    }

    async fn undo(&self, home: &Home) -> Ended {
        self.run(home, &["undo", "--yes", "--confirm", "redis"], None).await
    }

    async fn world(&self) -> World {
        World::of(&self.redis).await
    }

    /// What differs from `before`, without what the scene says is none of our doing.
    async fn differences(&self, before: &World) -> Vec<String> {
        let mut differences = before.differences(&self.world().await);
        differences.retain(|line| !self.scene.ignored.iter().any(|word| line.contains(word)));
        differences
    }

    /// What the journal says is in effect.
    async fn in_effect(&self, home: &Home) -> u64 {
        let ended = self.run(home, &["status", "-o", "json"], None).await;
        let status: Value = serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
        status["in_effect"].as_u64().unwrap()
    }

    /// After whatever has happened: undo, and the world is as it was.
    async fn ends_well(&self, home: &Home, before: &World, what: &str) {
        // A dead man's hand may be at work at this moment, and writes that down when it is done.
        if self.in_effect(home).await == 0 && !self.scene.dead_man {
            let differences = self.differences(before).await;
            assert!(
                differences.is_empty(),
                "{what}: the journal says nothing is in effect, but {differences:?}"
            );
        }
        let mut undone = self.undo(home).await;
        // Another process of ours may be putting it back at this moment: it holds the journal for that long.
        for _ in 0..20 {
            if undone.end != End::Code(8) {
                break;
            }
            stampede::clock::sleep(Duration::from_millis(100)).await;
            undone = self.undo(home).await;
        }
        assert_eq!(undone.end, End::Code(0), "{what}: {}{}", undone.stdout, undone.stderr);
        let differences = self.differences(before).await;
        assert!(
            differences.is_empty(),
            "{what}: after undo {differences:?}\n{}{}",
            undone.stdout,
            undone.stderr
        );
        assert_eq!(self.in_effect(home).await, 0, "{what}");
    }
}

/// Plays every action's scene with `play`, all of them at the same time, each on servers of its own.
async fn on_every_action<F: Future<Output = ()> + Send + 'static>(play: impl Fn(Scene) -> F) {
    let playing: Vec<_> = ACTIONS
        .iter()
        .flat_map(|spec| scene::of(spec.name))
        .map(|scene| (scene.name, tokio::spawn(play(scene))))
        .collect();
    assert!(playing.len() >= ACTIONS.len());
    let mut broken = Vec::new();
    for (name, played) in playing {
        if let Err(error) = played.await {
            broken.push(format!("{name}: {error}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
