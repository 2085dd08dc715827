//! Questions before something is destroyed, and texts from standard input.

mod common;

use common::{Fake, Ran, Setup, reply};
use desk_wire::{Call, Outcome, Reply};

const DESTRUCTIVE: &[&[&str]] = &[
    &["daemon", "stop"],
    &["outbox", "drop", "s1"],
    &["chat", "force-end", "c1"],
    &["agent", "logout", "alice"],
];

/// Runs a destructive verb; answers how it went and how often the daemon was asked.
fn destroy(args: &[&str], can_ask: bool, input: &'static str) -> (Ran, usize) {
    let fake = Fake::answering(|_| Outcome::Ok(reply("done")));
    let ran = Setup { can_ask, input, ..Setup::default() }.run(&fake, args);
    (ran, fake.requests().len())
}

#[test]
fn without_anybody_to_ask_destruction_wants_yes() {
    for args in DESTRUCTIVE {
        let (ran, asked) = destroy(args, false, "y\n");
        assert_eq!((ran.code, asked), (1, 0), "{ran:?}");
        assert!(ran.err.contains("needs_yes") && ran.err.contains("--yes"), "{ran:?}");
    }
}

#[test]
fn at_a_terminal_destruction_is_asked_about() {
    for args in DESTRUCTIVE {
        let (ran, asked) = destroy(args, true, "y\n");
        assert_eq!((ran.code, asked), (0, 1), "{ran:?}");
        assert!(ran.err.contains("? [y/N]") || ran.err.contains(". [y/N]"), "{ran:?}");
        for no in ["n\n", "\n", "", "yesterday\n"] {
            let (ran, asked) = destroy(args, true, no);
            assert_eq!((ran.code, asked), (1, 0), "{no:?}: {ran:?}");
        }
    }
}

#[test]
fn a_dash_reads_the_text_from_standard_input() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("message")));
    let setup = Setup { input: "two\nlines\n", ..Setup::default() };
    assert_eq!(setup.run(&fake, &["wrapup", "note", "-"]).code, 0);
    let call = Call::WrapupNote { chat: None, text: "two\nlines".to_owned() };
    assert_eq!(fake.requests()[0].call, call);
}

#[test]
fn standard_input_is_bounded() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("message")));
    let input: &'static str = "x".repeat(256 * 1024 + 1).leak();
    let ran = Setup { input, ..Setup::default() }.run(&fake, &["chat", "say", "-"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("longer than 262144 bytes"), "{ran:?}");
    assert!(fake.requests().is_empty());
}

#[test]
fn tables_fit_the_terminal() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("agents")));
    let wide = Setup::default().run(&fake, &["agent", "list"]);
    let narrow = Setup { width: Some(60), ..Setup::default() }.run(&fake, &["agent", "list"]);
    assert_eq!(wide.out.lines().count(), 2, "{wide:?}");
    assert!(wide.out.lines().all(|line| line.chars().count() > 60), "{wide:?}");
    assert!(narrow.out.lines().all(|line| line.chars().count() <= 60), "{narrow:?}");
}

#[test]
fn ids_stay_in_one_piece_in_a_narrow_terminal() {
    let id = "01a2b3c4-d5e6-7f80-9123-456789abcdef";
    let fake = Fake::answering(move |_| {
        let Reply::Chats(mut chats) = reply("chats") else { panic!("another sample") };
        chats[0].chat = id.to_owned();
        Outcome::Ok(Reply::Chats(chats))
    });
    for width in [60, 80, 120] {
        let setup = Setup { width: Some(width), ..Setup::default() };
        let out = setup.run(&fake, &["chat", "list"]).out;
        assert!(out.contains(id), "{out}");
        assert!(out.lines().all(|line| line.chars().count() <= width.into()), "{out}");
    }
}

/// Applies the sample's set; answers how it went and what the daemon was asked.
fn apply(args: &[&str], can_ask: bool, input: &'static str) -> (Ran, Vec<Call>) {
    let fake = Fake::answering(|_| Outcome::Ok(reply("scripts")));
    let ran = Setup { can_ask, input, ..Setup::default() }.run(&fake, args);
    (ran, fake.requests().into_iter().map(|request| request.call).collect())
}

#[test]
fn what_is_applied_is_shown_first_and_is_what_was_shown() {
    let asked =
        |set: &str| vec![Call::ScriptStatus {}, Call::ScriptApply { set: Some(set.to_owned()) }];
    let (ran, calls) = apply(&["script", "apply", "--yes"], false, "");
    assert_eq!((ran.code, calls), (0, asked("def")), "{ran:?}");
    assert!(ran.err.contains("def is not in force"), "{ran:?}");
    assert!(ran.err.contains("1 fails, 3 otherwise"), "{ran:?}");
    let (ran, calls) = apply(&["script", "apply"], true, "y\n");
    assert_eq!((ran.code, calls), (0, asked("def")), "{ran:?}");
    assert!(ran.err.contains("Put script set def in force? [y/N]"), "{ran:?}");
    for (can_ask, code) in [(true, "not_confirmed"), (false, "needs_yes")] {
        let (ran, calls) = apply(&["script", "apply"], can_ask, "n\n");
        assert_eq!((ran.code, calls.len()), (1, 1), "{ran:?}");
        assert!(ran.err.contains(code), "{ran:?}");
    }
    // Another set than the one that waits: the daemon says so.
    let (ran, calls) = apply(&["script", "apply", "012", "--yes"], false, "");
    assert_eq!((ran.code, calls), (0, asked("012")), "{ran:?}");
}
