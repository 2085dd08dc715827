//! What a rule wants sent, and secrets that it may put there and never see: here a secret is but a
//! name, and its value is found where it is sent.

use crate::memory::Remembers;
use desk_core::name::{SinkId, is_name};
use desk_core::{DELIVERIES_MAX, DeliveryWant, PAYLOAD_BYTES_MAX, Payload, Piece};
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map};
use serde_json::Value;
use std::collections::BTreeMap;

/// How deep a body is nested at most.
const DEPTH_MAX: usize = 16;
/// Most headers, and most bytes of a header's value.
const HEADERS_MAX: (usize, usize) = (10, 1_000);
/// Headers that are the connection's, or deskd's own.
const OWN_HEADERS: [&str; 14] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];
/// Headers that begin so are deskd's own, or a proxy's.
const OWN_PREFIXES: [&str; 4] = ["deskd-", "proxy-", "sec-", "webhook-"];

/// A text with secrets in it, each by its name alone.
#[derive(Debug, Clone)]
struct Secret(Vec<Piece>);

impl Secret {
    fn and(mut self, other: Vec<Piece>) -> Self {
        self.0.extend(other);
        self
    }
}

type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// Makes the functions known to an engine.
pub(crate) fn register(engine: &mut Engine, of: &impl Remembers) {
    let it = of.clone();
    engine.register_fn("deliver", move |sink: &str, body: Map| {
        deliver(&it, sink, body.into(), Map::new())
    });
    let it = of.clone();
    engine.register_fn("deliver", move |sink: &str, body: Map, headers: Map| {
        deliver(&it, sink, body.into(), headers)
    });
    let text = |text: &str| vec![Piece::Text(text.to_owned())];
    engine
        .register_type_with_name::<Secret>("Secret")
        .register_fn("secret", |name: &str| -> Outcome<Secret> {
            if is_name(name) {
                return Ok(Secret(vec![Piece::Secret(name.to_owned())]));
            }
            Err("a secret's name is made of letters, digits and . _ @ -".into())
        })
        .register_fn("+", move |before: &str, secret: Secret| Secret(text(before)).and(secret.0))
        .register_fn("+", move |secret: Secret, after: &str| secret.and(text(after)))
        .register_fn("+", |one: Secret, other: Secret| one.and(other.0))
        .register_fn("to_string", |_: &mut Secret| opaque())
        .register_fn("to_debug", |_: &mut Secret| opaque())
        .register_fn("+=", |_: &mut ImmutableString, _: Secret| opaque())
        .register_fn("==", |_: Secret, _: Secret| -> Outcome<bool> { Err(OPAQUE.into()) })
        .register_fn("!=", |_: Secret, _: Secret| -> Outcome<bool> { Err(OPAQUE.into()) });
}

const OPAQUE: &str = "a secret can be put into what is delivered, and nothing else";

fn opaque() -> Outcome<ImmutableString> {
    Err(OPAQUE.into())
}

fn deliver(of: &impl Remembers, sink: &str, body: Dynamic, headers: Map) -> Outcome<()> {
    let want = want(sink, &body, headers)?;
    Ok(of.remembering(|memory| {
        let deliveries = &mut memory.wants.deliveries;
        if deliveries.len() == DELIVERIES_MAX {
            return Err(format!("a call delivers at most {DELIVERIES_MAX} times"));
        }
        deliveries.push(want);
        Ok(())
    })?)
}

fn want(sink: &str, body: &Dynamic, headers: Map) -> Result<DeliveryWant, String> {
    if !is_name(sink) {
        return Err("a sink's name is made of letters, digits and . _ @ -".into());
    }
    let (most, bytes) = HEADERS_MAX;
    if headers.len() > most {
        return Err(format!("a delivery has at most {most} headers of at most {bytes} bytes"));
    }
    let headers = headers.into_iter().map(|(name, value)| header(&name, &value));
    let headers = headers.collect::<Result<BTreeMap<_, _>, _>>()?;
    let mut json = Json::default();
    json.value(body, 0)?;
    let payload = Payload { headers, body: json.end() };
    if payload.bytes() > PAYLOAD_BYTES_MAX {
        return Err(too_long());
    }
    Ok(DeliveryWant { sink: SinkId::from(sink), payload })
}

fn too_long() -> String {
    format!("what is delivered has at most {PAYLOAD_BYTES_MAX} bytes")
}

