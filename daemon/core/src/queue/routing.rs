//! Who waits and who is ready, in order: chats by class, agents by profile and free capacity. A
//! look-up costs the logarithm of chats and agents; it is linear only in the profiles that serve a
//! class and the classes that a profile serves.

use super::order::{Order, Places, Rank, Standing};
use crate::chat::Chat;
use crate::config::{Config, QueueConfig};
use crate::name::{AgentId, ChatId, QueueId, Skill};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What it takes to serve a chat: chats that are alike in this stand in one order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Its queue.
    pub queue: QueueId,
    /// The skills that it needs beyond its queue's.
    pub skills: BTreeMap<Skill, u8>,
    /// Whether any level of the skills will do.
    pub relaxed: bool,
}

/// What an agent can serve: agents who are alike in this stand in one order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Profile {
    /// Their queues and levels.
    pub queues: BTreeMap<QueueId, u8>,
    /// Their skills and levels.
    pub skills: BTreeMap<Skill, u8>,
}

impl Profile {
    fn serves(&self, class: &Class, config: &Config) -> bool {
        let has = |needs: &BTreeMap<Skill, u8>| {
            needs.iter().all(|(skill, least)| {
                self.skills.get(skill).is_some_and(|level| class.relaxed || level >= least)
            })
        };
        let queue = config.queues.get(&class.queue);
        self.queues.contains_key(&class.queue)
            && has(&class.skills)
            && queue.is_some_and(|queue| has(&queue.skills))
    }
}

/// A chat's place among those that wait: priority, then arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitKey {
    /// Higher goes first.
    pub priority: Reverse<i32>,
    /// Desk time and record of arrival.
    pub arrived: (u64, u64),
    /// The chat.
    pub chat: ChatId,
}

