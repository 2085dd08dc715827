//! The end of a play: nothing goes wrong any more, and all must come to its end.

use crate::memory;
use crate::play::Play;
use crate::site;
use desk_core::name::{AgentId, StepId};
use desk_core::{Actor, Command, PopOutcome, StepPhase};
use std::collections::BTreeSet;

/// Rounds of the quiet: half an hour each.
const ROUNDS_MAX: u32 = 400;

impl Play {
    /// Nothing goes wrong any more, agents do their work: everything must come to its end.
    pub(crate) fn settle(&mut self) {
        self.save();
        for round in 0..ROUNDS_MAX {
            for agent in site::AGENTS.map(AgentId::from) {
                self.work(&agent, round);
            }
            self.save();
            for turn in 0..40 {
                self.drive();
                self.deliver();
                if turn % 8 == 0 {
                    self.follow();
                }
                self.save();
                self.report();
                self.save();
            }
            self.mend();
            self.mend_deliveries();
            let ms = if round < 40 { 5_000 } else { 1_800_000 };
            self.wait(ms);
            self.save();
            let state = self.desk().state();
            let settled = state.chats.is_empty()
                && state.outbox.incidents.is_empty()
                && state.deliveries.open.is_empty()
                && state.pops.is_empty()
                && self.reports.is_empty();
            // What is followed last may want something yet.
            if settled && !self.follow() {
                return;
            }
        }
        let state = self.desk().state();
        panic!("does not settle: {:#?}\n{:#?}\n{:?}", state.chats, state.outbox, state.pops);
    }

    /// What a good admin does about steps that wait for one.
    fn mend(&mut self) {
        let mut commands = Vec::new();
        for (chat, incident) in &self.desk().state().outbox.incidents {
            for (kind, step) in &incident.steps {
                let step_id = StepId { chat: *chat, kind: *kind };
                if matches!(step.phase, StepPhase::Parked { .. }) {
                    commands.push(Command::RetryStep { step: step_id });
                }
            }
        }
        for command in commands {
            self.give(Actor::Admin("admin".into()), None, command);
        }
    }

    /// What a good agent does, once.
    fn work(&mut self, id: &AgentId, round: u32) {
        use desk_core::IntentKind::{Available, LoggedOut};
        let me = Actor::Agent(id.clone());
        let Some(agent) = self.desk().state().agents.get(id).cloned() else { return };
        if agent.drained {
            let off = Command::DrainAgent { agent: id.clone(), on: false };
            self.give(Actor::Admin("admin".into()), None, off);
        }
        if agent.intent.kind == LoggedOut {
            self.give(me.clone(), None, Command::Login { agent: id.clone() });
        }
        self.give(me.clone(), None, Command::StreamOpened { agent: id.clone() });
        if agent.intent.kind != Available && round.is_multiple_of(3) {
            let to = Available;
            self.give(me.clone(), None, Command::AskStatus { agent: id.clone(), to, reason: None });
        }
        if let Some(chat) = agent.offer {
            self.give(me.clone(), None, Command::Accept { agent: id.clone(), chat, offer: None });
        }
        for segment in agent.segments {
            let chat = segment.chat;
            let agent = id.clone();
            self.give(me.clone(), None, Command::EndChat { chat, agent: Some(agent.clone()) });
            let codes = vec!["solved".into()];
            self.give(me.clone(), None, Command::SetCodes { agent: agent.clone(), chat, codes });
            let note = "Done.".into();
            self.give(me.clone(), None, Command::SetNote { agent: agent.clone(), chat, note });
            self.give(me.clone(), None, Command::WrapUp { agent, chat });
        }
        let pop = self.desk().state().pops.values().find(|pop| pop.agent == *id).map(|pop| pop.id);
        if let Some(pop) = pop {
            self.give(me.clone(), None, Command::ClaimPop { agent: id.clone(), pop });
            let outcome = PopOutcome::Opened;
            self.give(me, None, Command::ReportPop { agent: id.clone(), pop, outcome });
        }
    }

    /// What must hold of every chat of the play.
    pub(crate) fn hold_ends(&mut self) {
        self.save();
        self.desk().hold_replay();
        let disk = self.desk().disk.clone();
        crate::past::hold(&disk, &mut self.counts);
        self.facts.hold(self.desk(), |_| true);
        self.hold_deliveries();
        for chat in self.facts.chats() {
            let story = self.desk().story(chat).expect("held above");
            assert!(story.ended.is_some(), "{chat} has no end");
            assert!(story.segments.iter().all(|s| !s.is_open()), "{chat} has an open segment");
            let held = self.instance.of(chat);
            assert!(held.len() <= 1, "{chat} has {} incidents", held.len());
            let unhandled = story.segments.is_empty() && !story.is_form();
            if unhandled || self.dropped.contains(&chat) {
                continue;
            }
            let Some(held) = held.first() else {
                assert!(self.desk().skipped(chat), "{chat} was handled and has no incident");
                continue;
            };
            let files: BTreeSet<_> = held.files.iter().collect();
            assert_eq!(files.len(), held.files.len(), "{chat}: a file is doubled: {held:?}");
            for segment in &story.segments {
                let part = format!("Chat {chat}, part {} by ", segment.n);
                let told: usize = held.notes.iter().map(|note| note.matches(&part).count()).sum();
                assert_eq!(told, 1, "{chat}: how often {part}is told: {held:?}");
            }
            let interactions = held.interactions_of(chat);
            let wanted = usize::from(self.desk().wants_interaction(chat));
            assert_eq!(interactions.len(), wanted, "{chat}: interactions: {held:?}");
            let tied = |id: &&String| held.ties.values().filter(|to| to == id).count() == 1;
            assert!(interactions.iter().all(tied), "{chat}: tied once: {held:?}");
        }
        let state = self.desk().state();
        assert!(state.work.is_empty() && state.lookups.is_empty());
        memory::hold_nothing_open(state);
        assert!(
            state.agents.values().all(|agent| agent.offer.is_none() && agent.segments.is_empty())
        );
    }
}
