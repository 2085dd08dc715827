//! Screen pops.

use super::Views;
use desk_core::name::ChatId;
use desk_core::{Body, Pop, RecordRef};
use desk_wire::view::{PopSubject, PopView};

impl Views<'_> {
    /// A pop, where its record has a page.
    #[must_use]
    pub fn pop(&self, pop: &Pop) -> Option<PopView> {
        Some(PopView {
            pop: pop.id.to_string(),
            agent: pop.agent.to_string(),
            chat: pop.chat.to_string(),
            what: self.subject(pop.chat, &pop.record),
            url: self.links.to(&pop.record)?,
            until: pop.until_ms,
        })
    }

    /// An incident's id is made from its chat's, unless an earlier attempt's record was found.
    fn subject(&self, chat: ChatId, record: &RecordRef) -> PopSubject {
        let namespace = &self.state.config.incident.namespace;
        let written = self.state.outbox.incidents.get(&chat).and_then(|i| i.written.as_ref());
        let is_incident = record.sys_id == Body::created_id(namespace, chat)
            || written.is_some_and(|written| written.record == *record);
        if is_incident { PopSubject::Incident } else { PopSubject::Record }
    }
}
