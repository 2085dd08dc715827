//! Records are changed on pages, through the same store as over the API, and by nobody's page but
//! the sandbox's own.

#![allow(missing_docs)]

mod common;

use common::{ask, client, get, send, start};
use desk_sandbox::seed::{MARA, TOM};
use desk_sandbox::{Import, Options, Running, Sandbox, StartError};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const INCIDENT: &str = "/api/now/table/incident";
const ID: &str = "0123456789abcdef0123456789abcdef";
const HOSTILE: &str = "</textarea><script>alert('x')</script>\" onfocus=\"alert(1)&amp;";

type Form = BTreeMap<String, String>;

async fn page(sandbox: &Running, path: &str) -> String {
    let url = format!("{}{path}", sandbox.url());
    client().get(url).send().await.expect("page").text().await.expect("text")
}

/// The hidden values of a page's form, as a browser sends them back.
async fn form(sandbox: &Running, path: &str) -> Form {
    hidden(&page(sandbox, path).await)
}

fn hidden(text: &str) -> Form {
    let hidden = text.split("<input type=\"hidden\" name=\"").skip(1);
    let value = |part: &str| {
        let (name, rest) = part.split_once("\" value=\"").expect("a value");
        let (value, _) = rest.split_once("\">").expect("an end");
        let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        (name.to_owned(), plain.replace("&#39;", "'").replace("&amp;", "&"))
    };
    hidden.map(value).collect()
}

fn post(sandbox: &Running, path: &str, form: &Form) -> RequestBuilder {
    client().post(format!("{}{path}", sandbox.url())).form(form)
}

async fn sent(request: RequestBuilder) -> (StatusCode, String) {
    let response: Response = request.send().await.expect("answered");
    (response.status(), response.text().await.expect("text"))
}

fn put(form: &mut Form, name: &str, value: &str) {
    form.insert(name.to_owned(), value.to_owned());
}

async fn field(sandbox: &Running, name: &str) -> Value {
    let path = format!("{INCIDENT}/{ID}?sysparm_display_value=true&sysparm_fields={name}");
    get(sandbox, &path).await["result"][name].clone()
}

#[tokio::test]
async fn a_record_is_changed_on_its_page_and_what_others_changed_meanwhile_stays() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let body = json!({"sys_id": ID, "short_description": "before", "description": "one\ntwo",
        "work_notes": "by a program"});
    send(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    let mut typed = form(&sandbox, &format!("/incident.do?sys_id={ID}&edit=true")).await;
    // Meanwhile a program changes another field and adds a note.
    let body = json!({"urgency": "1", "work_notes": "meanwhile"});
    send(&sandbox, Method::PATCH, &format!("{INCIDENT}/{ID}"), Some(body)).await;

    put(&mut typed, "short_description", "after");
    put(&mut typed, "description", "one\r\ntwo");
    put(&mut typed, "urgency", "3");
    put(&mut typed, "work_notes", "by hand");
    put(&mut typed, "caller_id", TOM.sys_id);
    let (status, _) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(field(&sandbox, "short_description").await, "after");
    assert_eq!(field(&sandbox, "urgency").await, "1 - High", "the form showed 3 and kept it");
    assert_eq!(field(&sandbox, "caller_id").await["display_value"], TOM.name());
    let notes = field(&sandbox, "work_notes").await;
    for note in ["by a program", "meanwhile", "by hand"] {
        assert!(notes.as_str().expect("text").contains(note), "{note}: {notes}");
    }
    let commits = get(&sandbox, &format!("/__sandbox/ledger?sys_id={ID}")).await;
    let last = &commits["commits"][2];
    assert_eq!((&last["verb"], &last["by"]), (&json!("update"), &json!("page")));
    let changed = last["puts"][0]["fields"].as_object().expect("fields");
    assert!(!changed.contains_key("description"), "line ends are no change: {changed:?}");
}

