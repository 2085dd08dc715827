import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { settings } from "../chat/settings.js";
import { minutes, nothing, reduce, unread } from "../chat/state.js";
import { transcript } from "../chat/transcript.js";
import { Events } from "../shared/sse.js";
import { setWords } from "../shared/words.js";

const web = new URL("../", import.meta.url);
const words = JSON.parse(readFileSync(new URL("shared/words.en.json", web), "utf8"));
const play = (...told) => told.reduce((chat, [type, data]) => reduce(chat, type, data), nothing());

test("events are read from a stream however it is cut", () => {
  const stream = ': alive\n\nid: 1-2\nevent: message\ndata: {"n":1}\n\nevent: place\ndata: {"position":2}\r\n\r\n';
  const whole = new Events().take(stream);
  assert.deepEqual(whole, [
    { event: "message", data: '{"n":1}', id: "1-2" },
    { event: "place", data: '{"position":2}' },
  ]);
  const cut = new Events();
  assert.deepEqual([...stream].flatMap((letter) => cut.take(letter)), whole);
});

test("a chat goes from the queue to its agent to its end", () => {
  const begun = [["opened"], ["state", { state: "waiting" }], ["place", { position: 2, expected_wait_secs: 90 }]];
  assert.equal(play(...begun).place.position, 2);
  const talks = play(...begun, ["state", { state: "active", agent: "Alice" }]);
  assert.equal(talks.agent, "Alice");
  assert.equal(talks.place, undefined);
  const back = reduce(talks, "state", { state: "waiting" });
  assert.equal(back.agent, undefined);
  const over = reduce(talks, "end", { how: "agent", at: 5 });
  assert.equal(over.state, "ended");
});

test("a message that was sent stands once, whoever tells of it first", () => {
  const unsent = [["opened"], ["unsent", { message: { id: "a", text: "hi" } }]];
  const told = ["message", { n: 1, at: 5, from: "customer", text: "hi" }];
  const sent = ["sent", { id: "a", n: 1, at: 5 }];
  for (const chat of [play(...unsent, told, sent), play(...unsent, sent, told)]) {
    assert.deepEqual(chat.messages.map(({ n }) => n), [1]);
    assert.deepEqual(chat.unsent, []);
  }
});

test("what one types is over with a message of theirs", () => {
  const typing = play(["opened"], ["typing", { from: "agent", until: 9 }]);
  assert.ok(typing.typing);
  assert.equal(reduce(typing, "message", { n: 1, at: 5, from: "agent", text: "x" }).typing, undefined);
});

test("a stream that begins anew takes back what it told", () => {
  const told = [["opened"], ["message", { n: 1, at: 5, from: "agent", text: "x" }], ["end", { how: "agent", at: 6 }]];
  const chat = play(...told, ["resync"]);
  assert.deepEqual(chat.messages, []);
  assert.equal(chat.ended, undefined);
});

test("unread is what others said since the customer looked", () => {
  const chat = play(["opened"], ["message", { n: 1, at: 5, from: "agent" }], ["message", { n: 2, at: 5, from: "customer" }]);
  assert.equal(unread(chat), 1);
  assert.equal(unread(reduce(chat, "seen")), 0);
});

test("an expected wait is told in whole minutes", () => {
  assert.deepEqual([undefined, 10, 60, 61, 600].map(minutes), [undefined, 1, 1, 2, 10]);
});

test("the page takes what the address says", () => {
  const asked = settings("?queue=support&name=Ada&field.plan=gold&field.site=x", "#identity=a.b.c", true);
  assert.deepEqual(asked, { queue: "support", name: "Ada", email: "", fields: { plan: "gold", site: "x" }, identity: "a.b.c", framed: true });
});

test("a transcript says who said what", () => {
  setWords(words);
  const at = new Date(2026, 0, 2, 9, 5).getTime();
  const text = transcript([{ n: 1, at, from: "customer", text: "hi" }, { n: 2, at, from: "agent", name: "Alice" }], at, "en-GB");
  assert.equal(text, "[09:05] You: hi\r\n[09:05] Alice: (erased)\r\n");
});

/** A page's modules, as the browser loads them. */
function modules(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(new URL(path, web), "utf8");
  const imports = [...text.matchAll(/^(?:import|export) .* from "(\.[^"]+)"/gm)];
  for (const [, other] of imports) modules(new URL(other, new URL(path, web)).pathname.slice(web.pathname.length), found);
  return found;
}

test("the customer's page and the widget stay below 40 KB compressed", () => {
  const files = [...modules("chat/chat.js"), "chat/index.html", "chat/chat.css", "shared/base.css", "shared/words.en.json", "shared/icon.svg", "widget.js"];
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, web))).length, 0);
  assert.ok(bytes < 40 * 1024, `${bytes} bytes`);
  console.log(`${bytes} bytes compressed`);
});
