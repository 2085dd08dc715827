//! What was asked is asked again from the record alone, and is the same.

use desk_core::name::{ChatId, QueueId};
use desk_core::past::{Hear, Proof, Retold, retell};
use desk_core::policy::Hook;
use desk_core::{Record, State, Story};

struct Heard(Vec<(Hook, Proof)>);

impl Hear for Heard {
    fn wants(&self, _: Hook, _: Option<&QueueId>) -> bool {
        false
    }

    fn hear(&mut self, retold: &Retold<'_>) {
        let hook = retold.question.hook();
        // Rules of these tests remember under the names of their hooks.
        let wanted = retold.wanted.expect("the record tells whose is what");
        let own =
            wanted.kv.iter().all(|one| one.key.known().is_some_and(|key| *key == *hook.name()));
        assert!(own, "{hook} remembers what another one wants: {wanted:?}");
        self.0.push((hook, retold.proof));
    }
}

/// Each question of a record is told again, and proven to be the one that was asked.
pub(crate) fn hold(state: &State, record: &Record, story: &mut dyn FnMut(ChatId) -> Option<Story>) {
    let mut heard = Heard(Vec::new());
    let told = retell(state, record, story, &mut heard);
    assert_eq!(told, Ok(()), "not told again: {record:?}");
    // `on_event` was asked about another record, outside.
    let here = record.hooks.iter().filter(|asked| asked.hook != Hook::OnEvent);
    let asked: Vec<Hook> = here.map(|asked| asked.hook).collect();
    let again: Vec<Hook> = heard.0.iter().map(|(hook, _)| *hook).collect();
    assert_eq!(again, asked, "asked otherwise: {record:?}");
    for (hook, proof) in heard.0 {
        let same = match proof {
            Proof::Proven => true,
            Proof::Redacted => hook == Hook::OnMessage,
            _ => false,
        };
        assert!(same, "{hook} is asked again, {proof:?}: {record:?}");
    }
}
