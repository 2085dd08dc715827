//! What rules see and may answer.

use crate::support::{
    answer, candidate, every_question, failure, files, host, incident, load, map, matching, offer,
    on_stack, text, verdict, wrapup,
};
use desk_core::Kv;
use desk_core::config::PopWhen;
use desk_core::name::QueueId;
use desk_core::policy::{Asked, FailureKind, Policy as _, Question, Verdict};

fn two() -> Question {
    matching(vec![candidate('a', true), candidate('b', false)])
}

#[test]
fn an_offer_takes_each_of_its_keys() {
    let body = r#"#{ accept_secs: 10, lines: ["VIP", "speaks French"], pop: "offer" }"#;
    let expected = Verdict::Offer {
        accept_secs: Some(10),
        lines: vec!["VIP".into(), "speaks French".into()],
        pop: Some(PopWhen::Offer),
    };
    assert_eq!(verdict(&offer(), body), Some(expected));
}

#[test]
fn a_match_takes_each_of_its_keys() {
    let body = r#"
        let ids = ctx.candidates.map(|c| c.sys_id);
        #{ choose: ids[1], order: [ids[1], ids[0]], drop: [ids[0]] }"#;
    let (a, b) = ("a".repeat(32), "b".repeat(32));
    let expected =
        Verdict::Match { choose: Some(b.clone()), order: vec![b, a.clone()], drop: vec![a] };
    assert_eq!(verdict(&two(), body), Some(expected));
}

#[test]
fn a_wrapup_takes_each_of_its_keys() {
    let body = r#"#{ deny: "A note, please", post_secs: 90, codes: ["solved", "toner"] }"#;
    let expected = Verdict::Wrapup {
        deny: Some("A note, please".into()),
        post_secs: Some(90),
        codes: Some(vec!["solved".into(), "toner".into()]),
    };
    assert_eq!(verdict(&wrapup(), body), Some(expected));
}

#[test]
fn an_incident_takes_each_of_its_keys() {
    let body = r#"
        #{ skip: true, table: "u_chat", fields: #{ category: "inquiry", urgency: 1, u_vip: true },
           attach: false, append_to: ctx.caller.incidents[0].sys_id }"#;
    let expected = Verdict::Incident {
        skip: true,
        table: Some("u_chat".into()),
        fields: map([("category", "inquiry"), ("urgency", "1"), ("u_vip", "true")]),
        attach: Some(false),
        append_to: Some("f".repeat(32)),
    };
    assert_eq!(verdict(&incident(), body), Some(expected));
}

#[test]
fn nothing_returned_means_as_configured() {
    for body in ["", "()", "return;", "#{}", "#{ accept_secs: () }"] {
        assert_eq!(verdict(&offer(), body), None, "{body}");
    }
}

#[test]
fn an_answer_out_of_bounds_is_invalid() {
    let long = "x".repeat(201);
    let bodies = [
        "42".to_owned(),
        "#{ accept_secs: 4 }".into(),
        "#{ accept_secs: 601 }".into(),
        "#{ accept_secs: -1 }".into(),
        "#{ accept_secs: 10.0 }".into(),
        "#{ accept_secs: \"10\" }".into(),
        "#{ lines: \"one\" }".into(),
        "#{ lines: [1] }".into(),
        format!("#{{ lines: [\"{long}\"] }}"),
        "#{ lines: [\"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\", \"\"] }".into(),
        "#{ lines: [\"a\\nb\"] }".into(),
        "#{ pop: \"later\" }".into(),
        "#{ choose: \"x\" }".into(),
    ];
    for body in bodies {
        assert_eq!(failure(&offer(), &body), FailureKind::Invalid, "{body}");
    }
    let unknown = "0".repeat(32);
    let twice = "#{ order: [ctx.candidates[0].sys_id, ctx.candidates[0].sys_id] }";
    for body in [
        &format!("#{{ choose: \"{unknown}\" }}"),
        &format!("#{{ order: [\"{unknown}\"] }}"),
        &format!("#{{ drop: [\"{unknown}\"] }}"),
        "#{ choose: ctx.candidates[0] }",
        twice,
    ] {
        assert_eq!(failure(&two(), body), FailureKind::Invalid, "{body}");
    }
    for body in [
        "#{ post_secs: 0 }",
        "#{ post_secs: 3601 }",
        "#{ deny: \"\" }",
        "#{ deny: true }",
        "#{ codes: [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\"] }",
        "#{ codes: [\"1\", \"1\"] }",
        "#{ codes: [\"not a code\"] }",
    ] {
        assert_eq!(failure(&wrapup(), body), FailureKind::Invalid, "{body}");
    }
    for body in [
        "#{ skip: 1 }",
        "#{ table: \"Incident;\" }",
        "#{ fields: #{ \"Short Description\": \"x\" } }",
        "#{ fields: #{ sys_id: \"x\" } }",
        "#{ fields: #{ correlation_id: \"x\" } }",
        "#{ fields: #{ category: [1] } }",
        "#{ append_to: 7 }",
        &format!("#{{ append_to: \"{unknown}\" }}") as &str,
        "#{ append_to: ctx.caller.incidents[0] }",
        "#{ append_to: ctx.caller.incidents[0].number }",
        "let s = \"12345678\"; while s.len() < 4001 { s += s; } #{ fields: #{ notes: s } }",
    ] {
        assert_eq!(failure(&incident(), body), FailureKind::Invalid, "{body}");
    }
}

