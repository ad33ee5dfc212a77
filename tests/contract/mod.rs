//! The contract of every action: whatever is cut, killed, repeated or changed by others, the world ends as the journal
//! says, and `undo` puts everything back. A new action is covered unasked; what it needs to be tried on is a [`Scene`].
//!
//! `STAMPEDE_SCENE=mysql` plays only the scenes with that in their name.

mod between;
mod clamped;
mod clients;
mod crash;
mod cut;
mod damaged;
mod drift;
mod dry;
mod elsewhere;
mod full;
mod kill;
mod kinds;
mod late;
mod pasted;
mod place;
mod reads;
mod scene;
mod slow;
mod twice;
mod waiting;

use std::time::Duration;

use serde_json::Value;
use stampede::action::ACTIONS;
use stampede::lab::Lab;
use stampede::observation::Kind;

use crate::actions::harness::until;
use crate::support::binary::{End, Ended, Home};
use crate::support::proxy::{Fault, Proxy, What};
use crate::support::pty::Terminal;
use clients::Client;
use place::{Place, World};
use scene::Scene;

/// A server of its own, a proxy in front of it, and the clients and keys of a scene.
struct Stage {
    scene: Scene,
    place: Place,
    proxy: Proxy,
    /// The clients that the scene wants to be connected.
    clients: Vec<Client>,
    _lab: Lab,
}

impl Stage {
    async fn set(scene: Scene) -> Self {
        let lab = Lab::new().unwrap();
        let place = Place::new(&lab, scene.spec().kind).await;
        let proxy = place.proxy();
        let mut stage = Self { scene, place, proxy, clients: Vec::new(), _lab: lab };
        stage.made().await;
        for _ in 0..scene.clients {
            stage.clients.push(Client::of(&stage.place, &scene).await);
        }
        stage.age().await;
        stage
    }

    /// Makes the world as the scene begins with.
    async fn made(&self) {
        for command in self.scene.setup {
            self.place.says(command).await;
        }
    }

    /// The same once more.
    async fn again(&self) {
        self.made().await;
        // What was ended has begun anew; of the silent ones there are enough for all times.
        if !self.scene.runs.is_empty() {
            self.age().await;
        }
    }

    /// Waits until the clients of the scene have been silent, or have run their statement, for as long as it wants: nothing
    /// but the server's clock says when that is.
    async fn age(&self) {
        while self.place.ripe(&self.scene).await < self.scene.clients {
            stampede::clock::sleep(Duration::from_millis(100)).await;
        }
    }

    /// A home with the configuration of the scene, reached through the proxy.
    fn home(&self) -> Home {
        let home = Home::new();
        home.file("stampede.yaml", self.place.configuration(self.proxy.port()));
        home
    }

    async fn run(&self, home: &Home, args: &[&str], die: Option<i64>) -> Ended {
        let mut binary = home.stampede(args);
        if let Some(at) = die {
            binary = binary.env("STAMPEDE_DIE_AT_RECORD", at.to_string());
        }
        binary.spawn().wait().await
    }

    /// Undoes on a disk that is full from this record on.
    async fn undo_on_a_full_disk(&self, home: &Home, from: u32) -> Ended {
        let undo = home.stampede(["undo", "--yes", "--confirm", self.place.name()]);
        undo.env("STAMPEDE_FULL_AT_RECORD", from.to_string()).spawn().wait().await
    }

    async fn act(&self, home: &Home, die: Option<i64>) -> Ended {
        let mut args = self.words();
        args.extend(["--yes", "--confirm", self.place.name(), "--no-watch"]);
        self.run(home, &args, die).await
    }

    /// The same in a home of its own, where it must succeed.
    async fn acted(&self) -> (Home, World) {
        let (before, home) = (self.world().await, self.home());
        let acted = self.act(&home, None).await;
        assert_eq!(acted.end, End::Code(0), "{acted}");
        (home, before)
    }

    /// The same, when the target is not reached any more once the first write is done.
    async fn acted_in_vain(&self) -> (Home, World, Ended) {
        let (before, home) = (self.world().await, self.home());
        self.proxy.arm(Fault::at(1, What::CutAfter).then_refuse());
        let acted = self.act(&home, None).await;
        assert_eq!(acted.end, End::Code(4), "{acted}");
        (home, before, acted)
    }

    /// It is reached again.
    fn reached_again(&self) {
        self.proxy.refuse_new(false);
        self.proxy.arm(Fault::at(usize::MAX, What::CutAfter));
    }

    /// `break maxclients --to 600`
    fn words(&self) -> Vec<&'static str> {
        let mut words = vec![self.scene.spec().phase.name()];
        words.extend(self.scene.args);
        // At a terminal it is asked why, once an incident.
        if self.scene.spec().kind == Kind::Kubernetes {
            words.extend(["--reason", "a rehearsal"]);
        }
        words
    }

    /// `stampede ARGS` with a person in front of it.
    fn terminal(&self, home: &Home, args: &[&str]) -> Terminal {
        home.terminal(args, &[])
    }

    async fn undo(&self, home: &Home) -> Ended {
        self.run(home, &["undo", "--yes", "--confirm", self.place.name()], None).await
    }

    async fn world(&self) -> World {
        self.place.world().await
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
        // A watchdog may be at work at this moment, and writes that down when it is done.
        if self.in_effect(home).await == 0 && !self.scene.watchdog {
            let differences = self.differences(before).await;
            assert!(
                differences.is_empty(),
                "{what}: the journal says nothing is in effect, but {differences:?}"
            );
        }
        let undone = undone(|| self.undo(home)).await;
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

/// Undoes once nobody holds the journal: another process of ours may be putting it back at this moment.
async fn undone<F: Future<Output = Ended>>(undo: impl Fn() -> F) -> Ended {
    until("nobody holds the journal", undo, |undone| undone.end != End::Code(8)).await
}

/// Plays every action's scene with `play`, all of them at the same time, each on servers of its own.
async fn on_every_action<F: Future<Output = ()> + Send + 'static>(play: impl Fn(Scene) -> F) {
    let scenes: Vec<Scene> = ACTIONS.iter().flat_map(|spec| scene::of(spec.name)).collect();
    assert!(scenes.len() >= ACTIONS.len());
    let only = std::env::var("STAMPEDE_SCENE").unwrap_or_default();
    let chosen = scenes.into_iter().filter(|scene| scene.name.contains(&only));
    let playing: Vec<_> = chosen.map(|scene| (scene.name, tokio::spawn(play(scene)))).collect();
    assert!(!playing.is_empty(), "no scene has {only:?} in its name");
    let mut broken = Vec::new();
    for (name, played) in playing {
        if let Err(error) = played.await {
            broken.push(format!("{name}: {error}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