#[tokio::test]
async fn a_record_is_made_and_deleted_on_pages() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let filled = format!("/incident.do?sys_id=-1&sysparm_query=caller_id={}", MARA.sys_id);
    let text = page(&sandbox, &filled).await;
    assert!(text.contains(&format!("<option value=\"{}\" selected>", MARA.sys_id)), "{text}");
    let mut typed = form(&sandbox, &filled).await;
    put(&mut typed, "short_description", "by hand");
    put(&mut typed, "caller_id", MARA.sys_id);
    let response = post(&sandbox, "/incident.do", &typed).send().await.expect("answered");
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let place = response.headers()[header::LOCATION].to_str().expect("text").to_owned();
    assert!(page(&sandbox, &place).await.contains("INC0010001"));

    let text = page(&sandbox, &format!("{place}&delete=true")).await;
    assert!(text.contains("Delete this record?") && text.contains("by hand"), "{text}");
    let mut typed = hidden(&text);
    put(&mut typed, "act", "delete");
    let (status, _) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(get(&sandbox, INCIDENT).await, json!({"result": []}));
    let (status, text) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{text}");
}

#[tokio::test]
async fn what_a_record_does_not_take_is_said_and_nothing_typed_is_lost() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    let shown = form(&sandbox, &format!("/incident.do?sys_id={ID}&edit=true")).await;
    let long = "x".repeat(161);
    for (name, value, why) in [
        ("short_description", long.as_str(), "161 characters; it takes 160"),
        ("caller_id", "Nobody", "no record of sys_user is called"),
        ("opened_at", "yesterday", "is no time such as"),
        ("category", "sport", "is none of: inquiry"),
        ("state", "7", "Resolution code"),
    ] {
        let mut typed = shown.clone();
        put(&mut typed, name, value);
        put(&mut typed, "work_notes", HOSTILE);
        let (status, text) = sent(post(&sandbox, "/incident.do", &typed)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(text.contains(why), "{why}: {text}");
        assert!(!text.contains("<script") && text.contains("&lt;script&gt;alert(&#39;x"), "{text}");
    }
    let commits = get(&sandbox, &format!("/__sandbox/ledger?sys_id={ID}")).await;
    assert_eq!(commits["commits"].as_array().map(Vec::len), Some(1), "nothing was written");
}

#[tokio::test]
async fn what_others_changed_stays_also_when_a_form_was_refused_first() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID}))).await;
    let edit = format!("/incident.do?sys_id={ID}&edit=true");
    let mut typed = form(&sandbox, &edit).await;
    put(&mut typed, "urgency", "3");
    put(&mut typed, "opened_at", "yesterday");
    let meanwhile = json!({"urgency": "1"});
    send(&sandbox, Method::PATCH, &format!("{INCIDENT}/{ID}"), Some(meanwhile)).await;
    let (status, text) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut again = hidden(&text);
    put(&mut again, "urgency", "3");
    put(&mut again, "opened_at", "2026-10-05 09:58:03");
    let (status, text) = sent(post(&sandbox, "/incident.do", &again)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    assert_eq!(field(&sandbox, "urgency").await, "1 - High", "it was 3 all along in the form");
}

#[tokio::test]
async fn who_changes_what_somebody_else_changed_is_shown_both_and_chooses() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"sys_id": ID, "urgency": "3"}))).await;
    let edit = format!("/incident.do?sys_id={ID}&edit=true");
    let mut typed = form(&sandbox, &edit).await;
    let meanwhile = json!({"urgency": "1", "impact": "2"});
    send(&sandbox, Method::PATCH, &format!("{INCIDENT}/{ID}"), Some(meanwhile)).await;
    put(&mut typed, "urgency", "2");
    put(&mut typed, "impact", "2");
    put(&mut typed, "work_notes", "a long note");
    let (status, text) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "Urgency: somebody else changed it to &quot;1 - High&quot; while you changed it to \
        &quot;2 - Medium&quot;.";
    assert!(text.contains(said) && !text.contains("Impact: somebody"), "{text}");
    assert!(text.contains("a long note") && text.contains("value=\"2\" selected"), "{text}");
    assert_eq!(field(&sandbox, "work_notes").await, "", "nothing was written");
    // Who saves again has seen it.
    let mut again = hidden(&text);
    put(&mut again, "urgency", "2");
    let (status, text) = sent(post(&sandbox, "/incident.do", &again)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    assert_eq!(field(&sandbox, "urgency").await, "2 - Medium");
}

