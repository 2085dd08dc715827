//! What each behaviour of an instance, or of the network before it, means. One row for each, with
//! the public source that tells of it; what several sources tell is in the row of the first.

#![allow(missing_docs)]

mod common;

use common::{Answer, answer, client, config, fields, incident, kind, serve};
use desk_servicenow::{
    Auth, Change, Client, Grant, LookupQuery, OAuth, Outcome, SecretString, SysId,
};

const JSON: &str = "content-type: application/json;charset=UTF-8";
const HTML: &str = "content-type: text/html";
const ID: &str = "0123456789abcdef0123456789abcdef";
const RECORD: &str = r#"{"result":{"sys_id":"0123456789abcdef0123456789abcdef","number":"INC1"}}"#;

/// ServiceNow's own documentation: paths in the repository ServiceNow/ServiceNowDocs.
const TABLE: &str = "ServiceNowDocs api-reference/rest-apis/c_TableAPI.md";
const REST: &str = "ServiceNowDocs api-reference/rest-api-explorer/c_RESTAPI.md";
const SEMAPHORES: &str = "ServiceNowDocs impact/io-semaphores-performance-metrics.md";
const QUOTAS: &str = "ServiceNowDocs c_DefaultQuotaRules.md";
const ATTACHMENT: &str = "ServiceNowDocs api-reference/rest-apis, Attachment API";
const QUERIES: &str = "ServiceNowDocs platform-user-interface/c_EncodedQueryStrings.md";
const CASE: &str = "ServiceNowDocs api-reference/rest-apis/case-api.md";
const PYSNC: &str = "ServiceNow/PySNC test/test_snc_api_write.py::test_insert_custom_guid";
const PLAYGROUND: &str = "vdesabou/kafka-docker-playground, a trace of curl";
const CANCELLED: &str = "gflewis/sndml3#38; ansible-collections/servicenow.itsm#76";
const SESSIONS: &str = "KB3047080 §5.4; ServiceNow blog, HTTP 202 from an inbound call";

fn id() -> SysId {
    ID.parse().expect("an id")
}

fn refused(message: &str, detail: &str) -> String {
    format!(r#"{{"error":{{"message":"{message}","detail":"{detail}"}},"status":"failure"}}"#)
}

fn broken_off(whole: &str) -> Answer {
    Answer::Bytes(format!("HTTP/1.1 201 Created\r\n{JSON}\r\ncontent-length: 900\r\n\r\n{whole}"))
}

/// A behaviour, its source, the answer, and what it means for a read of one record and a create.
type Row = (&'static str, &'static str, Answer, &'static str, &'static str);

fn whole_answers() -> Vec<Row> {
    let (size, cut) = (format!("{:x}", RECORD.len()), RECORD);
    let chunked = format!(
        "HTTP/1.1 201 Created\r\n{JSON}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
         {size}\r\n{cut}\r\n0\r\n\r\n"
    );
    let elsewhere = "location: https://other.example/api/now/table/incident/1";
    let forms = r#"{"result":{"sys_id":{"display_value":"x","value":"0123456789abcdef0123456789abcdef"},
        "caller_id":{"link":"https://x","value":"a"},"cmdb_ci":"","active":"true"}}"#;
    let odd = r#"{"result":{"sys_id":"glide.maint"}}"#;
    let cookie = "set-cookie: JSESSIONID=1; Path=/; HttpOnly";
    vec![
        ("a create is answered by 201", TABLE, answer("201 x", &[JSON], RECORD), "done", "done"),
        ("a read by 200", TABLE, answer("200 x", &[JSON], RECORD), "done", "ambiguous"),
        (
            "it names another host",
            TABLE,
            answer("201 x", &[JSON, elsewhere], RECORD),
            "done",
            "done",
        ),
        ("it comes in chunks", REST, Answer::Bytes(chunked), "done", "done"),
        ("values have three forms", TABLE, answer("201 x", &[JSON], forms), "done", "done"),
        ("an id that is no hex", TABLE, answer("201 x", &[JSON], odd), "retry", "ambiguous"),
        ("it sets cookies", SESSIONS, answer("201 x", &[JSON, cookie], RECORD), "done", "done"),
    ]
}

