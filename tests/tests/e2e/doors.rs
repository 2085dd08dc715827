//! Bad input at each door: a clear error, and nothing lost.

use crate::procedure::{available, talk};
use crate::world::World;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;

const ANN: &str = "agent:ann";
const BEN: &str = "agent:ben";

fn problem(world: &World, path: &str, token: Option<&str>, body: Value) -> (u16, String) {
    let (status, problem) = world.http("POST", path, token, body);
    (status, problem["code"].as_str().unwrap_or_else(|| panic!("{problem}")).to_owned())
}

#[test]
fn http_answers_bad_input_with_a_problem_that_names_it() {
    let world = World::running();
    let mine = world.open("Jane", "jane@corp.example");
    let other = world.open("Joan", "joan@corp.example");
    let nobody = json!({ "queue": "nowhere", "name": "J", "email": "j@x.example" });
    assert_eq!(problem(&world, "/v1/chats", None, nobody), (422, "unknown_queue".into()));
    let says = json!({ "id": "m1", "text": "x" });
    let path = format!("/v1/chats/{}/messages", mine.0);
    let (status, _) = problem(&world, &path, Some(&other.1), says.clone());
    assert_eq!(status, 401, "another chat's token");
    let (status, _) = problem(&world, &path, None, says.clone());
    assert_eq!(status, 401, "no token");
    let end = format!("/v1/chats/{}/end", mine.0);
    assert!(world.http("POST", &end, Some(&mine.1), json!({})).0 < 300);
    assert_eq!(problem(&world, &path, Some(&mine.1), says), (409, "chat_ended".into()));
    let unknown = json!({ "queue": "support", "name": "J", "email": "", "quue": 1 });
    let (status, body) = world.http("POST", "/v1/chats", None, unknown);
    assert!((400..500).contains(&status) && body.to_string().contains("quue"), "{body}");
    let long = json!({ "queue": "support", "name": "x".repeat(100_000), "email": "" });
    assert_eq!(world.http("POST", "/v1/chats", None, long).0, 413);
}

#[test]
fn the_socket_answers_broken_lines_and_goes_on() {
    let world = World::running();
    let mut stream = UnixStream::connect(world.path("deskd.sock")).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut ask = |line: &str| -> Value {
        stream.write_all(line.as_bytes()).unwrap();
        stream.write_all(b"\n").unwrap();
        serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap()
    };
    assert_eq!(ask(r#"{"v":1,"client":"test"}"#)["v"], 1);
    assert_eq!(ask("{broken")["refused"]["code"], "not_json");
    assert_eq!(ask(r#"{"id":1,"verb":"lgoin"}"#)["refused"]["code"], "unknown_verb");
    assert_eq!(
        ask(r#"{"id":2,"verb":"login","with":{"x":1}}"#)["refused"]["code"],
        "unknown_field"
    );
    assert!(ask(r#"{"id":3,"verb":"whoami"}"#)["ok"]["whoami"].is_object());
}

#[test]
fn an_agent_cannot_touch_anothers_chat() {
    let world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, ("Jane", "jane@corp.example"));
    available(&world, "ben");
    world.refused(BEN, &["chat", "say", "--chat", &chat.0, "hello"], "not_yours");
    world.refused(BEN, &["chat", "end", &chat.0], "not_yours");
    world.refused("agent:nobody", &["login"], "unknown_agent");
    world.refused(ANN, &["logout"], "open_chats");
    world.refused(BEN, &["status", "stop-new"], "not_busy");
}

#[test]
fn a_wrong_config_is_named_with_its_line_and_ends_with_78() {
    let world = World::new();
    world.write("deskd.toml", "[http]\nlissten = \"127.0.0.1:0\"\n");
    for verb in ["run", "check"] {
        let output = Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
            .args([verb, "--config", world.path("deskd.toml").to_str().unwrap()])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(78));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("deskd.toml:2") && said.contains("listen"), "{said}");
    }
}

#[test]
fn without_a_daemon_deskctl_names_the_path_and_exits_with_3() {
    let world = World::new();
    let output = world.ctl_raw(ANN, &["status", "show"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("deskd.sock"));
}
