//! An error of a script on a terminal: drawn by miette. Elsewhere it is plain text, which every
//! tool can read.

use desk_hooks::ScriptError;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};
use std::fmt;
use std::io::IsTerminal;
use std::path::Path;

/// An error in a folder's script as this standard error shows it best.
pub(crate) fn told(dir: &Path, error: &ScriptError) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if !std::io::stderr().is_terminal() || plain {
        return error.to_string();
    }
    let text = (error.line > 0).then(|| std::fs::read_to_string(dir.join(&error.file)).ok());
    drawn(error, text.flatten(), GraphicalTheme::unicode())
}

/// An error as a terminal shows it, with the file's text where it has one.
fn drawn(error: &ScriptError, text: Option<String>, theme: GraphicalTheme) -> String {
    let handler = GraphicalReportHandler::new_themed(theme).with_context_lines(1).with_width(100);
    let mut drawn = String::new();
    match handler.render_report(&mut drawn, &Drawn::of(error, text)) {
        Ok(()) => drawn.trim_end().to_owned(),
        Err(_) => error.to_string(),
    }
}

#[derive(Debug)]
struct Drawn<'a> {
    error: &'a ScriptError,
    source: Option<NamedSource<String>>,
    /// Where the place begins in it, and how long it is, in bytes.
    at: (usize, usize),
}

impl<'a> Drawn<'a> {
    fn of(error: &'a ScriptError, text: Option<String>) -> Self {
        let at = text.as_deref().map(|text| place(text, error.line, error.column));
        let source = text.map(|text| NamedSource::new(&error.file, text));
        Self { error, source, at: at.unwrap_or_default() }
    }
}

/// Where a line and column, both from 1, are in a text.
fn place(text: &str, line: usize, column: usize) -> (usize, usize) {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let mut chars = text[before..].chars();
    let ahead = chars.by_ref().take(column.saturating_sub(1));
    let start = before + ahead.map(char::len_utf8).sum::<usize>();
    (start, chars.next().filter(|c| *c != '\n').map_or(0, char::len_utf8))
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source.is_none() {
            write!(f, "{}: ", self.error.file)?;
        }
        f.write_str(&self.error.message)
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.error.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let label = LabeledSpan::new_with_span(Some("here".into()), self.at);
        Some(Box::new(std::iter::once(label)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_hooks::{Host, Limits, ScriptSet};

    #[test]
    fn a_terminal_is_shown_the_place_and_what_to_do() {
        let text =
            "// A rule.\nfn on_offer(ctx) {\n    let name = mazk(ctx.chat.customer.name);\n}";
        let files = [("on_offer.rhai".to_owned(), text.into())].into();
        let set = ScriptSet::from_files(files).expect("a set");
        let errors = Host::new(set, Limits::default()).err().expect("an error");
        // A first line without an indent, so that the indents of the others are kept.
        let told = |text: Option<&str>| {
            let text = text.map(Into::into);
            format!("drawn:\n{}", drawn(&errors[0], text, GraphicalTheme::unicode_nocolor()))
        };
        expect_test::expect![[r#"
            drawn:
              × unknown function 'mazk'
               ╭─[on_offer.rhai:3:16]
             2 │ fn on_offer(ctx) {
             3 │     let name = mazk(ctx.chat.customer.name);
               ·                ┬
               ·                ╰── here
             4 │ }
               ╰────
              help: did you mean 'mask'?"#]]
        .assert_eq(&told(Some(text)));
        expect_test::expect![[r#"
            drawn:
              × on_offer.rhai: unknown function 'mazk'
              help: did you mean 'mask'?"#]]
        .assert_eq(&told(None));
    }
}
