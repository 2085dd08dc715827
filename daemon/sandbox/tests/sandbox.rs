//! What makes it a sandbox: records that last, faults, the ledger, pages, loopback only.

#![allow(missing_docs)]

mod common;

use common::{ask, client, get, raw, send, start, try_send};
use desk_sandbox::faults::{Kind, Rule};
use desk_sandbox::seed::{JOZEF, MARA, TOM};
use desk_sandbox::{Options, Sandbox, StartError};
use reqwest::{Method, StatusCode, header};
use serde_json::json;

const INCIDENT: &str = "/api/now/table/incident";
const ID: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_restart_keeps_the_records() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID, "work_notes": "kept"}))).await;
    sandbox.shutdown().await;
    let sandbox = start(dir.path()).await;
    let path =
        format!("{INCIDENT}/{ID}?sysparm_display_value=true&sysparm_fields=number,work_notes");
    let row = get(&sandbox, &path).await;
    assert_eq!(row["result"]["number"], "INC0010001");
    assert!(row["result"]["work_notes"].as_str().expect("text").contains("kept"));
}

#[tokio::test]
async fn the_ledger_tells_what_was_committed_although_no_answer_came() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let rules = json!([
        {"match": {"method": "POST", "path": "/incident"}, "kind": "drop_before"},
        {"match": {"method": "POST", "path": "/incident"}, "kind": "commit_then_drop"},
    ]);
    let (status, set) = ask(&sandbox, Method::POST, "/__sandbox/faults", Some(rules)).await;
    assert_eq!((status, set["rules"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    let body = json!({"sys_id": ID, "short_description": "once"});
    let ledger = format!("/__sandbox/ledger?table=incident&sys_id={ID}");
    for committed in [0, 1] {
        let lost = try_send(&sandbox, Method::POST, INCIDENT, Some(body.clone())).await;
        assert!(lost.is_err(), "{lost:?}");
        let commits = get(&sandbox, &ledger).await;
        assert_eq!(commits["commits"].as_array().expect("a list").len(), committed);
    }
    let commits = get(&sandbox, &ledger).await;
    assert_eq!(commits["commits"][0]["verb"], "insert");
    assert_eq!(commits["commits"][0]["puts"][0]["fields"]["short_description"], "once");
    assert_eq!(get(&sandbox, "/__sandbox/faults").await["rules"], json!([]), "used up");
}

#[tokio::test]
async fn every_fault_answers_as_it_says() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let rule = |kind| Rule::new("GET", "/sys_user", kind);
    let busy = Rule { status: Some(429), retry_after: Some(7), ..rule(Kind::Status) };
    let slow = Rule { delay_ms: 1, ..rule(Kind::Delay) };
    let rules = [
        busy,
        rule(Kind::Html200),
        rule(Kind::Accepted202),
        rule(Kind::Redirect302),
        rule(Kind::TruncatedBody),
        rule(Kind::Partial200),
        slow,
        rule(Kind::RateLimited429),
        rule(Kind::Busy429),
        Rule { status: Some(401), ..rule(Kind::Status) },
        Rule { status: Some(503), ..rule(Kind::Status) },
    ];
    sandbox.set_faults(rules.to_vec()).expect("taken");
    let path = "/api/now/table/sys_user?sysparm_limit=1";
    let mut seen = Vec::new();
    for _ in &rules {
        let response = send(&sandbox, Method::GET, path, None).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let retry =
            headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
        let body = response.text().await.expect("a body");
        let json: Option<serde_json::Value> = serde_json::from_str(&body).ok();
        let has = |key| json.as_ref().is_some_and(|json| json.get(key).is_some());
        seen.push((status, retry, json.is_some(), has("result"), has("error")));
    }
    assert_eq!(
        seen,
        [
            (429, Some("7".to_owned()), true, false, true),
            (200, None, false, false, false),
            (202, None, false, false, false),
            (302, None, false, false, false),
            (200, None, false, false, false),
            (200, None, true, true, true),
            (200, None, true, true, false),
            (429, Some("5".to_owned()), true, false, true),
            (429, None, false, false, false),
            (401, None, true, false, true),
            (503, None, true, false, true),
        ]
    );
}

#[tokio::test]
async fn a_file_brings_faults_by_rate_and_seed_and_tells_how_often_they_acted() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("faults.json");
    let rule = json!({"match": {"path": "/table/"}, "kind": "busy_429", "rate_percent": 40});
    std::fs::write(&path, json!({"seed": 3, "rules": [rule]}).to_string()).expect("written");
    let mut runs = Vec::new();
    for run in 0..2 {
        let data = dir.path().join(run.to_string());
        let options = Options { faults: Some(path.clone()), ..Options::new(data) };
        let sandbox = Sandbox::start(options).await.expect("started");
        let mut seen = Vec::new();
        for _ in 0..20 {
            let answer = send(&sandbox, Method::GET, "/api/now/table/sys_user", None).await;
            seen.push(answer.status().as_u16());
        }
        let busy = seen.iter().filter(|status| **status == 429).count();
        let faults = get(&sandbox, "/__sandbox/faults").await;
        assert_eq!((&faults["seed"], &faults["acted"]), (&json!(3), &json!({"busy_429": busy})));
        assert!(busy > 0 && busy < 20, "{seen:?}");
        runs.push(seen);
    }
    assert_eq!(runs[0], runs[1], "the same seed, the same faults");

    std::fs::write(&path, "[{\"kind\": \"status\"}]").expect("written");
    let options = Options { faults: Some(path), ..Options::new(dir.path().join("2")) };
    let error = Sandbox::start(options).await.expect_err("a wrong plan");
    assert!(error.to_string().ends_with("rule 0: kind status needs a status"), "{error}");
}

