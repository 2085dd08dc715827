import assert from "node:assert/strict";
import { test } from "node:test";
import { looks, looksAtChat, stale } from "../desk/looks.js";
import { inOrder, unread, waitsSince } from "../desk/order.js";
import { nothing, reduce } from "../desk/state.js";
import { ME, agent, chat, line, message, offer, segment, wrapup } from "./samples.js";

const start = (...actions) =>
  [{ type: "me", me: ME }, ...actions].reduce(reduce, nothing());
const told = (notices, at) => ({ type: "line", line: line(7, notices, at) });

test("an offer rings for the agent whom it is made to, and for nobody else", () => {
  const mine = start(told({ offer_made: { agent: ME, offer: offer() } }));
  assert.equal(mine.offer.offer, "o1");
  const other = start(told({ offer_made: { agent: "bob", offer: offer() } }));
  assert.equal(other.offer, undefined);
});

test("a missed offer stays until the agent is available again", () => {
  const over = { agent: ME, offer: "o1", chat: "c1", outcome: "timed_out" };
  const status = { agent: ME, status: "on_break", status_number: 3, cause: "offer_timed_out", by: "deadline" };
  let desk = start(
    { type: "agent", agent: agent() },
    told({ offer_made: { agent: ME, offer: offer() } }),
    told({ offer_ended: over, status_changed: status }, 1_030_000),
  );
  assert.equal(desk.offer, undefined);
  assert.equal(desk.missed.who, "Ada Byron");
  assert.equal(desk.agent.status, "on_break");
  assert.equal(desk.agent.since, 1_030_000);
  desk = reduce(desk, { type: "agent", agent: agent({ status: "on_break", intent: "on_break" }) });
  assert.ok(desk.missed, "a look at the status does not put it away");
  desk = reduce(desk, told({ status_changed: { ...status, status: "available", cause: "asked" } }));
  assert.equal(desk.missed, undefined);
});

test("a page that is opened after a miss shows it, too", () => {
  const last_missed = { offer: "o1", chat: "c1", queue: "support", outcome: "timed_out", at: 5000 };
  const missed = { status: "on_break", intent: "on_break", cause: "offer_timed_out", since: 5000, last_missed };
  assert.ok(start({ type: "agent", agent: agent(missed) }).missed);
  assert.equal(start({ type: "agent", agent: agent({ ...missed, cause: "asked" }) }).missed, undefined);
});

test("a rejected or abandoned offer is not shown as missed", () => {
  for (const outcome of ["rejected", "abandoned", "rescinded", "accepted"]) {
    const over = { agent: ME, offer: "o1", chat: "c1", outcome };
    const desk = start(told({ offer_made: { agent: ME, offer: offer() } }), told({ offer_ended: over }));
    assert.equal(desk.offer, undefined);
    assert.equal(desk.missed, undefined, outcome);
  }
});

test("what is told twice changes nothing the second time", () => {
  const desk = start({ type: "chat", chat: chat() });
  const once = reduce(desk, told({ message: { chat: "c1", message: message(1) } }));
  const twice = reduce(once, told({ message: { chat: "c1", message: message(1) } }));
  assert.deepEqual(twice.talks, once.talks);
});

test("a gap in the messages is looked at, and filled in order", () => {
  const action = told({ message: { chat: "c1", message: message(3) } });
  let desk = start({ type: "chat", chat: chat({ messages: [message(1)] }) }, action);
  assert.deepEqual(looks(desk, action.line), [{ verb: "chat_show", with: { chat: "c1", from: 2 } }]);
  desk = reduce(desk, { type: "chat", chat: chat({ messages: [message(2), message(3)] }) });
  assert.deepEqual(desk.talks.c1.messages.map(({ n }) => n), [1, 2, 3]);
  assert.deepEqual(looks(desk, action.line), []);
});

