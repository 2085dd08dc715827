//! What the daemon says to lines that it cannot take.

use desk_wire::{ClientLine, Decoder, Kind, LineError, MAX_FRAME, ServerLine, encode};
use expect_test::{Expect, expect};

/// `id code field`, message and hint for a client's line.
fn check(line: &str, expect: Expect) {
    let error = ClientLine::parse(line).expect_err(line);
    let refusal = error.refusal();
    let id = error.id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let field = refusal.field.unwrap_or_else(|| "-".to_owned());
    let hint = refusal.hint.map(|hint| format!("\n({hint})")).unwrap_or_default();
    let message = refusal.message.replace(": ", ":\n");
    expect.assert_eq(&format!("{id} {} {field}\n{message}{hint}", refusal.code));
}

#[test]
fn what_is_no_json_object_is_refused() {
    check(
        "hello",
        expect![[r#"
        - not_json -
        the line is not a JSON object:
        expected value at line 1 column 1"#]],
    );
    check(
        r#"{"id":1,"verb":"login""#,
        expect![[r#"
        - not_json -
        the line is not a JSON object:
        EOF while parsing an object at line 1 column 22"#]],
    );
    check(
        "[1]",
        expect![[r#"
        - not_json -
        the line is not a JSON object:
        invalid type:
        sequence, expected a map at line 1 column 0"#]],
    );
    check(
        r#"{"id":1,"verb":"login"} {}"#,
        expect![[r#"
        - not_json -
        the line is not a JSON object:
        trailing characters at line 1 column 25"#]],
    );
}

#[test]
fn a_hello_is_checked() {
    check(
        r#"{"v":2,"client":"x"}"#,
        expect![[r#"
        - wrong_version v
        protocol version 2 is not spoken here, only 1
        (use a client and a daemon of the same version)"#]],
    );
    check(
        r#"{"v":"one","client":"x"}"#,
        expect![[r#"
        - wrong_version v
        protocol version "one" is not spoken here, only 1
        (use a client and a daemon of the same version)"#]],
    );
    check(
        r#"{"client":"x"}"#,
        expect![[r#"
        - missing_field v
        the field `v` is missing"#]],
    );
    check(
        r#"{"v":1}"#,
        expect![[r#"
        - missing_field client
        the field `client` is missing"#]],
    );
    check(
        r#"{"v":1,"client":"x","colour":1}"#,
        expect![[r#"
        - unknown_field colour
        there is no field `colour` here
        (expected `v` or `client`)"#]],
    );
}

#[test]
fn an_unknown_verb_is_named() {
    check(
        r#"{"id":4,"verb":"dance"}"#,
        expect![[r#"
        4 unknown_verb verb
        there is no verb `dance`
        (the client may be newer than the daemon)"#]],
    );
    check(
        r#"{"id":4}"#,
        expect![[r#"
        4 missing_field verb
        the field `verb` is missing"#]],
    );
    check(
        r#"{"verb":"login"}"#,
        expect![[r#"
        - missing_field id
        the field `id` is missing"#]],
    );
    check(
        r#"{"id":4,"verb":7}"#,
        expect![[r#"
        4 wrong_type verb
        the field `verb` is wrong:
        invalid type:
        integer `7`, expected a string"#]],
    );
    check(
        r#"{}"#,
        expect![[r#"
        - missing_field id
        the field `id` is missing"#]],
    );
}

#[test]
fn an_unknown_field_is_named_with_its_path() {
    check(
        r#"{"id":4,"verb":"login","colour":1}"#,
        expect![[r#"
        4 unknown_field colour
        there is no field `colour` here
        (expected one of `id`, `cmd`, `as`, `verb`, `with`)"#]],
    );
    check(
        r#"{"id":4,"verb":"login","with":{"colour":1}}"#,
        expect![[r#"
        4 unknown_field with.colour
        there is no field `with.colour` here
        (expected no fields)"#]],
    );
    check(
        r#"{"id":4,"verb":"chat_say","with":{"text":"x","txt":"y"}}"#,
        expect![[r#"
        4 unknown_field with.txt
        there is no field `with.txt` here
        (expected one of `chat`, `text`, `visibility`)"#]],
    );
    check(
        r#"{"id":4,"verb":"watch","with":{"from":{"epoch":1,"seq":2,"x":3}}}"#,
        expect![[r#"
        4 unknown_field with.from.x
        there is no field `with.from.x` here
        (expected `epoch` or `seq`)"#]],
    );
}

#[test]
fn a_missing_field_is_named_with_its_path() {
    check(
        r#"{"id":4,"verb":"chat_say"}"#,
        expect![[r#"
        4 missing_field with.text
        the field `with.text` is missing"#]],
    );
    check(
        r#"{"id":4,"verb":"watch","with":{"from":{"epoch":1}}}"#,
        expect![[r#"
        4 missing_field with.from.seq
        the field `with.from.seq` is missing"#]],
    );
}

#[test]
fn a_field_of_the_wrong_type_is_named_with_its_path() {
    check(
        r#"{"id":-4,"verb":"login"}"#,
        expect![[r#"
        - wrong_type id
        the field `id` is wrong:
        invalid value:
        integer `-4`, expected u64"#]],
    );
    check(
        r#"{"id":4,"verb":"chat_say","with":{"text":5}}"#,
        expect![[r#"
        4 wrong_type with.text
        the field `with.text` is wrong:
        invalid type:
        integer `5`, expected a string"#]],
    );
    check(
        r#"{"id":4,"verb":"status_set","with":{"to":"asleep"}}"#,
        expect![[r#"
        4 wrong_type with.to
        the field `with.to` is wrong:
        unknown variant `asleep`, expected one of `available`, `on_break`, `work_offline`, `logged_out`"#]],
    );
    check(
        r#"{"id":4,"verb":"watch","with":{"from":{"epoch":1,"seq":"2"}}}"#,
        expect![[r#"
        4 wrong_type with.from.seq
        the field `with.from.seq` is wrong:
        invalid type:
        string "2", expected u64"#]],
    );
    check(
        r#"{"id":4,"verb":"wrapup_code","with":{"codes":["a",2]}}"#,
        expect![[r#"
        4 wrong_type with.codes[1]
        the field `with.codes[1]` is wrong:
        invalid type:
        integer `2`, expected a string"#]],
    );
    check(
        r#"{"id":4,"verb":"login","with":[]}"#,
        expect![[r#"
        4 wrong_type with
        the field `with` is wrong:
        expected an object with the verb's arguments"#]],
    );
    check(
        r#"{"id":4,"verb":"login","with":"x"}"#,
        expect![[r#"
        4 wrong_type with
        the field `with` is wrong:
        expected an object with the verb's arguments"#]],
    );
}

#[test]
fn a_command_id_has_1_to_64_characters() {
    check(
        r#"{"id":4,"cmd":"","verb":"login"}"#,
        expect![[r#"
        4 wrong_type cmd
        the field `cmd` is wrong:
        0 characters, expected 1 to 64"#]],
    );
    let long = "é".repeat(65);
    check(
        &format!(r#"{{"id":4,"cmd":"{long}","verb":"login"}}"#),
        expect![[r#"
        4 wrong_type cmd
        the field `cmd` is wrong:
        65 characters, expected 1 to 64"#]],
    );
    let just = "é".repeat(64);
    let line = format!(r#"{{"id":4,"cmd":"{just}","verb":"login"}}"#);
    assert!(ClientLine::parse(&line).is_ok());
}

#[test]
fn whom_to_act_as_is_an_agent_or_a_role() {
    check(
        r#"{"id":4,"as":"alice","verb":"login"}"#,
        expect![[r#"
        4 wrong_type as
        the field `as` is wrong:
        `alice` is neither `agent:NAME` nor `role:supervisor|admin|integrator`"#]],
    );
    check(
        r#"{"id":4,"as":"agent:","verb":"login"}"#,
        expect![[r#"
        4 wrong_type as
        the field `as` is wrong:
        `agent:` is neither `agent:NAME` nor `role:supervisor|admin|integrator`"#]],
    );
    check(
        r#"{"id":4,"as":"role:king","verb":"login"}"#,
        expect![[r#"
        4 wrong_type as
        the field `as` is wrong:
        `role:king` is neither `agent:NAME` nor `role:supervisor|admin|integrator`"#]],
    );
}

#[test]
fn arguments_may_be_left_out_where_none_is_needed() {
    for line in [r#"{"id":1,"verb":"login"}"#, r#"{"id":1,"verb":"offer_accept"}"#] {
        assert!(ClientLine::parse(line).is_ok(), "{line}");
    }
}

#[test]
fn a_client_names_what_it_cannot_read_of_the_daemon() {
    let error = |line: &str| ServerLine::parse(line).expect_err(line).to_string();
    expect!["the line is not a JSON object: expected value at line 1 column 1"]
        .assert_eq(&error("HTTP/1.1 400 Bad Request"));
    expect![[r#"the line is none that this protocol knows: fields ["hello"]"#]]
        .assert_eq(&error(r#"{"hello":"there"}"#));
    expect!["the field `ok.agent.agent` is wrong: invalid type: integer `5`, expected a string"]
        .assert_eq(&error(r#"{"id":1,"ok":{"agent":{"agent":5}}}"#));
    expect!["the line is none that this protocol knows: an answer has either `ok` or `refused`"]
        .assert_eq(&error(r#"{"id":1}"#));
    expect!["protocol version 2 is not spoken here, only 1"]
        .assert_eq(&error(r#"{"v":2,"daemon":"9","epoch":1,"seq":1,"you":{}}"#));
}

fn drain(decoder: &mut Decoder) -> Vec<Result<String, LineError>> {
    std::iter::from_fn(|| decoder.next_line()).collect()
}

#[test]
fn lines_come_out_however_the_bytes_come_in() {
    let bytes = "one\r\n\n  \ntwo \u{1f600}\nthree\nrest".as_bytes();
    for size in 1..=bytes.len() {
        let mut decoder = Decoder::new();
        let mut lines = Vec::new();
        for chunk in bytes.chunks(size) {
            decoder.push(chunk);
            lines.extend(drain(&mut decoder));
        }
        let lines: Vec<String> = lines.into_iter().map(|line| line.expect("is fine")).collect();
        assert_eq!(lines, ["one", "two \u{1f600}", "three"], "in chunks of {size}");
        assert!(decoder.in_line());
    }
}

#[test]
fn a_line_that_is_too_long_is_reported_once_and_skipped() {
    let mut decoder = Decoder::new();
    let mut results = Vec::new();
    let chunk = vec![b'x'; 100_000];
    for _ in 0..50 {
        decoder.push(&chunk);
        results.extend(drain(&mut decoder));
    }
    decoder.push(b"tail\nnext\n");
    results.extend(drain(&mut decoder));
    assert_eq!(results.len(), 2);
    assert_eq!(results[0].as_ref().map_err(|error| &error.kind), Err(&Kind::TooLong));
    assert_eq!(results[1], Ok("next".to_owned()));
}

#[test]
fn a_line_of_exactly_the_bound_is_taken() {
    let mut decoder = Decoder::new();
    let mut line = vec![b'x'; MAX_FRAME];
    line.push(b'\n');
    decoder.push(&line);
    assert_eq!(drain(&mut decoder), [Ok("x".repeat(MAX_FRAME))]);
    line.insert(0, b'x');
    decoder.push(&line);
    decoder.push(b"y\n");
    let kinds: Vec<_> =
        drain(&mut decoder).into_iter().map(|line| line.map_err(|error| error.kind)).collect();
    assert_eq!(kinds, [Err(Kind::TooLong), Ok("y".to_owned())]);
}

#[test]
fn bytes_that_are_no_utf8_are_refused_and_the_next_line_is_read() {
    let mut decoder = Decoder::new();
    decoder.push(b"\xff\xfe\nfine\n");
    let kinds: Vec<_> =
        drain(&mut decoder).into_iter().map(|line| line.map_err(|error| error.kind)).collect();
    assert_eq!(kinds, [Err(Kind::NotUtf8), Ok("fine".to_owned())]);
}

#[test]
fn nothing_longer_than_a_frame_is_written() {
    let error = encode(&"x".repeat(MAX_FRAME)).expect_err("two quotes too many");
    assert_eq!(error.kind, Kind::TooLong);
    assert_eq!(encode(&"x".repeat(MAX_FRAME - 2)).map(|line| line.len()), Ok(MAX_FRAME + 1));
}

#[test]
fn a_damaged_line_is_an_error_or_another_line_but_no_panic() {
    let golden = [include_str!("golden/client.jsonl"), include_str!("golden/server.jsonl")];
    let mut refused = 0;
    for line in golden.iter().flat_map(|file| file.lines()).filter(|line| line.len() < 600) {
        for at in 0..line.len() {
            let mut bytes = line.as_bytes().to_vec();
            bytes[at] ^= 1;
            for damaged in [&bytes[..], &line.as_bytes()[..at]] {
                let mut decoder = Decoder::new();
                decoder.push(damaged);
                decoder.push(b"\n");
                let Some(Ok(line)) = decoder.next_line() else { continue };
                refused += usize::from(ClientLine::parse(&line).is_err());
                refused += usize::from(ServerLine::parse(&line).is_err());
            }
        }
    }
    assert!(refused > 0);
}

#[test]
fn deeply_nested_json_is_refused_not_overrun() {
    let line = "[".repeat(MAX_FRAME);
    assert!(ClientLine::parse(&line).is_err());
    let line = format!("{{\"id\":1,\"verb\":\"login\",\"with\":{}", "[".repeat(MAX_FRAME - 64));
    assert!(ClientLine::parse(&line).is_err());
}
