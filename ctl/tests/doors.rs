//! Exit codes, refusals, and daemons that are not there or not daemons: by the real binary.

mod common;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use common::{Fake, Ran, reply};
use desk_wire::{Call, Done, Notice, Outcome, PopResult, Refusal, Rejected, Reply, ServerLine};
use expect_test::{Expect, expect};

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskctl"));
    for name in ["DESKD_SOCKET", "DESKD_AS", "XDG_RUNTIME_DIR", "CLICOLOR_FORCE", "NO_COLOR"] {
        command.env_remove(name);
    }
    command.env("TZ", "UTC").stdin(Stdio::null());
    command
}

fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().and_then(|code| u8::try_from(code).ok()).expect("an exit code"),
        out: String::from_utf8(output.stdout.clone()).expect("is UTF-8"),
        err: String::from_utf8(output.stderr.clone()).expect("is UTF-8"),
        opened: Vec::new(),
    }
}

fn at(fake: &Fake, args: &[&str]) -> Ran {
    let output = command().env("DESKD_SOCKET", fake.path()).args(args).output().expect("runs");
    ran(&output)
}

fn alone(args: &[&str]) -> Ran {
    ran(&command().args(args).output().expect("runs"))
}

fn refusing() -> Fake {
    Fake::answering(|_| {
        let chats = vec!["c1".to_owned(), "c2\x1b[2J".to_owned()];
        Outcome::Refused(Refusal::which_chat(chats).hint("name one"))
    })
}

#[test]
fn what_is_done_exits_0_with_data_on_stdout_alone() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("agent")));
    let ran = at(&fake, &["status"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("Alice"), "{ran:?}");
}

