import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, line, mean, nothing, reduce } from "../wall/state.js";
import { agent, line as told, message } from "./samples.js";

test("who is busy stands above who is away", () => {
  const agents = ["logged_out", "available", "busy", "on_break"].map((status) => agent({ agent: status, status }));
  const wall = reduce(nothing(), "agents", { agents });
  assert.deepEqual(wall.agents.map(({ status }) => status), ["busy", "available", "on_break", "logged_out"]);
});

test("a plot keeps an hour, and the most that waited between two points", () => {
  const at = (now, waiting) => ["queues", { queues: [{ queue: "q", waiting }], now }];
  const seen = [at(0, 9), at(3_700_000, 1), at(3_701_000, 5), at(3_702_000, 2), at(3_716_000, 3)];
  const wall = seen.reduce((wall, [type, data]) => reduce(wall, type, data), nothing());
  assert.deepEqual(wall.past.q, [{ at: 3_700_000, waiting: 5 }, { at: 3_716_000, waiting: 3 }]);
  assert.equal(line(wall.past.q), "0.0,2.0 120.0,11.6");
  assert.equal(line([]), "");
});

test("a chat that is read goes on as it is talked", () => {
  const chat = { chat: "c1", customer: {}, messages: [message(1)] };
  const said = { line: told(2, { message: { chat: "c1", message: message(2) } }) };
  const read = reduce(reduce(reduce(nothing(), "chat", { chat }), "line", said), "line", said);
  assert.deepEqual(read.read.messages.map(({ n }) => n), [1, 2]);
  assert.equal(reduce(read, "close").read, undefined);
});

test("what becomes of a chat that is read is seen", () => {
  const chat = { chat: "c1", state: "active", agent: "ann", messages: [message(1)] };
  const read = reduce(nothing(), "chat", { chat });
  const after = (chats) => reduce(read, "chats", { chats }).read;
  assert.equal(after([{ chat: "c1", state: "active", agent: "ben" }]).chat.agent, "ben");
  assert.equal(after([{ chat: "c2", state: "active" }]).chat.state, "ended");
  assert.deepEqual(after([]).messages.map(({ n }) => n), [1]);
});

test("incidents that are there are pending no more", () => {
  const incidents = [{ chat: "a", state: "created" }, { chat: "b", state: "pending" }];
  assert.deepEqual(reduce(nothing(), "incidents", { incidents }).pending.map(({ chat }) => chat), ["b"]);
});

test("the bars of a day stand where their quarters lie, however young the day is", () => {
  const hour = 3_600_000;
  const day = bars([{ at: 0, came: 1 }, { at: 12 * hour, came: 4 }], 0, 24 * hour);
  assert.deepEqual(day.map(({ x, height }) => [x, height]), [["0.0", "6.3"], ["60.0", "25.0"]]);
  assert.equal(bars([{ at: 0, came: 1 }], 0, 60_000)[0].width, "7.0");
});

test("a mean of several queues goes by how many chats each had", () => {
  assert.equal(mean([{ count: 3, mean_ms: 10 }, { count: 1, mean_ms: 50 }, { count: 0 }]), 20);
  assert.equal(mean([{ count: 0 }]), undefined);
});
