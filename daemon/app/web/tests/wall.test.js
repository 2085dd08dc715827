import assert from "node:assert/strict";
import { test } from "node:test";
import { line, nothing, reduce } from "../wall/state.js";
import { agent, line as told, message } from "./samples.js";

test("offers are counted by how they went", () => {
  const over = (outcome) => ["line", { line: told(1, { offer_ended: { agent: "bob", offer: "o", chat: "c", outcome } }) }];
  const wall = [over("accepted"), over("timed_out"), over("accepted")].reduce((wall, [type, data]) => reduce(wall, type, data), nothing(0));
  assert.deepEqual(wall.offers, { accepted: 2, rejected: 0, timed_out: 1, abandoned: 0, rescinded: 0 });
});

test("who is busy stands above who is away", () => {
  const agents = ["logged_out", "available", "busy", "on_break"].map((status) => agent({ agent: status, status }));
  const wall = reduce(nothing(0), "agents", { agents });
  assert.deepEqual(wall.agents.map(({ status }) => status), ["busy", "available", "on_break", "logged_out"]);
});

test("a plot keeps an hour, and the most that waited between two points", () => {
  const at = (now, waiting) => ["queues", { queues: [{ queue: "q", waiting }], now }];
  const seen = [at(0, 9), at(3_700_000, 1), at(3_701_000, 5), at(3_702_000, 2), at(3_716_000, 3)];
  const wall = seen.reduce((wall, [type, data]) => reduce(wall, type, data), nothing(0));
  assert.deepEqual(wall.past.q, [{ at: 3_700_000, waiting: 5 }, { at: 3_716_000, waiting: 3 }]);
  assert.equal(line(wall.past.q), "0.0,2.0 120.0,11.6");
  assert.equal(line([]), "");
});

test("a chat that is read goes on as it is talked", () => {
  const chat = { chat: "c1", customer: {}, messages: [message(1)] };
  const said = { line: told(2, { message: { chat: "c1", message: message(2) } }) };
  const read = reduce(reduce(reduce(nothing(0), "chat", { chat }), "line", said), "line", said);
  assert.deepEqual(read.read.messages.map(({ n }) => n), [1, 2]);
  assert.equal(reduce(read, "close").read, undefined);
});

test("incidents that are there are pending no more", () => {
  const incidents = [{ chat: "a", state: "created" }, { chat: "b", state: "pending" }];
  assert.deepEqual(reduce(nothing(0), "incidents", { incidents }).pending.map(({ chat }) => chat), ["b"]);
});
