//! Closed queues, and the forms that customers leave there.

use super::house::{Chat, House, Reply, arrival};
use desk_core::config::{FormConfig, WaitThen};
use desk_core::name::StepId;
use desk_core::{Actor, Answer, Answered, Command, RecordRef, Story};
use serde_json::{Value, json};

fn form() -> Value {
    json!({
        "queue": "help", "name": "Dana", "email": "dana@example.com", "text": "My mouse is gone.",
    })
}

/// A house whose queue `help` has a form.
async fn house() -> House {
    House::with(|config, _| {
        let help = config.queues.get_mut(&"help".into()).unwrap();
        help.form = Some(FormConfig { text: "Write to us.".into(), ..FormConfig::default() });
        help.waiting.then = WaitThen::Form;
    })
    .await
}

fn close(open: Option<bool>, until_ms: Option<i64>) -> Command {
    Command::ForceHours { queue: "help".into(), open, until_ms }
}

fn path(reply: &Reply) -> String {
    format!("/v1/forms/{}", reply.body["form"].as_str().unwrap())
}

async fn shown(house: &House, reply: &Reply) -> Reply {
    let token = reply.body["token"].as_str().unwrap();
    Reply::of(house.request("GET", &path(reply)).bearer_auth(token).send().await.unwrap()).await
}

#[tokio::test]
async fn a_closed_queue_says_when_it_opens_and_where_the_form_is() {
    let house = house().await;
    let admin = Actor::Admin("root".into());
    let until = 32_472_144_000_000;
    house.done(admin.clone(), close(Some(false), Some(until))).await;
    let reply = house.post("/v1/chats", arrival()).await;
    let problem = reply.expect_problem(409, "queue_closed");
    assert_eq!((&problem["why"], &problem["opens"]), (&json!("closed"), &json!(until)));
    assert_eq!(problem["form"], "/v1/forms");
    // A page says so before anybody has filled anything in.
    let reply = house.ask("GET", "/v1/queues/help").await;
    let seen = reply.expect(200);
    assert_eq!(
        (&seen["open"], &seen["opens"], &seen["form"]),
        (&json!(false), &json!(until), &json!(true))
    );
    house.ask("GET", "/v1/queues/nowhere").await.expect_problem(422, "unknown_queue");
    // For good, as far as anybody knows.
    house.done(admin.clone(), close(Some(false), None)).await;
    let reply = house.post("/v1/chats", arrival()).await;
    let problem = reply.expect_problem(409, "queue_closed");
    assert!(problem.get("opens").is_none(), "{problem}");
    house.post("/v1/forms", form()).await.expect(201);
    house.done(admin, close(None, None)).await;
    house.post("/v1/chats", arrival()).await.expect(201);
}

#[tokio::test]
async fn a_form_is_kept_and_shows_the_number_of_its_incident_once_it_has_one() {
    let house = house().await;
    let reply = house.post("/v1/forms", form()).await;
    assert_eq!(reply.expect(201)["state"], "received");
    assert_eq!(reply.headers["location"], path(&reply));
    let before = shown(&house, &reply).await;
    assert_eq!(before.expect(200)["state"], "received");
    assert!(before.body.get("incident").is_none() && before.body["left"].is_i64());

    let chat = reply.body["form"].as_str().unwrap().parse().unwrap();
    let driver = Actor::Driver("lookup".into());
    let taken = house.done(driver.clone(), Command::TakeLookup { chat }).await;
    assert!(matches!(taken, Answer::Lookup(_)));
    let result = Ok(Vec::new());
    house.done(driver.clone(), Command::LookupAnswered { chat, n: 1, result }).await;
    let read = move |journal: &dyn desk_journal::Read| -> Result<_, super::super::problem::Fault> {
        let records = crate::history::records(journal, chat).unwrap();
        let to = records.last().unwrap().seq;
        let events = records.iter().flat_map(|r| r.events.iter().map(move |event| (r.at, event)));
        Ok((Story::fold(chat, events).unwrap(), to))
    };
    let (story, read_to) = house.desk.readers().read(read).await.unwrap();
    let step: StepId = format!("{chat}.create").parse().unwrap();
    let story = Box::new(story);
    house.done(driver.clone(), Command::TakeStep { step, story, read_to }).await;
    let record = RecordRef { table: "incident".into(), sys_id: "9".repeat(32) };
    let created = Some((record, "INC0010001".to_owned()));
    let answered = Answered::Done { created, foreign: false, differences: Vec::new() };
    house.done(driver, Command::StepAnswered { step, attempt: 1, answered }).await;

    let after = shown(&house, &reply).await;
    assert_eq!(after.expect(200)["state"], "filed");
    assert_eq!(after.body["incident"], "INC0010001");
}

