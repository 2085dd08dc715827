//! Which lines of the scripts tests go through. A copy of the set is run that leaves a mark before
//! each statement; a debugger in the engine would cost every call in production.

mod code;

use crate::engine::engine;
use crate::limits::Limits;
use crate::meter::{CpuClock, Marks, Meter};
use crate::set::{Files, ScriptSet};
use code::Code;
use rhai::module_resolvers::StaticModuleResolver;
use rhai::{ASTNode, Engine, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// The function that leaves a mark.
pub(crate) const MARK: &str = "come_by_this_place";

/// Which lines tests went through, by file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How often each line with a statement was come by.
    pub files: BTreeMap<String, BTreeMap<usize, u64>>,
}

impl Coverage {
    /// How many lines were come by, and how many there are.
    #[must_use]
    pub fn lines(&self) -> (usize, usize) {
        let all = || self.files.values().flat_map(BTreeMap::values);
        (all().filter(|times| **times > 0).count(), all().count())
    }

    /// For people: a line a file, with the lines that were missed.
    #[must_use]
    pub fn text(&self) -> String {
        let width = self.files.keys().map(String::len).max().unwrap_or_default();
        let mut text = String::new();
        for (file, lines) in &self.files {
            let missed: Vec<_> =
                lines.iter().filter(|(_, times)| **times == 0).map(|(line, _)| *line).collect();
            let come_by = lines.len() - missed.len();
            let percent = (100 * come_by).checked_div(lines.len()).unwrap_or(100);
            // Writing to a String cannot fail.
            let _ = write!(text, "{file:width$}  {percent:>3} %  {come_by}/{}", lines.len());
            if !missed.is_empty() {
                let missed: Vec<_> = missed.iter().map(ToString::to_string).collect();
                let _ = write!(text, "  missed: {}", missed.join(", "));
            }
            text.push('\n');
        }
        let (come_by, all) = self.lines();
        let percent = (100 * come_by).checked_div(all).unwrap_or(100);
        let _ = writeln!(text, "{:width$}  {percent:>3} %  {come_by}/{all}", "all");
        text
    }

    /// For tools, in the format of lcov: the files stand in this folder.
    #[must_use]
    pub fn lcov(&self, dir: &Path) -> String {
        let mut text = String::new();
        for (file, lines) in &self.files {
            let _ = writeln!(text, "TN:\nSF:{}", dir.join(file).display());
            for (line, times) in lines {
                let _ = writeln!(text, "DA:{line},{times}");
            }
            let come_by = lines.values().filter(|times| **times > 0).count();
            let _ = writeln!(text, "LF:{}\nLH:{come_by}\nend_of_record", lines.len());
        }
        text
    }
}

/// A set with marks.
pub(crate) struct Marked {
    set: ScriptSet,
    marks: Arc<Marks>,
    /// The file and line of each mark.
    places: Vec<(String, usize)>,
}

impl Marked {
    pub(crate) fn of(set: &ScriptSet, limits: &Limits) -> Self {
        let meter = Meter::marked(CpuClock::of_thread(), Some(Arc::default()));
        let engine = engine(limits, &meter, &StaticModuleResolver::new());
        let mut places = Vec::new();
        let mut files = Files::new();
        for (path, text) in set.files() {
            let marked = marked(&engine, text, places.len());
            // A text that marks would break is run as it is.
            let (text, lines) = marked.unwrap_or_else(|| (text.to_string(), Vec::new()));
            places.extend(lines.into_iter().map(|line| (path.clone(), line)));
            files.insert(path.clone(), text.into());
        }
        let marks = Arc::new(Marks::new(places.len()));
        Self { set: ScriptSet::unbounded(files), marks, places }
    }

    pub(crate) const fn set(&self) -> &ScriptSet {
        &self.set
    }

    pub(crate) const fn marks(&self) -> &Arc<Marks> {
        &self.marks
    }

    pub(crate) fn coverage(&self) -> Coverage {
        let mut files: BTreeMap<String, BTreeMap<usize, u64>> = BTreeMap::new();
        for path in self.set.files().keys() {
            files.entry(path.clone()).or_default();
        }
        for (n, (file, line)) in self.places.iter().enumerate() {
            let times = files.entry(file.clone()).or_default().entry(*line).or_default();
            *times = (*times).max(self.marks.times(n));
        }
        Coverage { files }
    }
}

/// A text with a mark before each statement, numbered from `first`, and the line of each.
fn marked(engine: &Engine, text: &str, first: usize) -> Option<(String, Vec<usize>)> {
    let ast = engine.compile(text).ok()?;
    let code = Code::of(text);
    let mut places = BTreeSet::new();
    ast.walk(&mut |path: &[ASTNode]| {
        // What stands at the top runs once, when the file is loaded.
        if let Some(ASTNode::Stmt(statement)) = path.last()
            && let Some(place) = start(statement).and_then(|at| code.statement_at(at))
        {
            places.insert(place);
        }
        true
    });
    let mut marked = String::with_capacity(text.len() * 2);
    let mut lines = Vec::new();
    let mut done = 0;
    for (place, line) in places {
        marked.push_str(&text[done..place]);
        let _ = write!(marked, "{MARK}({});", first + lines.len());
        lines.push(line);
        done = place;
    }
    marked.push_str(&text[done..]);
    engine.compile(&marked).is_ok().then_some((marked, lines))
}

/// Where a statement begins.
fn start(statement: &Stmt) -> Option<Position> {
    let at = match statement {
        Stmt::Noop(_) | Stmt::Import(..) | Stmt::Export(..) | Stmt::Share(..) => return None,
        Stmt::Assignment(assignment) => assignment.1.lhs.start_position(),
        Stmt::Expr(expr) => expr.start_position(),
        other => other.position(),
    };
    (!at.is_none()).then_some(at)
}