test("a chat whose messages came in part is looked at further", () => {
  const desk = start({ type: "chat", chat: chat({ message_count: 3, messages: [message(1)] }) });
  assert.deepEqual(looksAtChat(desk, "c1"), [
    { verb: "chat_show", with: { chat: "c1", from: 2 } },
    { verb: "wrapup_show", with: { chat: "c1" } },
  ]);
});

test("a list of chats takes those away that are not in it", () => {
  const both = start({ type: "chats", chats: [chat(), chat({ chat: "c2" })] });
  assert.deepEqual(Object.keys(both.talks), ["c1", "c2"]);
  const one = reduce(both, { type: "chats", chats: [chat({ chat: "c2" })] });
  assert.deepEqual(Object.keys(one.talks), ["c2"]);
  assert.equal(one.open, "c2", "another one is shown in its place");
});

test("a chat whose part of mine is wrapped up leaves, and its incident stays in sight", () => {
  const desk = start(
    { type: "chat", chat: chat() },
    told({ wrapup_started: { agent: ME, chat: "c1", segment: 1, mode: "timed", deadline: 9 } }),
    told({ wrapup_ended: { agent: ME, chat: "c1", segment: 1, codes: [], cause: "timer" } }),
  );
  assert.deepEqual(desk.talks, {});
  assert.deepEqual(desk.incidents.c1, { chat: "c1", state: "pending", who: "Ada Byron" });
  const created = { chat: "c1", state: "created", number: "INC1", url: "https://sn/1" };
  const made = reduce(desk, told({ incident_created: created }));
  assert.equal(made.incidents.c1.number, "INC1");
  const late = reduce(made, { type: "incidents", incidents: [{ chat: "c1", state: "pending" }] });
  assert.equal(late.incidents.c1.number, "INC1", "an older view takes nothing back");
});

test("a page is wanted once, and is elsewhere when another desk has claimed it", () => {
  const pop = { pop: "p1", agent: ME, chat: "c1", what: "record", url: "https://sn/1", until: 9 };
  let desk = start(told({ pop_wanted: pop }), told({ pop_wanted: pop }));
  assert.equal(desk.pops.length, 1);
  desk = reduce(desk, told({ pop_claimed: { pop: "p1", agent: ME } }));
  assert.equal(desk.pops[0].stands, "elsewhere");
  const claimed = [{ type: "pop", pop: "p1", stands: "claimed" }, told({ pop_claimed: { pop: "p1", agent: ME } })];
  desk = claimed.reduce(reduce, start(told({ pop_wanted: pop })));
  assert.equal(desk.pops[0].stands, "claimed", "it is this desk's own claim");
});

test("the chat whose customer waits longest is the first", () => {
  const desk = start(
    { type: "chat", chat: chat({ chat: "c1", messages: [message(1), message(2, { from: "agent" })] }) },
    { type: "chat", chat: chat({ chat: "c2", messages: [message(5)] }) },
    { type: "chat", chat: chat({ chat: "c3", messages: [message(4)] }) },
    { type: "chat", chat: chat({ chat: "c4", state: "ended", segments: [segment({ chat: "c4", state: "post_processing" })] }) },
  );
  assert.deepEqual(inOrder(desk).map((talk) => talk.chat.chat), ["c3", "c2", "c1", "c4"]);
});

test("internal notes and the desk's own words answer nobody", () => {
  const talk = (...messages) => start({ type: "chat", chat: chat({ messages }) }).talks.c1;
  const asked = message(1);
  assert.equal(waitsSince(talk(asked, message(2, { from: "agent", visibility: "internal" }))), asked.at);
  assert.equal(waitsSince(talk(asked, message(2, { from: "system" }))), asked.at);
  assert.equal(waitsSince(talk(asked, message(2, { from: "agent" }))), undefined);
  assert.equal(waitsSince(talk()), 1_000_000, "a customer who is not greeted waits");
});

test("unread is what others said since the agent looked", () => {
  const messages = [message(1), message(2, { from: "agent" }), message(3), message(4, { from: "system" })];
  const desk = start({ type: "chat", chat: chat({ messages }) });
  assert.equal(unread(desk.talks.c1), 2);
  const seen = reduce(desk, { type: "seen", chat: "c1" });
  assert.equal(unread(seen.talks.c1), 0);
});

