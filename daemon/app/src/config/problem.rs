//! What is wrong with a config, told with the line that it stands in. A value whose key speaks of
//! a secret is never shown.

use super::source::{Place, Source};
use serde::Serialize;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The config cannot be used.
    Error,
    /// It can be used, but probably not as meant.
    Warning,
}

/// Something that is wrong with a config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do, where that is known.
    pub help: Option<String>,
    /// The file; none where no file is at fault.
    pub file: Option<PathBuf>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column in characters, from 1.
    pub column: Option<usize>,
    /// The line's text, secrets hidden, and how many characters of it are meant.
    #[serde(skip)]
    shown: Option<(String, usize)>,
}

impl Problem {
    /// A problem of no place.
    #[must_use]
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { severity, message, help: None, file: None, line: None, column: None, shown: None }
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// At these bytes of a file.
    #[must_use]
    pub(super) fn span(mut self, source: &Source, span: &Range<usize>) -> Self {
        let (line, column) = source.line_column(span.start);
        let text = hide_secret(source.line(line));
        let meant = source.text.get(span.clone()).unwrap_or_default();
        let meant = meant.lines().next().unwrap_or_default().chars().count();
        let room = text.chars().count().saturating_sub(column - 1);
        self.file = Some(source.path.clone());
        self.line = Some(line);
        self.column = Some(column);
        self.shown = Some((text, meant.min(room).max(1)));
        self
    }

    /// With what follows the place in its line left out.
    #[must_use]
    pub(super) fn hide_rest(mut self) -> Self {
        if let (Some(column), Some((text, meant))) = (self.column, &mut self.shown) {
            let end = text.char_indices().nth(column - 1 + *meant).map_or(text.len(), |c| c.0);
            if text[end..].contains('=') {
                text.replace_range(end.., " = …");
            }
        }
        self
    }

    /// In a file as a whole.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// At a line and column of the file, both from 1.
    #[must_use]
    pub fn at_line(mut self, line: usize, column: usize) -> Self {
        (self.line, self.column) = (Some(line), Some(column));
        self
    }

    /// At the place that a path of keys leads to.
    #[must_use]
    pub(super) fn place(self, sources: &[Source], place: &Place) -> Self {
        let Some(source) = sources.get(place.source) else { return self };
        let span = source.find(&place.path);
        if span.is_empty() { self.in_file(&source.path) } else { self.span(source, &span) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{word}: {}", self.message)?;
        let gutter = self.line.map_or(1, |line| line.to_string().len());
        if let Some(file) = &self.file {
            write!(f, "\n{:gutter$}--> {}", "", file.display())?;
            if let (Some(line), Some(column)) = (self.line, self.column) {
                write!(f, ":{line}:{column}")?;
            }
        }
        if let (Some(line), Some(column), Some((text, meant))) =
            (self.line, self.column, &self.shown)
        {
            let carets = "^".repeat(*meant);
            // Tabs are kept, so that the carets stand under what they mean.
            let pad: String = (text.chars().take(column - 1))
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            write!(f, "\n{:gutter$} |\n{line} | {text}\n{:gutter$} | {pad}{carets}", "", "")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{:gutter$} = help: {help}", "")?;
        }
        Ok(())
    }
}

/// A config that cannot be used, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// What is wrong: errors first, at least one, then warnings.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let gap = if n == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{problem}")?;
        }
        Ok(())
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

/// Words in a key that make its value one that is not shown.
const SECRET_WORDS: [&str; 7] = ["auth", "pass", "pw", "secret", "token", "credential", "api_key"];

/// Whether a key speaks of a secret.
pub(super) fn speaks_of_secret(key: &str) -> bool {
    SECRET_WORDS.iter().any(|word| key.to_ascii_lowercase().contains(word))
}

/// A line of a config with what may be a secret hidden: the value of a key that speaks of one, and
/// the account part of a URL.
pub(super) fn hide_secret(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let word = SECRET_WORDS.iter().filter_map(|word| lower.find(word)).min();
    let value = word.and_then(|word| line[word..].find('=').map(|equals| word + equals + 1));
    if let Some(value) = value {
        return format!("{} ***", &line[..value]);
    }
    match (line.find("://"), line.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => {
            format!("{}***{}", &line[..scheme + 3], &line[at..])
        }
        _ => line.to_owned(),
    }
}