#[tokio::test]
async fn what_a_fault_takes_from_a_record_is_missing_in_echo_and_ledger() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let losing = Rule {
        field: Some("urgency".to_owned()),
        ..Rule::new("POST", "/incident", Kind::DropField)
    };
    let own = Rule::new("POST", "/incident", Kind::IgnoreSysId);
    sandbox.set_faults(vec![losing, own]).expect("taken");
    let body = json!({"sys_id": ID, "urgency": "1", "correlation_id": "chat-1"});
    let (status, made) = ask(&sandbox, Method::POST, INCIDENT, Some(body.clone())).await;
    assert_eq!((status, &made["result"]["urgency"]), (StatusCode::CREATED, &json!("3")));
    assert_eq!(made["result"]["sys_id"], ID);
    let (_, made) = ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    assert_ne!(made["result"]["sys_id"], ID, "another id than the one asked for");
    assert_eq!(made["result"]["urgency"], "1");
}

#[tokio::test]
async fn a_poisoned_record_is_known_by_its_body_and_others_pass() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let rules = json!([{"match": {"method": "POST", "body": "chat-17"}, "kind": "status",
        "status": 403, "rate_percent": 100}]);
    send(&sandbox, Method::POST, "/__sandbox/faults", Some(rules)).await;
    for (chat, expect) in [("chat-17", 403), ("chat-18", 201), ("chat-17", 403)] {
        let body = json!({"correlation_id": chat});
        let (status, _) = ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
        assert_eq!(status.as_u16(), expect, "{chat}");
    }
}

