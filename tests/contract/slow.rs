//! A slow person: between the question and the answer everything that was matched has gone, and others stand in its place. What is
//! approved is a rule, and no list of those who happened to be there (S9, S16).

use super::clients::Client;
use super::place::Place;
use super::scene::CLIENT;
use super::{Stage, on_every_action};
use crate::support::binary::End;

impl Stage {
    /// Has all clients end what they do, and waits until others are there in their place that match as well.
    async fn turns_over(&mut self) {
        match &self.place {
            Place::Redis(_) => {
                self.clients.clear();
                for _ in 0..self.scene.clients {
                    self.clients.push(Client::of(&self.place, &self.scene).await);
                }
            }
            Place::Mysql(_) => {
                let all = format!(
                    "SELECT CONCAT('KILL QUERY ', ID) FROM information_schema.PROCESSLIST WHERE USER = '{CLIENT}'"
                );
                for one in self.place.says(&[&all]).await.lines() {
                    self.place.says(&[one]).await;
                }
            }
            Place::Postgres(_) => {
                let all = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{CLIENT}'"
                );
                self.place.says(&[&all]).await;
            }
            _ => panic!("nothing is killed there"),
        }
        self.replaced().await;
        self.age().await;
    }

    /// Waits until none of those of before the turnover is left.
    async fn replaced(&self) {
        while self.place.ripe(&self.scene).await > 0 {
            stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s16_who_takes_long_to_answer_is_not_asked_again() {
    on_every_action(|scene| async move {
        if !scene.kills() {
            return;
        }
        let mut stage = Stage::set(scene).await;
        let home = stage.home();
        let mut args = stage.words();
        args.push("--no-watch");
        let mut terminal = stage.terminal(&home, &args);
        let yes = terminal.question(stage.place.name()).await.expect("it asks");
        stage.turns_over().await;
        terminal.type_line(yes).await;
        let again = terminal.question("").await;
        let words = terminal.transcript();
        assert!(again.is_none(), "it asks once more: {words}");
        assert_eq!(terminal.wait().await, End::Code(0), "{words}");
        assert!(stage.proxy.writes() > 0, "nobody was ended: {words}");
    })
    .await;
}
