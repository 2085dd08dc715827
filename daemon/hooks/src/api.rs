//! The functions that deskd gives to scripts, and those of the language that it replaces. None of
//! them reads a clock, waits, or touches anything outside: a rule answers from what it is given.

use crate::limits::Limits;
use crate::meter::Meter;
use crate::render::{self, render};
use rhai::{Engine, EvalAltResult, INT, ImmutableString, Map};
use std::sync::Arc;

/// A function for the reference and for editors.
pub(crate) struct Function {
    /// How it is called.
    pub(crate) call: &'static str,
    /// Its parameters and result, as editors read them.
    pub(crate) typed: &'static str,
    /// What it does.
    pub(crate) doc: &'static str,
}

const fn function(call: &'static str, typed: &'static str, doc: &'static str) -> Function {
    Function { call, typed, doc }
}

/// The functions.
pub(crate) const FUNCTIONS: [Function; 25] = [
    function("why(text)", "why(text: string)", "Gives a reason. It is kept with the decision."),
    function("why(text, #{…})", "why(text: string, values: map)", "The same, with values."),
    function(
        "log(text)",
        "log(text: string)",
        "Writes a line to the daemon's log, as `print` does.",
    ),
    function(
        "rand(from, to)",
        "rand(from: int, to: int) -> int",
        "A random integer between the two, both included; replay repeats it.",
    ),
    function(
        "utc_hour(ms)",
        "utc_hour(ms: int) -> int",
        "The hour of a time such as `ctx.now`, 0 to 23, in UTC.",
    ),
    function(
        "utc_weekday(ms)",
        "utc_weekday(ms: int) -> int",
        "The weekday of a time, 1 (Monday) to 7, in UTC.",
    ),
    function(
        "local(ms, zone)",
        "local(ms: int, zone: string) -> map",
        "A time by the clocks of a zone such as `Europe/Berlin` or `ctx.queue.zone`: `year`, `month`, `day`, `hour`, `minute`, `weekday` (1 is Monday), `date` (`2026-01-07`), `time` (`15:30`).",
    ),
    function(
        "kv_get(key)",
        "kv_get(key: string) -> ?",
        "What rules remember under this key, `()` for nothing. What a call writes it sees at once, other rules once it is decided.",
    ),
    function(
        "kv_get(key, other)",
        "kv_get(key: string, other: ?) -> ?",
        "The same, or this where nothing is remembered.",
    ),
    function(
        "kv_set(key, value)",
        "kv_set(key: string, value: ?)",
        "Remembers a string (of at most 2,000 bytes), an integer, `true` or `false`, or, with `()`, nothing any more. At most 20 keys a call, of at most 200 bytes and with nothing about a person in them; only what a rule that succeeds writes is kept. Beyond `limits.kv`, what was written longest ago goes first.",
    ),
    function(
        "kv_set(key, value, secs)",
        "kv_set(key: string, value: ?, secs: int)",
        "The same for so many seconds.",
    ),
    function(
        "kv_add(key, n)",
        "kv_add(key: string, n: int) -> int",
        "Adds to a number, 0 where there is none, and gives the sum.",
    ),
    function(
        "kv_add(key, n, secs)",
        "kv_add(key: string, n: int, secs: int) -> int",
        "The same; a number that is new is remembered for so many seconds.",
    ),
    function(
        "deliver(sink, #{…})",
        "deliver(sink: string, body: map)",
        "Sends this as JSON to a sink of the config (`[[sink]]`), once what is decided is on disk, and again until its receiver has it: each time under the same id. At most 5 times a call, of at most 16 KiB; only what a rule that succeeds wants is sent.",
    ),
    function(
        "deliver(sink, #{…}, #{…})",
        "deliver(sink: string, body: map, headers: map)",
        "The same with headers, at most 10.",
    ),
    function(
        "secret(name)",
        "secret(name: string) -> Secret",
        "A secret of the sink (`[sink.secrets.…]`), for a delivery's body or headers, alone or in a text: `\"Bearer \" + secret(\"token\")`. A rule never sees its value, and it is kept nowhere.",
    ),
    function(
        "email_local(text)",
        "email_local(text: string) -> string",
        "What stands before the last `@`, or the whole text.",
    ),
    function(
        "email_domain(text)",
        "email_domain(text: string) -> string",
        "What stands behind the last `@`, in lower case, or an empty text.",
    ),
    function(
        "mask(text)",
        "mask(text: string) -> string",
        "The text with `*` for all but its last four characters.",
    ),
    function(
        "mask(text, keep)",
        "mask(text: string, keep: int) -> string",
        "The same with another number of characters kept.",
    ),
    function(
        "mask_cards(text)",
        "mask_cards(text: string) -> string",
        "The text with card numbers (13 to 19 digits with a right check digit) masked as by `mask`.",
    ),
    function(
        "mask_form(text, form)",
        "mask_form(text: string, form: string) -> string",
        "The text with `*` for what has this form and stands alone: `#` is a digit, `@` a letter, as in `###-##-####`.",
    ),
    function(
        "is_blank(text)",
        "is_blank(text: string) -> bool",
        "Whether there is nothing in the text but white space.",
    ),
    function(
        "truncate_to(text, chars)",
        "truncate_to(text: string, chars: int) -> string",
        "The text cut to so many characters, the last one then `…`.",
    ),
    function(
        "text.replace(from, to)",
        "replace(text: string, from: string, to: string)",
        "As in Rhai, but refused where the result would be too long.",
    ),
];