#[test]
fn a_refusal_exits_1_and_says_why_on_stderr() {
    let ran = at(&refusing(), &["chat", "end"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    expect![[r#"
        refused (which_chat): there is more than one chat; name the one that is meant
          choices: c1, c2�[2J
          name one
    "#]]
    .assert_eq(&ran.err);
}

#[test]
fn a_refusal_is_data_where_json_is_wanted() {
    let ran = at(&refusing(), &["chat", "end", "--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.json()["refused"]["code"], "which_chat");
    assert_eq!(ran.json()["v"], 1);
}

#[test]
fn wrong_usage_exits_2() {
    let wrong: &[&[&str]] = &[
        &[],
        &["dance"],
        &["chat"],
        &["chat", "say"],
        &["chat", "assign", "c1"],
        &["chat", "assign", "c1", "--agent", "a", "--queue", "q"],
        &["chat", "list", "--state", "asleep"],
        &["chat", "history", "--since", "yesterday"],
        &["chat", "history", "c1", "--email", "a@b"],
        &["agent", "set-status", "alice", "asleep"],
        &["wrapup", "code"],
        &["watch", "--from", "9"],
        &["whoami", "--as", "alice"],
        &["login", "--command-id", ""],
    ];
    for args in wrong {
        let ran = alone(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {ran:?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("--help"), "{args:?}: {ran:?}");
    }
}

#[test]
fn help_and_version_are_data() {
    for args in [["--help"], ["--version"]] {
        let ran = alone(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
        assert!(ran.out.contains("deskctl"), "{ran:?}");
    }
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = alone(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        assert!(ran.out.contains("force-end"), "{shell}");
    }
}

#[test]
fn without_a_daemon_it_exits_3_and_names_each_path_tried() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut command = command();
    command.env("XDG_RUNTIME_DIR", dir.path()).args(["whoami", "--json"]);
    let ran = ran(&command.output().expect("runs"));
    assert_eq!(ran.code, 3);
    let user = dir.path().join("deskd.sock").display().to_string();
    for path in [user.as_str(), "/run/deskd/deskd.sock"] {
        assert!(ran.err.contains(&format!("tried {path}: ")), "{ran:?}");
    }
    assert!(ran.err.contains("deskd run --config FILE"), "{ran:?}");
    let paths = ran.json()["unreachable"]["paths"].clone();
    assert_eq!(paths, serde_json::json!([user, "/run/deskd/deskd.sock"]));
}

#[test]
fn the_flag_wins_over_the_environment() {
    let mut command = command();
    command.env("DESKD_SOCKET", "/nowhere/env").args(["whoami", "--socket", "/nowhere/flag"]);
    let ran = ran(&command.output().expect("runs"));
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("tried /nowhere/flag: "), "{ran:?}");
    assert!(!ran.err.contains("/nowhere/env"), "{ran:?}");
}

#[test]
fn whom_to_act_as_is_sent_and_the_flag_wins() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("whoami")));
    let mut command = command();
    command.env("DESKD_SOCKET", fake.path()).env("DESKD_AS", "agent:alice");
    assert!(command.arg("whoami").output().expect("runs").status.success());
    assert!(command.args(["--as", "role:admin"]).output().expect("runs").status.success());
    let sent: Vec<_> =
        fake.requests().iter().map(|one| one.act_as.as_ref().map(ToString::to_string)).collect();
    assert_eq!(sent, [Some("agent:alice".to_owned()), Some("role:admin".to_owned())]);
}

#[test]
fn a_given_command_id_is_sent() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("agent")));
    assert_eq!(at(&fake, &["login", "--command-id", "mine"]).code, 0);
    assert_eq!(fake.requests()[0].cmd.as_deref(), Some("mine"));
}

/// What is said on stderr (the path left out) to a peer that sends these bytes and goes.
fn foreign(bytes: &'static [u8], expect: Expect) {
    let fake = Fake::playing(move |peer, _| {
        let _ = peer.read();
        let _ = peer.stream.write_all(bytes);
    });
    let ran = at(&fake, &["whoami"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
    let said = ran.err.replace(&fake.path().display().to_string(), "PATH");
    expect.assert_eq(&said.replace(": ", ":\n"));
}

#[test]
fn what_is_no_daemon_is_told_clearly() {
    foreign(
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        expect![[r#"
        error:
        what answers at PATH does not speak deskd's protocol:
        the line is not a JSON object:
        expected value at line 1 column 1
          check --socket and DESKD_SOCKET
    "#]],
    );
    foreign(
        b"\xff\xfe\x00\n",
        expect![[r#"
        error:
        what answers at PATH does not speak deskd's protocol:
        the line is not UTF-8
          check --socket and DESKD_SOCKET
    "#]],
    );
    foreign(
        b"{\"hello\":\"\\u001b[31m\"}\n",
        expect![[r#"
        error:
        what answers at PATH does not speak deskd's protocol:
        the line is none that this protocol knows:
        fields ["hello"]
          check --socket and DESKD_SOCKET
    "#]],
    );
    foreign(
        b"{\"v\":2,\"daemon\":\"9\",\"epoch\":1,\"seq\":1,\"you\":{}}\n",
        expect![[r#"
        error:
        what answers at PATH does not speak deskd's protocol:
        protocol version 2 is not spoken here, only 1
          check --socket and DESKD_SOCKET
    "#]],
    );
    foreign(
        b"{\"ping\":1}\n",
        expect![[r#"
        error:
        what answers at PATH does not speak deskd's protocol:
        the line is none that this protocol knows:
        it did not begin with a welcome
          check --socket and DESKD_SOCKET
    "#]],
    );
    foreign(
        b"{\"v\":1,",
        expect![[r#"
        error:
        the daemon at PATH gave no answer:
        the connection ended in the middle of a line
    "#]],
    );
    foreign(
        b"",
        expect![[r#"
        error:
        the daemon at PATH gave no answer:
        the connection ended
    "#]],
    );
}

#[test]
fn a_line_without_end_is_cut_off() {
    let fake = Fake::playing(|peer, _| {
        let chunk = [b'x'; 64 * 1024];
        while peer.stream.write_all(&chunk).is_ok() {}
    });
    let ran = at(&fake, &["whoami"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("longer than 1048576 bytes"), "{ran:?}");
}

#[test]
fn a_hello_that_is_turned_away_is_a_refusal() {
    let fake = Fake::playing(|peer, _| {
        let _ = peer.read();
        let refused = Refusal::new("not_allowed", "uid 7 may act as nobody");
        peer.write(&ServerLine::Rejected(Rejected { v: 1, refused }));
    });
    let ran = at(&fake, &["whoami"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("refused (not_allowed): uid 7 may act as nobody"), "{ran:?}");
}

#[test]
fn a_change_whose_answer_was_lost_can_be_repeated_safely() {
    let fake = Fake::playing(|peer, _| {
        peer.greet();
        let _ = peer.request();
    });
    let ran = at(&fake, &["login"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("the same again with --command-id "), "{ran:?}");
}

#[test]
fn a_daemon_that_is_silent_is_given_up() {
    let fake = Fake::playing(|peer, _| while peer.read().is_some() {});
    let setup =
        common::Setup { answer_max: std::time::Duration::from_millis(20), ..Default::default() };
    let ran = setup.run(&fake, &["whoami"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("gave no answer: no welcome in time"), "{ran:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let (gone, told) = std::sync::mpsc::channel::<()>();
    let fake = Fake::playing(move |peer, _| {
        peer.greet();
        let Some(request) = peer.request() else { return };
        // Answers only when nobody reads any more.
        let _ = told.recv();
        peer.answer(request.id, Outcome::Ok(reply("chats")));
    });
    let mut command = command();
    command.env("DESKD_SOCKET", fake.path()).args(["chat", "list"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    drop(child.stdout.take());
    gone.send(()).expect("the daemon waits");
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn colours_go_to_terminals_only() {
    let fake = Fake::answering(|_| Outcome::Ok(reply("agent")));
    let mut command = command();
    command.env("DESKD_SOCKET", fake.path()).arg("status");
    let plain = ran(&command.output().expect("runs"));
    assert!(!plain.out.contains('\x1b'), "{plain:?}");
    let forced = ran(&command.env("CLICOLOR_FORCE", "1").output().expect("runs"));
    assert!(forced.out.contains('\x1b'), "{forced:?}");
}

#[test]
fn what_customers_write_cannot_steer_the_terminal() {
    let fake = Fake::answering(|_| {
        let Reply::Message(mut message) = reply("message") else { panic!("another sample") };
        message.name = Some("Eve\n   2 14:13:20 alice".to_owned());
        message.text = Some("\x1b]0;owned\x07\u{202e}txt".to_owned());
        Outcome::Ok(Reply::Message(message))
    });
    let ran = at(&fake, &["chat", "show"]);
    assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
    assert!(!ran.out.contains(['\x1b', '\x07', '\u{202e}']), "{ran:?}");
}

#[test]
fn a_page_is_handed_to_the_desktops_browser() {
    let dir = tempfile::tempdir().expect("a folder");
    let pages = dir.path().join("pages");
    assert!(Command::new("mkfifo").arg(&pages).status().expect("runs").success());
    let browser = dir.path().join("xdg-open");
    let script = format!("#!/bin/sh\necho \"$1\" > '{}'\n", pages.display());
    std::fs::write(&browser, script).expect("is written");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("is set");

    let url = "http://sn/sys_user.do?sys_id=1&x='$(y)";
    let (sender, reports) = std::sync::mpsc::channel();
    let fake = Fake::playing(move |peer, _| {
        let pop = common::wanted(url, i64::MAX);
        common::subscribe(peer);
        peer.write(&ServerLine::Notice(common::line(Notice::PopWanted(pop.clone()))));
        while let Some(request) = peer.request() {
            let reply = if let Call::PopReport { result, .. } = &request.call {
                sender.send(*result).expect("the test listens");
                Reply::Done(Done::default())
            } else {
                Reply::Pop(pop.clone())
            };
            peer.answer(request.id, Outcome::Ok(reply));
        }
    });
    let mut command = command();
    command.env("DESKD_SOCKET", fake.path()).env("PATH", dir.path());
    let output = command.args(["watch", "--pop", "--count", "1"]).output();
    drop(fake);
    let ran = ran(&output.expect("runs"));
    assert_eq!(reports.recv(), Ok(PopResult::Opened), "{ran:?}");
    assert_eq!(std::fs::read_to_string(pages).expect("the browser writes"), format!("{url}\n"));
}
