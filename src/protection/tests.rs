use super::*;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::burst::Reply;

fn reply(body: &str, ms: u64) -> Ended {
    Ok(Reply { status: 200, body: body.into(), took: Duration::from_millis(ms), location: None })
}

fn reference() -> Reference {
    Reference {
        body: "page".into(),
        status: 200,
        hit: Duration::from_millis(10),
        rebuild: Duration::from_millis(200),
        statements: Some(Ok(2.0)),
        noise: 0.0,
    }
}

fn seen(ended: Vec<Ended>, statements: f64) -> Seen {
    Seen {
        ended,
        statements: Ok(statements),
        window: Duration::from_secs(1),
        refilled: true,
        after: Some("page".into()),
    }
}

fn words(case: Case, seen: &Seen, reference: &Reference, most: u64) -> String {
    judge(case, seen, reference, most).words()
}

#[test]
fn rebuilds_are_counted_by_what_one_of_them_costs() {
    let ended = || vec![reply("page", 210); 200];
    let of = |statements| words(Case::Expired, &seen(ended(), statements), &reference(), 1);
    assert_eq!(of(2.0), "protected: 1 rebuild for 200 requests");
    assert_eq!(of(400.0), "not protected: 200 rebuilds for 200 requests");
    assert_eq!(of(4.0), "not protected: 2 rebuilds for 200 requests");
    let allowed = words(Case::Expired, &seen(ended(), 4.0), &reference(), 2);
    assert_eq!(allowed, "protected: 2 rebuilds for 200 requests");
}

#[test]
fn nothing_that_reached_a_database_is_no_rebuild_whatever_one_costs() {
    let unmeasured = Reference { statements: None, ..reference() };
    let ended = || vec![reply("page", 3); 20];
    let of = |statements| words(Case::Present, &seen(ended(), statements), &unmeasured, 1);
    assert_eq!(of(0.0), "protected: 0 rebuilds for 20 requests");
    assert_eq!(of(20.0), "unknown: what one rebuild costs was not measured");
}

#[test]
fn unknown_is_unknown_and_never_protected() {
    let ended = || vec![reply("page", 210); 20];
    let blind = Seen { statements: Err("no database is configured".into()), ..seen(ended(), 0.0) };
    let words_of = |seen: &Seen, reference: &Reference| words(Case::Expired, seen, reference, 1);
    assert_eq!(
        words_of(&blind, &reference()),
        "unknown: statements are not counted: no database is configured"
    );
    let elsewhere = Reference { statements: Some(Ok(0.0)), ..reference() };
    assert!(words_of(&seen(ended(), 0.0), &elsewhere).contains("none of the configured databases"));
    let gone = Seen { refilled: false, ..seen(ended(), 0.0) };
    assert!(words_of(&gone, &reference()).starts_with("unknown: no request has brought the key back"));
    let many = Seen { refilled: false, ..seen(ended(), 40.0) };
    assert!(words_of(&many, &reference()).starts_with("not protected: 20 rebuilds"));
    // Others send as many as would decide it.
    let noisy = Reference { noise: 3.0, ..reference() };
    assert!(words_of(&seen(ended(), 6.0), &noisy).starts_with("unknown: others send 3"));
    assert!(words_of(&seen(ended(), 43.0), &noisy).starts_with("not protected: 20 rebuilds"));
}

#[test]
fn what_users_got_is_told_by_time_body_and_status() {
    let late = TargetError::new(TargetErrorKind::Timeout, "did not answer within 10 s");
    let ended = vec![
        reply("page", 12),
        reply("page", 190),
        reply("try later", 12),
        Ok(Reply { status: 503, body: "no".into(), took: Duration::from_millis(3), location: None }),
        Err((late, Duration::from_secs(10))),
    ];
    let answers = answers::told(&seen(ended.clone(), 2.0), &reference());
    let counts = |of: &Answers| [of.at_once, of.waited, of.untold, of.other, of.failed];
    assert_eq!(counts(&answers), [1, 1, 0, 1, 2]);
    assert_eq!(answers.failure.as_deref(), Some("answered 503"));
    assert_eq!(answers.times.slowest, Duration::from_secs(10));
    // A page that says when it was made tells old and new apart by itself.
    let anew = Seen { after: Some("try later".into()), ..seen(ended.clone(), 2.0) };
    assert_eq!(counts(&answers::told(&anew, &reference())), [2, 1, 0, 0, 2]);
    // A rebuild as fast as a hit does not.
    let quick = Reference { rebuild: Duration::from_millis(11), ..reference() };
    assert_eq!(counts(&answers::told(&seen(ended, 2.0), &quick)), [0, 0, 2, 1, 2]);
}
