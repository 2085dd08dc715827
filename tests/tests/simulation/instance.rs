//! A ServiceNow that keeps what it committed, and tells of it badly.

use desk_core::name::{ChatId, StepId};
use desk_core::{Answered, Body, Difference, RecordRef, StepWork};
use fastrand::Rng;
use std::collections::BTreeMap;

/// For how long after its answer was lost a request may still be carried out, in milliseconds:
/// less than the window after which deskd looks for what it did.
const LATE_MS_MAX: u64 = 250_000;
/// The field of notes.
const NOTES: &str = "work_notes";

/// What it holds.
#[derive(Default)]
pub(crate) struct Instance {
    incidents: BTreeMap<String, Held>,
    /// Requests that were cut off and are carried out yet, and when.
    late: Vec<(u64, Write)>,
    /// Whether it gives records ids of its own, whatever it is asked for.
    foreign: bool,
    /// How many it gave.
    given: u32,
}

/// An incident.
#[derive(Default, Debug)]
pub(crate) struct Held {
    /// The chats that it is the incident of, each with the first body that was sent for it: a later
    /// attempt must bring the same.
    bodies: BTreeMap<ChatId, Body>,
    /// The notes that it was given, that of its making among them.
    pub(crate) notes: Vec<String>,
    /// The names of the files that it was given.
    pub(crate) files: Vec<String>,
    /// The interactions of its chats, each with what was sent of it.
    pub(crate) interactions: BTreeMap<String, Body>,
    /// The ties to interactions, by their ids.
    pub(crate) ties: BTreeMap<String, String>,
}

impl Held {
    /// The ids of the interactions that name a chat.
    pub(crate) fn interactions_of(&self, chat: ChatId) -> Vec<&String> {
        let of_chat = |body: &Body| match body {
            Body::Interaction { fields, id_field, .. } => fields[id_field] == chat.to_string(),
            _ => false,
        };
        let found = self.interactions.iter().filter(|(_, body)| of_chat(body));
        found.map(|(id, _)| id).collect()
    }
}

#[derive(Clone)]
enum Write {
    Create { chat: ChatId, sys_id: String, body: Body },
    Append { chat: ChatId, sys_id: String, mark: String, body: Body },
    Note { sys_id: String, mark: String, text: String },
    File { sys_id: String, name: String },
    Interaction { sys_id: String, own: String, body: Body },
    Tie { sys_id: String, own: String, to: String },
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing does.
    None,
    /// It is refused for now.
    Busy,
    /// It is refused for good.
    Refused,
    /// It is carried out, and nobody is told.
    DroppedAfter,
    /// It is not carried out, and nobody is told.
    DroppedBefore,
    /// It is carried out later, and nobody is told.
    Late,
}

impl Trouble {
    /// One by chance.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        match rng.u8(..100) {
            0..60 => Self::None,
            60..72 => Self::Busy,
            72..74 => Self::Refused,
            74..84 => Self::DroppedAfter,
            84..92 => Self::DroppedBefore,
            _ => Self::Late,
        }
    }

    /// Its name in the table of what was reached.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "instance answers",
            Self::Busy => "instance busy",
            Self::Refused => "instance refuses",
            Self::DroppedAfter => "instance commits, answer lost",
            Self::DroppedBefore => "instance commits nothing, answer lost",
            Self::Late => "instance commits late, answer lost",
        }
    }
}

impl Instance {
    /// One that takes ids of ours, or gives its own.
    pub(crate) fn new(foreign: bool) -> Self {
        Self { foreign, ..Self::default() }
    }

    /// Carries a step out as a driver does: what an earlier attempt may have done is looked for
    /// first.
    pub(crate) fn perform(
        &mut self,
        now: u64,
        work: &StepWork,
        body: &Body,
        trouble: Trouble,
        rng: &mut Rng,
    ) -> Answered {
        self.catch_up(now);
        let why = "by the play".to_owned();
        let write = self.write(work, body);
        if work.doubtful && self.has(&write) {
            return self.done(&write);
        }
        match trouble {
            Trouble::None => {
                self.commit(&write);
                self.done(&write)
            }
            Trouble::Busy => {
                let after_ms = rng.bool().then(|| rng.u64(1_000..60_000));
                Answered::Retry { after_ms, why }
            }
            Trouble::Refused => Answered::Permanent { why },
            Trouble::DroppedAfter => {
                self.commit(&write);
                Answered::Ambiguous { why }
            }
            Trouble::DroppedBefore => Answered::Ambiguous { why },
            Trouble::Late => {
                self.late.push((now + rng.u64(1_000..LATE_MS_MAX), write));
                Answered::Ambiguous { why }
            }
        }
    }

    /// Carries out what was late and is due.
    pub(crate) fn catch_up(&mut self, now: u64) {
        let late = std::mem::take(&mut self.late);
        for (at, write) in late {
            if at <= now {
                self.commit(&write);
            } else {
                self.late.push((at, write));
            }
        }
    }

    /// What it holds of a chat: every incident that names it, or that it was added to.
    pub(crate) fn of(&self, chat: ChatId) -> Vec<&Held> {
        self.incidents.values().filter(|held| held.bodies.contains_key(&chat)).collect()
    }

