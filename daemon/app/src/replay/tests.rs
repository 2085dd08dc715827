use super::*;
use desk_hooks::{Limits, ScriptSet};
use desk_journal::{MemoryJournal, OpenError};
use std::sync::mpsc::channel;

fn host() -> Host {
    Host::new(ScriptSet::shipped(), Limits::default()).expect("the shipped scripts")
}

const ALL: Wanted = Wanted { since: 0, hook: None, looked: None };

#[tokio::test]
async fn there_is_one_replay_at_a_time() {
    // The reader is to be had once this says so.
    let (go, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let readers = Readers::new(1, move || -> Result<MemoryJournal, OpenError> {
        let _ = lock(&wait).recv();
        Ok(MemoryJournal::new())
    });
    let slot = Slot::default();
    let first = slot.start(host(), ALL, readers.clone()).unwrap().expect("nothing is under way");
    assert!(slot.start(host(), ALL, readers.clone()).unwrap().is_none(), "one is under way");
    assert!(slot.follow(&first.id).is_some() && slot.follow("r9").is_none());
    drop(go);
    first.wait(Duration::from_secs(60)).await;
    let view = first.view();
    assert!(view.finished && view.failed.is_none(), "{view:?}");
    let second = slot.start(host(), ALL, readers).unwrap().expect("the first is over");
    assert!(slot.follow(&first.id).is_none());
    second.wait(Duration::from_secs(60)).await;
}

#[test]
fn a_replay_that_nobody_follows_ends() {
    let job = Job::new(1, "set".into(), ALL);
    let asker = Asker::new(host(), None);
    assert!(job.step(64, &asker).is_ok());
    let long_ago = Instant::now().checked_sub(FOLLOWED_WITHIN * 2).expect("a clock that runs");
    lock(&job.progress).followed = long_ago;
    assert!(matches!(job.step(128, &asker), Err(Failed::Left)));
    assert_eq!(job.view().done, 128);
}
