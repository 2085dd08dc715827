use super::*;
use desk_core::Role;
use desk_core::config::PopWhen;
use desk_core::policy::{Failure, Verdict, Wants};
use desk_core::{DeliveryWant, KvValue, KvWrite, Payload, Piece};

fn asked(verdict: Result<Option<Verdict>, Failure>) -> Asked {
    let (set, wants) = (Hash::from("a"), Wants::default());
    Asked { set, verdict, operations: 1, took_us: 0, why: Vec::new(), wants }
}

fn offer(accept_secs: Option<u32>) -> Asked {
    let (lines, pop) = (Vec::new(), Some(PopWhen::Accept));
    asked(Ok(Some(Verdict::Offer { accept_secs, lines, pop })))
}

fn failed(kind: FailureKind, text: &str) -> Asked {
    asked(Err(Failure { kind, text: text.to_owned().into() }))
}

fn question(about: About) -> Question {
    Question { now_ms: 5, seed: 1, queue: None, chat: None, about }
}

/// What is counted and told of these answers to one question.
fn told(about: &About, live: Option<&Asked>, tried: Option<&Asked>) -> String {
    let mut found = Found::default();
    found.count(&question(about.clone()), Live::of(live), tried);
    let kinds = found.kinds.iter().map(|((hook, kind), n)| format!("{n} {hook} {}", kind.name()));
    let last = found.last.iter().map(|difference| difference.what.clone());
    let cut = (found.cut > 0).then(|| "cut".to_owned());
    kinds.chain(last).chain(cut).collect::<Vec<_>>().join("; ")
}

#[test]
fn differences_are_told_by_kind_and_by_what_differs() {
    let about = About::Chat { waiting: 1 };
    let (nothing, twenty, sixty) = (asked(Ok(None)), offer(Some(20)), offer(Some(60)));
    let wrong = failed(FailureKind::Error, "on_offer.rhai:1:2: no");
    let late = failed(FailureKind::Deadline, "late");
    for (live, tried, expected) in [
        (Some(&twenty), Some(&twenty), ""),
        (Some(&twenty), Some(&sixty), "1 on_chat otherwise; accept_secs 20 → 60"),
        (None, None, ""),
        (None, Some(&nothing), ""),
        (Some(&wrong), Some(&wrong), ""),
        (Some(&wrong), Some(&nothing), "1 on_chat mends; error "),
        (Some(&nothing), Some(&wrong), "1 on_chat fails; error on_offer.rhai:1:2: no"),
        (Some(&late), Some(&twenty), "cut"),
        (Some(&twenty), Some(&late), "cut"),
    ] {
        assert_eq!(told(&about, live, tried), expected);
    }
    assert!(told(&about, None, Some(&sixty)).starts_with("1 on_chat answers; accept_secs"));
    assert!(told(&about, Some(&sixty), Some(&nothing)).starts_with("1 on_chat silent"));
}

#[test]
fn of_a_message_names_alone_are_told() {
    let about = About::Message {
        from: Role::Customer,
        text: "card 4111 1111 1111 1111".into(),
        internal: false,
    };
    let says = |text: &str| {
        let (text, tag, reply) = (Some(text.to_owned()), None, None);
        asked(Ok(Some(Verdict::Message { text, tag, reply })))
    };
    let (masked, bare) = (says("card [card]"), says("card 4111 1111 1111 1111!"));
    assert_eq!(told(&about, Some(&masked), Some(&bare)), "1 on_message otherwise; text");
    let wrong = failed(FailureKind::Error, "4111 1111 is no name");
    assert_eq!(told(&about, Some(&masked), Some(&wrong)), "1 on_message fails; error");
}

#[test]
fn what_is_listed_is_bounded_and_the_newest() {
    let mut found = Found::default();
    for n in 0..100 {
        let about = About::Chat { waiting: n };
        let mut question = question(about);
        question.now_ms = n.into();
        found.count(&question, Live::of(None), Some(&offer(Some(n))));
    }
    assert_eq!(found.last.len(), LISTED_MAX);
    assert_eq!(found.last.back().unwrap().at, 99);
    assert_eq!(found.kinds[&(Hook::OnChat, Kind::Answers)], 100);
}

/// A rule that delivers these bodies; a part of one in brackets is the name of a secret.
fn sends(all: &[(&str, &str)]) -> Asked {
    let want = |(sink, body): &(&str, &str)| {
        let mut pieces = Vec::new();
        for (n, part) in body.split(['[', ']']).enumerate() {
            let piece = if n % 2 == 0 { Piece::Text } else { Piece::Secret };
            pieces.push(piece(part.to_owned()));
        }
        let header = vec![Piece::Text("Bearer spelt-out".into())];
        let headers = [("authorization".to_owned(), header)].into();
        DeliveryWant { sink: (*sink).into(), payload: Payload { headers, body: pieces } }
    };
    let wants = Wants { deliveries: all.iter().map(want).collect(), kv: Vec::new() };
    Asked { wants, ..asked(Ok(None)) }
}