fn header(name: &str, value: &Dynamic) -> Result<(String, Vec<Piece>), String> {
    let shown: String = name.chars().take(40).collect();
    let name = name.to_ascii_lowercase();
    let token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(token) {
        return Err(format!("'{shown}' is no name of a header"));
    }
    let own = OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    if own || OWN_HEADERS.contains(&name.as_str()) {
        return Err(format!("the header '{shown}' is not a rule's to set"));
    }
    let pieces = match (value.as_immutable_string_ref(), value.read_lock::<Secret>()) {
        (Ok(text), _) => vec![Piece::Text(text.to_string())],
        (_, Some(secret)) => secret.0.clone(),
        _ => return Err(format!("the header '{shown}' is a string or holds a secret")),
    };
    let visible = |text: &str| text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    let length: usize = pieces.iter().map(|piece| text_of(piece).len()).sum();
    if length > HEADERS_MAX.1 || !pieces.iter().all(|piece| visible(text_of(piece))) {
        let most = HEADERS_MAX.1;
        return Err(format!("the header '{shown}' has at most {most} visible ASCII characters"));
    }
    Ok((name, pieces))
}

fn text_of(piece: &Piece) -> &str {
    match piece {
        Piece::Text(text) | Piece::Secret(text) => text,
    }
}

/// JSON as it is written, with places for secrets.
#[derive(Default)]
struct Json {
    pieces: Vec<Piece>,
    text: String,
    bytes: usize,
}

impl Json {
    fn end(mut self) -> Vec<Piece> {
        self.cut();
        self.pieces
    }

    fn cut(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
        }
    }

    /// What a map holds is not bounded by the engine, so it is bounded here.
    fn push(&mut self, text: &str) -> Result<(), String> {
        self.bytes += text.len();
        if self.bytes > PAYLOAD_BYTES_MAX {
            return Err(too_long());
        }
        self.text.push_str(text);
        Ok(())
    }

    fn value(&mut self, value: &Dynamic, depth: usize) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err(format!("what is delivered is nested at most {DEPTH_MAX} deep"));
        }
        if let Ok(map) = value.as_map_ref() {
            return self.map(&map, depth);
        }
        if let Ok(array) = value.as_array_ref() {
            self.push("[")?;
            for (n, value) in array.iter().enumerate() {
                self.push(if n > 0 { "," } else { "" })?;
                self.value(value, depth + 1)?;
            }
            return self.push("]");
        }
        if let Some(secret) = value.read_lock::<Secret>() {
            return self.secret(&secret);
        }
        let json = if value.is_unit() {
            Value::Null
        } else if let Ok(text) = value.as_immutable_string_ref() {
            text.as_str().into()
        } else if let Ok(int) = value.as_int() {
            int.into()
        } else if let Ok(yes) = value.as_bool() {
            yes.into()
        } else if let Ok(float) = value.as_float() {
            // What is no number in JSON becomes null there.
            float.into()
        } else if let Ok(letter) = value.as_char() {
            letter.to_string().into()
        } else {
            let what = value.type_name().rsplit("::").next().unwrap_or_default().to_owned();
            return Err(format!("a {what} cannot be delivered whole: name what of it is meant"));
        };
        self.push(&json.to_string())
    }

    fn map(&mut self, map: &Map, depth: usize) -> Result<(), String> {
        self.push("{")?;
        for (n, (name, value)) in map.iter().enumerate() {
            self.push(if n > 0 { "," } else { "" })?;
            self.push(&Value::from(name.as_str()).to_string())?;
            self.push(":")?;
            self.value(value, depth + 1)?;
        }
        self.push("}")
    }

    /// A string of JSON with places for secrets in it.
    fn secret(&mut self, secret: &Secret) -> Result<(), String> {
        self.push("\"")?;
        for piece in &secret.0 {
            match piece {
                Piece::Text(text) => {
                    let quoted = Value::from(text.as_str()).to_string();
                    self.push(&quoted[1..quoted.len() - 1])?;
                }
                Piece::Secret(name) => {
                    self.bytes += name.len();
                    self.cut();
                    self.pieces.push(piece.clone());
                }
            }
        }
        self.push("\"")
    }
}

/// A delivery as a test sees it: a secret shows as its name.
pub(crate) fn shown(want: &DeliveryWant) -> Outcome<Dynamic> {
    let text = |pieces: &[Piece]| -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret(name) => format!("(secret {name})"),
        };
        pieces.iter().map(piece).collect()
    };
    let body: Value = serde_json::from_str(&text(&want.payload.body))
        .map_err(|error| format!("the body is no JSON: {error}"))?;
    let headers = want.payload.headers.iter();
    let headers: Map = headers.map(|(name, value)| (name.into(), text(value).into())).collect();
    let map: Map = [
        ("sink".into(), want.sink.as_str().into()),
        ("body".into(), rhai::serde::to_dynamic(body)?),
        ("headers".into(), headers.into()),
    ]
    .into();
    Ok(map.into())
}
