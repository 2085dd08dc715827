//! What rules deliver, and the secrets in it.

use crate::support::{answer, map, offer, text};
use desk_core::policy::{Asked, FailureKind, Question};
use desk_core::{DeliveryWant, PAYLOAD_BYTES_MAX, Piece};

fn delivered(body: &str) -> Result<Vec<DeliveryWant>, String> {
    let Asked { verdict, wants, .. } = answer(&offer(), body);
    match verdict {
        Ok(_) => Ok(wants.deliveries),
        Err(failure) => {
            assert!(wants.deliveries.is_empty(), "a failed call delivers nothing");
            Err(text(&failure).to_owned())
        }
    }
}

/// The text of pieces, a secret as `{name}`.
fn flat(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Secret(name) => format!("{{{name}}}"),
    };
    pieces.iter().map(piece).collect()
}

#[test]
fn a_map_is_delivered_as_json() {
    let body = r#"
        deliver("pager", #{
            b: [1, true, (), 'x'], a: "say \"hi\"\n", chat: ctx.chat.id, deep: #{ f: 1.5 },
        });
        deliver("crm", #{}, #{ "X-Desk": "7" });
        ()"#;
    let wants = delivered(body).unwrap();
    let sinks: Vec<&str> = wants.iter().map(|want| want.sink.as_str()).collect();
    assert_eq!(sinks, ["pager", "crm"]);
    let json = r#"{"a":"say \"hi\"\n","b":[1,true,null,"x"],"chat":"00000000-0000-0000-0000-000000000007","deep":{"f":1.5}}"#;
    assert_eq!(flat(&wants[0].payload.body), json);
    assert_eq!(flat(&wants[1].payload.headers["x-desk"]), "7");
}

