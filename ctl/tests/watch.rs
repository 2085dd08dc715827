//! `watch`: notices, lost connections, screen pops.

mod common;

use std::sync::mpsc::{Receiver, channel};

use common::{AT, Fake, Peer, Setup, cursor, line, notices, run, subscribe, wanted};
use desk_wire::{
    Call, ClientLine, Notice, NoticeLine, Outcome, Ping, PopResult, Refusal, Reply, ServerLine,
    Subscription,
};
use expect_test::expect_file;

fn tell(peer: &mut Peer, lines: &[NoticeLine]) {
    for line in lines {
        peer.write(&ServerLine::Notice(line.clone()));
    }
}

fn telling_all() -> Fake {
    Fake::playing(|peer, _| {
        subscribe(peer);
        tell(peer, &notices());
        while peer.read().is_some() {}
    })
}

#[test]
fn notices_are_lines_for_people() {
    let count = notices().len().to_string();
    let ran = run(&telling_all(), &["watch", "--count", &count]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "watching\n"));
    expect_file!["golden/notices.txt"].assert_eq(&ran.out);
}

#[test]
fn notices_are_json_lines_for_programs() {
    let count = notices().len().to_string();
    let ran = run(&telling_all(), &["watch", "--json", "--count", &count]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    expect_file!["golden/notices.jsonl"].assert_eq(&ran.out);
}

#[test]
fn a_lost_connection_is_made_again_from_the_last_cursor() {
    let (sender, froms) = channel();
    let fake = Fake::playing(move |peer, number| {
        sender.send(subscribe(peer)).expect("the test listens");
        tell(peer, &notices()[number * 2..number * 2 + 2]);
    });
    let ran = run(&fake, &["watch", "--json", "--count", "6", "--from", "9:0"]);
    drop(fake);
    assert_eq!(ran.code, 0);
    let froms: Vec<_> = froms.iter().collect();
    assert_eq!(froms, [Some(cursor(0)), Some(cursor(2)), Some(cursor(4))]);
    let cursors: Vec<u64> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("is JSON"))
        .filter_map(|line| line["cursor"]["seq"].as_u64())
        .collect();
    assert_eq!(cursors, [1, 2, 3, 4, 5, 6], "a gap or a double");
}

#[test]
fn a_cursor_that_is_not_held_is_told() {
    let fake = Fake::playing(|peer, _| {
        peer.greet();
        let id = peer.request().expect("a request").id;
        let subscription = Subscription { cursor: cursor(7) };
        peer.answer(id, Outcome::Ok(Reply::Resync(subscription)));
        tell(peer, &notices()[..1]);
        while peer.read().is_some() {}
    });
    let ran = run(&fake, &["watch", "--json", "--count", "1", "--from", "1:1"]);
    assert_eq!(ran.code, 0);
    let first: serde_json::Value =
        serde_json::from_str(ran.out.lines().next().expect("a line")).expect("is JSON");
    assert_eq!(first, serde_json::json!({"v": 1, "resync": {"cursor": cursor(7)}}));
}

#[test]
fn a_ping_is_answered() {
    let (sender, pongs) = channel();
    let fake = Fake::playing(move |peer, _| {
        subscribe(peer);
        peer.write(&ServerLine::Ping(Ping { ping: 5 }));
        sender.send(peer.read()).expect("the test listens");
        tell(peer, &notices()[..1]);
    });
    assert_eq!(run(&fake, &["watch", "--count", "1"]).code, 0);
    drop(fake);
    let pong = pongs.recv().expect("told");
    assert!(matches!(pong, Some(ClientLine::Pong(pong)) if pong.pong == 5));
}

#[test]
fn it_ends_when_its_time_is_over() {
    let fake = Fake::playing(|peer, _| {
        subscribe(peer);
        while peer.read().is_some() {}
    });
    assert_eq!(run(&fake, &["watch", "--for", "0"]).code, 0);
}