test("a wrap-up that is another agent's changes nothing", () => {
  const desk = start({ type: "chat", chat: chat() });
  assert.equal(reduce(desk, { type: "wrapup", wrapup: wrapup({ agent: "bob" }) }), desk);
});

test("another agent's page starts with nothing of the first one's, and sends nothing of theirs", () => {
  const message = { cmd: "x", by: ME, chat: "c1", text: "hi", internal: false };
  const desk = start({ type: "chat", chat: chat() }, { type: "unsent", message }, { type: "me", me: "bob" });
  assert.deepEqual(desk.talks, {});
  assert.deepEqual(desk.unsent, []);
});

test("what changes without being told is looked at again: why no offers come, and why an incident is pending", () => {
  const verbs = (...actions) => stale(start(...actions)).map(({ verb }) => verb);
  assert.deepEqual(verbs({ type: "agent", agent: agent({ status: "on_break" }) }), []);
  assert.deepEqual(verbs({ type: "agent", agent: agent() }), ["status_show"]);
  assert.deepEqual(verbs({ type: "chat", chat: chat() }), [], "it goes on");
  assert.deepEqual(verbs({ type: "chat", chat: chat({ state: "ended" }) }), ["incident_list"]);
  const pending = { type: "incidents", incidents: [{ chat: "c9", state: "pending", why: "again", tries: 2 }] };
  assert.deepEqual(verbs(pending), ["incident_list"]);
});

test("what ServiceNow holds otherwise is told of a chat that is open and of one that is done", () => {
  const differs = told({ incident_differs: { chat: "c1", differences: [{ field: "caller_id", sent: "a" }] } });
  const created = { chat: "c1", state: "created", number: "INC1" };
  const open = start({ type: "chat", chat: chat() }, { type: "incidents", incidents: [created] }, differs);
  assert.equal(open.talks.c1.chat.incident.differences[0].field, "caller_id");
  assert.equal(open.talks.c1.chat.incident.number, "INC1");
  const done = start({ type: "incidents", incidents: [created] }, differs);
  assert.equal(done.incidents.c1.differences.length, 1);
  assert.deepEqual(start(differs).incidents, {}, "another's is not begun by it");
});

test("an incident that is there does not go back to pending", () => {
  const [created, pending] = [{ chat: "c1", state: "created", number: "INC1" }, { chat: "c1", state: "pending" }];
  const told = (...incidents) => incidents.map((incident) => ({ type: "incidents", incidents: [incident] }));
  assert.equal(start({ type: "chat", chat: chat() }, ...told(created, pending)).talks.c1.chat.incident.number, "INC1");
  assert.equal(start(...told(created, pending)).incidents.c1.number, "INC1");
});

test("a message of the agent's own that is told before its sending is answered is not shown twice", () => {
  const unsent = (cmd, text, other = {}) => ({ type: "unsent", message: { cmd, by: ME, chat: "c1", text, internal: false, ...other } });
  const mine = (n, other = {}) => told({ message: { chat: "c1", message: message(n, { from: "agent", name: ME, text: "Hello", ...other }) } });
  const before = start({ type: "chat", chat: chat() }, unsent("a", "Hello"), unsent("b", "Hello"), unsent("c", "Hello", { internal: true }));
  const left = (...actions) => actions.reduce(reduce, before).unsent.map(({ cmd }) => cmd);
  assert.deepEqual(left(mine(1)), ["b", "c"], "one for one");
  assert.deepEqual(left(mine(1), mine(1)), ["b", "c"], "told twice is told once");
  assert.deepEqual(left(mine(1, { visibility: "internal" })), ["a", "b"]);
  assert.deepEqual(left(mine(1, { name: "bob" }), mine(2, { from: "customer" })), ["a", "b", "c"]);
});
