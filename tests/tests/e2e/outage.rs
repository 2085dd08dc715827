//! The instance is gone while chats end: all of them become incidents when it is back, and none
//! steals an agent's tab by then.

use crate::exactly_once::{How, amount, drain, handle};
use crate::procedure::available;
use crate::world::World;
use desk_sandbox::{Options, Sandbox};
use desk_wire::Notice;
use desk_wire::view::PopSubject;

const ANN: &str = "agent:ann";

#[test]
fn an_outage_is_waited_out_and_no_tab_opens_late() {
    let chats = amount("OUTAGE_CHATS", 10);
    let mut world = World::new();
    world.configure("times", "pop_secs = 1\nstep_retry_max_secs = 5\n");
    world.start();
    let mut watcher = world.watch(ANN);
    available(&world, "ann");
    // Its port and its records stay.
    let listen = world.sandbox.addr();
    let data = world.path("elsewhere");
    let spare = world.runtime.block_on(Sandbox::start(Options::new(data))).expect("a spare");
    let gone = std::mem::replace(&mut world.sandbox, spare);
    world.runtime.block_on(gone.shutdown());
    for n in 0..chats {
        handle(&world, &mut watcher, n, How::default());
    }
    let buffered_kib = world.peak_kib();

    let options = Options { listen, ..Options::new(world.path("sandbox")) };
    let back = world.runtime.block_on(Sandbox::start(options)).expect("it is back");
    let spare = std::mem::replace(&mut world.sandbox, back);
    world.runtime.block_on(spare.shutdown());
    // A watcher that is not read is dropped by the daemon, so it is read all the time.
    let incidents = std::thread::spawn(move || {
        let mut created = 0;
        while created < chats {
            created += watcher.until("incidents", |notice| match notice {
                Notice::IncidentCreated(_) => Some(1),
                Notice::PopWanted(pop) if pop.what == PopSubject::Incident => {
                    panic!("a tab would open long after its chat: {pop:?}")
                }
                _ => None,
            });
        }
    });
    drain(&world);
    incidents.join().expect("each is told of, and none opens");
    assert_eq!(world.rows("incident", "contact_type=chat").len(), chats, "one each");
    eprintln!("{chats} chats, peak {buffered_kib} KiB when buffered, {} KiB", world.peak_kib());
}
