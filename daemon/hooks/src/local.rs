//! A moment by the clocks of a place. Zone data is compiled in, so a rule answers the same on every
//! machine.

use rhai::{Engine, EvalAltResult, INT, Map};

/// Makes `local` known to an engine.
pub(crate) fn register(engine: &mut Engine) {
    engine.register_fn("local", |ms: INT, zone: &str| local(ms, zone));
}

fn local(ms: INT, zone: &str) -> Result<Map, Box<EvalAltResult>> {
    let named = zone.chars().take(40).collect::<String>();
    let zone = desk_core::zone(zone);
    let zone = zone.ok_or_else(|| format!("there is no zone '{named}' (such as Europe/Berlin)"))?;
    let at = jiff::Timestamp::from_millisecond(ms);
    let at = at.map_err(|_| format!("{ms} is no time in milliseconds since 1970"))?;
    let at = zone.to_datetime(at);
    let int = |n: i64| n.into();
    let mut map = Map::new();
    map.insert("year".into(), int(at.year().into()));
    map.insert("month".into(), int(at.month().into()));
    map.insert("day".into(), int(at.day().into()));
    map.insert("hour".into(), int(at.hour().into()));
    map.insert("minute".into(), int(at.minute().into()));
    map.insert("weekday".into(), int(at.weekday().to_monday_one_offset().into()));
    map.insert("date".into(), at.date().to_string().into());
    map.insert("time".into(), format!("{:02}:{:02}", at.hour(), at.minute()).into());
    Ok(map)
}
