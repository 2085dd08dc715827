//! Chats, open and closed, with the customer's records.

use super::helpers::{accepted, alice, chat};
use super::house::House;
use desk_core::name::ChatId;
use desk_core::{Actor, Command};
use desk_wire::view::{ChatState, HowEnded, Intent, MatchState, PopSubject};
use desk_wire::{Call, Notice, PopResult, Reply, Visibility};

#[tokio::test]
async fn a_closed_chat_stays_readable_and_is_told_from_an_unknown_one() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = accepted(&house, &mut alice).await;
    let named = Some(id.to_string());
    house.hear(id, "Hi").await;
    alice.ask(Call::WrapupCode { chat: None, codes: vec!["spam".into()] }).await;
    alice.ask(Call::WrapupDone { chat: None }).await;

    let shown = chat(alice.ask(Call::ChatShow { chat: named.clone(), from: None }).await);
    assert_eq!((shown.state, shown.messages.len()), (ChatState::Ended, 1));
    assert_eq!(shown.segments[0].codes, ["spam"]);
    let say = |chat| Call::ChatSay { chat, text: "x".into(), visibility: Visibility::All };
    assert_eq!(alice.refused(say(named.clone())).await, "chat_ended");
    let note = Call::WrapupNote { chat: named.clone(), text: "late".into() };
    assert_eq!(alice.refused(note).await, "closed");
    let choose = Call::MatchChoose { chat: named.clone(), candidate: "1".into() };
    assert_eq!(alice.refused(choose).await, "closed");
    let other = Some(uuid::Uuid::from_u128(5).to_string());
    assert_eq!(alice.refused(say(other.clone())).await, "unknown_chat");
    let show = Call::ChatShow { chat: other, from: None };
    assert_eq!(alice.refused(show).await, "unknown_chat");
    let mut admin = house.client("role:admin").await;
    let chat = id.to_string();
    assert_eq!(admin.refused(Call::ChatRequeue { chat: chat.clone() }).await, "chat_ended");
    let ended = self::chat(admin.ask(Call::ChatForceEnd { chat }).await);
    assert_eq!(ended.how_ended, Some(HowEnded::Agent));
    let mut bob = house.client("agent:bob").await;
    assert_eq!(bob.refused(Call::ChatShow { chat: named, from: None }).await, "not_yours");
}

#[tokio::test]
async fn history_is_found_by_id_address_and_time_and_comes_in_pages() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let closed = accepted(&house, &mut alice).await;
    house.hear(closed, "first").await;
    alice.ask(Call::WrapupCode { chat: None, codes: vec!["solved".into()] }).await;
    alice.ask(Call::WrapupDone { chat: None }).await;
    alice.ask(Call::StatusSet { to: Intent::OnBreak, reason: None }).await;
    for n in 0..4 {
        house.chat_of(ChatId(uuid::Uuid::from_u128(n)), "help", "eve@example.com").await;
    }
    let mut admin = house.client("role:admin").await;
    let history = |email: Option<&str>, limit, next| Call::ChatHistory {
        chat: None,
        email: email.map(Into::into),
        since: None,
        until: None,
        limit,
        next,
    };
    let mut page = async |call| match admin.ask(call).await {
        Reply::History(page) => page,
        other => panic!("{other:?}"),
    };
    let mine = page(history(Some(" DANA@example.com"), None, None)).await;
    assert_eq!((mine.chats.len(), mine.next), (1, None));
    assert_eq!(mine.chats[0].chat, closed.to_string());
    assert_eq!((mine.chats[0].message_count, mine.chats[0].messages.len()), (1, 0));

    let first = page(history(None, Some(2), None)).await;
    let second = page(history(None, Some(2), first.next.clone())).await;
    let third = page(history(None, Some(2), second.next.clone())).await;
    let pages = [first, second, third];
    let ids: Vec<_> = pages.iter().flat_map(|page| &page.chats).map(|c| c.chat.clone()).collect();
    let mut expected: Vec<_> = (0..4).rev().map(|n| uuid::Uuid::from_u128(n).to_string()).collect();
    expected.push(closed.to_string());
    assert_eq!(ids, expected, "newest first, nothing twice, nothing left out");
    assert_eq!(pages[2].next, None);

    let late = Call::ChatHistory {
        chat: None,
        email: None,
        since: Some(i64::MAX),
        until: None,
        limit: None,
        next: None,
    };
    assert!(page(late).await.chats.is_empty());
    let early = Call::ChatHistory {
        chat: None,
        email: None,
        since: None,
        until: Some(0),
        limit: None,
        next: None,
    };
    assert!(page(early).await.chats.is_empty());
    let one = Call::ChatHistory {
        chat: Some(closed.to_string()),
        email: None,
        since: None,
        until: None,
        limit: None,
        next: None,
    };
    let one = page(one).await;
    assert_eq!(one.chats[0].messages[0].text.as_deref(), Some("first"));
    let Err(wrong) = admin.try_ask(history(None, None, Some("x".into()))).await else {
        panic!("taken")
    };
    assert_eq!((wrong.code.as_str(), wrong.field.as_deref()), ("wrong_type", Some("with.next")));
}