/// Most characters of a form that is masked.
const FORM_CHARS_MAX: usize = 32;

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// Makes the functions known to an engine.
pub(crate) fn register(engine: &mut Engine, limits: &Limits, meter: &Arc<Meter>) {
    register_sayings(engine, limits, meter);
    register_texts(engine);
    register_replacements(engine, limits);
    render::register(engine, limits.string_bytes);
    crate::memory::register(engine, meter);
    crate::send::register(engine, meter);
    crate::local::register(engine);
    if let Some(marks) = meter.marks() {
        let marks = Arc::clone(marks);
        engine.register_fn(crate::coverage::MARK, move |place: INT| marks.come_by(place));
    }
    let random = Arc::clone(meter);
    engine
        .register_fn("rand", move |from: INT, to: INT| draw(&random, from, to))
        .register_fn("utc_hour", |ms: INT| ms.div_euclid(3_600_000).rem_euclid(24))
        // 1970-01-01 was a Thursday.
        .register_fn("utc_weekday", |ms: INT| (ms.div_euclid(86_400_000) + 3).rem_euclid(7) + 1);
}

fn register_sayings(engine: &mut Engine, limits: &Limits, meter: &Arc<Meter>) {
    let with = || (Arc::clone(meter), limits.clone());
    let (said, bounds) = with();
    engine.register_fn("why", move |text: &str| said.why(&bounds, text));
    let (said, bounds) = with();
    engine.register_fn("why", move |text: &str, values: Map| {
        said.why(&bounds, &with_values(text, &values, bounds.line_chars));
    });
    let (said, bounds) = with();
    engine.register_fn("log", move |text: &str| said.log(&bounds, text));
    let (said, bounds) = with();
    engine.on_print(move |text| said.log(&bounds, text));
    let (said, bounds) = with();
    engine.on_debug(move |text, _, at| said.log(&bounds, &format!("{at:?}: {text}")));
}

/// A reason with its values: `text (key: value, …)`.
fn with_values(text: &str, values: &Map, chars: usize) -> String {
    let values: Vec<_> = values
        .iter()
        .take(chars)
        .map(|(key, value)| format!("{key}: {}", render(value, chars)))
        .collect();
    format!("{text} ({})", values.join(", "))
}

fn register_texts(engine: &mut Engine) {
    engine
        .register_fn("email_local", |text: &str| -> ImmutableString {
            text.rsplit_once('@').map_or(text, |(local, _)| local).into()
        })
        .register_fn("email_domain", |text: &str| -> ImmutableString {
            text.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase().into()
        })
        .register_fn("is_blank", |text: &str| text.trim().is_empty())
        .register_fn("mask", |text: &str| mask(text, 4))
        .register_fn("mask", mask)
        .register_fn("mask_cards", |text: &str| -> ImmutableString {
            crate::cards::mask(text).into()
        })
        .register_fn("mask_form", |text: &str, form: &str| -> Outcome<ImmutableString> {
            // A long form and a long text would take long, in one operation.
            if form.chars().count() > FORM_CHARS_MAX {
                return Err(format!("a form has at most {FORM_CHARS_MAX} characters").into());
            }
            Ok(crate::patterns::mask(text, form).into())
        })
        .register_fn("truncate_to", |text: ImmutableString, chars: INT| {
            let chars = usize::try_from(chars).unwrap_or(0);
            if text.chars().count() <= chars {
                return text;
            }
            let mut cut: String = text.chars().take(chars.saturating_sub(1)).collect();
            if chars > 0 {
                cut.push('…');
            }
            cut.into()
        });
}

fn mask(text: &str, keep: INT) -> ImmutableString {
    let hidden = text.chars().count().saturating_sub(usize::try_from(keep).unwrap_or(0));
    text.chars()
        .enumerate()
        .map(|(i, c)| if i < hidden { '*' } else { c })
        .collect::<String>()
        .into()
}

fn draw(meter: &Meter, from: INT, to: INT) -> Outcome<INT> {
    let span = to.checked_sub(from).and_then(|span| span.checked_add(1));
    match span.and_then(|span| u64::try_from(span).ok()).filter(|span| *span > 0) {
        // The bias of a remainder is far below anything a rule could notice.
        Some(span) => Ok(from + (meter.random() % span) as INT),
        None => Err(format!("rand({from}, {to}): there is no number between the two").into()),
    }
}

/// Functions of the language that would block the thread, or build a huge value in one step, which
/// no budget could interrupt. Later registrations win over those of the language.
fn register_replacements(engine: &mut Engine, limits: &Limits) {
    engine
        .register_fn("sleep", |_: INT| -> Outcome<()> { Err(SLEEP.into()) })
        .register_fn("sleep", |_: f64| -> Outcome<()> { Err(SLEEP.into()) });
    let most = limits.string_bytes;
    engine.register_fn("replace", move |text: &mut ImmutableString, from: &str, to: &str| {
        replace(text, from, to, most)
    });
    engine.register_fn("replace", move |text: &mut ImmutableString, from: char, to: &str| {
        replace(text, from.encode_utf8(&mut [0; 4]), to, most)
    });
}

const SLEEP: &str = "a rule cannot wait: it holds up every other chat";

fn replace(text: &mut ImmutableString, from: &str, to: &str, most: usize) -> Outcome<()> {
    let found = text.matches(from).count();
    let bytes = text.len() - found * from.len() + found.saturating_mul(to.len());
    if bytes > most {
        let place = rhai::Position::NONE;
        return Err(EvalAltResult::ErrorDataTooLarge("Length of string".into(), place).into());
    }
    *text = text.replace(from, to).into();
    Ok(())
}