#[test]
fn an_unknown_key_is_told_with_its_file_and_the_near_name() {
    let failure = answer(&offer(), "#{ acept_secs: 10 }").verdict.unwrap_err();
    assert_eq!(
        text(&failure),
        "on_offer.rhai: on_offer returned an unknown key 'acept_secs' \
         (did you mean 'accept_secs'?)"
    );
}

#[test]
fn what_a_rule_throws_is_an_error_with_its_place() {
    let failure = answer(&offer(), "let x = 1;\nthrow `no ${x}`;").verdict.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Error);
    assert_eq!(text(&failure), "on_offer.rhai:3:1: no 1");
}

#[test]
fn an_error_in_a_shared_file_names_that_file() {
    let mut host = load(files([
        ("lib/deep.rhai", "fn half(n) {\n  n / 0\n}"),
        ("on_offer.rhai", "import \"lib/deep\" as deep;\nfn on_offer(ctx) { deep::half(4) }"),
    ]))
    .unwrap();
    let failure = on_stack(|| host.ask(&offer(), &Kv::default())).unwrap().verdict.unwrap_err();
    assert_eq!(text(&failure), "lib/deep.rhai:2:5: Division by zero: 4 / 0");
}

#[test]
fn a_rule_sees_what_the_core_shows() {
    // Each expression must hold; the why line says which did not.
    let cases: [(Question, &[&str]); 4] = [
        (
            offer(),
            &[
                "ctx.chat.customer.email == \"ada@Example.org\"",
                "ctx.chat.customer.verified",
                "ctx.chat.fields.topic == \"printer\"",
                "ctx.chat.fields[\"topic\"] == \"printer\"",
                "ctx.chat.fields.missing == ()",
                "\"topic\" in ctx.chat.fields",
                "ctx.chat.fields.keys() == [\"topic\"]",
                "ctx.chat.fields.len() == 1",
                "ctx.chat.skills.french == 40",
                "ctx.chat.skills.dutch == 0",
                "ctx.chat.id == \"00000000-0000-0000-0000-000000000007\"",
                "ctx.chat.queue == ctx.queue.id",
                "ctx.chat.priority == 3",
                "ctx.chat.arrived == ctx.now - 60000",
                "ctx.chat.age_ms == 60000",
                "ctx.chat.misses == 1",
                "ctx.chat.messages == 4",
                "ctx.chat.matched == \"one\"",
                "ctx.chat.caller.fields.department == \"Sales\"",
                "ctx.chat.segments[0].agent == \"eve\"",
                "ctx.chat.ended == ()",
                "ctx.queue.name == \"Support\"",
                "ctx.queue.fields.team == \"north\"",
                "ctx.agent.id == \"eve\"",
                "ctx.agent.name == \"Eve\"",
                "ctx.agent.level == 60",
                "ctx.agent.skills.french == 80",
                "ctx.agent.load == 1",
                "ctx.agent.capacity == 3",
                "ctx.agent.idle_ms == 9000",
                "ctx.accept_secs == 30",
                "ctx.pop == \"accept\"",
                "utc_hour(ctx.now) == 14",
                "utc_weekday(ctx.now) == 3",
                "utc_weekday(0) == 4",
                "utc_hour(-1) == 23",
            ],
        ),
        (
            two(),
            &[
                "ctx.candidates.len() == 2",
                "ctx.candidates[0].table == \"sys_user\"",
                "ctx.candidates[0].name == \"Record a\"",
                "ctx.candidates[0].email == \"ada@example.org\"",
                "ctx.candidates[0].active",
                "!ctx.candidates[1].active",
            ],
        ),
        (
            wrapup(),
            &[
                "ctx.segment.n == 1",
                "ctx.segment.queue == \"support\"",
                "ctx.segment.accepted == ctx.now - 30000",
                "ctx.segment.talk_ms == 25000",
                "ctx.segment.codes == [\"solved\"]",
                "ctx.segment.note == \"Toner\"",
                "ctx.trigger == \"submitted\"",
                "ctx.post_secs == 60",
            ],
        ),
        (
            incident(),
            &[
                "ctx.step == \"create\"",
                "ctx.segment == ()",
                "ctx.caller.sys_id.len() == 32",
                "ctx.table == \"incident\"",
                "ctx.fields.short_description == \"Chat with Ada\"",
            ],
        ),
    ];
    for (question, expressions) in cases {
        let body: String =
            expressions.iter().map(|e| format!("if !({e}) {{ throw `{e}`; }}\n")).collect();
        assert_eq!(verdict(&question, &body), None);
    }
}