impl WaitKey {
    /// A chat's place.
    #[must_use]
    pub fn of(chat: &Chat) -> Self {
        Self {
            priority: Reverse(chat.priority),
            arrived: (chat.opened.desk_ms, chat.opened_seq),
            chat: chat.id,
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Waiting {
    chats: BTreeSet<WaitKey>,
    served_by: BTreeSet<usize>,
}

#[derive(Debug, Clone, Default)]
struct Ready {
    /// For each order that a queue of the profile goes by: by free capacity, those who stand first
    /// first.
    orders: BTreeMap<Order, BTreeMap<u16, BTreeSet<Rank>>>,
    serves: BTreeSet<usize>,
}

/// The orders. Everything in it can be rebuilt from the rest of State.
#[derive(Debug, Clone, Default)]
pub struct Routing {
    class_ids: BTreeMap<Class, usize>,
    classes: Vec<(Class, Waiting)>,
    profile_ids: BTreeMap<Profile, usize>,
    profiles: Vec<(Profile, Ready)>,
    chats: BTreeMap<ChatId, (usize, WaitKey)>,
    agents: BTreeMap<AgentId, (usize, Standing)>,
    places: Places,
    waiting_in: BTreeMap<QueueId, u32>,
    /// How many classes somebody waits in.
    used: u32,
}

impl Routing {
    /// Nobody waits and nobody is ready.
    pub(super) fn new(config: &Config) -> Self {
        Self { places: Places::of(config), ..Self::default() }
    }

    /// How many chats wait in a queue.
    #[must_use]
    pub fn waiting(&self, queue: &QueueId) -> u32 {
        self.waiting_in.get(queue).copied().unwrap_or(0)
    }

    /// The chats that wait in a queue, each class in its order.
    pub fn chats_of<'a>(&'a self, queue: &'a QueueId) -> impl Iterator<Item = &'a WaitKey> {
        let classes = self.classes.iter().filter(move |(class, _)| class.queue == *queue);
        classes.flat_map(|(_, waiting)| &waiting.chats)
    }

    /// The first so many chats that wait in a queue, of each class.
    pub fn first_of<'a>(
        &'a self,
        queue: &'a QueueId,
        most: usize,
    ) -> impl Iterator<Item = WaitKey> + 'a {
        let classes = self.classes.iter().filter(move |(class, _)| class.queue == *queue);
        classes.flat_map(move |(_, waiting)| waiting.chats.iter().take(most)).copied()
    }

    /// Whether a chat of this class may come to wait: others of its class do, or there is room.
    /// Classes in which nobody waits do not count: they are forgotten in time.
    #[must_use]
    pub fn has_room(&self, class: &Class, most: u32) -> bool {
        let known = self.class_ids.get(class).map(|id| &self.classes[*id].1.chats);
        self.used < most || known.is_some_and(|chats| !chats.is_empty())
    }

    pub(super) fn set_chat(&mut self, class: Class, key: WaitKey, config: &Config) {
        self.remove_chat(key.chat);
        let id = self.class(class, config);
        let (class, waiting) = &mut self.classes[id];
        self.used += u32::from(waiting.chats.is_empty());
        waiting.chats.insert(key);
        *self.waiting_in.entry(class.queue.clone()).or_default() += 1;
        self.chats.insert(key.chat, (id, key));
    }

    pub(super) fn remove_chat(&mut self, chat: ChatId) {
        let Some((id, key)) = self.chats.remove(&chat) else { return };
        let (class, waiting) = &mut self.classes[id];
        waiting.chats.remove(&key);
        self.used -= u32::from(waiting.chats.is_empty());
        if let Some(count) = self.waiting_in.get_mut(&class.queue) {
            *count -= 1;
        }
    }

    pub(super) fn set_agent(
        &mut self,
        agent: &AgentId,
        profile: Profile,
        standing: Standing,
        config: &Config,
    ) {
        let id = self.profile(profile, config);
        if self.agents.get(agent).is_some_and(|at| *at == (id, standing.clone())) {
            return;
        }
        self.remove_agent(agent);
        for (order, agents) in &mut self.profiles[id].1.orders {
            let rank = order.rank(agent, &standing, &self.places);
            agents.entry(standing.free).or_default().insert(rank);
        }
        self.agents.insert(agent.clone(), (id, standing));
    }

    pub(super) fn remove_agent(&mut self, agent: &AgentId) {
        let Some((id, standing)) = self.agents.remove(agent) else { return };
        for (order, agents) in &mut self.profiles[id].1.orders {
            let Some(set) = agents.get_mut(&standing.free) else { continue };
            set.remove(&order.rank(agent, &standing, &self.places));
            if set.is_empty() {
                agents.remove(&standing.free);
            }
        }
    }

    fn class(&mut self, class: Class, config: &Config) -> usize {
        if let Some(id) = self.class_ids.get(&class) {
            return *id;
        }
        if self.classes.len() >= config.limits.classes as usize {
            self.forget_empty_classes();
        }
        let id = self.classes.len();
        let serving =
            |(_, (profile, _)): &(usize, &(Profile, Ready))| profile.serves(&class, config);
        let served_by: BTreeSet<usize> =
            self.profiles.iter().enumerate().filter(serving).map(|(id, _)| id).collect();
        for profile in &served_by {
            self.profiles[*profile].1.serves.insert(id);
        }
        self.class_ids.insert(class.clone(), id);
        self.classes.push((class, Waiting { chats: BTreeSet::new(), served_by }));
        id
    }

    fn profile(&mut self, profile: Profile, config: &Config) -> usize {
        if let Some(id) = self.profile_ids.get(&profile) {
            return *id;
        }
        let id = self.profiles.len();
        let mut serves = BTreeSet::new();
        for (class_id, (class, waiting)) in self.classes.iter_mut().enumerate() {
            if profile.serves(class, config) {
                waiting.served_by.insert(id);
                serves.insert(class_id);
            }
        }
        let queues = profile.queues.keys().filter_map(|id| Some((id, config.queues.get(id)?)));
        let orders = queues.map(|(id, queue)| (Order::of(id, queue), BTreeMap::new())).collect();
        self.profile_ids.insert(profile.clone(), id);
        self.profiles.push((profile, Ready { orders, serves }));
        id
    }

    /// Makes room where the bound on classes is reached: those in which nobody waits are forgotten.
    fn forget_empty_classes(&mut self) {
        let mut new_ids = BTreeMap::new();
        let mut kept = Vec::new();
        for (old, (class, waiting)) in std::mem::take(&mut self.classes).into_iter().enumerate() {
            if !waiting.chats.is_empty() {
                new_ids.insert(old, kept.len());
                kept.push((class, waiting));
            }
        }
        self.classes = kept;
        self.class_ids =
            self.classes.iter().enumerate().map(|(id, (class, _))| (class.clone(), id)).collect();
        for (id, _) in self.chats.values_mut() {
            *id = new_ids[id];
        }
        for (_, ready) in &mut self.profiles {
            ready.serves = ready.serves.iter().filter_map(|id| new_ids.get(id).copied()).collect();
        }
    }

    /// Whether this agent is ready for a chat that waits.
    pub(super) fn can_take(&self, chat: ChatId, agent: &AgentId, weight: u16) -> bool {
        let (Some((class, _)), Some((profile, standing))) =
            (self.chats.get(&chat), self.agents.get(agent))
        else {
            return false;
        };
        standing.free >= weight && self.profiles[*profile].1.serves.contains(class)
    }

    pub(super) fn best_agent(
        &self,
        chat: ChatId,
        queue: (&QueueId, &QueueConfig),
        allowed: impl Fn(&AgentId) -> bool,
    ) -> Option<AgentId> {
        self.sets(chat, queue)
            .filter_map(|(level, set)| Some((level, set.iter().find(|(_, _, a)| allowed(a))?)))
            .min()
            .map(|(_, (_, _, agent))| agent.clone())
    }

    /// The best so many for a chat, as they stand.
    pub(super) fn best_agents(
        &self,
        chat: ChatId,
        queue: (&QueueId, &QueueConfig),
        allowed: impl Fn(&AgentId) -> bool,
        most: usize,
    ) -> Vec<AgentId> {
        let mut found = BTreeSet::new();
        for (level, set) in self.sets(chat, queue) {
            let best = set.iter().filter(|(_, _, agent)| allowed(agent)).take(most);
            found.extend(best.map(|rank| (level, rank)));
        }
        found.into_iter().take(most).map(|(_, (_, _, agent))| agent.clone()).collect()
    }

    /// The orders in which those stand who are ready for a chat, each with the level that goes
    /// before it.
    fn sets<'a>(
        &'a self,
        chat: ChatId,
        (id, queue): (&'a QueueId, &'a QueueConfig),
    ) -> impl Iterator<Item = (Reverse<Option<u8>>, &'a BTreeSet<Rank>)> {
        let class = self.chats.get(&chat).map(|(class, _)| &self.classes[*class].1);
        let order = Order::of(id, queue);
        class.into_iter().flat_map(|class| &class.served_by).flat_map(move |of| {
            let (profile, ready) = &self.profiles[*of];
            let level = profile.queues.get(id).copied().filter(|_| order.after_level());
            let by_capacity = ready.orders.get(&order).map(|sets| sets.range(queue.weight..));
            by_capacity.into_iter().flatten().map(move |(_, set)| (Reverse(level), set))
        })
    }

    /// `ask` tells a class's weight and whether this chat may go to the agent.
    pub(super) fn best_chat(
        &self,
        agent: &AgentId,
        ask: impl Fn(&Class, ChatId) -> (u16, bool),
    ) -> Option<ChatId> {
        let (profile, Standing { free, .. }) = self.agents.get(agent)?;
        let classes = self.profiles[*profile].1.serves.iter().map(|id| &self.classes[*id]);
        let head = |(class, waiting): &(Class, Waiting)| {
            for key in &waiting.chats {
                let (weight, allowed) = ask(class, key.chat);
                if weight > *free {
                    return None;
                }
                if allowed {
                    return Some(*key);
                }
            }
            None
        };
        classes.filter_map(head).min().map(|key| key.chat)
    }
}
