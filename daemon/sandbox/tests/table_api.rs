//! The Table and Attachment APIs answer as a real instance does.

#![allow(missing_docs)]

mod common;

use common::{ask, client, get, raw, send, start};
use desk_sandbox::seed::{INES, INES_OLD, MARA, TOM};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

const INCIDENT: &str = "/api/now/table/incident";
const ID: &str = "0123456789abcdef0123456789abcdef";

fn names(list: &Value) -> Vec<&str> {
    let rows = list["result"].as_array().expect("a list");
    rows.iter().map(|row| row["user_name"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn people_are_found_by_address_and_shown_in_three_ways() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let by_email = format!(
        "/api/now/table/sys_user?sysparm_query=email%3D{}%5EORDERBYsys_id&sysparm_fields=user_name",
        INES.email
    );
    assert_eq!(names(&get(&sandbox, &by_email).await), [INES_OLD.user_name, INES.user_name]);

    let one = format!("/api/now/table/sys_user/{}?sysparm_fields=department,vip,nope", MARA.sys_id);
    let row = get(&sandbox, &one).await;
    let id = row["result"]["department"]["value"].as_str().expect("a reference").to_owned();
    let link = format!("{}/api/now/table/cmn_department/{id}", sandbox.url());
    assert_eq!(row["result"], json!({"department": {"link": link, "value": id}, "vip": "true"}));
    let row = get(&sandbox, &format!("{one}&sysparm_exclude_reference_link=True")).await;
    assert_eq!(row["result"]["department"], json!(id));
    let row = get(&sandbox, &format!("{one}&sysparm_display_value=true")).await;
    assert_eq!(row["result"]["department"], json!({"display_value": "Finance", "link": link}));
    let row = get(&sandbox, &format!("{one}&sysparm_display_value=all")).await;
    assert_eq!(row["result"]["vip"], json!({"display_value": "true", "value": "true"}));
    let walked = format!("/api/now/table/sys_user/{}?sysparm_fields=company.name", TOM.sys_id);
    assert_eq!(get(&sandbox, &walked).await["result"]["company.name"], "Larkfield Supplies");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn lists_are_paged_counted_and_empty_as_documented() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let page = "/api/now/table/sys_user?sysparm_limit=2&sysparm_offset=1&active=true";
    let response = send(&sandbox, Method::GET, page, None).await;
    assert_eq!(response.headers()["x-total-count"], "6");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json;charset=UTF-8");
    assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("JSESSIONID="));
    assert_eq!(response.headers()["x-transaction-id"].len(), 12);
    let list: Value = response.json().await.expect("JSON");
    assert_eq!(names(&list), [MARA.user_name, INES.user_name]);

    let none = "sys_user?sysparm_query=email%3Dnobody";
    for (prefix, status) in [("now", 200), ("now/v2", 200), ("now/v1", 404)] {
        let (found, body) =
            ask(&sandbox, Method::GET, &format!("/api/{prefix}/table/{none}"), None).await;
        assert_eq!(found.as_u16(), status, "{body}");
    }
}

#[tokio::test]
async fn an_incident_keeps_the_callers_sys_id_and_a_second_one_is_refused() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let body = json!({"sys_id": ID, "caller_id": TOM.sys_id, "contact_type": "chat",
        "short_description": "Chat", "work_notes": "first note", "urgency": 1});
    let response = send(&sandbox, Method::POST, INCIDENT, Some(body.clone())).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let place = format!("{}{INCIDENT}/{ID}", sandbox.url());
    assert_eq!(response.headers()[header::LOCATION], place);
    let made: Value = response.json().await.expect("JSON");
    assert_eq!(made["result"]["sys_id"], ID);
    assert_eq!(made["result"]["number"], "INC0010001");
    assert_eq!(made["result"]["work_notes"], "", "a journal field reads back empty");
    assert_eq!(made["result"]["priority"], "3", "a business rule derives it");

    let (status, again) = ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(again["error"]["message"], "Operation Failed");
    let (_, other) = ask(&sandbox, Method::POST, INCIDENT, Some(json!({}))).await;
    assert_eq!(other["result"]["number"], "INC0010002");
}

