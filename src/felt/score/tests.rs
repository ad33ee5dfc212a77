use super::*;
use crate::felt::tests::second;

/// An act that was applied, half a second long, of the playbook.
pub(crate) fn act(at_s: f64, step: &str) -> Act {
    Act {
        at_s,
        done_s: Some(at_s + 0.5),
        step: step.into(),
        action: "redis.flag".into(),
        target: "redis".into(),
        nodes: ["cache:6379".to_owned()].into(),
        summary: "sets a flag".into(),
        typed: false,
        recovers: false,
        came: Came::Applied,
        undo: None,
        offer: Offer::Offered,
        setting: None,
    }
}

/// So many seconds each, of a hundred requests that took so long and so many that failed, with so many statements.
fn seconds(parts: &[(usize, u64, u64, usize)]) -> Vec<Second> {
    let each = parts.iter().flat_map(|part| std::iter::repeat_n(*part, part.0));
    let one = |(at, (_, ms, failed, running)): (usize, (usize, u64, u64, usize))| {
        let mut second = second(at as f64, 100, ms, failed);
        second.running = running;
        second
    };
    each.enumerate().map(one).collect()
}

fn seen(trouble: Vec<Second>, acts: &[Act]) -> Seen {
    Seen {
        before: Before::of(&seconds(&[(10, 10, 0, 3)])).expect("some seconds"),
        lasted: trouble.len() as f64,
        trouble,
        looked: Moment::Unknown("no look is on record".into()),
        acts: Told::Known(acts.to_vec()),
        in_effect: Told::Known(Vec::new()),
        switched: Vec::new(),
        surprises: Vec::new(),
    }
}

fn score(trouble: &[(usize, u64, u64, usize)], acts: &[Act]) -> Score {
    Score::of(&seen(seconds(trouble), acts))
}

#[test]
fn relief_is_when_failures_have_halved_for_ten_seconds() {
    // Felt over five seconds, it is half as bad once three of them are good.
    let relieved = score(&[(20, 900, 50, 70), (40, 10, 0, 3)], &[]).relief;
    assert_eq!(relieved, Moment::At { s: 20.0, what: "failures under half of their peak".into() });
    let not = score(&[(20, 900, 50, 70), (11, 10, 0, 3)], &[]).relief;
    assert_eq!(not, Moment::Not("not within 31 s".into()), "it has not held for ten seconds");
    let back = [(20, 900, 50, 70), (8, 10, 0, 3), (10, 900, 50, 70), (40, 10, 0, 3)];
    assert_eq!(score(&back, &[]).relief.seconds(), Some(38.0), "it came back at once");
    let grows = [(5, 30, 3, 9), (5, 300, 20, 30), (20, 900, 90, 70), (40, 10, 0, 3)];
    assert_eq!(score(&grows, &[]).relief.seconds(), Some(31.0), "the first seconds were the least bad");
    let slight = [(20, 900, 50, 70), (60, 500, 30, 60)];
    assert!(matches!(score(&slight, &[]).relief, Moment::Not(_)), "not half as bad");
}

#[test]
fn where_hardly_anything_fails_relief_is_of_the_running_statements() {
    let relieved = score(&[(20, 900, 1, 70), (40, 10, 0, 3)], &[]).relief;
    assert_eq!(relieved, Moment::At { s: 20.0, what: "running statements under half of their peak".into() });
    let nothing = score(&[(60, 12, 0, 4)], &[]).relief;
    assert_eq!(nothing, Moment::Not("it did not become bad enough to be relieved".into()));
    assert_eq!(score(&[(20, 900, 1, 70)], &[]).relief, Moment::Not("not within 20 s".into()));
}

#[test]
fn the_first_useful_act_is_the_first_after_which_it_got_half_as_bad() {
    let trouble = [(30, 900, 50, 70), (60, 10, 0, 3)];
    let helped = score(&trouble, &[act(8.0, "idle-timeout"), act(29.0, "open-breaker")]);
    assert_eq!(helped.acted.seconds(), Some(8.0));
    assert_eq!(helped.helped, Moment::At { s: 29.0, what: "open-breaker".into() });
    assert_eq!(helped.helped_or, [""; 0]);

    let late = score(&trouble, &[act(8.0, "idle-timeout")]);
    assert_eq!(late.helped, Moment::Not("no act was followed by relief within 10 s".into()));
    let failed = Act { came: Came::Failed, ..act(29.0, "open-breaker") };
    let failed = score(&trouble, &[failed]);
    assert_eq!(failed.acted, Moment::Not("no act on record was applied".into()));
    assert_eq!(failed.helped, failed.acted);
}

#[test]
fn an_act_that_takes_long_helps_while_it_is_made() {
    let trouble = [(30, 900, 50, 70), (60, 10, 0, 3)];
    let warms = Act { done_s: Some(80.0), ..act(12.0, "warm-hot-keys") };
    assert_eq!(score(&trouble, &[warms]).helped.seconds(), Some(12.0));
}

