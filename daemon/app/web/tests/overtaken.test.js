import assert from "node:assert/strict";
import { test } from "node:test";
import { Overtaken } from "../desk/overtaken.js";

const line = (/** @type {any[]} */ ...notices) => ({ notices: notices.map(([notice, chat]) => ({ notice, with: { chat } })) });

/** An answer of a chat, given after these lines. */
async function asked(chat, ...lines) {
  const overtaken = new Overtaken();
  /** @type {(answer: any) => void} */
  let resolve = () => {};
  const waits = overtaken.wait(new Promise((settle) => (resolve = settle)), ({ of }) => of);
  lines.forEach((told) => overtaken.hear(told));
  resolve({ of: chat });
  const found = await waits;
  assert.equal(overtaken.open.size, 0);
  return found.overtaken;
}

test("an answer is overtaken by what is told of its chat meanwhile, and by nothing else", async () => {
  assert.equal(await asked("c1"), false);
  assert.equal(await asked("c1", line(["match_changed", "c1"])), true);
  assert.equal(await asked("c1", line(["typing", "c1"])), false, "who types changes nothing");
  assert.equal(await asked("c1", line(["message", "c2"], ["status_changed"])), false);
  assert.equal(await asked(undefined, line(["message", "c2"])), true, "what is of no chat may be of all");
  assert.equal(await asked(undefined), false);
});

test("what was told before the question is in its answer, and a question that fails is forgotten", async () => {
  const overtaken = new Overtaken();
  overtaken.hear(line(["match_changed", "c1"]));
  assert.equal((await overtaken.wait(Promise.resolve({}), () => "c1")).overtaken, false);
  await assert.rejects(overtaken.wait(Promise.reject(new Error("no")), () => "c1"), /no/);
  assert.equal(overtaken.open.size, 0);
});