#[tokio::test]
async fn journal_fields_append_and_read_back_joined() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    let place = format!("{INCIDENT}/{ID}");
    for (method, text) in [(Method::PATCH, "one"), (Method::PUT, "two")] {
        let body = json!({"work_notes": text});
        let (status, row) = ask(&sandbox, method, &place, Some(body)).await;
        assert_eq!((status, &row["result"]["work_notes"]), (StatusCode::OK, &json!("")));
    }
    let read =
        format!("{place}?sysparm_display_value=true&sysparm_fields=work_notes,sys_mod_count");
    let row = get(&sandbox, &read).await;
    let text = row["result"]["work_notes"].as_str().expect("text");
    assert!(
        text.contains("System Administrator (Work notes)\ntwo\n\n") && text.contains("one"),
        "{text}"
    );
    assert_eq!(row["result"]["sys_mod_count"], "2");
    let entries = format!("/api/now/table/sys_journal_field?sysparm_query=element_id%3D{ID}");
    let list = get(&sandbox, &entries).await;
    assert_eq!(list["result"][1]["value"], "two");
    let (status, _) =
        ask(&sandbox, Method::POST, "/api/now/table/sys_journal_field", Some(json!({}))).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn errors_speak_servicenows_words() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let missing = format!("{INCIDENT}/{ID}");
    let closed = json!({"state": "7"});
    for (method, path, body, status, message) in [
        (Method::GET, "/api/now/table/nope", None, 400, "Invalid table nope"),
        (Method::GET, "/api/now/nope", None, 400, "Requested URI does not represent any resource"),
        (Method::GET, &missing, None, 404, "No Record found"),
        (Method::PATCH, &missing, Some(json!({})), 404, "No Record found"),
        (Method::POST, INCIDENT, Some(json!("x")), 400, "Exception while reading request"),
        (Method::POST, INCIDENT, None, 400, "Content-Type is required"),
        (
            Method::POST,
            INCIDENT,
            Some(closed),
            403,
            "Data Policy Exception: The following fields are mandatory: \
             Resolution code, Resolution notes",
        ),
    ] {
        let (found, answer) = ask(&sandbox, method, path, body).await;
        assert_eq!(found.as_u16(), status, "{path}: {answer}");
        assert_eq!(answer["error"]["message"], message);
        assert_eq!(answer["status"], "failure");
    }
    let delete = send(&sandbox, Method::DELETE, &missing, None).await;
    assert_eq!(delete.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_login_is_a_plain_401() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let url = format!("{}/api/now/table/sys_user", sandbox.url());
    for request in [client().get(&url), client().get(&url).basic_auth("admin", Some("wrong"))] {
        let response = request.send().await.expect("answered");
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "BASIC realm=\"Service-now\"");
        assert!(response.headers().contains_key(header::SET_COOKIE));
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["error"]["message"], "User Not Authenticated");
    }
}

#[tokio::test]
async fn a_token_or_a_key_logs_in_as_well() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let token = |form: &'static [(&str, &str)]| {
        let request = client().post(format!("{}/oauth_token.do", sandbox.url())).form(form);
        async { request.send().await.expect("answered") }
    };
    let client_only = &[
        ("grant_type", "client_credentials"),
        ("client_id", "sandbox"),
        ("client_secret", "sandbox"),
    ];
    let given: Value = token(client_only).await.json().await.expect("JSON");
    assert_eq!((&given["token_type"], &given["refresh_token"]), (&json!("Bearer"), &Value::Null));
    let ask = |name: &'static str, value: String| {
        let url = format!("{}/api/now/table/sys_user?sysparm_limit=1", sandbox.url());
        let request = client().get(url).header(name, value);
        async { request.send().await.expect("answered").status().as_u16() }
    };
    let bearer = format!("Bearer {}", given["access_token"].as_str().expect("a token"));
    assert_eq!(ask("authorization", bearer.clone()).await, 200);
    assert_eq!(ask("x-sn-apikey", "sandbox-key".to_owned()).await, 200);
    assert_eq!(ask("x-sn-apikey", "another".to_owned()).await, 401);
    send(&sandbox, Method::DELETE, "/__sandbox/tokens", None).await;
    assert_eq!(ask("authorization", bearer).await, 401, "it has ended");

    let wrong = token(&[("grant_type", "client_credentials"), ("client_id", "x")]).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let said: Value = wrong.json().await.expect("JSON");
    assert_eq!(said, json!({"error_description": "access_denied", "error": "server_error"}));
}