#[test]
fn a_secret_is_a_name_in_what_is_delivered() {
    let body = r#"
        let key = secret("key");
        deliver("pager", #{ token: key, both: "a\"" + key + secret("other") + "b" },
            #{ authorization: "Bearer " + secret("token") });
        ()"#;
    let wants = delivered(body).unwrap();
    let payload = &wants[0].payload;
    assert_eq!(flat(&payload.body), r#"{"both":"a\"{key}{other}b","token":"{key}"}"#);
    assert_eq!(flat(&payload.headers["authorization"]), "Bearer {token}");
    assert_eq!(payload.secrets().into_iter().collect::<Vec<_>>(), ["key", "other", "token"]);
}

#[test]
fn a_secret_cannot_be_seen_compared_or_kept() {
    for body in [
        r#"print(secret("key")); ()"#,
        r#"debug(secret("key")); ()"#,
        r#"why(secret("key").to_string()); ()"#,
        r#"why(`it is ${secret("key")}`); ()"#,
        r#"let s = "it is "; s += secret("key"); why(s); ()"#,
        r#"if secret("key") == secret("key") { why("same"); } ()"#,
        r#"if secret("key") != "x" { why("other"); } ()"#,
        r#"if secret("key") == "x" { why("same"); } ()"#,
        r#"switch secret("key") { "x" => why("x"), _ => () } ()"#,
        r#"kv_set("k", secret("key")); ()"#,
        r#"#{ lines: [secret("key")] }"#,
        r#"secret("key").len(); ()"#,
        r#"secret("key")[0]; ()"#,
        r#"why("w", #{ key: secret("key") }); ()"#,
        r#"why([secret("key")].to_string()); ()"#,
        r#"log([secret("key")].to_json()); ()"#,
        r#"why("x" + [secret("key")]); ()"#,
    ] {
        let asked = answer_of(body);
        let told = format!("{:?} {:?}", asked.why, asked.verdict);
        assert!(asked.wants.kv.is_empty(), "{body}");
        let value = asked.why.iter().any(|line| line.contains("key") && !line.contains("key: "));
        assert!(!value, "{body}: {told}");
    }
}

/// The same, whether the linter takes the body or not.
fn answer_of(body: &str) -> Asked {
    let files = [("on_offer.rhai".to_owned(), format!("fn on_offer(ctx) {{ {body} }}").into())];
    let loaded = crate::support::load(files.into());
    let Ok(mut host) = loaded else {
        return answer(&offer(), "()");
    };
    use desk_core::policy::Policy as _;
    crate::support::on_stack(|| host.ask(&offer(), &desk_core::Kv::default())).unwrap()
}

#[test]
fn what_breaks_a_bound_is_refused_and_nothing_is_delivered() {
    for (body, says) in [
        (r#"for n in 0..6 { deliver("pager", #{ n: n }); } ()"#, "at most 5 times"),
        (r#"deliver("../x", #{}); ()"#, "a sink's name"),
        (r#"secret("a b"); deliver("x", #{}); ()"#, "a secret's name"),
        (r#"deliver("x", #{ chat: ctx.chat }); ()"#, "a Chat cannot be delivered whole"),
        (r#"let t = "x"; t.pad(16000, '"'); deliver("x", #{ a: t }); ()"#, "at most 16384 bytes"),
        (
            r#"let m = #{}; let t = "x"; t.pad(16000, 'x');
               for n in 0..1000 { m[`${n}`] = t; } deliver("x", m); ()"#,
            "",
        ),
        (r#"let a = []; for n in 0..30 { a = [a]; } deliver("x", #{ a: a }); ()"#, "16 deep"),
        (r#"deliver("x", #{}, #{ "a b": "c" }); ()"#, "no name of a header"),
        (r#"deliver("x", #{}, #{ "a:b": "c" }); ()"#, "no name of a header"),
        (r#"deliver("x", #{}, #{ a: "x\r\nb: c" }); ()"#, "visible ASCII"),
        (r#"deliver("x", #{}, #{ a: "x" + secret("y") + "\n" }); ()"#, "visible ASCII"),
        (r#"deliver("x", #{}, #{ a: 7 }); ()"#, "is a string or holds a secret"),
        (r#"deliver("x", #{}, #{ Host: "elsewhere" }); ()"#, "not a rule's to set"),
        (r#"deliver("x", #{}, #{ "Content-Length": "0" }); ()"#, "not a rule's to set"),
        (r#"deliver("x", #{}, #{ "webhook-id": "0" }); ()"#, "not a rule's to set"),
        (r#"deliver("x", #{}, #{ "Proxy-Authorization": "0" }); ()"#, "not a rule's to set"),
        (
            r#"let h = #{}; for n in 0..11 { h["h" + n] = "v"; } deliver("x", #{}, h); ()"#,
            "at most 10 headers",
        ),
        (r#"deliver("x", #{}); throw "no""#, "no"),
        (r#"deliver("x", #{}); #{ accept_secs: 1 }"#, "accept_secs"),
    ] {
        let wrong = delivered(body).unwrap_err();
        assert!(wrong.contains(says), "{body}: {wrong}");
    }
    let most = "let t = \"\"; t.pad(16000, 'x'); deliver(\"x\", #{ a: t }); ()";
    assert!(delivered(most).unwrap()[0].payload.bytes() <= PAYLOAD_BYTES_MAX);
}

#[test]
fn what_follows_the_journal_answers_nothing() {
    let question = crate::support::question_of(desk_core::policy::Hook::OnEvent);
    let body = r#"if ctx.event == "chat_ended" && ctx.fields.how == "agent" && ctx.queue == "support" {
        deliver("crm", #{ chat: ctx.chat.id, seq: ctx.seq, agent: ctx.agent });
    }"#;
    let asked = answer(&question, body);
    assert_eq!((asked.verdict, asked.wants.deliveries.len()), (Ok(None), 1));
    let elsewhere = Question { chat: None, ..question.clone() };
    assert_eq!(answer(&elsewhere, "if ctx.chat == () { why(\"none\"); }").why, ["none"]);
    let wrong = answer(&question, "#{ queue: \"x\" }").verdict.unwrap_err();
    assert_eq!(wrong.kind, FailureKind::Invalid);
    assert_eq!(map([("a", "b")])["a"], "b");
}
