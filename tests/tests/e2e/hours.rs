//! A queue's closing time, and the form that a customer leaves then, over every door.

use crate::world::World;
use desk_wire::Notice;
use desk_wire::view::IncidentState;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

const ADMIN: &str = "role:admin";

/// Beyond the date line: its days begin before anybody else's.
const ZONE: &str = "Pacific/Kiritimati";

/// Open all day, but on these dates; who waits at closing is offered the form.
fn support(days: &str) -> String {
    format!(
        "name = \"Support\"\n[hours]\nzone = \"{ZONE}\"\nweek = [\"daily 00:00-24:00\"]\n\
         closing_then = \"form\"\nclosed_text = \"We are back soon.\"\n[hours.days]\n{days}\
         [form]\non = true\n[form.incident_fields]\ncategory = \"inquiry\"\n"
    )
}

fn arrival() -> Value {
    json!({ "queue": "support", "name": "Tom", "email": "tom@nowhere.example" })
}

#[test]
fn a_queue_closes_and_whoever_comes_then_leaves_a_form_that_becomes_an_incident() {
    let mut world = World::new();
    world.write("queues.d/support.toml", &support(""));
    world.start();
    let mut admin = world.watch(ADMIN);
    let hours =
        |world: &World| world.ok(ADMIN, &["queue", "show", "support"])["queue"]["hours"].clone();
    assert_eq!(hours(&world), json!({ "open": true, "by_hand": false }));

    // Who waits at closing is offered the form.
    let waiting = world.open("Ada", "ada@nowhere.example");
    world.ok(ADMIN, &["queue", "close", "support"]);
    admin.until("the end of the chat that waited", |notice| match notice {
        Notice::ChatChanged { chat, how_ended: Some(how), .. } if *chat == waiting.0 => Some(*how),
        _ => None,
    });
    let path = format!("/v1/chats/{}", waiting.0);
    let (_, ended) = world.http("GET", &path, Some(&waiting.1), Value::Null);
    assert_eq!(
        (&ended["ended"]["how"], &ended["ended"]["form"]),
        (&json!("expired"), &json!("/v1/forms"))
    );

    // Closed by hand until a time, then by the plan: both dates around now are exceptions.
    let (status, problem) = world.http("POST", "/v1/chats", None, arrival());
    assert_eq!((status, &problem["code"]), (409, &json!("queue_closed")), "{problem}");
    assert_eq!(problem["detail"], "We are back soon.");
    let now = Timestamp::now();
    let until = (now + 1.hour()).round(jiff::Unit::Second).unwrap();
    world.ok(ADMIN, &["queue", "close", "support", "--until", &until.to_string()]);
    let (_, problem) = world.http("POST", "/v1/chats", None, arrival());
    assert_eq!(problem["opens"], until.as_millisecond(), "{problem}");
    let zone = desk_core::zone(ZONE).unwrap();
    let today = now.to_zoned(zone.clone()).date();
    let days: String = (0..3).map(|n| format!("{} = []\n", today + n.days())).collect();
    world.write("queues.d/support.toml", &support(&days));
    world.daemon.as_ref().unwrap().until_logged("config in force");
    world.ok(ADMIN, &["queue", "as-planned", "support"]);
    let opens = (today + 3.days()).to_zoned(zone).unwrap().timestamp().as_millisecond();
    assert_eq!(
        hours(&world),
        json!({ "open": false, "until": opens, "opens": opens, "by_hand": false })
    );
    let (_, problem) = world.http("POST", "/v1/chats", None, arrival());
    assert_eq!((&problem["opens"], &problem["form"]), (&json!(opens), &json!("/v1/forms")));

    // The form: an incident of the customer's, whose number they can ask for.
    let mut form = arrival();
    (form["email"], form["text"]) =
        (json!("mara.lindqvist@larkfield.example"), json!("My mouse is gone."));
    let (status, left) = world.http("POST", "/v1/forms", None, form);
    assert_eq!((status, &left["state"]), (201, &json!("received")), "{left}");
    let id = left["form"].as_str().unwrap().to_owned();
    let number = admin.until("the form's incident", |notice| match notice {
        Notice::IncidentCreated(made) if made.chat == id => {
            assert_eq!(made.state, IncidentState::Created);
            made.number.clone()
        }
        _ => None,
    });
    let path = format!("/v1/forms/{id}");
    let (_, shown) = world.http("GET", &path, left["token"].as_str(), Value::Null);
    assert_eq!((&shown["state"], &shown["incident"]), (&json!("filed"), &json!(number)), "{shown}");
    let rows = world.rows("incident", &format!("correlation_id={id}"));
    assert_eq!(rows.len(), 1, "{rows:?}");
    let text = |field: &str| rows[0][field].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("short_description"), "Offline form from Tom");
    assert_eq!(text("category"), "inquiry");
    let about = text("description");
    let begins = format!("Times are in {ZONE}\nCustomer unverified\nOffline form, left ");
    assert!(about.starts_with(&begins), "{about}");
    assert!(about.contains("+14:00] Tom: My mouse is gone."), "{about}");
    let caller = world.rows("sys_user", "email=mara.lindqvist@larkfield.example");
    assert_eq!(caller.first().map(|user| &user["sys_id"]), Some(&rows[0]["caller_id"]), "{rows:?}");

    // After a kill it is as closed as before, and what is said by hand ends by itself.
    world.kill_and_start();
    assert_eq!(hours(&world)["opens"], opens);
    let mut admin = world.watch(ADMIN);
    world.ok(ADMIN, &["queue", "open", "support", "--until", "1s"]);
    admin.until("the end of what was said by hand", |notice| match notice {
        Notice::QueueHours { open: false, queue, .. } if queue == "support" => Some(()),
        _ => None,
    });
    let (status, _) = world.http("POST", "/v1/chats", None, arrival());
    assert_eq!(status, 409);
}
