//! The record of a step is damaged in the journal: nothing is put back from it, and nobody is told that all is well.

use std::fs;

use super::{Stage, on_every_action};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn s26_what_is_damaged_in_the_journal_is_not_written_from() {
    on_every_action(|scene| async move {
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let ended = stage.act(&home, None).await;
        assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
        if stage.in_effect(&home).await == 0 {
            return;
        }
        let folder = home.state().join("stampede/incidents");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let journal =
            files.into_iter().find(|path| path.extension().is_some_and(|end| end == "jsonl")).unwrap();
        let mut bytes = fs::read(&journal).unwrap();
        // A digit or letter of the first before-image.
        let sign = br#""image":{"#;
        let at = bytes.windows(sign.len()).position(|window| window == sign).unwrap() + sign.len();
        let digit = bytes[at..].iter().position(u8::is_ascii_digit);
        let letter = || bytes[at..].iter().position(u8::is_ascii_alphabetic);
        let at = at + digit.or_else(letter).unwrap();
        bytes[at] ^= 1;
        fs::write(&journal, &bytes).unwrap();

        let acted = stage.world().await;
        let undone = stage.undo(&home).await;
        let words = format!("{:?} {}{}", undone.end, undone.stdout, undone.stderr);
        assert_eq!(undone.end, End::Code(7), "{words}");
        assert!(words.contains("damaged (line"), "{words}");
        let differences = stage.differences(&acted).await;
        assert!(differences.is_empty(), "it was written from: {differences:?} {words}");
        let status = stage.run(&home, &["status"], None).await;
        assert_eq!(status.end, End::Code(7), "{}{}", status.stdout, status.stderr);
    })
    .await;
}
