//! What each hook may answer, as a rule writes it and as the core gets it.

use crate::support::{answer, failure, question_of, text, verdict};
use desk_core::IntentKind;
use desk_core::config::MissedStatus;
use desk_core::policy::{FailureKind, Hook, LookupAsk, Verdict};

/// What a hook's answer is as JSON, without its name.
fn told(hook: Hook, body: &str) -> serde_json::Value {
    let verdict = verdict(&question_of(hook), body).expect("a verdict");
    let whole = serde_json::to_value(verdict).unwrap();
    whole.as_object().unwrap().values().next().unwrap().clone()
}

#[test]
fn every_key_of_every_hook_reaches_the_core() {
    for (hook, body) in [
        (
            Hook::OnChat,
            "#{ queue: \"billing\", priority: -3, skills: #{ french: 50 },
                fields: #{ a: \"b\" }, turn_away: \"closed\" }",
        ),
        (Hook::OnRoute, "#{ order: ctx.agents.map(|a| a.id), hold: 5 }"),
        (
            Hook::OnOfferMissed,
            "#{ status: \"available\", recover_secs: 60, priority: 3, cooldown_secs: 0 }",
        ),
        (
            Hook::OnWaitLimit,
            "#{ extend_secs: 60, queue: ctx.overflow, message: \"wait\", form: true }",
        ),
        (Hook::OnMessage, "#{ text: mask_cards(ctx.text), tag: \"card\", reply: \"ok\" }"),
        (Hook::OnIdle, "#{ text: \"hello\", extend_secs: 60, close: true }"),
        (Hook::OnStatus, "#{ deny: \"no\", status: \"work_offline\", return_secs: 60 }"),
    ] {
        let told = told(hook, body);
        let keys = told.as_object().unwrap();
        let spec = desk_hooks::registry::spec(hook);
        for key in spec.verdict {
            let value = keys.get(key.name).unwrap_or_else(|| panic!("{hook}: {}", key.name));
            assert!(!value.is_null(), "{hook}: {} is lost: {told}", key.name);
        }
    }
}

#[test]
fn words_are_what_they_say() {
    let body = "#{ status: \"work_offline\" }";
    let missed = verdict(&question_of(Hook::OnOfferMissed), body);
    let offline = Some(MissedStatus::WorkOffline);
    assert!(matches!(missed, Some(Verdict::Missed { status, .. }) if status == offline));
    let body = "#{ status: \"on_break\" }";
    let status = verdict(&question_of(Hook::OnStatus), body);
    let on_break = Some(IntentKind::OnBreak);
    assert!(matches!(status, Some(Verdict::Status { status, .. }) if status == on_break));
    let body = "#{ text: mask_cards(ctx.text) }";
    let message = verdict(&question_of(Hook::OnMessage), body);
    let masked = Some("my card is **** **** **** 1111".to_owned());
    assert!(matches!(message, Some(Verdict::Message { text, .. }) if text == masked));
}

#[test]
fn servicenow_is_asked_by_fields_and_values_alone() {
    let body = "#{ asks: [#{ table: \"sys_user\", field: \"employee_number\", value: \"7\" },
        #{ table: \"customer_contact\", fields: [\"email\", \"company.name\"], value: \"x\" }] }";
    let Some(Verdict::Lookup { asks }) = verdict(&question_of(Hook::OnLookup), body) else {
        panic!("no verdict")
    };
    let fields = vec!["email".into(), "company.name".into()];
    let second = LookupAsk { table: "customer_contact".into(), fields, value: "x".into() };
    assert_eq!(asks[1], second);
    for wrong in [
        "#{ asks: [] }",
        "#{ asks: [#{ table: \"a^b\", field: \"email\", value: \"x\" }] }",
        "#{ asks: [#{ table: \"sys_user\", field: \"email=\", value: \"x\" }] }",
        "#{ asks: [#{ table: \"sys_user\", query: \"active=true\" }] }",
        "#{ asks: [#{ table: \"sys_user\", field: \"email\", value: \"\" }] }",
    ] {
        assert_eq!(failure(&question_of(Hook::OnLookup), wrong), FailureKind::Invalid, "{wrong}");
    }
}

#[test]
fn an_answer_beyond_its_range_is_none() {
    for (hook, body, told) in [
        (Hook::OnChat, "#{ priority: 1001 }", "an integer from -1000 to 1000"),
        (Hook::OnChat, "#{ skills: #{ french: 0 } }", "levels from 1 to 100"),
        (Hook::OnChat, "#{ queue: \"no such name!\" }", "a queue's id"),
        (Hook::OnRoute, "#{ order: [\"nobody\"] }", "'nobody' is none of the agents"),
        (Hook::OnRoute, "#{ hold: 61 }", "an integer from 1 to 60"),
        (Hook::OnOfferMissed, "#{ status: \"busy\" }", "one of"),
        (Hook::OnWaitLimit, "#{ extend_secs: 9 }", "an integer from 10 to 3600"),
        (Hook::OnMessage, "#{ text: \"\" }", "a string of 1 to 5000"),
        (Hook::OnIdle, "#{ close: 1 }", "true or false"),
        (Hook::OnStatus, "#{ return_secs: 0 }", "an integer from 1"),
    ] {
        let failure = answer(&question_of(hook), body).verdict.expect_err(body);
        assert!(text(&failure).contains(told), "{body}: {}", text(&failure));
    }
}