#[tokio::test]
async fn candidates_are_listed_searched_for_and_chosen() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let id = accepted(&house, &mut alice).await;
    let Reply::Match(pending) = alice.ask(Call::MatchList { chat: None }).await else {
        panic!("no match")
    };
    assert_eq!(pending.state, MatchState::Pending);
    house.found(id, &["Dana One", "Dana Two"]).await;
    let Reply::Match(many) = alice.ask(Call::MatchList { chat: None }).await else {
        panic!("no match")
    };
    assert_eq!((many.state, many.candidates.len()), (MatchState::Many, 2));
    assert!(many.candidates[0].url.as_deref().is_some_and(|url| url.contains("sys_user.do")));
    let second = many.candidates[1].sys_id.clone();
    let choose = Call::MatchChoose { chat: None, candidate: "2".into() };
    let Reply::Match(chosen) = alice.ask(choose).await else { panic!("no match") };
    assert_eq!(chosen.chosen, Some(second));
    let none = Call::MatchChoose { chat: None, candidate: "9".into() };
    assert_eq!(alice.refused(none).await, "unknown_candidate");
    let search = Call::MatchSearch { chat: None, words: "dana".into() };
    let Reply::Match(searching) = alice.ask(search).await else { panic!("no match") };
    assert_eq!(searching.state, MatchState::Pending);
}

#[tokio::test]
async fn a_pop_is_claimed_once_and_reported() {
    let house = House::open().await;
    let mut alice = alice(&house).await;
    let mut other = house.client("agent:alice").await;
    for client in [&mut alice, &mut other] {
        client.watch(None).await;
    }
    let id = accepted(&house, &mut alice).await;
    house.found(id, &["Dana"]).await;
    let wanted = |notice: &Notice| match notice {
        Notice::PopWanted(pop) => Some(pop.clone()),
        _ => None,
    };
    let (pop, same) = (alice.until(wanted).await, other.until(wanted).await);
    assert_eq!((&pop, pop.what), (&same, PopSubject::Record));
    let claim = || Call::PopClaim { pop: pop.pop.clone() };
    let (first, second) = tokio::join!(alice.try_ask(claim()), other.try_ask(claim()));
    let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(won.unwrap(), Reply::Pop(pop.clone()));
    assert_eq!(lost.unwrap_err().code, "pop_claimed");
    let report = || Call::PopReport { pop: pop.pop.clone(), result: PopResult::Opened };
    alice.ask(report()).await;
    assert_eq!(alice.refused(report()).await, "pop_gone");
    let mut bob = house.client("agent:bob").await;
    assert_eq!(bob.refused(claim()).await, "pop_gone");
}

#[tokio::test]
async fn an_abandoned_chat_is_listed_until_it_is_acknowledged() {
    let house = House::open().await;
    let mut bob = house.client("agent:bob").await;
    let id = house.chat("sales").await;
    house.done(Actor::Customer(id), Command::LeaveChat { chat: id }).await;
    let ended = || Call::ChatList { queue: None, state: Some(ChatState::Ended) };
    let Reply::Chats(list) = bob.ask(ended()).await else { panic!("no list") };
    assert_eq!(list.len(), 1);
    assert_eq!((list[0].how_ended, list[0].unacknowledged), (Some(HowEnded::Abandoned), true));
    let mut alice = house.client("agent:alice").await;
    let named = Call::ChatAck { chat: Some(id.to_string()) };
    assert_eq!(alice.refused(named).await, "not_allowed", "she does not serve that queue");
    let Reply::Done(done) = bob.ask(Call::ChatAck { chat: None }).await else { panic!("no") };
    assert_eq!(done.chat, Some(id.to_string()));
    let Reply::Chats(list) = bob.ask(ended()).await else { panic!("no list") };
    assert!(list.is_empty());
}
