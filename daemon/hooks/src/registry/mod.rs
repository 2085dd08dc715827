//! The one table of what a rule is given and may answer. The linter, the check of verdicts and the
//! reference for admins are made from it.

mod definitions;
mod hooks;

pub use definitions::definitions;
pub use hooks::HOOKS;

use crate::objects;
use desk_core::policy::Hook;

/// The version of everything here. It is part of a set's hash, so that the same files under
/// another version are another set.
pub const API_VERSION: u32 = 1;

/// An object that scripts read.
#[derive(Debug)]
pub struct Object {
    /// Its name, as scripts and messages call it.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What can be read of it.
    pub properties: &'static [Property],
}

/// A property of an object.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Ty,
    /// What it holds, with its unit.
    pub doc: &'static str,
}

/// The type of a property.
#[derive(Debug, Clone, Copy)]
pub enum Ty {
    /// A string.
    Text,
    /// A string, or `()`.
    MaybeText,
    /// An integer.
    Int,
    /// A boolean.
    Bool,
    /// An array of strings.
    Texts,
    /// Named texts: `fields.name` or `fields["name"]`, `()` where there is none.
    Fields,
    /// Named levels: `skills.name` or `skills["name"]`, 0 where there is none.
    Levels,
    /// An object.
    One(&'static Object),
    /// An object, or `()`.
    Maybe(&'static Object),
    /// An array of objects.
    Many(&'static Object),
}

impl Ty {
    fn text(self) -> String {
        match self {
            Self::Text => "string".into(),
            Self::MaybeText => "string or ()".into(),
            Self::Int => "integer".into(),
            Self::Bool => "bool".into(),
            Self::Texts => "array of strings".into(),
            Self::Fields => "Fields".into(),
            Self::Levels => "Levels".into(),
            Self::One(object) => object.name.into(),
            Self::Maybe(object) => format!("{} or ()", object.name),
            Self::Many(object) => format!("array of {}", object.name),
        }
    }
}

/// A key of a verdict.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it does.
    pub doc: &'static str,
}

/// What a key of a verdict takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An integer from the first to the second.
    Int(i32, i32),
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text of 1 to so many characters.
    Text(usize),
    /// At most so many texts of at most so many characters.
    Lines(usize, usize),
    /// The `sys_id` of a candidate asked about.
    Candidate,
    /// `sys_id`s of candidates asked about, none twice.
    Candidates,
    /// The `sys_id` of one of the caller's open incidents.
    OpenIncident,
    /// At most so many disposition codes, none twice.
    Codes(usize),
    /// The name of a table: lowercase letters, digits and `_`.
    Table,
    /// A queue's id.
    Queue,
    /// Ids of agents asked about, none twice.
    Agents,
    /// A map of at most so many skills to their least levels, 1 to 100.
    Levels(usize),
    /// A map of at most so many fields of a form to texts of at most so many characters.
    Form(usize, usize),
    /// At most so many questions to ServiceNow: maps of `table`, `field` or `fields`, `value`.
    Lookups(usize),
    /// A map of at most so many fields of an incident to texts of at most so many characters.
    Fields(usize, usize),
}

/// Fields of an incident that are deskd's own.
pub const OWN_FIELDS: [&str; 2] = ["sys_id", "correlation_id"];
/// Most characters of a name of a table or field.
pub const COLUMN_CHARS_MAX: usize = 80;

impl Kind {
    /// What it takes, for people.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Int(from, to) => format!("an integer from {from} to {to}"),
            Self::Bool => "true or false".into(),
            Self::Word(words) => format!("one of \"{}\"", words.join("\", \"")),
            Self::Text(most) => format!("a string of 1 to {most} characters"),
            Self::Lines(count, most) => {
                format!("an array of at most {count} strings of at most {most} characters")
            }
            Self::Candidate => "the sys_id of one of the candidates".into(),
            Self::Candidates => "an array of sys_ids of the candidates, none twice".into(),
            Self::OpenIncident => "the sys_id of one of ctx.caller.incidents".into(),
            Self::Codes(most) => format!("an array of at most {most} codes, none twice"),
            Self::Queue => "a queue's id".into(),
            Self::Agents => "an array of ids of the agents, none twice".into(),
            Self::Levels(count) => {
                format!("a map of at most {count} skills to levels from 1 to 100")
            }
            Self::Form(count, most) => {
                format!("a map of at most {count} fields to texts of at most {most} characters")
            }
            Self::Lookups(count) => format!(
                "an array of 1 to {count} maps #{{ table, field, value }} (or fields: [ up to 4 ])"
            ),
            Self::Table => "a table's name (a-z, 0-9, _)".into(),
            Self::Fields(count, most) => format!(
                "a map of at most {count} fields (a-z, 0-9, _) to strings, integers or bools of at \
                 most {most} characters"
            ),
        }
    }
}