#[tokio::test]
async fn a_write_that_nobody_heard_of_is_committed_later() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let late = Rule { delay_ms: 50, ..Rule::new("POST", "/incident", Kind::CommitLate) };
    sandbox.set_faults(vec![late]).expect("taken");
    let lost = try_send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    assert!(lost.is_err(), "{lost:?}");
    let ledger = "/__sandbox/ledger?table=incident";
    while get(&sandbox, ledger).await["commits"] == json!([]) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_delayed_write_is_done_although_the_client_has_gone() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let slow = Rule { delay_ms: 300, ..Rule::new("POST", "/incident", Kind::Delay) };
    sandbox.set_faults(vec![slow]).expect("taken");
    let request = client()
        .post(format!("{}{INCIDENT}", sandbox.url()))
        .basic_auth("admin", Some("admin"))
        .json(&json!({"sys_id": ID}))
        .timeout(std::time::Duration::from_millis(50));
    let gone = request.send().await.expect_err("no answer in time");
    assert!(gone.is_timeout(), "{gone}");
    let place = format!("{INCIDENT}/{ID}");
    while send(&sandbox, Method::GET, &place, None).await.status() == StatusCode::NOT_FOUND {
        tokio::task::yield_now().await;
    }
    let ledger = get(&sandbox, "/__sandbox/ledger?table=incident").await;
    assert_eq!(ledger["commits"].as_array().expect("a list").len(), 1);
}

#[tokio::test]
async fn a_wrong_fault_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    sandbox.set_faults(vec![Rule::new("GET", "/x", Kind::DropBefore)]).expect("taken");
    for (rules, expect) in [
        (json!([{"kind": "status"}]), "rule 0: kind status needs a status"),
        (json!([{"kind": "delay"}]), "rule 0: kind delay needs delay_ms"),
        (json!([{"kind": "drop_before", "times": 0}]), "rule 0: times is 0"),
        (json!([{"kind": "nonsense"}]), "unknown variant"),
        (json!([{"kind": "delay", "delay": 3}]), "unknown field"),
        (json!([{"kind": "commit_late"}]), "rule 0: kind commit_late needs delay_ms"),
        (json!([{"kind": "drop_field"}]), "rule 0: kind drop_field needs a field"),
        (json!([{"kind": "busy_429", "rate_percent": 101}]), "rule 0: rate_percent is not"),
        (json!({"seed": 1}), "missing field `rules`"),
        (json!([{"kind": "commit_then_hang"}]), "rule 0: kind commit_then_hang needs delay_ms"),
        (json!([{"kind": "html_200", "status": 500}]), "rule 0: kind html_200 has no status"),
        (
            json!([{"kind": "busy_429", "retry_after": 5}]),
            "rule 0: kind busy_429 has no retry_after",
        ),
        (
            json!([{"kind": "delay", "delay_ms": 5, "field": "a"}]),
            "rule 0: kind delay has no field",
        ),
        (json!([{"kind": "delay", "delay_ms": 300_001}]), "rule 0: delay_ms is above 300000"),
    ] {
        let (status, answer) = ask(&sandbox, Method::POST, "/__sandbox/faults", Some(rules)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let error = answer["error"].as_str().expect("text");
        assert!(error.contains(expect), "{error}");
    }
    let left = get(&sandbox, "/__sandbox/faults").await;
    assert_eq!(left["rules"].as_array().expect("a list").len(), 1);
}

#[tokio::test]
async fn requests_are_counted_by_table() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    get(&sandbox, "/api/now/table/sys_user").await;
    get(&sandbox, &format!("/api/now/v2/table/sys_user/{}", TOM.sys_id)).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({}))).await;
    let counted = get(&sandbox, "/__sandbox/requests").await;
    assert_eq!(counted["requests"], json!({"GET sys_user": 2, "POST incident": 1}));
    assert_eq!(counted["cookies_sent_back"], 0);
}