#[tokio::test]
async fn who_asks_again_by_password_gets_the_current_token() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let ask = |grant: [(&'static str, String); 3]| {
        let mut form =
            vec![("client_id", "sandbox".to_owned()), ("client_secret", "sandbox".to_owned())];
        form.extend(grant);
        let request = client().post(format!("{}/oauth_token.do", sandbox.url())).form(&form);
        async { request.send().await.expect("answered").json::<Value>().await.expect("JSON") }
    };
    let password = || {
        let admin = || "admin".to_owned();
        ask([("grant_type", "password".to_owned()), ("username", admin()), ("password", admin())])
    };
    let (first, second) = (password().await, password().await);
    assert_eq!(first["access_token"], second["access_token"]);
    let refresh = first["refresh_token"].as_str().expect("a token").to_owned();
    let refreshed = ask([
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", refresh),
        ("scope", "useraccount".to_owned()),
    ]);
    assert_ne!(refreshed.await["access_token"], first["access_token"]);
}

#[tokio::test]
async fn a_file_is_kept_with_its_record_and_given_back() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    let upload = |id: &str| {
        let target = format!("table_name=incident&table_sys_id={id}&file_name=chat.txt");
        let url = format!("{}/api/now/attachment/file?{target}", sandbox.url());
        let request = client().post(url).basic_auth("admin", Some("admin"));
        request.header(header::CONTENT_TYPE, "text/plain").body("hello").send()
    };
    let response = upload(ID).await.expect("answered");
    assert_eq!(response.status(), StatusCode::CREATED);
    let made: Value = response.json().await.expect("JSON");
    assert_eq!(made["result"]["size_bytes"], "5");
    let link = made["result"]["download_link"].as_str().expect("a link");
    let file = client().get(link).basic_auth("admin", Some("admin")).send().await.expect("file");
    assert_eq!(file.text().await.expect("text"), "hello");
    let missing = upload(TOM.sys_id).await.expect("answered");
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let query = format!("sysparm_query=table_sys_id%3D{ID}%5Efile_name%3Dchat.txt");
    let list = get(&sandbox, &format!("/api/now/attachment?{query}")).await;
    assert_eq!(list["result"].as_array().expect("a list").len(), 1);
    let page = send(&sandbox, Method::GET, &format!("/incident.do?sys_id={ID}"), None).await;
    assert!(page.text().await.expect("text").contains("chat.txt"));
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let dir = tempfile::tempdir().expect("folder");
    let options =
        desk_sandbox::Options { body_bytes_max: 100, ..desk_sandbox::Options::new(dir.path()) };
    let sandbox = desk_sandbox::Sandbox::start(options).await.expect("started");
    let body = json!({"description": "x".repeat(200)});
    let (status, answer) = ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let detail = answer["error"]["detail"].as_str().expect("text");
    let said =
        "Rejected large REST payload with content-length = 218 bytes. Max allowed: 100 bytes.";
    assert_eq!(detail, said);
}