#[test]
fn a_daemon_that_stays_gone_ends_it_with_3() {
    let fake = Fake::playing(|peer, number| {
        if number == 0 {
            subscribe(peer);
        }
    });
    let ran = run(&fake, &["watch", "--patience", "0"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("the connection ended"), "{ran:?}");
}

#[test]
fn a_refused_subscription_is_a_refusal() {
    let fake =
        Fake::answering(|_| Outcome::Refused(Refusal::new("not_allowed", "nothing for you")));
    let ran = run(&fake, &["watch"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(fake.requests().len(), 1, "it was tried again");
}

const URL: &str = "http://sn/sys_user.do?sys_id=1";

/// A daemon that wants one page opened; what the client asks then is sent to the test.
fn wanting(url: &'static str, until: i64, taken: bool) -> (Fake, Receiver<Call>) {
    let (sender, calls) = channel();
    let fake = Fake::playing(move |peer, _| {
        subscribe(peer);
        let pop = wanted(url, until);
        tell(peer, &[line(Notice::PopWanted(pop.clone()))]);
        while let Some(request) = peer.request() {
            let outcome = match &request.call {
                Call::PopClaim { .. } if taken => {
                    Outcome::Refused(Refusal::new("pop_claimed", "another client opens it"))
                }
                Call::PopClaim { .. } => Outcome::Ok(Reply::Pop(pop.clone())),
                _ => Outcome::Ok(Reply::Done(desk_wire::Done::default())),
            };
            assert!(request.cmd.is_some(), "{request:?}");
            sender.send(request.call).expect("the test listens");
            peer.answer(request.id, outcome);
        }
    });
    (fake, calls)
}

fn pop(result: PopResult, fake: Fake, calls: &Receiver<Call>) -> (common::Ran, Vec<Call>) {
    let setup = Setup { pop: result, ..Setup::default() };
    let ran = setup.run(&fake, &["watch", "--pop", "--count", "1"]);
    drop(fake);
    assert_eq!(ran.code, 0, "{ran:?}");
    (ran, calls.try_iter().collect())
}

fn claim() -> Call {
    Call::PopClaim { pop: "p1".to_owned() }
}

fn report(result: PopResult) -> Call {
    Call::PopReport { pop: "p1".to_owned(), result }
}

#[test]
fn a_page_is_claimed_opened_and_reported() {
    for result in [PopResult::Opened, PopResult::Blocked, PopResult::NotPossible] {
        let (fake, calls) = wanting(URL, AT + 1, false);
        let (ran, calls) = pop(result, fake, &calls);
        assert_eq!(ran.opened, [URL]);
        assert_eq!(calls, [claim(), report(result)]);
    }
}

#[test]
fn a_page_that_another_client_claimed_is_not_opened() {
    let (fake, calls) = wanting(URL, AT + 1, true);
    let (ran, calls) = pop(PopResult::Opened, fake, &calls);
    assert!(ran.opened.is_empty());
    assert_eq!(calls, [claim()]);
    assert!(ran.err.contains("another client opens it"), "{ran:?}");
}

#[test]
fn a_page_whose_time_is_over_steals_no_tab() {
    let (fake, calls) = wanting(URL, AT - 1, false);
    let (ran, calls) = pop(PopResult::Opened, fake, &calls);
    assert!(ran.opened.is_empty() && calls.is_empty(), "{ran:?} {calls:?}");
    assert!(ran.out.contains(URL), "{ran:?}");
}

#[test]
fn nothing_but_a_web_page_is_handed_to_the_browser() {
    let (fake, calls) = wanting("file:///etc/passwd", AT + 1, false);
    let (ran, calls) = pop(PopResult::Opened, fake, &calls);
    assert!(ran.opened.is_empty());
    assert_eq!(calls, [claim(), report(PopResult::NotPossible)]);
}

#[test]
fn without_pop_nothing_is_claimed() {
    let (fake, calls) = wanting(URL, AT + 1, false);
    let ran = run(&fake, &["watch", "--count", "1"]);
    drop(fake);
    assert!(ran.opened.is_empty() && calls.try_iter().next().is_none(), "{ran:?}");
}

#[test]
fn only_the_answer_to_a_claim_opens_a_page() {
    let fake = Fake::playing(|peer, _| {
        let pop = wanted(URL, AT + 1);
        subscribe(peer);
        tell(peer, &[line(Notice::PopWanted(pop.clone()))]);
        for _ in 0..2 {
            let Some(request) = peer.request() else { return };
            peer.answer(request.id, Outcome::Ok(Reply::Pop(pop.clone())));
        }
        assert_eq!(peer.request(), None, "one claim, one report, and no more");
    });
    let ran = run(&fake, &["watch", "--pop", "--count", "1"]);
    assert_eq!((ran.code, ran.opened.len()), (0, 1), "{ran:?}");
}
