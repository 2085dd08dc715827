//! Questions for tests: a test names what matters to it, the rest is filled in.

use crate::near::advice;
use crate::registry::{self, Object, Ty};
use desk_core::policy::{Hook, Question};
use rhai::{Dynamic, Map};
use serde_json::{Value, json};

/// An object of JSON.
type Json = serde_json::Map<String, Value>;

/// Now, unless the test says otherwise: Wednesday, 2026-01-07, 14:30 UTC.
pub(crate) const NOW_MS: i64 = 1_767_796_200_000;

/// The question to which `ctx` would look like this map.
///
/// # Errors
/// What is wrong with the map.
pub(crate) fn question(hook: Hook, given: Map, now_ms: i64) -> Result<Question, String> {
    let mut ctx = object(registry::spec(hook).ctx(), template(hook, now_ms), given, "ctx")?;
    let now = ctx.remove("now");
    // What an agent's status is now has that name in the core, where nothing else is called so.
    if hook == Hook::OnStatus
        && let Some(status) = ctx.remove("status")
    {
        ctx.insert("now".into(), status);
    }
    // What follows the journal is told the queue's id alone.
    let queue = if hook == Hook::OnEvent { None } else { ctx.remove("queue") };
    let its_queue = queue.as_ref().map(|queue| &queue["id"]).or(ctx.get("queue")).cloned();
    let mut chat = ctx.remove("chat");
    if let (Some(chat @ Value::Object(_)), Some(queue)) = (&mut chat, its_queue)
        && chat["queue"].is_null()
    {
        chat["queue"] = queue;
    }
    let about = match hook {
        Hook::OnChat => "chat",
        Hook::OnRoute => "route",
        Hook::OnOfferMissed => "missed",
        Hook::OnWaitLimit => "wait_limit",
        Hook::OnLookup => "lookup",
        Hook::OnMessage => "message",
        Hook::OnIdle => "idle",
        Hook::OnStatus => "status",
        Hook::OnOffer => "offer",
        Hook::OnMatch => "match",
        Hook::OnWrapup => "wrapup",
        Hook::OnIncident => "incident",
        Hook::OnEvent => "event",
    };
    let whole =
        json!({ "now_ms": now, "seed": 0, "queue": queue, "chat": chat, "about": { about: ctx } });
    serde_json::from_value(whole).map_err(|error| format!("this is no ctx for {hook}: {error}"))
}

/// An object as a test hands it to a hook: ordinary but for what is given.
///
/// # Errors
/// What is wrong with the map.
pub(crate) fn built(of: &'static Object, given: Map) -> Result<Map, Box<rhai::EvalAltResult>> {
    object(of, Json::new(), given.clone(), &of.name.to_lowercase())?;
    let (first, second) = (part(of, 1), part(of, 2));
    let mut map = Map::new();
    for property in of.properties {
        let ordinary = first.get(stored(property.name));
        // What numbers the objects of a list is left to the question.
        let numbered = ordinary != second.get(stored(property.name));
        let value = ordinary.filter(|value| !value.is_null() && !numbered);
        if let (Some(value), false) = (value, matches!(property.ty, Ty::One(_))) {
            map.insert(property.name.into(), rhai::serde::to_dynamic(value)?);
        }
    }
    map.extend(given);
    Ok(map)
}

/// Lays a map over an object's template.
fn object(
    object: &'static Object,
    mut template: Json,
    given: Map,
    path: &str,
) -> Result<Json, String> {
    for (name, value) in given {
        let Some(property) = object.properties.iter().find(|known| known.name == name.as_str())
        else {
            let names = object.properties.iter().map(|known| known.name);
            let advice = advice(&name, names, "it has");
            return Err(format!("{path} has no property '{name}' ({advice})"));
        };
        let path = format!("{path}.{name}");
        let value = match property.ty {
            Ty::One(of) | Ty::Maybe(of) => one(of, value, 1, &path)?,
            Ty::Many(of) => {
                let values = value.into_array().map_err(|_| format!("{path} is an array"))?;
                let each = |(n, value)| one(of, value, n + 1, &format!("{path}[{n}]"));
                Value::Array(values.into_iter().enumerate().map(each).collect::<Result<_, _>>()?)
            }
            _ => plain(&value, &path)?,
        };
        template.insert(stored(&name).into(), value);
    }
    Ok(template)
}

