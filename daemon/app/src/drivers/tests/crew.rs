//! What both drivers promise.

use super::world::{ANN, World, bounds};
use crate::drivers::Bounds;
use crate::drivers::crew::{self, Settled};
use desk_core::name::StepId;
use desk_sandbox::seed::TOM;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_panic_over_one_item_stops_neither_the_others_nor_the_driver() {
    let mut world = World::new().await;
    world.end_drivers().await;
    let mut chats = BTreeSet::new();
    for n in 1..=3 {
        let chat = world.open(n, "Tom", TOM.email).await;
        world.accept(chat, ANN).await;
        world.wrap_up(chat, ANN, "solved", "").await;
        chats.insert(chat);
    }
    let (worked, mut works) = mpsc::unbounded_channel();
    let tried = Arc::new(Mutex::new(BTreeSet::new()));
    let (desk, instance) = (world.desk(), world.instance.clone());
    let (shutdown, tally) = (CancellationToken::new(), instance.status().of_outbox().clone());
    let work = move |step: StepId, _| {
        let (worked, tried) = (worked.clone(), Arc::clone(&tried));
        async move {
            let first = tried.lock().expect("no panic holds it").insert(step.chat);
            worked.send(step.chat).expect("the test listens");
            assert!(!first || step.chat.0.as_u128() != 1, "the panic of this test");
            Settled::Rest(Duration::from_millis(1))
        }
    };
    let end = shutdown.clone();
    let driver = tokio::spawn(async move {
        crew::run(&desk, &instance, bounds, &end, &tally, work).await;
    });
    let mut seen = Vec::new();
    // Those that rest for a moment come again and again; the one that panicked rests for long.
    while seen.len() < 20 || seen.iter().collect::<BTreeSet<_>>().len() < 3 {
        seen.push(works.recv().await.expect("the driver works on"));
    }
    assert_eq!(seen.iter().filter(|chat| chat.0.as_u128() == 1).count(), 1, "{seen:?}");
    shutdown.cancel();
    driver.await.expect("the driver ends well");
    assert_eq!(world.instance.status().outbox().in_flight, 0);
}

#[tokio::test]
async fn what_an_outage_held_up_is_drained_at_the_rate_that_is_configured() {
    let mut world = World::new().await;
    world.end_drivers().await;
    for n in 1..=8 {
        let chat = world.open(n, "Tom", TOM.email).await;
        world.accept(chat, ANN).await;
        world.wrap_up(chat, ANN, "solved", "").await;
    }
    let (desk, instance) = (world.desk(), world.instance.clone());
    let (shutdown, tally) = (CancellationToken::new(), instance.status().of_outbox().clone());
    let (began, mut begins) = mpsc::unbounded_channel();
    // What is not answered stays due: there is always more to do.
    let work = move |_: StepId, _| {
        began.send(Instant::now()).expect("the test listens");
        std::future::ready(Settled::Over)
    };
    let each = Duration::from_millis(20);
    let paced = move || Bounds { each: Some(each), ..bounds() };
    let (start, end) = (Instant::now(), shutdown.clone());
    let driver = tokio::spawn(async move {
        crew::run(&desk, &instance, paced, &end, &tally, work).await;
    });
    // After a second's worth at once, one at a time.
    for n in 0..100_u32 {
        let began = begins.recv().await.expect("the driver works on");
        let earliest = start + each * n.saturating_sub(50);
        assert!(began >= earliest, "number {n} began {:?} early", earliest - began);
    }
    shutdown.cancel();
    driver.await.expect("the driver ends well");
}
