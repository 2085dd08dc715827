import assert from "node:assert/strict";
import { test } from "node:test";

/** A worker that the test plays. */
class Worker {
  static made = [];
  asked = [];
  constructor(address) {
    this.address = String(address);
    Worker.made.push(this);
  }
  postMessage(data) {
    this.asked.push(data);
  }
}

test("a pause is the worker's to end, and the page's own where the worker fails", async () => {
  globalThis.Worker = Worker;
  const { later, pause } = await import("../shared/timer.js?by-a-worker");
  const [worker] = Worker.made;
  assert.match(worker.address, /shared\/timer\.worker\.js$/);
  const over = [];
  later(() => over.push("first"), 60_000);
  later(() => over.push("second"), 1);
  const [first, second] = worker.asked;
  assert.deepEqual([first.ms, second.ms], [60_000, 1]);
  worker.onmessage({ data: first.id });
  worker.onmessage({ data: first.id });
  assert.deepEqual(over, ["first"], "once");
  worker.onerror();
  await pause(5);
  assert.deepEqual(over, ["first", "second"], "nothing that waits is lost");
  assert.equal(worker.asked.length, 2);
});