#[tokio::test]
async fn pages_name_those_around_them() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let list = "/api/now/table/sys_user?sysparm_fields=name&sysparm_limit=2&sysparm_offset=2";
    let response = send(&sandbox, Method::GET, list, None).await;
    let links = response.headers()[header::LINK].to_str().expect("text").to_owned();
    let url = format!("{}/api/now/table/sys_user?sysparm_fields=name", sandbox.url());
    for (rel, at) in [("next", 4), ("prev", 0), ("first", 0)] {
        let link = format!("<{url}&sysparm_limit=2&sysparm_offset={at}>;rel=\"{rel}\"");
        assert!(links.contains(&link), "{link}: {links}");
    }
    let quiet = format!("{list}&sysparm_suppress_pagination_header=true");
    let response = send(&sandbox, Method::GET, &quiet, None).await;
    assert!(!response.headers().contains_key(header::LINK));
    let whole = send(&sandbox, Method::GET, "/api/now/table/sys_user", None).await;
    assert!(!whole.headers().contains_key(header::LINK), "there is one page");
}

#[tokio::test]
async fn records_are_counted_in_all_and_by_field() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    for state in ["1", "1", "2"] {
        let body = json!({ "short_description": "x", "state": state });
        ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    }
    let stats = "/api/now/stats/incident?sysparm_count=true";
    let counted = get(&sandbox, &format!("{stats}&sysparm_query=state%3D1")).await;
    assert_eq!(counted, json!({"result": {"stats": {"count": "2"}}}));
    let by = get(&sandbox, &format!("{stats}&sysparm_group_by=state")).await;
    assert_eq!(
        by["result"][1],
        json!({"stats": {"count": "1"}, "groupby_fields": [{"field": "state", "value": "2"}]})
    );
    let (status, _) = ask(&sandbox, Method::GET, "/api/now/stats/incident", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_batch_is_answered_one_by_one() {
    use base64::Engine as _;
    let code = base64::engine::general_purpose::STANDARD;
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let make = code.encode(json!({ "sys_id": ID, "short_description": "x" }).to_string());
    let one = format!("{INCIDENT}/{ID}?sysparm_fields=short_description");
    let batch = json!({"batch_request_id": "7", "rest_requests": [
        {"id": "1", "method": "POST", "url": INCIDENT, "body": make,
         "headers": [{"name": "Content-Type", "value": "application/json"}]},
        {"id": "2", "method": "GET", "url": one},
        {"id": "3", "method": "GET", "url": "/elsewhere"},
    ]});
    let (status, answer) = ask(&sandbox, Method::POST, "/api/now/v1/batch", Some(batch)).await;
    assert_eq!(status, StatusCode::OK);
    let served = answer["serviced_requests"].as_array().expect("a list");
    let statuses: Vec<_> = served.iter().map(|one| one["status_code"].clone()).collect();
    assert_eq!(statuses, [json!(201), json!(200)]);
    let body = code.decode(served[1]["body"].as_str().expect("text")).expect("base64");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body, json!({"result": {"short_description": "x"}}));
    assert_eq!(answer["unserviced_requests"], json!(["3"]));
}

#[tokio::test]
async fn https_is_spoken_by_a_certificate_that_is_kept() {
    let dir = tempfile::tempdir().expect("folder");
    let options = || desk_sandbox::Options { tls: true, ..desk_sandbox::Options::new(dir.path()) };
    let sandbox = desk_sandbox::Sandbox::start(options()).await.expect("started");
    assert!(sandbox.url().starts_with("https://"));
    let pem = std::fs::read(dir.path().join("certificate.pem")).expect("made");
    let _ = client();
    let trusting = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).expect("a certificate")])
        .build()
        .expect("client");
    let request = || trusting.get(format!("{}/api/now/table/sys_user", sandbox.url()));
    let response = request().basic_auth("admin", Some("admin")).send().await.expect("trusted");
    assert_eq!(response.status(), StatusCode::OK);
    sandbox.shutdown().await;
    let again = desk_sandbox::Sandbox::start(options()).await.expect("started");
    assert_eq!(std::fs::read(dir.path().join("certificate.pem")).expect("kept"), pem);
    again.shutdown().await;
}