#[tokio::test]
async fn every_pop_url_shows_its_record() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let id = MARA.sys_id;
    let framed = format!("nav_to.do?uri=sys_user.do%3Fsys_id%3D{id}");
    for path in [
        format!("sys_user.do?sys_id={id}"),
        framed.clone(),
        framed.replace("uri=", "uri=%2F"),
        format!("now/nav/ui/classic/params/target/sys_user.do%3Fsys_id%3D{id}"),
        format!("now/sow/record/sys_user/{id}"),
        "sys_user_list.do?sysparm_query=vip%3Dtrue".to_owned(),
    ] {
        let response =
            client().get(format!("{}/{path}", sandbox.url())).send().await.expect("page");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        let text = response.text().await.expect("text");
        assert!(text.contains("Mara Lindqvist") && text.contains("VIP"), "{path}: {text}");
    }
    for path in ["sys_user.do?sys_id=nope", "nav_to.do?uri=https://example.com/", "nope.do", "a/b"]
    {
        let response =
            client().get(format!("{}/{path}", sandbox.url())).send().await.expect("page");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn pages_show_notes_and_escape_everything() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let body = json!({"sys_id": ID, "caller_id": JOZEF.sys_id, "work_notes": "<b>note</b>",
        "short_description": "<script>alert(1)</script>"});
    send(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    let page = |path: String| {
        let url = format!("{}/{path}", sandbox.url());
        async { client().get(url).send().await.expect("page").text().await.expect("text") }
    };
    let incident = page(format!("incident.do?sys_id={ID}")).await;
    assert!(incident.contains("&lt;b&gt;note&lt;/b&gt;") && incident.contains("Jozef Kráľ"));
    let person = page(format!("sys_user.do?sys_id={}", JOZEF.sys_id)).await;
    assert!(person.contains("INC0010001"), "the caller's incidents are listed");
    let form =
        page(format!("incident.do?sys_id=-1&sysparm_query=caller_id={}", JOZEF.sys_id)).await;
    assert!(form.contains("New record") && form.contains("Jozef Kráľ"));
    for text in [incident, person, page("incident_list.do".to_owned()).await] {
        assert!(text.contains("&lt;script&gt;alert(1)") && !text.contains("<script"), "{text}");
    }
    assert!(page("style.css".to_owned()).await.contains("body {"));
    assert!(page(String::new()).await.contains("Incidents: 1"));
}

#[tokio::test]
async fn it_is_for_this_machine_only() {
    let dir = tempfile::tempdir().expect("folder");
    let listen = "0.0.0.0:0".parse().expect("an address");
    let error = Sandbox::start(Options { listen, ..Options::new(dir.path()) }).await;
    assert!(matches!(error, Err(StartError::NotLoopback(_))), "{error:?}");

    let sandbox = start(dir.path()).await;
    let foreign = client().get(sandbox.url()).header(header::HOST, "evil.example:80");
    let status = foreign.send().await.expect("answered").status();
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_long_ledger_is_read_piece_by_piece() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    for _ in 0..3 {
        send(&sandbox, Method::POST, INCIDENT, Some(json!({}))).await;
    }
    let (mut since, mut seen) = (json!(0), Vec::new());
    while !since.is_null() {
        let path = format!("/__sandbox/ledger?table=incident&limit=2&since={since}");
        let piece = get(&sandbox, &path).await;
        seen.push(piece["commits"].as_array().expect("a list").len());
        since = piece["next"].clone();
    }
    assert_eq!(seen, [2, 1]);
}

#[tokio::test]
async fn what_was_done_at_once_may_be_answered_by_silence() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let hang = |delay_ms| Rule { delay_ms, ..Rule::new("POST", "/incident", Kind::CommitThenHang) };
    sandbox.set_faults(vec![hang(1), hang(300_000)]).expect("taken");
    let cut = try_send(&sandbox, Method::POST, INCIDENT, Some(json!({}))).await;
    assert!(!cut.expect_err("silence has its end").is_timeout());
    let (request, watched) = (try_send(&sandbox, Method::POST, INCIDENT, Some(json!({}))), async {
        let ledger = "/__sandbox/ledger?table=incident";
        while get(&sandbox, ledger).await["commits"].as_array().map(Vec::len) != Some(2) {
            tokio::task::yield_now().await;
        }
    });
    tokio::select! {
        answer = request => panic!("answered: {answer:?}"),
        () = watched => {}
    }
}

