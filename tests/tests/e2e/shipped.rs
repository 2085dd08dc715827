//! The rules that come with deskd, through the running daemon.

use crate::procedure::{available, talk, until_complete};
use crate::world::{SUPPORT, World};
use desk_wire::Notice;
use serde_json::{Value, json};

const ANN: &str = "agent:ann";
const ADMIN: &str = "role:admin";

/// A world whose queue has words of its own for the rules.
fn with_fields(fields: &str) -> World {
    let world = World::new();
    world.write("queues.d/support.toml", &format!("{SUPPORT}[fields]\n{fields}"));
    world
}

fn vip() -> Value {
    json!({ "queue": "support", "name": "Mara", "email": "", "fields": { "tier": "vip" } })
}

#[test]
fn a_vip_goes_first_and_is_to_be_accepted_sooner() {
    let world = World::running();
    let earlier = world.open("Nobody", "");
    let vip = world.open_with(&vip());
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    watcher.until_offered(&vip.0);
    let offer = world.ok(ANN, &["offer", "show"])["offer"].clone();
    assert_eq!(offer["lines"], json!(["VIP: Mara"]), "{offer}");
    assert!(offer["remaining_ms"].as_u64().unwrap() <= 10_000, "the queue gives 60 s: {offer}");
    let waits = world.ok(ADMIN, &["chat", "show", &earlier.0]);
    assert_eq!(waits["chat"]["state"], "waiting", "{waits}");
}

#[test]
fn at_night_chats_are_handed_over_to_the_nights_queue() {
    let words = |from: &str, to: &str| {
        format!("night = \"nights\"\nnight_from = \"{from}\"\nnight_to = \"{to}\"\n")
    };
    for (words, queue) in
        [(words("00:00", "24:00"), "nights"), (words("24:00", "24:30"), "support")]
    {
        let mut world = with_fields(&words);
        world.write("queues.d/nights.toml", SUPPORT);
        world.start();
        let chat = world.open("Nobody", "");
        let shown = world.ok(ADMIN, &["chat", "show", &chat.0]);
        assert_eq!(shown["chat"]["queue"], queue, "{shown}");
    }
}

#[test]
fn of_active_records_the_one_of_the_addresss_department_is_chosen() {
    let email = "eve@finance.larkfield.example";
    let mut world = World::new();
    world.configure(
        "servicenow.lookup",
        "fields = [\"name\", \"email\", \"active\", \"department.name\"]\n",
    );
    world.start();
    let person = |name: &str, department: &str| {
        let of = &world.rows("cmn_department", &format!("name={department}"))[0]["sys_id"];
        let new = json!({
            "first_name": name, "last_name": "Ng", "user_name": name, "email": email,
            "active": "true", "department": of,
        });
        world.api("POST", "table/sys_user", new)["result"]["sys_id"].clone()
    };
    let (_, finance) = (person("other", "Logistics"), person("own", "Finance"));
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, ("Eve", email));
    let matched = watcher.until("the match", |notice| match notice {
        Notice::MatchChanged(of) if of.chat == chat.0 && !of.candidates.is_empty() => {
            Some(of.clone())
        }
        _ => None,
    });
    assert_eq!(matched.candidates.len(), 2);
    assert_eq!(json!(matched.chosen), finance);
    assert_eq!(matched.candidates[0].sys_id, finance, "it is first of the list");
}

#[test]
fn card_and_identity_numbers_are_masked_before_they_are_kept() {
    let world = World::running();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, ("Nobody", ""));
    world.customer_says(&chat, "m1", "4111 1111 1111 1111, and I am 078-05-1120");
    let shown = world.ok(ANN, &["chat", "show"]);
    let text = shown["chat"]["messages"][0]["text"].as_str().unwrap();
    assert_eq!(text, "**** **** **** 1111, and I am ***-**-****", "{shown}");
}

#[test]
fn who_escalates_says_why_and_a_long_chat_gives_its_agent_more_time() {
    let mut world = with_fields("long_secs = \"0\"\n");
    let queue = std::fs::read_to_string(world.path("queues.d/support.toml")).unwrap();
    world.write("queues.d/support.toml", &queue.replace("secs = 300", "secs = 2"));
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let chat = talk(&world, &mut watcher, ("Nobody", ""));
    world.ok(ANN, &["wrapup", "code", "escalated"]);
    world.refused(ANN, &["wrapup", "done"], "denied");
    world.ok(ANN, &["chat", "end"]);
    // The timer runs twice, and then the segment is wrapped up with what is there.
    watcher.until_status("ann", "available");
    let story = world.ok(ADMIN, &["explain", &chat.0]).to_string();
    assert_eq!(story.matches("a long chat (talked_secs: ").count(), 1, "{story}");
    assert_eq!(story.matches("escalated without a note").count(), 1, "{story}");
}

#[test]
fn incidents_have_category_urgency_and_group_by_queue_customer_and_disposition() {
    let fields = "category = \"software\"\nurgency = \"3\"\nurgency_solved = \"2\"\n";
    let mut world = with_fields(fields);
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    let mut handle = |body: &Value, code: &str| {
        let chat = world.open_with(body);
        watcher.until_offered(&chat.0);
        world.ok(ANN, &["offer", "accept"]);
        world.ok(ANN, &["wrapup", "code", code]);
        world.ok(ANN, &["wrapup", "note", "Done"]);
        world.ok(ANN, &["wrapup", "done"]);
        let (incident, _) = until_complete(&world, &mut watcher, &chat.0);
        let of = |field: &str| incident[field].as_str().unwrap().to_owned();
        [of("category"), of("urgency")]
    };
    let plain = json!({ "queue": "support", "name": "Nobody", "email": "" });
    assert_eq!(handle(&plain, "escalated"), ["software", "3"], "by the queue");
    assert_eq!(handle(&plain, "solved"), ["software", "2"], "by the disposition");
    assert_eq!(handle(&vip(), "escalated"), ["software", "1"], "by the customer");
}