#[tokio::test]
async fn a_query_that_makes_no_sense_finds_too_much_or_nothing_as_the_instance_is_set() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let list = "/api/now/table/sys_user?sysparm_query=no_such_field%3D1&sysparm_fields=name";
    let all = get(&sandbox, list).await["result"].as_array().map(Vec::len);
    assert_eq!(all, Some(desk_sandbox::seed::PEOPLE.len() + 1), "and the account");
    let plan = json!({"invalid_query_returns_no_rows": true, "rules": []});
    send(&sandbox, Method::POST, "/__sandbox/faults", Some(plan)).await;
    assert_eq!(get(&sandbox, list).await, json!({"result": []}));
    let sound = "/api/now/table/sys_user?sysparm_query=vip%3Dtrue&sysparm_fields=name";
    assert_eq!(get(&sandbox, sound).await, json!({"result": [{"name": MARA.name()}]}));
}

#[tokio::test]
async fn where_nonsense_finds_nothing_that_is_so_for_every_api_and_every_part() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    let upload = format!("table_name=incident&table_sys_id={ID}&file_name=a.txt");
    let url = format!("{}/api/now/attachment/file?{upload}", sandbox.url());
    let request = client().post(url).basic_auth("admin", Some("admin"));
    request.header(header::CONTENT_TYPE, "text/plain").body("a").send().await.expect("answered");
    let walk = "caller_id.manager.manager.manager.manager";
    let lists = [
        format!("{INCIDENT}?nonsense=1"),
        format!("{INCIDENT}?sysparm_query=ORDERBYnonsense"),
        format!("{INCIDENT}?sysparm_query={walk}ISEMPTY"),
        "/api/now/attachment?sysparm_query=nonsense%3D1".to_owned(),
    ];
    let stats = "/api/now/stats/incident?sysparm_count=true&sysparm_query=nonsense%3D1";
    for strict in [false, true] {
        let plan = json!({"invalid_query_returns_no_rows": strict, "rules": []});
        send(&sandbox, Method::POST, "/__sandbox/faults", Some(plan)).await;
        let expect = usize::from(!strict);
        for list in &lists {
            let found = get(&sandbox, list).await;
            assert_eq!(found["result"].as_array().map(Vec::len), Some(expect), "{list}: {found}");
        }
        let counted = get(&sandbox, stats).await;
        assert_eq!(counted["result"]["stats"]["count"], expect.to_string());
    }
}

#[tokio::test]
async fn no_number_is_too_high() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let most = u64::MAX;
    let list = format!("/api/now/table/sys_user?sysparm_offset={most}&sysparm_limit={most}");
    let (status, found) = ask(&sandbox, Method::GET, &list, None).await;
    assert_eq!((status, found), (StatusCode::OK, json!({"result": []})));
    for (table, prefix) in [("incident", "INC"), ("interaction", "IMS")] {
        let path = format!("/api/now/table/{table}");
        let body = json!({"number": format!("{prefix}{most}")});
        send(&sandbox, Method::POST, &path, Some(body)).await;
        let (status, next) = ask(&sandbox, Method::POST, &path, Some(json!({}))).await;
        assert_eq!(status, StatusCode::CREATED);
        let number = next["result"]["number"].as_str().expect("text");
        assert_eq!(number.len(), 10, "{number}");
    }
}

#[tokio::test]
async fn media_types_are_compared_as_such() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let json = "Content-Type: application/json\r\n";
    for (method, headers, status) in [
        ("POST", json, 400),
        ("PATCH", json, 400),
        ("POST", "Accept: application/json\r\n", 400),
        ("POST", "Accept: text/xml\r\nContent-Type: application/json\r\n", 406),
        ("POST", "Accept: application/json;q=0, */*\r\nContent-Type: application/json\r\n", 406),
        ("POST", "Accept: */*\r\nContent-Type: application/jsonx\r\n", 415),
        ("POST", "Accept: */*\r\nContent-Type: text/plain\r\n", 415),
        ("POST", "Accept: */*\r\nContent-Type: Application/JSON; charset=utf-8\r\n", 201),
        ("POST", "Accept: text/xml, application/*\r\nContent-Type: application/json\r\n", 201),
        ("GET", "Accept: application/xml\r\n", 406),
        ("GET", "", 200),
    ] {
        let path = if method == "PATCH" { format!("{INCIDENT}/{ID}") } else { INCIDENT.to_owned() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic \
             YWRtaW46YWRtaW4=\r\n{headers}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        );
        let answer = raw(&sandbox, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{headers}: {answer}");
        let is_told = answer.contains("\"status\":\"failure\"");
        assert_eq!(is_told, status >= 400, "{answer}");
    }
}

