//! Whether two values are the same, and if not, where they differ.

use crate::render::quoted;
use rhai::{Dynamic, Map};
use std::collections::BTreeSet;

/// Most bytes of a value shown by a failed assertion.
pub(super) const SHOWN_BYTES_MAX: usize = 500;
/// Most differences shown.
const DIFFERENCES_MAX: usize = 20;
/// How deep values are gone into.
const DEPTH_MAX: usize = 16;

/// # Errors
/// Where they differ, for people.
pub(super) fn equal(is: &Dynamic, wanted: &Dynamic) -> Result<(), String> {
    let mut found = Vec::new();
    differences("", is, wanted, 0, &mut found);
    match found.len() {
        0 => Ok(()),
        1 if !is.is_map() && !is.is_array() => Err(found.remove(0).1),
        _ => {
            let mut lines = vec!["it is not what is wanted".to_owned()];
            let of = |(path, text): &(String, String)| {
                let path = path.strip_prefix('.').unwrap_or(path);
                if path.is_empty() { format!("  {text}") } else { format!("  {path}: {text}") }
            };
            lines.extend(found.iter().take(DIFFERENCES_MAX).map(of));
            if found.len() > DIFFERENCES_MAX {
                lines.push(format!("  and {} more", found.len() - DIFFERENCES_MAX));
            }
            Err(lines.join("\n"))
        }
    }
}

fn differences(
    path: &str,
    is: &Dynamic,
    wanted: &Dynamic,
    depth: usize,
    found: &mut Vec<(String, String)>,
) {
    if found.len() > 10 * DIFFERENCES_MAX || depth > DEPTH_MAX {
        return;
    }
    if let (Ok(is), Ok(wanted)) = (is.as_map_ref(), wanted.as_map_ref()) {
        return maps(path, &is, &wanted, depth, found);
    }
    if let (Ok(is), Ok(wanted)) = (is.as_array_ref(), wanted.as_array_ref()) {
        for n in 0..is.len().max(wanted.len()) {
            let path = format!("{path}[{n}]");
            match (is.get(n), wanted.get(n)) {
                (Some(is), Some(wanted)) => differences(&path, is, wanted, depth + 1, found),
                (Some(is), None) => found.push((path, format!("{} is too much", show(is)))),
                (None, Some(wanted)) => found.push((path, format!("{} is missing", show(wanted)))),
                (None, None) => {}
            }
        }
        return;
    }
    if !same(is, wanted) {
        found.push((path.to_owned(), format!("{} is not {}", show(is), show(wanted))));
    }
}

/// A key that holds `()` is as good as none.
fn maps(path: &str, is: &Map, wanted: &Map, depth: usize, found: &mut Vec<(String, String)>) {
    let keys: BTreeSet<_> = is.keys().chain(wanted.keys()).collect();
    for key in keys {
        let path = format!("{path}.{key}");
        let of = |map: &Map| map.get(key).filter(|value| !value.is_unit()).cloned();
        match (of(is), of(wanted)) {
            (Some(is), Some(wanted)) => differences(&path, &is, &wanted, depth + 1, found),
            (Some(is), None) => found.push((path, format!("{} is too much", show(&is)))),
            (None, Some(wanted)) => found.push((path, format!("{} is missing", show(&wanted)))),
            (None, None) => {}
        }
    }
}

/// Values that are neither maps nor arrays.
fn same(is: &Dynamic, wanted: &Dynamic) -> bool {
    let number = |value: &Dynamic| {
        value.as_float().ok().or_else(|| value.as_int().ok().map(|int| int as f64))
    };
    if let (Ok(is), Ok(wanted)) = (is.as_int(), wanted.as_int()) {
        return is == wanted;
    }
    if let (Some(is), Some(wanted)) = (number(is), number(wanted)) {
        return is == wanted;
    }
    // Only values of which the whole is shown can be told apart by what is shown.
    is.type_id() == wanted.type_id() && whole(is) == whole(wanted)
}

fn whole(value: &Dynamic) -> String {
    quoted(value, usize::MAX / 2)
}

fn show(value: &Dynamic) -> String {
    quoted(value, SHOWN_BYTES_MAX)
}
