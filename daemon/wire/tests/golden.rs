//! What goes over the wire, letter by letter: a change here breaks clients.

mod common;

use common::*;
use desk_wire::*;
use expect_test::expect_file;

fn lines<T: serde::Serialize>(values: impl IntoIterator<Item = T>) -> String {
    let line = |value| String::from_utf8(encode(&value).expect("encodes")).expect("is UTF-8");
    values.into_iter().map(line).collect()
}

fn request(call: Call) -> ClientLine {
    let cmd = call.changes().then(|| "0190".to_owned());
    let act_as = Some(ActAs::Agent("alice".to_owned()));
    ClientLine::Request(Request { id: 1, cmd, act_as, call })
}

fn client_lines() -> Vec<ClientLine> {
    let mut lines = vec![
        ClientLine::Hello(Hello { v: V, client: "deskctl 0.1.0".to_owned() }),
        ClientLine::Pong(Pong { pong: 3 }),
    ];
    lines.extend(calls().into_iter().map(request));
    lines
}

fn server_lines() -> Vec<ServerLine> {
    let refusal = Refusal::which_chat(vec!["c1".to_owned(), "c2".to_owned()])
        .hint("give --chat")
        .field("with.chat");
    let welcome = Welcome { v: V, daemon: "0.1.0".to_owned(), epoch: 9, seq: 42, you: whoami() };
    let mut lines = vec![
        ServerLine::Welcome(welcome),
        ServerLine::Rejected(Rejected { v: V, refused: Refusal::new("not_allowed", "no") }),
        ServerLine::Ping(Ping { ping: 3 }),
        ServerLine::Answer(Answer { id: 1, outcome: Outcome::Refused(refusal) }),
    ];
    lines.extend(
        replies()
            .into_iter()
            .chain(explain::explained())
            .map(|reply| ServerLine::Answer(Answer { id: 1, outcome: Outcome::Ok(reply) })),
    );
    lines.extend(notices().into_iter().map(|notice| {
        ServerLine::Notice(NoticeLine { cursor: CURSOR, at: AT, notices: vec![notice] })
    }));
    lines
}

#[test]
fn what_clients_send_stays_as_it_is() {
    expect_file!["golden/client.jsonl"].assert_eq(&lines(client_lines()));
}

#[test]
fn what_the_daemon_sends_stays_as_it_is() {
    expect_file!["golden/server.jsonl"].assert_eq(&lines(server_lines()));
}

#[test]
fn every_verb_is_in_the_golden_file_once() {
    let verbs: Vec<&str> = calls().iter().map(Call::verb).collect();
    let mut sorted = verbs.clone();
    sorted.sort_unstable();
    let mut all = VERBS.to_vec();
    all.sort_unstable();
    assert_eq!(sorted, all);
}

#[test]
fn every_client_line_reads_back_as_it_was_written() {
    let written = client_lines();
    let text = lines(&written);
    let read: Vec<_> = text.lines().map(|line| ClientLine::parse(line).expect(line)).collect();
    assert_eq!(read, written);
}

#[test]
fn every_server_line_reads_back_as_it_was_written() {
    let written = server_lines();
    let text = lines(&written);
    let read: Vec<_> = text.lines().map(|line| ServerLine::parse(line).expect(line)).collect();
    assert_eq!(read, written);
}

#[test]
fn a_client_passes_over_fields_of_a_newer_daemon() {
    let line = r#"{"id":1,"ok":{"done":{"chat":"c1","colour":"red"}},"later":true}"#;
    let done = Done { chat: Some("c1".to_owned()), note: None };
    let answer = Answer { id: 1, outcome: Outcome::Ok(Reply::Done(done)) };
    assert_eq!(ServerLine::parse(line), Ok(ServerLine::Answer(answer)));
}

#[test]
fn only_verbs_that_change_something_count_as_changes() {
    let asks: Vec<&str> = calls().iter().filter(|call| !call.changes()).map(Call::verb).collect();
    for verb in asks {
        let word = verb.rsplit('_').next().unwrap_or(verb);
        let asking = [
            "whoami", "watch", "show", "list", "history", "status", "audit", "ticket", "diff",
            "explain", "replay", "export", "figures",
        ];
        assert!(asking.contains(&word), "{verb} is said to change nothing");
    }
}