#[tokio::test]
async fn the_apis_begin_sessions_and_notice_who_sends_one_back() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let list = format!("{}/api/now/table/sys_user", sandbox.url());
    for (login, is_in) in [("admin", "true"), ("nobody", "false")] {
        let request = client().get(&list).basic_auth(login, Some("admin"));
        let answer = request.send().await.expect("answered");
        assert_eq!(answer.headers()["x-is-logged-in"], is_in);
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter();
        let cookies: Vec<&str> = cookies.map(|cookie| cookie.to_str().expect("text")).collect();
        for name in ["JSESSIONID=", "glide_user_route=", "glide_session_store=", "BIGipServerpool_"]
        {
            let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).expect(name);
            assert!(cookie.contains("; Path=/"), "{cookie}");
        }
    }
    let page = client().get(sandbox.url()).header(header::COOKIE, "a=b").send();
    assert!(!page.await.expect("answered").headers().contains_key(header::SET_COOKIE));
    let sent_back =
        async || get(&sandbox, "/__sandbox/requests").await["cookies_sent_back"].clone();
    assert_eq!(sent_back().await, 0, "a browser sends what it has for this host");
    let request = client().get(&list).basic_auth("admin", Some("admin"));
    request.header(header::COOKIE, "JSESSIONID=1").send().await.expect("answered");
    assert_eq!(sent_back().await, 1);
}

#[tokio::test]
async fn an_attachment_has_its_name_and_is_deleted_and_has_none_of_its_own() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    let upload = async |table: &str, id: &str| {
        let url = format!("{}/api/now/attachment/file", sandbox.url());
        let query = [("table_name", table), ("table_sys_id", id), ("file_name", "a \"ž\".txt")];
        let request = client().post(url).query(&query).basic_auth("admin", Some("admin"));
        let request = request.header(header::CONTENT_TYPE, "text/plain").body("hello");
        let answer = request.send().await.expect("answered");
        (answer.status(), answer.json::<Value>().await.expect("JSON"))
    };
    let (_, made) = upload("incident", ID).await;
    let id = made["result"]["sys_id"].as_str().expect("an id").to_owned();
    let place = format!("/api/now/attachment/{id}");
    let file = send(&sandbox, Method::GET, &format!("{place}/file"), None).await;
    assert_eq!(
        file.headers()[header::CONTENT_DISPOSITION],
        "attachment; filename=\"a____.txt\"; filename*=UTF-8''a%20%22%C5%BE%22.txt"
    );
    assert_eq!(upload("sys_attachment", &id).await.0, StatusCode::FORBIDDEN);
    for status in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        assert_eq!(send(&sandbox, Method::DELETE, &place, None).await.status(), status);
    }
    let list = get(&sandbox, "/api/now/attachment").await;
    assert_eq!(list["result"], json!([]));
}

#[tokio::test]
async fn the_account_is_a_user_and_its_entries_show_its_name() {
    let dir = tempfile::tempdir().expect("folder");
    for _ in 0..2 {
        let sandbox = start(dir.path()).await;
        let users =
            get(&sandbox, "/api/now/table/sys_user?user_name=admin&sysparm_fields=name").await;
        assert_eq!(users["result"], json!([{"name": "System Administrator"}]));
        let body = json!({"short_description": "x"});
        let shown = format!("{INCIDENT}?sysparm_display_value=true&sysparm_fields=opened_by");
        let (_, made) = ask(&sandbox, Method::POST, &shown, Some(body)).await;
        assert_eq!(made["result"]["opened_by"]["display_value"], "System Administrator");
        sandbox.shutdown().await;
    }
}
