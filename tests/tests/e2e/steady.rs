//! A set goes live every second while fifty chats a second come in: none is lost, and no decision
//! is made by two sets.

use crate::exactly_once::amount;
use crate::procedure::available;
use crate::world::{World, client};
use desk_core::name::Hash;
use desk_core::policy::Hook;
use desk_core::{Event, Record};
use desk_journal::{READ_ROWS_MAX, Read, Reader};
use desk_wire::{Call, Notice};
use deskd::codec::decode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Chats a second.
const RATE: usize = 50;

/// Three rules of one set, in files of their own, each of which says which set it is of.
fn write(world: &World, n: usize) {
    for hook in ["on_chat", "on_route", "on_offer"] {
        let text = format!("fn {hook}(ctx) {{ why(\"version {n}\"); }}\n");
        world.write(&format!("scripts/{hook}.rhai"), &text);
    }
}

#[test]
fn a_reload_every_second_under_load_loses_no_chat_and_mixes_no_sets() {
    let secs = amount("RELOAD_SECS", 4);
    let mut world = World::new();
    // A chat that was taken is over at once, so that there is always somebody to be offered one.
    world.write(
        "queues.d/support.toml",
        "accept_secs = 60\nlength_max = 10000\n[wrapup]\nmode = \"none\"\n",
    );
    std::fs::remove_dir_all(world.path("scripts")).unwrap();
    write(&world, 0);
    world.start();
    available(&world, "ann");

    // Ann takes whatever she is offered.
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, mut watcher) = (Arc::clone(&stop), world.watch("agent:ann"));
    let agent = std::thread::spawn(move || {
        while !stopped.load(Ordering::SeqCst) {
            let offered = |notice: &Notice| match notice {
                Notice::OfferMade { offer, .. } => Some(offer.offer.clone()),
                _ => None,
            };
            let offer = watcher.until("an offer", offered);
            watcher.ask(Call::OfferAccept { offer: Some(offer) });
            watcher.ask(Call::ChatEnd { chat: None });
        }
    });
    let customers = client();
    let opened = world.runtime.block_on(async {
        let mut tick = tokio::time::interval(Duration::from_secs(1) / RATE as u32);
        let mut chats = Vec::new();
        for n in 0..secs * RATE {
            tick.tick().await;
            if n % RATE == 0 {
                write(&world, 1 + n / RATE);
            }
            chats.push(tokio::spawn(world.opening(&customers, n)));
        }
        let mut opened = BTreeSet::new();
        for chat in chats {
            opened.insert(chat.await.unwrap());
        }
        opened
    });
    assert_eq!(opened.len(), secs * RATE, "each was acknowledged, each is one");
    stop.store(true, Ordering::SeqCst);
    // Wakes the agent, who may wait for an offer.
    world.open("Last", "last@nowhere.example");
    agent.join().unwrap();
    assert_eq!(world.daemon.take().unwrap().terminate(), 0);

    let journal = Reader::open(&world.path("journal")).unwrap();
    let mut versions: BTreeMap<Hash, String> = BTreeMap::new();
    let (mut known, mut asked, mut both) = (BTreeSet::new(), 0, 0);
    for record in records(&journal) {
        for event in &record.events {
            match event {
                Event::ScriptsSet { hash, files, .. } => {
                    let text = &files["on_chat.rhai"];
                    let version = text.split('"').nth(1).unwrap();
                    // A set is what the folder held at one moment.
                    assert!(files.values().all(|text| text.contains(version)), "{files:?}");
                    versions.insert(hash.clone(), version.to_owned());
                }
                Event::ChatOpened(chat) => drop(known.insert(chat.chat.to_string())),
                _ => {}
            }
        }
        for hook in &record.hooks {
            assert!(hook.failure.is_none(), "{:?}", hook.failure);
            let said = hook.why.known().expect("nothing is erased");
            assert_eq!(said, &[versions[&hook.set].clone()], "record {}", record.seq);
            assert_eq!(hook.set, record.hooks[0].set, "record {}", record.seq);
            asked += 1;
        }
        let of = |hook| record.hooks.iter().any(|asked| asked.hook == hook);
        both += usize::from(of(Hook::OnRoute) && of(Hook::OnOffer));
    }
    assert!(opened.is_subset(&known), "a chat that was acknowledged is not in the journal");
    assert!(both > 0, "no decision asked two rules");
    println!(
        "{secs} s: {} chats, {} sets in force, {asked} verdicts, {both} decisions by two rules",
        opened.len(),
        versions.len()
    );
    assert!(versions.len() > secs / 2, "only {} sets came into force", versions.len());
}

pub(crate) fn records(journal: &Reader) -> Vec<Record> {
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let rows = journal.rows(after + 1, READ_ROWS_MAX).unwrap();
        let Some(last) = rows.last() else { return records };
        after = last.seq;
        records.extend(rows.iter().map(|row| decode(row).unwrap()));
    }
}
