//! The test kit: a [`Desk`] that is driven by lines of text, holds the invariants after every
//! record, and a [`check`] by which tables are read.

#![allow(dead_code, unused_imports, reason = "each test binary uses its part of the kit")]

mod desk;
pub(crate) mod invariants;
mod past;
mod rules;
mod script;
mod setup;
mod tokens;

use std::panic::catch_unwind;

pub(crate) use desk::Desk;
pub(crate) use rules::Rules;
pub(crate) use script::candidate;
pub(crate) use setup::{agent, chat_id, configured, daily, queue};

/// Reads one row: after the lines of `given`, each of which must be done, the line `when` makes
/// what `expect` says. Lines are parted by `;`. `expect` is a list of words, parted by `,`, as
/// [`Desk::tokens`] tells them; one with a `!` before it must not be among them. A first line in
/// brackets (`[timed mandatory]`) names settings, see [`configured`].
pub(crate) fn check(given: &str, when: &str, expect: &str) {
    let mut desk = Desk::given(given);
    let row = format!("given:  {given}\nwhen:   {when}\nexpect: {expect}");
    let before = (desk.state.digest(), desk.records.len());
    let answer = desk.line(when);
    desk.hold(&row);
    if answer.is_err() && !expect.contains("refused denied") {
        assert_eq!(before, (desk.state.digest(), desk.records.len()), "a refusal changes:\n{row}");
    }
    let told = desk.tokens(&answer, before.1);
    let wrong: Vec<&str> = expect
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .filter(|word| match word.strip_prefix('!') {
            Some(word) => told.contains(word),
            None => !told.contains(*word),
        })
        .collect();
    assert!(wrong.is_empty(), "not so: {wrong:?}\n{row}\nis: {told:?}");
}

/// Reads a table: a row a line, its columns parted by `|`: given, when, expect. Empty lines and
/// those that begin with `#` are passed over; a row that begins with `^` is given as the row
/// before.
pub(crate) fn check_all(table: &str) {
    let mut given = "";
    let mut rows = 0;
    let mut wrong = Vec::new();
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [first, when, expect] = columns[..] else { panic!("not a row: {row}") };
        if first != "^" {
            given = first;
        }
        rows += 1;
        if let Err(panicked) = catch_unwind(|| check(given, when, expect)) {
            let text = panicked.downcast::<String>().map_or_else(|_| row.to_owned(), |text| *text);
            wrong.push(format!("{row}\n{text}"));
        }
    }
    assert!(rows > 0, "an empty table checks nothing");
    assert!(wrong.is_empty(), "{} of {rows} rows:\n\n{}", wrong.len(), wrong.join("\n\n"));
}
