//! What is wrong with a script, told as a compiler tells it.

use crate::render::render;
use rhai::{EvalAltResult, ParseError, Position};
use std::fmt;

/// Most characters shown of a line.
const LINE_CHARS_MAX: usize = 160;
/// How many of them stand before the place.
const BEFORE_CHARS: usize = 60;
/// Most bytes kept of what a script threw.
const MESSAGE_BYTES_MAX: usize = 500;

/// An error in a script or in a folder of scripts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct ScriptError {
    /// The file, relative to the scripts folder.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// The column, from 1; 0 where the whole line is meant.
    pub column: usize,
    /// The line's text, where there is one; of a long line the part around the place.
    pub source_line: String,
    /// How many characters of the line were left out before that.
    pub(crate) left_out: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ScriptError {
    /// An error about a file as a whole.
    pub(crate) fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            source_line: String::new(),
            left_out: 0,
            message: message.into(),
            help: None,
        }
    }

    /// An error at a place in a file with this text.
    pub(crate) fn at(file: &str, text: &str, at: Position, message: impl Into<String>) -> Self {
        let line = at.line().unwrap_or(0);
        let column = at.position().unwrap_or(0);
        let whole = line.checked_sub(1).and_then(|index| text.lines().nth(index));
        let whole = whole.unwrap_or_default();
        let left_out = match whole.chars().count() > LINE_CHARS_MAX {
            true => column.saturating_sub(BEFORE_CHARS),
            false => 0,
        };
        let source_line = whole.chars().skip(left_out).take(LINE_CHARS_MAX).collect();
        Self { line, column, source_line, left_out, ..Self::of_file(file, message) }
    }

    /// Where in `source_line` the place is, from 1; 0 where the whole line is meant.
    #[must_use]
    pub const fn caret(&self) -> usize {
        self.column.saturating_sub(self.left_out)
    }

    /// The same error with advice.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What the parser found.
    pub(crate) fn of_parse(file: &str, text: &str, error: &ParseError) -> Self {
        Self::at(file, text, error.position(), error.err_type().to_string())
    }

    /// What went wrong when a script ran; `text_of` gives a file's text, for the line to show.
    pub(crate) fn of_run<'a>(
        file: &str,
        error: &EvalAltResult,
        text_of: impl Fn(&str) -> Option<&'a str>,
    ) -> Self {
        let Fault { cause, file, position } = fault(file, error);
        Self::at(&file, text_of(&file).unwrap_or_default(), position, message(cause))
    }

    /// The error in one line: `file:line:column: message`.
    #[must_use]
    pub fn one_line(&self) -> String {
        match (self.line, self.column) {
            (0, _) => format!("{}: {}", self.file, self.message),
            (line, 0) => format!("{}:{line}: {}", self.file, self.message),
            (line, column) => format!("{}:{line}:{column}: {}", self.file, self.message),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        let number = self.line.to_string();
        let indent = " ".repeat(number.len());
        match (self.line, self.column) {
            (0, _) => write!(f, " --> {}", self.file)?,
            (line, 0) => write!(f, "{indent}--> {}:{line}", self.file)?,
            (line, column) => write!(f, "{indent}--> {}:{line}:{column}", self.file)?,
        }
        if self.line > 0 {
            // Tabs stay tabs in front of the caret, so that it stands below its character.
            let before = self.source_line.chars().take(self.caret().saturating_sub(1));
            let lead: String = before.map(|c| if c == '\t' { c } else { ' ' }).collect();
            write!(f, "\n{indent} |\n{number} | {}", self.source_line)?;
            if self.column > 0 {
                write!(f, "\n{indent} | {lead}^")?;
            }
        }
        match &self.help {
            Some(help) => write!(f, "\n{indent} = help: {help}"),
            None => Ok(()),
        }
    }
}

/// Where an error really happened.
struct Fault<'a> {
    cause: &'a EvalAltResult,
    file: String,
    position: Position,
}

/// Goes down to the innermost call, keeping the last file named and the last place known.
fn fault<'a>(file: &str, error: &'a EvalAltResult) -> Fault<'a> {
    let mut fault = Fault { cause: error, file: file.into(), position: error.position() };
    loop {
        let inner = match fault.cause {
            EvalAltResult::ErrorInFunctionCall(_, source, inner, _) => {
                if !source.is_empty() {
                    fault.file.clone_from(source);
                }
                inner
            }
            EvalAltResult::ErrorInModule(_, inner, _) => inner,
            _ => return fault,
        };
        fault.cause = inner;
        if !inner.position().is_none() {
            fault.position = inner.position();
        }
    }
}

/// An error's message without its place.
fn message(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorRuntime(thrown, _) => render(thrown, MESSAGE_BYTES_MAX),
        EvalAltResult::ErrorIndexNotFound(index, _) => {
            format!("Invalid index: {}", render(index, MESSAGE_BYTES_MAX))
        }
        EvalAltResult::ErrorTerminated(..) => "the call has used up its time".into(),
        _ => {
            let text = error.to_string();
            let place = format!(" ({})", place(error.position()));
            text.strip_suffix(&place).unwrap_or(&text).into()
        }
    }
}

/// A place as the engine appends it to its messages.
fn place(position: Position) -> String {
    match (position.line(), position.position()) {
        (Some(line), Some(column)) => format!("line {line}, position {column}"),
        (Some(line), None) => format!("line {line}"),
        _ => String::new(),
    }
}