/// Everything about a hook.
#[derive(Debug)]
pub struct HookSpec {
    /// Which.
    pub hook: Hook,
    /// When it is asked.
    pub when: &'static str,
    /// What it may answer.
    pub verdict: &'static [Key],
    /// What applies where it answers nothing.
    pub default: &'static str,
    /// What applies where it fails or rests, if that is not the same.
    pub failure: Option<&'static str>,
    /// The body of a first rule.
    pub example: &'static str,
}

impl HookSpec {
    /// What applies where it fails or rests. No chat, offer or incident is ever lost by it.
    #[must_use]
    pub fn on_failure(&self) -> &'static str {
        self.failure.unwrap_or(self.default)
    }

    /// What `ctx` holds.
    #[must_use]
    pub fn ctx(&self) -> &'static Object {
        objects::object_of(self.hook)
    }
}

/// Everything about one hook.
///
/// # Panics
/// Never: a test holds that each has its entry.
#[must_use]
pub fn spec(hook: Hook) -> &'static HookSpec {
    HOOKS.iter().find(|spec| spec.hook == hook).expect("every hook is in the table")
}

/// The names of all hooks.
pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    HOOKS.iter().map(|spec| spec.hook.name())
}

/// A first rule for a hook, to begin with; `None` where there is no such hook.
#[must_use]
pub fn skeleton(name: &str) -> Option<String> {
    let spec = HOOKS.iter().find(|spec| spec.hook.name() == name)?;
    let HookSpec { hook, when, default, example, .. } = spec;
    let doc = format!("// Asked when {when}.\n// Without an answer, {default}.\n");
    Some(format!("{doc}\nfn {hook}(ctx) {{\n    {example}\n}}\n"))
}

/// The reference for admins, as Markdown.
#[must_use]
pub fn markdown() -> String {
    use std::fmt::Write as _;
    let mut text = String::from("# Hooks\n");
    // Writing to a String cannot fail.
    for spec in &HOOKS {
        let _ = write!(text, "\n## `{}`\n\nAsked when {}.", spec.hook, spec.when);
        let _ = match spec.failure {
            None => writeln!(text, " Without an answer, or where it fails, {}.\n", spec.default),
            Some(failure) => {
                let default = spec.default;
                writeln!(text, " Without an answer, {default}. Where it fails, {failure}.\n")
            }
        };
        let _ = writeln!(text, "| `ctx.` | type | |\n|---|---|---|");
        properties(&mut text, spec.ctx());
        if spec.verdict.is_empty() {
            text.push_str("\nIt answers nothing: it calls `deliver`.\n");
            told(&mut text);
            continue;
        }
        let _ = writeln!(text, "\n| answer | takes | |\n|---|---|---|");
        for key in spec.verdict {
            let _ = writeln!(text, "| `{}` | {} | {} |", key.name, key.kind.text(), key.doc);
        }
    }
    text.push_str("\n# Objects\n");
    for object in objects::SHARED {
        let _ =
            writeln!(text, "\n## {}\n\n{}\n\n| | type | |\n|---|---|---|", object.name, object.doc);
        properties(&mut text, object);
    }
    let _ = writeln!(text, "\n# Functions\n\n| | |\n|---|---|");
    functions(&mut text, &crate::api::FUNCTIONS.map(|function| (function.call, function.doc)));
    let _ = writeln!(text, "\n# Functions for tests\n\n| | |\n|---|---|");
    functions(&mut text, &crate::trial::FUNCTIONS);
    text
}

/// The events that `on_event` is told, and what `ctx.fields` holds in each.
fn told(text: &mut String) {
    use std::fmt::Write as _;
    let _ = writeln!(text, "\n| `ctx.event` | `ctx.fields.` |\n|---|---|");
    for (event, fields) in desk_core::TOLD {
        let fields: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
        let _ = writeln!(text, "| `{event}` | {} |", fields.join(", "));
    }
}

fn functions(text: &mut String, functions: &[(&str, &str)]) {
    use std::fmt::Write as _;
    for (signature, doc) in functions {
        let signature = signature.replace('|', "\\|");
        let _ = writeln!(text, "| `{signature}` | {doc} |");
    }
}

fn properties(text: &mut String, object: &Object) {
    use std::fmt::Write as _;
    for property in object.properties {
        let Property { name, ty, doc } = property;
        let _ = writeln!(text, "| `{name}` | {} | {doc} |", ty.text());
    }
}