#[tokio::test]
async fn a_repeat_leaves_one_form_and_an_id_opens_nothing_of_another() {
    let house = house().await;
    let mut body = form();
    body["id"] = json!("a-client's-own-id");
    let first = house.post("/v1/forms", body.clone()).await;
    let again = house.post("/v1/forms", body.clone()).await;
    assert_eq!(again.expect(201), first.expect(201));
    for (field, value) in
        [("text", json!("Another.")), ("name", json!("Eve")), ("fields", json!({ "a": "b" }))]
    {
        let mut other = body.clone();
        other[field] = value;
        let reply = house.post("/v1/forms", other).await;
        reply.expect_problem(409, "id_reused");
        assert!(reply.body.get("token").is_none());
    }
    // A chat and a form do not share an id.
    let mut chat = arrival();
    chat["id"] = body["id"].clone();
    house.post("/v1/chats", chat.clone()).await.expect_problem(409, "id_reused");
    chat["id"] = json!("of a chat");
    house.post("/v1/chats", chat).await.expect(201);
    body["id"] = json!("of a chat");
    house.post("/v1/forms", body).await.expect_problem(409, "id_reused");
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said_by_field() {
    let house = house().await;
    for (field, value, code) in [
        ("queue", json!("nowhere"), "unknown_queue"),
        ("queue", json!("../etc"), "unknown_queue"),
        ("name", json!("  "), "wrong_field"),
        ("name", json!("n".repeat(201)), "too_long"),
        ("email", json!(""), "wrong_field"),
        ("email", json!("dana"), "wrong_field"),
        ("email", json!("dana@example.com\r\nBcc: all@example.com"), "wrong_field"),
        ("email", json!(format!("{}@x", "e".repeat(200))), "too_long"),
        ("text", json!(" \n "), "empty"),
        ("text", json!("t".repeat(5001)), "too_long"),
        ("text", json!(1), "wrong_field"),
        ("fields", json!({ "topic": "t".repeat(2001) }), "too_many_fields"),
        ("id", json!("i".repeat(65)), "wrong_field"),
        ("skills", json!({}), "unknown_field"),
    ] {
        let mut body = form();
        body[field] = value;
        house.post("/v1/forms", body).await.expect_problem(422, code);
    }
    let mut quiet = form();
    quiet["queue"] = json!("quiet");
    house.post("/v1/forms", quiet).await.expect_problem(409, "no_form");
    for missing in ["queue", "name", "email", "text"] {
        let mut body = form();
        body.as_object_mut().unwrap().remove(missing);
        house.post("/v1/forms", body).await.expect_problem(422, "missing_field");
    }
    house.done(Actor::Daemon, Command::LowDisk { on: true }).await;
    let reply = house.post("/v1/forms", form()).await;
    assert_eq!(reply.expect_problem(503, "turned_away")["why"], "low_disk");
    house.ask("GET", "/v1/forms").await.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_flood_of_forms_is_stopped_for_its_queue_and_told_when_to_go_on() {
    let house = House::with(|config, http| {
        for queue in config.queues.values_mut() {
            queue.form = Some(FormConfig::default());
        }
        http.forms_per_min = 2;
    })
    .await;
    for _ in 0..2 {
        house.post("/v1/forms", form()).await.expect(201);
    }
    let reply = house.post("/v1/forms", form()).await;
    reply.expect_problem(429, "too_fast");
    let secs: u64 = reply.headers["retry-after"].parse().unwrap();
    assert!((1..=31).contains(&secs), "{secs}");
    let mut quiet = form();
    quiet["queue"] = json!("quiet");
    house.post("/v1/forms", quiet).await.expect(201);
    // Chats are another matter.
    house.post("/v1/chats", arrival()).await.expect(201);
}

#[tokio::test]
async fn a_form_shows_itself_to_its_token_alone_and_is_no_conversation() {
    let house = house().await;
    let (one, other) =
        (house.post("/v1/forms", form()).await, house.post("/v1/forms", form()).await);
    let token = other.body["token"].as_str().unwrap();
    let strange = house.request("GET", &path(&one)).bearer_auth(token).send().await.unwrap();
    Reply::of(strange).await.expect_problem(401, "unauthorized");
    house.ask("GET", &path(&one)).await.expect_problem(401, "unauthorized");
    house.ask("GET", "/v1/forms/nonsense").await.expect_problem(401, "unauthorized");
    // Nothing can be said in it, and a chat is no form.
    let mut known = one.body.clone();
    known["chat"] = known["form"].clone();
    let as_chat = Chat::of(&house, &Reply { body: known, ..one });
    as_chat.say("1", "and another thing").await.expect_problem(409, "chat_ended");
    assert_eq!(as_chat.ask("GET", "").await.expect(200)["ended"]["how"], "offline");
    let chat = house.chat().await;
    let path = format!("/v1/forms/{}", chat.id);
    let wrong = house.request("GET", &path).bearer_auth(&chat.token).send().await.unwrap();
    Reply::of(wrong).await.expect_problem(404, "unknown_chat");
}
