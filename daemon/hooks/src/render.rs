//! Values as text of bounded length. The language's own functions build the whole text in one
//! step, and a map that holds one long string many times over would cost memory and time by it.

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Map, Position};

/// How deep a value is shown.
const DEPTH_MAX: usize = 32;

/// A value as a message shows it, cut off after so many bytes: a string as it is.
pub(crate) fn render(value: &Dynamic, most: usize) -> String {
    match value.as_immutable_string_ref() {
        Ok(text) => cut(&text, most).into(),
        Err(_) => quoted(value, most),
    }
}

/// A value as it would be written in a script, cut off after so many bytes.
pub(crate) fn quoted(value: &Dynamic, most: usize) -> String {
    let mut into = Bounded { text: String::new(), most };
    into.value(value, 0);
    into.text
}

/// The beginning of a text, whole characters of it.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

struct Bounded {
    text: String,
    most: usize,
}

impl Bounded {
    fn is_full(&self) -> bool {
        self.text.len() >= self.most
    }

    fn push(&mut self, text: &str) {
        let room = self.most - self.text.len();
        self.text.push_str(cut(text, room));
        if text.len() > room {
            // What does not fit whole is the end, even where a character less would.
            self.most = self.text.len();
        }
    }

    fn value(&mut self, value: &Dynamic, depth: usize) {
        if depth == DEPTH_MAX {
            self.push("…");
        } else if let Ok(array) = value.as_array_ref() {
            self.push("[");
            self.all(array.iter().map(|value| (None, value)), depth);
            self.push("]");
        } else if let Ok(map) = value.as_map_ref() {
            self.map(&map, depth);
        } else if let Ok(text) = value.as_immutable_string_ref() {
            let shown = cut(&text, self.most - self.text.len());
            self.push(&format!("{shown:?}"));
        } else if value.is_unit() {
            self.push("()");
        } else {
            self.push(&value.to_string());
        }
    }

    fn map(&mut self, map: &Map, depth: usize) {
        self.push("#{");
        self.all(map.iter().map(|(key, value)| (Some(key.as_str()), value)), depth);
        self.push("}");
    }

    fn all<'a>(
        &mut self,
        values: impl Iterator<Item = (Option<&'a str>, &'a Dynamic)>,
        depth: usize,
    ) {
        for (n, (key, value)) in values.enumerate() {
            if self.is_full() {
                return;
            }
            if n > 0 {
                self.push(", ");
            }
            if let Some(key) = key {
                self.push(&format!("{:?}: ", cut(key, self.most)));
            }
            self.value(value, depth + 1);
        }
    }
}

/// Replaces the functions that turn arrays and maps into text.
pub(crate) fn register(engine: &mut Engine, most: usize) {
    for name in ["print", "to_string", "debug", "to_debug"] {
        let array = move |array: &mut rhai::Array| {
            let mut into = Bounded { text: String::new(), most };
            into.push("[");
            into.all(array.iter().map(|value| (None, value)), 0);
            into.push("]");
            into.text
        };
        let map = move |map: &mut Map| {
            let mut into = Bounded { text: String::new(), most };
            into.map(map, 0);
            into.text
        };
        FuncRegistration::new(name).with_purity(true).register_into_engine(engine, array);
        FuncRegistration::new(name).with_purity(true).register_into_engine(engine, map);
    }
    let json = move |map: &mut Map| -> Result<String, Box<EvalAltResult>> {
        let mut size = Bounded { text: String::new(), most };
        size.map(map, 0);
        if size.is_full() {
            let what = "Length of string".into();
            return Err(EvalAltResult::ErrorDataTooLarge(what, Position::NONE).into());
        }
        Ok(rhai::format_map_as_json(map))
    };
    FuncRegistration::new("to_json").with_purity(true).register_into_engine(engine, json);
}