#[test]
fn text_helpers_do_what_they_say() {
    let body = r#"
        let all = [
            email_local("ada@b@Example.org") == "ada@b",
            email_domain("ada@b@Example.org") == "example.org",
            email_domain("nobody") == "",
            mask("4111111111111111") == "************1111",
            mask("abc", 1) == "**c",
            mask("abc", -1) == "***",
            truncate_to("abcdef", 4) == "abc…",
            truncate_to("abc", 3) == "abc",
            truncate_to("abc", 0) == "",
        ];
        for (ok, i) in all { if !ok { throw i; } }"#;
    assert_eq!(verdict(&offer(), body), None);
}

#[test]
fn a_property_of_another_hook_is_told_as_such() {
    // The linter cannot know what a shared file is given.
    let files = files([
        ("lib/a.rhai", "fn agent_of(it) { it.agent }"),
        ("on_match.rhai", "import \"lib/a\" as a;\nfn on_match(ctx) { a::agent_of(ctx) }"),
    ]);
    let mut host = load(files).unwrap();
    let failure = on_stack(|| host.ask(&two(), &Kv::default())).unwrap().verdict.unwrap_err();
    assert_eq!(text(&failure), "lib/a.rhai:1:22: ctx has no 'agent' in on_match");
}

#[test]
fn reasons_are_kept_in_order_with_their_values() {
    let asked = answer(&offer(), r#"why("first"); why("then", #{ b: 2, a: "x" });"#);
    assert_eq!(asked.why, ["first", "then (a: x, b: 2)"]);
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let body = "why(`${rand(1, 1000000)} ${rand(1, 1000000)}`); #{ accept_secs: rand(5, 600) }";
    let (first, again) = (answer(&offer(), body), answer(&offer(), body));
    // How long it took is no part of an answer.
    assert_eq!(first, Asked { took_us: first.took_us, ..again });
    assert!(first.operations > 0);
    let other = answer(&Question { seed: 13, ..offer() }, body);
    assert_ne!(first.why, other.why);
}

#[test]
fn a_queues_own_rule_is_asked_in_its_place() {
    let rule = |secs: u32| format!("fn on_offer(ctx) {{ #{{ accept_secs: {secs} }} }}");
    let mut host =
        load(files([("on_offer.rhai", &rule(10)), ("queues/billing/on_offer.rhai", &rule(20))]))
            .unwrap();
    let mut secs = |queue: &str| {
        let mut question = offer();
        question.queue.as_mut().unwrap().id = QueueId::from(queue);
        match on_stack(|| host.ask(&question, &Kv::default())).unwrap().verdict {
            Ok(Some(Verdict::Offer { accept_secs, .. })) => accept_secs,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(secs("support"), Some(10));
    assert_eq!(secs("billing"), Some(20));
}

#[test]
fn where_no_rule_stands_nothing_is_asked() {
    let mut host = host("on_offer.rhai", "fn on_offer(ctx) {}");
    assert_eq!(host.ask(&wrapup(), &Kv::default()), None);
    assert!(host.ask(&offer(), &Kv::default()).is_some());
}

#[test]
fn the_top_level_runs_once_and_its_constants_and_imports_are_found() {
    let mut host = load(files([
        ("lib/a.rhai", "const SECS = 7;\nfn secs() { global::SECS }"),
        ("lib/b.rhai", "import \"lib/a\" as a;\nfn secs() { a::secs() + 1 }"),
        (
            "on_offer.rhai",
            "import \"lib/b\" as b;\nwhy(\"loaded\");\nconst MORE = 2;\n\
             fn helper(x) { x + global::MORE }\n\
             fn on_offer(ctx) { #{ accept_secs: helper(b::secs()) } }",
        ),
    ]))
    .unwrap();
    for _ in 0..2 {
        let asked = on_stack(|| host.ask(&offer(), &Kv::default())).unwrap();
        assert!(asked.why.is_empty(), "{:?}", asked.why);
        let expected = Verdict::Offer { accept_secs: Some(10), lines: vec![], pop: None };
        assert_eq!(asked.verdict, Ok(Some(expected)));
    }
}

#[test]
fn two_files_may_have_helpers_of_the_same_name() {
    let mut host = load(files([
        ("on_offer.rhai", "fn pick() { 10 }\nfn on_offer(ctx) { #{ accept_secs: pick() } }"),
        ("on_wrapup.rhai", "fn pick() { 90 }\nfn on_wrapup(ctx) { #{ post_secs: pick() } }"),
    ]))
    .unwrap();
    let offered = on_stack(|| host.ask(&offer(), &Kv::default())).unwrap().verdict;
    let wrapped = on_stack(|| host.ask(&wrapup(), &Kv::default())).unwrap().verdict;
    assert!(matches!(offered, Ok(Some(Verdict::Offer { accept_secs: Some(10), .. }))));
    assert!(matches!(wrapped, Ok(Some(Verdict::Wrapup { post_secs: Some(90), .. }))));
}

#[test]
fn every_property_in_the_registry_can_be_read() {
    for (spec, question) in desk_hooks::registry::HOOKS.iter().zip(every_question()) {
        assert_eq!(spec.hook, question.hook());
        let read = |p: &desk_hooks::registry::Property| format!("let x = ctx.{};\n", p.name);
        let body: String = spec.ctx().properties.iter().map(read).collect();
        assert_eq!(verdict(&question, &body), None);
    }
}