fn incomplete_answers() -> Vec<Row> {
    let cancelled = "Transaction cancelled: maximum execution time exceeded";
    let both = format!(r#"{{"error":{{"message":"{cancelled}"}},{}"#, &RECORD[1..]);
    let after = format!(r#"{},"error":{{"message":"{cancelled}"}}}}"#, &RECORD[..RECORD.len() - 1]);
    let spoiled = format!(r#"{{"result":[{{"sys_id":"{ID}"}},{{"error":{{"message":"{cancelled}"#);
    let said = refused(cancelled, "Transaction cancelled");
    let row = |text, source, body: &str| {
        (text, source, answer("201 Created", &[JSON], body), "retry", "ambiguous")
    };
    vec![
        row("a partial result after an error", CANCELLED, &both),
        row("an error after a partial result", "rundeck/docs#1512", &after),
        row("an error in the midst, no JSON any more", CANCELLED, &spoiled),
        row("an error alone under a success", CANCELLED, &said),
        ("the same under a 200", CANCELLED, answer("200 x", &[JSON], &both), "retry", "ambiguous"),
        (
            "a cancelled one under a 403",
            CANCELLED,
            answer("403 x", &[JSON], &said),
            "retry",
            "ambiguous",
        ),
        (
            "a cancelled one under a 400, no JSON",
            CANCELLED,
            answer("400 x", &[JSON], &spoiled),
            "retry",
            "ambiguous",
        ),
        row("truncated JSON", "harness/harness-core#43155", &RECORD[..40]),
        row("a result without an id", TABLE, r#"{"result":{"number":"INC1"}}"#),
        row("a list for one record", TABLE, r#"{"result":[]}"#),
        row("no result", TABLE, "{}"),
        ("no content type", REST, answer("201 x", &[], RECORD), "asleep", "ambiguous"),
        ("no content at all", TABLE, answer("204 x", &[], ""), "asleep", "ambiguous"),
        (
            "a body that broke off",
            "harness/harness-core#43155",
            broken_off(RECORD),
            "retry",
            "ambiguous",
        ),
        ("202: perhaps never run", SESSIONS, answer("202 x", &[], ""), "retry", "ambiguous"),
        ("202 with a result", SESSIONS, answer("202 x", &[JSON], RECORD), "retry", "ambiguous"),
    ]
}

fn other_answers() -> Vec<Row> {
    let hibernating = "<body class=\"instance-hibernating-page\">Your instance is hibernating";
    let developer = "location: https://developer.servicenow.com/";
    let proxy = "HTML of a proxy: unverified, as any";
    vec![
        (
            "hibernating",
            "kafka-docker-playground#8778",
            answer("200 x", &[HTML], hibernating),
            "asleep",
            "asleep",
        ),
        (
            "hibernating, a redirect",
            "test fixtures of others",
            answer("302 x", &[HTML, developer], ""),
            "asleep",
            "asleep",
        ),
        (
            "a login page",
            "as hibernating",
            answer("200 x", &[HTML], "<html>Sign in</html>"),
            "asleep",
            "ambiguous",
        ),
        (
            "a redirect to a login",
            "as hibernating",
            answer("302 x", &["location: /login.do"], ""),
            "asleep",
            "asleep",
        ),
        (
            "another server",
            proxy,
            answer("404 x", &[HTML], "<html>nginx</html>"),
            "asleep",
            "ambiguous",
        ),
        (
            "a firewall's refusal",
            proxy,
            answer("403 x", &[HTML], "<html>Request blocked</html>"),
            "asleep",
            "ambiguous",
        ),
        (
            "a proxy that finds the request bad",
            proxy,
            answer("400 x", &[HTML], "<html>nginx</html>"),
            "asleep",
            "ambiguous",
        ),
        (
            "a gateway's JSON that names no error",
            proxy,
            answer("403 x", &[JSON], r#"{"message":"Forbidden"}"#),
            "asleep",
            "ambiguous",
        ),
        (
            "hibernating, a 503",
            "test fixtures of others",
            answer("503 x", &[HTML], "x"),
            "retry",
            "ambiguous",
        ),
    ]
}

fn limits() -> Vec<Row> {
    let body = refused("Rate limit exceeded", "Rate limit of 100 requests per hour exceeded");
    let rate = [JSON, "retry-after: 7", "x-ratelimit-limit: 100", "x-ratelimit-rule: all"];
    let dates =
        ["retry-after: Wed, 21 Oct 2026 07:31:00 GMT", "date: Wed, 21 Oct 2026 07:29:30 GMT"];
    vec![
        ("a rate limit", REST, answer("429 x", &rate, &body), "retry 7", "retry 7"),
        ("no thread is free", SEMAPHORES, answer("429 x", &[HTML], "busy"), "retry", "retry"),
        (
            "an hour and more",
            "port-labs/ocean#3684",
            answer("429 x", &["retry-after: 999999"], ""),
            "retry 7200",
            "retry 7200",
        ),
        (
            "no number",
            "RFC 9110 10.2.3",
            answer("429 x", &["retry-after: soon"], ""),
            "retry",
            "retry",
        ),
        (
            "maintenance that says when",
            "RFC 9110 10.2.3",
            answer("503 x", &[HTML, "retry-after: 30"], ""),
            "retry 30",
            "ambiguous",
        ),
        (
            "a limit until a time of the answerer's clock",
            "RFC 9110 10.2.3",
            answer("429 x", &[dates[0], dates[1]], ""),
            "retry 90",
            "retry 90",
        ),
        (
            "a time that has passed",
            "RFC 9110 10.2.3",
            answer("429 x", &[dates[1], "retry-after: Wed, 21 Oct 2026 07:28:00 GMT"], ""),
            "retry at once",
            "retry at once",
        ),
        (
            "a time by nobody's clock",
            "RFC 9110 10.2.3",
            answer("429 x", &[dates[0]], ""),
            "retry",
            "retry",
        ),
    ]
}

fn logins() -> Vec<Row> {
    let body = refused("User Not Authenticated", "Required to provide Auth information");
    let realm = "www-authenticate: BASIC realm=\"Service-now\"";
    let cookie = "set-cookie: JSESSIONID=1; Path=/";
    vec![
        (
            "a refused login",
            PLAYGROUND,
            answer("401 x", &[JSON, realm, cookie], &body),
            "retry 60",
            "retry 60",
        ),
        (
            "one without words",
            "demisto/content#7614",
            answer("401 x", &[HTML], "no"),
            "retry 60",
            "retry 60",
        ),
    ]
}

fn refusals() -> Vec<Row> {
    let (failed, live) = ("Operation Failed", "seen on live instances");
    let reading = "Exception while reading request";
    let large = "Rejected large REST payload with content-length = 20000000 bytes. Max allowed: \
                 10485760 bytes.";
    let acl = "ACL Exception Insert Failed due to security constraints";
    let rule = "Operation against file 'incident' was aborted by Business Rule 'x'";
    let duplicate = "Error during insert of incident (INC1)";
    let rows = [
        ("no such table", live, "400", "Invalid table x", ""),
        ("no resource", live, "400", "Requested URI does not represent any resource", ""),
        ("too large", "KB0747638", "400", reading, large),
        ("too large, its status being unsure", "KB0747638", "500", reading, large),
        ("an ACL", live, "403", failed, acl),
        ("an ACL of the API", live, "403", failed, "Failed API level ACL Validation"),
        ("a business rule", live, "403", failed, rule),
        ("a data policy", live, "403", failed, "Data Policy Exception: Close code is mandatory"),
        ("a second one with its id", "fixtures of Talend; unverified", "403", failed, duplicate),
        ("a method that is not allowed", REST, "405", "Method not allowed", ""),
        ("not acceptable", REST, "406", "Not acceptable", ""),
        ("an unsupported type", REST, "415", "Unsupported media type", ""),
    ];
    let permanent = |status| match status {
        "400" => "permanent 400",
        "403" => "permanent 403",
        "405" => "permanent 405",
        "406" => "permanent 406",
        "413" => "permanent 413",
        "414" => "permanent 414",
        "431" => "permanent 431",
        "415" => "permanent 415",
        _ => "permanent 500",
    };
    let row = |(behaviour, source, status, message, detail)| -> Row {
        let answer = answer(&format!("{status} x"), &[JSON], &refused(message, detail));
        (behaviour, source, answer, permanent(status), permanent(status))
    };
    let no_status = r#"{"error":{"detail":null,"message":"Insufficient rights to query records"}}"#;
    let turned = r#"{"status":"failure","error":{"detail":"d","message":"m"}}"#;
    let missing = refused("No Record found", "Record doesn't exist or ACL restricts the record");
    let other = |behaviour, source, status, kind, body: &str| -> Row {
        let answer = answer(&format!("{status} x"), &[kind], body);
        (behaviour, source, answer, permanent(status), permanent(status))
    };
    let mut all: Vec<Row> = rows.into_iter().map(row).collect();
    all.push(other("no rights, no status, detail null", live, "403", JSON, no_status));
    all.push(other("keys in another order", live, "403", JSON, turned));
    all.push(other("too large for a proxy", "RFC 9110 15.5.14", "413", HTML, "too long"));
    all.push(other("too long an address", "RFC 9110 15.5.15", "414", HTML, "too long"));
    all.push(other("too large a head", "RFC 6585 5", "431", HTML, "too long"));
    let answer = answer("404 x", &[JSON], &missing);
    all.push(("no such record, or hidden", live, answer, "done", "permanent 404"));
    all
}

fn failures() -> Vec<Row> {
    let failed = refused("Operation Failed", "");
    vec![
        ("an internal error", REST, answer("500 x", &[JSON], &failed), "retry", "ambiguous"),
        ("a bad gateway", REST, answer("502 x", &[HTML], "<html>"), "retry", "ambiguous"),
        ("unavailable", REST, answer("503 x", &[HTML], "<html>"), "retry", "ambiguous"),
        (
            "a gateway's time-out",
            "KB0546187",
            answer("504 x", &[HTML], "<html>"),
            "retry",
            "ambiguous",
        ),
        ("the quota's time-out", QUOTAS, answer("408 x", &[HTML], "<html>"), "retry", "ambiguous"),
        (
            "nothing after sending",
            "harness/harness-core#43155",
            Answer::Nothing,
            "retry",
            "ambiguous",
        ),
        (
            "half a head",
            "harness/harness-core#43155",
            Answer::Bytes("HTTP/1.1 2".into()),
            "retry",
            "ambiguous",
        ),
        (
            "no HTTP",
            "as a half head",
            Answer::Bytes("nonsense\r\n\r\n".into()),
            "retry",
            "ambiguous",
        ),
    ]
}

#[tokio::test]
async fn each_answer_means_one_thing_for_a_read_and_one_for_a_create() {
    let all = [
        whole_answers(),
        incomplete_answers(),
        other_answers(),
        limits(),
        logins(),
        refusals(),
        failures(),
    ];
    let mut wrong = Vec::new();
    for (behaviour, source, answer, read, write) in all.into_iter().flatten() {
        let url = format!("http://{}", serve(answer).await);
        let found = client(&url).get("incident", &id(), &["number"]).await;
        let made = client(&url).create(&incident(id(), &[("short_description", "x")])).await;
        if (kind(&found).as_str(), kind(&made).as_str()) != (read, write) {
            wrong.push(format!("{behaviour} ({source}): read: {found}; create: {made}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn each_answer_to_a_change_means_one_thing() {
    let other = RECORD.replace("01234567", "76543210");
    for (behaviour, source, answer, expect) in [
        ("a change is answered by 200", TABLE, answer("200 x", &[JSON], RECORD), "done"),
        ("another record comes back", TABLE, answer("200 x", &[JSON], &other), "ambiguous"),
        (
            "no such record, or hidden",
            TABLE,
            answer("404 x", &[JSON], &refused("No Record found", "")),
            "permanent 404",
        ),
    ] {
        let url = format!("http://{}", serve(answer).await);
        let changes = fields(&[("work_notes", "x")]);
        let found = client(&url).update("incident", &id(), &changes).await;
        assert_eq!(kind(&found), expect, "{behaviour} ({source}): {found}");
    }
}

#[tokio::test]
async fn each_list_of_a_lookup_means_one_thing() {
    let one = |email: &str| format!(r#"{{"sys_id":"{ID}","email":"{email}","active":"true"}}"#);
    let hidden = format!(r#"{{"sys_id":"{ID}"}}"#);
    let odd = r#"{"sys_id":"global","email":"jane@corp.example"}"#.to_owned();
    let many = vec![one("jane@corp.example"); 26].join(",");
    for (behaviour, source, rows, wanted, expect) in [
        ("an empty list", TABLE, String::new(), "jane@corp.example", "0"),
        ("one", TABLE, one("jane@corp.example"), "jane@corp.example", "1"),
        ("in another case", TABLE, one("jane@corp.example"), "Jane@Corp.example", "1"),
        (
            "a dropped condition",
            QUERIES,
            one("mo@corp.example"),
            "jane@corp.example",
            "permanent 200",
        ),
        ("a hidden address", QUERIES, hidden, "jane@corp.example", "permanent 200"),
        // What a database takes for the same is neither a match nor an error.
        ("another letter", QUERIES, one("jane@corp.example"), "jäne@corp.example", "0"),
        ("a sign for a letter", QUERIES, one("mark@corp.example"), "mar\u{212a}@corp.example", "0"),
        ("more than are wanted", TABLE, many, "jane@corp.example", "25 and more"),
        ("an id that is no hex", TABLE, odd, "jane@corp.example", "0"),
    ] {
        let body = format!(r#"{{"result":[{rows}]}}"#);
        let url = format!("http://{}", serve(answer("200 OK", &[JSON], &body)).await);
        let query = LookupQuery::email(wanted).expect("safe");
        let seen = match client(&url).lookup(&query).await {
            Outcome::Done(found) if found.more => format!("{} and more", found.candidates.len()),
            Outcome::Done(found) => found.candidates.len().to_string(),
            other => kind(&other),
        };
        assert_eq!(seen, expect, "{behaviour} ({source})");
    }
    let v1 = answer("404 x", &[JSON], &refused("No Record found", ""));
    let url = format!("http://{}", serve(v1).await);
    let found = client(&url).lookup(&LookupQuery::email("a@b.example").expect("safe")).await;
    assert_eq!(kind(&found), "permanent 404", "only version 1, never asked, says so of no rows");
}

#[tokio::test]
async fn each_difference_of_an_echo_is_named() {
    use Change::{Changed, Dropped, Truncated, Unseen};
    for (behaviour, source, sent, held, expect) in [
        ("kept", TABLE, ("urgency", "2"), r#""urgency":"2""#, None),
        (
            "a field that may not be written",
            "seen on live instances",
            ("urgency", "2"),
            r#""urgency":"""#,
            Some(Dropped),
        ),
        ("a field that is unknown or hidden", TABLE, ("u_x", "2"), r#""number":"1""#, Some(Unseen)),
        (
            "too long",
            CASE,
            ("short_description", "abcd"),
            r#""short_description":"abc""#,
            Some(Truncated),
        ),
        (
            "no such choice",
            "ServiceNowDocs, glide.rest.choice.allow_non_existing_value",
            ("category", "x"),
            r#""category":"""#,
            Some(Dropped),
        ),
        (
            "a name for a reference",
            "unverified",
            ("assigned_to", "Tom"),
            r#""assigned_to":"""#,
            Some(Dropped),
        ),
        (
            "a business rule",
            "ServiceNowDocs, business rules",
            ("priority", "1"),
            r#""priority":"4""#,
            Some(Changed),
        ),
        (
            "a journal reads back empty",
            "NangoHQ/integration-templates#582",
            ("work_notes", "x"),
            r#""work_notes":"""#,
            None,
        ),
        ("a flag in capitals", TABLE, ("knowledge", "true"), r#""knowledge":"True""#, None),
    ] {
        let body = format!(r#"{{"result":{{"sys_id":"{ID}",{held}}}}}"#);
        let url = format!("http://{}", serve(answer("201 x", &[JSON], &body)).await);
        let made = client(&url).create(&incident(id(), &[sent])).await;
        let Outcome::Done(made) = made else { panic!("{behaviour}: {made:?}") };
        let seen = made.differences.first().map(|difference| difference.change);
        assert_eq!(seen, expect, "{behaviour} ({source})");
    }
    let other = RECORD.replace("01234567", "76543210");
    let url = format!("http://{}", serve(answer("201 x", &[JSON], &other)).await);
    let made = client(&url).create(&incident(id(), &[])).await.done().expect("made");
    assert!(!made.own_id, "an id of the instance's own is told ({PYSNC})");
}

#[tokio::test]
async fn each_answer_about_a_file_means_one_thing() {
    let file = format!(r#"{{"result":{{"sys_id":"{ID}","file_name":"a.txt","size_bytes":"1"}}}}"#);
    let missing = refused("No Record found", "Record doesn't exist or ACL restricts");
    let parameter = refused("Missing parameter", "table_sys_id");
    for (behaviour, answer, expect) in [
        ("kept", answer("201 x", &[JSON], &file), "done"),
        ("a parameter is missing", answer("400 x", &[JSON], &parameter), "permanent 400"),
        ("no such record, or hidden", answer("404 x", &[JSON], &missing), "permanent 404"),
        ("nothing after sending", Answer::Nothing, "ambiguous"),
    ] {
        let url = format!("http://{}", serve(answer).await);
        let sent = client(&url).attach("incident", &id(), "a.txt", "text/plain", vec![1]).await;
        assert_eq!(kind(&sent), expect, "{behaviour} ({ATTACHMENT}): {sent}");
    }
}

#[tokio::test]
async fn each_answer_to_a_request_for_a_token_means_one_thing() {
    let denied = r#"{"error_description":"access_denied","error":"server_error"}"#;
    let given =
        r#"{"access_token":"t","scope":"useraccount","token_type":"Bearer","expires_in":1799}"#;
    for (behaviour, source, answer, expect) in [
        ("denied", "demisto/content-docs#1301", answer("401 x", &[JSON], denied), "retry 60"),
        ("denied as a bad request", "RFC 6749 5.2", answer("400 x", &[JSON], denied), "retry 60"),
        (
            "hibernating",
            "kafka-docker-playground#8778",
            answer("200 x", &[HTML], "hibernating"),
            "asleep",
        ),
        ("a redirect", "test fixtures of others", answer("302 x", &["location: /x"], ""), "asleep"),
        ("a failure", REST, answer("503 x", &[HTML], ""), "retry"),
        (
            "half a token",
            "harness/harness-core#43155",
            answer("200 x", &[JSON], &given[..20]),
            "retry",
        ),
        // Given, and then not taken by the same server, which answers so to everything.
        ("given", "ServiceNowDocs, OAuth inbound", answer("200 x", &[JSON], given), "retry"),
    ] {
        let mut config = config(&format!("http://{}", serve(answer).await));
        config.auth = Auth::OAuth(OAuth {
            client_id: "id".into(),
            client_secret: SecretString::from("secret").into(),
            grant: Grant::ClientCredentials,
        });
        let found = Client::new(config).expect("client").get("incident", &id(), &[]).await;
        assert_eq!(kind(&found), expect, "{behaviour} ({source}): {found}");
    }
}