#[tokio::test]
async fn line_ends_stay_in_short_texts_and_are_no_change() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let body = json!({"sys_id": ID, "short_description": "one\r\ntwo", "subcategory": "a\nb"});
    send(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    let edit = format!("/incident.do?sys_id={ID}&edit=true");
    let text = page(&sandbox, &edit).await;
    for name in ["short_description", "subcategory"] {
        assert!(text.contains(&format!("<textarea name=\"{name}\"")), "{name}: {text}");
    }
    let mut typed = hidden(&text);
    put(&mut typed, "short_description", "one\r\ntwo");
    put(&mut typed, "subcategory", "a\r\nb\r\nc");
    let (status, text) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    assert_eq!(field(&sandbox, "short_description").await, "one\r\ntwo");
    assert_eq!(field(&sandbox, "subcategory").await, "a\nb\nc");
}

#[tokio::test]
async fn references_are_given_by_names_and_addresses_longer_than_an_id() {
    let dir = tempfile::tempdir().expect("folder");
    let long = "maximiliane.theodora.von.und.zu.hohenfels@a-long-name-of-a-company.example";
    let name = "Maximiliane Theodora von und zu Hohenfels-Oberwinterthur";
    let path = dir.path().join("incidents.csv");
    let row = |caller: &str| format!("short_description,caller_id\nx,{caller}\n");
    std::fs::write(&path, row(long)).expect("written");
    let data = dir.path().join("data");
    let sandbox = start(&data).await;
    let body = json!({"email": long, "name": name});
    let (_, made) = ask(&sandbox, Method::POST, "/api/now/table/sys_user", Some(body)).await;
    let id = made["result"]["sys_id"].clone();
    let mut typed = form(&sandbox, "/import").await;
    for caller in [long, name] {
        put(&mut typed, "rows", &row(caller));
        let (status, text) = sent(post(&sandbox, "/import", &typed)).await;
        assert_eq!(status, StatusCode::OK, "{text}");
    }
    let mut typed = form(&sandbox, "/incident.do?sys_id=-1").await;
    put(&mut typed, "caller_id", long);
    let (status, text) = sent(post(&sandbox, "/incident.do", &typed)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let found = get(&sandbox, &format!("{INCIDENT}?sysparm_fields=caller_id.sys_id")).await;
    let one = json!({"caller_id.sys_id": id});
    assert_eq!(found["result"], json!([one, one, one]));
}

#[tokio::test]
async fn no_page_elsewhere_and_no_old_form_changes_anything() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let mut good = form(&sandbox, "/incident.do?sys_id=-1").await;
    put(&mut good, "short_description", "x");
    let mut without = good.clone();
    without.remove("token");
    let mut other = good.clone();
    put(&mut other, "token", "guess");
    let evil = |request: RequestBuilder, origin: &str| request.header(header::ORIGIN, origin);
    let refused = [
        post(&sandbox, "/incident.do", &without),
        post(&sandbox, "/incident.do", &other),
        evil(post(&sandbox, "/incident.do", &good), "http://evil.example"),
        evil(post(&sandbox, "/incident.do", &good), "null"),
        post(&sandbox, "/import", &without),
    ];
    for request in refused {
        assert_eq!(sent(request).await.0, StatusCode::FORBIDDEN);
    }
    for table in ["sys_journal_field", "sys_choice", "nonsense"] {
        let (status, _) = sent(post(&sandbox, &format!("/{table}.do"), &good)).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{table}");
    }
    let mut wide = good.clone();
    (0..600).for_each(|n| put(&mut wide, &format!("f{n}"), ""));
    let (status, _) = sent(post(&sandbox, "/incident.do", &wide)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(get(&sandbox, INCIDENT).await, json!({"result": []}));
    let ours = evil(post(&sandbox, "/incident.do", &good), &sandbox.url());
    assert_eq!(sent(ours).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn where_others_can_reach_it_changing_needs_a_login() {
    let dir = tempfile::tempdir().expect("folder");
    let options = Options { allow_remote: true, ..Options::new(dir.path()) };
    let sandbox = Sandbox::start(options).await.expect("started");
    let typed = form(&sandbox, "/incident.do?sys_id=-1").await;
    let open = post(&sandbox, "/incident.do", &typed).send().await.expect("answered");
    assert_eq!(open.status(), StatusCode::UNAUTHORIZED);
    assert!(open.headers().contains_key(header::WWW_AUTHENTICATE));
    let login = post(&sandbox, "/incident.do", &typed).basic_auth("admin", Some("admin"));
    assert_eq!(sent(login).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn lists_are_found_in_ordered_and_paged() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    for n in 0..60 {
        let body = json!({"short_description": format!("number x{n:02}"), "caller_id": TOM.sys_id});
        send(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    }
    let first = page(&sandbox, "/incident_list.do").await;
    assert!(first.contains("1–50 of 60") && first.contains("number x59"), "newest first");
    assert!(first.contains("sysparm_first_row=51") && !first.contains("number x09"));
    let last = page(&sandbox, "/incident_list.do?sysparm_first_row=51").await;
    assert!(last.contains("51–60 of 60") && last.contains("number x09"), "{last}");
    let found = page(&sandbox, "/incident_list.do?find=okafor+x42").await;
    assert!(found.contains("1–1 of 1") && found.contains("number x42"), "{found}");
    let ordered = "/incident_list.do?sysparm_query=ORDERBYshort_description&sysparm_first_row=60";
    let ordered = page(&sandbox, ordered).await;
    assert!(ordered.contains("60–60 of 60") && ordered.contains("number x59"), "{ordered}");
    assert!(ordered.contains("ORDERBYDESCshort_description"), "the other way round is a link");
    let doubled = "/incident_list.do?sysparm_query=short_description%21%3Da%5E%5EORDERBYb";
    let doubled = page(&sandbox, doubled).await;
    let head = "sysparm_query=short_description%21%3Da%5E%5EORDERBYb%5EORDERBYnumber";
    assert!(doubled.contains(head), "a caret in a value stays: {doubled}");
    let far = page(&sandbox, "/incident_list.do?sysparm_first_row=99999999999999999999").await;
    assert!(far.contains("1–50 of 60"), "{far}");
    let beyond = page(&sandbox, "/incident_list.do?sysparm_first_row=1000").await;
    assert!(beyond.contains("No records."), "{beyond}");
    let hostile = "/incident_list.do?find=%22%3E%3Cscript%3E&sysparm_query=%22%3E%3Cscript%3E";
    let hostile = page(&sandbox, hostile).await;
    assert!(!hostile.contains("<script") && hostile.contains("&quot;&gt;&lt;script&gt;"));
}

#[tokio::test]
async fn people_and_incidents_come_from_files_and_come_once() {
    let dir = tempfile::tempdir().expect("folder");
    let people = dir.path().join("people.csv");
    let text = "\u{feff}user_name,first_name,last_name,email,Department,vip\n\
        ada.k,Ada,\"King, Countess\",ada@corp.example,finance,yes\n\
        tom.okafor,Tom,Okafor-Berg,,,\n";
    std::fs::write(&people, text).expect("written");
    let incidents = dir.path().join("incidents.csv");
    let text = "number;caller_id;short_description;category;opened_at;work_notes\n\
        INC0020001;ada@corp.example;\"two\nlines\";Network;2026-10-05T09:58:03;seen\n";
    std::fs::write(&incidents, text).expect("written");
    let import = |path: &std::path::Path| Import { table: None, path: path.to_owned() };
    let data = dir.path().join("data");
    for _ in 0..2 {
        let imports = vec![import(&people), import(&incidents)];
        let options = Options { imports, ..Options::new(&data) };
        let sandbox = Sandbox::start(options).await.expect("started");
        let query = "sysparm_query=user_name%3Dada.k&sysparm_display_value=true";
        let path =
            format!("/api/now/table/sys_user?{query}&sysparm_fields=name,vip,department.name");
        let found = get(&sandbox, &path).await;
        let ada =
            json!({"name": "Ada King, Countess", "vip": "true", "department.name": "Finance"});
        assert_eq!(found["result"], json!([ada]));
        let tom = get(&sandbox, &format!("/api/now/table/sys_user/{}", TOM.sys_id)).await;
        assert_eq!(tom["result"]["last_name"], "Okafor-Berg");
        assert_eq!(tom["result"]["name"], "Tom Okafor-Berg");
        assert_eq!(tom["result"]["email"], TOM.email, "an empty cell leaves what is there");
        assert_eq!(tom["result"]["sys_mod_count"], "1");
        let fields = "number,short_description,category,opened_at,caller_id.name";
        let found = get(&sandbox, &format!("{INCIDENT}?sysparm_fields={fields}")).await;
        let one = json!({"number": "INC0020001", "short_description": "two\nlines",
            "category": "network", "opened_at": "2026-10-05 09:58:03",
            "caller_id.name": "Ada King, Countess"});
        assert_eq!(found["result"], json!([one]));
        let notes = get(&sandbox, "/api/now/table/sys_journal_field").await;
        assert_eq!(notes["result"].as_array().map(Vec::len), Some(1), "no second note");
        sandbox.shutdown().await;
    }
}

#[test]
fn a_file_to_import_may_name_its_table() {
    let import = |text: &str| text.parse::<Import>().expect("always");
    let of = |table: Option<&str>, path: &str| Import {
        table: table.map(str::to_owned),
        path: path.into(),
    };
    assert_eq!(import("people.csv"), of(None, "people.csv"));
    assert_eq!(import("sys_user=a=b.csv"), of(Some("sys_user"), "a=b.csv"));
    assert_eq!(import("/data/x=1/people.csv"), of(None, "/data/x=1/people.csv"));
}

#[tokio::test]
async fn a_wrong_file_names_line_and_column_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("rows.csv");
    let head = "user_name,email,vip,department\n";
    for (text, expect) in [
        ("user_name,shoe_size\na,9\n".to_owned(), "line 1, column shoe_size: sys_user has no such"),
        ("user_name,sys_mod_count\na,9\n".to_owned(), "column sys_mod_count: the instance alone"),
        ("user_name,user_name\na,b\n".to_owned(), "line 1, column user_name: it is named twice"),
        ("user_name,User ID\na,b\n".to_owned(), "column User ID: user_name is named by another"),
        (format!("{head}a,a@b.example,perhaps,\n"), "line 2, column vip: \"perhaps\" is neither"),
        (format!("{head}\"a\nb\",,,\nc,,,Nowhere\n"), "line 4, column department: no record of"),
        (format!("{head}a,b\n"), "line 2, it has 2 values where the first line names 4"),
        (format!("{head},,true,\n"), "line 2, a person needs user_name or email"),
        (format!("{head}{},,,\n", "x".repeat(41)), "column user_name: 41 characters; it takes 40"),
        ("size,colour\n1,2\n".to_owned(), "line 1, neither short_description nor email among"),
        (String::new(), "line 1, the first line names no columns"),
        ("user_name\n".to_owned() + &"x\n".repeat(20_001), "more than 20000 rows"),
    ] {
        std::fs::write(&path, &text).expect("written");
        let data = tempfile::tempdir().expect("folder");
        let imports = vec![Import { table: None, path: path.clone() }];
        let error = Sandbox::start(Options { imports, ..Options::new(data.path()) }).await;
        let error = error.expect_err("a wrong file");
        assert!(matches!(error, StartError::File { .. }));
        assert!(error.to_string().contains(expect), "{expect}: {error}");
    }
    std::fs::write(&path, b"user_name\nok\n\xff\n").expect("written");
    let data = tempfile::tempdir().expect("folder");
    let imports = vec![Import { table: None, path }];
    let error = Sandbox::start(Options { imports, ..Options::new(data.path()) }).await;
    let error = error.expect_err("no text").to_string();
    assert!(error.contains("line 3, it is no UTF-8 text"), "{error}");
}

#[tokio::test]
async fn a_file_that_a_rule_forbids_in_part_changes_nothing() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    send(&sandbox, Method::POST, INCIDENT, Some(json!({"number": "INC0020001"}))).await;
    let ledger = "/__sandbox/ledger?since=40";
    let before = get(&sandbox, ledger).await;
    let mut typed = form(&sandbox, "/import").await;
    let head = "number,short_description,state,close_code,close_notes";
    let good = "INC0020001,changed,,,\nINC0020002,new,7,Solved,done";
    put(
        &mut typed,
        "rows",
        &format!("{head}\n{good}\nINC0020003,x,7,,\nINC0020002,y,6,,\n,z,7,,\n"),
    );
    let (status, text) = sent(post(&sandbox, "/import", &typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for line in ["line 4, mandatory: Resolution code, Resolution notes", "line 6, mandatory"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("line 5"), "that row is of a record that line 3 closes: {text}");
    assert_eq!(get(&sandbox, ledger).await, before);
    put(&mut typed, "rows", &format!("{head}\n{good}\n"));
    let (_, text) = sent(post(&sandbox, "/import", &typed)).await;
    assert!(text.contains("1 new, 1 changed, 0 as before"), "{text}");
}

#[tokio::test]
async fn a_page_imports_too_and_escapes_what_is_wrong() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let mut typed = form(&sandbox, "/import").await;
    put(&mut typed, "table", "sys_user");
    put(&mut typed, "rows", "user_name,email\r\nada.k,ada@corp.example\r\n");
    let (status, text) = sent(post(&sandbox, "/import", &typed)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("1 new, 0 changed, 0 as before"), "{text}");
    put(&mut typed, "rows", &format!("user_name,vip\nb,{HOSTILE}\n"));
    let (status, text) = sent(post(&sandbox, "/import", &typed)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("line 2, column vip:") && !text.contains("<script"), "{text}");
}

#[tokio::test]
async fn columns_of_ones_own_are_kept_and_others_are_dropped_silently() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("columns.csv");
    let text = "table,column,type,label,length\n\
        incident,u_accepted_at,glide_date_time,Accepted,\nincident,u_site,,Site,10\n";
    std::fs::write(&path, text).expect("written");
    let columns = Some(path.clone());
    let options = Options { columns, ..Options::new(dir.path().join("data")) };
    let sandbox = Sandbox::start(options).await.expect("started");
    let body = json!({"sys_id": ID, "u_accepted_at": "2026-10-05 09:58:03",
        "u_site": "a long name of a site", "u_other": "x"});
    let (_, made) = ask(&sandbox, Method::POST, INCIDENT, Some(body)).await;
    assert_eq!(made["result"]["u_accepted_at"], "2026-10-05 09:58:03");
    assert_eq!(made["result"]["u_site"], "a long nam");
    assert_eq!(made["result"].get("u_other"), None);
    let query = "sysparm_query=u_siteSTARTSWITHa%20long&sysparm_fields=sys_id";
    let found = get(&sandbox, &format!("{INCIDENT}?{query}")).await;
    assert_eq!(found["result"], json!([{ "sys_id": ID }]));
    let text = page(&sandbox, &format!("/incident.do?sys_id={ID}&edit=true")).await;
    assert!(text.contains("name=\"u_site\"") && text.contains(">Accepted</label>"), "{text}");

    for (row, expect) in [
        ("incident,site,,,", "line 2, column column: \"site\" is no name: u_"),
        ("nonsense,u_a,,,", "line 2, column table: no table to add to"),
        ("incident,u_a,colour,,", "line 2, column type: \"colour\" is none of: string"),
        ("incident,u_a,,,0", "line 2, column length: \"0\" is not between 1 and 4000"),
        ("incident,u_a,,,\nincident,u_a,,,", "line 3, column column: u_a is named twice"),
    ] {
        std::fs::write(&path, format!("table,column,type,label,length\n{row}\n")).expect("written");
        let data = tempfile::tempdir().expect("folder");
        let options = Options { columns: Some(path.clone()), ..Options::new(data.path()) };
        let error = Sandbox::start(options).await.expect_err("a wrong list").to_string();
        assert!(error.contains(expect), "{expect}: {error}");
    }
}

#[tokio::test]
async fn a_method_that_there_is_not_is_refused_in_the_instances_words() {
    let dir = tempfile::tempdir().expect("folder");
    let sandbox = start(dir.path()).await;
    let (status, answer) = ask(&sandbox, Method::DELETE, INCIDENT, None).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer["error"]["message"], "Method not supported");
}
