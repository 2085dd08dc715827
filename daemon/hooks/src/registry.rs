//! The one table of what a rule is given and may answer. The linter, the check of verdicts and the
//! reference for admins are made from it.

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
    Int(u32, u32),
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
    /// At most so many disposition codes, none twice.
    Codes(usize),
    /// The name of a table: lowercase letters, digits and `_`.
    Table,
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
            Self::Codes(most) => format!("an array of at most {most} codes, none twice"),
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
    /// What `ctx` holds: the first properties are the same for every hook.
    pub ctx: &'static Object,
    /// What it may answer.
    pub verdict: &'static [Key],
    /// What applies where it answers nothing, fails or rests.
    pub default: &'static str,
}

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { name, kind, doc }
}

/// The hooks, in the order of a chat's life.
pub static HOOKS: [HookSpec; 4] = [
    HookSpec {
        hook: Hook::OnOffer,
        when: "a chat is about to be offered to an agent",
        ctx: &objects::OFFER,
        verdict: &[
            key("accept_secs", Kind::Int(5, 600), "How long the agent has to accept, in seconds."),
            key("lines", Kind::Lines(8, 200), "Lines for the agent's preview of the chat."),
            key(
                "pop",
                Kind::Word(&["offer", "accept", "never"]),
                "When the customer's record pops up.",
            ),
        ],
        default: "the offer is made as configured",
    },
    HookSpec {
        hook: Hook::OnMatch,
        when: "ServiceNow's records for the customer came (at most 50)",
        ctx: &objects::MATCH,
        verdict: &[
            key("choose", Kind::Candidate, "The record that the chat is tied to."),
            key("order", Kind::Candidates, "The order of the list; those not named follow."),
            key("drop", Kind::Candidates, "Records to leave out."),
        ],
        default: "one record is chosen; of several the agent picks, in ServiceNow's order",
    },
    HookSpec {
        hook: Hook::OnWrapup,
        when: "a wrap-up was submitted, or its timer ran out",
        ctx: &objects::WRAPUP,
        verdict: &[
            key("deny", Kind::Text(200), "Why the wrap-up is denied, for the agent to read."),
            key(
                "post_secs",
                Kind::Int(1, 3600),
                "A new length of post-processing from now on, in seconds.",
            ),
            key("codes", Kind::Codes(6), "Other disposition codes than the submitted ones."),
        ],
        default: "the segment is wrapped up as it was submitted",
    },
    HookSpec {
        hook: Hook::OnIncident,
        when: "a step of the chat's incident is about to be frozen and sent",
        ctx: &objects::INCIDENT,
        verdict: &[
            key("skip", Kind::Bool, "No incident for this chat (at create alone)."),
            key("table", Kind::Table, "Another table (at create alone)."),
            key(
                "fields",
                Kind::Fields(50, 4000),
                "Fields to add or replace; never sys_id or correlation_id.",
            ),
            key(
                "attach",
                Kind::Bool,
                "Whether the transcript is attached as a file; as configured, only a long one is.",
            ),
        ],
        default: "the fields are sent as configured",
    },
];

/// Everything about one hook.
#[must_use]
pub fn spec(hook: Hook) -> &'static HookSpec {
    match hook {
        Hook::OnOffer => &HOOKS[0],
        Hook::OnMatch => &HOOKS[1],
        Hook::OnWrapup => &HOOKS[2],
        Hook::OnIncident => &HOOKS[3],
    }
}

/// The names of all hooks.
pub(crate) fn names() -> impl Iterator<Item = &'static str> + Clone {
    HOOKS.iter().map(|spec| spec.hook.name())
}

/// The reference for admins, as Markdown.
#[must_use]
pub fn markdown() -> String {
    use std::fmt::Write as _;
    let mut text = String::from("# Hooks\n");
    // Writing to a String cannot fail.
    for spec in &HOOKS {
        let _ = write!(text, "\n## `{}`\n\nAsked when {}.", spec.hook, spec.when);
        let _ = writeln!(text, " Without an answer, {}.\n", spec.default);
        let _ = writeln!(text, "| `ctx.` | type | |\n|---|---|---|");
        properties(&mut text, spec.ctx);
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
    for (signature, doc) in crate::api::FUNCTIONS {
        let _ = writeln!(text, "| `{signature}` | {doc} |");
    }
    text
}

fn properties(text: &mut String, object: &Object) {
    use std::fmt::Write as _;
    for property in object.properties {
        let Property { name, ty, doc } = property;
        let _ = writeln!(text, "| `{name}` | {} | {doc} |", ty.text());
    }
}