#[test]
fn other_deliveries_are_a_difference_of_their_own_and_secrets_are_names() {
    let about = About::Chat { waiting: 1 };
    let one = sends(&[("crm", r#"{"how":"agent","key":"[key]"}"#)]);
    let none = sends(&[]);
    for (live, tried, expected) in [
        (&one, &one, ""),
        (&none, &one, r#"deliveries to crm: nothing → {"how":"agent","key":"(secret key)"}"#),
        (&one, &none, r#"deliveries to crm: {"how":"agent","key":"(secret key)"} → nothing"#),
        (
            &one,
            &sends(&[("crm", r#"{"how":"idle","key":"[other]"}"#)]),
            r#"deliveries to crm: how "agent" → "idle", key "(secret key)" → "(secret other)""#,
        ),
        (
            &one,
            &sends(&[("pager", "{}"), ("crm", r#"{"how":"agent","key":"[key]"}"#)]),
            "deliveries to pager: nothing → {}",
        ),
    ] {
        let told = told(&about, Some(live), Some(tried));
        let kind = if expected.is_empty() { "" } else { "1 on_chat sends; " };
        assert_eq!(told, format!("{kind}{expected}"));
        assert!(!told.contains("spelt-out"), "{told}");
    }
    // Another header is told by its name.
    let mut other = one.clone();
    other.wants.deliveries[0].payload.headers.clear();
    let told = |live, tried| told(&about, live, tried);
    let expected = "1 on_chat sends; deliveries to crm: header authorization";
    assert_eq!(told(Some(&one), Some(&other)), expected);
    // No rule stood there, and the verdict differs as well.
    let both = Asked { wants: sends(&[("crm", "{}")]).wants, ..offer(Some(20)) };
    assert_eq!(
        told(None, Some(&both)).split("; ").take(2).collect::<Vec<_>>(),
        ["1 on_chat answers", "1 on_chat sends"]
    );
}

#[test]
fn what_is_remembered_otherwise_is_told_by_key() {
    let remembers = |all: &[(&str, Option<i64>)]| {
        let write = |(key, value): &(&str, Option<i64>)| KvWrite {
            key: (*key).into(),
            value: value.map(KvValue::Int),
            until_ms: None,
        };
        let wants = Wants { kv: all.iter().map(write).collect(), deliveries: Vec::new() };
        Asked { wants, ..asked(Ok(None)) }
    };
    let about = About::Chat { waiting: 1 };
    let told = |live: &Asked, tried: &Asked| told(&about, Some(live), Some(tried));
    let one = remembers(&[("seen", Some(1))]);
    assert_eq!(told(&one, &one), "");
    assert_eq!(
        told(&one, &remembers(&[("seen", Some(2)), ("last", None)])),
        "1 on_chat remembers; remembered last: not written → \"(forgotten)\", remembered seen: 1 → 2"
    );
}

#[test]
fn of_a_message_neither_what_is_sent_nor_what_is_remembered_is_told() {
    let about = About::Message { from: Role::Customer, text: "4111 1111".into(), internal: false };
    let mut says = sends(&[("4111", r#"{"text":"4111 1111"}"#)]);
    says.wants.kv =
        vec![KvWrite { key: "4111 1111".into(), value: Some(KvValue::Bool(true)), until_ms: None }];
    assert_eq!(
        told(&about, Some(&asked(Ok(None))), Some(&says)),
        "1 on_message sends; 1 on_message remembers; deliveries; remembered"
    );
}

#[test]
fn an_answer_that_differs_in_two_ways_is_one_that_is_not_the_same() {
    let mut found = Found::default();
    let both = Asked { wants: sends(&[("crm", "{}")]).wants, ..offer(Some(20)) };
    let question = question(About::Chat { waiting: 1 });
    found.count(&question, Live::of(Some(&asked(Ok(None)))), Some(&both));
    found.count(&question, Live::of(Some(&both)), Some(&both));
    assert_eq!((found.asked[&Hook::OnChat], found.differed[&Hook::OnChat]), (2, 1));
    assert_eq!(found.kinds.values().sum::<u64>(), 2);
    // Where it is not told what was wanted, nothing is said of that.
    let live = Live { asked: Some(&both), wanted: None };
    found.count(&question, live, Some(&offer(Some(20))));
    assert_eq!(found.differed[&Hook::OnChat], 1);
}
