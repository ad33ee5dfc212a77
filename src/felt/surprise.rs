//! Whether an operator has met what somebody else did meanwhile, and respected it.

use serde::{Deserialize, Serialize};

use crate::felt::{Act, Came, Happened, Surprise, Told};

/// What became of a surprise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Met {
    /// What was done.
    pub surprise: Surprise,
    /// Whether it still stands; none: nobody knows.
    pub respected: Option<bool>,
    /// What the operator did about it, in words.
    pub words: String,
}

impl Met {
    /// Judges it by what is on record of the operator.
    pub fn of(surprise: Surprise, acts: &Told<Vec<Act>>) -> Self {
        let (respected, words) = judged(&surprise, acts);
        Self { surprise, respected, words }
    }
}

fn judged(surprise: &Surprise, acts: &Told<Vec<Act>>) -> (Option<bool>, String) {
    let never = |why: &str| (None, format!("it could not be done: {why}"));
    match &surprise.what {
        Happened::Set { set: Told::Unknown(why), .. }
        | Happened::FailOver { now: Told::Unknown(why), .. } => never(why),
        Happened::Set { setting, set: Told::Known(set), end, .. } => {
            set_by_a_colleague(surprise.at_s, setting, set, end, acts)
        }
        Happened::FailOver { before, now: Told::Known(_) } => failed_over(surprise.at_s, before, acts),
    }
}

/// Who goes on at the old primary changes what nobody reads any more, and what will be overwritten.
fn failed_over(at_s: f64, before: &str, acts: &Told<Vec<Act>>) -> (Option<bool>, String) {
    let acts = match acts {
        Told::Known(acts) => acts,
        Told::Unknown(why) => return (None, format!("where you acted then is not known: {why}")),
    };
    let done = |act: &&Act| act.came != Came::Failed && act.nodes.contains(before);
    let somewhere = |act: &&Act| act.came != Came::Failed && act.at_s >= at_s && act.nodes.is_empty();
    let names = |acts: &[&Act]| acts.iter().map(|act| act.step.as_str()).collect::<Vec<_>>().join(", ");
    let (later, earlier): (Vec<&Act>, Vec<&Act>) = acts.iter().filter(done).partition(|act| act.at_s >= at_s);
    let is_undone = |act: &&Act| act.undo.as_ref().is_some_and(|undo| undo.complete == Some(true));
    let left: Vec<&Act> = earlier.into_iter().filter(|act| !is_undone(act)).collect();
    let still = match left.as_slice() {
        [] => String::new(),
        left => format!("; made there before, and not undone whole: {}", names(left)),
    };
    let hidden: Vec<&Act> = acts.iter().filter(somewhere).collect();
    match later.as_slice() {
        [] if !hidden.is_empty() => {
            (None, format!("on which server this was is not on record: {}{still}", names(&hidden)))
        }
        [] => (Some(true), format!("you changed nothing at the old one after that{still}")),
        later => (Some(false), format!("you went on at the old one: {}{still}", names(later))),
    }
}

