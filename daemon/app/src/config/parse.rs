//! Reading a file into its type, with everything that is wrong in it: after each error the value
//! at fault is taken out and the rest is read again, so that one run names them all.

use super::keys::nearest;
use super::problem::{Problem, Severity, hide_secret, speaks_of_secret};
use super::source::{Seg, Source};
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Most errors of one file that are told.
const ERRORS_MAX: usize = 50;

/// Reads a file, if nothing is wrong in it.
pub(super) fn parse<T: DeserializeOwned>(source: &Source) -> Result<T, Vec<Problem>> {
    read(source).map_err(|mut problems| {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    })
}

fn read<T: DeserializeOwned>(source: &Source) -> Result<T, Vec<Problem>> {
    let (mut root, errors) = DeTable::parse_recoverable(&source.text);
    // What follows a broken line is often read as something else, so it is not looked at.
    if !errors.is_empty() {
        return Err(errors.iter().take(ERRORS_MAX).map(|error| syntax(source, error)).collect());
    }
    let mut problems = Vec::new();
    loop {
        match T::deserialize(toml::Deserializer::from(root.clone())) {
            Ok(value) if problems.is_empty() => return Ok(value),
            Ok(_) => return Err(problems),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let path = take_out(root.get_mut(), &span);
                problems.push(explain(source, &error, &span, path.as_deref()));
                if path.is_none() || problems.len() >= ERRORS_MAX {
                    return Err(problems);
                }
            }
        }
    }
}

/// Whether a key stands at the top of a file.
pub(super) fn has_key(source: &Source, key: &str) -> bool {
    DeTable::parse_recoverable(&source.text).0.get_ref().contains_key(key)
}

fn syntax(source: &Source, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let message = format!("this is not TOML: {}", error.message().trim_end());
    Problem::new(Severity::Error, message).span(source, &span)
}

/// Takes the entry out that an error is about: the one whose key or value is at these bytes. The
/// path to it, where there is one.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<Vec<Seg>> {
    let mut at_fault = None;
    for (key, value) in table.iter_mut() {
        let name = key.get_ref().to_string();
        if key.span() == *span {
            at_fault = Some(name);
            break;
        }
        if let Some(path) = take_out_within(value, span) {
            return Some([vec![Seg::Key(name)], path].concat());
        }
        let range = value.span();
        if range.start <= span.start && span.end <= range.end {
            at_fault = Some(name);
            break;
        }
    }
    let name = at_fault?;
    table.remove(name.as_str());
    Some(vec![Seg::Key(name)])
}

fn take_out_within(value: &mut Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<Vec<Seg>> {
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, span),
        DeValue::Array(list) => list.iter_mut().enumerate().find_map(|(index, element)| {
            let path = take_out_within(element, span)?;
            Some([vec![Seg::At(index)], path].concat())
        }),
        _ => None,
    }
}

fn explain(
    source: &Source,
    error: &toml::de::Error,
    span: &Range<usize>,
    path: Option<&[Seg]>,
) -> Problem {
    let text = error.message();
    let name = path.map_or_else(|| "the file".to_owned(), |path| format!("`{}`", dotted(path)));
    let (message, help) = if text.starts_with("unknown field") {
        let (unknown, known) = unknown_and_known(text);
        (format!("unknown key {name}"), Some(help_unknown_key(unknown, &known)))
    } else if text.starts_with("unknown variant") {
        let (unknown, known) = unknown_and_known(text);
        let help = nearest(unknown, known.iter().copied()).map_or_else(
            || format!("write one of {}", known.join(", ")),
            |word| format!("did you mean \"{word}\"? Known are {}", known.join(", ")),
        );
        (format!("{name} does not know \"{unknown}\""), Some(help))
    } else if let Some((found, expected)) = text
        .strip_prefix("invalid type: ")
        .or_else(|| text.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        let message = format!("{name} cannot be {}", found_in_words(found));
        (message, Some(format!("write {}", expected_in_words(expected))))
    } else {
        (format!("{name}: {}", hide_secret(text.trim_end())), None)
    };
    let mut problem = Problem::new(Severity::Error, message).span(source, span);
    if text.starts_with("unknown field") {
        // Whoever misspells a key may have put anything behind it, a password too.
        problem = problem.hide_rest();
    }
    problem.help = help;
    problem
}

fn help_unknown_key(unknown: &str, known: &[&str]) -> String {
    if speaks_of_secret(unknown) {
        return "a secret never stands in a config; name its place by password_file or \
                password_env"
            .into();
    }
    nearest(unknown, known.iter().copied()).map_or_else(
        || format!("the keys known here are {}", known.join(", ")),
        |key| format!("did you mean `{key}`? If not, take the line out"),
    )
}

/// The first word in backticks, and all others.
fn unknown_and_known(text: &str) -> (&str, Vec<&str>) {
    let mut words = text.split('`').skip(1).step_by(2);
    (words.next().unwrap_or_default(), words.collect())
}

fn dotted(path: &[Seg]) -> String {
    let mut text = String::new();
    for seg in path {
        match seg {
            Seg::Key(key) if text.is_empty() => text.push_str(key),
            Seg::Key(key) => text.extend([".", key]),
            Seg::At(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// What was found, in the words of the file's format.
fn found_in_words(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "boolean", value)) => value.replace('`', ""),
        Some(("floating", value)) => value.replace("point ", "").replace('`', ""),
        _ if found == "sequence" => "a list".into(),
        _ if found == "map" => "a table".into(),
        _ => found.into(),
    }
}

/// What a type expects, in the words of the file's format.
fn expected_in_words(expected: &str) -> String {
    let whole = |most: u64| format!("a whole number from 0 to {most}");
    match expected {
        "u8" => whole(u8::MAX.into()),
        "u16" => whole(u16::MAX.into()),
        "u32" => whole(u32::MAX.into()),
        "i32" => format!("a whole number from {} to {}", i32::MIN, i32::MAX),
        "a boolean" => "true or false".into(),
        "a string" | "path string" | "string or table" => "text in double quotes".into(),
        "socket address" => "\"ADDRESS:PORT\"".into(),
        "a sequence" => "a list: [ … ]".into(),
        "a map" => "a table: key = value".into(),
        _ if expected.starts_with("struct ") => "a table: key = value".into(),
        _ => expected.into(),
    }
}
