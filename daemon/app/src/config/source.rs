//! A file of the config with its text, and the places in it that a path of keys leads to.

use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file of the config.
#[derive(Debug)]
pub(super) struct Source {
    /// The file, as it is named in messages.
    pub(super) path: PathBuf,
    /// What stands in it.
    pub(super) text: String,
}

/// One step of a path to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seg {
    /// The value of this key in a table.
    Key(String),
    /// The element of this number in a list.
    At(usize),
}

impl From<&str> for Seg {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl From<usize> for Seg {
    fn from(index: usize) -> Self {
        Self::At(index)
    }
}

/// A place: a file, by its number, and a path of keys in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: usize,
    pub(super) path: Vec<Seg>,
}

impl Place {
    /// The whole of a file.
    pub(super) fn file(source: usize) -> Self {
        Self { source, path: Vec::new() }
    }

    /// The place that one more step leads to.
    pub(super) fn at(&self, seg: impl Into<Seg>) -> Self {
        let mut path = self.path.clone();
        path.push(seg.into());
        Self { source: self.source, path }
    }

    /// The place that keys with dots between lead to.
    pub(super) fn key(&self, dotted: &str) -> Self {
        dotted.split('.').fold(self.clone(), |place, key| place.at(key))
    }
}

impl Source {
    pub(super) fn new(path: &Path, text: String) -> Self {
        Self { path: path.to_owned(), text }
    }

    /// Where in the text a path leads to: the value, or, where it or a part of the way is left to
    /// its default, the last part that is there.
    pub(super) fn find(&self, path: &[Seg]) -> Range<usize> {
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let mut found = 0..0;
        let mut table = Some(root.get_ref());
        let mut value: Option<&Spanned<DeValue<'_>>> = None;
        for seg in path {
            let next = match seg {
                Seg::Key(key) => table
                    .or_else(|| value.and_then(|value| value.get_ref().as_table()))
                    .and_then(|table| table.get_key_value(key.as_str()))
                    .map(|(key, value)| (key.span(), value)),
                Seg::At(index) => value
                    .and_then(|value| value.get_ref().as_array())
                    .and_then(|list| list.get(*index))
                    .map(|value| (value.span(), value)),
            };
            let Some((key, next)) = next else { break };
            let tabular = next.get_ref().is_table() || next.get_ref().is_array();
            found = if tabular { key } else { next.span() };
            (table, value) = (None, Some(next));
        }
        found
    }

    /// Line and column, both from 1, of an offset in the text.
    pub(super) fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before[start..].chars().count() + 1)
    }

    /// A line's text, by its number from 1.
    pub(super) fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.saturating_sub(1)).unwrap_or_default()
    }
}