/// The `n`th object of its kind, from 1.
fn one(of: &'static Object, given: Dynamic, n: usize, path: &str) -> Result<Value, String> {
    if given.is_unit() {
        return Ok(Value::Null);
    }
    let given = given.try_cast::<Map>().ok_or_else(|| format!("{path} is a map"))?;
    Ok(Value::Object(object(of, part(of, n), given, path)?))
}

fn plain(value: &Dynamic, path: &str) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| format!("{path}: {error}"))
}

/// The name under which the core keeps what scripts see by this one.
fn stored(name: &str) -> &str {
    match name {
        "arrived" => "arrived_ms",
        "accepted" => "accepted_ms",
        name => name,
    }
}

fn fields(value: Value) -> Json {
    match value {
        Value::Object(fields) => fields,
        _ => Json::new(),
    }
}

fn template(hook: Hook, now_ms: i64) -> Json {
    let part = |object, n| Value::Object(part(object, n));
    let common = match hook {
        Hook::OnStatus => json!({ "now": now_ms }),
        Hook::OnEvent => json!({ "now": now_ms, "chat": part(&crate::objects::CHAT, 1) }),
        _ => json!({
            "now": now_ms,
            "queue": part(&crate::objects::QUEUE, 1),
            "chat": part(&crate::objects::CHAT, 1),
        }),
    };
    let own = match hook {
        Hook::OnChat => json!({ "waiting": 0 }),
        Hook::OnRoute => json!({ "agents": [], "held_secs": 0 }),
        Hook::OnOfferMissed => json!({
            "agent": part(&crate::objects::AGENT, 1), "rejected": false, "reason": null,
            "status": "on_break", "recover_secs": 0, "cooldown_secs": 30,
        }),
        Hook::OnWaitLimit => json!({ "overflow": null, "extended": 0 }),
        Hook::OnLookup => json!({ "words": null, "n": 1 }),
        Hook::OnMessage => json!({ "from": "customer", "text": "Hello", "internal": false }),
        Hook::OnIdle => json!({ "what": "remind", "silent_ms": 60_000, "text": "Are you there?" }),
        Hook::OnStatus => json!({
            "agent": part(&crate::objects::AGENT, 1), "status": "available", "to": "on_break",
            "reason": null,
        }),
        Hook::OnOffer => {
            json!({ "agent": part(&crate::objects::AGENT, 1), "accept_secs": 30, "pop": "accept" })
        }
        Hook::OnMatch => json!({ "candidates": [] }),
        Hook::OnWrapup => json!({
            "segment": part(&crate::objects::SEGMENT, 1),
            "trigger": "submitted",
            "post_secs": 60,
        }),
        Hook::OnEvent => json!({
            "event": "chat_ended", "seq": 1, "queue": "support", "agent": null, "fields": {},
        }),
        Hook::OnIncident => json!({
            "step": "create", "segment": null, "caller": null, "table": "incident", "fields": {},
        }),
    };
    let mut all = fields(common);
    all.extend(fields(own));
    all
}

/// The `n`th object of its kind as it is where a test says nothing about it.
fn part(object: &'static Object, n: usize) -> Json {
    fields(match object.name {
        "Queue" => json!({
            "id": "support", "name": "Support", "fields": {}, "open": true, "opens_in_secs": 0,
            "closes_in_secs": 0, "zone": "UTC",
        }),
        "Customer" => json!({
            "name": "A customer", "email": "customer@example.org", "verified": false,
        }),
        "Chat" => json!({
            "id": "00000000-0000-0000-0000-000000000001", "queue": null, "priority": 0,
            "customer": part(&crate::objects::CUSTOMER, 1), "fields": {}, "skills": {},
            "arrived_ms": NOW_MS, "age_ms": 0, "misses": 0, "messages": 0, "matched": "none",
            "caller": null, "segments": [], "ended": null,
        }),
        "Agent" => json!({
            "id": "agent", "name": "An agent", "level": 50, "skills": {}, "load": 0,
            "capacity": 1, "idle_ms": 0,
        }),
        "Candidate" => json!({
            "table": "sys_user", "sys_id": format!("{n:032x}"), "name": format!("Record {n}"),
            "email": "customer@example.org", "active": true, "fields": {},
        }),
        "OpenIncident" => json!({
            "table": "incident", "sys_id": format!("{:032x}", 0x100 + n), "number": format!("INC{n}"),
            "short_description": "An incident", "state": "2", "opened_at": "2026-01-05 09:00:00",
        }),
        "Segment" => json!({
            "n": n, "agent": "agent", "queue": "support", "accepted_ms": NOW_MS, "talk_ms": 0,
            "codes": [], "note": "",
        }),
        _ => Value::Null,
    })
}
