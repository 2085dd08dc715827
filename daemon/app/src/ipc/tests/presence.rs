//! The presence lease.

use super::house::{House, record, user};
use desk_core::{Event, Presence};
use desk_wire::{Call, Role, ServerLine};

fn presence(wanted: fn(&Presence) -> bool) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::PresenceSet { presence, .. } if wanted(presence))
}

async fn alice(house: &House) -> Presence {
    house.see(|state| state.agents[&"alice".into()].presence).await
}

#[tokio::test]
async fn an_agent_is_there_while_a_stream_of_theirs_is_open() {
    let house = House::open().await;
    let mut published = house.desk.subscribe();
    let mut one = house.client("agent:alice").await;
    let mut two = house.client("agent:alice").await;
    one.ask(Call::Login {}).await;
    assert_eq!(alice(&house).await, Presence::Assumed, "a connection alone is no stream");
    one.watch(None).await;
    two.watch(None).await;
    assert_eq!(alice(&house).await, Presence::Streaming { streams: 2 });
    drop(one);
    record(&mut published, presence(|p| *p == Presence::Streaming { streams: 1 })).await;
    drop(two);
    record(&mut published, presence(|p| *p == Presence::Grace)).await;
}

#[tokio::test]
async fn a_stream_of_an_admin_holds_nobodys_presence() {
    let house = House::open().await;
    let mut admin = house.client("role:admin").await;
    admin.watch(None).await;
    assert_eq!(alice(&house).await, Presence::Assumed);
}

#[tokio::test]
async fn a_client_that_answers_no_pings_counts_as_gone() {
    let house = House::with(|_, settings| settings.presence.ping_secs = 1).await;
    let mut published = house.desk.subscribe();
    let mut client = house.client("agent:alice").await;
    client.watch(None).await;
    let mut pings = 0;
    while let Some(line) = client.line().await {
        pings += u32::from(matches!(line, ServerLine::Ping(_)));
    }
    assert_eq!(pings, 2, "two go unanswered before it is cut off");
    record(&mut published, presence(|p| *p == Presence::Grace)).await;
}

#[tokio::test]
async fn a_stream_ends_when_the_config_takes_the_agent_away() {
    let house = House::open().await;
    let mut published = house.desk.subscribe();
    let mut client = house.client("agent:alice").await;
    client.watch(None).await;
    house.settings.send_modify(|settings| {
        settings.users = vec![user(&["bob"], &[Role::Agent], &[])];
    });
    assert!(client.line().await.is_none(), "the connection ends");
    record(&mut published, presence(|p| *p == Presence::Grace)).await;
}

#[tokio::test]
async fn an_agent_whom_nobody_knows_has_no_stream() {
    let house = House::with(|_, settings| {
        settings.users = vec![user(&["zed"], &[Role::Agent], &[])];
    })
    .await;
    let mut zed = house.client("agent:zed").await;
    assert_eq!(zed.refused(Call::Watch { from: None }).await, "unknown_agent");
    assert_eq!(zed.refused(Call::StatusShow {}).await, "unknown_agent");
}
