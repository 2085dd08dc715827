//! Bounds of numbers, desk-wide: each with the least that works and the most that makes sense.

use super::Found;

/// A day, in seconds.
const DAY: i64 = 86_400;
/// The longest time that a key may name, in seconds: a year.
const YEAR: i64 = 365 * DAY;
/// Most things of a kind.
const MILLIONS: i64 = 10_000_000;

pub(super) fn check(found: &mut Found<'_>) {
    let file = found.all.file;
    let (desk, ipc, http, journal, engine) =
        (&file.desk, &file.ipc, &file.http, &file.journal, &file.engine);
    let (presence, times, stop) = (&file.presence, &file.times, &file.backstop);
    let (limits, scripts) = (&file.limits, &file.scripts);
    let bounds: Vec<(&str, u32, i64, i64)> = vec![
        ("desk.stop_secs", desk.stop_secs, 1, 300),
        ("ipc.connections", ipc.connections, 1, 65_536),
        ("ipc.queue", ipc.queue, 16, 1_000_000),
        ("ipc.hello_secs", ipc.hello_secs, 1, 300),
        ("http.body_bytes", http.body_bytes, 1024, 16 << 20),
        ("http.connections", http.connections, 1, 65_536),
        ("http.streams", http.streams, 1, 65_536),
        ("http.streams_per_chat", http.streams_per_chat, 1, 65_536),
        ("http.header_secs", http.header_secs, 1, 300),
        ("http.body_secs", http.body_secs, 1, 300),
        ("http.request_secs", http.request_secs, 1, 300),
        ("http.keepalive_secs", http.keepalive_secs, 1, 300),
        ("http.places_secs", http.places_secs, 1, 300),
        ("http.messages_per_min", http.messages_per_min, 1, 60_000),
        ("http.messages_burst", http.messages_burst, 1, 10_000),
        ("http.opens_per_min", http.opens_per_min, 1, 60_000),
        ("http.opens_burst", http.opens_burst, 1, 10_000),
        ("http.forms_per_min", http.forms_per_min, 1, 60_000),
        ("http.typing_per_min", http.typing_per_min, 1, 60_000),
        ("http.desks", http.desks, 1, 65_536),
        ("http.session_hours", http.session_hours, 1, 24 * 365),
        ("http.token_days", http.token_days, 1, 3650),
        ("http.signins_per_min", http.signins_per_min, 1, 60_000),
        ("http.tls.handshake_secs", http.tls.handshake_secs, 1, 60),
        ("http.tls.handshakes", http.tls.handshakes, 1, 65_536),
        ("journal.reserve_mib", journal.reserve_mib, 1, 1 << 20),
        ("journal.snapshot_every", journal.snapshot_every, 1, 100_000_000),
        ("journal.keep_days", journal.keep_days, 1, 36_500),
        ("journal.retain_days", journal.retain_days, 1, 36_500),
        ("journal.max_mib", journal.max_mib, 0, 1 << 24),
        ("journal.readers", journal.readers, 1, 64),
        ("engine.follow_ups", engine.follow_ups, 1, 10_000),
        ("engine.batch", engine.batch, 1, 4096),
        ("engine.batches_ahead", engine.batches_ahead, 1, 16),
        ("engine.inbox", engine.inbox, 16, 1_000_000),
        ("engine.driver_queue", engine.driver_queue, 16, 1_000_000),
        ("engine.stack_mib", engine.stack_mib, 8, 1024),
        ("presence.ping_secs", presence.ping_secs, 1, 300),
        ("presence.grace_secs", presence.grace_secs, 1, DAY),
        ("presence.requeue_secs", presence.requeue_secs, 1, DAY),
        ("times.pop_secs", times.pop_secs, 1, 3600),
        ("times.typing_secs", times.typing_secs, 1, 60),
        ("times.lookup_retry_secs", times.lookup_retry_secs, 1, 3600),
        ("times.caller_wait_secs", times.caller_wait_secs, 0, 3600),
        ("times.step_max_secs", times.step_max_secs, 10, 3600),
        ("times.step_retry_min_secs", times.step_retry_min_secs, 1, 3600),
        ("times.step_retry_max_secs", times.step_retry_max_secs, 1, DAY),
        ("times.step_give_up_secs", times.step_give_up_secs, 60, YEAR),
        ("backstop.wait_max_secs", stop.wait_max_secs, 10, YEAR),
        ("backstop.silence_max_secs", stop.silence_max_secs, 10, YEAR),
        ("backstop.wrapup_max_secs", stop.wrapup_max_secs, 10, YEAR),
        ("backstop.lookup_max_secs", stop.lookup_max_secs, 5, 3600),
        ("backstop.observed_max_secs", stop.observed_max_secs, 60, YEAR),
        ("limits.chats", limits.chats, 1, MILLIONS),
        ("limits.classes", limits.classes, 1, MILLIONS),
        ("limits.profiles", limits.profiles, 1, MILLIONS),
        ("limits.messages", limits.messages, 1, 1_000_000),
        ("limits.message_chars", limits.message_chars, 1, 1_000_000),
        ("limits.note_chars", limits.note_chars, 1, 1_000_000),
        ("limits.fields", limits.fields, 1, 1000),
        ("limits.field_chars", limits.field_chars, 1, 1_000_000),
        ("limits.answers", limits.answers, 1, MILLIONS),
        ("limits.abandoned", limits.abandoned, 1, MILLIONS),
        ("limits.affinity", limits.affinity, 1, MILLIONS),
        ("limits.kv", limits.kv, 1, 1_000_000),
        ("limits.grants", limits.grants, 1, 100_000),
        ("limits.transcript_chars", limits.transcript_chars, 100, 1_000_000),
        ("scripts.operations", scripts.operations, 1000, 100_000_000),
        ("scripts.call_ms", scripts.call_ms, 1, 10_000),
        ("scripts.keep", scripts.keep, 1, 100),
        ("scripts.rescan_secs", scripts.rescan_secs, 1, 3600),
        ("scripts.shadow_percent", scripts.shadow_percent, 0, 100),
        ("scripts.shadow_queue", scripts.shadow_queue, 1, 10_000),
        ("metrics.every_secs", file.metrics.every_secs, 0, 300),
        ("scripts.events_behind", scripts.events_behind, 1_000, 10_000_000),
    ];
    let main = found.main();
    for (key, value, least, most) in bounds {
        found.range(&main, key, value, least..=most);
    }
    orders(found);
}

/// Pairs of which one must not be more than the other.
fn orders(found: &mut Found<'_>) {
    let file = found.all.file;
    let (presence, times, backstop) = (&file.presence, &file.times, &file.backstop);
    let pairs = [
        ("presence.ping_secs", presence.ping_secs, "presence.grace_secs", presence.grace_secs),
        (
            "times.step_retry_min_secs",
            times.step_retry_min_secs,
            "times.step_retry_max_secs",
            times.step_retry_max_secs,
        ),
        (
            "servicenow.timeout_secs",
            file.servicenow.timeout_secs,
            "times.step_max_secs",
            times.step_max_secs,
        ),
        (
            "servicenow.lookup.timeout_secs",
            file.servicenow.lookup.timeout_secs,
            "backstop.lookup_max_secs",
            backstop.lookup_max_secs,
        ),
    ];
    let main = found.main();
    for (less, less_value, more, more_value) in pairs {
        if less_value > more_value {
            found.error(
                &main.key(less),
                format!("`{less}` is {less_value}, more than `{more}` ({more_value})"),
                format!("lower `{less}` or raise `{more}`"),
            );
        }
    }
}