#[tokio::test]
async fn a_body_too_long_is_refused_as_without_a_rule_that_looks_into_it() {
    let dir = tempfile::tempdir().expect("folder");
    let options = Options { body_bytes_max: 100, ..Options::new(dir.path()) };
    let sandbox = Sandbox::start(options).await.expect("started");
    let body = || Some(json!({"description": "x".repeat(200)}));
    let without = ask(&sandbox, Method::POST, INCIDENT, body()).await;
    assert_eq!(without.0, StatusCode::BAD_REQUEST);
    let mut rule = Rule::new("POST", "/incident", Kind::DropBefore);
    rule.matches.body = Some("chat-1".to_owned());
    sandbox.set_faults(vec![rule]).expect("taken");
    assert_eq!(ask(&sandbox, Method::POST, INCIDENT, body()).await, without);
    let late = Rule { delay_ms: 1, ..Rule::new("POST", "/incident", Kind::Delay) };
    sandbox.set_faults(vec![late]).expect("taken");
    assert_eq!(ask(&sandbox, Method::POST, INCIDENT, body()).await, without);
}

#[tokio::test]
async fn a_fault_that_can_do_nothing_is_kept_for_one_where_it_can() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let rules = json!([
        {"kind": "drop_field", "field": "urgency"},
        {"kind": "ignore_sys_id"},
        {"match": {"method": "DELETE"}, "kind": "truncated_body"},
    ]);
    send(&sandbox, Method::POST, "/__sandbox/faults", Some(rules)).await;
    get(&sandbox, INCIDENT).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"impact": "1"}))).await;
    send(&sandbox, Method::DELETE, &format!("{INCIDENT}/{ID}"), None).await;
    let told = get(&sandbox, "/__sandbox/faults").await;
    assert_eq!((told["rules"].as_array().map(Vec::len), &told["acted"]), (Some(3), &json!({})));
    // Of several records only the first is taken, and loses its field.
    let body = json!([{"sys_id": ID, "urgency": "1"}, {"urgency": "1"}]);
    let (_, made) = ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    assert_eq!((&made["result"]["urgency"], &made["result"]["sys_id"]), (&json!("3"), &json!(ID)));
    let told = get(&sandbox, "/__sandbox/faults").await;
    assert_eq!(told["acted"], json!({"drop_field": 1}));
}

#[tokio::test]
async fn every_answer_can_be_partial_and_break_off() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let rules = json!([{"kind": "partial_200", "times": 3}, {"kind": "truncated_transfer"}]);
    send(&sandbox, Method::POST, "/__sandbox/faults", Some(rules)).await;
    let list = "/api/now/table/sys_user?sysparm_fields=name&sysparm_limit=4";
    let (status, partial) = ask(&sandbox, Method::GET, list, None).await;
    assert_eq!((status, partial["result"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    for path in ["/style.css", "/api/now/table/nonsense"] {
        let (status, partial) = ask(&sandbox, Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK);
        let message = partial["error"]["message"].as_str().expect("text");
        assert!(message.starts_with("Transaction cancelled"), "{path}: {partial}");
    }
    let request = format!(
        "GET {list} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n"
    );
    let (head, body) = {
        let answer = raw(&sandbox, &request).await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.to_lowercase(), body.to_owned())
    };
    let said = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let said: usize = said.expect("a length").parse().expect("a number");
    assert_eq!(body.len(), said / 2, "{head}\n{body}");
}

#[tokio::test]
async fn what_is_told_of_the_faults_can_be_sent_again() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let plan = json!({"seed": 3, "ignore_sys_id": true, "rules": [{"match": {"path": "/x"},
        "kind": "status", "status": 503, "retry_after": 9, "rate_percent": 5, "delay_ms": 300_000}]});
    let (_, told) = ask(&sandbox, Method::POST, "/__sandbox/faults", Some(plan)).await;
    send(&sandbox, Method::DELETE, "/__sandbox/faults", None).await;
    let (status, again) =
        ask(&sandbox, Method::POST, "/__sandbox/faults", Some(told.clone())).await;
    assert_eq!((status, &again), (StatusCode::OK, &told));
    assert_eq!(again["rules"][0]["status"], 503);
}