#[test]
fn acts_that_were_made_before_it_got_better_cannot_be_told_apart() {
    let trouble = [(30, 900, 50, 70), (60, 10, 0, 3)];
    let acts = [act(25.0, "freeze"), act(28.0, "open-breaker"), act(31.0, "kill-copies"), act(70.0, "warm")];
    let both = score(&trouble, &acts);
    assert_eq!(both.helped.seconds(), Some(25.0));
    assert_eq!(both.helped_or, ["open-breaker"]);
}

#[test]
fn where_nothing_fails_an_act_is_useful_that_makes_it_half_as_slow() {
    let trouble = [(30, 900, 0, 70), (60, 10, 0, 3)];
    assert_eq!(score(&trouble, &[act(29.0, "kill-copies")]).helped.seconds(), Some(29.0));
    let slower = [(30, 900, 0, 70), (60, 700, 0, 70)];
    assert!(matches!(score(&slower, &[act(29.0, "kill-copies")]).helped, Moment::Not(_)));
    // Fast because most are turned away is not better.
    let refused = [(30, 900, 0, 70), (60, 10, 80, 70)];
    assert!(matches!(score(&refused, &[act(29.0, "limit-account")]).helped, Moment::Not(_)));
}

#[test]
fn what_was_done_before_anybody_felt_anything_cannot_be_told_to_have_helped() {
    let trouble = [(5, 10, 0, 3), (5, 900, 50, 70), (60, 10, 0, 3)];
    let early = score(&trouble, &[act(3.0, "open-breaker")]);
    let Moment::Unknown(said) = &early.helped else { panic!("{early:?}") };
    assert!(said.contains("open-breaker"), "{early:?}");
}

#[test]
fn typed_acts_are_without_need_where_the_playbook_has_them_not_or_relief_was_there() {
    let trouble = [(20, 900, 50, 70), (60, 10, 0, 3)];
    let typed = |at, step| Act { typed: true, ..act(at, step) };
    let not_applicable = Offer::NotApplicable { at_s: 4.0, why: "0.0 % of the load writes".into() };
    let recovers = Act { recovers: true, ..typed(50.0, "raise-ttls") };
    let failed = Act { came: Came::Failed, ..typed(51.0, "stop-writes-2") };
    let acts = [
        act(2.0, "open-breaker"),
        typed(5.0, "kill-copies"),
        Act { offer: Offer::NoSuchStep, ..typed(6.0, "remove") },
        Act { offer: not_applicable, ..typed(7.0, "stop-writes") },
        typed(40.0, "idle-timeout"),
        recovers,
        failed,
        act(52.0, "lock"),
    ];
    let Told::Known(needless) = score(&trouble, &acts).needless else { panic!("known") };
    let why: Vec<_> = needless.iter().map(|one| (one.step.as_str(), one.why.as_str())).collect();
    assert_eq!(
        why,
        [
            ("remove", "the playbook has no such step"),
            ("stop-writes", "the playbook had called it not applicable at 4 s: 0.0 % of the load writes"),
            ("idle-timeout", "there was relief already, at 20 s"),
        ]
    );
}

#[test]
fn what_cannot_be_read_stays_unknown() {
    let why = "the journals cannot be read";
    let unread = Seen { acts: Told::Unknown(why.into()), ..seen(seconds(&[(50, 900, 50, 70)]), &[]) };
    let score = Score::of(&unread);
    let unknown = Moment::Unknown(why.into());
    assert_eq!((&score.acted, &score.helped), (&unknown, &unknown));
    assert_eq!(score.needless, Told::Unknown(why.into()));
    assert_eq!(score.recovered, Moment::Not("not within 50 s".into()));
    assert_eq!(score.failed_requests, 2_500);
}

#[test]
fn it_is_recovered_and_relapsed_as_in_a_comparison() {
    let seen = seen(seconds(&[(20, 900, 50, 70), (40, 10, 0, 3)]), &[]);
    let good = Score::of(&seen);
    assert_eq!(good.recovered.seconds(), seen.before.recovered(&seen.trouble));
    assert!(good.recovered.seconds() >= Some(20.0) && !good.second_stampede, "{good:?}");
    let again = [(20, 900, 50, 70), (20, 10, 0, 3), (10, 900, 50, 70), (40, 10, 0, 3)];
    assert!(score(&again, &[]).second_stampede);
}

#[test]
fn what_a_colleague_has_switched_is_not_held_against_the_operator() {
    let surprise = Surprise {
        at_s: 20.0,
        what: Happened::Set {
            setting: "maxclients".into(),
            before: "10000".into(),
            set: Told::Known("9000".into()),
            end: Told::Known("9000".into()),
        },
    };
    let of = |name: &str, now| Switched { what: Switch::Setting(name.into()), now };
    let known = |now: &str| Told::Known(now.to_owned());
    let hidden = of("maxmemory", Told::Unknown("it does not answer".into()));
    let switched = vec![of("maxclients", known("9000")), of("timeout", known("30")), hidden];
    let seen = Seen { switched, surprises: vec![surprise], ..seen(seconds(&[(50, 10, 0, 3)]), &[]) };
    let score = Score::of(&seen);
    assert_eq!(score.switched, ["redis maxclients 9000 (as a colleague set it)", "redis timeout 30"]);
    assert_eq!(score.not_known, ["redis maxmemory: not known: it does not answer"]);
    assert_eq!(score.surprises[0].respected, Some(true));
}
