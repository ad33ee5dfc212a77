//! What is printed as a command works when it is pasted into a shell: what redoes a step that was put back, and what puts one back by
//! hand, on the day this program cannot.

use stampede::lab::PASSWORD;
use stampede::observation::Kind;
use stampede::text::shell_word;

use super::{Stage, on_every_action};
use crate::support::api::TOKEN;
use crate::support::binary::{End, Ended, Home};

/// Pastes a line into a shell without a terminal, where clients read a password from standard input.
async fn paste(home: &Home, line: &str) -> Ended {
    let alone = format!("setsid -w sh -c {}", shell_word(line));
    let shell = home.pasted(&alone).env("AUTHORIZATION", TOKEN).stdin(format!("{PASSWORD}\n"));
    shell.spawn().wait().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_redoes_a_step_is_pasted() {
    on_every_action(|scene| async move {
        if !scene.stays {
            return;
        }
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let done = stage.act(&home, None).await;
        assert_eq!(done.end, End::Code(0), "{done}");
        let shown = stage.run(&home, &["undo", "--dry-run"], None).await;
        let mut lines = shown.stdout.lines().skip_while(|line| !line.contains("redo it with"));
        let command = lines.nth(1).unwrap_or_else(|| panic!("no way back: {shown}")).trim();
        assert!(command.starts_with("stampede "), "no command: {shown}");
        assert_eq!(stage.undo(&home).await.end, End::Code(0));
        stage.again().await;
        let before = stage.world().await;
        let (words, places) = command.split_once(" -- ").unwrap_or((command, ""));
        let places = if places.is_empty() { String::new() } else { format!(" -- {places}") };
        let line = format!("{words} --yes --confirm {} --no-watch{places}", stage.place.name());
        let again = paste(&home, &line).await;
        assert_eq!(again.end, End::Code(0), "{line}\n{again}");
        assert_eq!(stage.in_effect(&home).await, 1, "{line}\n{again}");
        stage.ends_well(&home, &before, &line).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_puts_a_step_back_by_hand_is_pasted() {
    on_every_action(|scene| async move {
        if !scene.stays || scene.through_others {
            return;
        }
        let stage = Stage::set(scene).await;
        let (home, before, _) = stage.acted_in_vain().await;
        let undone = stage.undo(&home).await;
        assert_eq!(undone.end, End::Code(7), "{undone}");
        stage.reached_again();
        let (_, by_hand) = undone.stderr.split_once("By hand").expect("it says what to do by hand");
        let lines = by_hand.lines().skip(1).filter_map(|line| line.strip_prefix("  ")).map(str::trim);
        let commands: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
        if scene.spec().kind == Kind::Kubernetes {
            // kubectl sends no token over plain HTTP, which the double speaks: that it finds the cluster is in the line.
            let leads = |line: &&str| line.contains(" kubectl --context double -n shop ");
            assert!(commands.iter().all(leads), "{commands:?}");
            assert!(commands.iter().all(|line| line.starts_with("KUBECONFIG=/")), "{commands:?}");
            return;
        }
        for line in &commands {
            let said = paste(&home, line).await;
            assert_eq!(said.end, End::Code(0), "{line}\n{said}");
        }
        if !commands.is_empty() {
            let differences = stage.differences(&before).await;
            assert!(differences.is_empty(), "{commands:?} left {differences:?}\n{undone}");
        }
        stage.ends_well(&home, &before, "by hand").await;
    })
    .await;
}