    fn write(&self, work: &StepWork, body: &Body) -> Write {
        let StepId { chat, .. } = work.step;
        let sys_id = || {
            let record = work.record.as_ref().expect("what is added is added to a record");
            record.sys_id.clone()
        };
        let unchanged = || {
            let known = self.of(chat).into_iter().find_map(|held| held.bodies.get(&chat));
            assert!(known.is_none_or(|known| known == body), "{chat}: its body has changed");
        };
        match body {
            Body::Append { record, mark, .. } => {
                unchanged();
                let (sys_id, mark) = (record.sys_id.clone(), mark.clone());
                Write::Append { chat, sys_id, mark, body: body.clone() }
            }
            Body::Create { sys_id, .. } => {
                unchanged();
                Write::Create { chat, sys_id: sys_id.clone(), body: body.clone() }
            }
            Body::Interaction { sys_id: own, .. } => {
                Write::Interaction { sys_id: sys_id(), own: own.clone(), body: body.clone() }
            }
            Body::Relate { sys_id: own } => {
                let to = work.interaction.as_ref().expect("an interaction is tied").sys_id.clone();
                Write::Tie { sys_id: sys_id(), own: own.clone(), to }
            }
            Body::Attach { file_name, .. } => {
                Write::File { sys_id: sys_id(), name: file_name.clone() }
            }
            Body::Complete { mark, fields, .. } => {
                let text = fields[NOTES].clone();
                assert!(text.ends_with(mark), "a note ends in its mark: {text}");
                Write::Note { sys_id: sys_id(), mark: mark.clone(), text }
            }
        }
    }

    fn has(&self, write: &Write) -> bool {
        let held = |sys_id: &String| self.incidents.get(sys_id);
        match write {
            Write::Note { sys_id, mark, .. } | Write::Append { sys_id, mark, .. } => {
                held(sys_id).is_some_and(|held| held.notes.iter().any(|note| note.ends_with(mark)))
            }
            Write::File { sys_id, name } => {
                held(sys_id).is_some_and(|held| held.files.contains(name))
            }
            Write::Create { .. } | Write::Interaction { .. } | Write::Tie { .. } => {
                self.made(write).is_some()
            }
        }
    }

    /// The id of the record that a write made: ours, or else found by what names it.
    fn made(&self, write: &Write) -> Option<&String> {
        let held = |sys_id: &String| self.incidents.get(sys_id);
        match write {
            Write::Create { chat, body, .. } => {
                let ours = |held: &Held| held.bodies.get(chat) == Some(body);
                self.incidents.iter().find(|(_, held)| ours(held)).map(|(id, _)| id)
            }
            Write::Interaction { sys_id, body, .. } => {
                held(sys_id)?.interactions.iter().find(|(_, held)| *held == body).map(|(id, _)| id)
            }
            Write::Tie { sys_id, to, .. } => {
                held(sys_id)?.ties.iter().find(|(_, tied)| *tied == to).map(|(id, _)| id)
            }
            Write::Append { .. } | Write::Note { .. } | Write::File { .. } => None,
        }
    }

    /// The id that a record gets.
    fn id_for(&mut self, wanted: &str) -> String {
        if !self.foreign {
            return wanted.to_owned();
        }
        self.given += 1;
        format!("{:08x}{}", self.given, &wanted[8..])
    }

    /// A record whose id there is already is not made again; a note is added each time.
    fn commit(&mut self, write: &Write) {
        match write {
            Write::Create { chat, sys_id, body } => {
                let Body::Create { fields, .. } = body else { unreachable!("it creates") };
                let made = || Held {
                    notes: fields.get(NOTES).cloned().into_iter().collect(),
                    bodies: BTreeMap::from([(*chat, body.clone())]),
                    ..Held::default()
                };
                let id = self.id_for(sys_id);
                self.incidents.entry(id).or_insert_with(made);
            }
            Write::Append { chat, sys_id, body, .. } => {
                let Body::Append { fields, .. } = body else { unreachable!("it adds") };
                let held = self.incidents.entry(sys_id.clone()).or_default();
                held.notes.push(fields[NOTES].clone());
                held.bodies.insert(*chat, body.clone());
            }
            Write::Note { sys_id, text, .. } => {
                let held = self.incidents.get_mut(sys_id).expect("a note is for an incident");
                held.notes.push(text.clone());
            }
            Write::File { sys_id, name } => {
                let held = self.incidents.get_mut(sys_id).expect("a file is for an incident");
                held.files.push(name.clone());
            }
            Write::Interaction { sys_id, own, body } => {
                let id = self.id_for(own);
                let held = self.incidents.get_mut(sys_id).expect("it is of an incident's chat");
                held.interactions.entry(id).or_insert_with(|| body.clone());
            }
            Write::Tie { sys_id, own, to } => {
                let id = self.id_for(own);
                let held = self.incidents.get_mut(sys_id).expect("a tie is to an incident");
                held.ties.entry(id).or_insert_with(|| to.clone());
            }
        }
    }

    fn done(&self, write: &Write) -> Answered {
        let number = format!("INC{:07}", self.incidents.len());
        let (table, wanted, number) = match write {
            Write::Create { sys_id, .. } | Write::Append { sys_id, .. } => {
                ("incident", Some(sys_id), number)
            }
            Write::Interaction { own, .. } => ("interaction", Some(own), "IMS0000001".to_owned()),
            Write::Tie { own, .. } => ("interaction_related_record", Some(own), String::new()),
            Write::Note { .. } | Write::File { .. } => ("", None, String::new()),
        };
        let made = wanted.map(|wanted| self.made(write).unwrap_or(wanted));
        let record = |sys_id: &String| RecordRef { table: table.into(), sys_id: sys_id.clone() };
        let created = made.map(|sys_id| (record(sys_id), number));
        // Every third record has a business rule of the site's own.
        let field = || Difference { field: "urgency".into(), sent: "2".into(), held: None };
        let differences = self.incidents.len().is_multiple_of(3).then(field).into_iter().collect();
        Answered::Done { created, foreign: made != wanted, differences }
    }
}
