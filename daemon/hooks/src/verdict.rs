//! From what a rule returned to a verdict: keys, types, ranges and names are checked against the
//! registry and the question.

use crate::near::advice;
use crate::registry::{self, COLUMN_CHARS_MAX, Key, Kind, OWN_FIELDS};
use desk_core::IntentKind;
use desk_core::config::{MissedStatus, PopWhen};
use desk_core::name::{AgentId, CodeId, QueueId, Skill, is_name};
use desk_core::policy::{About, Hook, LookupAsk, Question, Verdict};
use rhai::{Dynamic, Map};
use std::collections::BTreeMap;

/// The verdict in what a rule returned, `None` for "as configured".
///
/// # Errors
/// What is wrong with it, for the rule's author.
pub(crate) fn check(question: &Question, returned: Dynamic) -> Result<Option<Verdict>, String> {
    let hook = question.hook();
    if returned.is_unit() {
        return Ok(None);
    }
    let type_name = returned.type_name().to_owned();
    let Some(map) = returned.try_cast::<Map>() else {
        return Err(format!("{hook} returned {type_name}: a verdict is a map, or () for none"));
    };
    let mut values = BTreeMap::new();
    for (name, value) in map {
        let keys = registry::spec(hook).verdict;
        let Some(key) = keys.iter().find(|key| key.name == name.as_str()) else {
            let names = keys.iter().map(|key| key.name);
            let advice = advice(&name, names, "its keys");
            return Err(format!("{hook} returned an unknown key '{name}' ({advice})"));
        };
        // A key that holds () is one left out, which spares authors an `if`.
        if !value.is_unit() {
            let value = value_of(key, value, question)
                .map_err(|wrong| format!("{hook} returned a wrong '{}': {wrong}", key.name))?;
            values.insert(key.name, value);
        }
    }
    Ok((!values.is_empty()).then(|| verdict(hook, Values(values))).flatten())
}

/// A checked value.
enum Value {
    Int(i64),
    Bool(bool),
    Text(String),
    Asks(Vec<LookupAsk>),
    Levels(BTreeMap<Skill, u8>),
    List(Vec<String>),
    Fields(BTreeMap<String, String>),
}