fn set_by_a_colleague(
    at_s: f64,
    name: &str,
    set: &String,
    end: &Told<String>,
    acts: &Told<Vec<Act>>,
) -> (Option<bool>, String) {
    let end = match end {
        Told::Known(end) => end,
        Told::Unknown(why) => return (None, format!("what it is by now is not known: {why}")),
    };
    let acts = match acts {
        Told::Known(acts) => acts,
        Told::Unknown(why) if end == set => return (Some(true), format!("it is still so; of you: {why}")),
        Told::Unknown(why) => return (None, format!("it is {end} by now; of you: {why}")),
    };
    let of_it =
        |act: &&Act| act.came != Came::Failed && act.setting.as_ref().is_some_and(|one| one.name == name);
    let own: Vec<&Act> = acts.iter().filter(of_it).collect();
    let undo = own.iter().rev().find_map(|act| {
        let undo = act.undo.as_ref().filter(|undo| undo.at_s >= at_s)?;
        Some((*act, undo))
    });
    let later = own.iter().rev().find(|act| act.at_s >= at_s);
    if end == set {
        let words = match (undo, own.last()) {
            (Some((act, undo)), _) if !undo.rules.is_empty() => {
                format!("it is still so: your undo of {} left it ({})", act.step, undo.rules.join(", "))
            }
            (Some((act, _)), _) => format!("it is still so after your undo of {}", act.step),
            (None, Some(act)) => format!("it is still so; your {} has not been undone", act.step),
            (None, None) => "it is still so; you did not touch it".into(),
        };
        return (Some(true), words);
    }
    match (later, undo) {
        (_, Some((act, undo))) if later.is_none_or(|later| later.at_s < undo.at_s) => {
            let how = if undo.anyway { ", by your word" } else { "" };
            (Some(false), format!("your undo of {} put it to {end}{how}", act.step))
        }
        (Some(act), _) => {
            let shown = act.setting.as_ref().is_some_and(|setting| setting.before == *set);
            let shown = if shown { format!(", and was shown to you as {set} before") } else { String::new() };
            (Some(false), format!("it is {end} by now: your {} changed it{shown}", act.step))
        }
        _ => (None, format!("it is {end} by now, and nothing on record of you did that")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::felt::Setting;
    use crate::felt::Undo;
    use crate::felt::score::tests::act;

    fn surprise(end: Told<String>) -> Surprise {
        Surprise {
            at_s: 20.0,
            what: Happened::Set {
                setting: "maxclients".into(),
                before: "5000".into(),
                set: Told::Known("9000".into()),
                end,
            },
        }
    }

    fn raises(at_s: f64, before: &str, after: &str) -> Act {
        let setting = Setting { name: "maxclients".into(), before: before.into(), after: after.into() };
        Act { setting: Some(setting), ..act(at_s, "raise-maxclients") }
    }

    fn met(end: &str, acts: &[Act]) -> (Option<bool>, String) {
        let met = Met::of(surprise(Told::Known(end.into())), &Told::Known(acts.to_vec()));
        (met.respected, met.words)
    }

    #[test]
    fn an_undo_that_left_what_a_colleague_set_respected_it() {
        let undo = |anyway, rules: &[&str]| Undo {
            at_s: 60.0,
            complete: Some(true),
            anyway,
            rules: rules.iter().map(ToString::to_string).collect(),
        };
        let left = Act { undo: Some(undo(false, &["S27"])), ..raises(5.0, "50", "5000") };
        let (respected, words) = met("9000", &[left]);
        assert_eq!(respected, Some(true));
        assert_eq!(words, "it is still so: your undo of raise-maxclients left it (S27)");

        let over = Act { undo: Some(undo(true, &[])), ..raises(5.0, "50", "5000") };
        let (respected, words) = met("50", &[over]);
        assert_eq!(respected, Some(false));
        assert_eq!(words, "your undo of raise-maxclients put it to 50, by your word");
    }

    #[test]
    fn who_did_not_touch_it_and_who_has_not_undone_yet_is_told_apart() {
        assert_eq!(met("9000", &[]), (Some(true), "it is still so; you did not touch it".into()));
        let (respected, words) = met("9000", &[raises(5.0, "50", "5000")]);
        assert_eq!(respected, Some(true));
        assert!(words.contains("has not been undone"), "{words}");
        // A change of something else is none of it.
        let other = Act { setting: None, ..raises(5.0, "50", "5000") };
        assert!(met("9000", &[other]).1.contains("did not touch"));
    }

    #[test]
    fn a_change_over_it_is_told_with_what_was_shown_and_nothing_is_guessed() {
        let (respected, words) = met("12000", &[raises(40.0, "9000", "12000")]);
        assert_eq!(respected, Some(false));
        assert!(words.contains("was shown to you as 9000 before"), "{words}");
        // It was planned before the colleague came.
        let (_, words) = met("12000", &[raises(40.0, "5000", "12000")]);
        assert!(!words.contains("shown"), "{words}");
        assert_eq!(met("7", &[]).0, None);
        assert_eq!(met("7", &[raises(5.0, "50", "5000")]).0, None, "it was before, and not undone");
    }

    #[test]
    fn what_cannot_be_read_is_not_known() {
        let met = Met::of(surprise(Told::Unknown("no answer".into())), &Told::Known(Vec::new()));
        assert_eq!((met.respected, met.words.contains("no answer")), (None, true));
        let known = || surprise(Told::Known("7".into()));
        let met = Met::of(known(), &Told::Unknown("the journals cannot be read".into()));
        assert_eq!((met.respected, met.words.contains("cannot be read")), (None, true));
        let mut undone = known();
        let Happened::Set { set, .. } = &mut undone.what else { unreachable!("it is set") };
        *set = Told::Unknown("refused".into());
        assert_eq!(Met::of(undone, &Told::Known(Vec::new())).respected, None);
    }

    #[test]
    fn after_a_fail_over_nobody_goes_on_at_the_old_primary() {
        let met = |now: Told<String>, acts: Told<Vec<Act>>| {
            let what = Happened::FailOver { before: "cache:1".into(), now };
            let met = Met::of(Surprise { at_s: 20.0, what }, &acts);
            (met.respected, met.words)
        };
        let moved = || Told::Known("cache:2".to_owned());
        let at = |at_s, step, node: &str| Act { nodes: [node.to_owned()].into(), ..act(at_s, step) };
        let (before, new, old) =
            (at(5.0, "raise", "cache:1"), at(30.0, "freeze", "cache:2"), at(40.0, "more", "cache:1"));
        let (respected, words) = met(moved(), Told::Known(vec![before, new.clone()]));
        assert_eq!(respected, Some(true));
        assert_eq!(
            words,
            "you changed nothing at the old one after that; made there before, and not undone whole: raise"
        );
        let undone = |complete| Undo { at_s: 50.0, complete, anyway: false, rules: Vec::new() };
        let put_back = |complete| Act { undo: Some(undone(complete)), ..at(5.0, "raise", "cache:1") };
        assert!(!met(moved(), Told::Known(vec![put_back(Some(true))])).1.contains("raise"));
        assert!(met(moved(), Told::Known(vec![put_back(Some(false))])).1.contains("not undone whole: raise"));
        let nowhere = Act { nodes: [].into(), ..act(30.0, "kill") };
        let (respected, words) = met(moved(), Told::Known(vec![nowhere]));
        assert_eq!((respected, words.as_str()), (None, "on which server this was is not on record: kill"));
        let (respected, words) = met(moved(), Told::Known(vec![new, old]));
        assert_eq!((respected, words.as_str()), (Some(false), "you went on at the old one: more"));
        let what = Happened::FailOver { before: "cache:1".into(), now: moved() };
        let kept = Surprise { at_s: 20.0, what };
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Surprise>(&text).unwrap(), kept, "as --record keeps it: {text}");
        assert_eq!(met(moved(), Told::Unknown("no journal".into())).0, None);
        assert_eq!(met(Told::Unknown("no replica".into()), Told::Known(Vec::new())).0, None);
    }
}
