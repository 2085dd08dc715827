// A desk in a background tab, with all that a browser does to such tabs: timers come once a second, and
// where the browser finds that they wake it too often, once a minute after five minutes.
// `DESK_HIDDEN_SECS=600` hides the tab for ten minutes; else the minute's rule comes into force at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stages } from "./stage.js";

const HIDDEN_SECS = Number(process.env.DESK_HIDDEN_SECS ?? 20);
const RULES = ["--intensive-wake-up-throttling-policy=force-enable"];
const AT_ONCE = ["--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/5"];

// An agent who is not heard of for a few seconds counts as away.
const on = stages({ more: "[presence]\nping_secs = 2\ngrace_secs = 5" }, ...RULES, ...(HIDDEN_SECS < 600 ? AT_ONCE : []));

/** Writes down in the page when its timers come and when it sounds. */
function writeDown() {
  const began = performance.now();
  window.written = { timers: [], sounds: [], notes: [] };
  setInterval(() => window.written.timers.push(performance.now() - began), 250);
  window.Notification = class {
    static permission = "granted";
    constructor(title, { body }) {
      window.written.notes.push(`${title}: ${body}`);
    }
    close() {}
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.written.sounds.push({ now: performance.now() - began, ahead: at - this.context.currentTime });
    return start.call(this, at);
  };
}

test("a desk in a background tab stays present, and an offer rings in time", { timeout: (HIDDEN_SECS + 120) * 1000 }, async () => {
  const { stage } = on;
  const context = await stage.context();
  const desk = await stage.available("ann", context);
  await desk.page.evaluate(writeDown);
  // Another tab in front of it, as the record's would be.
  const other = await context.newPage();
  await other.bringToFront();
  assert.equal(await desk.page.evaluate(() => document.visibilityState), "hidden");
  // It is the passing of time that is tried.
  await new Promise((resolve) => setTimeout(resolve, HIDDEN_SECS * 1000));

  const came = await desk.page.evaluate(() => window.written.timers.length);
  const asked = HIDDEN_SECS * 4;
  assert.ok(came < asked / 3, `${came} of ${asked} timers came: the browser did not slow the tab down`);
  const shown = JSON.parse(stage.ctl("--json", "--as", "role:admin", "agent", "show", "ann")).agent;
  assert.deepEqual([shown.status, shown.away], ["available", false]);

  // What is changed in the page tells of itself: a timer would come too late.
  const title = desk.page.evaluate(
    () =>
      new Promise((resolve) => {
        const seen = () => document.title.includes("Tom Okafor") && resolve([document.title, Date.now()]);
        new MutationObserver(seen).observe(document.querySelector("title"), { childList: true, characterData: true, subtree: true });
      }),
  );
  const begun = Date.now();
  await stage.chat("Tom Okafor", "tom.okafor@larkfield.example", "Hello");
  const [text, at] = await title;
  assert.match(text, /chat offered/);
  const late = at - begun;
  console.log(`hidden for ${HIDDEN_SECS} s: ${came} of ${asked} timers came; the title told of the chat after ${late} ms`);
  assert.ok(late < 2000, `told ${late} ms after the customer came`);
  const { timers, sounds, notes } = await desk.page.evaluate(() => window.written);
  assert.ok(timers.length > 0);
  assert.match(notes.join(), /^Chat offered: .*Tom Okafor, Support/);
  assert.ok(sounds.length > 10, "the whole ring is with the sound hardware");
  assert.ok(sounds.every(({ now }) => now - sounds[0].now < 500), "given at once, whatever timers do");
  assert.ok(Math.max(...sounds.map(({ ahead }) => ahead)) > 20, "up to the offer's end");

  // Accepted from the tab: the ring is over, and the agent is there.
  await desk.front();
  await desk.accept();
  await desk.text("Hello", ".log");
});
