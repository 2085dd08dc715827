// A desk in a background tab, with all that a browser does to such tabs: timers come once a second, and
// where the browser finds that they wake it too often, once a minute after five minutes.
// `DESK_HIDDEN_SECS=600` hides the tab for ten minutes; else the minute's rule comes into force at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { soon, stages } from "./stage.js";

const HIDDEN_SECS = Number(process.env.DESK_HIDDEN_SECS ?? 20);
const DOWN_SECS = 3;
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

/** Puts another tab in front of a desk, as the record's would be, for a time: it is that time that is tried. */
async function hidden(desk, context, secs) {
  const other = await context.newPage();
  await other.bringToFront();
  assert.equal(await desk.page.evaluate(() => document.visibilityState), "hidden");
  await new Promise((resolve) => setTimeout(resolve, secs * 1000));
}

/** When the title names somebody. What is changed in the page tells of itself: a timer would come too late. */
const titled = (desk, name) =>
  desk.page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const seen = () => document.title.includes(name) && resolve([document.title, Date.now()]);
        new MutationObserver(seen).observe(document.querySelector("title"), { childList: true, characterData: true, subtree: true });
      }),
    name,
  );

test("a desk in a background tab stays present, and an offer rings in time", { timeout: (HIDDEN_SECS + 120) * 1000 }, async () => {
  const { stage } = on;
  const context = await stage.context();
  const desk = await stage.available("ann", context);
  await desk.page.evaluate(writeDown);
  await hidden(desk, context, HIDDEN_SECS);

  const came = await desk.page.evaluate(() => window.written.timers.length);
  const asked = HIDDEN_SECS * 4;
  assert.ok(came < asked / 3, `${came} of ${asked} timers came: the browser did not slow the tab down`);
  const shown = JSON.parse(stage.ctl("--json", "--as", "role:admin", "agent", "show", "ann")).agent;
  assert.deepEqual([shown.status, shown.away], ["available", false]);

  const title = titled(desk, "Tom Okafor");
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

test("deskd is killed and started under a desk in a background tab: it is there again, and an offer rings in time", { timeout: (HIDDEN_SECS + 120) * 1000 }, async () => {
  const { stage } = on;
  const context = await stage.context();
  const desk = await stage.available("ann", context);
  await desk.page.evaluate(writeDown);
  await hidden(desk, context, HIDDEN_SECS);
  const timers = await desk.page.evaluate(() => window.written.timers.length);
  assert.ok(timers < (HIDDEN_SECS * 4) / 3, `${timers} timers came: the browser did not slow the tab down`);
  // Pauses one after the other, as tries to connect are: the browser lets them come once a second or a minute.
  const late = await desk.page.evaluate(async () => {
    const { pause } = await import(new URL("shared/timer.js", location.href));
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) await pause(100);
    return performance.now() - began - 2000;
  });
  console.log(`20 pauses of 100 ms in a tab hidden for ${HIDDEN_SECS} s: ${late.toFixed()} ms late in all`);
  assert.ok(late < 2000, `${late} ms late`);
  for (const name of ["Tom Okafor", "Zoe Unknown"]) {
    await stage.stop("desk", "SIGKILL");
    // Long enough for several tries in vain.
    await new Promise((resolve) => setTimeout(resolve, DOWN_SECS * 1000));
    await stage.startDesk();
    const began = Date.now();
    const title = titled(desk, name);
    const chat = await stage.chat(name, "tom.okafor@larkfield.example", "Hello");
    const [text, at] = await title;
    assert.match(text, /chat offered/);
    console.log(`killed and started in a tab hidden for ${HIDDEN_SECS} s: the title told of the chat ${at - began} ms after the start`);
    assert.ok(at - began < 10_000, `told ${at - began} ms after deskd was there`);
    const shown = JSON.parse(stage.ctl("--json", "--as", "role:admin", "agent", "show", "ann")).agent;
    assert.deepEqual([shown.status, shown.away], ["offered", false]);
    stage.ctl("--as", "role:admin", "--yes", "chat", "force-end", chat.chat);
    await soon(() => JSON.parse(stage.ctl("--json", "--as", "role:admin", "agent", "show", "ann")).agent.status === "available");
  }
});