/// The checked values by key; each is taken by the type that its [`Kind`] gave it.
struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// The ranges of the table fit the type that is wanted.
    fn int<T: TryFrom<i64>>(&mut self, key: &str) -> Option<T> {
        match self.0.remove(key)? {
            Value::Int(value) => T::try_from(value).ok(),
            _ => None,
        }
    }

    fn asks(&mut self, key: &str) -> Option<Vec<LookupAsk>> {
        match self.0.remove(key)? {
            Value::Asks(value) => Some(value),
            _ => None,
        }
    }

    fn levels(&mut self, key: &str) -> Option<BTreeMap<Skill, u8>> {
        match self.0.remove(key)? {
            Value::Levels(value) => Some(value),
            _ => None,
        }
    }

    fn queue(&mut self, key: &str) -> Option<QueueId> {
        self.text(key).map(QueueId::from)
    }

    fn intent(&mut self, key: &str) -> Option<IntentKind> {
        self.text(key).map(|word| match word.as_str() {
            "available" => IntentKind::Available,
            "on_break" => IntentKind::OnBreak,
            _ => IntentKind::WorkOffline,
        })
    }

    fn bool(&mut self, key: &str) -> Option<bool> {
        match self.0.remove(key)? {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.0.remove(key)? {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    fn list(&mut self, key: &str) -> Option<Vec<String>> {
        match self.0.remove(key)? {
            Value::List(value) => Some(value),
            _ => None,
        }
    }

    fn fields(&mut self, key: &str) -> Option<BTreeMap<String, String>> {
        match self.0.remove(key)? {
            Value::Fields(value) => Some(value),
            _ => None,
        }
    }
}

fn verdict(hook: Hook, mut values: Values) -> Option<Verdict> {
    Some(match hook {
        Hook::OnChat => Verdict::Chat {
            queue: values.queue("queue"),
            priority: values.int("priority"),
            skills: values.levels("skills"),
            fields: values.fields("fields").unwrap_or_default(),
            turn_away: values.text("turn_away"),
        },
        Hook::OnRoute => Verdict::Route {
            order: values
                .list("order")
                .map(|ids| ids.into_iter().map(AgentId::from).collect())
                .unwrap_or_default(),
            hold: values.int("hold"),
        },
        Hook::OnOfferMissed => Verdict::Missed {
            status: values.intent("status").map(|status| match status {
                IntentKind::Available => MissedStatus::Available,
                IntentKind::OnBreak => MissedStatus::OnBreak,
                _ => MissedStatus::WorkOffline,
            }),
            recover_secs: values.int("recover_secs"),
            priority: values.int("priority"),
            cooldown_secs: values.int("cooldown_secs"),
        },
        Hook::OnWaitLimit => Verdict::WaitLimit {
            extend_secs: values.int("extend_secs"),
            queue: values.queue("queue"),
            message: values.text("message"),
            form: values.bool("form").unwrap_or_default(),
        },
        Hook::OnLookup => Verdict::Lookup { asks: values.asks("asks").unwrap_or_default() },
        Hook::OnMessage => Verdict::Message {
            text: values.text("text"),
            tag: values.text("tag"),
            reply: values.text("reply"),
        },
        Hook::OnIdle => Verdict::Idle {
            text: values.text("text"),
            extend_secs: values.int("extend_secs"),
            close: values.bool("close").unwrap_or_default(),
        },
        Hook::OnStatus => Verdict::Status {
            deny: values.text("deny"),
            status: values.intent("status"),
            return_secs: values.int("return_secs"),
        },
        Hook::OnOffer => Verdict::Offer {
            accept_secs: values.int("accept_secs"),
            lines: values.list("lines").unwrap_or_default(),
            pop: values.text("pop").map(|word| match word.as_str() {
                "offer" => PopWhen::Offer,
                "accept" => PopWhen::Accept,
                _ => PopWhen::Never,
            }),
        },
        Hook::OnMatch => Verdict::Match {
            choose: values.text("choose"),
            order: values.list("order").unwrap_or_default(),
            drop: values.list("drop").unwrap_or_default(),
        },
        Hook::OnWrapup => Verdict::Wrapup {
            deny: values.text("deny"),
            post_secs: values.int("post_secs"),
            codes: values.list("codes").map(|codes| codes.into_iter().map(CodeId::from).collect()),
        },
        // Its table has no keys, so that nothing it answers gets here.
        Hook::OnEvent => return None,
        Hook::OnIncident => Verdict::Incident {
            skip: values.bool("skip").unwrap_or_default(),
            table: values.text("table"),
            fields: values.fields("fields").unwrap_or_default(),
            attach: values.bool("attach"),
            append_to: values.text("append_to"),
        },
    })
}

fn value_of(key: &Key, value: Dynamic, question: &Question) -> Result<Value, String> {
    let kind = key.kind;
    let wrong = || format!("it takes {}", kind.text());
    match kind {
        Kind::Int(from, to) => {
            let range = i64::from(from)..=i64::from(to);
            let number = value.as_int().ok().filter(|number| range.contains(number));
            number.map(Value::Int).ok_or_else(wrong)
        }
        Kind::Bool => value.as_bool().map(Value::Bool).map_err(|_| wrong()),
        Kind::Word(words) => {
            let word = text(value).ok_or_else(wrong)?;
            if words.contains(&word.as_str()) { Ok(Value::Text(word)) } else { Err(wrong()) }
        }
        Kind::Text(most) => {
            let text = text(value).ok_or_else(wrong)?;
            let fits = !text.trim().is_empty() && text.chars().count() <= most;
            if fits { Ok(Value::Text(text)) } else { Err(wrong()) }
        }
        Kind::Lines(count, most) => {
            let lines = texts(value).ok_or_else(wrong)?;
            let fits = |line: &String| line.chars().count() <= most && !line.contains('\n');
            if lines.len() <= count && lines.iter().all(fits) {
                Ok(Value::List(lines))
            } else {
                Err(wrong())
            }
        }
        Kind::Candidate => {
            let sys_id = text(value).ok_or_else(wrong)?;
            candidate(question, &sys_id)?;
            Ok(Value::Text(sys_id))
        }
        Kind::Candidates => {
            let sys_ids = texts(value).ok_or_else(wrong)?;
            sys_ids.iter().try_for_each(|sys_id| candidate(question, sys_id))?;
            distinct(&sys_ids)?;
            Ok(Value::List(sys_ids))
        }
        Kind::OpenIncident => {
            let sys_id = text(value).ok_or_else(wrong)?;
            open_incident(question, &sys_id)?;
            Ok(Value::Text(sys_id))
        }
        Kind::Codes(most) => {
            let codes = texts(value).ok_or_else(wrong)?;
            distinct(&codes)?;
            let fits = codes.len() <= most && codes.iter().all(|code| is_name(code));
            if fits { Ok(Value::List(codes)) } else { Err(wrong()) }
        }
        Kind::Queue => {
            let queue = text(value).ok_or_else(wrong)?;
            if is_name(&queue) { Ok(Value::Text(queue)) } else { Err(wrong()) }
        }
        Kind::Agents => {
            let ids = texts(value).ok_or_else(wrong)?;
            ids.iter().try_for_each(|id| agent(question, id))?;
            distinct(&ids)?;
            Ok(Value::List(ids))
        }
        Kind::Levels(count) => levels(value, count).map(Value::Levels).ok_or_else(wrong),
        Kind::Form(count, most) => form(value, count, most).map(Value::Fields).ok_or_else(wrong),
        Kind::Lookups(count) => lookups(value, count).map(Value::Asks).ok_or_else(wrong),
        Kind::Table => {
            let table = text(value).ok_or_else(wrong)?;
            if is_column(&table) { Ok(Value::Text(table)) } else { Err(wrong()) }
        }
        Kind::Fields(count, most) => fields(value, count, most, &wrong()),
    }
}

fn fields(value: Dynamic, count: usize, most: usize, wrong: &str) -> Result<Value, String> {
    let map = value.try_cast::<Map>().ok_or_else(|| wrong.to_owned())?;
    if map.len() > count {
        return Err(wrong.into());
    }
    let mut fields = BTreeMap::new();
    for (name, value) in map {
        if OWN_FIELDS.contains(&name.as_str()) {
            return Err(format!("the field '{name}' is deskd's own"));
        }
        let value = match (value.is_int(), value.is_bool()) {
            (false, false) => text(value),
            _ => Some(value.to_string()),
        };
        let value = value.filter(|value| value.chars().count() <= most && is_column(&name));
        let value = value.ok_or_else(|| format!("in '{name}': it takes {wrong}"))?;
        fields.insert(name.into(), value);
    }
    Ok(Value::Fields(fields))
}

fn levels(value: Dynamic, count: usize) -> Option<BTreeMap<Skill, u8>> {
    let map = value.try_cast::<Map>().filter(|map| map.len() <= count)?;
    let level = |(name, value): (_, Dynamic)| {
        let level = u8::try_from(value.as_int().ok()?).ok()?;
        let name = rhai::ImmutableString::from(name);
        ((1..=100).contains(&level) && is_name(&name)).then(|| (Skill::from(name.as_str()), level))
    };
    map.into_iter().map(level).collect()
}

fn form(value: Dynamic, count: usize, most: usize) -> Option<BTreeMap<String, String>> {
    let map = value.try_cast::<Map>().filter(|map| map.len() <= count)?;
    let field = |(name, value): (_, Dynamic)| {
        let value = text(value).filter(|value| value.chars().count() <= most)?;
        Some((rhai::ImmutableString::from(name).to_string(), value))
    };
    map.into_iter().map(field).collect()
}

/// Most characters of a value that is looked for, and most fields that are compared with it.
const LOOKUP_MAX: (usize, usize) = (200, 4);

fn lookups(value: Dynamic, count: usize) -> Option<Vec<LookupAsk>> {
    let asks = value.into_array().ok()?;
    let fits = (1..=count).contains(&asks.len());
    fits.then(|| asks.into_iter().map(lookup).collect())?
}

fn lookup(value: Dynamic) -> Option<LookupAsk> {
    let mut map = value.try_cast::<Map>()?;
    let table = text(map.remove("table")?).filter(|table| is_column(table))?;
    let value = text(map.remove("value")?)?;
    let fields = match (map.remove("field"), map.remove("fields")) {
        (Some(field), None) => vec![text(field)?],
        (None, Some(fields)) => texts(fields)?,
        _ => return None,
    };
    let (chars, most) = LOOKUP_MAX;
    // A field may be one of a record that another field refers to: `department.name`.
    let named = |field: &String| field.split('.').all(is_column);
    let fits = map.is_empty()
        && (1..=chars).contains(&value.chars().count())
        && (1..=most).contains(&fields.len())
        && fields.iter().all(named);
    fits.then_some(LookupAsk { table, fields, value })
}

fn agent(question: &Question, id: &str) -> Result<(), String> {
    let About::Route { agents, .. } = &question.about else { return Ok(()) };
    if agents.iter().any(|agent| agent.id.as_str() == id) {
        return Ok(());
    }
    Err(format!("'{}' is none of the agents", id.chars().take(40).collect::<String>()))
}

fn is_column(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.len() <= COLUMN_CHARS_MAX && name.chars().all(allowed)
}

fn candidate(question: &Question, sys_id: &str) -> Result<(), String> {
    let About::Match { candidates } = &question.about else { return Ok(()) };
    if candidates.iter().any(|candidate| candidate.sys_id == sys_id) {
        return Ok(());
    }
    Err(format!("no candidate has the sys_id '{}'", sys_id.chars().take(40).collect::<String>()))
}

fn open_incident(question: &Question, sys_id: &str) -> Result<(), String> {
    let About::Incident { caller, .. } = &question.about else { return Ok(()) };
    let mut open = caller.iter().flat_map(|caller| &caller.incidents);
    if open.any(|open| open.sys_id == sys_id) {
        return Ok(());
    }
    let shown = sys_id.chars().take(40).collect::<String>();
    Err(format!("no open incident of the caller has the sys_id '{shown}'"))
}

fn distinct(values: &[String]) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    match values.iter().find(|value| !seen.insert(value.as_str())) {
        Some(twice) => {
            Err(format!("'{}' stands there twice", twice.chars().take(40).collect::<String>()))
        }
        None => Ok(()),
    }
}

fn text(value: Dynamic) -> Option<String> {
    value.into_string().ok()
}

fn texts(value: Dynamic) -> Option<Vec<String>> {
    value.into_array().ok()?.into_iter().map(text).collect()
}
